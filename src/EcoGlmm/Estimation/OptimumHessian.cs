using EcoGlmm.Numerics;

namespace EcoGlmm.Estimation;

/// <summary>
/// The Hessian of a function at its optimum, by differences of its exact gradient with a step along each parameter in
/// proportion to its standard error: central, or forward where an evaluation is costly (with an error of about a thousandth).
/// </summary>
internal static class OptimumHessian
{
    /// <summary>
    /// d × d, symmetric. <paramref name="spread"/> holds a rough standard error for each parameter; <paramref name="gradient"/> is
    /// the gradient at x. An element that cannot be had is NaN. Of points with gradients that are known beside, those near x in directions of
    /// their own take the places of differences. Columns that are known exactly are taken as they are.
    /// </summary>
    public static double[] Of(DifferentiableFunction function, double[] x, double[] gradient, double[] spread, bool isCostly,
        IReadOnlyList<(double[] Point, double[] Gradient)>? known = null, (double[] Hessian, int First, int Count)? exact = null,
        double shortest = Tolerances.ShortestSecant)
    {
        var d = x.Length;
        var hessian = new double[d * d];
        var point = (double[])x.Clone();
        var (plus, minus) = (new double[d], gradient);
        if (!isCostly) minus = new double[d];
        var secants = Secants(x, gradient, spread, known ?? [], shortest);
        for (var j = 0; j < d; j++)
        {
            if (secants.Exists(s => s.Parameter == j)) continue;
            if (exact is { } given && j >= given.First && j < given.First + given.Count)
            {
                given.Hessian.AsSpan(j * d, d).CopyTo(hessian.AsSpan(j * d));
                continue;
            }

            var step = (isCostly ? Tolerances.ForwardStep : Tolerances.CentralStep) * spread[j];
            point[j] = x[j] + step;
            var value = function(point, plus);
            if (!isCostly)
            {
                point[j] = x[j] - step;
                value += function(point, minus);
            }

            var width = isCostly ? step : 2 * step;
            point[j] = x[j];
            for (var i = 0; i < d; i++)
            {
                hessian[(j * d) + i] = double.IsFinite(value) ? (plus[i] - minus[i]) / width : double.NaN;
            }
        }

        // H s = y, s a way and y the change in the gradient: of its columns those of earlier parameters are not in it, and all others known.
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
    /// Ways to known points that are neither too short nor too long, in directions of their own, with the changes in the gradient: each made
    /// to be one for a parameter, and zero for those of the ways before it.
    /// </summary>
    private static List<(int Parameter, double[] Way, double[] Change)> Secants(double[] x, double[] gradient, double[] spread,
        IReadOnlyList<(double[] Point, double[] Gradient)> known, double shortest)
    {
        var secants = new List<(int Parameter, double[] Way, double[] Change)>();
        var near = new List<(double Steps, double[] Point, double[] Gradient)>();
        foreach (var (point, there) in known)
        {
            var steps = 0.0;
            for (var j = 0; j < x.Length; j++)
                steps = Math.Max(steps, Math.Abs(point[j] - x[j]) / (Tolerances.ForwardStep * spread[j]));
            if (steps >= shortest && steps <= Tolerances.LongestSecant) near.Add((steps, point, there));
        }

        foreach (var (steps, point, there) in near.OrderBy(n => Math.Abs(Math.Log(n.Steps))))
        {
            double[] way = [.. point.Zip(x, (p, q) => p - q)];
            double[] change = [.. there.Zip(gradient, (p, q) => p - q)];
            foreach (var earlier in secants) AddScaled(-way[earlier.Parameter], earlier.Way, earlier.Change, way, change);
            var (most, parameter) = (0.0, -1);
            for (var j = 0; j < x.Length; j++)
            {
                var length = Math.Abs(way[j]) / (Tolerances.ForwardStep * spread[j]);
                if (length > most) (most, parameter) = (length, j);
            }

            if (most < Tolerances.LeastOwnDirection * steps) continue;
            AddScaled((1 / way[parameter]) - 1, [.. way], [.. change], way, change);
            secants.Add((parameter, way, change));
        }

        return secants;
    }

    private static void AddScaled(double factor, double[] way, double[] change, double[] toWay, double[] toChange)
    {
        for (var j = 0; j < way.Length; j++)
        {
            toWay[j] += factor * way[j];
            toChange[j] += factor * change[j];
        }
    }
}
