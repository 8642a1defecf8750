using EcoGlmm.Numerics;

namespace EcoGlmm.Tests.Decomposition;

/// <summary>Smooths of age within individuals, on simulated birds of which the curve and the selection are known.</summary>
public sealed class AgeSmoothTests
{
    private static readonly AgeAnalysisOptions Smooths = new()
    {
        Methods = [AgeMethod.NaiveSmooth, AgeMethod.SmoothCentring],
    };

    /// <summary>Performance peaks at five years; good birds live longer.</summary>
    private static double Truth(double age) => -0.1 * (age - 5) * (age - 5);

    private static double Slope(double age) => -0.2 * (age - 5);

    private static FieldData Birds(int individuals, long seed, double selection = 1.2)
    {
        var random = new RandomStream(seed);
        var rows = new List<object>();
        for (var i = 0; i < individuals; i++)
        {
            var quality = random.NextNormal();
            var (age, first) = (1, 1);
            if (random.NextDouble() < 0.2) age = first = 2 + (int)(3 * random.NextDouble());
            for (; age <= 12; age++)
            {
                if (random.NextDouble() < 0.85)
                    rows.Add(new { id = $"b{i:D4}", age, y = Truth(age) + quality + (0.5 * random.NextNormal()) });
                var alive = 1 / (1 + Math.Exp(-(1.1 + (selection * quality) - (0.12 * age))));
                if (random.NextDouble() > alive) break;
            }
        }

        return FieldData.From(rows);
    }

    [Fact]
    public void A_smooth_within_individuals_finds_the_curve_that_the_naive_one_misses()
    {
        var analysis = SelectiveDisappearance.Analyze("y ~ age + (1 | id)", Birds(500, 1), "age", "id", analysis: Smooths);
        var within = analysis[AgeMethod.SmoothCentring];
        var naive = analysis[AgeMethod.NaiveSmooth];
        Assert.True(within.IsUsable, within.Unavailable);
        Assert.All(within.Rate!.Where(p => p.X is > 1.3 and < 11), p => Assert.Equal(Slope(p.X), p.Estimate, 4 * p.StandardError));
        Assert.Equal(Slope(analysis.ReferenceAge), within.Within.Estimate, 4 * within.Within.StandardError);
        Assert.True(within.Test.PValue < 1e-4);
        Assert.True(within.Difference.Lower > 0);
        Assert.Equal(within.Within.Estimate + within.Difference.Estimate, within.Between.Estimate, 1e-6);

        // Who is left at ten is better than who was there at four.
        double Change(SmoothCurve curve) => curve.MinBy(p => Math.Abs(p.X - 10))!.Estimate - curve.MinBy(p => Math.Abs(p.X - 4))!.Estimate;
        Assert.Equal(Truth(10) - Truth(4), Change(within.Curve!), 0.35);
        Assert.True(Change(naive.Curve!) > Change(within.Curve!));
        Assert.Contains("smooth within individuals", analysis.Conclusion, StringComparison.Ordinal);
        Assert.Equal(2, analysis.PlotSmooths().Panels.Count);
        Assert.Contains("smooth", analysis.ToHtml(), StringComparison.Ordinal);
        Assert.Contains("\"rate\"", analysis.ToJson(), StringComparison.Ordinal);
    }

    [Fact]
    public void Intervals_of_the_slope_hold_the_truth()
    {
        var (held, all, wrong) = (0, 0, 0);
        for (var seed = 1; seed <= 20; seed++)
        {
            var analysis = SelectiveDisappearance.Analyze("y ~ age + (1 | id)", Birds(120, 100 + seed), "age", "id", analysis: Smooths);
            foreach (var age in new[] { 2.0, 4, 6, 8 })
            {
                static SmoothPoint At(AgeApproach approach, double x) => approach.Rate!.MinBy(p => Math.Abs(p.X - x))!;
                var (point, naive) = (At(analysis[AgeMethod.SmoothCentring], age), At(analysis[AgeMethod.NaiveSmooth], age));
                held += point.Lower <= Slope(point.X) && Slope(point.X) <= point.Upper ? 1 : 0;
                wrong += naive.Lower <= Slope(naive.X) && Slope(naive.X) <= naive.Upper ? 1 : 0;
                all++;
            }
        }

        // 95 % asked for; of 80 that are not independent.
        Assert.InRange(held / (double)all, 0.86, 1);
        Assert.True(wrong < held);
    }

    [Fact]
    public void A_formula_with_a_smooth_of_age_asks_for_smooths()
    {
        var birds = Birds(150, 7);
        var fit = Glmm.Fit("y ~ s(age) + (1 | id)", birds);
        var analysis = fit.AnalyzeAge("age", by: "id");
        Assert.Contains(analysis, a => a.Method == AgeMethod.SmoothCentring);
        Assert.All(analysis.Where(a => a.Curve is null), a => Assert.DoesNotContain("s(age", a.Formula, StringComparison.Ordinal));
        Assert.DoesNotContain(SelectiveDisappearance.Analyze("y ~ age + (1 | id)", birds, "age", "id"), a => a.Curve is not null);
        Assert.Contains("SmoothCentring", Assert.Throws<GlmmException>(() => SelectiveDisappearance.Analyze("y ~ age + (1 | id)", birds,
            "age", "id").PlotSmooths()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_mean_of_a_smooth_is_that_of_each_individuals_records()
    {
        var birds = Birds(80, 3);
        var fit = Glmm.Fit("y ~ s(age, k = 6) + s(age, mean = id, k = 6) + (1 | id)", birds);
        Assert.Equal(["s(age)", "s(age,mean=id)"], fit.Smooths.Select(s => s.Name));

        // Within the records of one bird the mean is constant: differences of predictions are those of s(age) alone.
        var rows = birds.Where(r => r.Text("id") == birds.Texts("id").GroupBy(t => t).First(g => g.Count() > 2).Key);
        var predicted = fit.Predict(rows, PredictionScale.Link).Estimate;
        var curve = fit.SmoothEffect("s(age)", rows.Numbers("age"));
        Assert.Equal(curve[1].Estimate - curve[0].Estimate, predicted[1] - predicted[0], 1e-9);

        // A known bird keeps its mean, whatever its new rows.
        var one = fit.Predict(rows.Take([0]), PredictionScale.Link).Estimate[0];
        Assert.Equal(predicted[0], one, 1e-9);
        var stranger = fit.Predict(FieldData.From(new[] { new { id = "new", age = 3 } }));
        Assert.Contains("new", stranger.NewIndividuals);
        Assert.Contains("by", Assert.Throws<GlmmException>(() => Glmm.Fit("y ~ s(age, mean = id, by = id) + (1 | id)", birds)).Message,
            StringComparison.Ordinal);
    }
}
