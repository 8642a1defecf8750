using System.Text.Json;
using EcoGlmm.Numerics;
using EcoGlmm.Tests.Reference;

namespace EcoGlmm.Tests.Syntheses;

public class SynthesisTests
{
    // events and individuals with and without treatment; some arms without events, and one trial without any
    private static readonly double[][] TrialTable =
    [
        [0, 116, 3, 117], [1, 44, 3, 35], [2, 208, 9, 195], [0, 130, 7, 136], [5, 151, 6, 157], [1, 98, 4, 139], [1, 74, 2, 69],
        [1, 97, 19, 103], [0, 66, 7, 64], [3, 188, 5, 175], [6, 187, 11, 180], [0, 118, 0, 105], [0, 252, 1, 262], [4, 64, 1, 69],
    ];

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void EffectSizesGiveWhatMetaforGives(int index)
    {
        var meta = Reference();
        var expected = meta.GetProperty("fits")[index];
        var isReml = expected.GetProperty("method").GetString() == "REML";
        var found = MetaAnalysis.Fit("yi ~ ablat + (1 | study)", Bcg(), "vi", new MetaAnalysisOptions { Reml = isReml });
        for (var j = 0; j < 2; j++)
        {
            var error = expected.GetProperty("errors")[j].GetDouble();
            Assert.Equal(expected.GetProperty("estimates")[j].GetDouble(), found.FixedEffects[j].Estimate, 1e-4 * error);
            Assert.Equal(error, found.FixedEffects[j].StandardError, 1e-4 * error);
        }

        Assert.Equal(expected.GetProperty("tau").GetDouble(), found.Tau, 1e-5);
        Assert.Equal(expected.GetProperty("logLik").GetDouble(), found.LogLikelihood, 1e-5);
    }

    [Fact]
    public void TheTrialsOfBcgGiveThePublishedNumbers()
    {
        // W. Viechtbauer, J. Stat. Softw. 36 (2010) no. 3, section 3
        var found = MetaAnalysis.Fit("yi ~ 1 + (1 | study)", Bcg(), "vi");
        Assert.Equal(-0.7145, found.Estimate, 5e-5);
        Assert.Equal(0.1798, found.StandardError, 5e-5);
        Assert.Equal(-1.0669, found.Lower, 1e-4);
        Assert.Equal(-0.3622, found.Upper, 1e-4);
        Assert.Equal(0.3132, found.Tau * found.Tau, 1e-4);
        Assert.Equal(92.22, found.I2, 0.01);
        Assert.Equal(12.86, found.H2, 0.01);
        Assert.Equal(152.2330, found.Q, 1e-4);
        Assert.True(found.QPValue < 1e-4);
        Assert.Equal(-1.8667, found.PredictionLower, 1e-4);
        var adjusted = MetaAnalysis.Fit("yi ~ 1 + (1 | study)", Bcg(), "vi", new MetaAnalysisOptions { KnappHartung = true });
        Assert.Equal(found.Estimate, adjusted.Estimate, 1e-12);
        Assert.True(adjusted.Upper - adjusted.Lower > found.Upper - found.Lower);
        Assert.Contains("mean effect is -0.715", found.ToString(), StringComparison.Ordinal);
        Assert.NotEmpty(found.ForestFigure().ToHtml());
    }

    [Fact]
    public void TheExactConditionalModelIsAtTheMaximumOfItsLikelihood()
    {
        var found = MetaAnalysis.OneStage(Trials(), "study", "treated", "events", "size", model: OneStageModel.Conditional);
        double At(double theta, double tau) => TrialTable.Sum(t => BruteForce(tau, u => Hypergeometric(t, theta + u)));
        var best = At(found.Estimate, found.Tau);
        Assert.Equal(best, found.LogLikelihood, 1e-6);
        foreach (var (a, b) in new[] { (0.02, 0.0), (-0.02, 0.0), (0.0, 0.02), (0.0, -0.02) })
        {
            Assert.True(At(found.Estimate + a, found.Tau + b) < best);
        }

        // from the curvature of the profile: the likelihood falls by a half within a standard error, nearly so
        Assert.InRange(best - At(found.Estimate + found.StandardError, found.Tau), 0.25, 1);
        Assert.True(found.PredictionLower < found.Lower);
        Assert.Null(found.Fit);
    }

