namespace EcoGlmm.Tests.Decomposition;

/// <summary>Data that the methods cannot use are told, and data that some of them can are used as far as they go.</summary>
public sealed class AgeAnalysisInputTests
{
    private static readonly FieldData Records = FieldStudy.Simulate(new FieldStudyDesign { Years = 12, RecruitsPerYear = 20,
        SurvivalQuality = 1 }, 3).Records;

    private static readonly AgeAnalysisOptions Few = new() { Methods = [AgeMethod.Naive, AgeMethod.MeanCentring, AgeMethod.AgeAtLast] };

    [Fact]
    public void Individuals_seen_once_are_refused()
    {
        var once = Records.With("id", Records.Texts("id").Select((_, row) => "bird " + row));
        Assert.Contains("more than one age", Refusal(once));
        Assert.Contains("one individual", Refusal(Records.With("id", Records.Texts("id").Select(_ => "bird"))));
        Assert.Contains("both as the age and", Assert.Throws<GlmmException>(() => SelectiveDisappearance.Analyze("performance ~ age",
            Records, "age", "age")).Message);
    }

    [Fact]
    public void A_known_age_at_death_belongs_to_the_individual_and_follows_its_records()
    {
        var options = Few with { LastAge = "died" };
        var early = Records.With("died", row => 2.0);
        Assert.Contains("above its \"died\", 2", Refusal(early, options));
        Assert.Contains("several values for id i0001", Refusal(Records.With("died", row => row.Number("age") + 1), options));
        Assert.Contains("\"died\"", Refusal(Records.With("died", row => double.NaN), options));
        var late = SelectiveDisappearance.Analyze("performance ~ age + (1 | id)", Records.With("died", row =>
            30 + (row.Number("cohort") % 3)), "age", "id", analysis: options);
        Assert.Equal("performance ~ age + died + (1 | id)", late[AgeMethod.AgeAtLast].Formula);
    }

    [Fact]
    public void Series_stand_in_the_formula_like_any_other_term()
    {
        AgeAnalysis Of(string term, params Parameter[] held) => SelectiveDisappearance.Analyze($"performance ~ age + (1 | id) + {term}",
            Records, "age", "id", options: new GlmmOptions { Fixed = held }, analysis: Few);
        // Years without memory are years that are strangers to each other.
        var (plain, series) = (Of("(1 | year)"), Of("ar1(0 + year | 1)", Parameter.Covariance("all", "correlation", 1e-9)));
        foreach (var method in Few.Methods!)
            Assert.Equal(plain[method].Within.Estimate, series[method].Within.Estimate, 1e-3 * plain[method].Within.StandardError);

        Assert.Contains("ar1(0 + year | 1)", series[AgeMethod.MeanCentring].Formula);
        Assert.NotEmpty(series.Plot().Panels);
    }

    /// <summary>Age in a series of the individuals tells when they were seen: it is no slope that they have already.</summary>
    [Theory]
    [InlineData("(1 | id) + ar1(0 + age | id)", "(within(age, id) | id) + ar1(0 + age | id)")]
    [InlineData("(1 | id) + ou(0 + age | id)", "(within(age, id) | id) + ou(0 + age | id)")]
    [InlineData("ar1(0 + age | id)", "ar1(0 + age | id) + (within(age, id) | id)")]
    public void A_series_along_age_is_no_slope(string random, string expected)
    {
        var analysis = SelectiveDisappearance.Analyze($"performance ~ age + {random}", Records, "age", "id", analysis:
            new AgeAnalysisOptions { Methods = [AgeMethod.MeanCentring, AgeMethod.RandomSlopes] });

        Assert.True(analysis[AgeMethod.RandomSlopes].IsUsable, analysis[AgeMethod.RandomSlopes].Unavailable);
        Assert.Contains(expected, analysis[AgeMethod.RandomSlopes].Formula);
        Assert.DoesNotContain("was added", string.Join(" ", analysis.Warnings));
        var slopes = SelectiveDisappearance.Analyze($"performance ~ age + (age | id) + {random}", Records, "age", "id", analysis:
            new AgeAnalysisOptions { Methods = [AgeMethod.RandomSlopes] });
        Assert.Contains("already", slopes[AgeMethod.RandomSlopes].Unavailable);
    }

