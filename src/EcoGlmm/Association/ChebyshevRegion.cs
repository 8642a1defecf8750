namespace EcoGlmm.Association;

/// <summary>
/// Functions of log λ over one region, by their values at Chebyshev points: what a marker's likelihood needs is analytic up
/// to a distance of π from the real line, so that 14 points in a region of length 2.3 give ten digits.
/// </summary>
internal sealed class ChebyshevRegion
{
    public const int Points = 14;

    private static readonly double[] Transform = MakeTransform();

    /// <summary>The region between two values of log λ.</summary>
    public ChebyshevRegion(double low, double high) => (Low, High) = (low, high);

    public double Low { get; }

    public double High { get; }

    /// <summary>log λ at a Chebyshev point.</summary>
    public double Node(int k) => 0.5 * (Low + High) + 0.5 * (High - Low) * Math.Cos(Math.PI * (k + 0.5) / Points);

    /// <summary>Coefficients of Chebyshev polynomials from values at the points.</summary>
    public static void Coefficients(ReadOnlySpan<double> values, Span<double> coefficients)
    {
        for (var j = 0; j < Points; j++)
        {
            double sum = 0;
            for (var k = 0; k < Points; k++)
            {
                sum += Transform[j * Points + k] * values[k];
            }

            coefficients[j] = sum;
        }
    }

    /// <summary>A function's value and derivative, by Clenshaw's recurrence.</summary>
    public double Evaluate(ReadOnlySpan<double> coefficients, double t, out double slope)
    {
        var half = 0.5 * (High - Low);
        var x = (t - 0.5 * (Low + High)) / half;
        double b1 = 0;
        double b2 = 0;
        double s1 = 0;
        double s2 = 0;
        for (var j = Points - 1; j >= 1; j--)
        {
            (s1, s2) = (2 * b1 + 2 * x * s1 - s2, s1);
            (b1, b2) = (2 * x * b1 - b2 + coefficients[j], b1);
        }

        slope = (b1 + x * s1 - s2) / half;
        return x * b1 - b2 + coefficients[0];
    }

    private static double[] MakeTransform()
    {
        var transform = new double[Points * Points];
        for (var j = 0; j < Points; j++)
        {
            for (var k = 0; k < Points; k++)
            {
                transform[j * Points + k] = (j == 0 ? 1.0 : 2.0) / Points * Math.Cos(Math.PI * j * (k + 0.5) / Points);
            }
        }

        return transform;
    }
}
