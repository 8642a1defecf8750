namespace EcoGlmm.Families;

/// <summary>
/// A function of two variables by its Taylor coefficients up to the fourth degree about a point, so that derivatives of long
/// expressions come from their arithmetic. Source: A. Griewank &amp; A. Walther (2008), Evaluating Derivatives, chapter 13.
/// </summary>
internal sealed class BivariateTaylor
{
    private const int Degree = 4;

    // c[i, j] at index Place(i, j): the coefficient of sⁱtʲ.
    private readonly double[] c;

    private BivariateTaylor(double[] coefficients) => c = coefficients;

    /// <summary>The first variable at s.</summary>
    public static BivariateTaylor First(double s) => Variable(s, 1, 0);

    /// <summary>The second variable at t.</summary>
    public static BivariateTaylor Second(double t) => Variable(t, 0, 1);

    public double Value => c[0];

    /// <summary>∂ⁱ⁺ʲ/∂sⁱ∂tʲ.</summary>
    public double Derivative(int i, int j) => c[Place(i, j)] * Factorial(i) * Factorial(j);

    public static BivariateTaylor operator +(BivariateTaylor x, BivariateTaylor y) => Combine(x, 1, y, 1);

    public static BivariateTaylor operator -(BivariateTaylor x, BivariateTaylor y) => Combine(x, 1, y, -1);

    public static BivariateTaylor operator *(double factor, BivariateTaylor x) => Combine(x, factor, x, 0);

    public static BivariateTaylor operator +(BivariateTaylor x, double constant)
    {
        double[] sum = (double[])x.c.Clone();
        sum[0] += constant;
        return new(sum);
    }

    public static BivariateTaylor operator *(BivariateTaylor x, BivariateTaylor y)
    {
        double[] product = new double[x.c.Length];
        for (int i = 0; i <= Degree; i++)
        {
            for (int j = 0; i + j <= Degree; j++)
            {
                double factor = x.c[Place(i, j)];
                if (factor == 0)
                {
                    continue;
                }

                for (int k = 0; i + j + k <= Degree; k++)
                {
                    for (int l = 0; i + j + k + l <= Degree; l++)
                    {
                        product[Place(i + k, j + l)] += factor * y.c[Place(k, l)];
                    }
                }
            }
        }

        return new(product);
    }

    public BivariateTaylor Reciprocal()
    {
        double r = 1 / Value;
        return Compose(r, -r * r, r * r * r, -r * r * r * r, r * r * r * r * r);
    }

    public BivariateTaylor Exp()
    {
        double e = Math.Exp(Value);
        return Compose(e, e, e / 2, e / 6, e / 24);
    }

    public BivariateTaylor Log()
    {
        double r = 1 / Value;
        return Compose(Math.Log(Value), r, -r * r / 2, r * r * r / 3, -r * r * r * r / 4);
    }

    private static BivariateTaylor Variable(double value, double first, double second)
    {
        double[] c = new double[(Degree + 1) * (Degree + 2) / 2];
        c[0] = value;
        c[Place(1, 0)] = first;
        c[Place(0, 1)] = second;
        return new(c);
    }

    private static BivariateTaylor Combine(BivariateTaylor x, double a, BivariateTaylor y, double b)
    {
        double[] sum = new double[x.c.Length];
        for (int k = 0; k < sum.Length; k++)
        {
            sum[k] = (a * x.c[k]) + (b * y.c[k]);
        }

        return new(sum);
    }

    // f of this, by the Taylor coefficients of f at the value.
    private BivariateTaylor Compose(double f0, double f1, double f2, double f3, double f4)
    {
        double[] rest = (double[])c.Clone();
        rest[0] = 0;
        var d = new BivariateTaylor(rest);
        return ((((((f4 * d) + f3) * d) + f2) * d + f1) * d) + f0;
    }

    private static int Place(int i, int j)
    {
        int degree = i + j;
        return (degree * (degree + 1) / 2) + j;
    }

    private static double Factorial(int n) => n switch { 0 or 1 => 1, 2 => 2, 3 => 6, _ => 24 };
}
