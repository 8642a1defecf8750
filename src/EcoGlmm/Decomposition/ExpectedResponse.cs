using EcoGlmm.Estimation;
using EcoGlmm.Formulas;
using EcoGlmm.Numerics;

namespace EcoGlmm.Decomposition;

/// <summary>
/// Expected responses of rows with the effects of their individuals, other random effects averaged out over their distribution; per unit of
/// exposure where the link is a log.
/// </summary>
/// <param name="fit">The fit.</param>
/// <param name="by">The grouping factor whose conditional modes count.</param>
internal sealed class ExpectedResponse(GlmmFit fit, string by)
{
    // The trapezoidal rule on ±6 standard deviations is exact to rounding for smooth functions under a normal density.
    private const int Nodes = 49;

    /// <summary>Whether the fixed effects are the columns of the design, as in all models but those of ordered categories.</summary>
    public static bool IsDefinedFor(GlmmFit fit) =>
        fit.FixedEffects.Count(c => !double.IsNaN(c.Estimate)) * fit.ObservationCount == fit.Specification.Conditional.Training.X.Length;

    /// <summary>The mean of all individuals at one age, with a band for the fixed effects.</summary>
    public (double Mean, double Lower, double Upper) Average(FieldData rows, double level)
    {
        var design = fit.Specification.Conditional.Evaluate(rows);
        var mean = Of(rows, design).Average();
        var columns = design.X.Length / design.RowCount;
        var x = new double[columns];
        for (var j = 0; j < columns; j++) x[j] = design.X.AsSpan(j * design.RowCount, design.RowCount).ToArray().Average();
        var covariance = fit.Covariance;
        var variance = 0.0;
        for (var i = 0; i < columns; i++)
        {
            for (var j = 0; j < columns; j++) variance += x[i] * x[j] * covariance[i, j];
        }

        // The band moves all individuals together on the scale of the link.
        var shift = SpecialFunctions.NormalQuantile(0.5 + (level / 2)) * Math.Sqrt(variance);
        var (low, high) = (Of(rows, design, -shift).Average(), Of(rows, design, shift).Average());
        return (mean, Math.Min(low, high), Math.Max(low, high));
    }

    /// <summary>Expected responses of rows, the linear predictor moved by a shift.</summary>
    public double[] Of(FieldData rows, PartMatrices design, double shift = 0)
    {
        var n = design.RowCount;
        var spread = new double[n];
        var eta = Fixed(design, fit.FixedEffects);
        for (var i = 0; i < n; i++) eta[i] += shift + (fit.Family.Link == Link.Log ? 0 : design.Offset[i]);
        foreach (var term in design.RandomTerms)
        {
            if (!term.Structure.IsPlain || term.Entries is not null)
                throw new GlmmException($"Selective disappearance is taken apart for random terms with independent levels, not yet for "
                    + $"{term.Title}.");
            if (term.Group == by) AddModes(term, eta);
            else AddVariance(term, spread);
        }

        var predictors = new double[]?[LinearPredictor.FormulaCount];
        if (fit.Specification.ZeroInflation is { } zeros)
        {
            var part = zeros.Evaluate(rows, fixedOnly: true);
            predictors[LinearPredictor.ZeroInflation] = Fixed(part, fit.ZeroInflationEffects);
            for (var i = 0; i < n; i++) predictors[LinearPredictor.ZeroInflation]![i] += part.Offset[i];
        }

        if (fit.Family is { HasShiftedMean: true, HasDispersion: true })
            predictors[LinearPredictor.Dispersion] = Fixed(fit.Specification.Dispersion.Evaluate(rows, fixedOnly: true),
                fit.DispersionEffects);
        var moved = new double[n];
        predictors[LinearPredictor.Conditional] = moved;
        var mean = new double[n];
        for (var i = 0; i < n; i++)
        {
            var sd = Math.Sqrt(spread[i]);
            if (sd == 0 || fit.Family.Link == Link.Identity)
            {
                moved[i] = eta[i];
                mean[i] = GlmmFit.ResponseMean(fit.Family, predictors, i);
                continue;
            }

            var (sum, weights) = (0.0, 0.0);
            for (var k = 0; k < Nodes; k++)
            {
                var t = 12.0 * k / (Nodes - 1) - 6;
                var weight = SpecialFunctions.NormalPdf(t);
                moved[i] = eta[i] + (sd * t);
                sum += weight * GlmmFit.ResponseMean(fit.Family, predictors, i);
                weights += weight;
            }

            mean[i] = sum / weights;
        }

        return mean;
    }

    private static double[] Fixed(PartMatrices design, CoefficientTable table)
    {
        var beta = table.Where(c => !double.IsNaN(c.Estimate)).Select(c => c.Estimate).ToArray();
        var eta = new double[design.RowCount];
        for (var j = 0; j < beta.Length; j++)
        {
            for (var i = 0; i < eta.Length; i++) eta[i] += beta[j] * design.X[(j * eta.Length) + i];
        }

        return eta;
    }

    private void AddModes(GroupingTerm term, double[] eta)
    {
        var modes = fit.RandomEffects[term.Group, ModelPart.Conditional];
        var q = term.EffectNames.Length;
        for (var i = 0; i < eta.Length; i++)
        {
            for (var e = 0; e < q && term.Codes[i] >= 0; e++)
                eta[i] += term.Z[(i * q) + e] * modes[term.Levels[term.Codes[i]], term.EffectNames[e]].Mode;
        }
    }

    private void AddVariance(GroupingTerm term, double[] spread)
    {
        var q = term.EffectNames.Length;
        var own = fit.VarianceComponents.Where(c => c.Part == ModelPart.Conditional && c.Group == term.Group).ToArray();
        var sd = Array.ConvertAll(term.EffectNames, e => Array.Find(own, c => c.Term1 == e && c.Term2 is null)?.StandardDeviation ?? 0);
        double Correlation(int a, int b) => a == b ? 1 : Array.Find(own, c =>
            (c.Term1 == term.EffectNames[a] && c.Term2 == term.EffectNames[b]) || (c.Term1 == term.EffectNames[b]
                && c.Term2 == term.EffectNames[a]))?.Correlation ?? 0;
        for (var a = 0; a < q; a++)
        {
            for (var b = 0; b < q; b++)
            {
                var covariance = sd[a] * sd[b] * Correlation(a, b);
                for (var i = 0; i < spread.Length && covariance != 0; i++)
                    spread[i] += covariance * term.Z[(i * q) + a] * term.Z[(i * q) + b];
            }
        }
    }
}
