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
    /// the gradient at x. An element that cannot be had is NaN. Of points with gradients that are known beside, one that is as near as
    /// a step takes the place of the difference along a parameter.
    /// </summary>
    public static double[] Of(DifferentiableFunction function, double[] x, double[] gradient, double[] spread, bool isCostly,
        IReadOnlyList<(double[] Point, double[] Gradient)>? known = null)
    {
        var d = x.Length;
        var hessian = new double[d * d];
        var point = (double[])x.Clone();
        var (plus, minus) = (new double[d], gradient);
        if (!isCostly) minus = new double[d];
        var (neighbour, spared) = Neighbour(x, spread, known ?? []);
        for (var j = 0; j < d; j++)
        {
            if (j == spared) continue;
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

        if (spared >= 0)
        {
            // H s = y, s the way to the neighbour and y the change in the gradient, with all columns of H known but one.
            var (near, there) = neighbour;
            for (var i = 0; i < d; i++)
            {
                var rest = there[i] - gradient[i];
                for (var j = 0; j < d; j++) rest -= j == spared ? 0 : hessian[(j * d) + i] * (near[j] - x[j]);
                hessian[(spared * d) + i] = rest / (near[spared] - x[spared]);
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

    /// <summary>The point that is nearest to being a step away, and the parameter that differs most there; −1 where none is near.</summary>
    private static ((double[] Point, double[] Gradient) Neighbour, int Parameter) Neighbour(double[] x, double[] spread,
        IReadOnlyList<(double[] Point, double[] Gradient)> known)
    {
        var (best, parameter, least) = (-1, -1, double.PositiveInfinity);
        for (var k = 0; k < known.Count; k++)
        {
            var (steps, most) = (0.0, -1);
            for (var j = 0; j < x.Length; j++)
            {
                var length = Math.Abs(known[k].Point[j] - x[j]) / (Tolerances.ForwardStep * spread[j]);
                if (length > steps) (steps, most) = (length, j);
            }

            if (steps < Tolerances.ShortestSecant || steps > Tolerances.LongestSecant || Math.Abs(Math.Log(steps)) >= least) continue;
            (best, parameter, least) = (k, most, Math.Abs(Math.Log(steps)));
        }

        return (best < 0 ? default : known[best], parameter);
    }
}
