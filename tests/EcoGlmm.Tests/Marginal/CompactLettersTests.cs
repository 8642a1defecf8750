using EcoGlmm.Marginal;

namespace EcoGlmm.Tests.Marginal;

public sealed class CompactLettersTests
{
    [Fact]
    public void Means_share_a_letter_where_they_do_not_differ_and_only_there()
    {
        var random = new Random(11);
        for (var trial = 0; trial < 400; trial++)
        {
            var n = random.Next(2, 9);
            var differ = new bool[n, n];
            var share = random.NextDouble();
            for (var i = 0; i < n; i++)
            {
                for (var j = i + 1; j < n; j++)
                    differ[i, j] = differ[j, i] = random.NextDouble() < share;
            }

            var letters = CompactLetters.Of(differ, [.. Enumerable.Range(0, n)]);
            for (var i = 0; i < n; i++)
            {
                Assert.NotEqual("", letters[i]);
                for (var j = i + 1; j < n; j++)
                    Assert.Equal(differ[i, j], !letters[i].Intersect(letters[j]).Any());
            }
        }
    }

    [Fact]
    public void A_chain_takes_as_few_letters_as_it_can()
    {
        // Neighbours do not differ, all others do.
        var differ = new bool[5, 5];
        for (var i = 0; i < 5; i++)
        {
            for (var j = 0; j < 5; j++)
                differ[i, j] = Math.Abs(i - j) > 1;
        }

        Assert.Equal(["a", "ab", "bc", "cd", "d"], CompactLetters.Of(differ, [0, 1, 2, 3, 4]));
    }

    [Fact]
    public void Letters_are_given_within_the_levels_after_the_bar()
    {
        var owls = FieldData.ReadCsv(Path.Combine(Reference.ReferenceFit.RepositoryFolder, "datasets", "owls.csv"));
        var fit = Glmm.Fit("SiblingNegotiation ~ FoodTreatment * SexParent + (1 | Nest)", owls, Family.NegativeBinomial2());
        var means = fit.MarginalMeans("~ FoodTreatment | SexParent");
        var contrasts = means.Contrasts();
        var letters = means.Letters();
        Assert.Equal(4, letters.Count);
        Assert.All(contrasts, c => Assert.True(c.PValue < 0.05));
        for (var i = 0; i < 4; i++)
            Assert.Equal(means[i].Levels["FoodTreatment"] == "Deprived" ? "a" : "b", letters[i]);
        Assert.All(means.Letters(level: 1e-30), letter => Assert.Equal("a", letter));
        Assert.Equal(2, means.Plot(letters: true).Panels.Count);
        Assert.Throws<GlmmException>(() => means.Letters(level: 5));
    }
}
