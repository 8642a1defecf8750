namespace EcoGlmm.Tests.Syntheses;

/// <summary>Counts of published trials, many without events, against metafor's rma.glmm and rma.mh and brute force.</summary>
public sealed class OneStageReferenceTests
{
    public static TheoryData<string> Data => [.. SynthesisReference.Counts.GetProperty("counts").EnumerateObject().Select(p => p.Name)];

    public static TheoryData<string> BruteForce => [.. SynthesisReference.Counts.GetProperty("conditional").EnumerateArray()
        .Select(c => c.Text("data"))];

    public static TheoryData<int> OneStage => [.. Enumerable.Range(0, SynthesisReference.Counts.GetProperty("oneStage").GetArrayLength())];

    [Theory]
    [MemberData(nameof(OneStage))]
    public void Counts_give_what_metafor_gives(int index)
    {
        var expected = SynthesisReference.Counts.GetProperty("oneStage")[index];
        var isRate = expected.Text("measure") == "IRR";
        var model = expected.Text("model") switch
        {
            "UM.FS" => OneStageModel.FixedStudies,
            "UM.RS" => OneStageModel.RandomStudies,
            "CM.EL" => OneStageModel.Conditional,
            _ => OneStageModel.ConditionalApproximate,
        };
        var found = Fit(isRate ? "rates" : "counts", expected.Text("data"), isRate ? SynthesisMeasure.RateRatio
            : SynthesisMeasure.OddsRatio, model);

        // With quadrature metafor gives lme4's log-likelihood without its constants; without, its optimiser may stop early: where it is not
        // at the maximum,
        // ours is the higher likelihood.
        var gain = model == OneStageModel.RandomStudies ? found.LogLikelihood - expected.Number("logLik") : 0;
        Assert.True(gain > -2e-5, $"{expected.Text("data")} {expected.Text("model")}: log-likelihood {found.LogLikelihood}, metafor's is "
            + $"higher by {-gain}");
        var slack = 3e-3 + Math.Sqrt(Math.Max(0, 2 * gain));
        var error = Math.Max(expected.Number("se"), found.StandardError);
        Assert.Equal(expected.Number("estimate"), found.Estimate, slack * error);
        if (gain < 1e-4 && Math.Abs(found.Tau) > 0.01)
        {
            Assert.Equal(expected.Number("se"), found.StandardError, 0.01 * error);
            Assert.Equal(Math.Sqrt(expected.Number("tau2")), found.Tau, 0.01);
        }
    }

    [Theory]
    [MemberData(nameof(BruteForce))]
    public void The_hypergeometric_model_is_at_the_maximum_that_brute_force_finds(string data)
    {
        var expected = SynthesisReference.Counts.GetProperty("conditional").EnumerateArray().First(c => c.Text("data") == data);
        var found = Fit("counts", data, SynthesisMeasure.OddsRatio, OneStageModel.Conditional);
        Assert.Equal(expected.Number("logLik"), found.LogLikelihood, 1e-5);
        Assert.Equal(expected.Number("estimate"), found.Estimate, 1e-3 * expected.Number("se"));
        Assert.Equal(expected.Number("se"), found.StandardError, 0.01 * expected.Number("se"));
        Assert.Equal(expected.Number("tau2"), found.Tau * found.Tau, 2e-3 * Math.Max(0.1, expected.Number("tau2")));
    }

    [Fact]
    public void Beta_binomial_arms_are_at_their_maximum()
    {
        foreach (var expected in SynthesisReference.Counts.GetProperty("betaBinomial").EnumerateArray())
        {
            var found = Fit("counts", expected.Text("data"), SynthesisMeasure.OddsRatio, OneStageModel.BetaBinomial);
            Assert.Equal(expected.Number("logLik"), found.LogLikelihood, 1e-5);
            Assert.Equal(expected.Number("estimate"), found.Estimate, 1e-3 * expected.Number("se"));
            Assert.Equal(expected.Number("se"), found.StandardError, 0.01 * expected.Number("se"));
            Assert.True(double.IsNaN(found.Tau));
            Assert.True(double.IsNaN(found.PredictionLower));
        }
    }

    [Theory]
    [MemberData(nameof(Data))]
    public void Other_methods_stand_beside(string data)
    {
        foreach (var (name, measure) in new[] { ("OR", SynthesisMeasure.OddsRatio), ("RD", SynthesisMeasure.RiskDifference) })
        {
            var compared = Fit("counts", data, measure, OneStageModel.FixedStudies).CompareMethods();
            var expected = SynthesisReference.Counts.GetProperty("classical").EnumerateArray().First(c => c.Text("data") == data
                && c.Text("measure") == name);
            var haenszel = compared.First(r => r.Method.StartsWith("Mantel", StringComparison.Ordinal));
            Assert.Equal(expected.GetProperty("mh").Number("estimate"), haenszel.Estimate, 1e-8);
            Assert.Equal(expected.GetProperty("mh").Number("se"), haenszel.StandardError, 1e-8);
            var corrected = compared[1];
            Assert.Equal(expected.GetProperty("corrected").Number("estimate"), corrected.Estimate, 1e-3 * corrected.StandardError);
            Assert.Equal(expected.GetProperty("corrected").Number("se"), corrected.StandardError, 1e-3 * corrected.StandardError);
            if (measure == SynthesisMeasure.OddsRatio)
            {
                var peto = SynthesisReference.Counts.GetProperty("classical").EnumerateArray().First(c => c.Text("data") == data
                    && c.Text("measure") == "Peto").GetProperty("mh");
                Assert.Equal(peto.Number("estimate"), compared[^1].Estimate, 1e-8);
                Assert.Equal(peto.Number("se"), compared[^1].StandardError, 1e-8);
            }
        }
    }

