namespace EcoGlmm.Numerics;

/// <summary>
/// Nodes and weights for E[h(η + st)], t ~ N(0, 1): the trapezoidal rule, whose error for analytic h falls exponentially with
/// the step. Its step shrinks with s, so that a logistic h of steepness s is as exact as a smooth one, and its range grows
/// with s, so that exp is too.
/// Source: L. N. Trefethen &amp; J. A. C. Weideman (2014), The exponentially convergent trapezoidal rule, SIAM Review 56,
/// 385-458, section 5.
/// </summary>
internal sealed class NormalRule
{
    private const double WidestStep = 0.15;
    private const double StepTimesScale = 0.35;
    private const double Range = 8.5;

    private NormalRule(double scale, double[] shifts, double[] weights)
    {
        Scale = scale;
        Shifts = shifts;
        Weights = weights;
    }

    /// <summary>s.</summary>
    public double Scale { get; }

    /// <summary>st at each node.</summary>
    public double[] Shifts { get; }

    /// <summary>Weights that add to one.</summary>
    public double[] Weights { get; }

    /// <summary>The rule for a standard deviation of zero or more.</summary>
    public static NormalRule Of(double scale)
    {
        if (!(scale > 0)) return new NormalRule(0, [0], [1]);
        var step = Math.Min(WidestStep, StepTimesScale / scale);
        var count = (int)Math.Ceiling((Range + scale) / step);
        var (shifts, weights) = (new double[(2 * count) + 1], new double[(2 * count) + 1]);
        var total = 0.0;
        for (var i = -count; i <= count; i++)
        {
            var t = i * step;
            shifts[count + i] = scale * t;
            total += weights[count + i] = Math.Exp(-0.5 * t * t);
        }

        for (var i = 0; i < weights.Length; i++) weights[i] /= total;
        return new NormalRule(scale, shifts, weights);
    }
}
