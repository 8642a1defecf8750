using EcoGlmm.Model;
using EcoGlmm.Numerics;

namespace EcoGlmm.Inference;

/// <summary>
/// Profile-likelihood intervals: the values of a parameter at which the likelihood, maximised over all others, is lower than at
/// the estimate by half a quantile of χ²₁. The signed root ζ of the deviance difference is all but linear in the parameter,
/// so that a few secant steps find where it is ±z.
/// Source: D. M. Bates &amp; D. G. Watts (1988), Nonlinear Regression Analysis, section 6.1; W. Venables &amp; S. Moolgavkar (1988),
/// Applied Statistics 37, 87-94.
/// </summary>
internal sealed class ProfileLikelihood
{
    /// <summary>Fits for one end: five do for most, and bisection of what is left would take twenty.</summary>
    private const int MostSteps = 25;

    /// <summary>Steps outward after which the end of the range itself is tried, where the likelihood may never fall far enough.</summary>
    private const int StepsToTheEdge = 3;

    /// <summary>A step outward goes this many times as far at most: beyond the line through the estimate is a guess.</summary>
    private const double Stretch = 3;

    /// <summary>A root below this share of its quantile says nothing of the slope, so that the step is only stretched.</summary>
    private const double FlatShare = 0.02;

    /// <summary>Within this share of its quantile the line through the last two points leads nearer than that through the
    /// estimate.</summary>
    private const double NearShare = 0.1;

    /// <summary>A correlation that stands for one: its Fisher's z is 6.</summary>
    private const double CorrelationEdge = 0.99999;

    /// <summary>A root that misses its quantile by less is an end to two digits, where steps have run out.</summary>
    private const double RoughTolerance = 0.05;

    /// <summary>Values along a profile that is drawn; odd, so that the estimate is one.</summary>
    private const int CurvePoints = 17;

    /// <summary>How near the root is to be to its quantile, in standard errors of the parameter.</summary>
    private const double Tolerance = 1e-6;

    private readonly CancellationToken _cancellation;
    private readonly GlmmFit _fit;
    private readonly double _best;
    private readonly double _z;

    private ProfileLikelihood(GlmmFit fit, double level, CancellationToken cancellation)
    {
        _cancellation = cancellation;
        _fit = fit;
        _best = Objective(fit);
        _z = SpecialFunctions.NormalQuantile(0.5 + (level / 2));
    }

    /// <summary>Intervals of all parameters; for a REML fit those of maximum likelihood, as in lme4.</summary>
    public static IEnumerable<Interval> Intervals(GlmmFit fit, double level, IProgress<double>? progress = null,
        CancellationToken cancellation = default)
    {
        RequireConverged(fit);
        var parameters = FitParameter.Of(fit);
        var ends = new double[2 * parameters.Count];
        using var live = LiveProgress.Start("Profiling the likelihood", ends.Length, progress, cancellation);
        var profile = Of(fit, level, live.Cancellation);
        live.ForEach(ends.Length, fit.Options.Control.MaxThreads, k => ends[k] = profile.End(parameters[k / 2], k % 2 == 0 ? -1 : 1));
        return parameters.Select((p, k) => new Interval(p.Part, p.Name, p.Value(profile._fit), ends[2 * k],
            ends[(2 * k) + 1]) { Kind = p.Kind });
    }

