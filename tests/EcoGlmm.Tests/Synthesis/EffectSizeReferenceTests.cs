using System.Text.Json;

namespace EcoGlmm.Tests.Syntheses;

/// <summary>Effect sizes of published syntheses against metafor's rma.uni, rma.mv, robust() and clubSandwich.</summary>
public sealed class EffectSizeReferenceTests
{
    public static TheoryData<string> Names => [.. SynthesisReference.Root.GetProperty("fits").EnumerateArray().Select(f => f.Text("name"))];

    [Theory]
    [MemberData(nameof(Names))]
    public void Effect_sizes_give_what_metafor_gives(string name)
    {
        var expected = SynthesisReference.Root.GetProperty("fits").EnumerateArray().First(f => f.Text("name") == name);
        var found = Fit(expected);
        double[] estimates = expected.Numbers("estimates"), errors = expected.Numbers("errors");
        Assert.Equal(expected.Number("logLik"), found.LogLikelihood, 1e-5);
        for (var j = 0; j < estimates.Length; j++)
        {
            Assert.Equal(estimates[j], found.FixedEffects[j].Estimate, 1e-3 * errors[j]);
            Assert.Equal(errors[j], found.FixedEffects[j].StandardError, 1e-3 * errors[j]);
            Assert.Equal(expected.Numbers("p")[j], found.FixedEffects[j].PValue, 1e-3);
        }

        Assert.Equal(expected.Numbers("lower")[0], found.Lower, 2e-3 * errors[0]);
        Assert.Equal(expected.Numbers("upper")[0], found.Upper, 2e-3 * errors[0]);
        Assert.Equal(expected.Number("qe"), found.Q, 1e-6 * expected.Number("qe"));
        if (estimates.Length > 1)
        {
            Assert.Equal(expected.Number("qm"), found.ModeratorStatistic, 2e-3 * expected.Number("qm"));
            Assert.Equal(expected.Number("qmp"), found.ModeratorPValue, 1e-3);
        }

        if (!double.IsNaN(expected.Number("tau2")))
        {
            Assert.Equal(expected.Number("tau2"), found.Heterogeneity[0].Variance, 1e-3 * expected.Number("tau2se"));
            Assert.Equal(expected.Number("tau2se"), found.Heterogeneity[0].StandardError, 1e-3 * expected.Number("tau2se"));
            Assert.Equal(expected.Number("i2"), found.I2, 0.02);
            Assert.Equal(expected.Number("h2"), found.H2, 0.01);
        }

        if (expected.TryGetProperty("pi", out _))
        {
            Assert.Equal(expected.Numbers("pi")[0], found.PredictionLower, 1e-3);
            Assert.Equal(expected.Numbers("pi")[1], found.PredictionUpper, 1e-3);
        }

        if (expected.TryGetProperty("sigma2", out _))
        {
            // nested levels are named by metafor from the coarsest
            var variances = expected.Numbers("sigma2");
            var ours = name.StartsWith("schools", StringComparison.Ordinal) ? found.Heterogeneity.Reverse().ToArray()
                : [.. found.Heterogeneity];
            if (!ours[0].Group.Contains("district", StringComparison.Ordinal) || !ours[0].Group.Contains(':', StringComparison.Ordinal))
            {
                ours = [.. ours.OrderBy(h => h.Group.Contains(':', StringComparison.Ordinal))];
            }
            else
            {
                ours = [.. ours.Reverse()];
            }

            for (var k = 0; k < variances.Length; k++)
            {
                Assert.Equal(variances[k], ours[k].Variance, 2e-3 * variances.Sum());
            }
        }

        if (expected.TryGetProperty("alpha", out _))
        {
            for (var j = 0; j < 2; j++)
            {
                Assert.Equal(expected.Numbers("alpha")[j], found.ScaleEffects[j].Estimate, 3e-3 * expected.Numbers("alphase")[j]);
            }
        }
    }

    [Theory]
    [InlineData("schools by year")]
    [InlineData("delinquency")]
    [InlineData("delinquency by kind")]
    [InlineData("carbon dioxide")]
    public void Robust_tests_are_those_of_metafor_and_clubSandwich(string name)
    {
        var expected = SynthesisReference.Root.GetProperty("fits").EnumerateArray().First(f => f.Text("name") == name);
        var found = Fit(expected);
        foreach (var (kind, variance) in new[] { ("cr1", ClusterRobust.CR1p), ("cr2", ClusterRobust.CR2) })
        {
            var tests = found.Robust(expected.Text("cluster"), variance);
            double[] errors = expected.GetProperty(kind).Numbers("se"), degrees = expected.GetProperty(kind).Numbers("df"),
                p = expected.GetProperty(kind).Numbers("p");
            for (var j = 0; j < errors.Length; j++)
            {
                Assert.Equal(errors[j], tests[j].StandardError, 2e-3 * errors[j]);
                Assert.Equal(degrees[Math.Min(j, degrees.Length - 1)], tests[j].DegreesOfFreedom, 1e-2 * tests[j].DegreesOfFreedom);
                Assert.Equal(p[j], tests[j].PValue, 1e-3);
            }
        }
    }

