using System.Text.Json;
using EcoGlmm.Tests.Reference;

namespace EcoGlmm.Tests.Syntheses;

/// <summary>Intervals of counts by Student's t against metafor's, and by the profile likelihood against brute force
/// (tests/reference/intervals.R).</summary>
public sealed class CountIntervalTests
{
    private static readonly Lazy<JsonElement> Root = new(() =>
    {
        using var stream = File.OpenRead(Path.Combine(ReferenceFit.RepositoryFolder, "tests", "reference", "intervals.json"));
        return JsonDocument.Parse(stream).RootElement.Clone();
    });

    public static TheoryData<int> Student => [.. Enumerable.Range(0, Root.Value.GetProperty("student").GetArrayLength())];

    public static TheoryData<int> Profiled => [.. Enumerable.Range(0, Root.Value.GetProperty("profiled").GetArrayLength())];

    [Theory]
    [MemberData(nameof(Student))]
    public void By_Students_t_they_are_metafors(int index)
    {
        var expected = Root.Value.GetProperty("student")[index];
        var found = Fit(expected.Text("data"), OneStageModel.FixedStudies, SynthesisInterval.StudentT);
        Assert.Equal(expected.Number("lower"), found.Lower, 0.01 * found.StandardError);
        Assert.Equal(expected.Number("upper"), found.Upper, 0.01 * found.StandardError);
        Assert.Equal(expected.Number("p"), found.PValue, 1e-3);
        Assert.Equal(found.PValue, found.FixedEffects["treatment"].PValue, 1e-12);
        Assert.Contains($"t with {expected.Number("df")} degrees", found.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Profiled))]
    public void By_the_profile_likelihood_they_are_those_of_brute_force(int index)
    {
        var expected = Root.Value.GetProperty("profiled")[index];
        var model = expected.Text("model") == "CM.EL" ? OneStageModel.Conditional : OneStageModel.FixedStudies;
        var found = Fit(expected.Text("data"), model, SynthesisInterval.ProfileLikelihood);
        Assert.Equal(expected.Number("estimate"), found.Estimate, 2e-3 * found.StandardError);
        Assert.Equal(expected.Number("lower"), found.Lower, 2e-3 * found.StandardError);
        Assert.Equal(expected.Number("upper"), found.Upper, 2e-3 * found.StandardError);
        var p = 2 * MathNet.Numerics.Distributions.StudentT.CDF(0, 1, expected.Number("df"), -expected.Number("zero"));
        Assert.Equal(p, found.PValue, 1e-3);
        Assert.Equal(found.PValue, found.FixedEffects["treatment"].PValue, 1e-12);
    }

    [Fact]
    public void With_moderators_the_interval_is_that_of_the_first_coefficient()
    {
        foreach (var model in new[] { OneStageModel.Conditional, OneStageModel.FixedStudies })
        {
            var arms = SynthesisReference.Arms("counts", "catheters");
            var first = arms.Texts("study").Distinct().Take(9).ToHashSet();
            var data = arms.With("late", r => first.Contains(r.Text("study")!) ? 0.0 : 1.0);
            Synthesis By(string moderators) => MetaAnalysis.OneStage(data.With("early", r => 1 - r.Number("late")), "study", "treated",
                "events", "size", model: model, options: new MetaAnalysisOptions
                {
                    Moderators = moderators, Interval = SynthesisInterval.ProfileLikelihood,
                });

            // The mean effect with all moderators at zero is the same coefficient however the groups are told apart.
            var (a, b) = (By("~ late"), By("~ 0 + early + late"));
            Assert.Equal(a.Estimate, b.Estimate, 1e-4);
            Assert.Equal(a.Lower, b.Lower, 1e-3);
            Assert.Equal(a.Upper, b.Upper, 1e-3);
            Assert.InRange(a.Lower, a.Estimate - (6 * a.StandardError), a.Estimate - (1.5 * a.StandardError));
            Assert.True(a.ModeratorPValue > MetaAnalysis.OneStage(data, "study", "treated", "events", "size", model: model,
                options: new MetaAnalysisOptions { Moderators = "~ late" }).ModeratorPValue);
        }
    }

    [Fact]
    public void The_card_asks_for_them_where_they_are_called_for()
    {
        var normal = Fit("catheters", OneStageModel.FixedStudies, SynthesisInterval.Normal);
        Assert.True(normal.Tau > 0.1);
        Assert.Contains("SynthesisInterval.ProfileLikelihood", normal.ToString(), StringComparison.Ordinal);
        var profile = Fit("catheters", OneStageModel.FixedStudies, SynthesisInterval.ProfileLikelihood);
        Assert.DoesNotContain("too narrow", profile.ToHtml(), StringComparison.Ordinal);
        Assert.True(profile.Upper - profile.Lower > normal.Upper - normal.Lower);
        Assert.True(profile.PredictionUpper > normal.PredictionUpper);
        Assert.Equal(normal.Estimate, profile.Estimate);
    }

    [Fact]
    public void Where_there_is_none_it_is_said()
    {
        Assert.Contains("StudentT", Assert.Throws<GlmmException>(() => MetaAnalysis.OneStage(SynthesisReference.Arms("counts", "catheters"),
            "study", "treated", "events", "size", SynthesisMeasure.RiskDifference, options: new MetaAnalysisOptions
            {
                Interval = SynthesisInterval.ProfileLikelihood,
            })).Message, StringComparison.Ordinal);
        Assert.Contains("KnappHartung", Assert.Throws<GlmmException>(() => MetaAnalysis.Fit("yi ~ 1 + (1 | study)",
            SynthesisReference.Table("bcg"), "vi", new MetaAnalysisOptions { Interval = SynthesisInterval.StudentT })).Message,
            StringComparison.Ordinal);
        var all = SynthesisReference.Arms("counts", "catheters");
        var events = all.Numbers("events");
        var told = all.Texts("study")[2 * Enumerable.Range(0, events.Length / 2).First(i => events[2 * i] > 0 && events[(2 * i) + 1] > 0)];
        var one = all.Where(r => r.Text("study") == told);
        Assert.Contains("too few", Assert.Throws<GlmmException>(() => MetaAnalysis.OneStage(one, "study", "treated", "events", "size",
            model: OneStageModel.Conditional, options: new MetaAnalysisOptions { Interval = SynthesisInterval.StudentT })).Message,
            StringComparison.Ordinal);
    }

    private static Synthesis Fit(string data, OneStageModel model, SynthesisInterval interval) =>
        MetaAnalysis.OneStage(SynthesisReference.Arms("counts", data), "study", "treated", "events", "size", model: model,
            options: new MetaAnalysisOptions { Interval = interval });
}
