using EcoGlmm.RandomEffects;

namespace EcoGlmm.Decomposition;

/// <summary>
/// Var(b̂ − b) of each level's effects: given the parameters, and with what the uncertainty of these adds through
/// b̂(ψ): C. R. Henderson's prediction error variance for a Gaussian model.
/// </summary>
internal static class PredictionErrors
{
    public static BreedingValue[] Of(GlmmFit fit, RandomTerm term)
    {
        var estimate = fit.Estimate;
        var model = estimate.Model;
        var (r, levels) = (term.Width, term.Levels.Count);
        var index = Enumerable.Range(0, model.Terms.Count).First(t => ReferenceEquals(model.Terms[t], term));
        var modes = OfTerm(fit.Predictor().Modes(), term);
        var derivatives = fit.Predictor().ModeDerivatives();
        int[] moving = [.. Enumerable.Range(0, derivatives.Length).Where(j => derivatives[j] is not null)];
        var changes = Array.ConvertAll(moving, j => OfTerm(derivatives[j]!, term));
        var phi = estimate.System.Lambda.PrecisionTheta(index).ToArray();
        var scale = estimate.Scale * estimate.Scale;
        var own = InUserUnits(term, Product(estimate.System.Lambda[index], r, term.LatentWidth));
        var values = new BreedingValue[levels * r];
        for (var l = 0; l < levels; l++)
        {
            var given = InUserUnits(term, estimate.System.LevelCovariance(index, l));
            var relationship = term.Structure.Precision!.Variance(phi, l);
            for (var e = 0; e < r; e++)
            {
                var at = (l * r) + e;
                var variance = scale * given[(e * r) + e];
                for (var a = 0; a < moving.Length; a++)
                {
                    for (var b = 0; b < moving.Length; b++)
                        variance += changes[a][at] * changes[b][at] * estimate.Covariance[(moving[a] * model.ParameterCount) + moving[b]];
                }

                var prior = scale * relationship * own[(e * r) + e];
                values[at] = new BreedingValue(term.Levels[l], term.Effects[e], modes[at], Math.Sqrt(Math.Max(0, variance)),
                    prior > 0 ? Math.Sqrt(Math.Clamp(1 - (variance / prior), 0, 1)) : 0);
            }
        }

        return values;
    }

    /// <summary>A term's part of a vector of effects, in the users' units.</summary>
    private static double[] OfTerm(double[] effects, RandomTerm term)
    {
        var own = effects.AsSpan(term.EffectOffset, term.EffectCount).ToArray();
        for (var l = 0; l < term.Levels.Count && term.Scaling is not null; l++)
            term.Scaling.ToEffects(own.AsSpan(l * term.Width, term.Width));
        return own;
    }

    private static double[] InUserUnits(RandomTerm term, ReadOnlySpan<double> covariance) =>
        term.Scaling is { } scaling ? scaling.ToCovariance(covariance) : covariance.ToArray();

    private static double[] Product(double[] lambda, int r, int d)
    {
        var result = new double[r * r];
        for (var i = 0; i < r; i++)
        {
            for (var j = 0; j < r; j++)
            {
                for (var c = 0; c < d; c++) result[(i * r) + j] += lambda[(i * d) + c] * lambda[(j * d) + c];
            }
        }

        return result;
    }
}
