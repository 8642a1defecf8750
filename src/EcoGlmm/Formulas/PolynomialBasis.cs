namespace EcoGlmm.Formulas;

/// <summary>
/// Polynomials orthonormal over the training values, without the constant one: R's poly(). They satisfy the three-term
/// recurrence p₍k+1₎(x) = (x − αₖ) pₖ(x) − (νₖ/νₖ₋₁) pₖ₋₁(x), νₖ = Σ pₖ(xᵢ)².
/// Source: W. J. Kennedy &amp; J. E. Gentle (1980), Statistical Computing, section 8.5 (Forsythe's method).
/// </summary>
internal sealed class PolynomialBasis
{
    /// <summary>How far products of polynomials may be from zero and one: R's tolerance for the rank of its basis.</summary>
    private const double Rounding = 1e-7;

    private readonly double[] _alpha;
    private readonly double[] _norm2;

    private PolynomialBasis(double[] alpha, double[] norm2)
    {
        _alpha = alpha;
        _norm2 = norm2;
    }

    public static PolynomialBasis Learn(double[] x, int degree)
    {
        var alpha = new double[degree];
        var norm2 = new double[degree + 1];
        var values = x.Where(double.IsFinite).ToArray();
        var previous = new double[values.Length];
        var current = new double[values.Length];
        Array.Fill(current, 1.0);
        for (var k = 0; k <= degree; k++)
        {
            var (norm, moment) = (0.0, 0.0);
            for (var i = 0; i < values.Length; i++)
            {
                var square = current[i] * current[i];
                norm += square;
                moment += values[i] * square;
            }
            norm2[k] = norm;
            if (k == degree)
                break;
            alpha[k] = moment / norm;
            Step(values, alpha[k], k == 0 ? 0 : norm / norm2[k - 1], ref previous, ref current);
        }
        return new PolynomialBasis(alpha, norm2);
    }

    /// <summary>Whether rounding has left the polynomials orthonormal over the values that they were learnt from.</summary>
    public bool IsOrthonormal(double[] x)
    {
        var columns = Evaluate([.. x.Where(double.IsFinite)]);
        for (var j = 0; j < columns.Length; j++)
        {
            if (!(Math.Abs(columns[j].Sum()) <= Rounding * Math.Sqrt(columns[j].Length)))
                return false;
            for (var k = 0; k <= j; k++)
            {
                if (!(Math.Abs(Dot(columns[j], columns[k]) - (j == k ? 1 : 0)) <= Rounding))
                    return false;
            }
        }
        return true;
    }

    public double[][] Evaluate(double[] x)
    {
        var columns = new double[_alpha.Length][];
        var previous = new double[x.Length];
        var current = new double[x.Length];
        Array.Fill(current, 1.0);
        for (var k = 0; k < columns.Length; k++)
        {
            Step(x, _alpha[k], k == 0 ? 0 : _norm2[k] / _norm2[k - 1], ref previous, ref current);
            var norm = Math.Sqrt(_norm2[k + 1]);
            columns[k] = Array.ConvertAll(current, value => value / norm);
        }
        return columns;
    }

    private static double Dot(double[] a, double[] b)
    {
        var sum = 0.0;
        for (var i = 0; i < a.Length; i++)
            sum += a[i] * b[i];
        return sum;
    }

    private static void Step(double[] x, double alpha, double ratio, ref double[] previous, ref double[] current)
    {
        for (var i = 0; i < x.Length; i++)
            previous[i] = (x[i] - alpha) * current[i] - ratio * previous[i];
        (previous, current) = (current, previous);
    }
}