    [Fact]
    public void Satterthwaites_degrees_follow_how_uncertain_the_variance_is()
    {
        // one variance: f = 1/Σw, df/dτ² = Σw²/(Σw)², Var τ² from the information; worked out here from the formulas
        var found = MetaAnalysis.Fit("yi ~ 1 + (1 | study)", SynthesisReference.Table("bcg"), "vi");
        var v = SynthesisReference.Table("bcg").Numbers("vi");
        var tau2 = found.Tau * found.Tau;
        double[] w = [.. v.Select(s => 1 / (s + tau2))];
        double s1 = w.Sum(), s2 = w.Sum(x => x * x), s3 = w.Sum(x => x * x * x);
        var information = 0.5 * (s2 - 2 * s3 / s1 + s2 * s2 / (s1 * s1));
        var expected = 2 / (s1 * s1) / (s2 * s2 / Math.Pow(s1, 4) / information);
        Assert.Equal(expected, found.CoefficientTests(SynthesisTest.Satterthwaite)[0].DegreesOfFreedom, 1e-6 * expected);
        Assert.Equal(found.StandardError, found.CoefficientTests()[0].StandardError, 1e-12);
        Assert.Equal(12, found.CoefficientTests(SynthesisTest.StudentT)[0].DegreesOfFreedom);
    }

    /// <summary>metafor 3.8-1, influence(rma(yi, vi)).</summary>
    [Fact]
    public void Influence_of_two_effects_is_that_of_metafor()
    {
        var two = FieldData.From(new[] { new { s = "a", y = 0.3, v = 0.04 }, new { s = "b", y = 1.8, v = 0.09 } });
        var influence = MetaAnalysis.Fit("y ~ 1 + (1 | s)", two, "v").Influence();
        Assert.Equal([-4.1603, 4.1603], influence.Select(r => Math.Round(r.StudentizedResidual, 4)));
        Assert.Equal([-5.3619, 3.4960], influence.Select(r => Math.Round(r.Dffits, 4)));
        Assert.Equal([1.0455, 0.9565], influence.Select(r => Math.Round(r.CookDistance, 4)));
        Assert.Equal([0.1601, 0.0711], influence.Select(r => Math.Round(r.CovarianceRatio, 4)));
        Assert.Equal([51.1111, 48.8889], influence.Select(r => Math.Round(r.Weight, 4)));
        Assert.All(influence, r => Assert.True(r.IsInfluential && r.Tau == 0 && r.Q == 0));
    }

    [Fact]
    public void Leaving_out_adding_up_and_influence_are_those_of_metafor()
    {
        var after = SynthesisReference.Root.GetProperty("after");
        var found = MetaAnalysis.Fit("yi ~ 1 + (1 | study)", SynthesisReference.Table("bcg"), "vi");
        var leave = found.LeaveOneOut();
        var cumulative = found.Cumulative("year");
        var influence = found.Influence();
        for (var i = 0; i < 13; i++)
        {
            Assert.Equal(after.GetProperty("leave").Numbers("estimate")[i], leave[i].Estimate, 1e-4);
            Assert.Equal(after.GetProperty("leave").Numbers("se")[i], leave[i].StandardError, 1e-4);
            Assert.Equal(after.GetProperty("leave").Numbers("tau2")[i], leave[i].Tau * leave[i].Tau, 1e-3);
            Assert.Equal(after.GetProperty("leave").Numbers("i2")[i], leave[i].I2, 0.05);
            Assert.Equal(after.GetProperty("cumulative").Numbers("estimate")[i], cumulative[i].Estimate, 1e-3);
            Assert.Equal(after.GetProperty("cumulative").Numbers("se")[i], cumulative[i].StandardError, 1e-3);
            var expected = after.GetProperty("influence");
            Assert.Equal(expected.Numbers("rstudent")[i], influence[i].StudentizedResidual, 2e-3);
            Assert.Equal(expected.Numbers("dffits")[i], influence[i].Dffits, 2e-3);
            Assert.Equal(expected.Numbers("cook")[i], influence[i].CookDistance, 2e-3);
            Assert.Equal(expected.Numbers("ratio")[i], influence[i].CovarianceRatio, 2e-3);
            Assert.Equal(expected.Numbers("hat")[i], influence[i].Hat, 1e-4);
            Assert.Equal(expected.Numbers("weight")[i], influence[i].Weight, 1e-2);
        }

        var egger = found.SmallStudyEffects();
        Assert.Equal(after.GetProperty("egger").Number("statistic"), egger.Statistic, 1e-3);
        Assert.Equal(after.GetProperty("egger").Number("p"), egger.PValue, 1e-3);
        Assert.Equal(after.GetProperty("egger").Number("limit"), egger.LimitEstimate, 1e-3);
        Assert.Equal(after.GetProperty("egger").Number("variance"), found.SmallStudyEffects(byVariance: true).Statistic, 1e-3);
    }