    /// <summary>One parameter's profile, from a little beyond one end of its interval to a little beyond the other.</summary>
    public static LikelihoodProfile Curve(GlmmFit fit, string name, ModelPart? part, double level, IProgress<double>? progress,
        CancellationToken cancellation)
    {
        RequireConverged(fit);
        var all = FitParameter.Of(fit);
        var parameter = all.Where(p => p.Name == name && (part is null || p.Part == part)).OrderBy(p => p.Part).FirstOrDefault()
            ?? throw new GlmmException($"There is no parameter \"{name}\" to "
                + $"profile{Text.NearestName.Suggestion(name, all.Select(p => p.Name))}");
        using var live = LiveProgress.Start("Profiling the likelihood", CurvePoints + 2, progress, cancellation);
        var profile = Of(fit, level, live.Cancellation);
        var estimate = parameter.Value(profile._fit);
        var ends = new double[2];
        live.ForEach(2, fit.Options.Control.MaxThreads, k => ends[k] = profile.End(parameter, k == 0 ? -1 : 1));
        var (low, high) = (Beyond(ends[0]), Beyond(ends[1]));

        // On the scale without bounds where the interval does not reach a bound.
        var bounded = double.IsFinite(parameter.ToUnbounded(low)) && double.IsFinite(parameter.ToUnbounded(high));
        double To(double v) => bounded ? parameter.ToUnbounded(v) : v;
        double From(double u) => bounded ? parameter.FromUnbounded(u) : u;
        var half = CurvePoints / 2;
        double[] values = [.. Enumerable.Range(-half, CurvePoints).Select(i => i == 0 ? estimate
            : From(To(estimate) + ((To(i < 0 ? low : high) - To(estimate)) * Math.Abs(i) / half)))];
        values = [.. values.Distinct().Order()];
        var roots = new double[values.Length];
        live.ForEach(values.Length, fit.Options.Control.MaxThreads, i =>
            roots[i] = values[i] == estimate ? 0 : Math.Sign(values[i] - estimate) * profile.Zeta(parameter, values[i], out _));
        return new LikelihoodProfile(new Interval(parameter.Part, name, estimate, ends[0], ends[1]), level, profile._z, values, roots);

        // A fifth of the way farther, within the bounds.
        double Beyond(double end)
        {
            if (double.IsNaN(end))
                throw new GlmmException($"The profile of {name} does not fall far enough on one side for an interval: its likelihood is "
                    + $"flat there.");
            var (least, most) = parameter.Bounds;
            var u = parameter.ToUnbounded(end) + (0.2 * (parameter.ToUnbounded(end) - parameter.ToUnbounded(estimate)));
            return end <= least || end >= most || !double.IsFinite(u) ? end : parameter.FromUnbounded(u);
        }
    }

    /// <summary>
    /// Of one coefficient of the conditional part: where the signed root of the deviance difference is ± a quantile, and what it is at
    /// zero.
    /// </summary>
    public static (double Lower, double Upper, double AtZero) OfCoefficient(GlmmFit fit, string name, double quantile,
        CancellationToken cancellation)
    {
        RequireConverged(fit);
        var parameter = FitParameter.Of(fit).First(p => p.Name == name && p.Part == ModelPart.Conditional
            && p.Kind == ParameterKind.Coefficient);
        var profile = Of(fit, 1 - (2 * SpecialFunctions.NormalCdf(-quantile)), cancellation);
        var estimate = parameter.Value(profile._fit);
        return (profile.End(parameter, -1), profile.End(parameter, 1), Math.Sign(estimate) * profile.Zeta(parameter, 0, out _));
    }

    private static void RequireConverged(GlmmFit fit)
    {
        if (!fit.Convergence.IsConverged)
            throw new GlmmException("The fit did not converge, so that its likelihood has no profile. Mend the model first: "
                + "fit.Convergence says what is wrong.");
    }

    /// <summary>That of the fit by maximum likelihood, each refit on one thread.</summary>
    private static ProfileLikelihood Of(GlmmFit fit, double level, CancellationToken cancellation) =>
        new(ModelFitter.Again(fit, fit.Options with { Reml = false, Control = fit.Options.Control with { MaxThreads = 1 } }, cancellation),
            level, cancellation);

