namespace EcoGlmm.Tests.Model;

/// <summary>What programs learn of a fault beside the sentence.</summary>
public class GlmmExceptionTests
{
    private static readonly FieldData Data = FieldData.From(new Dictionary<string, double[]>
    {
        ["y"] = [1, 2, -3, 4], ["x"] = [1, 2, 3, 5], ["w"] = [1, 1, -1, 1],
    });

    [Fact]
    public void A_fault_in_a_formula_has_a_place()
    {
        var fault = Assert.Throws<GlmmException>(() => Glmm.Fit("y ~ x + + zz * (", Data));
        Assert.Equal(GlmmErrorKind.Formula, fault.Kind);
        Assert.NotNull(fault.Position);
        Assert.Equal("y ~ x + + zz * (".Length, fault.Position);
        Assert.Null(fault.Column);
    }

    [Fact]
    public void An_unknown_column_has_a_place_and_a_name()
    {
        var fault = Assert.Throws<GlmmException>(() => Glmm.Fit("y ~ x + zz", Data));
        Assert.Equal((GlmmErrorKind.Formula, 8, "zz"), (fault.Kind, fault.Position, fault.Column));
        var weights = Assert.Throws<GlmmException>(() => Glmm.Fit("y ~ x", Data, options: new GlmmOptions { Weights = "w" }));
        Assert.Equal((GlmmErrorKind.Data, null, "w"), (weights.Kind, weights.Position, weights.Column));
        var column = Assert.Throws<GlmmException>(() => Data.Numbers("v"));
        Assert.Equal((GlmmErrorKind.Data, "v"), (column.Kind, column.Column));
    }

    [Fact]
    public void A_response_that_the_family_cannot_have_is_named()
    {
        var fault = Assert.Throws<GlmmException>(() => Glmm.Fit("y ~ x", Data, Family.Poisson()));
        Assert.Equal((GlmmErrorKind.Data, "y"), (fault.Kind, fault.Column));
    }

    [Fact]
    public void A_file_is_a_fault_of_its_own_and_a_request_is_the_rest()
    {
        Assert.Equal(GlmmErrorKind.File, Assert.Throws<GlmmException>(() => FieldData.ReadCsv("no-such-file.csv")).Kind);
        Assert.Equal(GlmmErrorKind.Request, Assert.Throws<GlmmException>(() => Family.Parse("poison")).Kind);
    }
}
