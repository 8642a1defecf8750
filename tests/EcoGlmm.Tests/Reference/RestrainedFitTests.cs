using System.Text.Json;

namespace EcoGlmm.Tests.Reference;

/// <summary>Fits with parameters held at a value, and fits with priors, against tests/reference/restrained.json.</summary>
public sealed class RestrainedFitTests
{
    private static readonly JsonElement Reference = JsonDocument.Parse(File.ReadAllBytes(
        Path.Combine(Fit.Root, "tests", "reference", "restrained.json"))).RootElement;

    private static readonly Dictionary<string, Func<GlmmFit>> Held = new()
    {
        ["residual deviation"] = () => Fit.Sleep("(1 | Subject)", Parameter.Dispersion(30)),
        ["deviation of intercepts"] = () => Fit.Sleep("(1 | Subject)", Parameter.StandardDeviation("Subject", "(Intercept)", 40)),
        ["correlation"] = () => Fit.Sleep("(Days | Subject)", Parameter.Correlation("Subject", "(Intercept)", "Days", 0.3)),
        ["deviation of slopes"] = () => Fit.Sleep("(Days | Subject)", Parameter.StandardDeviation("Subject", "Days", 4)),
        ["residual deviation by REML"] = () => Fit.SleepReml("(Days | Subject)", Parameter.Dispersion(30)),
        ["deviation of intercepts by REML"] = () => Fit.SleepReml("(1 | Subject)", Parameter.StandardDeviation("Subject",
            "(Intercept)", 40)),
        ["dispersion formula by REML"] = () => Glmm.Fit("Reaction ~ Days + (1 | Subject)", Fit.Read("sleepstudy"), null,
            new() { Reml = true, Dispersion = "~ Days" }),
        ["dispersion of counts"] = () => Glmm.Fit("SiblingNegotiation ~ FoodTreatment + SexParent + offset(log(BroodSize)) + (1 | Nest)",
            Fit.Read("owls"), Family.NegativeBinomial2(), new() { Fixed = [Parameter.Dispersion(1.5)] }),
        ["coefficient"] = () => Fit.Cbpp(new() { Fixed = [Parameter.Coefficient("period3", -1.2)] }),
        ["zero inflation"] = () => Glmm.Fit("count ~ mined + (1 | site)", Fit.Read("salamanders"), Family.Poisson(),
            new() { ZeroInflation = "~ mined", Fixed = [Parameter.Coefficient("minedyes", -1, ModelPart.ZeroInflation)] }),
        ["deviation of binomial"] = () => Fit.Cbpp(new() { Fixed = [Parameter.StandardDeviation("herd", "(Intercept)", 0.5)] }),
    };

    private static readonly Dictionary<string, Func<GlmmFit>> WithPrior = new()
    {
        ["normal on separated"] = () => Fit.Separated("present ~ trt + (1 | ID)", Prior.Normal(0, 2.5)),
        ["student on separated"] = () => Fit.Separated("present ~ trt + (1 | ID)", Prior.StudentT(3, 0, 2.5)),
        ["cauchy without groups"] = () => Fit.Separated("present ~ trt + week", Prior.Cauchy(0, 2.5), Prior.Cauchy(0, 10)
            .On("(Intercept)")),
        ["gamma on deviation"] = () => Fit.Cbpp(new() { Priors = [Prior.Gamma(1, 2.5).OnStandardDeviations("herd")] }),
        ["gamma on deviation of gaussian"] = () => Glmm.Fit("Reaction ~ Days + (1 | Subject)", Fit.Read("sleepstudy"), null,
            new() { Priors = [Prior.Gamma(20, 5).OnStandardDeviations("Subject"), Prior.Normal(8, 1).On("Days")] }),
        ["gamma on slopes"] = () => Glmm.Fit("Reaction ~ Days + (Days | Subject)", Fit.Read("sleepstudy"), null,
            new() { Priors = [Prior.Gamma(15, 3).OnStandardDeviations("Subject")] }),
        ["normal on zero inflation"] = () => Glmm.Fit("count ~ mined + (1 | site)", Fit.Read("salamanders"), Family.Poisson(),
            new() { ZeroInflation = "~ mined", Priors = [Prior.Normal(0, 0.5).On("minedyes", ModelPart.ZeroInflation)] }),
    };

    public static TheoryData<string> HeldNames => [.. Held.Keys];

    public static TheoryData<string> PriorNames => [.. WithPrior.Keys];

    [Theory]
    [MemberData(nameof(HeldNames))]
    public void Fits_with_held_parameters_agree_with_glmmTMB(string name)
    {
        var fit = Held[name]();

        var reference = Find("held", name);
        Compare(reference, fit);
        Assert.Equal(reference.GetProperty("parameters").GetInt32(), fit.ParameterCount);
        Assert.True(fit.Convergence.IsConverged, fit.Convergence.ToString());
    }