    private double End(FitParameter parameter, int side)
    {
        var estimate = parameter.Value(_fit);
        var (low, high) = parameter.Bounds;
        var bound = side < 0 ? low : high;
        if (double.IsNaN(estimate) || estimate == bound) return double.IsNaN(estimate) ? double.NaN : bound;
        var edge = parameter.Kind == ParameterKind.Correlation ? side * CorrelationEdge : parameter.Kind == ParameterKind.StandardDeviation
            && side < 0 ? 0 : double.NaN;
        var (inside, outside) = (estimate, double.NaN);
        var (zetaInside, x, step) = (0.0, 0.0, FirstStep(parameter, estimate));
        var isZero = estimate == 0 && parameter.Kind != ParameterKind.Coefficient;
        var origin = isZero ? 0 : parameter.ToUnbounded(estimate);

        // A standard deviation of zero has no logarithm: walk on its own scale.
        double From(double u) => isZero ? u : parameter.FromUnbounded(u);
        double To(double v) => isZero ? v : parameter.ToUnbounded(v);
        x = origin + (side * step);
        var (before, zetaBefore) = (origin, 0.0);
        var last = _fit;
        for (var i = 0; i < MostSteps; i++)
        {
            var value = From(x);
            var zeta = Zeta(parameter, value, out var held, last);
            if (double.IsNaN(zeta)) return double.NaN;
            last = held;
            if (Math.Abs(zeta - _z) < Tolerance) return value;
            if (zeta < _z) (inside, zetaInside) = (value, zeta);
            else outside = value;
            var next = zeta > FlatShare * _z ? origin + ((x - origin) * _z / zeta) : origin + (Stretch * (x - origin));
            // Near the end the line through the last two points is better than that through the estimate.
            if (Math.Abs(zeta - _z) < NearShare * _z && Math.Abs(zeta - zetaBefore) > 0.01 * Math.Abs(zeta - _z))
                next = x + ((_z - zeta) * (x - before) / (zeta - zetaBefore));
            (before, zetaBefore) = (x, zeta);
            if (double.IsNaN(outside))
            {
                // Far out the likelihood may never fall far enough: the interval then ends at the bound.
                if (i >= StepsToTheEdge && !double.IsNaN(edge))
                {
                    if (Zeta(parameter, edge, out _) < _z) return bound;
                    outside = edge;
                    next = parameter.Kind == ParameterKind.Correlation ? 0.5 * (x + To(edge)) : x - Math.Log(2);
                }
                else
                {
                    next = origin + (side * Math.Min(Math.Abs(next - origin), Stretch * Math.Abs(x - origin)));
                }
            }
            else if (outside != edge || edge != 0)
            {
                var (a, b) = (To(inside), To(outside));
                if ((next - a) * (next - b) >= 0) next = 0.5 * (a + b);
            }
            else
            {
                next = Math.Max(next, x - 3);
            }

            if (Math.Abs(next - x) < 1e-10 * (1 + Math.Abs(x))) return value;
            x = next;
        }

        return _z - zetaInside < RoughTolerance ? inside : double.NaN;
    }

    /// <summary>A standard error, where there is one.</summary>
    private double FirstStep(FitParameter parameter, double estimate)
    {
        var wald = parameter.Kind switch
        {
            ParameterKind.Coefficient => parameter.Part switch
            {
                ModelPart.Conditional => _fit.FixedEffects[parameter.Name].StandardError,
                ModelPart.ZeroInflation => _fit.ZeroInflationEffects[parameter.Name].StandardError,
                _ => _fit.DispersionEffects[parameter.Name].StandardError,
            },
            ParameterKind.Dispersion => 1 / Math.Sqrt(_fit.ObservationCount),
            ParameterKind.StandardDeviation when estimate == 0 => 0.1 * Math.Max(_fit.Family.HasDispersion ? _fit.Sigma : 1, 1e-8),
            _ => 0.2,
        };
        return _z * (wald > 0 && double.IsFinite(wald) ? wald : Math.Max(0.1, 0.1 * Math.Abs(estimate)));
    }

    /// <summary>√(2(ℓ̂ − ℓ)) with the parameter held at a value; NaN where no fit is to be had.</summary>
    /// <param name="parameter">The parameter.</param>
    /// <param name="value">The value.</param>
    /// <param name="held">The fit with it.</param>
    /// <param name="near">A fit to begin from; the estimate when null.</param>
    private double Zeta(FitParameter parameter, double value, out GlmmFit? held, GlmmFit? near = null)
    {
        held = null;
        try
        {
            held = ModelFitter.Again(_fit, _fit.Options with { Fixed = [.. _fit.Options.Fixed, parameter.HoldAt(value)] },
                _cancellation, near);
            return Math.Sqrt(Math.Max(0, 2 * (_best - Objective(held))));
        }
        catch (GlmmException)
        {
            return double.NaN;
        }
    }

    private static double Objective(GlmmFit fit) => fit.LogLikelihood + fit.Estimate.LogPrior;
}
