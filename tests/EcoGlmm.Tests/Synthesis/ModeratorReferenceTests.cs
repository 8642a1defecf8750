using System.Text.Json;
using EcoGlmm.Tests.Reference;

namespace EcoGlmm.Tests.Syntheses;

/// <summary>Meta-regression of counts, and structures of outcomes within studies, against metafor and brute force
/// (tests/reference/moderators.R).</summary>
public sealed class ModeratorReferenceTests
{
    private static readonly Lazy<JsonElement> Root = new(() =>
    {
        using var stream = File.OpenRead(Path.Combine(ReferenceFit.RepositoryFolder, "tests", "reference", "moderators.json"));
        return JsonDocument.Parse(stream).RootElement.Clone();
    });

    public static TheoryData<int> OneStage => [.. Enumerable.Range(0, Root.Value.GetProperty("fits").GetArrayLength())];

    public static TheoryData<int> BruteForce => [.. Enumerable.Range(0, Root.Value.GetProperty("conditional").GetArrayLength())];

    private static readonly Lazy<JsonElement> ArmsByForce = new(() =>
    {
        using var stream = File.OpenRead(Path.Combine(ReferenceFit.RepositoryFolder, "tests", "reference", "arms.json"));
        return JsonDocument.Parse(stream).RootElement.Clone();
    });

    public static TheoryData<int> BruteForceArms => [.. Enumerable.Range(0, ArmsByForce.Value.GetProperty("fits").GetArrayLength())];

    public static TheoryData<string> Effects => [.. Root.Value.GetProperty("effects").EnumerateArray().Select(e => e.Text("name"))];

    [Theory]
    [MemberData(nameof(OneStage))]
    public void Moderators_of_counts_give_what_metafor_gives(int index)
    {
        var expected = Root.Value.GetProperty("fits")[index];
        var isRate = expected.Text("measure") == "IRR";
        var model = expected.Text("model") switch
        {
            "UM.FS" => OneStageModel.FixedStudies,
            "UM.RS" => OneStageModel.RandomStudies,
            "CM.EL" => OneStageModel.Conditional,
            _ => OneStageModel.ConditionalApproximate,
        };
        var found = Fit(isRate ? "rates" : "counts", expected.Text("data"), expected.Text("moderators"), isRate
            ? SynthesisMeasure.RateRatio : SynthesisMeasure.OddsRatio, model);
        var rows = found.FixedEffects.Where(e => e.Name.StartsWith("treatment", StringComparison.Ordinal)).ToArray();
        double[] estimates = expected.Numbers("estimates"), errors = expected.Numbers("errors");

        // metafor has the intercept of the baselines behind the effects of treatment in UM.RS, and the studies in UM.FS
        var places = Enumerable.Range(0, rows.Length).Select(j => estimates.Length == rows.Length ? j : j).ToArray();
        var gain = model == OneStageModel.RandomStudies ? found.LogLikelihood - expected.Number("logLik") : 0;
        Assert.True(gain > -2e-5, $"log-likelihood {found.LogLikelihood}, metafor's is higher by {-gain}");
        var slack = 3e-3 + Math.Sqrt(Math.Max(0, 2 * gain));
        for (var j = 0; j < rows.Length; j++)
        {
            Assert.Equal(estimates[places[j]], rows[j].Estimate, slack * errors[places[j]]);
        }

        Assert.Equal(rows[0].Estimate, found.Estimate);
        if (gain < 1e-4 && found.Tau > 0.01)
        {
            for (var j = 0; j < rows.Length; j++)
            {
                Assert.Equal(errors[places[j]], rows[j].StandardError, 0.01 * errors[places[j]]);
            }

            Assert.Equal(Math.Sqrt(expected.Number("tau2")), found.Tau, 0.01);
            Assert.Equal(expected.Number("qm"), found.ModeratorStatistic, 0.02 * expected.Number("qm") + 1e-3);
            Assert.Equal(expected.Number("qmp"), found.ModeratorPValue, 0.01);
        }

        Assert.Equal(rows.Length - 1, found.ModeratorDegreesOfFreedom);
        if (model is not OneStageModel.RandomStudies and not OneStageModel.ConditionalApproximate)
        {
            Assert.Equal(expected.Number("q"), found.Q, 2e-3 * Math.Max(1, expected.Number("q")));
            Assert.Equal(expected.Number("df"), found.QDegreesOfFreedom);
        }
    }