    [Fact]
    public void Effect_sizes_from_summaries_are_those_of_escalc()
    {
        var s = SynthesisReference.Root.GetProperty("summaries");
        var sizes = SynthesisReference.Root.GetProperty("sizes");
        double S(string column, int i) => s.Numbers(column)[i];
        void Check(string measure, Func<int, EffectSize> of)
        {
            for (var i = 0; i < 3; i++)
            {
                Assert.Equal(sizes.GetProperty(measure).Numbers("yi")[i], of(i).Effect, 1e-10);
                Assert.Equal(sizes.GetProperty(measure).Numbers("vi")[i], of(i).Variance, 1e-10);
            }
        }

        Func<int, EffectSize> Groups(Func<double, double, double, double, double, double, EffectSize> of) =>
            i => of(S("m1i", i), S("sd1i", i), S("n1i", i), S("m2i", i), S("sd2i", i), S("n2i", i));
        Check("MD", Groups(EffectSize.MeanDifference));
        Check("SMD", Groups(EffectSize.Smd));
        Check("SMDH", Groups(EffectSize.SmdHeteroscedastic));
        Check("ROM", Groups((a, b, c, d, e, f) => EffectSize.LogResponseRatio(a, b, c, d, e, f)));
        Check("CVR", Groups(EffectSize.LnCvr));
        Check("VR", i => EffectSize.LnVr(S("sd1i", i), S("n1i", i), S("sd2i", i), S("n2i", i)));
        Check("ZCOR", i => EffectSize.FisherZ(S("ri", i), S("ni", i)));
        Check("OR", i => EffectSize.LogOddsRatio(S("ai", i), S("n1", i), S("ci", i), S("n2", i)));
        Check("RR", i => EffectSize.LogRiskRatio(S("ai", i), S("n1", i), S("ci", i), S("n2", i)));
        Check("RD", i => EffectSize.RiskDifference(S("ai", i), S("n1", i), S("ci", i), S("n2", i)));
        Check("PETO", i => EffectSize.PetoLogOddsRatio(S("ai", i), S("n1", i), S("ci", i), S("n2", i)));
        Check("IRR", i => EffectSize.LogRateRatio(S("ai", i), S("t1i", i), S("ci", i), S("t2i", i)));
        Check("PLO", i => EffectSize.LogitProportion(S("ai", i), S("n1", i)));
        Check("MNLN", i => EffectSize.LnMean(S("m1i", i), S("sd1i", i), S("n1i", i)));
        Check("SDLN", i => EffectSize.LnSd(S("sd1i", i), S("n1i", i)));
    }

    [Fact]
    public void A_covariance_matrix_without_covariances_is_a_column_of_variances()
    {
        var data = SynthesisReference.Table("bcg");
        var column = MetaAnalysis.Fit("yi ~ ablat + (1 | study)", data, "vi");
        var matrix = MetaAnalysis.Fit("yi ~ ablat + (1 | study)", data, SamplingCovariance.Clustered(data.Numbers("vi"),
            data.Texts("study"), 0.5));
        Assert.Equal(column.Estimate, matrix.Estimate, 1e-9);

        // halves of studies that are all of one error: together they are a study of that error
        var twice = FieldData.From(new Dictionary<string, object>
        {
            ["study"] = data.Texts("study").Concat(data.Texts("study")).ToArray(),
            ["yi"] = data.Numbers("yi").Concat(data.Numbers("yi")).ToArray(),
            ["vi"] = data.Numbers("vi").Concat(data.Numbers("vi")).ToArray(),
        });
        var doubled = MetaAnalysis.Fit("yi ~ 1 + (1 | study)", twice, SamplingCovariance.Clustered(twice.Numbers("vi"),
            twice.Texts("study"), 0.9999));
        var once = MetaAnalysis.Fit("yi ~ 1 + (1 | study)", data, "vi", new MetaAnalysisOptions());
        Assert.Equal(once.Estimate, doubled.Estimate, 1e-3);
        Assert.Equal(once.StandardError, doubled.StandardError, 1e-3);
    }

