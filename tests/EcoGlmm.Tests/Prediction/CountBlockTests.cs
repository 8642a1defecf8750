using EcoGlmm.Families;
using EcoGlmm.Numerics;
using EcoGlmm.Prediction;

namespace EcoGlmm.Tests.Prediction;

/// <summary>Counts that are drawn several rows at a time, against the same inversion row by row.</summary>
public class CountBlockTests
{
    public static TheoryData<string> Names => [.. FamilyNames.All.Where(f => f.Counts(0.4, 1.5, 10) is not null).Select(f => f.Name)
        .Distinct()];

    [Theory]
    [MemberData(nameof(Names))]
    public void Counts_of_several_rows_are_those_of_each(string name)
    {
        var family = FamilyNames.All.First(f => f.Name == name);
        var isProbability = family.WeightRole == WeightRole.Trials;
        foreach (var rows in new[] { 1, 6, 255 })
        {
            var random = new RandomStream(rows);
            var mean = Numbers(rows, () => isProbability ? random.NextDouble() : Math.Exp(2 * random.NextNormal()));
            var dispersion = Numbers(rows, () => 0.3 + (4 * random.NextDouble()));
            var size = Numbers(rows, () => 1 + Math.Floor(20 * random.NextDouble()));
            var zero = Numbers(rows, () => 0.3 * random.NextDouble());
            var block = new CountBlock(mean, dispersion, size, new double[CountBlock.Columns * rows]);
            family.Counts(block);
            block.Inflate(zero);
            var counts = new double[rows];
            block.Draw(new RandomStream(9), counts);
            var bits = new RandomStream(9);
            for (var i = 0; i < rows; i++)
            {
                var (one, u) = (family.Counts(mean[i], dispersion[i], size[i])!.Value, bits.NextUInt64());
                if (double.IsNaN(counts[i]))
                    Assert.True(one.Length > 900);
                else
                    Assert.Equal(CountTable.Draw(one, zero[i], u), counts[i]);
            }

            Assert.True(counts.Count(double.IsNaN) <= rows / 4);
        }
    }

    [Fact]
    public void Rows_whose_counts_reach_too_far_are_left_to_others()
    {
        foreach (var (family, dispersion) in new[] { (Family.Poisson(), 1.0), (Family.NegativeBinomial2(), 0.001) })
        {
            // As many as are drawn at once, and some more.
            double[] each = [2, 2000, 3, double.PositiveInfinity, double.NaN], dispersions = [1e3, dispersion, 1e3, 1, 1];
            double[] mean = [.. each, .. each, .. each, .. each], all = [.. dispersions, .. dispersions, .. dispersions, .. dispersions];
            var counts = new double[mean.Length];
            var block = new CountBlock(mean, all, [], new double[CountBlock.Columns * mean.Length]);
            family.Counts(block);
            block.Draw(new RandomStream(1), counts);
            Assert.Equal(mean.Select(m => !(m < 10)), counts.Select(double.IsNaN));
        }
    }

    private static double[] Numbers(int count, Func<double> next) => [.. Enumerable.Range(0, count).Select(_ => next())];
}
