namespace EcoGlmm.Tests.Decomposition;

public sealed class FieldStudyTests
{
    [Fact]
    public void The_same_seed_gives_the_same_study_and_another_another()
    {
        var design = new FieldStudyDesign { Detection = 0.8, Family = Family.Poisson(), EffortVariation = 0.4, YearSd = 0.3 };
        Assert.Equal(FieldStudy.Simulate(design, 4).Records.Numbers("performance"), FieldStudy.Simulate(design,
            4).Records.Numbers("performance"));
        Assert.NotEqual(FieldStudy.Simulate(design, 4).Records.RowCount, FieldStudy.Simulate(design, 5).Records.RowCount);
    }

    [Fact]
    public void Records_follow_the_truth()
    {
        var study = FieldStudy.Simulate(new FieldStudyDesign
        {
            Years = 12, RecruitsPerYear = 400, FirstAge = 2, Survival = 0.8, Detection = 0.6, Sigma = 0.5, Intercept = 3, AgeSlope = 0.2,
        }, 7);
        var records = study.Records;
        var (cohort, age, year) = (records.Numbers("cohort"), records.Numbers("age"), records.Numbers("year"));
        var residuals = records.Numbers("performance").Zip(study.LinearPredictor, (y, eta) => y - eta).ToArray();
        Assert.Equal(0, residuals.Average(), 0.02);
        Assert.Equal(0.5, Math.Sqrt(residuals.Average(r => r * r)), 0.02);
        Assert.All(Enumerable.Range(0, records.RowCount), row =>
            Assert.Equal(cohort[row] + age[row] - 2, year[row]));
        var quality = study.Individuals.Numbers("quality");
        Assert.Equal(0.5, Math.Sqrt(quality.Average(q => q * q)), 0.03);
        // Lifespans are geometric: 1/(1 − 0.8) years from the first age on.
        Assert.Equal(2 + 4, study.Individuals.Numbers("lifespan").Average(), 0.25);
        Assert.Equal(records.RowCount, study.Individuals.Numbers("records").Sum());
        Assert.True(records.Numbers("year").Max() <= 12);
    }

    [Fact]
    public void Good_individuals_live_longer_and_recruit_earlier_where_the_design_says_so()
    {
        var study = FieldStudy.Simulate(new FieldStudyDesign
        {
            RecruitsPerYear = 200, SurvivalQuality = 1, Recruitment = 0.5, RecruitmentQuality = 1.5,
        }, 1);
        var (quality, lifespan, start) = (study.Individuals.Numbers("quality"), study.Individuals.Numbers("lifespan"),
            study.Individuals.Numbers("ageAtRecruitment"));
        double MeanQuality(Func<int, bool> of) => Enumerable.Range(0, quality.Length).Where(of).Average(i => quality[i]);
        Assert.True(MeanQuality(i => lifespan[i] >= 5) > MeanQuality(i => lifespan[i] == 1) + 0.3);
        Assert.True(MeanQuality(i => start[i] == 1) > MeanQuality(i => start[i] >= 3) + 0.1);
    }

    [Theory]
    [InlineData("poisson")]
    [InlineData("nbinom2")]
    [InlineData("Gamma")]
    [InlineData("beta")]
    [InlineData("tweedie")]
    [InlineData("t")]
    public void Every_family_is_fitted_back(string name)
    {
        var family = Family.Parse(name, name is "beta" or "t" ? null : "log");
        var design = new FieldStudyDesign { Family = family, Sigma = name == "beta" ? 20 : 0.7, QualitySd = 0.3, AgeSlope = -0.1,
            RecruitsPerYear = 40, Intercept = 0.5 };
        var fit = Glmm.Fit("performance ~ age + (1 | id)", FieldStudy.Simulate(design, 3).Records, family);
        Assert.True(fit.Convergence.IsConverged);
        var slope = fit.FixedEffects["age"];
        Assert.Equal(-0.1, slope.Estimate, 3.5 * slope.StandardError);
        if (family.HasDispersion) Assert.InRange(fit.Sigma / design.Sigma, 0.7, 1.4);
    }

    [Fact]
    public void Trials_give_successes_and_failures()
    {
        var study = FieldStudy.Simulate(new FieldStudyDesign { Family = Family.Binomial(), Trials = 6, RecruitsPerYear = 10 }, 2);
        Assert.All(study.Records.Numbers("performance").Zip(study.Records.Numbers("failures")), p => Assert.Equal(6, p.First + p.Second));
        Assert.True(Glmm.Fit("cbind(performance, failures) ~ age + (1 | id)", study.Records, Family.Binomial()).Convergence.IsConverged);
    }

    [Fact]
    public void A_terminal_effect_is_found_by_the_method_for_it()
    {
        var study = FieldStudy.Simulate(new FieldStudyDesign { Years = 30, LastCohort = 12, RecruitsPerYear = 30, TerminalEffect = -0.8,
            Sigma = 0.5 }, 9);
        var terminal = SelectiveDisappearance.Analyze("performance ~ age + (1 | id)", study.Records, "age", "id",
            analysis: new AgeAnalysisOptions { Methods = [AgeMethod.TerminalYear] })[0].Extra!;
        Assert.InRange(-0.8, terminal.Lower, terminal.Upper);
    }

    [Fact]
    public void Designs_that_cannot_be_are_refused()
    {
        Assert.Contains("Survival", Assert.Throws<GlmmException>(() =>
            FieldStudy.Simulate(new FieldStudyDesign { Survival = 1.2 })).Message);
        Assert.Contains("log link", Assert.Throws<GlmmException>(() =>
            FieldStudy.Simulate(new FieldStudyDesign { EffortVariation = 0.5 })).Message);
    }

    [Fact]
    public void A_mean_below_zero_is_refused_where_the_family_has_none()
    {
        var message = Assert.Throws<GlmmException>(() => FieldStudy.Simulate(new FieldStudyDesign { Family = Family.Gamma(),
            Intercept = -1 })).Message;
        Assert.Contains("cannot have the mean", message);
        Assert.True(FieldStudy.Simulate(new FieldStudyDesign { Family = Family.StudentT(), Intercept = -1 }).Records.RowCount > 0);
    }
}