    [Fact]
    public void Matrices_that_are_none_are_told_in_a_sentence()
    {
        var data = SynthesisReference.Table("bcg");
        string Message(double[,] v) => Assert.Throws<GlmmException>(() => MetaAnalysis.Fit("yi ~ 1 + (1 | study)", data, v)).Message;
        Assert.Contains("a row and a column for each of the 13", Message(new double[3, 3]), StringComparison.Ordinal);
        var asymmetric = new double[13, 13];
        for (var i = 0; i < 13; i++) asymmetric[i, i] = 1;
        asymmetric[4, 2] = 0.5;
        Assert.Contains("not symmetric", Message(asymmetric), StringComparison.Ordinal);
        asymmetric[2, 4] = 0.5;
        asymmetric[4, 2] = asymmetric[2, 4] = 1.5;
        Assert.Contains("not positive definite", Message(asymmetric), StringComparison.Ordinal);
        Assert.Contains("-1 and 1", Assert.Throws<GlmmException>(() => SamplingCovariance.Clustered([1, 1], ["a", "a"], 1.2)).Message,
            StringComparison.Ordinal);
        Assert.Contains("one sign", Assert.Throws<GlmmException>(() => EffectSize.LogResponseRatio(1, 1, 5, -1, 1, 5)).Message,
            StringComparison.Ordinal);
        Assert.Contains("clusters", Assert.Throws<GlmmException>(() => MetaAnalysis.Fit("yi ~ ablat + alloc + (1 | study)",
            data.With("lab", r => r.Text("alloc")), "vi").Robust("lab")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Figures_and_tables_show_what_was_found()
    {
        var found = MetaAnalysis.Fit("yi ~ alloc + (1 | study)", SynthesisReference.Table("bcg"), "vi");
        Assert.Equal(3, found.OrchardFigure("alloc").Panels[0].YAxis.Categories!.Count);
        Assert.Contains("random (k = 7)", found.OrchardFigure("alloc").Panels[0].YAxis.Categories!);
        Assert.Equal(13, ((PointTrace)found.FunnelFigure().Panels[0].Traces[^1]).X.Count);
        Assert.Equal(1, found.Heterogeneity.ToFieldData().RowCount);
        Assert.Equal(3, found.CoefficientTests().ToFieldData().RowCount);
        Assert.Contains("Satterthwaite", found.CoefficientTests().ToString(), StringComparison.Ordinal);
        Assert.Contains("moderators at zero", found.ToString(), StringComparison.Ordinal);
        Assert.Contains("Moderators", found.ToHtml(), StringComparison.Ordinal);
        Assert.NotEmpty(found.LeaveOneOut().Plot().ToHtml());
        Assert.NotEmpty(found.Influence().Plot().ToHtml());
    }

    private static Synthesis Fit(JsonElement expected)
    {
        var table = expected.Text("table");
        var data = SynthesisReference.Table(table);
        var glmm = table == "offspring"
            ? new GlmmOptions { Relatedness = new Dictionary<string, Relatedness> { ["phylo"] =
                PhylogeneticTree.Parse(SynthesisReference.Root.GetProperty("tables").GetProperty(table).Text("newick")) } } : null;
        var options = new MetaAnalysisOptions
        {
            Reml = expected.Text("method") == "REML",
            KnappHartung = expected.TryGetProperty("test", out _),
            Scale = expected.TryGetProperty("scale", out var scale) ? scale.GetString() : null,
            Glmm = glmm,
        };
        var formula = expected.Text("formula");
        return table == "berkey" ? MetaAnalysis.Fit(formula, data, SynthesisReference.Matrix(SynthesisReference.Root.GetProperty("tables")
            .GetProperty(table).GetProperty("V")), options)
            : !double.IsNaN(expected.Number("rho")) ? MetaAnalysis.Fit(formula, data, SamplingCovariance.Clustered(data.Numbers("vi"),
                data.Texts("study"), expected.Number("rho")), options)
            : MetaAnalysis.Fit(formula, data, "vi", options);
    }
}
