namespace EcoGlmm.Families;

/// <summary>
/// A function of two variables by its Taylor coefficients up to the fourth degree about a point, so that derivatives of long
/// expressions come from their arithmetic. Source: A. Griewank &amp; A. Walther (2008), Evaluating Derivatives, chapter 13.
/// </summary>
internal sealed class BivariateTaylor
{
    private const int Degree = 4;

    // c[i, j] at index Place(i, j): the coefficient of sⁱtʲ.
    private readonly double[] _c;

    private BivariateTaylor(double[] coefficients) => _c = coefficients;

    /// <summary>The first variable at s.</summary>
    public static BivariateTaylor First(double s) => Variable(s, 1, 0);

    /// <summary>The second variable at t.</summary>
    public static BivariateTaylor Second(double t) => Variable(t, 0, 1);

    public double Value => _c[0];

    /// <summary>∂ⁱ⁺ʲ/∂sⁱ∂tʲ.</summary>
    public double Derivative(int i, int j) => _c[Place(i, j)] * Factorial(i) * Factorial(j);

    public static BivariateTaylor operator +(BivariateTaylor x, BivariateTaylor y) => Combine(x, 1, y, 1);

    public static BivariateTaylor operator -(BivariateTaylor x, BivariateTaylor y) => Combine(x, 1, y, -1);

    public static BivariateTaylor operator *(double factor, BivariateTaylor x) => Combine(x, factor, x, 0);

    public static BivariateTaylor operator +(BivariateTaylor x, double constant)
    {
        var sum = (double[])x._c.Clone();
        sum[0] += constant;
        return new(sum);
    }

    public static BivariateTaylor operator *(BivariateTaylor x, BivariateTaylor y)
    {
        var product = new double[x._c.Length];
        for (var i = 0; i <= Degree; i++)
        {
            for (var j = 0; i + j <= Degree; j++)
            {
                var factor = x._c[Place(i, j)];
                if (factor == 0)
                {
                    continue;
                }

                for (var k = 0; i + j + k <= Degree; k++)
                {
                    for (var l = 0; i + j + k + l <= Degree; l++)
                    {
                        product[Place(i + k, j + l)] += factor * y._c[Place(k, l)];
                    }
                }
            }
        }

        return new(product);
    }

    public BivariateTaylor Reciprocal()
    {
        var r = 1 / Value;
        return Compose(r, -r * r, r * r * r, -r * r * r * r, r * r * r * r * r);
    }

    public BivariateTaylor Exp()
    {
        var e = Math.Exp(Value);
        return Compose(e, e, e / 2, e / 6, e / 24);
    }

    public BivariateTaylor Log()
    {
        var r = 1 / Value;
        return Compose(Math.Log(Value), r, -r * r / 2, r * r * r / 3, -r * r * r * r / 4);
    }

    private static BivariateTaylor Variable(double value, double first, double second)
    {
        var c = new double[(Degree + 1) * (Degree + 2) / 2];
        c[0] = value;
        c[Place(1, 0)] = first;
        c[Place(0, 1)] = second;
        return new(c);
    }

    private static BivariateTaylor Combine(BivariateTaylor x, double a, BivariateTaylor y, double b)
    {
        var sum = new double[x._c.Length];
        for (var k = 0; k < sum.Length; k++)
        {
            sum[k] = (a * x._c[k]) + (b * y._c[k]);
        }

        return new(sum);
    }

    // f of this, by the Taylor coefficients of f at the value.
    private BivariateTaylor Compose(double f0, double f1, double f2, double f3, double f4)
    {
        var rest = (double[])_c.Clone();
        rest[0] = 0;
        var d = new BivariateTaylor(rest);
        return ((((((f4 * d) + f3) * d) + f2) * d + f1) * d) + f0;
    }

    private static int Place(int i, int j)
    {
        var degree = i + j;
        return (degree * (degree + 1) / 2) + j;
    }

    private static double Factorial(int n) => n switch { 0 or 1 => 1, 2 => 2, 3 => 6, _ => 24 };
}
