using EcoGlmm.Text;

namespace EcoGlmm.Tests.Data;

public class NearestNameTests
{
    private static readonly string[] Names = ["FoodTreatment", "SexParent", "Nest", "BroodSize", "x", "y"];

    [Theory]
    [InlineData("FoodTreatmnt", "FoodTreatment")]
    [InlineData("foodtreatment", "FoodTreatment")]
    [InlineData("BroodSzie", "BroodSize")]
    [InlineData("Brood.Size", "BroodSize")]
    [InlineData("Nets", "Nest")]
    [InlineData("Treatment", "FoodTreatment")]
    [InlineData("Parent", "SexParent")]
    [InlineData("X", "x")]
    public void Finds_what_was_meant(string wanted, string expected) => Assert.Equal(expected, NearestName.Find(wanted, Names));

    [Theory]
    [InlineData("Altitude")]
    [InlineData("z")]
    [InlineData("")]
    public void Finds_nothing_where_nothing_is_alike(string wanted) => Assert.Null(NearestName.Find(wanted, Names));

    [Fact]
    public void Prefers_the_name_that_agrees_in_case() => Assert.Equal("mass", NearestName.Find("masss", ["MASS", "mass"]));
}