    [Theory]
    [MemberData(nameof(BruteForce))]
    public void Moderators_of_the_hypergeometric_model_are_at_the_maximum_that_brute_force_finds(int index)
    {
        var expected = Root.Value.GetProperty("conditional")[index];
        var found = Fit("counts", expected.Text("data"), expected.Text("moderators"), SynthesisMeasure.OddsRatio,
            OneStageModel.Conditional);
        double[] estimates = expected.Numbers("estimates"), errors = expected.Numbers("errors");
        Assert.Equal(expected.Number("logLik"), found.LogLikelihood, 1e-5);
        for (var j = 0; j < 2; j++)
        {
            Assert.Equal(estimates[j], found.FixedEffects[j].Estimate, 1e-3 * errors[j]);
            Assert.Equal(errors[j], found.FixedEffects[j].StandardError, 0.01 * errors[j]);
        }

        Assert.Equal(expected.Number("tau2"), found.Tau * found.Tau, 2e-3 * Math.Max(0.1, expected.Number("tau2")));
        var z = estimates[1] / errors[1];
        Assert.Equal(z * z, found.ModeratorStatistic, 0.03 * z * z);
        Assert.Contains("treatment:", found.FixedEffects[1].Name, StringComparison.Ordinal);
    }

    /// <summary>
    /// Random baselines with their two-dimensional integral by brute force: the Laplace approximation is near it, quadrature (as an option)
    /// is at it; beta-binomial arms, and Poisson-gamma ones, are at the maximum of the likelihood written out.
    /// </summary>
    [Theory]
    [MemberData(nameof(BruteForceArms))]
    public void Moderators_of_random_baselines_and_of_scattered_arms_are_at_the_maximum_of_brute_force(int index)
    {
        var expected = ArmsByForce.Value.GetProperty("fits")[index];
        var isRandom = expected.Text("model") == "UM.RS";
        var measure = expected.Text("kind") == "rates" ? SynthesisMeasure.RateRatio : SynthesisMeasure.OddsRatio;
        double[] estimates = expected.Numbers("estimates"), errors = expected.Numbers("errors");
        foreach (var points in isRandom ? new[] { 1, 15 } : [1])
        {
            var found = MetaAnalysis.OneStage(Arms(expected.Text("kind"), expected.Text("data")), "study", "treated", "events", "size",
                measure, isRandom ? OneStageModel.RandomStudies : OneStageModel.BetaBinomial, new MetaAnalysisOptions
                {
                    Moderators = expected.Text("moderators"), Glmm = new GlmmOptions { QuadraturePoints = points },
                });

            // brute force has the moderator less its mean
            var effect = estimates[1] - (expected.Number("center") * estimates[2]);
            var isExact = !isRandom || points > 1;
            var moderator = found.FixedEffects.First(e => e.Name.StartsWith("treatment:", StringComparison.Ordinal));
            var slack = isExact ? 2e-3 : 0.1;
            Assert.Equal(expected.Number("logLik"), found.LogLikelihood, isExact ? 1e-4 : 0.3);
            Assert.Equal(estimates[2], moderator.Estimate, slack * errors[2]);
            Assert.Equal(effect, found.Estimate, slack * found.StandardError);
            Assert.Equal(errors[2], moderator.StandardError, (isExact ? 0.01 : 0.1) * errors[2]);
            if (isRandom)
            {
                Assert.Equal(Math.Exp(expected.Numbers("shape")[1]), found.Tau, isExact ? 2e-3 : 0.1);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Effects))]
    public void Structures_of_effect_sizes_give_what_metafor_gives(string name)
    {
        var expected = Root.Value.GetProperty("effects").EnumerateArray().First(e => e.Text("name") == name);
        var table = Table(expected.Text("table"), out var covariance);
        var options = new MetaAnalysisOptions
        {
            Reml = expected.Text("method") == "REML",
            Scale = expected.TryGetProperty("scale", out var scale) ? scale.GetString() : null,
        };
        var found = covariance is null ? MetaAnalysis.Fit(expected.Text("formula"), table, "vi", options)
            : MetaAnalysis.Fit(expected.Text("formula"), table, covariance, options);
        double[] estimates = expected.Numbers("estimates"), errors = expected.Numbers("errors");
        var gain = found.LogLikelihood - expected.Number("logLik");
        Assert.True(Math.Abs(gain) < 1e-4 || (gain > 0 && gain < 0.5), $"log-likelihood {found.LogLikelihood}, metafor's "
            + $"{expected.Number("logLik")}");

        // Where ours is the higher maximum, estimates may differ by what that is worth.
        var slack = 2e-3 + (gain > 1e-4 ? Math.Sqrt(2 * gain) : 0);
        for (var j = 0; j < estimates.Length; j++)
        {
            Assert.Equal(estimates[j], found.FixedEffects[j].Estimate, slack * errors[j]);
            if (gain < 1e-4) Assert.Equal(errors[j], found.FixedEffects[j].StandardError, 5e-3 * errors[j]);
        }

        Assert.Equal(expected.Number("qe"), found.Q, 1e-6 * expected.Number("qe"));
        if (expected.TryGetProperty("alpha", out _))
        {
            for (var j = 0; j < expected.Numbers("alpha").Length; j++)
            {
                Assert.Equal(expected.Numbers("alpha")[j], found.ScaleEffects[j].Estimate, 5e-3 * expected.Numbers("alphase")[j]);
            }
        }
    }

