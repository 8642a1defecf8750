using EcoGlmm.Decomposition;
using EcoGlmm.Formulas;
using EcoGlmm.Model;
using EcoGlmm.Text;

namespace EcoGlmm;

/// <summary>Does performance change as individuals age, or are those who are left merely different?</summary>
public static class SelectiveDisappearance
{
    /// <summary>
    /// Applies the published methods to one data set, side by side: the naive model, within-subject mean-centring, age at last record alone
    /// and in
    /// interaction with age, ages at first and last record, a terminal effect, random slopes, quadratics with both centrings, and the exact
    /// decomposition of population change; smooths of age, alone and within individuals, where the formula has one or where they are asked
    /// for.
    /// </summary>
    /// <remarks>
    /// Within individuals age and year run together. With a random effect of year, and many individuals still alive at the end of the
    /// study, years
    /// can take up some of what selection does to the population, and bias every method; cohorts that were followed to their end do not.
    /// </remarks>
    /// <example>
    /// <code>
    /// SelectiveDisappearance.Analyze("eggs ~ age + offset(log(visits)) + (1 | id) + (1 | year)", birds, age: "age", by: "id",
    /// Family.Poisson())
    /// </code>
    /// </example>
    /// <param name="formula">
    /// The model: its effects of age alone (age, I(age^2), poly(age, 2), within(age, id) …) are replaced by those of each method,
    /// everything else
    /// stays in all of them: covariates, offset, random effects. Without a random effect of the individual it gets one.
    /// </param>
    /// <param name="data">The records, one row each.</param>
    /// <param name="age">The column of ages, numeric.</param>
    /// <param name="by">The column that tells individuals apart.</param>
    /// <param name="family">Response distribution and link; Gaussian when null.</param>
    /// <param name="options">As for <see cref="Glmm.Fit(string, FieldData, Family?, GlmmOptions?)"/>; fits are by maximum likelihood, so
    /// that AIC compares.</param>
    /// <param name="analysis">Methods, columns of known longevity, reference age; defaults when null.</param>
    /// <param name="progress">Told of the share that is done; without it a long calculation shows its progress in the notebook or
    /// terminal.</param>
    /// <param name="cancellationToken">Stops the calculation.</param>
    /// <returns>The methods with their slopes, tests and fits, the decomposition, warnings and figures.</returns>
    /// <exception cref="GlmmException">The formula, a column or the response cannot be used, or age stands in an interaction.</exception>
    public static AgeAnalysis Analyze(string formula, FieldData data, string age, string by, Family? family = null,
        GlmmOptions? options = null,
        AgeAnalysisOptions? analysis = null, IProgress<double>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(age);
        ArgumentNullException.ThrowIfNull(by);
        ArgumentNullException.ThrowIfNull(formula);
        ArgumentNullException.ThrowIfNull(data);
        analysis ??= new AgeAnalysisOptions();
        options = (options ?? new GlmmOptions()) with { Reml = false };
        family ??= Family.Gaussian();
        AgeChecks.Require(data, age, by, analysis);
        var text = AgeFormula.Create(formula, data, age, by);
        var (x, id) = (Deparser.Name(age), text.By);
        var last = analysis.LastAge is { } known ? Deparser.Name(known) : $"last({x}, {id})";
        var first = analysis.FirstAge is { } start ? Deparser.Name(start) : $"first({x}, {id})";

        // All methods look at the same rows: those that are complete in everything any of them uses.
        var rows = data.Where(row => !double.IsNaN(row.Number(age)) && row.Text(by) is not null
            && (analysis.LastAge is null || !double.IsNaN(row.Number(analysis.LastAge)))
            && (analysis.FirstAge is null || !double.IsNaN(row.Number(analysis.FirstAge))));
        if (rows.RowCount == 0)
            throw new GlmmException($"No row has all of "
                + $"{Names.List([.. new[] { age, by, analysis.LastAge, analysis.FirstAge }.OfType<string>()])}.");
        AgeChecks.RequireAgesOfDeath(rows, age, by, analysis);
        var methods = (analysis.Methods ?? Enum.GetValues<AgeMethod>().Where(m => text.HasSmooth || AgeSmoothModel.Of(m, x, id, 0) is null))
            .Distinct().ToArray();
        using var live = LiveProgress.Start($"Analysing {age}", methods.Length, progress, cancellationToken);
        var naive = Glmm.Fit(text.With(x, null), rows, family, options);
        var sample = AgeSample.Of(naive, age, by, analysis);
        AgeChecks.RequireFollowed(sample.Sampling, age, by);
        var reference = analysis.ReferenceAge ?? sample.Sampling.MeanAge;
        var approaches = methods.Select(method =>
        {
            live.ThrowIfInterrupted();
            if (AgeSmoothModel.Of(method, x, id, sample.Age.Distinct().Count()) is { } smooth)
            {
                var curve = Smooth(method, smooth, text.With(smooth.Terms, null), sample, age,
                    formula => Glmm.Fit(formula, rows, family, options), reference, analysis.Level);
                live.Advance();
                return curve;
            }

            var model = AgeModel.Of(method, x, id, first, last, reference, sample.Sampling.MeanLastAge);
            var written = text.With(model.Terms, model.HasRandomSlopes ? $"within({x}, {id})" : null);
            var approach = Apply(method, model, written, text.HasAgeSlopes, () => method == AgeMethod.Naive
                ? naive : Glmm.Fit(written, rows, family, options), analysis.Level, sample.Sampling.LastAgeSd * sample.Sampling.LastAgeSd
                / sample.Sampling.Individuals);
            live.Advance();
            return approach;
        });
        return new AgeAnalysis(naive, age, by, [.. approaches], sample, reference, text.AddedGroup, data.RowCount - naive.ObservationCount,
            analysis);
    }