    [Fact]
    public void StudiesWithoutEventsInAnArmEnterAsTheyAre()
    {
        var found = MetaAnalysis.OneStage(Trials(), "study", "treated", "events", "size");
        var effects = found.Fit!.FixedEffects;
        var theta = effects["treatment"].Estimate;
        double sum = 0;
        foreach (var (trial, i) in TrialTable.Select((t, i) => (t, i)).Where(p => p.t[0] + p.t[2] > 0))
        {
            var baseline = effects[$"factor(study)s{i + 1:D2}"].Estimate;
            sum += BruteForce(found.Tau, u => Binomial(trial[0], trial[1], baseline + 0.5 * (theta + u)) + Binomial(trial[2], trial[3],
                baseline - 0.5 * (theta + u)));
        }

        Assert.Equal(sum, found.LogLikelihood, 1e-4);
        Assert.Equal(theta, found.Estimate);
        var exact = MetaAnalysis.OneStage(Trials(), "study", "treated", "events", "size", model: OneStageModel.Conditional);
        var random = MetaAnalysis.OneStage(Trials(), "study", "treated", "events", "size", model: OneStageModel.RandomStudies);
        var near = MetaAnalysis.OneStage(Trials(), "study", "treated", "events", "size", model: OneStageModel.ConditionalApproximate);
        foreach (var other in new[] { random, near, found })
        {
            Assert.Equal(exact.Estimate, other.Estimate, 0.5 * exact.StandardError);
        }

        Assert.Contains("odds ratio", found.ToString(), StringComparison.Ordinal);
        Assert.Contains("no events in an arm", found.ForestFigure().Subtitle, StringComparison.Ordinal);
    }

    [Fact]
    public void RatesByExposureHaveTheLikelihoodOfTheirModels()
    {
        var given = MetaAnalysis.OneStage(Trials(), "study", "treated", "events", "size", SynthesisMeasure.RateRatio,
            OneStageModel.Conditional);
        double At(double theta, double tau) => TrialTable.Where(t => t[0] + t[2] > 0)
            .Sum(t => BruteForce(tau, u => Binomial(t[0], t[0] + t[2], theta + u + Math.Log(t[1] / t[3]))));
        Assert.Equal(At(given.Estimate, given.Tau), given.LogLikelihood, 1e-4);
        var counts = MetaAnalysis.OneStage(Trials(), "study", "treated", "events", "size", SynthesisMeasure.RateRatio);
        var effects = counts.Fit!.FixedEffects;
        double sum = 0;
        foreach (var (trial, i) in TrialTable.Select((t, i) => (t, i)).Where(p => p.t[0] + p.t[2] > 0))
        {
            var baseline = effects[$"factor(study)s{i + 1:D2}"].Estimate;
            sum += BruteForce(counts.Tau, u => Poisson(trial[0], trial[1], baseline + 0.5 * (counts.Estimate + u))
                + Poisson(trial[2], trial[3], baseline - 0.5 * (counts.Estimate + u)));
        }

        Assert.Equal(sum, counts.LogLikelihood, 1e-4);

        // baselines that are estimated pull the ratio a little; conditioned away they do not
        Assert.Equal(given.Estimate, counts.Estimate, 0.5 * given.StandardError);
    }

