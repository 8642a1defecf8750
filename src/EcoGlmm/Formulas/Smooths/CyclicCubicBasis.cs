namespace EcoGlmm.Formulas.Smooths;

/// <summary>
/// cc: a cubic spline that ends as it begins, in value and two derivatives, by its values at knots; the first and the last knot are
/// one place of the cycle. Source: S. N. Wood (2017), Generalized Additive Models, 2nd edition, section 5.3.2.
/// </summary>
internal sealed class CyclicCubicBasis : SmoothBasis
{
    private readonly double[] _knots;
    private readonly double[] _second;

    private CyclicCubicBasis(double[] knots)
    {
        _knots = knots;
        var k = knots.Length - 1;
        var (b, d) = (new double[k * k], new double[k * k]);
        double Step(int j) => knots[((j + k) % k) + 1] - knots[(j + k) % k];
        for (var i = 0; i < k; i++)
        {
            var before = (i + k - 1) % k;
            b[(i * k) + i] += (Step(before) + Step(i)) / 3;
            b[(before * k) + i] += Step(before) / 6;
            b[(i * k) + before] += Step(before) / 6;
            d[(i * k) + i] += (-1 / Step(before)) - (1 / Step(i));
            d[(before * k) + i] += 1 / Step(before);
            d[(i * k) + before] += 1 / Step(before);
        }

        _second = PenaltyAlgebra.Solve(b, k, d, k);
        Penalty = PenaltyAlgebra.TransposeProduct(d, k, k, _second, k);
    }

    public static SmoothBasisKind Kind { get; } = new("cc", "cyclic cubic spline", request =>
    {
        var unique = request.Unique("cc");
        var k = request.Dimension(10, 4, request.Knots.Length > 0 ? int.MaxValue : unique.Length);
        return new CyclicCubicBasis(KnotPlacement.Of(request, unique, k, withEnds: true));
    });

    public override int Count => _knots.Length - 1;

    public override double[] Penalty { get; }

    public override int NullDimension => 1;

    public override bool HasValuesAsCoefficients => true;

    public override void Evaluate(double[][] x, Span<double> result)
    {
        var (k, n) = (Count, x[0].Length);
        result.Clear();
        for (var i = 0; i < n; i++)
        {
            var value = KnotPlacement.Wrapped(x[0][i], _knots[0], _knots[^1]);
            var j = Math.Clamp(Array.BinarySearch(_knots, value) is var at && at >= 0 ? at : ~at - 1, 0, k - 1);
            var next = (j + 1) % k;
            var h = _knots[j + 1] - _knots[j];
            var (toRight, toLeft) = (_knots[j + 1] - value, value - _knots[j]);
            var leftSecond = ((toRight * toRight * toRight / h) - (h * toRight)) / 6;
            var rightSecond = ((toLeft * toLeft * toLeft / h) - (h * toLeft)) / 6;
            for (var c = 0; c < k; c++) result[(c * n) + i] = (leftSecond * _second[(j * k) + c]) + (rightSecond * _second[(next * k) + c]);
            result[(j * n) + i] += toRight / h;
            result[(next * n) + i] += toLeft / h;
        }
    }
}