    /// <summary>
    /// The restricted likelihood has its maximum at a correlation of 0.997 (by its formula, on a grid: -238.40547), that of maximum
    /// likelihood, where a search begins, at one.
    /// </summary>
    [Fact]
    public void A_correlation_just_below_one_is_found()
    {
        var table = Table("ishak", out _);
        var found = MetaAnalysis.Fit("yi ~ 0 + when + homcs(0 + when | study)", table, "vi");
        Assert.InRange(found.LogLikelihood, -238.40547, -238.4052);
        var rho = found.Fit!.CovarianceParameters.First(c => c.Name == "correlation").Estimate;
        Assert.InRange(rho, 0.995, 0.9985);
        Assert.Equal(ConvergenceStatus.Converged, found.Fit.Convergence.Status);
        var ml = MetaAnalysis.Fit("yi ~ 0 + when + homcs(0 + when | study)", table, "vi", new MetaAnalysisOptions { Reml = false });
        Assert.Equal(-247.930434, ml.LogLikelihood, 1e-5);
        Assert.Equal(ConvergenceStatus.Singular, ml.Fit!.Convergence.Status);
    }

    [Fact]
    public void Moderators_that_cannot_be_are_told_in_a_sentence()
    {
        var arms = Arms("counts", "bcg");
        string Message(FieldData data, string moderators, SynthesisMeasure measure = SynthesisMeasure.OddsRatio) =>
            Assert.Throws<GlmmException>(() => MetaAnalysis.OneStage(data, "study", "treated", "events", "size", measure,
                options: new MetaAnalysisOptions { Moderators = moderators })).Message;
        Assert.Contains("s001", Message(arms.With("arm", r => r.Number("treated")), "~ arm"), StringComparison.Ordinal);
        Assert.Contains("without a left side", Message(arms, "latitude"), StringComparison.Ordinal);
        Assert.Contains("random terms", Message(arms, "~ latitude + (1 | alloc)"), StringComparison.Ordinal);
        Assert.Contains("no value of a moderator", Message(arms.With("latitude", r => r.Text("study") == "s004" ? double.NaN
            : r.Number("latitude")), "~ latitude"), StringComparison.Ordinal);
        Assert.Contains("risk difference", Message(arms, "~ latitude", SynthesisMeasure.RiskDifference), StringComparison.Ordinal);
        Assert.Contains("counts", Assert.Throws<GlmmException>(() => MetaAnalysis.Fit("effect ~ 1 + (1 | study)",
            arms.With("effect", r => r.Number("events")), "size", new MetaAnalysisOptions { Moderators = "~ latitude" })).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_synthesis_with_moderators_says_so_and_leaves_studies_out()
    {
        var found = Fit("counts", "bcg", "~ latitude", SynthesisMeasure.OddsRatio, OneStageModel.FixedStudies);
        Assert.Contains("moderators at zero", found.ToString(), StringComparison.Ordinal);
        Assert.Contains("Moderators", found.ToHtml(), StringComparison.Ordinal);
        var without = found.LeaveOneOut()[2];
        var others = Arms("counts", "bcg").Where(r => r.Text("study") != "s003");
        var direct = MetaAnalysis.OneStage(others, "study", "treated", "events", "size",
            options: new MetaAnalysisOptions { Moderators = "~ latitude" });
        Assert.Equal(direct.Estimate, without.Estimate, 1e-9);
    }

    private static Synthesis Fit(string kind, string data, string moderators, SynthesisMeasure measure, OneStageModel model) =>
        MetaAnalysis.OneStage(Arms(kind, data), "study", "treated", "events", "size", measure, model,
            new MetaAnalysisOptions { Moderators = moderators });

    private static FieldData Arms(string kind, string name)
    {
        var table = Root.Value.GetProperty(kind).GetProperty(name);
        double[] a = table.Numbers("ai"), n = table.Numbers("n1i"), c = table.Numbers("ci"), m = table.Numbers("n2i");
        int[] twice = [.. Enumerable.Range(0, a.Length).SelectMany(i => new[] { i, i })];
        var columns = new Dictionary<string, object>
        {
            ["study"] = Array.ConvertAll(twice, i => $"s{i + 1:D3}"),
            ["treated"] = twice.Select((_, r) => r % 2 == 0 ? 1.0 : 0).ToArray(),
            ["events"] = twice.Select((i, r) => r % 2 == 0 ? a[i] : c[i]).ToArray(),
            ["size"] = twice.Select((i, r) => r % 2 == 0 ? n[i] : m[i]).ToArray(),
        };
        foreach (var column in table.EnumerateObject().Where(p => p.Name is not ("ai" or "n1i" or "ci" or "n2i")))
        {
            columns[column.Name] = column.Value[0].ValueKind == JsonValueKind.String
                ? Array.ConvertAll(twice, i => column.Value[i].GetString()) : Array.ConvertAll(twice, i => column.Value[i].GetDouble());
        }

        return FieldData.From(columns);
    }

    private static FieldData Table(string name, out double[,]? covariance)
    {
        var columns = new Dictionary<string, object>();
        covariance = null;
        foreach (var column in Root.Value.GetProperty("tables").GetProperty(name).EnumerateObject())
        {
            if (column.Value[0].ValueKind == JsonValueKind.Array) covariance = SynthesisReference.Matrix(column.Value);
            else if (column.Value[0].ValueKind == JsonValueKind.String)
                columns[column.Name] = column.Value.EnumerateArray().Select(v => v.GetString()).ToArray();
            else columns[column.Name] = column.Value.EnumerateArray().Select(v => v.GetDouble()).ToArray();
        }

        return FieldData.From(columns);
    }
}
