using EcoGlmm.Numerics;
using EcoGlmm.Tests.Inference;

namespace EcoGlmm.Tests.Marginal;

/// <summary>Rankings against simulation by brute force.</summary>
public sealed class RankingTests
{
    [Fact]
    public void Ranks_are_those_of_simulated_effects()
    {
        var fit = InferenceReference.Fit("cbpp");
        var ranking = fit.Ranking("herd", k: 3);
        var modes = fit.RandomEffects["herd"];
        var random = new RandomStream(77);
        const int draws = 100_000;
        var (rank, first, last) = (new double[modes.Count], new double[modes.Count], new double[modes.Count]);
        var values = new double[modes.Count];
        for (var s = 0; s < draws; s++)
        {
            for (var l = 0; l < values.Length; l++) values[l] = modes[l].Mode + (modes[l].StandardDeviation * random.NextNormal());
            for (var l = 0; l < values.Length; l++)
            {
                var own = 1 + values.Count(v => v > values[l]);
                rank[l] += (double)own / draws;
                if (own <= 3) first[l] += 1.0 / draws;
                if (own > values.Length - 3) last[l] += 1.0 / draws;
            }
        }

        for (var l = 0; l < modes.Count; l++)
        {
            var row = ranking[modes[l].Level];
            // Modes move together with the parameters, which the simulation above leaves out: little for ranks.
            Assert.Equal(rank[l], row.ExpectedRank, 0.25);
            Assert.Equal(first[l], row.ProbabilityFirst, 0.03);
            Assert.Equal(last[l], row.ProbabilityLast, 0.03);
            Assert.InRange(row.ExpectedRank, row.RankLower, row.RankUpper);
            Assert.Equal(modes[l].Mode, row.Estimate, 1e-10);
        }

        Assert.Equal(modes.Count * (modes.Count + 1) / 2.0, ranking.Sum(r => r.ExpectedRank), 1e-9);
        Assert.Equal(3, ranking.Sum(r => r.ProbabilityFirst), 1e-9);
        Assert.True(ranking[0].ExpectedRank < ranking[^1].ExpectedRank && ranking[0].Estimate > ranking[^1].Estimate);
        Assert.Equal(fit.Ranking("herd", k: 3)[4], ranking[4]);
        Assert.Contains("Ranking of herd", ranking.ToHtml());
    }

    [Fact]
    public void Random_slopes_can_be_ranked_and_what_is_not_there_cannot()
    {
        var fit = InferenceReference.Fit("sleep");
        var slopes = fit.Ranking("Subject", effect: "Days");
        var modes = fit.RandomEffects["Subject"];
        Assert.Equal(modes.Levels.MaxBy(l => modes[l, "Days"].Mode), slopes.MaxBy(r => r.Estimate)!.Level);
        Assert.Equal(modes["308", "Days"].Mode, slopes["308"].Estimate, 1e-9);
        Assert.Equal(10, slopes["308"].Records);
        Assert.Contains("\"Dayz\"", Assert.Throws<GlmmException>(() => fit.Ranking("Subject", effect: "Dayz")).Message);
        Assert.Contains("between 1 and 17", Assert.Throws<GlmmException>(() => fit.Ranking("Subject", k: 18)).Message);
    }
}