    [Fact]
    public void Risk_ratios_are_near_odds_ratios_where_events_are_rare()
    {
        var odds = Fit("counts", "catheters", SynthesisMeasure.OddsRatio, OneStageModel.FixedStudies);
        var risk = Fit("counts", "catheters", SynthesisMeasure.RiskRatio, OneStageModel.FixedStudies);
        Assert.Equal(odds.Estimate, risk.Estimate, 0.1);
        Assert.Contains("risk ratio", risk.ToString(), StringComparison.Ordinal);
        var mh = SynthesisReference.Counts.GetProperty("classical").EnumerateArray().First(c => c.Text("data") == "catheters"
            && c.Text("measure") == "RR").GetProperty("mh");
        Assert.Equal(mh.Number("estimate"), risk.CompareMethods()
            .First(r => r.Method.StartsWith("Mantel", StringComparison.Ordinal)).Estimate, 1e-8);
        Assert.Equal(mh.Number("se"), risk.CompareMethods()
            .First(r => r.Method.StartsWith("Mantel", StringComparison.Ordinal)).StandardError, 1e-8);
        Assert.Contains("odds ratio", Assert.Throws<GlmmException>(() => Fit("counts", "catheters", SynthesisMeasure.RiskRatio,
            OneStageModel.Conditional)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_risk_difference_averages_what_the_model_says_of_each_study()
    {
        var difference = Fit("counts", "catheters", SynthesisMeasure.RiskDifference, OneStageModel.FixedStudies);
        var odds = Fit("counts", "catheters", SynthesisMeasure.OddsRatio, OneStageModel.FixedStudies);
        var arms = SynthesisReference.Arms("counts", "catheters");
        var size = arms.Numbers("size");
        var effects = odds.Fit!.FixedEffects;
        double sum = 0;
        for (var i = 0; i < size.Length; i += 2)
        {
            var name = $"factor(study)s{i / 2 + 1:D3}";
            if (effects.Contains(name))
            {
                var a = effects[name].Estimate;
                sum += (size[i] + size[i + 1]) / size.Sum() * (Mean(a + odds.Estimate / 2, odds.Tau / 2) - Mean(a - odds.Estimate / 2,
                    odds.Tau / 2));
            }
        }

        Assert.Equal(sum, difference.Estimate, 1e-9);
        Assert.True(difference.StandardError > 0);
        Assert.InRange(difference.Lower, difference.Estimate - 0.1, difference.Estimate);
        Assert.InRange(difference.PredictionUpper, difference.Estimate, 0.2);
        Assert.False(difference.IsLogRatio);

        static double Mean(double eta, double s)
        {
            double total = 0;
            for (double z = -8; z <= 8; z += 0.01)
            {
                total += 0.01 * Math.Exp(-z * z / 2) / Math.Sqrt(2 * Math.PI) / (1 + Math.Exp(-(eta + s * z)));
            }

            return total;
        }
    }

    [Fact]
    public void Heterogeneity_of_counts_is_tested_by_the_likelihood_ratio()
    {
        foreach (var expected in SynthesisReference.Counts.GetProperty("oneStage").EnumerateArray().Where(e => e.Text("model") is "UM.FS"
            or "CM.EL" && !double.IsNaN(e.Number("q"))))
        {
            var isRate = expected.Text("measure") == "IRR";
            var found = Fit(isRate ? "rates" : "counts", expected.Text("data"), isRate ? SynthesisMeasure.RateRatio
                : SynthesisMeasure.OddsRatio,
                expected.Text("model") == "UM.FS" ? OneStageModel.FixedStudies : OneStageModel.Conditional);
            Assert.Equal(expected.Number("q"), found.Q, 2e-3 * Math.Max(1, expected.Number("q")));
            Assert.Equal(expected.Number("df"), found.QDegreesOfFreedom);
            if (found.Tau > 0.01)
            {
                // In per cent; metafor has its variance to three digits.
                Assert.Equal(expected.Number("i2"), found.I2, 0.1);
            }
        }
    }

    private static Synthesis Fit(string kind, string data, SynthesisMeasure measure, OneStageModel model) =>
        MetaAnalysis.OneStage(SynthesisReference.Arms(kind, data), "study", "treated", "events", "size", measure, model);
}