    [Fact]
    public void A_nested_individual_is_recognised()
    {
        var nested = SelectiveDisappearance.Analyze("performance ~ age + (1 | cohort/id)", Records, "age", "id", analysis: Few);
        var plain = SelectiveDisappearance.Analyze("performance ~ age + (1 | id) + (1 | cohort)", Records, "age", "id", analysis: Few);
        Assert.Contains("(1 | id)", nested[AgeMethod.Naive].Formula);
        Assert.DoesNotContain(nested.Warnings, w => w.Contains("was added", StringComparison.Ordinal));
        Assert.Equal(plain[AgeMethod.MeanCentring].Within.Estimate, nested[AgeMethod.MeanCentring].Within.Estimate, 1e-8);
        Assert.Equal(plain[AgeMethod.MeanCentring].Aic, nested[AgeMethod.MeanCentring].Aic, 1e-6);
    }

    [Fact]
    public void Labels_that_stand_for_several_individuals_are_refused()
    {
        var rings = Records.With("ring", row => row.Text("id")![^1..]);
        var message = Assert.Throws<GlmmException>(() => SelectiveDisappearance.Analyze("performance ~ age + (1 | cohort/ring)", rings,
            "age", "ring")).Message;
        Assert.Contains("stands for several individuals", message);
        Assert.Contains("data.With(\"bird\"", message);
    }

    [Fact]
    public void Individuals_seen_at_the_same_ages_still_show_change_within_them()
    {
        var four = Records.Texts("id").GroupBy(id => id).Where(g => g.Count() >= 4).Select(g => g.Key).ToHashSet();
        var same = Records.Where(row => four.Contains(row.Text("id")) && row.Number("age") <= 4);
        var analysis = SelectiveDisappearance.Analyze("performance ~ age + (1 | id)", same, "age", "id", analysis: Few);
        var centred = analysis[AgeMethod.MeanCentring];
        Assert.True(centred.IsUsable);
        Assert.Equal(analysis[AgeMethod.Naive].Within.Estimate, centred.Within.Estimate, 1e-6);
        Assert.True(double.IsNaN(centred.Between.Estimate) && double.IsNaN(centred.Test.PValue));
        Assert.False(analysis[AgeMethod.AgeAtLast].IsUsable);
        Assert.Contains("cannot be seen", analysis.Conclusion);
        Assert.Contains("not tested", analysis.Plot().ToString());
        Assert.Contains("not tested", analysis.ToHtml());
    }

    [Fact]
    public void A_handful_of_rows_has_a_card_without_a_figure()
    {
        var ids = Records.Texts("id").Distinct().Take(3).ToHashSet();
        var analysis = SelectiveDisappearance.Analyze("performance ~ age + (1 | id)", Records.Where(row => ids.Contains(row.Text("id"))),
            "age", "id", analysis: Few);
        Assert.Contains("individuals were recorded at more than one age", analysis.ToHtml());
        Assert.Throws<GlmmException>(() => analysis.Plot());
    }

    [Fact]
    public void Age_in_another_part_of_the_model_is_said_to_stay_there()
    {
        var counts = Records.With("count", row => Math.Round(Math.Exp(row.Number("performance") / 3)));
        var analysis = SelectiveDisappearance.Analyze("count ~ age + (1 | id)", counts, "age", "id", Family.Poisson(),
            new GlmmOptions { ZeroInflation = "~ age" }, new AgeAnalysisOptions { Methods = [AgeMethod.Naive] });
        Assert.Contains(analysis.Warnings, w => w.Contains("zero inflation or dispersion too", StringComparison.Ordinal));
    }

    [Fact]
    public void Successes_out_of_trials_are_called_by_their_name()
    {
        var nests = FieldStudy.Simulate(new FieldStudyDesign { Family = Family.Binomial(), Trials = 5, RecruitsPerYear = 15,
            SurvivalQuality = 0 }, 2).Records;
        var analysis = SelectiveDisappearance.Analyze("cbind(performance, failures) ~ age + (1 | id)", nests, "age", "id",
            Family.Binomial(), analysis: Few);
        Assert.StartsWith("Within individuals, the proportion of performance", analysis.Conclusion, StringComparison.Ordinal);
        Assert.DoesNotContain("cbind", analysis.Plot().ToString());
        Assert.Contains("no clear selection (p = ", analysis.Plot().ToString());
    }

    private static string Refusal(FieldData data, AgeAnalysisOptions? options = null) =>
        Assert.Throws<GlmmException>(() => SelectiveDisappearance.Analyze("performance ~ age + (1 | id)", data, "age", "id",
            analysis: options ?? Few)).Message;
}
