using EcoGlmm.Data;
using EcoGlmm.Families;
using EcoGlmm.RandomEffects;
using EcoGlmm.RandomEffects.Structures;
using EcoGlmm.Text;

namespace EcoGlmm;

/// <summary>What is said in words about a fit, in every display of it.</summary>
internal static class FitWords
{
    /// <summary>"Zero-inflated negative binomial mixed model".</summary>
    public static string Kind(GlmmFit fit)
    {
        var words = fit.Family.Words;
        var mixed = MixedWord(fit);
        var kind = fit.Family.IsNormalAroundPredictor ? new FamilyWords($"Linear {mixed}model")
            : words with { Title = mixed.Length == 0 ? $"{words.Title} generalized linear model" : $"{words.Title} {mixed}model" };
        if (!fit.Estimate.Model.IsZeroInflated) return kind.Title;
        return fit.Family.IsZeroTruncated ? $"Hurdle model, {kind.InSentence}" : $"Zero-inflated {kind.InSentence}";
    }

    /// <summary>"maximum likelihood (Laplace approximation)".</summary>
    public static string Estimator(GlmmFit fit) =>
        (fit.Estimate.Model.Restraints.HasPrior ? $"penalised {Likelihood(fit)}" : Likelihood(fit)) + Iterations(fit);

    /// <summary>That systems were solved by iterations, with the error that this leaves; nothing when they were not.</summary>
    private static string Iterations(GlmmFit fit) => !fit.Estimate.System.IsIterative ? ""
        : $", systems solved by conjugate gradients, determinants by stochastic Lanczos quadrature (Monte Carlo error of the "
            + $"log-likelihood {NumberFormat.Significant(fit.LogLikelihoodError, 2)}, of estimates at most "
            + $"{NumberFormat.Significant(fit.EstimateError, 2)} standard errors)";

    private static string Likelihood(GlmmFit fit) => (fit.Estimate.IsProfiled, fit.Estimate.Model.Terms.Count > 0) switch
    {
        _ when fit.Estimate.IsRestricted => "restricted maximum likelihood (REML)",
        _ when fit.Estimate.IsSimulated => "maximum simulated likelihood",
        (true, true) => fit.Options.Reml ? "restricted maximum likelihood (REML)"
        : "maximum likelihood (exact, by penalised least squares)",
        (true, false) => fit.Options.Reml ? "exact least squares (residual variance by REML)"
        : "exact least squares (residual variance by maximum likelihood)",
        (false, true) => $"maximum likelihood ({Approximation(fit.Estimate.Model.QuadraturePoints)})",
        (false, false) => "maximum likelihood",
    };

    private static string Approximation(int points) =>
        points > 1 ? $"adaptive Gauss-Hermite quadrature, {points} points" : "Laplace approximation";

    /// <summary>"599 rows, 27 levels of Nest".</summary>
    public static string Size(GlmmFit fit)
    {
        var groups = fit.Groups.Select(g => $"{NumberFormat.Count(g.Levels)} level{(g.Levels == 1 ? "" : "s")} of {g.Group}");
        return string.Join(", ", groups.Prepend(NumberFormat.Count(fit.ObservationCount, "row")));
    }

    /// <summary>Which rows were left out and why; null when none were.</summary>
    public static string? LeftOut(GlmmFit fit)
    {
        if (fit.DroppedRowCount == 0) return null;
        var variables = fit.Specification.MissingByVariable.Select(m => $"{m.Variable} ({NumberFormat.Count(m.Count)})");
        return $"{NumberFormat.Count(fit.DroppedRowCount)} of {NumberFormat.Count(fit.Data.RowCount, "row")} left out because of missing "
            + "values: "
            + string.Join(", ", variables) + ".";
    }

    /// <summary>What the exponential of a coefficient is on that link; null where it has no plain meaning.</summary>
    public static string? RatioName(Family family, ModelPart part) => part switch
    {
        ModelPart.ZeroInflation => "Odds ratio",
        ModelPart.Dispersion => "Ratio",
        _ => family.Link.RatioName(family),
    };

    /// <summary>The scale of a part's coefficients: "log", "logit of a structural zero", "log θ".</summary>
    public static string Scale(Family family, ModelPart part) => part switch
    {
        ModelPart.ZeroInflation => family.IsZeroTruncated ? "logit of the probability of a zero"
            : "logit of the probability of a structural zero",
        ModelPart.Dispersion => $"log of {family.Words.Dispersion?.Modelled ?? "the dispersion"}",
        _ => $"{family.Link.Name} link",
    };

