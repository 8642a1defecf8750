using System.Globalization;
using EcoGlmm.Estimation;
using EcoGlmm.Model;
using EcoGlmm.Numerics;

namespace EcoGlmm.Diagnostics;

/// <summary>Makes the checks of a fitted model and says what they mean.</summary>
internal sealed class ModelChecker(GlmmFit fit, CheckOptions options)
{
    /// <summary>Influence is looked at where it takes no more operations than this, a second or two.</summary>
    private const double MostInfluenceWork = 4e8;

    /// <summary>Rows above which the model is not fitted again for the check.</summary>
    private const int MostRefittedRows = 20_000;

    /// <summary>Inflation of a variance above which collinearity is much, and very much.</summary>
    private const double MuchCollinearity = 5, VeryMuchCollinearity = 10;

    /// <summary>Share of a smooth that other terms could say as well, above which that is much.</summary>
    private const double MuchConcurvity = 0.8;

    private readonly List<CheckFinding> _findings = [];
    private readonly List<(string Name, TestResult Test)> _normality = [];
    private readonly List<Func<Figure>> _figures = [];

    public ModelCheck Check()
    {
        Convergence();
        var symptoms = Residuals();
        RandomEffectsNormality();
        Judge(symptoms);
        var cure = symptoms is null || !options.TryCures ? null : CureSearch.Find(symptoms, options.Count, options.Seed);
        if (cure is not null)
            TellWhatIsCured(symptoms!, cure);
        var collinearity = Collinearity();
        Smooths();
        ContextualEffects();
        var influences = Influences();
        return new ModelCheck(fit, symptoms?.AllRows, [.. _findings.OrderBy(f => Rank(f.Status))], cure, collinearity,
            influences, _figures);
    }

    private static int Rank(CheckStatus status) => status switch
    {
        CheckStatus.Problem => 0,
        CheckStatus.Caution => 1,
        CheckStatus.Good => 2,
        _ => 3,
    };

    private void Convergence()
    {
        var (_, word) = ConvergenceWords.Verdict(fit.Convergence);
        var status = fit.Convergence.Status switch
        {
            ConvergenceStatus.NotConverged => CheckStatus.Problem,
            ConvergenceStatus.Singular => CheckStatus.Caution,
            _ => fit.Convergence.Problems.Count > 0 ? CheckStatus.Caution : CheckStatus.Good,
        };
        ConvergenceProblem[] problems = [.. ConvergenceWords.Problems(fit.Convergence)];
        var message = string.Join(" ", problems.Select(p => p.Message).Prepend(ConvergenceWords.Sentence(fit.Convergence)));
        Add(fit.Convergence.IsSingular ? "Singular fit" : status == CheckStatus.Good ? "Convergence" : word, status, message,
            string.Join(" ", problems.Select(p => p.Advice).Where(a => a.Length > 0).Distinct()));
        if (!fit.Convergence.IsSingular && fit.Groups.Count > 0 && fit.Convergence.IsConverged)
            Add("Singularity", CheckStatus.Good, "No variance of a random effect is zero and no correlation ±1.", "");
    }

    private Symptoms? Residuals()
    {
        Symptoms symptoms;
        try
        {
            symptoms = Symptoms.Of(fit, options.Count, options.Seed, options.TryCures);
        }
        catch (GlmmException e)
        {
            Add("Residuals", CheckStatus.NotChecked, e.Message, "");
            return null;
        }

        _figures.Add(symptoms.AllRows.Plot);
        _figures.Add(() => symptoms.Residuals.PlotAll());
        return symptoms;
    }

    private void RandomEffectsNormality()
    {
        List<Func<Panel>> panels = [];
        foreach (var modes in fit.RandomEffects)
        {
            if (modes.Levels.Count >= fit.ObservationCount)
                continue;
            foreach (var term in modes.Terms)
            {
                var name = term == Intercept.Name ? modes.Group : $"{term} of {modes.Group}";
                if (modes.Part != ModelPart.Conditional)
                    name += $" ({ModelPartNames.InTable(modes.Part)})";
                var z = RandomEffectNormality.Standardised(fit, modes, term, out var levels);
                if (z.Length < RandomEffectNormality.Fewest)
                    continue;
                var test = RandomEffectNormality.Test(name, z);
                panels.Add(() => RandomEffectNormality.Panel(name, z, levels, test));
                // Modes of few rows each are drawn in by as much as their rows say, other than linearly, so that they are not normal.
                if (fit.Family.HasNormalErrors || !SmallGroups.Is(modes.Levels.Count, fit))
                    _normality.Add((name, test));
            }
        }

        if (panels.Count > 0)
            _figures.Add(() => new Figure("Are the random effects normal?",
                [.. panels.Select(draw => draw())])
            { Subtitle = "Conditional modes over their expected spread", Columns = 2, PanelHeight = 260 });
    }

