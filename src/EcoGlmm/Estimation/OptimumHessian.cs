using EcoGlmm.Numerics;

namespace EcoGlmm.Estimation;

/// <summary>
/// The Hessian of a function at its optimum, by differences of its exact gradient with a step along each parameter in
/// proportion to its standard error: central, or forward where an evaluation is costly (with an error of about a thousandth).
/// </summary>
internal static class OptimumHessian
{
    /// <summary>
    /// How many steps away a known point may be where the values tell how the curvature changes, by this share at most, and from what rise
    /// on, relative to the value, they do.
    /// </summary>
    private const double LongestStraightenedSecant = 1000, LargestStraightening = 0.1, LeastRise = 1e-9;

    /// <summary>Of the way to a known point, the share that must lead where no other one does.</summary>
    private const double LeastOwnDirection = 0.25;

    /// <summary>
    /// d × d, symmetric. <paramref name="spread"/> holds a rough standard error for each parameter; <paramref name="gradient"/> is
    /// the gradient at x. An element that cannot be had is NaN. Of points with gradients that are known beside, those near x in
    /// directions of their own take the places of differences.
    /// </summary>
    public static double[] Of(DifferentiableFunction function, double[] x, double[] gradient, double[] spread, bool isCostly,
        IReadOnlyList<EvaluatedPoint>? known = null, double shortest = Tolerances.ShortestSecant, double value = double.NaN)
    {
        var d = x.Length;
        var hessian = new double[d * d];
        var point = (double[])x.Clone();
        var (plus, minus) = (new double[d], gradient);
        if (!isCostly) minus = new double[d];
        var secants = Secants(new EvaluatedPoint(x, value, gradient), spread, known ?? [], shortest);
        for (var j = 0; j < d; j++)
        {
            if (secants.Exists(s => s.Parameter == j)) continue;
            var step = (isCostly ? Tolerances.ForwardStep : Tolerances.CentralStep) * spread[j];
            point[j] = x[j] + step;
            var there = function(point, plus);
            if (!isCostly)
            {
                point[j] = x[j] - step;
                there += function(point, minus);
            }

            var width = isCostly ? step : 2 * step;
            point[j] = x[j];
            for (var i = 0; i < d; i++)
            {
                hessian[(j * d) + i] = double.IsFinite(there) ? (plus[i] - minus[i]) / width : double.NaN;
            }
        }

        // H s = y, s a way and y the change in the gradient: of H, the columns of earlier parameters are not in it, and all others known.
        for (var k = secants.Count - 1; k >= 0; k--)
        {
            var (parameter, way, change) = secants[k];
            for (var i = 0; i < d; i++)
            {
                var rest = change[i];
                for (var j = 0; j < d; j++) rest -= j == parameter ? 0 : hessian[(j * d) + i] * way[j];
                hessian[(parameter * d) + i] = rest;
            }
        }

        for (var i = 0; i < d; i++)
        {
            for (var j = 0; j < i; j++)
            {
                hessian[(j * d) + i] = hessian[(i * d) + j] = 0.5 * (hessian[(i * d) + j] + hessian[(j * d) + i]);
            }
        }

        return hessian;
    }

    /// <summary>
    /// Ways to known points that are neither too short nor too long, in directions of their own, with the changes in the gradient:
    /// each made to be one for a parameter, and zero for those of the ways before it.
    /// </summary>
    private static List<(int Parameter, double[] Way, double[] Change)> Secants(EvaluatedPoint at, double[] spread,
        IReadOnlyList<EvaluatedPoint> known, double shortest)
    {
        var d = at.X.Length;
        var secants = new List<(int Parameter, double[] Way, double[] Change)>();
        (double Length, int Parameter) Longest(double[] way) => Enumerable.Range(0, d)
            .Select(j => (Math.Abs(way[j]) / (Tolerances.ForwardStep * spread[j]), j)).DefaultIfEmpty((0, -1)).Max();

        var ways = known.Select(point => (Point: point, Way: Difference(point.X, at.X)))
            .Select(w => (w.Point, w.Way, Steps: Longest(w.Way).Length))
            .Where(w => w.Steps >= shortest && w.Steps <= LongestStraightenedSecant)
            .OrderBy(w => Math.Abs(Math.Log(w.Steps)));
        foreach (var (point, whole, steps) in ways)
        {
            if (secants.Count == d) break;
            var (way, change) = ((double[])whole.Clone(), Difference(point.Gradient, at.Gradient));
            if (steps > Tolerances.LongestSecant && !TryStraighten(at, point, way, change)) continue;
            foreach (var earlier in secants) AddScaled(-way[earlier.Parameter], earlier.Way, earlier.Change, way, change);
            var (own, parameter) = Longest(way);
            if (own < LeastOwnDirection * steps) continue;
            AddScaled((1 / way[parameter]) - 1, [.. way], [.. change], way, change);
            secants.Add((parameter, way, change));
        }

        return secants;
    }

    /// <summary>
    /// Along a longer way the curvature changes, by as much as the values at its ends tell: with a cubic through these and their
    /// slopes, sᵀHs = 6 (f − f* − sᵀg*) − 2 sᵀ(g − g*). The change in the gradient is scaled to agree, unless by so much that more
    /// than a cubic must be in it.
    /// </summary>
    private static bool TryStraighten(EvaluatedPoint at, EvaluatedPoint point, double[] way, double[] change)
    {
        var (slope, rise) = (0.0, point.Value - at.Value);
        for (var j = 0; j < way.Length; j++)
        {
            slope += way[j] * change[j];
            rise -= way[j] * at.Gradient[j];
        }

        var factor = ((6 * rise) / slope) - 2;
        if (!(rise > LeastRise * (1 + Math.Abs(at.Value)) && Math.Abs(factor - 1) < LargestStraightening)) return false;
        for (var j = 0; j < change.Length; j++) change[j] *= factor;
        return true;
    }

    private static double[] Difference(double[] a, double[] b) => [.. a.Zip(b, (x, y) => x - y)];

    private static void AddScaled(double factor, double[] way, double[] change, double[] toWay, double[] toChange)
    {
        for (var j = 0; j < way.Length; j++)
        {
            toWay[j] += factor * way[j];
            toChange[j] += factor * change[j];
        }
    }
}