    private static AgeApproach Smooth(AgeMethod method, AgeSmoothModel model, string formula, AgeSample sample, string age,
        Func<string, GlmmFit> fitting, double reference, double level)
    {
        var approach = new AgeApproach { Method = method, Formula = formula };
        var ages = sample.Age.Distinct().Count();
        if (ages < AgeSmoothModel.FewestAges)
            return approach with { Unavailable = $"{age} has {ages} values, too few for a smooth." };
        try
        {
            return model.Read(approach, fitting(formula), reference, level);
        }
        catch (GlmmException failure)
        {
            return approach with { Unavailable = failure.Message };
        }
    }

    private static AgeApproach Apply(AgeMethod method, AgeModel model, string formula, bool hasSlopes, Func<GlmmFit> fitting, double level,
        double longevityVariance)
    {
        var approach = new AgeApproach { Method = method, Formula = formula };
        if (model.HasRandomSlopes && hasSlopes)
            return approach with { Unavailable = "The formula gives individuals slopes in age already, in every method." };
        GlmmFit fit;
        try
        {
            fit = fitting();
        }
        catch (GlmmException failure)
        {
            return approach with { Unavailable = failure.Message };
        }

        var contrast = new CoefficientContrast(fit, level);
        Combination?[] differences = [model.Between, model.Difference];
        var needed = new[] { model.Within, model.Extra?.Value }.Concat(model.IsCentred ? [] : differences).OfType<Combination>();
        if (contrast.Missing(needed) is { } missing)
            return approach with { Fit = fit, Unavailable = $"In these data {missing} cannot be told apart from the other effects." };
        // Individuals that were all seen at the same ages show change within them, though no difference that goes with age.
        var hasDifference = contrast.Missing(differences.OfType<Combination>().Concat(model.Nulls)) is null;
        // The mean longevity at which the slope is read is an estimate too.
        var further = model.PerLongevity is { } change ? longevityVariance * Math.Pow(contrast.Slope(change).Estimate, 2) : 0;
        return approach with
        {
            Fit = fit,
            Within = contrast.Slope(model.Within, further),
            Between = contrast.Slope(hasDifference ? model.Between : null),
            Difference = contrast.Slope(hasDifference ? model.Difference : null),
            Test = contrast.Test(hasDifference ? model.Nulls : []),
            Extra = model.Extra is { } extra ? contrast.Slope(extra.Value) : null,
            ExtraMeaning = model.Extra?.Meaning,
            Unavailable = fit.Convergence.IsConverged ? null : "The fit did not converge.",
        };
    }
}