    private IReadOnlyList<TermCollinearity> Collinearity()
    {
        var terms = fit.Collinearity();
        TermCollinearity[] high = [.. terms.Where(t => !t.IsInInteraction && t.Inflation > MuchCollinearity)];
        if (terms.Count == 0)
            return terms;
        string Factor(TermCollinearity t) => FormattableString.Invariant($"{t.Term} ({t.Inflation:0.0})");
        if (high.Length == 0)
        {
            var most = terms.Where(t => !t.IsInInteraction).MaxBy(t => t.Inflation) is { } worst
                ? $" The largest inflation of a variance is that of {Factor(worst)}." : "";
            Add("Collinearity", CheckStatus.Good, "No predictor can be told from the others too badly." + most, "");
            return terms;
        }

        Add("Collinearity", high.Any(t => t.Inflation > VeryMuchCollinearity) ? CheckStatus.Problem : CheckStatus.Caution,
            $"Other predictors inflate the variance of {string.Join(", ", high.Select(Factor))} so many times: these effects can hardly be "
            + $"told apart.",
            "Leave out one of predictors that say the same, or combine them; do not read their coefficients one by one.");
        return terms;
    }

    private void Smooths()
    {
        foreach (var b in fit.BasisChecks(options.Seed))
        {
            if (b.IsTooSmall)
            {
                Add($"Basis of {b.Name}", CheckStatus.Caution,
                    string.Create(CultureInfo.InvariantCulture, $"{b.Name} uses {b.Edf:0.0} of its {b.BasisDimension} degrees of freedom, "
                        + $"and the residuals of neighbours are alike (k-index {b.Index:0.00}, p = {b.PValue:0.000}): it may have to "
                        + $"bend more."),
                    $"Give it more to bend with, k = {2 * (b.BasisDimension + 1)}, and see whether its effective degrees of freedom grow.");
            }
            else
            {
                Add($"Basis of {b.Name}", CheckStatus.Good,
                    string.Create(CultureInfo.InvariantCulture, $"{b.Name} uses {b.Edf:0.0} of its {b.BasisDimension} degrees of freedom "
                        + $"(k-index {b.Index:0.00}, p = {b.PValue:0.000})."), "");
            }
        }

        foreach (var c in fit.Smooths.Count == 0 ? [] : fit.Concurvity().Where(c => c.Observed > MuchConcurvity).ToArray())
        {
            Add($"Concurvity of {c.Name}", CheckStatus.Caution,
                string.Create(CultureInfo.InvariantCulture, $"{100 * c.Observed:0} % of {c.Name} could be said by the other terms as well, "
                    + $"so that its shape is uncertain."),
                "Leave out one of the terms that say the same, or do not read their curves one by one.");
        }
    }

    /// <summary>Whether random effects may be independent of covariates, as the model takes them to be.</summary>
    private void ContextualEffects()
    {
        if (!options.TestsContextualEffects || fit.ObservationCount > MostRefittedRows || !fit.Convergence.IsConverged
            || !fit.Estimate.Model.Terms.Any(t => !t.IsCurve && t.Part == ModelPart.Conditional && t.Levels.Count < fit.ObservationCount
                && t.Structure.Precision is null && t.Entries is null))
            return;
        ContextualEffects effects;
        try
        {
            effects = fit.ContextualEffects();
        }
        catch (GlmmException e)
        {
            Add("Effects within and between groups", CheckStatus.NotChecked, e.Message, "");
            return;
        }

        if (effects.Count == 0 || effects.Extended is not { Convergence.IsConverged: true })
            return;
        var adjusted = PValueAdjustment.Holm([.. effects.Select(e => e.PValue)]);
        ContextualEffect[] different = [.. effects.Where((_, k) => adjusted[k] < TestResult.SignificanceLevel)];
        if (different.Length == 0)
        {
            Add("Effects within and between groups", CheckStatus.Good, $"No covariate is seen to go with something else between the levels "
                + $"of {effects.Group} than within them.", "");
            return;
        }

        Add("Effects within and between groups", CheckStatus.Caution, string.Join(" ", different.Select(effects.Sentence)),
            "Look at ContextualEffects(), and decide which of the two effects the question is about.");
    }

