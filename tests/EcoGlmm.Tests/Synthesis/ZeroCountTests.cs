using System.Text.Json;
using EcoGlmm.Tests.Reference;

namespace EcoGlmm.Tests.Syntheses;

/// <summary>Few studies, many zeros: against metafor and brute force (tests/reference/zeros.R), and what is said where there is no
/// number.</summary>
public sealed class ZeroCountTests
{
    private static readonly Lazy<JsonElement> Root = new(() =>
    {
        using var stream = File.OpenRead(Path.Combine(ReferenceFit.RepositoryFolder, "tests", "reference", "zeros.json"));
        return JsonDocument.Parse(stream).RootElement.Clone();
    });

    public static TheoryData<int> Fits => [.. Enumerable.Range(0, Root.Value.GetProperty("fits").GetArrayLength())];

    public static TheoryData<OneStageModel> Models => [.. Enum.GetValues<OneStageModel>()];

    [Theory]
    [MemberData(nameof(Fits))]
    public void Studies_with_zeros_give_the_numbers_of_their_models(int index)
    {
        var expected = Root.Value.GetProperty("fits")[index];
        var model = expected.Text("model") switch
        {
            "UM.FS" => OneStageModel.FixedStudies,
            "UM.RS" => OneStageModel.RandomStudies,
            "CM.EL" => OneStageModel.Conditional,
            "CM.AL" => OneStageModel.ConditionalApproximate,
            _ => OneStageModel.BetaBinomial,
        };
        double[][] rows = [.. Root.Value.GetProperty("cases").GetProperty(expected.Text("case")).EnumerateArray()
            .Select(r => r.EnumerateArray().Select(v => v.GetDouble()).ToArray())];
        var found = Fit(rows, expected.Text("measure") == "IRR" ? SynthesisMeasure.RateRatio : SynthesisMeasure.OddsRatio, model);

        // With quadrature metafor gives the log-likelihood without its constants; with random baselines it may stop short of the maximum.
        var gain = found.LogLikelihood - expected.Number("logLik");
        if (model != OneStageModel.FixedStudies) Assert.InRange(gain, -2e-5, model == OneStageModel.RandomStudies ? 2e-4 : 2e-5);
        var isShort = model == OneStageModel.RandomStudies && gain > 1e-5;
        var error = expected.Number("se");
        Assert.Equal(expected.Number("estimate"), found.Estimate, (isShort ? 0.02 : 2e-3) * error);
        if (isShort) return;
        Assert.Equal(error, found.StandardError, 0.01 * error);
        if (model == OneStageModel.BetaBinomial) Assert.True(double.IsNaN(found.Tau));
        else Assert.Equal(expected.Number("tau"), found.Tau, 0.002 * Math.Max(1, expected.Number("tau")));
    }

    [Theory]
    [MemberData(nameof(Models))]
    public void One_study_is_its_own_synthesis(OneStageModel model)
    {
        double[] told = [3, 40, 8, 42];
        var found = Fit([told], SynthesisMeasure.OddsRatio, model);
        if (model is not (OneStageModel.Conditional or OneStageModel.ConditionalApproximate))
        {
            Assert.Equal(Math.Log(3.0 / 37) - Math.Log(8.0 / 34), found.Estimate, 1e-6);
            Assert.Equal(Math.Sqrt((1 / 3.0) + (1 / 37.0) + (1 / 8.0) + (1 / 34.0)), found.StandardError, 1e-4);
        }

        Assert.True(double.IsNaN(found.Tau));
        Assert.True(double.IsNaN(found.PredictionLower));
        Assert.Contains("Over 1 study the mean odds ratio", found.ToString(), StringComparison.Ordinal);
        Assert.Contains("One study alone", found.ToHtml(), StringComparison.Ordinal);
        var ofRates = model == OneStageModel.ConditionalApproximate ? OneStageModel.Conditional : model;
        var rate = Fit([told], SynthesisMeasure.RateRatio, ofRates);
        Assert.Equal(Math.Log(3.0 / 40 / (8.0 / 42)), rate.Estimate, 1e-6);

        // Studies without events have nothing to add where each has its own baseline.
        if (model is OneStageModel.RandomStudies or OneStageModel.BetaBinomial) return;
        var among = Fit([[0, 30, 0, 31], told, [0, 20, 0, 25]], SynthesisMeasure.OddsRatio, model);
        Assert.Equal(found.Estimate, among.Estimate, 1e-9);
        Assert.Equal(found.LogLikelihood, among.LogLikelihood, 1e-9);
        Assert.Equal(3, among.Count);
    }

    [Fact]
    public void The_risk_difference_counts_individuals_without_events_beside_one_informative_study()
    {
        var found = Fit([[0, 30, 0, 31], [3, 40, 8, 42], [0, 20, 0, 25]], SynthesisMeasure.RiskDifference, OneStageModel.FixedStudies);
        const double share = 82 / 188.0, p = 3 / 40.0, q = 8 / 42.0;
        Assert.Equal(share * (p - q), found.Estimate, 1e-6);
        Assert.Equal(share * Math.Sqrt((p * (1 - p) / 40) + (q * (1 - q) / 42)), found.StandardError, 1e-5);
    }

