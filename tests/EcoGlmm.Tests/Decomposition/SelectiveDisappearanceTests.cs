using System.Text.Json;

namespace EcoGlmm.Tests.Decomposition;

public sealed class SelectiveDisappearanceTests
{
    private static readonly SimulatedStudy Selected = FieldStudy.Simulate(new FieldStudyDesign
    {
        Years = 40, LastCohort = 10, MaximumAge = 30, RecruitsPerYear = 25, Survival = 0.7, AgeSlope = -0.1, QualitySd = 1, Sigma = 1,
            SurvivalQuality = 1,
    }, seed: 3);

    private static readonly AgeAnalysis Analysis = SelectiveDisappearance.Analyze("performance ~ age + (1 | id)", Selected.Records,
        "age", "id");

    [Fact]
    public void Centring_and_age_at_last_find_the_truth_where_the_naive_slope_does_not()
    {
        var naive = Analysis[AgeMethod.Naive].Within;
        Assert.True(naive.Lower > -0.1);
        foreach (var method in new[] { AgeMethod.MeanCentring, AgeMethod.AgeAtLast, AgeMethod.RandomSlopes,
            AgeMethod.MeanCentringByLongevity })
        {
            Assert.InRange(-0.1, Analysis[method].Within.Lower, Analysis[method].Within.Upper);
            Assert.True(Analysis[method].Difference.Lower > 0);
            Assert.True(Analysis[method].Test.PValue < 1e-6);
        }

        Assert.True(Analysis.PopulationChange!.Disappearance.Lower > 0);
        Assert.Contains("selective disappearance of those with low values", Analysis.Conclusion);
    }

    [Fact]
    public void The_test_is_that_of_the_model_with_age_and_its_mean()
    {
        // van de Pol & Wright (2009), equation 3: y = b_within x + (b_between - b_within) mean(x).
        var other = Glmm.Fit("performance ~ age + between(age, id) + (1 | id)", Selected.Records);
        var difference = Analysis[AgeMethod.MeanCentring].Difference;
        Assert.Equal(other.FixedEffects["between(age, id)"].Estimate, difference.Estimate, 1e-6);
        Assert.Equal(other.FixedEffects["between(age, id)"].StandardError, difference.StandardError, 1e-6);
        Assert.Equal(other.FixedEffects["between(age, id)"].PValue, difference.PValue, 1e-6);
    }

    [Fact]
    public void Quadratics_are_read_at_the_reference_age()
    {
        var fit = Analysis[AgeMethod.NaiveQuadratic].Fit!;
        Assert.Equal(fit.FixedEffects["age"].Estimate + (2 * Analysis.ReferenceAge * fit.FixedEffects["I(age^2)"].Estimate),
            Analysis[AgeMethod.NaiveQuadratic].Within.Estimate, 1e-10);
        var centred = Glmm.Fit($"performance ~ I(age - {Analysis.ReferenceAge:R}) + I((age - {Analysis.ReferenceAge:R})^2) + (1 | id)",
            Selected.Records);
        Assert.Equal(centred.FixedEffects[1].StandardError, Analysis[AgeMethod.NaiveQuadratic].Within.StandardError, 1e-6);
    }

    [Fact]
    public void Other_terms_offset_and_random_effects_stay_in_every_model()
    {
        var data = FieldStudy.Simulate(new FieldStudyDesign { Family = Family.Poisson(), Intercept = 1, EffortVariation = 0.5,
            RecruitsPerYear = 10, YearSd = 0.2 }, 5)
            .Records.With("site", row => row.Number("cohort") % 2 == 0 ? "north" : "south");
        var analysis = SelectiveDisappearance.Analyze("performance ~ site + poly(age, 2) + offset(log(effort)) + (1 | id) + (1 | year)",
            data, "age", "id", Family.Poisson());
        Assert.Equal("performance ~ within(age, id) + between(age, id) + site + offset(log(effort)) + (1 | id) + (1 | year)",
            analysis[AgeMethod.MeanCentring].Formula);
        Assert.Equal("performance ~ within(age, id) + between(age, id) + site + offset(log(effort)) + (within(age, id) | id) + (1 | year)",
            analysis[AgeMethod.RandomSlopes].Formula);
        Assert.All(analysis.Where(a => a.Fit is not null), a => Assert.Contains("sitesouth", a.Fit!.FixedEffects.Names));
    }

    [Fact]
    public void A_study_of_few_records_is_said_to_be_sparse()
    {
        var sparse = FieldStudy.Simulate(Selected.Design with { Detection = 0.25, RecruitsPerYear = 4 }, 2);
        var analysis = SelectiveDisappearance.Analyze("performance ~ 1", sparse.Records, "age", "id");
        Assert.Contains(analysis.Warnings, w => w.Contains("1 record or fewer", StringComparison.Ordinal));
        Assert.Contains(analysis.Warnings, w => w.Contains("have no record", StringComparison.Ordinal));
        Assert.Contains(analysis.Warnings, w => w.Contains("(1 | id) was added", StringComparison.Ordinal));
        var rich = FieldStudy.Simulate(Selected.Design with { Survival = 0.9 }, 2);
        Assert.DoesNotContain(SelectiveDisappearance.Analyze("performance ~ age + (1 | id)", rich.Records, "age", "id").Warnings, w =>
            w.Contains("records or fewer", StringComparison.Ordinal));
    }

