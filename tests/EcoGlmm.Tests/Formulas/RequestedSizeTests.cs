using EcoGlmm.Formulas;

namespace EcoGlmm.Tests.Formulas;

/// <summary>What a formula asks for is counted before it is built.</summary>
public class RequestedSizeTests
{
    private static FieldData Numbers(int columns, int rows) => FieldData.From(Enumerable.Range(0, columns)
        .ToDictionary(i => i == 0 ? "y" : $"x{i}", i => Enumerable.Range(0, rows).Select(row => Math.Sin(i + (row * (i + 1.7))))
            .ToArray()));

    private static string MessageOf(string formula, FieldData data, Family? family = null) =>
        Assert.Throws<GlmmException>(() => Glmm.Fit(formula, data, family)).Message;

    [Fact]
    public void Products_of_many_covariates()
    {
        var formula = "y ~ " + string.Join(" * ", Enumerable.Range(1, 26).Select(i => $"x{i}"));
        var message = MessageOf(formula, Numbers(27, 30));
        Assert.Contains("67,108,863 terms", message);
    }

    [Theory]
    [InlineData("y ~ .^5", 201)]
    [InlineData("y ~ .^3", 201)]
    [InlineData("y ~ (.)^100", 60)]
    [InlineData("y ~ .:.:.:.:.", 201)]
    [InlineData("y ~ 1 + (.^5 | x1)", 201)]
    [InlineData("y ~ .", 20_001)]
    public void Powers_of_many_columns(string formula, int columns) =>
        Assert.Contains(formula.Contains('|') ? "." : "terms, more than the 10,000", MessageOf(formula, Numbers(columns, 12)));

    [Fact]
    public void More_coefficients_than_rows() =>
        Assert.Contains("asks for 1,771 coefficients, but there are only 500 rows", MessageOf("y ~ .^2", Numbers(60, 500)));

    [Fact]
    public void Many_repetitions_of_a_few_terms_are_few_terms()
    {
        var specification = ModelSpecification.Create("y ~ " + string.Join(" * ", Enumerable.Repeat("x1", 200)), "~ 0", "~ 1", null, null,
            null, Numbers(2, 5));
        Assert.Equal(["(Intercept)", "x1"], specification.Conditional.Training.ColumnNames);
    }

    [Fact]
    public void Correlated_effects_of_a_factor_with_many_levels()
    {
        var data = Numbers(2, 3000).With("f", row => $"f{row.Index % 100}").With("g", row => $"g{row.Index / 150}");
        var message = MessageOf("y ~ 1 + (0 + f | g)", data);
        Assert.Contains("100 correlated effects", message);
        Assert.Contains("5,050 variances and covariances", message);
        Assert.Contains("more than", MessageOf("y ~ 1 + (f | x1)", data));
    }

    [Fact]
    public void An_identifier_as_a_fixed_effect()
    {
        var data = Numbers(2, 2000).With("id", row => $"bird {row.Index}").With("n", row => (double)(row.Index % 4));
        var message = MessageOf("n ~ x1 + id", data, Family.Poisson());
        Assert.Contains("id has 2,000 levels in 2,000 rows", message);
        Assert.Contains("(1 | id)", message);
        Assert.Contains("factor(id)", message);
    }

    [Fact]
    public void Numbers_that_a_stray_text_has_made_a_factor()
    {
        var data = Numbers(2, 861).With("mass", row => row.Index % 40 == 0 ? "NA" : $"{row.Index % 600}.5");
        var message = MessageOf("y ~ mass", data);
        Assert.Contains("mass holds numbers, and \"NA\", which makes it a factor of ", message);
        Assert.Contains("AsNumeric", message);
    }

    [Theory]
    [InlineData("NA")]
    [InlineData("n/a")]
    [InlineData("-")]
    public void Few_numbers_beside_a_word_for_missing_are_no_factor_either(string word)
    {
        var data = Numbers(2, 120).With("chicks", row => row.Index % 40 == 0 ? word : $"{row.Index % 5}");
        Assert.Contains($"chicks holds numbers, and \"{word}\", which makes it a factor of 6 levels", MessageOf("y ~ chicks", data));
        Assert.Equal(6, Glmm.Fit("y ~ factor(chicks)", data).FixedEffects.Count);
    }

    [Fact]
    public void Labels_of_treatments_may_be_numbers_beside_a_word()
    {
        var data = Numbers(2, 120).With("dose", row => row.Index % 4 == 0 ? "control" : $"{row.Index % 4}");
        Assert.Equal(4, Glmm.Fit("y ~ dose", data).FixedEffects.Count);
    }

    [Fact]
    public void A_year_as_a_factor_and_levels_asked_for_are_not_refused()
    {
        var data = Numbers(2, 60).With("year", row => 2000.0 + (row.Index % 12)).AsFactor("year").With("id", row => $"i{row.Index / 2}");
        Assert.Equal(12, Glmm.Fit("y ~ year", data).FixedEffects.Count);
        Assert.Equal(30, Glmm.Fit("y ~ factor(id)", data).FixedEffects.Count);
    }

    [Fact]
    public async Task Expansion_can_be_cancelled()
    {
        using var source = new CancellationTokenSource();
        await source.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Glmm.FitAsync("y ~ .^2", Numbers(90, 12),
            cancellationToken: source.Token));
        Assert.ThrowsAny<OperationCanceledException>(() => ModelSpecification.Create("y ~ .^2", "~ 0", "~ 1", null, null, null,
            Numbers(90, 12), cancellation: source.Token));
    }
}
