using EcoGlmm.Estimation;
using EcoGlmm.Formulas;
using EcoGlmm.Numerics;
using EcoGlmm.Prediction;
using EcoGlmm.RandomEffects;

namespace EcoGlmm.Decomposition;

/// <summary>
/// Expected responses of rows with the effects of their individuals, other random effects averaged out over their distribution; per unit of
/// exposure where the link is a log.
/// </summary>
/// <param name="fit">The fit.</param>
/// <param name="by">The grouping factor whose conditional modes count.</param>
internal sealed class ExpectedResponse(GlmmFit fit, string by)
{
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
        var others = new RandomVariance(fit.Estimate, LinearPredictor.Conditional, design);
        for (var i = 0; i < n; i++) spread[i] = others.Value(i, t => !Counts(t));
        AddModes(design, eta, spread);
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
        NormalRule? rule = null;
        for (var i = 0; i < n; i++)
        {
            var sd = Math.Sqrt(spread[i]);
            if (sd == 0 || fit.Family.Link == Link.Identity)
            {
                moved[i] = eta[i];
                mean[i] = GlmmFit.ResponseMean(fit.Family, predictors, i);
                continue;
            }

            // Rows of known individuals share their spread, or nearly all do.
            if (rule is null || rule.Scale != sd) rule = NormalRule.Of(sd);
            for (var k = 0; k < rule.Shifts.Length; k++)
            {
                moved[i] = eta[i] + rule.Shifts[k];
                mean[i] += rule.Weights[k] * GlmmFit.ResponseMean(fit.Family, predictors, i);
            }
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

    /// <summary>Whether the conditional modes of a term count: the individuals' own, and curves.</summary>
    private bool Counts(RandomTerm term) => term.Group == by || term.IsCurve;

    /// <summary>Adds what is known of the individuals, at new ages by their neighbours in age, and what that leaves open.</summary>
    private void AddModes(PartMatrices design, double[] eta, double[] spread)
    {
        var estimate = fit.Estimate;
        var modes = new double[estimate.System.EffectCount];
        estimate.System.Lambda.Multiply(estimate.Modes, modes);
        var terms = estimate.Model.Terms;
        int[] mine = [.. Enumerable.Range(0, terms.Count).Where(t => terms[t].Predictor == LinearPredictor.Conditional)];
        for (var at = 0; at < mine.Length; at++)
        {
            var term = terms[mine[at]];
            if (!Counts(term)) continue;
            var rows = new TermRows(estimate, mine[at], design.RandomTerms[at]);
            for (var i = 0; i < eta.Length; i++)
            {
                rows.MoveTo(i);
                for (var k = 0; k < rows.Count; k++)
                {
                    for (var e = 0; e < term.Width; e++) eta[i] += rows.WeightsOf(k)[e] * modes[rows.EffectOf(k) + e];
                }

                if (rows.NewVariance > 0) spread[i] += rows.NewVariance * LevelVariance(mine[at], rows.NewWeights);
            }
        }
    }

    /// <summary>zᵀΛΛᵀz.</summary>
    private double LevelVariance(int index, ReadOnlySpan<double> z)
    {
        var (lambda, d) = (fit.Estimate.System.Lambda[index], fit.Estimate.Model.Terms[index].LatentWidth);
        var sum = 0.0;
        for (var c = 0; c < d; c++)
        {
            var own = 0.0;
            for (var e = 0; e < z.Length; e++) own += z[e] * lambda[(e * d) + c];
            sum += own * own;
        }

        return sum * fit.Estimate.Scale * fit.Estimate.Scale;
    }
}