    [Theory]
    [MemberData(nameof(Models))]
    public void A_ratio_without_a_finite_estimate_is_said_to_be_one(OneStageModel model)
    {
        double[][] never = [[0, 40, 4, 42], [0, 20, 3, 25], [0, 30, 2, 30]];
        string Message(double[][] rows, SynthesisMeasure measure = SynthesisMeasure.OddsRatio) =>
            Assert.Throws<GlmmException>(() => Fit(rows, measure, model)).Message;
        Assert.Contains("no study has an event among the treated", Message(never), StringComparison.Ordinal);
        Assert.Contains("no finite estimate", Message([.. never.Select(r => new[] { r[2], r[3], r[0], r[1] })]), StringComparison.Ordinal);
        Assert.Contains("Nothing is known", Message([[0, 40, 0, 42], [20, 20, 25, 25]]), StringComparison.Ordinal);
        if (model != OneStageModel.ConditionalApproximate)
        {
            Assert.Contains("no finite estimate", Message(never, SynthesisMeasure.RateRatio), StringComparison.Ordinal);
            Assert.Contains("nothing but events", Message([[40, 40, 30, 42], [20, 20, 15, 25]]), StringComparison.Ordinal);
        }

        if (model is OneStageModel.Conditional or OneStageModel.ConditionalApproximate)
        {
            Assert.Contains("variance", Message([[0, 40, 4, 42], [3, 20, 0, 25]]), StringComparison.Ordinal);
        }
        else
        {
            Assert.Contains("EffectSize.RiskDifference", Message(never, SynthesisMeasure.RiskDifference), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_prior_makes_it_finite()
    {
        double[][] never = [[0, 40, 4, 42], [0, 20, 3, 25], [0, 30, 2, 30]];
        var prior = new MetaAnalysisOptions { Glmm = new GlmmOptions { Priors = [Prior.Normal(0, 1.5).On("treatment")] } };
        foreach (var model in new[] { OneStageModel.FixedStudies, OneStageModel.RandomStudies, OneStageModel.BetaBinomial })
        {
            var found = MetaAnalysis.OneStage(Arms(never), "study", "treated", "events", "size", model: model, options: prior);
            Assert.InRange(found.Estimate, -3, -1);
            Assert.InRange(found.StandardError, 0.5, 1.5);
        }

        Assert.Contains("takes no priors", Assert.Throws<GlmmException>(() => MetaAnalysis.OneStage(Arms(never), "study", "treated",
            "events", "size", model: OneStageModel.Conditional, options: prior)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_risk_of_one_is_named_where_the_fit_beneath_did_not_converge()
    {
        var found = Fit([[40, 40, 30, 42], [20, 20, 15, 25], [30, 30, 20, 30]], SynthesisMeasure.RiskRatio, OneStageModel.FixedStudies);
        Assert.False(found.Fit!.Convergence.IsConverged);
        Assert.Contains("do not use or report", found.ToString(), StringComparison.Ordinal);
        Assert.Contains("nothing but events in an arm", found.ToHtml(), StringComparison.Ordinal);
        Assert.DoesNotContain("NaN to NaN", found.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void What_cannot_be_is_refused()
    {
        double[][] rows = [[3, 40, 8, 42], [5, 60, 9, 55], [1, 50, 2, 48]];
        string Message(FieldData data, MetaAnalysisOptions? options = null) => Assert.Throws<GlmmException>(() =>
            MetaAnalysis.OneStage(data, "study", "treated", "events", "size", options: options)).Message;
        foreach (var (column, value) in new[] { ("events", double.NaN), ("events", 1.5), ("events", 41), ("size", double.NaN),
            ("size", double.PositiveInfinity), ("size", 0) })
        {
            var data = Arms(rows);
            Assert.Contains("Row 1 has", Message(data.With(column, data.Numbers(column).Select((v, i) => i == 0 ? value : v))),
                StringComparison.Ordinal);
        }

        Assert.Contains("between 0 and 1", Message(Arms(rows), new MetaAnalysisOptions { Level = 95 }), StringComparison.Ordinal);
        Assert.Contains("ProfileLikelihood", Message(Arms(rows), new MetaAnalysisOptions { KnappHartung = true }),
            StringComparison.Ordinal);
        Assert.Contains("Moderators", Message(Arms(rows), new MetaAnalysisOptions { Scale = "~ 1" }), StringComparison.Ordinal);
    }

    private static Synthesis Fit(double[][] rows, SynthesisMeasure measure, OneStageModel model) =>
        MetaAnalysis.OneStage(Arms(rows), "study", "treated", "events", "size", measure, model);

    private static FieldData Arms(double[][] rows) => FieldData.From(new Dictionary<string, object>
    {
        ["study"] = rows.SelectMany((_, i) => new[] { $"s{i + 1}", $"s{i + 1}" }).ToArray(),
        ["treated"] = rows.SelectMany(_ => new[] { 1.0, 0 }).ToArray(),
        ["events"] = rows.SelectMany(r => new[] { r[0], r[2] }).ToArray(),
        ["size"] = rows.SelectMany(r => new[] { r[1], r[3] }).ToArray(),
    });
}
