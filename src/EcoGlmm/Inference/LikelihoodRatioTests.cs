using System.Collections;
using EcoGlmm.Formulas;
using EcoGlmm.Inference;
using EcoGlmm.Text;

namespace EcoGlmm;

/// <summary>A likelihood-ratio test of two nested models.</summary>
/// <param name="Name">The term that the smaller model lacks, or the two models.</param>
/// <param name="Df">Parameters that the smaller model lacks.</param>
/// <param name="Statistic">Twice the difference of the log-likelihoods.</param>
/// <param name="PValue">By χ², or a mixture of two of them where a variance is at its boundary.</param>
/// <param name="Note">What to know about the p-value; empty where there is nothing.</param>
/// <param name="ReducedLogLikelihood">Log-likelihood of the smaller model, by maximum likelihood among the tests of a REML fit.</param>
/// <param name="ReducedAic">Its AIC, by the same likelihood.</param>
public sealed record LikelihoodRatioTest(string Name, int Df, double Statistic, double PValue, string Note, double ReducedLogLikelihood,
    double ReducedAic)
{
    /// <summary>The test of a smaller model within a larger one; null where it is not nested, or a fit did not converge.</summary>
    internal static LikelihoodRatioTest? Of(string name, GlmmFit smaller, GlmmFit larger)
    {
        if (!smaller.Convergence.IsConverged || !larger.Convergence.IsConverged || Nesting.Of(smaller, larger)
            is not { } nesting) return null;
        var statistic = Math.Max(0, 2 * (larger.LogLikelihood - smaller.LogLikelihood));
        return new LikelihoodRatioTest(name, nesting.Variances + nesting.Other, statistic, nesting.PValue(statistic), nesting.Note,
            smaller.LogLikelihood, smaller.Aic);
    }
}

/// <summary>Likelihood-ratio tests, such as those of each term that may be dropped from a model.</summary>
/// <remarks>Immutable, and safe to share among threads.</remarks>
public sealed class LikelihoodRatioTests : IReadOnlyList<LikelihoodRatioTest>, IResultTable
{
    private readonly LikelihoodRatioTest[] _tests;

    internal LikelihoodRatioTests(IEnumerable<LikelihoodRatioTest> tests, string header)
    {
        _tests = [.. tests];
        Header = header;
    }

    internal string Header { get; }

    /// <inheritdoc/>
    public int Count => _tests.Length;

    /// <inheritdoc/>
    public LikelihoodRatioTest this[int index] => _tests[index];

    /// <summary>The test of a term.</summary>
    /// <exception cref="GlmmException">There is none of that name.</exception>
    public LikelihoodRatioTest this[string name]
    {
        get
        {
            ArgumentNullException.ThrowIfNull(name);
            return Array.Find(_tests, t => t.Name == name)
                ?? throw new GlmmException($"There is no test of \"{name}\"{NearestName.Suggestion(name, _tests.Select(t => t.Name))}");
        }
    }

    /// <summary>The tests as data, one row each.</summary>
    public FieldData ToFieldData() => FieldData.FromRows(_tests);

    /// <inheritdoc/>
    public IEnumerator<LikelihoodRatioTest> GetEnumerator() => ((IEnumerable<LikelihoodRatioTest>)_tests).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <inheritdoc/>
    public override string ToString() => ResultTable.Text(TestTables.Of(this));

    /// <inheritdoc/>
    public string ToHtml() => ResultTable.Html(TestTables.Of(this));

    /// <summary>Refits without each term of the conditional part that no other term contains.</summary>
    internal static LikelihoodRatioTests Dropping(GlmmFit fit)
    {
        var specification = fit.Specification;
        var rows = fit.Data.Take(specification.Rows);
        var ml = fit.Options with { Reml = false };
        var full = fit.Options.Reml ? Glmm.Fit(fit.Formula, rows, fit.Family, ml) : fit;
        var tests = new List<LikelihoodRatioTest>();
        void Add(string name, string formula, GlmmFit larger, GlmmOptions options)
        {
            var smaller = Glmm.Fit(formula, rows, fit.Family, options);
            var test = LikelihoodRatioTest.Of(name, smaller, larger);
            if (test is not null && options.Reml)
            {
                // The test compares REML criteria; AICs of one column must all be of one likelihood, and only that of ML compares all
                // models.
                var comparable = Glmm.Fit(formula, rows, fit.Family, ml);
                test = test with { ReducedLogLikelihood = comparable.LogLikelihood, ReducedAic = comparable.Aic };
            }

            tests.Add(test
                ?? new LikelihoodRatioTest(name, larger.ParameterCount - smaller.ParameterCount, double.NaN, double.NaN,
                    larger.ParameterCount == smaller.ParameterCount
                        ? "* nothing of it is estimated, so that a likelihood ratio has no distribution"
                        : smaller.Convergence.IsConverged ? "" : $"* the model without {name} did not converge", double.NaN, double.NaN));
        }

        var labels = specification.Conditional.TermLabels;
        foreach (var label in labels)
        {
            var parts = label.Split(':');
            if (!labels.Any(other => other != label && parts.All(other.Split(':').Contains)))
                Add(label, specification.Formula.Update($". ~ . - {label}").ToString(), full, ml);
        }

        // From the terms with a/b expanded, so that each part of it can be dropped.
        var random = specification.Formula.RandomTerms;
        var written = random.Select(t => t.ToString()).ToArray();
        var others = $"{specification.Formula.Response} ~ {specification.Formula.FixedEffects?.ToString() ?? "1"}";
        for (var t = 0; t < random.Count; t++)
        {
            string With(params string[] instead) => string.Join(" + ", [others, .. written.Take(t), .. instead, .. written.Skip(t + 1)]);
            var effects = ModelTerms.Expand(specification.Formula.Text, random[t].Effects, null, null);
            foreach (var slope in random[t].Structure is null ? effects.Terms.Select(e => e.Label) : [])
            {
                var rest = effects.Terms.Select(e => e.Label).Where(l => l != slope).Prepend(effects.HasIntercept ? "1" : "0").ToArray();
                if (rest is not ["0"])
                    Add($"{slope} in {written[t]}", With($"({string.Join(" + ", rest)} {Bar(random[t])} {random[t].Group})"), fit,
                        fit.Options);
            }

            Add(written[t], With(), fit, fit.Options);
        }

        return new LikelihoodRatioTests(tests, "Without");
    }

    private static string Bar(RandomTermSyntax term) => term.Uncorrelated ? "||" : "|";
}
