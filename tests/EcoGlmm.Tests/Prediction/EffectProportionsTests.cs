using EcoGlmm.Tests.Estimation;

namespace EcoGlmm.Tests.Prediction;

/// <summary>Responses of yes or no in effect charts: proportions of rows that lie together instead of two piles.</summary>
public sealed class EffectProportionsTests
{
    private const int Rows = 600;

    private static readonly FieldData Field = new TestData(Rows).Normal("x").Normal("z").Factor("sex", i => i % 2).Factor("g", i => i / 20)
        .Number("age", i => i % 5).Number("alive", i => (i * 7 % 11) + (i % 2 * 3) > 6 ? 1 : 0).Build();

    private static readonly GlmmFit Alive = Glmm.Fit("alive ~ x * sex + z + age + (1 | g)", Field, Family.Binomial());

    private static PointTrace[] Proportions(Figure figure) => [.. figure.Panels.SelectMany(p => p.Traces).OfType<PointTrace>()
        .Where(t => t.Name == "Proportion")];

    [Fact]
    public void Along_a_covariate_each_point_is_the_proportion_of_its_rows()
    {
        var figure = Alive.PlotEffect("x", by: "sex");
        var points = Proportions(figure);
        Assert.Equal(2, points.Length);
        Assert.DoesNotContain(figure.Panels[0].Traces, t => t.Name == "Data");
        var (x, alive, sex) = (Field.Numbers("x"), Field.Numbers("alive"), Field.Texts("sex"));
        foreach (var (trace, level) in points.Zip(sex.Distinct().Order(StringComparer.Ordinal)))
        {
            Assert.Equal(10, trace.X.Count);
            Assert.Equal(Rows / 2, trace.CustomData!.Sum());
            int[] rows = [.. Enumerable.Range(0, Rows).Where(i => sex[i] == level).OrderBy(i => x[i])];
            for (var k = 0; k < 10; k++)
            {
                var own = rows[(30 * k)..(30 * (k + 1))];
                Assert.Equal(30, trace.CustomData![k]);
                Assert.Equal(own.Average(i => x[i]), trace.X[k], 1e-12);
                Assert.Equal(own.Average(i => alive[i]), trace.Y[k], 1e-12);
                Assert.Contains($"{own.Sum(i => alive[i])} of 30 rows", trace.Text![k]);
            }
        }

        Assert.Contains("points: proportions among 30 rows of all levels", figure.Subtitle);
        Assert.DoesNotContain("larger", figure.Subtitle);
    }

    [Fact]
    public void Few_values_and_levels_have_a_point_each_with_its_number_of_rows()
    {
        var ages = Proportions(Alive.PlotEffect("age")).Single();
        Assert.Equal([0, 1, 2, 3, 4], ages.X);
        var uneven = Field.Where(row => row.Number("age") < 3 || row.Number("x") > 0);
        var fit = Glmm.Fit("alive ~ sex * factor(age) + (1 | g)", uneven, Family.Binomial());
        var figure = fit.PlotEffect("sex", new EffectOptions { Facet = "age" });
        var points = Proportions(figure);
        Assert.Equal(5, points.Length);
        Assert.Equal(uneven.RowCount, points.Sum(t => t.CustomData!.Sum()));
        Assert.All(points, t => Assert.Equal(t.CustomData!.Select(n => $"{n}"), t.Labels));
        // Areas as the numbers of rows, the same in every panel.
        var perRow = points.SelectMany(t => t.Sizes!.Zip(t.CustomData!, (size, n) => Math.Round(size * size / n, 9))).Distinct();
        Assert.Single(perRow);
        Assert.Contains("larger for more", figure.Subtitle);
    }

    [Fact]
    public void Adjusted_proportions_are_the_curve_moved_by_what_the_rows_are_above_their_fitted_values()
    {
        var figure = Alive.PlotEffect("x", new EffectOptions { Data = EffectData.Adjusted });
        var trace = Proportions(figure).Single();
        var x = Field.Numbers("x");
        int[] order = [.. Enumerable.Range(0, Rows).OrderBy(i => x[i])];
        var fitted = Alive.Fitted();
        var curve = figure.Panels[0].Traces.OfType<LineTrace>().Single();
        double At(double v)
        {
            var k = Math.Clamp((int)((v - curve.X[0]) / (curve.X[1] - curve.X[0])), 0, curve.X.Count - 2);
            return curve.Y[k] + ((v - curve.X[k]) / (curve.X[k + 1] - curve.X[k]) * (curve.Y[k + 1] - curve.Y[k]));
        }

        static double Logit(double p) => Math.Log(p / (1 - p));
        static double Inverse(double eta) => 1 / (1 + Math.Exp(-eta));
        for (var k = 0; k < 10; k++)
        {
            var own = order[(60 * k)..(60 * (k + 1))];
            var observed = own.Average(i => Field.Numbers("alive")[i]);
            var (low, high) = (-20.0, 20.0);
            for (var step = 0; step < 60; step++)
            {
                var middle = (low + high) / 2;
                if (own.Average(i => Inverse(Logit(fitted[i]) + middle)) < observed) low = middle;
                else high = middle;
            }

            Assert.Equal(own.Average(i => Inverse(Logit(At(x[i])) + low)), trace.Y[k], 1e-9);
        }
    }

    [Fact]
    public void Many_levels_share_their_points_and_few_have_their_own()
    {
        var many = Proportions(Alive.PlotEffect("x", by: "g")).Single();
        Assert.Equal(Rows, many.CustomData!.Sum());
        var facets = Proportions(Alive.PlotEffect("x", new EffectOptions { Facet = "g" }));
        Assert.Equal(Rows / 20, facets.Length);
        Assert.All(facets, t => Assert.Equal(20, t.CustomData!.Sum()));
    }

    [Fact]
    public void Trials_stay_as_they_are()
    {
        var herds = FieldData.ReadCsv(Path.Combine(Reference.ReferenceFit.RepositoryFolder, "datasets", "cbpp.csv")).AsFactor("period");
        var fit = Glmm.Fit("cbind(incidence, size - incidence) ~ period + (1 | herd)", herds, Family.Binomial());
        Assert.Empty(Proportions(fit.PlotEffect("period")));
    }
}