    [Fact]
    public void ImpossibleStudiesAreToldInASentence()
    {
        string Message(FieldData data) => Assert.Throws<GlmmException>(() => MetaAnalysis.OneStage(data, "study", "treated", "events",
            "size")).Message;
        Assert.Contains("has but one arm", Message(Trials().Where(r => r.Text("study") != "s03" || r.Number("treated") == 1)),
            StringComparison.Ordinal);
        Assert.Contains("events", Message(Trials().With("events", Trials().Numbers("size").Select(n => n + 1))), StringComparison.Ordinal);
        Assert.Contains("sampling variance", Assert.Throws<GlmmException>(
            () => MetaAnalysis.Fit("yi ~ 1 + (1 | study)", Bcg().With("vi", Bcg().Numbers("vi").Select((v, i) => i == 2 ? 0 : v)),
                "vi")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Few_or_equal_effect_sizes_have_their_numbers()
    {
        FieldData Effects(params double[] y) => FieldData.From(new Dictionary<string, object>
        {
            ["y"] = y, ["v"] = y.Select((_, i) => 0.01 * (i + 1)).ToArray(), ["s"] = y.Select((_, i) => $"s{i}").ToArray(),
        });
        Synthesis Fit(FieldData data, string formula = "y ~ 1 + (1 | s)") => MetaAnalysis.Fit(formula, data, "v");

        // Effects that are all the same do not differ between studies: inverse variances, log-likelihood by hand.
        foreach (var value in new[] { 0.5, 0 })
        {
            var same = Fit(Effects(value, value));
            Assert.Equal(value, same.Estimate, 1e-9);
            Assert.Equal(0, same.Tau, 1e-6);
            Assert.Equal(1 / Math.Sqrt(150), same.StandardError, 1e-6);
            Assert.Equal(-0.5 * (Math.Log(2 * Math.PI) + Math.Log(0.01 * 0.02) + Math.Log(150) - Math.Log(2)), same.LogLikelihood, 1e-6);
            Assert.True(same.Fit!.Convergence.IsConverged);
        }

        // τ² of two: half the squared difference less the mean of the variances.
        Assert.Equal(Math.Sqrt(0.08 - 0.015), Fit(Effects(0.1, 0.5)).Tau, 1e-5);
        Assert.Contains("too few", Assert.Throws<GlmmException>(() => Fit(Effects(0.1))).Message, StringComparison.Ordinal);
        Assert.Contains("too few", Assert.Throws<GlmmException>(() => Fit(Effects(0.1, 0.5)).SmallStudyEffects()).Message,
            StringComparison.Ordinal);
        var one = Fit(Effects(0.1), "y ~ 1");
        Assert.Equal(0.1, one.StandardError, 1e-9);
        Assert.True(double.IsNaN(one.QPValue));
        Assert.Contains("0.95", Assert.Throws<GlmmException>(() => MetaAnalysis.Fit("y ~ 1", Effects(0.1, 0.2), "v",
            new MetaAnalysisOptions { Level = 95 })).Message, StringComparison.Ordinal);
        Assert.Contains("alike", Assert.Throws<GlmmException>(() => EffectSize.Smd(1, 0, 10, 2, 0, 10)).Message, StringComparison.Ordinal);
    }

    private static FieldData Trials() => FieldData.From(new Dictionary<string, object>
    {
        ["study"] = TrialTable.SelectMany((_, i) => new[] { $"s{i + 1:D2}", $"s{i + 1:D2}" }).ToArray(),
        ["treated"] = TrialTable.SelectMany(_ => new[] { 1.0, 0 }).ToArray(),
        ["events"] = TrialTable.SelectMany(t => new[] { t[0], t[2] }).ToArray(),
        ["size"] = TrialTable.SelectMany(t => new[] { t[1], t[3] }).ToArray(),
    });

    private static FieldData Bcg()
    {
        double[] Column(string name) => [.. Reference().GetProperty(name).EnumerateArray().Select(v => v.GetDouble())];
        return FieldData.From(new Dictionary<string, object>
        {
            ["yi"] = Column("yi"), ["vi"] = Column("vi"), ["ablat"] = Column("ablat"), ["study"] = Enumerable.Range(1, 13)
                .Select(i => $"study {i:D2}").ToArray(),
        });
    }

    private static JsonElement Reference()
    {
        using var stream = File.OpenRead(Path.Combine(ReferenceFit.RepositoryFolder, "tests", "reference", "restrained.json"));
        return JsonDocument.Parse(stream).RootElement.GetProperty("meta").Clone();
    }

    // log ∫ exp f(u) φ(u / τ) / τ du by the trapezoidal rule
    private static double BruteForce(double tau, Func<double, double> f)
    {
        const double step = 0.005;
        double sum = 0;
        for (double z = -9; z <= 9; z += step)
        {
            sum += Math.Exp(f(tau * z) - 0.5 * z * z) * step / Math.Sqrt(2 * Math.PI);
        }

        return Math.Log(sum);
    }

    private static double Binomial(double events, double size, double eta) =>
        SpecialFunctions.LogChoose(size, events) + events * eta - size * SpecialFunctions.Log1pExp(eta);

    private static double Poisson(double events, double exposure, double eta) =>
        events * (eta + Math.Log(exposure)) - exposure * Math.Exp(eta) - SpecialFunctions.LogFactorial(events);

    private static double Hypergeometric(double[] trial, double theta)
    {
        var total = trial[0] + trial[2];
        double sum = 0;
        double Weight(double k) => Math.Exp(SpecialFunctions.LogChoose(trial[1], k) + SpecialFunctions.LogChoose(trial[3], total - k)
            + theta * k
            - SpecialFunctions.LogChoose(trial[1] + trial[3], total));
        for (var k = Math.Max(0, total - trial[3]); k <= Math.Min(total, trial[1]); k++)
        {
            sum += Weight(k);
        }

        return Math.Log(Weight(trial[0]) / sum);
    }
}
