using EcoGlmm.Tests.Inference;

namespace EcoGlmm.Tests.Planning;

/// <summary>Models of one selection begin from each other's estimates: the same answers, for fewer evaluations.</summary>
public sealed class RelatedFitsTests(Xunit.Abstractions.ITestOutputHelper output)
{
    private static readonly (string Name, string Formula)[] Owls =
    [
        ("all", "SiblingNegotiation ~ FoodTreatment * SexParent + ArrivalTime + offset(log(BroodSize)) + (1 | Nest)"),
        ("none", "SiblingNegotiation ~ 1 + offset(log(BroodSize)) + (1 | Nest)"),
        ("food", "SiblingNegotiation ~ FoodTreatment + offset(log(BroodSize)) + (1 | Nest)"),
        ("food and sex", "SiblingNegotiation ~ FoodTreatment + SexParent + offset(log(BroodSize)) + (1 | Nest)"),
        ("time", "SiblingNegotiation ~ ArrivalTime + offset(log(BroodSize)) + (1 | Nest)"),
        ("food and time", "SiblingNegotiation ~ FoodTreatment + ArrivalTime + offset(log(BroodSize)) + (1 | Nest)"),
    ];

    private static readonly (string Name, string Formula)[] Sleep =
    [
        ("none", "Reaction ~ 1 + (1 | Subject)"), ("days", "Reaction ~ Days + (1 | Subject)"),
        ("slopes", "Reaction ~ Days + (Days | Subject)"), ("curve", "Reaction ~ poly(Days, 2) + (Days | Subject)"),
        ("cubic", "Reaction ~ poly(Days, 3) + (Days | Subject)"),
    ];

    private static readonly (string Name, string Formula)[] Herds =
    [
        ("period", "cbind(incidence, size - incidence) ~ period + (1 | herd)"),
        ("none", "cbind(incidence, size - incidence) ~ 1 + (1 | herd)"),
        ("size", "cbind(incidence, size - incidence) ~ size + (1 | herd)"),
        ("both", "cbind(incidence, size - incidence) ~ period + size + (1 | herd)"),
    ];

    public static TheoryData<string> Sets => ["negative binomial", "zero-inflated Poisson", "Gaussian", "binomial", "quadrature"];

    [Theory]
    [MemberData(nameof(Sets))]
    public void Estimates_are_those_of_fits_by_themselves_for_fewer_evaluations(string name)
    {
        var (models, data, family, options) = name switch
        {
            "negative binomial" => (Owls, InferenceReference.Data("owls"), Family.NegativeBinomial2(), new GlmmOptions()),
            "zero-inflated Poisson" => (Owls, InferenceReference.Data("owls"), Family.Poisson(), new GlmmOptions { ZeroInflation = "~ 1" }),
            "Gaussian" => (Sleep, InferenceReference.Data("sleepstudy"), Family.Gaussian(), new GlmmOptions()),
            _ => (Herds, InferenceReference.Data("cbpp").AsFactor("period"), Family.Binomial(),
                new GlmmOptions { QuadraturePoints = name == "quadrature" ? 11 : 1 }),
        };
        var selection = Glmm.Select(models, data, family, options);
        var (warm, cold, largest) = (0, 0, 0.0);
        foreach (var (key, formula) in models)
        {
            var (mine, alone) = (selection[key].Fit, Glmm.Fit(formula, data, family, options));
            Assert.True(mine.Convergence.IsConverged);
            Assert.Equal(alone.LogLikelihood, mine.LogLikelihood, 1e-7);
            foreach (var (a, b) in alone.FixedEffects.Zip(mine.FixedEffects))
            {
                largest = Math.Max(largest, Math.Abs(a.Estimate - b.Estimate) / a.StandardError);
                Assert.Equal(a.Estimate, b.Estimate, 1e-6 * a.StandardError);
                Assert.Equal(a.StandardError, b.StandardError, 1e-5 * a.StandardError);
            }

            foreach (var (a, b) in alone.VarianceComponents.Zip(mine.VarianceComponents).Where(c => c.First.StandardDeviation >= 0))
                Assert.Equal(a.StandardDeviation, b.StandardDeviation, 1e-6 * Math.Max(1, a.StandardDeviation));
            warm += mine.Convergence.Evaluations;
            cold += alone.Convergence.Evaluations;
        }

        output.WriteLine($"{name}: {warm} of {cold}, {largest:0.0e0} standard errors apart");
        // The profiled likelihood of Gaussian models begins at moments, which are as near.
        Assert.True(name == "Gaussian" ? warm == cold : warm < cold, $"{warm} evaluations from related fits, {cold} from the usual starts");
    }

    [Fact]
    public void A_covariate_far_from_zero_may_come_and_go()
    {
        // Its coefficient is balanced by the intercept: a start that kept one without the other would lie far from any likelihood.
        var random = new Random(5);
        var design = FieldData.From(Enumerable.Range(0, 300).Select(i => new { g = $"g{i / 10}", year = 2000 + (i % 10),
            x = random.NextDouble() }));
        var y = Glmm.Simulate("y ~ year + x + (1 | g)", design, new Dictionary<string, double> { ["(Intercept)"] = -600.4, ["year"] = 0.3,
            ["x"] = 0.5, ["sd_(Intercept)|g"] = 0.4 }, Family.Poisson(), seed: 4)[0];
        var data = design.With("y", y);
        (string, string)[] models = [("x", "y ~ x + (1 | g)"), ("year", "y ~ year + (1 | g)"), ("both", "y ~ year + x + (1 | g)")];
        var selection = Glmm.Select(models, data, Family.Poisson());
        Assert.All(models, m => Assert.Equal(Glmm.Fit(m.Item2, data, Family.Poisson()).LogLikelihood,
            selection[m.Item1].LogLikelihood, 1e-6));
    }
}
