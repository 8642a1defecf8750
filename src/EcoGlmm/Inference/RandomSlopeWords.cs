using EcoGlmm.Estimation;
using EcoGlmm.Formulas;
using EcoGlmm.Model;
using EcoGlmm.Text;

namespace EcoGlmm.Inference;

/// <summary>What random slopes and their correlation with intercepts mean, in sentences.</summary>
internal static class RandomSlopeWords
{
    public static IEnumerable<string> Of(GlmmFit fit)
    {
        var model = fit.Estimate.Model;
        var said = false;
        foreach (var term in model.Terms.Where(t => t.Predictor == LinearPredictor.Conditional && t.Effects.Contains(Intercept.Name)
            && t.Width > 1))
        {
            var components = fit.VarianceComponents.Where(v => v.Part == term.Part && v.Group == term.Group).ToArray();
            var intercept = components.First(v => v.Term1 == Intercept.Name && v.Term2 is null).StandardDeviation;
            foreach (var slope in term.Effects.Where(e => e != Intercept.Name))
            {
                var sd = components.First(v => v.Term1 == slope && v.Term2 is null).StandardDeviation;
                // In an interaction or beside its square the coefficient is the slope at one place only.
                var isAlone = fit.Specification.Conditional.TermLabels.Count(label => Concerns(label, slope)) == 1;
                var fixedSlope = isAlone ? fit.FixedEffects.FirstOrDefault(c => c.Name == slope) : null;
                if (components.FirstOrDefault(v => v.Term1 == Intercept.Name && v.Term2 == slope) is not { Correlation: var r }) continue;
                said = true;
                yield return Sentence(fit, term.Group, slope, intercept, sd, r, fixedSlope);
            }
        }

        if (!said)
            yield return "The model has no random slopes that are correlated with intercepts: write (x | group) to let slopes of x differ "
                + "between groups.";
    }

    /// <summary>Whether a term of the fixed effects holds the variables of a slope, alone or with others.</summary>
    private static bool Concerns(string label, string slope)
    {
        // What is the same for all rows of a level, such as between(), does not bend its slope.
        static HashSet<string> Names(string text)
        {
            try
            {
                var tree = ModelFormula.Parse("~ " + text).RightHandSide;
                return IndividualFunctions.IsOfIndividual(tree) ? [] : [.. tree.Descend().OfType<NameNode>().Select(node => node.Name)];
            }
            catch (GlmmException)
            {
                return [text];
            }
        }

        return label == slope || Names(slope).Overlaps(Names(label));
    }

    private static string Sentence(GlmmFit fit, string group, string slope, double intercept, double sd, double r, Coefficient? average)
    {
        string N(double value) => NumberFormat.Significant(value, 3);
        var text = $"Slopes of {slope} differ between levels of {group} with a standard deviation of {N(sd)}";
        if (average is { } mean && double.IsFinite(mean.Estimate))
        {
            text += $" about the average of {N(mean.Estimate)}, so that about 95 % of levels have slopes between "
                + $"{N(mean.Estimate - (1.96 * sd))} and {N(mean.Estimate + (1.96 * sd))}";
        }

        text += sd == 0 || intercept == 0 || Math.Abs(r) > 0.999
            ? ". A standard deviation is at zero or the correlation at ±1: the data do not tell how intercepts and slopes go together."
            : $". Their correlation with the intercepts is {NumberFormat.Fixed(r, 2)}: levels that are high where {slope} = 0 "
                + (Math.Abs(r) < 0.1 ? "have about the same slopes as others."
                    : (r > 0, average?.Estimate) switch
                    {
                        (true, null) => "have higher slopes; those that are low have lower ones. Differences between levels grow with "
                            + slope + ".",
                        (false, null) => "have lower slopes; those that are low have higher ones. Differences between levels shrink as "
                        + slope + " grows, and may turn around.",
                        (true, < 0) => "decline more slowly, or rise; those that are low decline faster. Differences between levels "
                            + "grow with " + slope + ".",
                        (true, _) => "rise faster; those that are low rise more slowly. Differences between levels grow with "
                        + slope + ".",
                        (false, < 0) => "decline faster; those that are low decline more slowly. Differences between levels shrink as "
                        + slope + " grows, and may turn around.",
                        (false, _) => "rise more slowly; those that are low rise faster. Differences between levels shrink as " + slope
                        + " grows, and may turn around.",
                    });
        if (!fit.Data.TryGetColumn(slope, out var column) || column is not Data.NumericColumn numbers) return text;
        var centre = fit.UsedRows.Average(row => numbers.Values[row]);
        var (v0, v1, c) = (intercept * intercept, sd * sd, r * intercept * sd);
        var variance = v0 + (2 * centre * c) + (centre * centre * v1);
        if (variance > 0 && sd > 0 && Math.Abs(centre) > 0.05 * sd)
            text += $" The correlation depends on where zero is: at the mean, {slope} = {N(centre)}, it is "
                + $"{NumberFormat.Fixed((c + (centre * v1)) / Math.Sqrt(variance * v1), 2)}.";
        return text;
    }
}