    [Fact]
    public void A_method_that_the_data_cannot_support_says_why()
    {
        // Everybody is first seen at age 1, so that first(age, id) is the same for all.
        var first = Analysis[AgeMethod.AgeAtFirstAndLast];
        Assert.False(first.IsUsable);
        Assert.Contains("first(age, id)", first.Unavailable);
        Assert.Contains(first.Unavailable!, Analysis.ToHtml().Replace("&#39;", "'", StringComparison.Ordinal));
    }

    [Fact]
    public void Known_longevity_takes_the_place_of_the_last_record()
    {
        var lifespan = Selected.Individuals.Texts("id").Zip(Selected.Individuals.Numbers("lifespan")).ToDictionary(p => p.First!,
            p => p.Second);
        var data = Selected.Records.With("lifespan", row => lifespan[row.Text("id")!]);
        var analysis = SelectiveDisappearance.Analyze("performance ~ age + (1 | id)", data, "age", "id",
            analysis: new AgeAnalysisOptions { LastAge = "lifespan" });
        Assert.Equal("performance ~ age * lifespan + (1 | id)", analysis[AgeMethod.AgeAtLastByAge].Formula);
        // The study outlives everybody and misses nothing.
        Assert.Equal(Analysis[AgeMethod.AgeAtLastByAge].Within.Estimate, analysis[AgeMethod.AgeAtLastByAge].Within.Estimate, 1e-6);
    }

    [Theory]
    [InlineData("performance ~ age * cohort + (1 | id)", "age", "id", "combines age with")]
    [InlineData("performance ~ age + (1 | id)", "agee", "id", "no column \"agee\"")]
    [InlineData("performance ~ age + (1 | id)", "id", "id", "not numeric")]
    [InlineData("~ age + (1 | id)", "age", "id", "no response")]
    public void Wrong_requests_are_answered_in_a_sentence(string formula, string age, string by, string message)
    {
        var error = Assert.Throws<GlmmException>(() => SelectiveDisappearance.Analyze(formula, Selected.Records, age, by));
        Assert.Contains(message, error.Message);
    }

    [Fact]
    public void Card_text_json_and_table_say_the_same()
    {
        var html = Analysis.ToHtml();
        Assert.Contains("gap: selective disappearance", html);
        Assert.Contains("van de Pol &amp; Verhulst (2006)", html);
        var text = Analysis.ToString();
        Assert.Contains(Analysis.Conclusion, text);
        using var json = JsonDocument.Parse(Analysis.ToJson());
        var methods = json.RootElement.GetProperty("methods").EnumerateArray().ToArray();
        Assert.Equal(Analysis.Count, methods.Length);
        Assert.Equal(Analysis[AgeMethod.MeanCentring].Within.Estimate, methods.Single(m => m.GetProperty("method")
            .GetString() == "meanCentring").GetProperty("within").GetProperty("estimate").GetDouble());
        Assert.Equal(Analysis.Select(a => a.Within.Estimate), Analysis.ToFieldData().Numbers("Within"));
        Assert.Equal(Selected.Records.RowCount, json.RootElement.GetProperty("sampling").GetProperty("records").GetInt32());
    }

    [Fact]
    public void The_figure_shows_the_truth_within_its_band_and_the_population_above()
    {
        var curves = Analysis.Curves!;
        var truth = Array.ConvertAll(curves.Ages, age => -0.1 * (age - 1));
        var level = curves.Within[0] - truth[0];
        Assert.All(Enumerable.Range(0, truth.Length), k => Assert.InRange(truth[k] + level, curves.Lower[k] - 0.15,
            curves.Upper[k] + 0.15));
        // At the first age everybody is present.
        Assert.Equal(curves.Population[0], curves.Within[0], 0.1);
        Assert.True(curves.Population[^1] - curves.Within[^1] > 0.5);
        Assert.Equal(2, Analysis.Plot().Panels.Count);
        Assert.Single(Analysis.PlotSlopes().Panels);
    }

    [Fact]
    public void A_fit_asks_the_question_of_itself()
    {
        var fit = Glmm.Fit("performance ~ age + (1 | id)", Selected.Records);
        Assert.Equal(Analysis[AgeMethod.MeanCentring].Within, fit.AnalyzeAge("age", "id",
            new AgeAnalysisOptions { Methods = [AgeMethod.MeanCentring] })[0].Within);
    }
}