    private List<GroupInfluences> Influences()
    {
        List<GroupInfluences> all = [];
        var coefficients = fit.FixedEffects.Count(c => !double.IsNaN(c.Estimate));
        foreach (var (group, levels) in fit.Groups.DistinctBy(g => g.Group))
        {
            if (levels < 2 || levels >= fit.ObservationCount || coefficients == 0)
                continue;
            if (fit.Estimate.Model.Terms.Any(t => t.Group == group && t.Entries is not null && t.Structure.Precision is null && !t.IsCurve))
            {
                Add($"Influence of {group}", CheckStatus.NotChecked, $"A row belongs to a level of each of {group}, so that leaving one "
                    + "out takes rows from others.", "Fit the model without the rows of one that stands apart in "
                    + $"RandomEffects[\"{group}\"].");
                continue;
            }

            if (!options.ExactInfluence && InfluenceWork(group) > MostInfluenceWork)
            {
                Add($"Influence of {group}", CheckStatus.NotChecked, $"There are too many levels and rows to leave each out here; "
                    + $"Influence(\"{group}\") does it.", "");
                continue;
            }

            var influences = fit.Influence(group, options.ExactInfluence);
            all.Add(influences);
            _figures.Add(influences.Plot);
            var strong = influences.Influential;
            if (strong.Count == 0)
            {
                Add($"Influence of {group}", CheckStatus.Good, $"No coefficient moves by more than a standard error without any one of "
                    + $"{levels} levels.", "");
                continue;
            }

            var more = strong.Count > 1 ? $" {strong.Count - 1} more level{(strong.Count > 2 ? "s" : "")} of {levels} matter as much."
                : "";
            Add($"Influence of {group}", CheckStatus.Caution, $"{group} {strong[0].Level} carries much of the result: "
                + $"{influences.Largest(strong[0])}{more}",
                $"Report the results without it too, and look whether its data are right; Influence(\"{group}\", exact: true) fits the "
                + $"model again without each.");
        }

        return all;
    }

    private double InfluenceWork(string group)
    {
        var column = DiagnosticsExtensions.ResidualColumn(fit, group);
        return JointNewtonStep.Work(fit.Estimate,
            Grouping.From(column.Texts ?? Grouping.AsText(column.Numbers!), fit.ObservationCount).Rows);
    }

    /// <summary>Adjusts all tests together, and only then says what each means.</summary>
    private void Judge(Symptoms? symptoms)
    {
        double[] normality = [.. _normality.Select(t => t.Test.PValue)];
        var adjusted = symptoms?.Judge(normality) ?? PValueAdjustment.Holm(normality);
        foreach (var s in symptoms?.All ?? [])
        {
            _findings.Add(Finding(s.Name, s.Test, s.Test.IsSignificant ? s.Check.NameOf(s) : s.Name, s.Check.StatusOf(s), () =>
                s.Check.AdviceOn(s, symptoms!))
                with { Rank = s.Check.RankOf(s, symptoms!) });
            if (s.Check.ShowsChart && s.Test is { IsSignificant: true, HasChart: true })
                _figures.Add(s.Test.Plot);
        }

        for (var i = 0; i < _normality.Count; i++)
        {
            var name = $"Normality of {_normality[i].Name}";
            _findings.Add(Finding(name, _normality[i].Test with { AdjustedPValue = adjusted[i] }, name, CheckStatus.Caution, () =>
                "Look for levels that stand apart in the quantile plot of the random effects, and for a predictor of the levels that the "
                + "model lacks."));
        }
    }

    /// <summary>What a change that was tried puts in order needs no other advice, which might be for another cause of the same.</summary>
    private void TellWhatIsCured(Symptoms symptoms, CheckCure cure)
    {
        foreach (var name in symptoms.Found.Where(s => !cure.Remaining.Contains(s.Name)).Select(s => s.Test.IsSignificant
            ? s.Check.NameOf(s) : s.Name))
        {
            var i = _findings.FindIndex(f => f.Name == name && f.Test is not null);
            _findings[i] = _findings[i] with
            {
                Advice = $"In order with {cure.Change}: {cure.Call}.", AdviceInList = $"In order with {cure.Change}.",
            };
        }
    }

    private static CheckFinding Finding(string name, TestResult test, string nameWhenSignificant, CheckStatus whenSignificant,
        Func<string> advice) => test.IsSignificant
        ? new CheckFinding(nameWhenSignificant, whenSignificant, test.Message, advice()) { Test = test }
        : new CheckFinding(name, CheckStatus.Good, test.PValue < TestResult.SignificanceLevel
            ? $"{test.Message} Among so many tests that is no surprise."
            : test.Message, "") { Test = test };

    private void Add(string name, CheckStatus status, string message, string advice) => _findings.Add(new CheckFinding(name, status,
        message, advice));
}
