using EcoGlmm.Families;
using EcoGlmm.Numerics;

namespace EcoGlmm.Tests.Families;

public class FamilyBehaviourTests
{
    public static TheoryData<string> Names()
    {
        var data = new TheoryData<string>();
        foreach (var name in FamilyNames.All.Select(f => f.Name).Distinct())
        {
            data.Add(name);
        }

        return data;
    }

    /// <summary>As residuals(glm(...), "pearson") in R.</summary>
    [Theory]
    [InlineData("gaussian", 0)]
    [InlineData("Gamma", 1)]
    [InlineData("inverse.gaussian", 1.5)]
    public void PearsonResidualsLeaveAFactorOfTheVarianceOut(string name, double power)
    {
        var data = FieldData.From(new Dictionary<string, object>
        {
            ["y"] = new[] { 1.0, 2.5, 2, 4, 3.5, 7 },
            ["x"] = new[] { 0.0, 1, 2, 3, 4, 5 },
        });
        var fit = Glmm.Fit("y ~ x", data, Family.Parse(name, "log"));
        var expected = fit.Fitted().Zip(data.Numbers("y"), (mu, y) => (y - mu) / Math.Pow(mu, power)).ToArray();
        for (var i = 0; i < expected.Length; i++)
            Assert.Equal(expected[i], fit.Residuals()[i], 1e-12);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void DensitiesAndMomentsFitTogether(string name)
    {
        var family = WithMoments(Family.Parse(name));
        foreach (var (size, mu, delta) in Settings(family))
        {
            var eta = family.LocationLink.LinearPredictor(mu);
            double Density(double y) => Math.Exp(Evaluation.LogDensity(family, y, size, eta, delta));
            var (total, mean, square) = family.IsDiscrete ? Sum(family, size, Density) : Integrate(family, mu, Density);
            if (!family.IsDiscrete && family.CheckResponse(0, size) is null && family.CheckResponse(-1, size) is not null)
            {
                total += Density(0);
            }

            if (family.Name == "ordbeta")
            {
                var one = Density(1);
                total += one;
                mean += one;
                square += one;
            }

            var scale = family.WeightRole == WeightRole.Trials ? size : 1;
            mean /= scale;
            var variance = (square / (scale * scale)) - (mean * mean);
            var expectedMean = family.Mean(mu, Math.Exp(delta));
            var expectedVariance = family.Variance(mu, Math.Exp(delta), size);
            var where = $"{family} size={size} mu={mu} delta={delta}";
            Assert.True(Math.Abs(total - 1) < 1e-8, $"{where}: total {total}");
            Assert.True(Math.Abs(mean - expectedMean) < 1e-7 * (1 + Math.Abs(mean)), $"{where}: mean {mean}");
            Assert.True(
                Math.Abs(variance - expectedVariance) < 1e-6 * expectedVariance, $"{where}: variance {variance} {expectedVariance}");
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void DrawsHaveTheMeanAndTheVariance(string name)
    {
        var family = WithMoments(Family.Parse(name));
        var random = new RandomStream(20);
        foreach (var (size, mu, delta) in Settings(family))
        {
            const int Count = 20_000;
            var scale = family.WeightRole == WeightRole.Trials ? size : 1;
            var phi = Math.Exp(delta);
            double[] draws = [.. Enumerable.Range(0, Count).Select(_ => family.Draw(random, mu, phi, size))];
            Assert.All(draws, y => Assert.Null(family.CheckResponse(y, size)));
            var mean = family.Mean(mu, phi);
            var variance = family.Variance(mu, phi, size);
            var average = draws.Average() / scale;
            double[] squares = [.. draws.Select(y => ((y / scale) - mean) * ((y / scale) - mean))];
            var spread = squares.Average();
            var spreadError = Math.Sqrt(squares.Sum(s => (s - spread) * (s - spread)) / Count / Count);
            Assert.InRange((average - mean) / Math.Sqrt(variance / Count), -4, 4);
            Assert.InRange((spread - variance) / spreadError, -5, 5);
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void TheDevianceIsZeroAtBestAndTwiceTheLogLikelihoodLost(string name)
    {
        var family = WithMoments(Family.Parse(name));
        foreach (var (y, size, mu, delta) in Cases.For(family))
        {
            var phi = Math.Exp(delta);
            if (double.IsNegativeInfinity(Evaluation.LogDensity(family, y, size, family.LocationLink.LinearPredictor(mu), delta)))
            {
                continue;
            }

            var deviance = family.UnitDeviance(y, mu, phi, size);
            Assert.True(deviance >= 0 && double.IsFinite(deviance), $"{family} {y} {mu} {delta}: {deviance}");
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void StartingValuesAreUsable(string name)
    {
        var family = WithMoments(Family.Parse(name));
        var cases = Cases.For(family).ToArray();
        double[] y = [.. cases.Select(c => c.Y)];
        double[] size = [.. cases.Select(c => c.Size)];
        double[] mu = [.. cases.Select(c => family.StartingMean(c.Y, c.Size))];
        for (var i = 0; i < y.Length; i++)
        {
            var eta = family.LocationLink.LinearPredictor(mu[i]);
            Assert.True(double.IsFinite(eta), $"{family}: start {mu[i]} for {y[i]}");
            Assert.True(double.IsFinite(Evaluation.LogDensity(family, y[i], size[i], eta, 0)), $"{family}: {y[i]}");
        }

        double[] means = [.. cases.Select(c => c.Mu)];
        Assert.InRange(family.StartingDispersion(y, means, size), -20, 20);
        Assert.True(double.IsFinite(family.StartingDispersion(y, means, [])));
        double[] etas = [.. means.Select(family.LocationLink.LinearPredictor)];
        Assert.All(family.StartingShapes(y, etas), sigma => Assert.InRange(sigma, -20, 20));
    }

    // Several categories, and degrees of freedom and a power with tails that are short enough to sum the moments.
    private static Family WithMoments(Family family) => family.Name switch
    {
        "t" => family.WithShapes([Math.Log(30)]),
        "tweedie" => family.WithShapes([-1]),
        "cumulative" => family.WithCategories(["a", "b", "c", "d"]),
        _ => family,
    };

    private static (double Size, double Mu, double Delta)[] Settings(Family family) => family.Name switch
    {
        "gaussian" => [(1, 3, 0.2), (4, -1, -0.5)],
        "t" or "skewnormal" => [(1, 3, 0.2), (1, -1, -0.5)],
        "cumulative" => [(1, -1.3, 0), (1, 0.4, 0), (1, 2, 0)],
        "binomial" => [(1, 0.3, 0), (25, 0.8, 0)],
        "beta" or "ordbeta" => [(1, 0.3, 1.9), (1, 0.8, 4)],
        "poisson" or "truncated_poisson" or "bell" => [(1, 0.3, 0), (1, 2, 0), (1, 14, 0)],
        "Gamma" => [(1, 0.5, 0.7), (1, 6, 2)],
        "inverse.gaussian" => [(1, 0.5, -0.4), (1, 3, -2)],
        "genpois" or "truncated_genpois" => [(1, 0.4, 0.3), (1, 6, 0.6), (1, 14, 0.1)],
        "compois" or "truncated_compois" => [(1, 0.3, -0.5), (1, 6, 0.6), (1, 20, -1.2)],
        _ when family.WeightRole == WeightRole.Trials => [(1, 0.3, 0.5), (25, 0.8, 1.5), (12, 0.4, -0.5)],
        _ when family.Link.IsDistribution => [(1, 0.3, 1.9), (1, 0.8, 4)],
        _ => [(1, 0.4, -0.7), (1, 6, 0.6), (1, 14, 0)],
    };

    private static (double Total, double Mean, double Square) Sum(Family family, double size, Func<double, double> density)
    {
        double total = 0;
        double mean = 0;
        double square = 0;
        var last = family.WeightRole == WeightRole.Trials ? (int)size : 3000;
        for (var y = 0; y <= last; y++)
        {
            if (family.CheckResponse(y, size) is null)
            {
                var p = density(y);
                total += p;
                mean += p * y;
                square += p * y * y;
            }
        }

        return (total, mean, square);
    }

    // Trapezia on a scale where the density has smooth tails: y itself, log y or logit y.
    private static (double Total, double Mean, double Square) Integrate(
        Family family, double mu, Func<double, double> density)
    {
        double total = 0;
        double mean = 0;
        double square = 0;
        const double Step = 0.005;
        for (double t = -60; t <= 60; t += Step)
        {
            var y = mu + t;
            double jacobian = 1;
            if (family.Name is "beta" or "ordbeta")
            {
                y = SpecialFunctions.Logistic(t);
                jacobian = y * SpecialFunctions.Logistic(-t);
            }
            else if (family.CheckResponse(-1, 1) is not null)
            {
                y = Math.Exp(t / 4);
                jacobian = y / 4;
            }

            var p = family.CheckResponse(y, 1) is null ? density(y) * jacobian * Step : 0;
            total += p;
            mean += p * y;
            square += p * y * y;
        }

        return (total, mean, square);
    }
}
