using System.Diagnostics;

namespace EcoGlmm.Robustness.Tests.Fuzz;

/// <summary>Whatever is written as a formula, the answer is a fit or a sentence, soon.</summary>
public class FormulaFuzzTests
{
    private const int Rows = 24;
    private const double LongestSeconds = 30;   // a busy machine is three times slower than an idle one

    private static readonly FieldData Data = FieldData.From(new Dictionary<string, object>
    {
        ["y"] = Numbers(i => Math.Sin(i * 1.7) + (i % 4)), ["x"] = Numbers(i => (i * 7 % 11) - 3.0), ["z"] = Numbers(i => i % 5 == 0
            ? double.NaN : i / 3.0),
        ["n"] = Numbers(i => i * i % 7), ["my x"] = Numbers(i => i % 6), ["big"] = Numbers(i => 1e200 * (i + 1)),
        ["tiny"] = Numbers(i => 1e-320 * i),
        ["f"] = Enumerable.Range(0, Rows).Select(i => "abc"[i % 3].ToString()).ToArray(), ["id"] = Enumerable.Range(0, Rows)
            .Select(i => $"p{i / 4}").ToArray(),
        ["seen"] = Enumerable.Range(0, Rows).Select(i => i % 3 == 0).ToArray(),
        ["day"] = Enumerable.Range(0, Rows).Select(i => new DateTime(2020, 1, 1).AddDays(i / 5)).ToArray(),
    });

    private static double[] Numbers(Func<int, double> value) => [.. Enumerable.Range(0, Rows).Select(value)];

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_formula_gives_a_fit_or_a_sentence(bool spoilt)
    {
        var (fits, sentences) = (0, 0);
        foreach (var trial in Effort.Trials(30_000))
        {
            var grammar = new FormulaGrammar(new Random(trial));
            var formula = spoilt ? grammar.Spoilt() : grammar.Formula();
            var clock = Stopwatch.StartNew();
            try
            {
                var fit = Glmm.Fit(formula, Data, trial % 7 == 0 ? Family.Poisson() : null,
                    new GlmmOptions { Control = new GlmmControl { MaxThreads = 1 } });
                Check(fit);
                fits++;
            }
            catch (GlmmException sentence)
            {
                Assert.False(string.IsNullOrWhiteSpace(sentence.Message));
                sentences++;
            }
            catch (Exception exception) when (exception is not Xunit.Sdk.XunitException)
            {
                Assert.Fail($"Trial {trial}: {formula}\n{exception}");
            }
            Assert.True(clock.Elapsed.TotalSeconds < LongestSeconds, $"Trial {trial} took {clock.Elapsed.TotalSeconds:F0} s: {formula}");
        }
        Assert.True(fits > 20 && sentences > 20, $"{fits} fits, {sentences} sentences");
    }

    private static void Check(GlmmFit fit)
    {
        Assert.NotEmpty(fit.ToString());
        Assert.NotEmpty(fit.ToHtml());
        Assert.Equal(fit.ObservationCount, fit.Fitted().Length);
        if (!fit.Convergence.IsConverged)
        {
            Assert.NotEmpty(fit.Convergence.Problems);
            return;
        }
        Assert.True(double.IsFinite(fit.LogLikelihood));
        var used = fit.UsedRows.ToHashSet();
        var again = fit.Predict(Data.Where(row => used.Contains(row.Index)));
        Assert.Equal(fit.ObservationCount, again.Estimate.Length);
        if (fit.Family.Name == "poisson")
            Assert.True(fit.LogLikelihood <= 1e-9, $"The probability of counts is above one: {fit.Formula}");
    }
}