    /// <summary>"Family parameter df = 4.1 (standard error 0.8): degrees of freedom", for each; none for thresholds.</summary>
    public static IEnumerable<string> FamilyParameters(GlmmFit fit)
    {
        if (fit.Family.HasThresholds) yield break;
        for (var k = 0; k < fit.FamilyParameters.Count; k++)
        {
            var c = fit.FamilyParameters.Rows[k];
            var error = double.IsFinite(c.StandardError) ? $" (standard error {NumberFormat.Significant(c.StandardError)})" : "";
            yield return $"Family parameter {c.Name} = {NumberFormat.Significant(c.Estimate)}{error}: {fit.Family.Shapes[k].Meaning}";
        }
    }

    /// <summary>"Thresholds (logit link)".</summary>
    public static string ThresholdCaption(Family family) => $"Thresholds ({family.Link.Name} link)";

    /// <summary>Whether the dispersion is a single parameter, so that one number tells it.</summary>
    public static bool HasSingleDispersion(GlmmFit fit) => fit.Family.HasDispersion && fit.Estimate.Model.HasConstantDispersion;

    /// <summary>Whether the dispersion has a model of its own.</summary>
    public static bool HasDispersionModel(GlmmFit fit) => fit.Family.HasDispersion && !fit.Estimate.Model.HasConstantDispersion;

    /// <summary>Formulas and columns beyond the main formula: label and text.</summary>
    public static IEnumerable<(string Label, string Text)> Extras(GlmmFit fit)
    {
        if (fit.Estimate.Model.IsZeroInflated) yield return ("Zero inflation", fit.Options.ZeroInflation);
        if (HasDispersionModel(fit)) yield return ("Dispersion", fit.Options.Dispersion);
        if (fit.Options.Weights is { } weights) yield return ("Weights", weights);
        if (fit.Options.Offset is { } offset) yield return ("Offset", offset);
    }

    /// <summary>Levels of a grouping factor below which the normal approximation is said to be too sure.</summary>
    private const int ManyGroups = 30;

    /// <summary>What few groups do to normal intervals, and what allows for it; null where there are many.</summary>
    public static string? FewGroups(GlmmFit fit)
    {
        if (Few(fit) is not { } few) return null;
        var gaussian = fit.Estimate.IsProfiled && double.IsFinite(fit.LogLikelihood);
        return $"With {NumberFormat.Count(few.GroupLevels.Count)} levels of {few.Group} these intervals are too short and p-values too "
            + "small for what differs between levels: "
            + (gaussian ? $"{(fit.Options.Reml ? "" : "fit by REML, and ")}use CoefficientTests(DenominatorDegrees.KenwardRoger)."
                : "use ConfidenceIntervals(IntervalMethod.SmallSample), which fits again by REML and has t-quantiles.");
    }

    /// <summary>What few groups do to intervals by Student's t with variances by maximum likelihood; null where there are many, or the
    /// model is Gaussian by REML.</summary>
    public static string? FewGroupsBehindT(GlmmFit fit) => fit.Options.Reml || Few(fit) is not { } few ? null
        : $"variances among {NumberFormat.Count(few.GroupLevels.Count)} levels of {few.Group} tend to be estimated as too small, "
            + "and intervals of what differs between them to be a little too short";

    private static RandomTerm? Few(GlmmFit fit)
    {
        var few = fit.Estimate.Model.Terms
            .Where(t => t.Part == ModelPart.Conditional && !t.IsCurve && t.Structure.Precision is null && t.Entries is null
                && t.GroupLevels.Count < fit.ObservationCount)
            .MinBy(t => t.GroupLevels.Count);
        return few is null || few.GroupLevels.Count >= ManyGroups ? null : few;
    }

    /// <summary>A part's coefficients without those of its smooths.</summary>
    public static CoefficientTable WithoutSmooths(GlmmFit fit, ModelPart part, CoefficientTable table)
    {
        var design = part switch { ModelPart.Conditional => fit.Specification.Conditional, ModelPart.Dispersion =>
            fit.Specification.Dispersion, _ => fit.Specification.ZeroInflation };
        if (design is null || design.Smooths.Count == 0) return table;
        var names = design.Smooths.SelectMany(smooth => smooth.FixedNames).ToHashSet(StringComparer.Ordinal);
        return new CoefficientTable([.. table.Where(c => !names.Contains(c.Name))], fit.Convergence.IsConverged);
    }

