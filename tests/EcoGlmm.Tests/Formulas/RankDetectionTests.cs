using EcoGlmm.Data;
using EcoGlmm.Formulas;

namespace EcoGlmm.Tests.Formulas;

public class RankDetectionTests
{
    [Fact]
    public void LaterOfTwoDependentColumnsIsDropped()
    {
        var (a, b, n) = (Column(1, 5000), Column(2, 5000), 5000);
        var sum = a.Zip(b, (p, q) => 2 * p - 3 * q);
        double[] x = [.. Enumerable.Repeat(1.0, n), .. a, .. b, .. sum, .. Column(3, n), .. Enumerable.Repeat(7.0, n)];
        Assert.Equal([false, false, false, true, false, true], RankDetection.Dependent(x, n, 6));
    }

    [Theory]
    [InlineData(1e-5, false)]
    [InlineData(3e-7, false)]
    [InlineData(3e-8, true)]
    public void ToleranceIsThatOfR(double difference, bool dependent)
    {
        const int n = 1000;
        var a = Column(1, n);
        var noise = Column(2, n);
        // The two are all but orthogonal, of the same length, and of mean zero.
        double[] x = [.. a, .. a.Zip(noise, (p, q) => p + difference * q)];
        Assert.Equal([false, dependent], RankDetection.Dependent(x, n, 2));
    }

    [Fact]
    public void BadlyScaledColumnsAreNotMistakenForDependentOnes()
    {
        var n = 400;
        var year = Enumerable.Range(0, n).Select(i => 2000.0 + i % 20).ToArray();
        double[] x = [.. Enumerable.Repeat(1.0, n), .. year, .. year.Select(y => y * y), .. Column(1, n).Select(v => v * 1e-12)];
        Assert.Equal([false, false, false, false], RankDetection.Dependent(x, n, 4));
    }

    [Fact]
    public void NoMoreColumnsThanRowsAreKept()
    {
        double[] x = [1, 1, 1, 2, 1, 3, 2, 2];
        Assert.Equal([false, false, true, true], RankDetection.Dependent(x, 2, 4));
    }

    [Fact]
    public void EmptyCellOfAnInteractionIsAliasedByName()
    {
        var data = new FieldData([
            new NumericColumn("y", [1, 2, 3, 4, 5]),
            CategoricalColumn.FromTexts("a", ["p", "p", "q", "q", "p"]),
            CategoricalColumn.FromTexts("b", ["u", "v", "u", "u", "u"]),
        ]);
        var training = ModelSpecification.Create("y ~ a * b", "~ 0", "~ 1", null, null, null, data).Conditional.Training;
        Assert.Equal(["(Intercept)", "aq", "bv", "aq:bv"], training.ColumnNames);
        Assert.Equal([false, false, false, true], training.Aliased);
        Assert.Equal(15, training.X.Length);
    }

    private static double[] Column(int seed, int n)
    {
        var random = new Random(seed);
        var values = Enumerable.Range(0, n).Select(_ => random.NextDouble() - 0.5).ToArray();
        var mean = values.Average();
        return Array.ConvertAll(values, value => value - mean);
    }
}
