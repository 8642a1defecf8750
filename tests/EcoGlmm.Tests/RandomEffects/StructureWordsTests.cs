namespace EcoGlmm.Tests.Estimation;

/// <summary>What a user is told who gives a structure something that it cannot be, or that is not what was meant.</summary>
public sealed class StructureWordsTests
{
    private static readonly FieldData Data = StructureCatalogue.Data;

    private static string Fault(string formula, FieldData data, GlmmOptions? options = null) =>
        Assert.Throws<GlmmException>(() => Glmm.Fit(formula, data, Family.Gaussian(), options ?? StructureCatalogue.Options)).Message;

    [Theory]
    [InlineData("tip", "s2", "S2x", "y ~ phylo(1 | tip)", "not in the tree")]
    [InlineData("animal", "a4", "a44", "y ~ pedigree(1 | animal)", "not in the pedigree")]
    public void A_name_that_nothing_relates_is_told_with_one_that_is_like_it(string column, string name, string wrong, string formula,
        string words)
    {
        var fault = Fault(formula, Data.With(column, Data.Texts(column).Select(t => t == name ? wrong : t)));
        Assert.Contains(words, fault);
        Assert.Contains($"\"{wrong}\"", fault);
        Assert.Contains($"\"{name}\" for \"{wrong}\"", fault);
    }

    [Fact]
    public void A_pedigree_that_cannot_be_is_told_where_it_is_used()
    {
        Pedigree Of(params (string Animal, string? Sire, string? Dam)[] rows) => Pedigree.From(new Dictionary<string, object>
        {
            ["animal"] = rows.Select(r => r.Animal).ToArray(),
            ["sire"] = rows.Select(r => r.Sire).ToArray(),
            ["dam"] = rows.Select(r => r.Dam).ToArray(),
        }, "animal", "sire", "dam");
        var parents = Assert.Throws<GlmmException>(() => Of(("a", "b", null), ("b", "a", null))).Message;
        Assert.Contains("loop", parents);
        Assert.Contains("look at rows 1, 2", parents);
        Assert.Contains("the father of \"c\" (row 1) and the mother of \"d\" (row 2)", Assert.Throws<GlmmException>(() =>
            Of(("c", "a", null), ("d", null, "a"))).Message);
    }

    [Theory]
    [InlineData("exp")]
    [InlineData("gau")]
    [InlineData("mat")]
    public void Degrees_are_fitted_as_they_are_and_the_card_says_what_that_means(string structure)
    {
        var data = Data.With("lon", Data.Numbers("px").Select(v => 10 + (v / 10)))
            .With("lat", Data.Numbers("py").Select(v => 50 + (v / 10)));
        var fit = Glmm.Fit($"y ~ x + {structure}(0 + lon + lat | 1)", data);
        Assert.Contains("WithKilometres(\"lon\", \"lat\")", fit.ToString());
        Assert.DoesNotContain("WithKilometres", Glmm.Fit($"y ~ x + {structure}(0 + px + py | 1)", data).ToString());
    }

    [Theory]
    [InlineData("ar1(0 + day | site)")]
    [InlineData("ou(0 + day | site)")]
    public void A_time_that_is_there_twice_is_told(string term)
    {
        var data = new TestData(60).Factor("site", i => i / 10).Number("day", i => i % 10).Normal("y").Build();
        Assert.DoesNotContain("more than one row", Glmm.Fit($"y ~ 1 + {term}", data).ToString());

        var days = data.Numbers("day");
        days[17] = days[16];
        var fit = Glmm.Fit($"y ~ 1 + {term}", data.With("day", days));
        Assert.Contains($"1 of the 59 times of {term} has more than one row", fit.ToString());
        Assert.Contains("share one effect", fit.ToString());

        var design = Glmm.Fit($"y ~ 1 + {term}", data.With("day", days.Select(d => Math.Floor(d / 2))));
        Assert.DoesNotContain("more than one row", design.ToString());
    }
}
