namespace EcoGlmm.Formulas.Smooths;

/// <summary>
/// cr: a natural cubic spline by its values at knots, which lie at quantiles of the covariate, with the penalty ∫ f″². Beyond the
/// knots it goes on straight. Source: S. N. Wood (2017), Generalized Additive Models, 2nd edition, section 5.3.1.
/// </summary>
internal sealed class CubicRegressionBasis : SmoothBasis
{
    private readonly double[] _knots;

    /// <summary>F: second derivatives at the knots as a linear function of the values there, k × k row-major.</summary>
    private readonly double[] _second;

    private CubicRegressionBasis(double[] knots, bool isShrunk)
    {
        _knots = knots;
        (_second, Penalty) = NaturalSpline(knots);
        if (isShrunk) Penalty = PenaltyAlgebra.Shrunk(Penalty, Count, 2, isAlike: false);
        NullDimension = isShrunk ? 0 : 2;
    }

    public static SmoothBasisKind Kind { get; } = new("cr", "cubic regression spline", request => Learn(request, false));

    public static SmoothBasisKind ShrunkKind { get; } = new("cs", "cubic regression spline that can shrink to zero", request =>
        Learn(request, true));

    public override int Count => _knots.Length;

    public override double[] Penalty { get; }

    public override int NullDimension { get; }

    public override bool HasValuesAsCoefficients => true;

    private static CubicRegressionBasis Learn(SmoothBasisRequest request, bool isShrunk)
    {
        var unique = request.Unique("cr");
        var k = request.Dimension(10, 3, unique.Length);
        return new CubicRegressionBasis(KnotPlacement.Of(request, unique, k, withEnds: false), isShrunk);
    }

    private static (double[] Second, double[] Penalty) NaturalSpline(double[] x)
    {
        var k = x.Length;
        var m = k - 2;
        var h = new double[k - 1];
        for (var j = 0; j < h.Length; j++) h[j] = x[j + 1] - x[j];
        var b = new double[m * m];
        var d = new double[m * k];
        for (var i = 0; i < m; i++)
        {
            b[(i * m) + i] = (h[i] + h[i + 1]) / 3;
            if (i + 1 < m) b[(i * m) + i + 1] = b[((i + 1) * m) + i] = h[i + 1] / 6;
            d[(i * k) + i] = 1 / h[i];
            d[(i * k) + i + 1] = (-1 / h[i]) - (1 / h[i + 1]);
            d[(i * k) + i + 2] = 1 / h[i + 1];
        }

        var inner = PenaltyAlgebra.Solve(b, m, d, k);
        var second = new double[k * k];
        inner.CopyTo(second, k);
        return (second, PenaltyAlgebra.TransposeProduct(d, m, k, inner, k));
    }

    public override void Evaluate(double[][] x, Span<double> result)
    {
        var (k, n) = (Count, x[0].Length);
        result.Clear();
        for (var i = 0; i < n; i++)
        {
            var value = x[0][i];
            var j = Math.Clamp(Array.BinarySearch(_knots, value) is var at && at >= 0 ? at : ~at - 1, 0, k - 2);
            var h = _knots[j + 1] - _knots[j];
            double left, right, leftSecond, rightSecond;
            if (value < _knots[0] || value > _knots[^1])
            {
                // A straight line with the slope at the last knot.
                var isBelow = value < _knots[0];
                var by = value - (isBelow ? _knots[0] : _knots[^1]);
                (left, right) = (-by / h, by / h);
                if (isBelow) left += 1;
                else right += 1;
                (leftSecond, rightSecond) = isBelow ? (-by * h / 3, -by * h / 6) : (by * h / 6, by * h / 3);
            }
            else
            {
                var (toRight, toLeft) = (_knots[j + 1] - value, value - _knots[j]);
                (left, right) = (toRight / h, toLeft / h);
                leftSecond = ((toRight * toRight * toRight / h) - (h * toRight)) / 6;
                rightSecond = ((toLeft * toLeft * toLeft / h) - (h * toLeft)) / 6;
            }

            for (var c = 0; c < k; c++)
                result[(c * n) + i] = (leftSecond * _second[(j * k) + c]) + (rightSecond * _second[((j + 1) * k) + c]);
            result[(j * n) + i] += left;
            result[((j + 1) * n) + i] += right;
        }
    }
}
