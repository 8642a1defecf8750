namespace EcoGlmm.Tests.Diagnostics;

public sealed class CheckWeightTests
{
    [Fact]
    public void A_check_of_many_rows_and_levels_stays_light()
    {
        const int n = 24_000, levels = 800;
        var random = new Random(3);
        double[] y = new double[n], x = new double[n], z = new double[n];
        var id = new string[n];
        double[] b = [.. Enumerable.Range(0, levels).Select(_ => random.NextDouble() - 0.5)];
        for (var i = 0; i < n; i++)
        {
            (x[i], z[i]) = (random.NextDouble(), random.NextDouble());
            id[i] = $"g{i % levels}";
            y[i] = x[i] + b[i % levels] + random.NextDouble() + random.NextDouble() + random.NextDouble();
        }

        var fit = Glmm.Fit("y ~ x + z + (1 | id)", FieldData.From(new Dictionary<string, object> { ["y"] = y, ["x"] = x, ["z"] = z,
            ["id"] = id }));
        var check = fit.Check();
        Assert.Same(check.Figures, check.Figures);
        var weight = check.Figures.Sum(figure => figure.ToJson().Length);
        Assert.InRange(weight, 10_000, 1_500_000);
    }
}