    [Theory]
    [MemberData(nameof(PriorNames))]
    public void Fits_with_priors_agree_with_a_penalised_glmmTMB(string name)
    {
        var fit = WithPrior[name]();

        var reference = Find("priors", name);
        Compare(reference, fit);
        Assert.Equal(reference.GetProperty("logPrior").GetDouble(), fit.LogPrior, 1e-4);
        Assert.True(fit.Convergence.IsConverged, fit.Convergence.ToString());
        Assert.DoesNotContain(fit.Convergence.Problems, p => p.Message.Contains("separation"));
        Assert.Contains("penalised", fit.ToString());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void Known_sampling_variances_give_the_meta_analysis_of_metafor(int index)
    {
        var meta = Reference.GetProperty("meta");
        double[] Column(string name) => [.. meta.GetProperty(name).EnumerateArray().Select(v => v.GetDouble())];
        var expected = meta.GetProperty("fits")[index];
        var reml = expected.GetProperty("method").GetString() == "REML";
        var data = FieldData.From(new Dictionary<string, object>
        {
            ["yi"] = Column("yi"), ["vi"] = Column("vi"), ["ablat"] = Column("ablat"), ["study"] = Enumerable.Range(1, 13)
                .Select(i => $"study {i:D2}").ToArray(),
        });

        var fit = Glmm.Fit("yi ~ ablat + (1 | study)", data, null, new() { Dispersion = "~ 0 + offset(log(vi) / 2)", Reml = reml });

        Assert.Equal(ConvergenceStatus.Converged, fit.Convergence.Status);
        double[] Of(string name) => [.. expected.GetProperty(name).EnumerateArray().Select(v => v.GetDouble())];
        for (var j = 0; j < 2; j++)
        {
            // metafor's standard errors are conditional on τ² by either method; those of maximum likelihood here are not.
            Assert.Equal(Of("errors")[j], fit.FixedEffects[j].StandardError, (reml ? 1e-5 : 0.05) * Of("errors")[j]);
            Assert.Equal(Of("estimates")[j], fit.FixedEffects[j].Estimate, 1e-4 * Of("errors")[j]);
        }

        Assert.Equal(expected.GetProperty("tau").GetDouble(), fit.VarianceComponents[0].StandardDeviation, 1e-5);

        // metafor's restricted likelihood has ½ log |XᵀX| besides.
        var constant = reml ? 0.5 * expected.GetProperty("gram").GetDouble() : 0;
        Assert.Equal(expected.GetProperty("logLik").GetDouble() - constant, fit.LogLikelihood, 1e-5);
    }

    private static JsonElement Find(string list, string name) =>
        Reference.GetProperty(list).EnumerateArray().Single(e => e.GetProperty("name").GetString() == name);

    private static void Compare(JsonElement reference, GlmmFit fit)
    {
        Assert.Equal(reference.GetProperty("logLik").GetDouble(), fit.LogLikelihood, 2e-5);
        var names = reference.GetProperty("coefficients");
        for (var j = 0; j < names.GetArrayLength(); j++)
        {
            var coefficient = fit.FixedEffects[names[j].GetString()!];
            var error = reference.GetProperty("errors")[j].GetDouble();
            Assert.Equal(reference.GetProperty("estimates")[j].GetDouble(), coefficient.Estimate, 1e-3 * error);
            Assert.Equal(error, coefficient.StandardError, 0.01 * error);
        }

        var deviations = reference.GetProperty("deviations");
        double[] expected = deviations.ValueKind == JsonValueKind.Array ? [.. deviations.EnumerateArray().Select(v => v.GetDouble())]
            : deviations.ValueKind == JsonValueKind.Number ? [deviations.GetDouble()] : [];
        var actual = fit.VarianceComponents.Where(v => v.Term2 is null).ToArray();
        for (var j = 0; j < expected.Length; j++) Assert.Equal(expected[j], actual[j].StandardDeviation, 2e-3 * expected[j]);
    }

    /// <summary>The models that the cases are made of.</summary>
    private static class Fit
    {
        public static string Root { get; } = FindRoot();

        public static FieldData Read(string name) => FieldData.ReadCsv(Path.Combine(Root, "datasets", name + ".csv"));

        public static GlmmFit Sleep(string random, Parameter held) =>
            Glmm.Fit("Reaction ~ Days + " + random, Read("sleepstudy"), null, new() { Fixed = [held] });

        public static GlmmFit SleepReml(string random, Parameter held) =>
            Glmm.Fit("Reaction ~ Days + " + random, Read("sleepstudy"), null, new() { Fixed = [held], Reml = true });

        public static GlmmFit Cbpp(GlmmOptions options) =>
            Glmm.Fit("cbind(incidence, size - incidence) ~ period + (1 | herd)", Read("cbpp").AsFactor("period"),
                Family.Binomial(), options);

        public static GlmmFit Separated(string formula, params Prior[] priors)
        {
            var bacteria = Read("bacteria");
            bacteria = bacteria.Where(r => !(r.Text("trt") == "drug" && r.Text("y") == "n"));
            bacteria = bacteria.With("present", bacteria.Texts("y").Select(y => y == "y" ? 1.0 : 0));
            return Glmm.Fit(formula, bacteria, Family.Binomial(), new() { Priors = priors });
        }

        private static string FindRoot()
        {
            var folder = new DirectoryInfo(AppContext.BaseDirectory);
            while (!File.Exists(Path.Combine(folder!.FullName, "EcoGlmm.sln"))) folder = folder.Parent;
            return folder.FullName;
        }
    }
}
