using EcoGlmm.Data;

namespace EcoGlmm.Diagnostics;

/// <summary>Makes the checks of a fitted model and says what they mean.</summary>
internal sealed class ModelChecker(GlmmFit fit, CheckOptions options)
{
    /// <summary>Influence is looked at where rows × levels × coefficients are no more than this.</summary>
    private const double MostInfluenceWork = 4e8;

    /// <summary>Inflation of a variance above which collinearity is much, and very much.</summary>
    private const double MuchCollinearity = 5, VeryMuchCollinearity = 10;

    private readonly List<CheckFinding> _findings = [];
    private readonly List<(CheckFinding Finding, Func<TestResult, CheckFinding> Judge)> _tested = [];
    private readonly List<Figure> _figures = [];

    public ModelCheck Check()
    {
        Convergence();
        SimulatedResiduals? residuals = Residuals();
        RandomEffectsNormality();
        Judge();
        IReadOnlyList<TermCollinearity> collinearity = Collinearity();
        List<GroupInfluences> influences = Influences();
        return new ModelCheck(fit, residuals, [.. _findings.OrderBy(f => Rank(f.Status))], collinearity, influences, _figures);
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
        var (_, word) = FitWords.Verdict(fit.Convergence);
        CheckStatus status = fit.Convergence.Status switch
        {
            ConvergenceStatus.NotConverged => CheckStatus.Problem,
            ConvergenceStatus.Singular => CheckStatus.Caution,
            _ => fit.Convergence.Problems.Count > 0 ? CheckStatus.Caution : CheckStatus.Good,
        };
        ConvergenceProblem[] problems = [.. FitWords.Problems(fit.Convergence)];
        string message = string.Join(" ", problems.Select(p => p.Message).Prepend(FitWords.VerdictSentence(fit.Convergence)));
        Add(fit.Convergence.IsSingular ? "Singular fit" : status == CheckStatus.Good ? "Convergence" : word, status, message,
            string.Join(" ", problems.Select(p => p.Advice).Where(a => a.Length > 0).Distinct()));
        if (!fit.Convergence.IsSingular && fit.Groups.Count > 0 && fit.Convergence.IsConverged)
            Add("Singularity", CheckStatus.Good, "No variance of a random effect is zero and no correlation ±1.", "");
    }

    private SimulatedResiduals? Residuals()
    {
        SimulatedResiduals residuals;
        try
        {
            residuals = fit.SimulatedResiduals(options.Count, options.Seed);
        }
        catch (GlmmException e)
        {
            Add("Residuals", CheckStatus.NotChecked, e.Message, "");
            return null;
        }

        _figures.Add(residuals.Plot());
        Test("Overdispersion", residuals.TestDispersion(), CheckStatus.Problem, test => CheckAdvice.Dispersion(fit, test),
            test => test.Statistic < 1 ? "Underdispersion" : "Overdispersion");
        if (residuals.IntegerResponse && residuals.Observed.Contains(0))
        {
            Test("Zeros", residuals.TestZeroInflation(), CheckStatus.Problem, test => CheckAdvice.Zeros(fit, test),
                test => test.Statistic < 1 ? "Too few zeros" : "Zero inflation");
        }

        foreach (var (name, isGroup, test) in residuals.Patterns())
            Test($"Pattern against {name}", test, isGroup ? CheckStatus.Caution : CheckStatus.Problem, t => CheckAdvice.Pattern(fit, name, isGroup, t));

        _figures.Add(residuals.PlotAll());
        foreach (string time in TimeColumns())
        {
            if (AlongTime(residuals, time) is not { } test)
                continue;
            Test($"Autocorrelation along {time}", test, CheckStatus.Problem, t => CheckAdvice.Time(time, t));
            if (test.IsSignificant)
                _figures.Add(test.Plot());
        }

        Test("Distribution", residuals.TestUniformity(), CheckStatus.Problem, _ => CheckAdvice.Distribution);
        Test("Outliers", residuals.TestOutliers(), CheckStatus.Caution, test => CheckAdvice.Outliers(fit, test));
        return residuals;
    }

    /// <summary>Dates, and numbers that are named like a time, without missing values.</summary>
    private IEnumerable<string> TimeColumns() => fit.Data.Columns
        .Where(c => c is DateColumn || (c is NumericColumn && IsTimeName(c.Name))).Select(c => c.Name);

    private static bool IsTimeName(string name) => name.ToUpperInvariant() is "YEAR" or "DAY" or "DATE" or "TIME" or "WEEK" or "MONTH"
        or "DAYS" or "YEARS" or "JULIAN" or "DOY" or "DAYOFYEAR" or "OCCASION" or "JDATE" or "NIGHT";

    /// <summary>Durbin-Watson on one residual a time; null where there are too few times or values are missing.</summary>
    private static TestResult? AlongTime(SimulatedResiduals residuals, string time)
    {
        const int fewest = 10;
        double[] numbers = residuals.Variable(time).Numbers!;
        if (numbers.Any(double.IsNaN))
            return null;
        double[] times = [.. numbers.Distinct().Order()];
        if (times.Length < fewest)
            return null;
        SimulatedResiduals byTime = times.Length == numbers.Length ? residuals : residuals.Regroup(numbers);
        return byTime.TestTemporalAutocorrelation(times.Length == numbers.Length ? numbers : times);
    }

