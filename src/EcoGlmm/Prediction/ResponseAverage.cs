using EcoGlmm.Estimation;
using EcoGlmm.Numerics;

namespace EcoGlmm.Prediction;

/// <summary>
/// The mean response when each linear predictor is normal, η_k ~ N(m_k, v_k), with its derivatives. Since the random effects
/// enter through η_k alone, one dimension for each predictor is exact; predictors have no random effects in common, so that
/// structural zeros average by themselves. ∂E[h]/∂m = E[h′] and ∂E[h]/∂v = ½E[h″].
/// </summary>
/// <param name="family">The family.</param>
/// <param name="isZeroInflated">Whether structural zeros count in.</param>
/// <param name="isShifted">Whether the family's mean is not link⁻¹(η), as for truncated ones and ordered categories, and is wanted.</param>
internal sealed class ResponseAverage(Family family, bool isZeroInflated, bool isShifted)
{
    private const double Step = 1e-3;
    private readonly NormalRule[] _rules = [.. Enumerable.Repeat(NormalRule.Of(0), LinearPredictor.FormulaCount)];

    /// <summary>Whether the mean is link⁻¹(η) and no more.</summary>
    public bool IsPlain { get; } = !isZeroInflated && !isShifted;

    /// <summary>E[Y], and what it changes with each m_k and v_k.</summary>
    /// <exception cref="GlmmException">The average does not exist with this link.</exception>
    public double Evaluate(ReadOnlySpan<double> mean, ReadOnlySpan<double> variance, Span<double> byMean, Span<double> byVariance)
    {
        byMean.Clear();
        byVariance.Clear();
        if (variance[LinearPredictor.Conditional] > 0) RequireAverage();
        const int c = LinearPredictor.Conditional;
        var value = isShifted
            ? Shifted(mean, variance, byMean, byVariance)
            : family.LocationLink == Link.Identity ? mean[c]
            : Linked(family.LocationLink, Rule(c, variance[c]), mean[c], ref byMean[c], ref byVariance[c]);
        if (!isShifted && family.LocationLink == Link.Identity) byMean[c] = 1;
        if (!isZeroInflated) return value;

        const int k = LinearPredictor.ZeroInflation;
        var (slope, curvature) = (0.0, 0.0);
        var share = Linked(Link.Logit, Rule(k, variance[k]), -mean[k], ref slope, ref curvature);
        for (var j = 0; j < byMean.Length; j++)
        {
            byMean[j] *= share;
            byVariance[j] *= share;
        }

        byMean[k] = -slope * value;
        byVariance[k] = curvature * value;
        return value * share;
    }

    private static double Linked(Link link, NormalRule rule, double m, ref double byMean, ref double byVariance)
    {
        var value = 0.0;
        for (var i = 0; i < rule.Shifts.Length; i++)
        {
            var point = link.At(m + rule.Shifts[i]);
            value += rule.Weights[i] * point.Mu;
            byMean += rule.Weights[i] * point.D1;
            byVariance += 0.5 * rule.Weights[i] * point.D2;
        }

        return value;
    }

    /// <summary>Families whose mean depends on the dispersion or on shapes too.</summary>
    private double Shifted(ReadOnlySpan<double> mean, ReadOnlySpan<double> variance, Span<double> byMean, Span<double> byVariance)
    {
        const int c = LinearPredictor.Conditional, d = LinearPredictor.Dispersion;
        var shapes = mean[LinearPredictor.Shape..].ToArray();
        var (eta0, delta0) = (mean[c], mean[d]);
        var (inner, outer) = (Rule(c, variance[c]), Rule(d, variance[d]));
        var at = shapes.Length > 0 ? family.WithShapes(shapes) : family;
        var value = 0.0;
        for (var j = 0; j < outer.Shifts.Length; j++)
        {
            var delta = delta0 + outer.Shifts[j];
            for (var i = 0; i < inner.Shifts.Length; i++)
            {
                var eta = eta0 + inner.Shifts[i];
                var w = outer.Weights[j] * inner.Weights[i];
                var here = At(at, eta, delta);
                var (up, down) = (At(at, eta + Step, delta), At(at, eta - Step, delta));
                value += w * here;
                byMean[c] += w * (up - down) / (2 * Step);
                byVariance[c] += 0.5 * w * (up - (2 * here) + down) / (Step * Step);
                if (!family.HasDispersion) continue;
                (up, down) = (At(at, eta, delta + Step), At(at, eta, delta - Step));
                byMean[d] += w * (up - down) / (2 * Step);
                byVariance[d] += 0.5 * w * (up - (2 * here) + down) / (Step * Step);
            }
        }

        for (var k = 0; k < shapes.Length; k++)
        {
            var middle = shapes[k];
            shapes[k] = middle + Step;
            var up = Average(family.WithShapes(shapes));
            shapes[k] = middle - Step;
            byMean[LinearPredictor.Shape + k] = (up - Average(family.WithShapes(shapes))) / (2 * Step);
            shapes[k] = middle;
        }

        return value;

        double Average(Family other)
        {
            var sum = 0.0;
            for (var j = 0; j < outer.Shifts.Length; j++)
            {
                for (var i = 0; i < inner.Shifts.Length; i++)
                    sum += outer.Weights[j] * inner.Weights[i] * At(other, eta0 + inner.Shifts[i], delta0 + outer.Shifts[j]);
            }

            return sum;
        }

        static double At(Family family, double eta, double delta) => family.Mean(family.LocationLink.At(eta).Mu, Math.Exp(delta));
    }

    private NormalRule Rule(int predictor, double variance)
    {
        var scale = Math.Sqrt(Math.Max(0, variance));
        if (_rules[predictor].Scale != scale) _rules[predictor] = NormalRule.Of(scale);
        return _rules[predictor];
    }

    private void RequireAverage()
    {
        if (!family.LocationLink.HasPole) return;
        throw new GlmmException($"With the {family.Link.Name} link a normal random effect can bring the mean to infinity, so that its "
            + "average over the population does not exist. Use Conditional or Population predictions, or fit the model with the log link.");
    }
}
