using EcoGlmm.Numerics;
using EcoGlmm.RandomEffects.Structures;

namespace EcoGlmm.Tests.Estimation;

/// <summary>Correlations by distance: every point of the search has a positive definite matrix, and searches end where there is
/// none.</summary>
public sealed class ToeplitzTests
{
    /// <summary>Correlations at lags 1 to 4 that are all but singular.</summary>
    private static readonly double[][] Truths = [[0.57, 0, 0, 0], [0.9, 0.7, 0.5, 0.3], [-0.57, 0, 0, 0], [0.98, 0.96, 0.94, 0.92]];

    public static TheoryData<int, string, bool> NearTheEdge()
    {
        var cases = new TheoryData<int, string, bool>();
        for (var truth = 0; truth < Truths.Length; truth++)
        {
            foreach (var term in (string[])["toep(0 + f | g)", "homtoep(0 + f | g)"])
            {
                cases.Add(truth, term, false);
                cases.Add(truth, term, true);
            }
        }

        return cases;
    }

    /// <summary>Two Gaussian rows, or a count, of each of five occasions of forty groups.</summary>
    [Theory]
    [MemberData(nameof(NearTheEdge))]
    public void Searches_near_the_edge_of_positive_definiteness_end(int truth, string term, bool isCount)
    {
        var data = Draw(Truths[truth], isCount);
        GlmmFit Of(string t) => Glmm.Fit($"y ~ 1 + {t}", data, isCount ? Family.Poisson() : Family.Gaussian());

        var fit = Of(term);

        Assert.NotEqual(ConvergenceStatus.NotConverged, fit.Convergence.Status);
        if (fit.Convergence.IsSingular)
            Assert.Contains(fit.Convergence.Problems, p => p.Message.Contains("are estimated as a singular matrix")
                || p.Message.Contains("at lag 1 is estimated as"));
        var isHomogeneous = term.StartsWith("hom", StringComparison.Ordinal);
        var within = Of(isHomogeneous ? "homcs(0 + f | g)" : "hetar1(0 + f | g)");
        Assert.True(fit.LogLikelihood > within.LogLikelihood - 1e-5, $"{fit.LogLikelihood} {within.LogLikelihood}");
        Assert.InRange(fit.LogLikelihood, double.NegativeInfinity, Of("us(0 + f | g)").LogLikelihood + 1e-5);
    }

    /// <summary>A correlation beyond lag 1 depends on several parameters of the search, and can be held nonetheless: so near to the
    /// edge that the usual start is outside.</summary>
    [Theory]
    [InlineData("lag 2", 0.93)]
    [InlineData("lag 3", -0.6)]
    [InlineData("lag 4", -0.8)]
    public void Correlations_beyond_the_first_are_held(string lag, double value)
    {
        var data = Draw([0.6, 0.4, 0.2, 0.1], false);
        var free = Glmm.Fit("y ~ 1 + homtoep(0 + f | g)", data);

        var held = Glmm.Fit("y ~ 1 + homtoep(0 + f | g)", data, options: new GlmmOptions
        {
            Fixed = [Parameter.Covariance("g", "correlation", value, lag)],
        });

        Assert.Equal(value, held.CovarianceParameters.Single(p => p.Effect1 == lag).Estimate, 1e-9);
        Assert.True(double.IsFinite(held.LogLikelihood) && held.LogLikelihood < free.LogLikelihood);
    }

    [Fact]
    public void The_factor_and_its_derivatives_are_those_of_the_correlations()
    {
        const int r = 6;
        var form = new Toeplitz(r);
        double[] rho = [0.7, -1.1, 0.4, 2.5, -0.3], values = new double[r - 1];
        var (l, weights) = (new double[r * r], new double[r * r]);
        Assert.True(form.TryFactor(rho, l));
        form.Report(rho, values);
        var random = new RandomStream(1);
        for (var i = 0; i < r; i++)
        {
            for (var j = 0; j < r; j++)
            {
                var sum = 0.0;
                for (var k = 0; k < r; k++) sum += l[(i * r) + k] * l[(j * r) + k];
                Assert.Equal(i == j ? 1 : values[Math.Abs(i - j) - 1], sum, 1e-14);
                if (j > i) Assert.Equal(0, l[(i * r) + j]);
                weights[(i * r) + j] = random.NextNormal();
            }
        }

        double Weighted(double[] at)
        {
            var (factor, sum) = (new double[r * r], 0.0);
            form.TryFactor(at, factor);
            for (var i = 0; i < r; i++)
            {
                for (var j = 0; j <= i; j++) sum += weights[(i * r) + j] * factor[(i * r) + j];
            }

            return sum;
        }

        var gradient = new double[r - 1];
        form.PullBack(rho, l, (double[])weights.Clone(), gradient);
        for (var k = 0; k < r - 1; k++)
        {
            double Moved(double step) => Weighted([.. rho.Select((v, j) => j == k ? v + step : v)]);
            Assert.Equal((Moved(1e-5) - Moved(-1e-5)) / 2e-5, gradient[k], 1e-8);
        }

        // From the correlations back to the parameters.
        var (x, own) = (Array.ConvertAll(values, Math.Atanh), new double[r - 1]);
        form.ToOwn(x, own);
        Assert.All(rho.Zip(own), pair => Assert.Equal(pair.First, pair.Second, 1e-9));
        var jacobian = form.Jacobian(x);
        for (var j = 0; j < r - 1; j++)
        {
            var (above, below) = (new double[r - 1], new double[r - 1]);
            form.ToOwn([.. x.Select((v, k) => k == j ? v + 1e-6 : v)], above);
            form.ToOwn([.. x.Select((v, k) => k == j ? v - 1e-6 : v)], below);
            for (var i = 0; i < r - 1; i++)
                Assert.Equal((above[i] - below[i]) / 2e-6, jacobian[(i * (r - 1)) + j], 1e-5 * (1 + Math.Abs(jacobian[(i * (r - 1)) + j])));
        }
    }

    private static FieldData Draw(double[] lags, bool isCount)
    {
        const int r = 5, groups = 40;
        var l = new double[r, r];
        for (var i = 0; i < r; i++)
        {
            for (var j = 0; j <= i; j++)
            {
                var sum = i == j ? 1 : lags[i - j - 1];
                for (var k = 0; k < j; k++) sum -= l[i, k] * l[j, k];
                l[i, j] = i == j ? Math.Sqrt(sum) : sum / l[j, j];
            }
        }

        var random = new RandomStream(3);
        var (y, g, f) = (new List<double>(), new List<string>(), new List<string>());
        for (var group = 0; group < groups; group++)
        {
            var z = Enumerable.Range(0, r).Select(_ => random.NextNormal()).ToArray();
            for (var i = 0; i < r; i++)
            {
                var b = Enumerable.Range(0, i + 1).Sum(k => l[i, k] * z[k]);
                for (var row = 0; row < (isCount ? 1 : 2); row++)
                {
                    y.Add(isCount ? random.NextPoisson(Math.Exp(1 + (0.6 * b))) : 2 + b + (0.7 * random.NextNormal()));
                    g.Add($"g{group}");
                    f.Add($"t{i}");
                }
            }
        }

        return FieldData.From(new Dictionary<string, object> { ["y"] = y.ToArray(), ["g"] = g.ToArray(), ["f"] = f.ToArray() });
    }
}