    private void RandomEffectsNormality()
    {
        List<Panel> panels = [];
        foreach (GroupModes modes in fit.RandomEffects)
        {
            if (modes.Levels.Count >= fit.ObservationCount)
                continue;
            foreach (string term in modes.Terms)
            {
                string name = term == "(Intercept)" ? modes.Group : $"{term} of {modes.Group}";
                if (modes.Part != ModelPart.Conditional)
                    name += $" ({FitWords.PartLabel(modes.Part)})";
                double[] z = RandomEffectNormality.Standardised(fit, modes, term, out string[] levels);
                if (z.Length < RandomEffectNormality.Fewest)
                    continue;
                TestResult test = RandomEffectNormality.Test(name, z);
                panels.Add(RandomEffectNormality.Panel(name, z, levels, test));
                Test($"Normality of {name}", test, CheckStatus.Caution, _ =>
                    "Look for levels that stand apart in the quantile plot of the random effects, and for a predictor of the levels that the model lacks.");
            }
        }

        if (panels.Count > 0)
            _figures.Add(new Figure("Are the random effects normal?", panels) { Subtitle = "Conditional modes over their expected spread", Columns = 2, PanelHeight = 260 });
    }

    private IReadOnlyList<TermCollinearity> Collinearity()
    {
        IReadOnlyList<TermCollinearity> terms = fit.Collinearity();
        TermCollinearity[] high = [.. terms.Where(t => !t.IsInInteraction && t.Inflation > MuchCollinearity)];
        if (terms.Count == 0)
            return terms;
        string Factor(TermCollinearity t) => FormattableString.Invariant($"{t.Term} ({t.Inflation:0.0})");
        if (high.Length == 0)
        {
            string most = terms.Where(t => !t.IsInInteraction).MaxBy(t => t.Inflation) is { } worst ? $" The largest inflation of a variance is that of {Factor(worst)}." : "";
            Add("Collinearity", CheckStatus.Good, "No predictor can be told from the others too badly." + most, "");
            return terms;
        }

        Add("Collinearity", high.Any(t => t.Inflation > VeryMuchCollinearity) ? CheckStatus.Problem : CheckStatus.Caution,
            $"Other predictors inflate the variance of {string.Join(", ", high.Select(Factor))} so many times: these effects can hardly be told apart.",
            "Leave out one of predictors that say the same, or combine them; do not read their coefficients one by one.");
        return terms;
    }

    private List<GroupInfluences> Influences()
    {
        List<GroupInfluences> all = [];
        int coefficients = fit.FixedEffects.Count(c => !double.IsNaN(c.Estimate));
        foreach (var (group, levels) in fit.Groups.DistinctBy(g => g.Group))
        {
            if (levels >= fit.ObservationCount || coefficients == 0)
                continue;
            if (!options.ExactInfluence && (double)levels * fit.ObservationCount * coefficients > MostInfluenceWork)
            {
                Add($"Influence of {group}", CheckStatus.NotChecked, $"There are too many levels and rows to leave each out here; Influence(\"{group}\") does it.", "");
                continue;
            }

            GroupInfluences influences = fit.Influence(group, options.ExactInfluence);
            all.Add(influences);
            _figures.Add(influences.Plot());
            IReadOnlyList<GroupInfluence> strong = influences.Influential;
            if (strong.Count == 0)
            {
                Add($"Influence of {group}", CheckStatus.Good, $"No coefficient moves by more than a standard error without any one of {levels} levels.", "");
                continue;
            }

            string more = strong.Count > 1 ? $" {strong.Count - 1} more level{(strong.Count > 2 ? "s" : "")} of {levels} matter as much." : "";
            Add($"Influence of {group}", CheckStatus.Caution, $"{group} {strong[0].Level} carries much of the result: {influences.Largest(strong[0])}{more}",
                $"Report the results without it too, and look whether its data are right; Influence(\"{group}\", exact: true) fits the model again without each.");
        }

        return all;
    }

    private void Test(string name, TestResult test, CheckStatus whenSignificant, Func<TestResult, string> advice, Func<TestResult, string>? nameWhenSignificant = null) =>
        _tested.Add((new CheckFinding(name, CheckStatus.Good, test.Message, "") { Test = test }, adjusted => adjusted.IsSignificant
            ? new CheckFinding(nameWhenSignificant?.Invoke(adjusted) ?? name, whenSignificant, test.Message, advice(adjusted)) { Test = adjusted }
            : new CheckFinding(name, CheckStatus.Good, test.PValue < TestResult.SignificanceLevel
                ? $"{test.Message} Among so many tests that is no surprise."
                : test.Message, "") { Test = adjusted }));

    /// <summary>Adjusts all tests together, and only then says what each means.</summary>
    private void Judge()
    {
        double[] adjusted = PValueAdjustment.Holm([.. _tested.Select(t => t.Finding.Test!.PValue)]);
        for (int i = 0; i < adjusted.Length; i++)
            _findings.Add(_tested[i].Judge(_tested[i].Finding.Test! with { AdjustedPValue = adjusted[i] }));
    }

    private void Add(string name, CheckStatus status, string message, string advice) => _findings.Add(new CheckFinding(name, status, message, advice));
}