    /// <summary>What a reader has to know to read the numbers rightly.</summary>
    public static IEnumerable<string> Notes(GlmmFit fit)
    {
        if (fit.Options.Fixed.Count > 0)
        {
            yield return $"{NumberFormat.Count(fit.Options.Fixed.Count, "parameter")} held at a given value, not "
                + $"estimated{(fit.Options.Fixed.Any(p => p.Kind == ParameterKind.Dispersion) ? " (the dispersion among them)" : "")}: "
                + "shown as fixed, without standard error, and not counted by the information criteria.";
        }

        if (fit.Options.Priors.Count > 0)
        {
            yield return $"The estimates are penalised: they are at the posterior mode under {string.Join("; ", fit.Options.Priors)}. "
                + "The log-likelihood is that of the data alone, without the priors, so that likelihood ratio tests and information "
                + "criteria are approximate.";
        }

        if (fit.Family.Categories is { Count: > 0 } categories)
        {
            yield return $"Ordered categories: {string.Join(" < ", categories)}. A positive coefficient makes higher ones likelier; "
                + "fitted values are expected category numbers, from 1.";
        }

        yield return "p-values and intervals by the normal approximation (Wald)"
            + ((fit.Estimate.IsProfiled || fit.Estimate.IsRestricted) && fit.VarianceComponents.Count > 0
                ? "; standard errors are conditional on the variance parameters, as in lme4." : ".");
        if (FewGroups(fit) is { } few) yield return few;
        foreach (var degrees in Degrees(fit)) yield return degrees;
        foreach (var twice in TimesGivenTwice(fit)) yield return twice;
        if (fit.Options.Weights is not null)
        {
            yield return fit.Family.WeightRole switch
            {
                WeightRole.Precision => "Weights are precision weights: the residual variance of a row is σ² divided by its weight.",
                WeightRole.Trials => "Weights are numbers of trials.",
                _ => "Weights multiply each row's log-likelihood.",
            };
        }

        foreach (var remark in ColumnRemarks.Of(fit.Specification.VariableNames.SelectMany(
            name => fit.Data.TryGetColumn(name, out var column) ? new[] { column } : [])))
            yield return remark;

        var single = fit.Specification.VariableNames
            .Where(name => fit.Data.TryGetColumn(name, out var column) && column is NumericColumn { IsSinglePrecision: true }).ToArray();
        if (single.Length > 0)
        {
            yield return $"Read in single precision, seven digits of each number: {string.Join(", ", single)}. "
                + "DataFrame.LoadCsv stores decimals so; FieldData.ReadCsv keeps them all.";
        }

        if (fit.Options.Reml)
            yield return "Log-likelihood and information criteria are those of the REML criterion: compare them only between REML fits "
                + "with the same fixed effects.";
    }

    /// <summary>Coordinates of a term that look like degrees, of which distances are no lengths.</summary>
    private static IEnumerable<string> Degrees(GlmmFit fit)
    {
        foreach (var term in fit.Estimate.Model.Terms.Where(t => t.Positions is not null && t.Entries is null))
        {
            if (term.Effects[0].Split(", ") is not [var x, var y] || !fit.Data.TryGetColumn(x, out var first)
                || !fit.Data.TryGetColumn(y, out var second) || first is not NumericColumn xs || second is not NumericColumn ys
                || !Coordinates.AreDegrees(x, y, xs.Values, ys.Values)) continue;
            yield return $"{Coordinates.WhyDegreesAreNoLengths(x, y, xs.Values, ys.Values)}, so that correlations of {term.Title} fall "
                + $"faster to the east than to the north, and its range is in degrees. data.WithKilometres(\"{x}\", \"{y}\") makes lengths "
                + "of them.";
        }
    }

    /// <summary>Series in which a few times are there more than once, which may be a mistake in the data.</summary>
    private static IEnumerable<string> TimesGivenTwice(GlmmFit fit)
    {
        foreach (var term in fit.Estimate.Model.Terms.Where(t => t.Structure.Precision is MarkovChain && t.Positions is not null
            && t.Entries is null))
        {
            var rows = new int[term.Levels.Count];
            foreach (var level in term.Codes) rows[level]++;
            var twice = rows.Count(n => n > 1);

            // Where most have several rows, several rows are the design.
            if (twice == 0 || 2 * twice > rows.Length) continue;
            var first = Array.FindIndex(rows, n => n > 1);
            yield return $"{twice} of the {rows.Length} times of {term.Title} {(twice == 1 ? "has" : "have")} more than one row, the first "
                + $"of them {term.Levels[first]}: these rows share one effect and differ by the residual alone. If a time is there twice "
                + "by mistake, mend the data.";
        }
    }

    /// <summary>The parts of the model that have a table of coefficients to show; those of smooths are not in it.</summary>
    public static IEnumerable<(ModelPart Part, CoefficientTable Table)> Parts(GlmmFit fit)
    {
        yield return (ModelPart.Conditional, WithoutSmooths(fit, ModelPart.Conditional, fit.FixedEffects));
        if (fit.ZeroInflationEffects.Count > 0)
            yield return (ModelPart.ZeroInflation, WithoutSmooths(fit, ModelPart.ZeroInflation, fit.ZeroInflationEffects));
        if (HasDispersionModel(fit)) yield return (ModelPart.Dispersion, WithoutSmooths(fit, ModelPart.Dispersion, fit.DispersionEffects));
    }

    private static string MixedWord(GlmmFit fit) => (fit.Estimate.Model.HasCurves ? "additive " : "") + (fit.Estimate.Model.HasGroups
        ? "mixed " : "");
}
