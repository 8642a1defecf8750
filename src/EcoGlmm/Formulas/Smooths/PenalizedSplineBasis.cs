namespace EcoGlmm.Formulas.Smooths;

/// <summary>
/// ps and cp: B-splines on even knots with a penalty on differences of neighbouring coefficients; cp ends as it begins. m is the order
/// of the spline less two and the order of the differences. Beyond the covariate's range a ps goes on straight.
/// Source: P. H. C. Eilers &amp; B. D. Marx (1996), Statistical Science 11, 89-121.
/// </summary>
internal sealed class PenalizedSplineBasis : SmoothBasis
{
    /// <summary>By how much of its range the knots reach beyond the covariate on either side.</summary>
    private const double Margin = 0.001;

    private readonly double[] _knots;
    private readonly int _degree;
    private readonly bool _isCyclic;

    private PenalizedSplineBasis(double from, double to, int count, int degree, int difference, bool isCyclic)
    {
        (_degree, _isCyclic, Count) = (degree, isCyclic, count);
        // Even steps; degree knots more on either side.
        var steps = isCyclic ? count : count - degree;
        var step = (to - from) / steps;
        _knots = [.. Enumerable.Range(-degree, steps + (2 * degree) + 1).Select(j => from + (j * step))];
        var (rows, d) = Differences(count, difference, isCyclic);
        Penalty = PenaltyAlgebra.TransposeProduct(d, rows, count, d, count);
        NullDimension = isCyclic ? 1 : difference;
    }

    public static SmoothBasisKind Kind { get; } = new("ps", "P-spline", request => Learn(request, false));

    public static SmoothBasisKind CyclicKind { get; } = new("cp", "cyclic P-spline", request => Learn(request, true));

    public override int Count { get; }

    public override double[] Penalty { get; }

    public override int NullDimension { get; }

    private static PenalizedSplineBasis Learn(SmoothBasisRequest request, bool isCyclic)
    {
        var unique = request.Unique(isCyclic ? "cp" : "ps");
        var degree = (request.M.Length > 0 ? request.M[0] : 2) + 1;
        var difference = request.M.Length > 1 ? request.M[1] : request.M.Length > 0 ? request.M[0] : 2;
        var k = request.Dimension(10, Math.Max(degree + 1, difference + 1), int.MaxValue);
        if (request.Knots.Length is not (0 or 2))
            throw request.Error("The knots of a P-spline are evenly spaced", "Give their two ends, or leave them out.");
        var (from, to) = request.Knots.Length == 2 ? (request.Knots.Min(), request.Knots.Max()) : (unique[0], unique[^1]);
        if (!(to > from)) throw request.Error($"{request.Names} has only one value", "A curve needs a covariate that varies.");
        if (unique.Length <= difference)
        {
            throw request.Error($"{request.Names} has only {unique.Length} different values",
                "They are too few for a curve that bends: take a factor, or a line.");
        }

        var margin = isCyclic ? 0 : Margin * (to - from);
        return new PenalizedSplineBasis(from - margin, to + margin, k, degree, difference, isCyclic);
    }

    private static (int Rows, double[] D) Differences(int k, int order, bool isCyclic)
    {
        var rows = isCyclic ? k : k - order;
        var weights = new double[] { 1 };
        for (var o = 0; o < order; o++) weights = [.. weights.Append(0).Zip(weights.Prepend(0), (a, b) => b - a)];
        var d = new double[rows * k];
        for (var i = 0; i < rows; i++)
        {
            for (var j = 0; j <= order; j++) d[(i * k) + ((i + j) % k)] += weights[j];
        }

        return (rows, d);
    }

    public override void Evaluate(double[][] x, Span<double> result)
    {
        var n = x[0].Length;
        var (from, to) = (_knots[_degree], _knots[^(_degree + 1)]);
        var values = new double[_degree + 1];
        var slopes = new double[_degree + 1];
        result.Clear();
        for (var i = 0; i < n; i++)
        {
            var value = _isCyclic ? KnotPlacement.Wrapped(x[0][i], from, to) : x[0][i];
            var inside = Math.Clamp(value, from, to);
            var first = Functions(inside, _degree, values);
            if (inside != value) Slopes(inside, first, slopes);
            for (var j = 0; j <= _degree; j++)
            {
                var b = inside == value ? values[j] : values[j] + ((value - inside) * slopes[j]);
                result[((first + j) % Count * n) + i] += b;
            }
        }
    }

    /// <summary>The B-splines of a degree that are not zero at a place, by the recursion of de Boor; the first of them.</summary>
    private int Functions(double x, int degree, double[] values)
    {
        var last = _knots.Length - _degree - 2;
        var step = (_knots[^1] - _knots[0]) / (_knots.Length - 1);
        var at = Math.Clamp((int)Math.Floor((x - _knots[0]) / step), _degree, last);
        values[0] = 1;
        for (var p = 1; p <= degree; p++)
        {
            var saved = 0.0;
            for (var j = 0; j < p; j++)
            {
                var (right, left) = (_knots[at + j + 1], _knots[at + 1 - p + j]);
                var part = values[j] / (right - left);
                values[j] = saved + ((right - x) * part);
                saved = (x - left) * part;
            }

            values[p] = saved;
        }

        return at - degree;
    }

    private void Slopes(double x, int first, double[] slopes)
    {
        var lower = new double[_degree + 1];
        Functions(x, _degree - 1, lower);
        for (var j = 0; j <= _degree; j++)
        {
            var before = j == 0 ? 0 : lower[j - 1] * _degree / (_knots[first + j + _degree] - _knots[first + j]);
            var after = j == _degree ? 0 : lower[j] * _degree / (_knots[first + j + _degree + 1] - _knots[first + j + 1]);
            slopes[j] = before - after;
        }
    }
}
