using EcoGlmm.Formulas;
using EcoGlmm.Numerics;
using EcoGlmm.Planning;

namespace EcoGlmm.Tests.Estimation;

/// <summary>
/// Parameters of covariance structures held at values, and priors on them, on the scale that users see: against the density of the
/// multivariate normal distribution whose covariance is written down here by the definition of each structure.
/// </summary>
public sealed class NaturalParameterTests
{
    private const int Rows = 120;
    private const double Sigma = 0.5;
    private static readonly PhylogeneticTree Tree = PhylogeneticTree.Parse("((((s1:1,s2:1):1,s3:2):1.5,(s4:2.5,s5:2.5):1):0.5,"
        + "((s6:0.7,s7:0.7):2,(s8:1.2,(s9:0.4,s10:0.4):0.8):1.5):1.3);");

    /// <summary>Sire and dam of each animal, by number; none is −1. One is inbred.</summary>
    private static readonly (int Sire, int Dam)[] Parents = [(-1, -1), (-1, -1), (-1, -1), (0, 1), (0, 2), (0, 1), (3, 4), (3, 5), (6, 2),
        (7, 4)];

    private static readonly double[,] Relationship = NaturalCovariances.Tabular(Parents);

    private static readonly Mesh Area = Mesh.From(Enumerable.Range(0, 24).Select(Place), new MeshOptions { MaxEdge = 4, Cutoff = 2,
        Extension = 3, OuterEdge = 8 });

    /// <summary>Values that the data are drawn with, in the order of the fit's table, and the covariance of two rows.</summary>
    private sealed record Case(string Term, string Group, double[] Truth, Func<double[], int, int, double> Covariance);

    private static readonly Dictionary<string, Case> Cases = new Case[]
    {
        new("ar1(0 + t | g)", "g", [1.5, 0.6], (v, i, j) => Same(i, j) * Math.Pow(v[1], Lag(i, j)) * v[0] * v[0]),
        new("hetar1(0 + t | g)", "g", [1.2, 1.5, 0.9, 1.7, 0.6], (v, i, j) => Same(i, j) * Math.Pow(v[4], Lag(i, j)) * v[Time(i)]
            * v[Time(j)]),
        new("cs(0 + t | g)", "g", [1.2, 1.5, 0.9, 1.7, 0.5], (v, i, j) => Same(i, j) * (Lag(i, j) == 0 ? 1 : v[4]) * v[Time(i)]
            * v[Time(j)]),
        new("homcs(0 + t | g)", "g", [1.4, 0.5], (v, i, j) => Same(i, j) * (Lag(i, j) == 0 ? 1 : v[1]) * v[0] * v[0]),
        new("homtoep(0 + t | g)", "g", [1.4, 0.5, 0.3, 0.1], (v, i, j) => Same(i, j) * (Lag(i, j) == 0 ? 1 : v[Lag(i, j)]) * v[0] * v[0]),
        new("ou(0 + time | g)", "g", [1.5, 0.8], (v, i, j) => Same(i, j) * Math.Exp(-v[1] * Math.Abs(When(i) - When(j))) * v[0] * v[0]),
        new("exp(0 + px + py | 1)", "all", [1.5, 3], (v, i, j) => Math.Exp(-Distance(i, j) / v[1]) * v[0] * v[0]),
        new("gau(0 + px + py | 1)", "all", [1.5, 3], (v, i, j) => Math.Exp(-Math.Pow(Distance(i, j) / v[1], 2)) * v[0] * v[0]),
        new("toep(0 + t | g)", "g", [1.2, 1.5, 0.9, 1.7, 0.5, 0.3, 0.1], (v, i, j) => Same(i, j) * (Lag(i, j) == 0 ? 1 : v[3 + Lag(i, j)])
            * v[Time(i)] * v[Time(j)]),
        new("mat(0 + px + py | 1)", "all", [1.5, 3, 0.8], (v, i, j) => v[0] * v[0]
            * NaturalCovariances.Matern(Distance(i, j) / v[1], v[2])),
        new("spde(0 + px + py | 1, area)", "all", [1.5, 5], (v, i, j) => v[0] * v[0]
            * NaturalCovariances.OnMesh(Area, v[1], Place(i), Place(j))),
        new("rr(0 + t | g, d = 1)", "g", [1.2, 0.8, 1, 0.6], (v, i, j) => Same(i, j) * v[Time(i)] * v[Time(j)]),
        new("mm(1 | a, b)", "a", [1.5], (v, i, j) => v[0] * v[0] * (Is(Member(i, 0), Member(j, 0)) + Is(Member(i, 0), Member(j, 1))
            + Is(Member(i, 1), Member(j, 0)) + Is(Member(i, 1), Member(j, 1)))),
        new("pedigree(1 | animal)", "animal", [1.5], (v, i, j) => v[0] * v[0] * Relationship[i % Parents.Length, j % Parents.Length]),
        new("phylo(1 | tip, model = lambda)", "tip", [1.5, 0.6], (v, i, j) => v[0] * v[0] * (Tip(i) == Tip(j) ? Depth(i, j)
            : v[1] * Depth(i, j))),
        new("phylo(1 | tip, model = ou)", "tip", [1.5, 0.4], (v, i, j) => v[0] * v[0] * Math.Exp(-v[1] * (Depth(i, i) + Depth(j, j)
            - (2 * Depth(i, j))))),
    }.ToDictionary(c => c.Term);

    public static TheoryData<string, int> Single()
    {
        var cases = new TheoryData<string, int>();
        foreach (var one in Cases.Values)
        {
            for (var k = 0; k < one.Truth.Length; k++)
            {
                // One field of 24 places says nothing of range and shape apart: the one runs off when the other is free.
                if (!one.Term.StartsWith("mat", StringComparison.Ordinal) || k == 2) cases.Add(one.Term, k);
            }
        }

        return cases;
    }

    public static TheoryData<string> Terms => [.. Cases.Keys];

    /// <summary>One is held off its estimate: the likelihood is the density at what the fit says, and the others are at their
    /// best.</summary>
    [Theory]
    [MemberData(nameof(Single))]
    public void A_held_value_is_the_profile_at_that_value(string term, int held)
    {
        var (one, data) = (Cases[term], Draw(Cases[term]));
        var value = one.Truth[held] * 0.9;

        var fit = Fit(one, data, options => options with { Fixed = [Held(one, data, held, value)] });

        Assert.True(fit.Convergence.IsConverged, fit.Convergence.ToString());
        Assert.Equal(value, fit.CovarianceParameters[held].Estimate, 1e-9 * value);
        Assert.True(fit.CovarianceParameters[held].IsFixed);
        Assert.Single(fit.CovarianceParameters, p => p.IsFixed);
        Assert.True(double.IsNaN(fit.CovarianceParameters[held].StandardError));
        Assert.Contains("fixed", fit.CovarianceParameters.ToString());
        Assert.Equal(one.Truth.Length + 2, fit.ParameterCount);
        AtTop(fit, one, data, _ => 0, held);
    }

    /// <summary>All are held: nothing but the density.</summary>
    [Theory]
    [MemberData(nameof(Terms))]
    public void All_values_held_give_the_density(string term)
    {
        var (one, data) = (Cases[term], Draw(Cases[term]));

        var fit = Fit(one, data, options => options with
        {
            Fixed = [.. one.Truth.Select((v, k) => Held(one, data, k, v)), Parameter.Dispersion(Sigma)],
        });

        Assert.Equal(LogDensity(one, data, one.Truth, Sigma), fit.LogLikelihood, 1e-7);
        Assert.Equal(2, fit.ParameterCount);
    }

    /// <summary>A prior on each: at the estimate neither parameter can be moved for more density.</summary>
    [Theory]
    [MemberData(nameof(Single))]
    public void A_prior_on_one_gives_the_posterior_mode(string term, int on)
    {
        var (one, data) = (Cases[term], Draw(Cases[term]));
        var (mean, sd) = (one.Truth[on] * 0.8, one.Truth[on] * 0.1);
        var parameter = Fit(one, data, o => o).CovarianceParameters[on];

        var fit = Fit(one, data, options => options with
        {
            Priors = [Prior.Normal(mean, sd).OnCovariance(parameter.Group, parameter.Name, parameter.Effect1)],
        });

        Assert.True(fit.Convergence.IsConverged, fit.Convergence.ToString());
        double LogPrior(double[] values) => -0.5 * Math.Pow((values[on] - mean) / sd, 2) - Math.Log(sd) - (0.5 * Math.Log(2 * Math.PI));
        Assert.Equal(LogPrior(Own(fit, one)), fit.LogPrior, 1e-6);
        AtTop(fit, one, data, LogPrior, -1);
    }

    /// <summary>Without a fit: responses of a design covary as the definition says, within what 4,000 of them leave uncertain.</summary>
    [Theory]
    [MemberData(nameof(Terms))]
    public void Simulated_designs_covary_by_definition(string term)
    {
        const int count = 4000;
        var (one, data) = (Cases[term], Draw(Cases[term]));
        var x = data.Numbers("x");
        var design = ModelSpecification.Create($"y ~ x + {term}", "~ 0", "~ 1", null, null, null, data,
            relatedness: Options.Relatedness, meshes: Options.Meshes).Conditional.Training.RandomTerms[0];
        var parameters = StructuredEffects.Names(design).Zip(one.Truth).ToDictionary(p => p.First, p => p.Second);
        (parameters["(Intercept)"], parameters["x"], parameters["sigma"]) = (3, 0.5, Sigma);
        double[][] Simulate() => Glmm.Simulate($"y ~ x + {term}", data, parameters, options: Options, count: count, seed: 2);
        if (term.StartsWith("rr", StringComparison.Ordinal))
        {
            Assert.Contains("its loadings are determined together alone", Assert.Throws<GlmmException>(Simulate).Message);
            return;
        }

        var simulated = Simulate();

        double Variance(int i, int j) => one.Covariance(one.Truth, i, j) + (i == j ? Sigma * Sigma : 0);
        for (var i = 0; i < Rows; i += 7)
        {
            for (var j = 0; j <= i; j += 5)
            {
                var covariance = simulated.Sum(y => (y[i] - 3 - (0.5 * x[i])) * (y[j] - 3 - (0.5 * x[j]))) / count;
                var error = Math.Sqrt((Math.Pow(Variance(i, j), 2) + (Variance(i, i) * Variance(j, j))) / count);
                Assert.InRange((covariance - Variance(i, j)) / error, -4.5, 4.5);
            }
        }
    }

    /// <summary>Deviations are no less than zero: of unlike signs they would have a likelihood that no covariance of the structure
    /// has.</summary>
    [Theory]
    [InlineData("hetar1(0 + t | g)", "y")]
    [InlineData("hetar1(0 + t | g)", "count")]
    [InlineData("cs(0 + t | g)", "y")]
    public void The_likelihood_is_that_of_the_deviations_shown(string term, string response)
    {
        GlmmFit Of(params Parameter[] held) => Glmm.Fit($"{response} ~ x + {term}", StructureCatalogue.Data, response == "y"
            ? Family.Gaussian() : Family.Poisson(), StructureCatalogue.Options with { Fixed = held });
        var free = Of();

        var held = Of([.. free.CovarianceParameters.Select(p => p.Name == "sd"
            ? Parameter.Covariance(p.Group, p.Name, p.Estimate, p.Effect1)
            : Parameter.Covariance(p.Group, p.Name, Math.Clamp(p.Estimate, -1 + 1e-8, 1 - 1e-8)))]);

        Assert.Equal(free.LogLikelihood, held.LogLikelihood, 1e-4);
    }

    /// <summary>Places much closer than the range, whose smooth correlations are singular to the arithmetic: the search goes on to the
    /// ranges of the field.</summary>
    [Fact]
    public void Smooth_fields_are_found_where_correlations_are_all_but_singular()
    {
        var random = new RandomStream(3);
        const int n = 150;
        var (px, py) = (new double[n], new double[n]);
        for (var i = 0; i < n; i++) (px[i], py[i]) = (10 * random.NextDouble(), 10 * random.NextDouble());
        var data = FieldData.From(new Dictionary<string, object>
        {
            ["px"] = px, ["py"] = py,
            ["y"] = px.Zip(py, (a, b) => Math.Sin(0.6 * a) + Math.Cos(0.7 * b) + (0.5 * random.NextNormal())).ToArray(),
        });

        var (smooth, rough) = (Glmm.Fit("y ~ 1 + gau(0 + px + py | 1)", data), Glmm.Fit("y ~ 1 + exp(0 + px + py | 1)", data));

        Assert.True(smooth.LogLikelihood > rough.LogLikelihood, $"{smooth.LogLikelihood} {rough.LogLikelihood}");
        Assert.InRange(smooth.CovarianceParameters.Single(p => p.Name == "range").Estimate, 2, 8);
    }

    [Fact]
    public void What_a_structure_cannot_be_held_at_is_said()
    {
        void Refused(string term, string name, double value, string expected, string? effect = null)
        {
            var one = Cases[term];
            var error = Assert.Throws<GlmmException>(() => Fit(one, Draw(one), options => options with
            {
                Fixed = [Parameter.Covariance(one.Group, name, value, effect)],
            }));
            Assert.Contains(expected, error.Message);
        }

        Refused("ar1(0 + t | g)", "correlation", 1.2, "cannot be held at 1.2: it lies between -1 and 1");
        Refused("homcs(0 + t | g)", "correlation", -0.5, "between -0.3333 and 1");
        Refused("ou(0 + time | g)", "decay", -1, "between 0 and infinity");
        Refused("phylo(1 | tip, model = lambda)", "lambda", 1.5, "between 0 and 1");
        Refused("exp(0 + px + py | 1)", "reach", 2, "it has sd");
        Refused("hetar1(0 + t | g)", "sd", 2, "sd of t1, sd of t2", "t9");
    }

    /// <summary>Holds by the name that the fit's own table has.</summary>
    private static Parameter Held(Case one, FieldData data, int k, double value)
    {
        var p = Free(one, data).CovarianceParameters[k];
        return Parameter.Covariance(p.Group, p.Name, value, p.Effect1);
    }

    private static readonly Dictionary<string, GlmmFit> FreeFits = [];

    private static GlmmFit Free(Case one, FieldData data)
    {
        lock (FreeFits)
        {
            if (!FreeFits.TryGetValue(one.Term, out var fit)) FreeFits[one.Term] = fit = Fit(one, data, o => o);
            return fit;
        }
    }

    private static GlmmFit Fit(Case one, FieldData data, Func<GlmmOptions, GlmmOptions> with) => Glmm.Fit($"y ~ x + {one.Term}", data,
        Family.Gaussian(), with(Options));

    private static readonly GlmmOptions Options = new()
    {
        Relatedness = new Dictionary<string, Relatedness>
        {
            ["tip"] = Tree,
            ["animal"] = Pedigree.From(new Dictionary<string, object>
            {
                ["animal"] = Parents.Select((_, k) => $"a{k}").ToArray(),
                ["sire"] = Parents.Select(p => p.Sire < 0 ? null : $"a{p.Sire}").ToArray(),
                ["dam"] = Parents.Select(p => p.Dam < 0 ? null : $"a{p.Dam}").ToArray(),
            }, "animal", "sire", "dam"),
        },
        Meshes = new Dictionary<string, Mesh> { ["area"] = Area },
    };

    /// <summary>The fit's log-likelihood is the density at its estimates, and half a Newton decrement by any of them is nothing.</summary>
    private static void AtTop(GlmmFit fit, Case one, FieldData data, Func<double[], double> logPrior, int held)
    {
        double[] at = [.. Own(fit, one), fit.Sigma];
        double Density(double[] v) => LogDensity(one, data, v[..^1], v[^1]) + logPrior(v[..^1]);
        Assert.Equal(Density(at) - logPrior(at[..^1]), fit.LogLikelihood, 1e-6);
        for (var k = 0; k < at.Length; k++)
        {
            if (k == held) continue;
            double Moved(double step) => Density([.. at.Select((v, j) => j == k ? v * (1 + step) : v)]);
            var (above, here, below) = (Moved(1e-3), Moved(0), Moved(-1e-3));
            var (slope, curvature) = ((above - below) / 2e-3, (above - (2 * here) + below) / 1e-6);
            Assert.True(curvature < 0, $"{k}: {curvature}");
            Assert.InRange(slope * slope / -curvature / 2, 0, 1e-6);
        }
    }

    /// <summary>The structure's own parameters; what follows from loadings comes after them.</summary>
    private static double[] Own(GlmmFit fit, Case one) => [.. fit.CovarianceParameters.Take(one.Truth.Length).Select(p => p.Estimate)];

    /// <summary>Log-density of y with its mean at generalised least squares.</summary>
    private static double LogDensity(Case one, FieldData data, double[] values, double sigma)
    {
        var (y, x) = (data.Numbers("y"), data.Numbers("x"));
        var l = Factor(one, values, sigma);
        double[] Whiten(Func<int, double> of)
        {
            var z = new double[Rows];
            for (var i = 0; i < Rows; i++)
            {
                z[i] = of(i);
                for (var j = 0; j < i; j++) z[i] -= l[i, j] * z[j];
                z[i] /= l[i, i];
            }

            return z;
        }

        var (wy, w0, w1) = (Whiten(i => y[i]), Whiten(_ => 1), Whiten(i => x[i]));
        double Dot(double[] a, double[] b) => a.Zip(b, (p, q) => p * q).Sum();
        var (a00, a01, a11, b0, b1) = (Dot(w0, w0), Dot(w0, w1), Dot(w1, w1), Dot(w0, wy), Dot(w1, wy));
        var determinant = (a00 * a11) - (a01 * a01);
        var (g0, g1) = (((a11 * b0) - (a01 * b1)) / determinant, ((a00 * b1) - (a01 * b0)) / determinant);
        var log = Enumerable.Range(0, Rows).Sum(i => 2 * Math.Log(l[i, i]));
        return -0.5 * ((Rows * Math.Log(2 * Math.PI)) + log + Dot(wy, wy) - (g0 * b0) - (g1 * b1));
    }

    private static double[,] Factor(Case one, double[] values, double sigma)
    {
        var l = new double[Rows, Rows];
        for (var i = 0; i < Rows; i++)
        {
            for (var j = 0; j <= i; j++)
            {
                var sum = one.Covariance(values, i, j) + (i == j ? sigma * sigma : 0);
                for (var k = 0; k < j; k++) sum -= l[i, k] * l[j, k];
                l[i, j] = i == j ? Math.Sqrt(sum) : sum / l[j, j];
            }
        }

        return l;
    }

    private static FieldData Draw(Case one)
    {
        var random = new RandomStream(5);
        var z = Enumerable.Range(0, Rows).Select(_ => random.NextNormal()).ToArray();
        var x = Enumerable.Range(0, Rows).Select(i => Math.Sin(1.7 * i)).ToArray();
        var l = Factor(one, one.Truth, Sigma);
        return FieldData.From(new Dictionary<string, object>
        {
            ["y"] = Enumerable.Range(0, Rows).Select(i => 3 + x[i] + Enumerable.Range(0, i + 1).Sum(j => l[i, j] * z[j])).ToArray(),
            ["x"] = x,
            ["g"] = Enumerable.Range(0, Rows).Select(i => $"g{Group(i):00}").ToArray(),
            ["t"] = Enumerable.Range(0, Rows).Select(i => $"{Time(i) + 1}").ToArray(),
            ["time"] = Enumerable.Range(0, Rows).Select(When).ToArray(),
            ["px"] = Enumerable.Range(0, Rows).Select(i => Place(i).X).ToArray(),
            ["py"] = Enumerable.Range(0, Rows).Select(i => Place(i).Y).ToArray(),
            ["a"] = Enumerable.Range(0, Rows).Select(i => $"m{Member(i, 0)}").ToArray(),
            ["b"] = Enumerable.Range(0, Rows).Select(i => $"m{Member(i, 1)}").ToArray(),
            ["animal"] = Enumerable.Range(0, Rows).Select(i => $"a{i % Parents.Length}").ToArray(),
            ["tip"] = Enumerable.Range(0, Rows).Select(Tip).ToArray(),
        });
    }

    // Fifteen groups, four occasions, two rows of each; 24 places; ten species.
    private static int Group(int i) => i / 8;

    private static int Time(int i) => i / 2 % 4;

    private static int Member(int i, int which) => which == 0 ? i % 7 : ((i * 3) + (i / 7) + 1) % 8;

    private static int Is(int a, int b) => a == b ? 1 : 0;

    private static double When(int i) => Math.Round((0.6 * Time(i)) + (0.05 * (Group(i) % 5)) + (0.1 * (Time(i) % 2)), 2);

    private static int Same(int i, int j) => Group(i) == Group(j) ? 1 : 0;

    private static int Lag(int i, int j) => Math.Abs(Time(i) - Time(j));

    private static (double X, double Y) Place(int i) => ((i % 24 * 7) % 11, (i % 24 * 5) % 8);

    private static double Distance(int i, int j) => Math.Sqrt(Math.Pow(Place(i).X - Place(j).X, 2) + Math.Pow(Place(i).Y - Place(j).Y, 2));

    private static string Tip(int i) => $"s{1 + (i % 10)}";

    /// <summary>Length of the way that two species have in common from the root, which the tree's text tells.</summary>
    private static double Depth(int i, int j)
    {
        var (a, b) = (i % 10, j % 10);
        double[][] shared =
        [
            [4, 3, 2, 0.5, 0.5], [3, 4, 2, 0.5, 0.5], [2, 2, 4, 0.5, 0.5], [0.5, 0.5, 0.5, 4, 1.5], [0.5, 0.5, 0.5, 1.5, 4],
        ];
        double[][] others =
        [
            [4, 3.3, 1.3, 1.3, 1.3], [3.3, 4, 1.3, 1.3, 1.3], [1.3, 1.3, 4, 2.8, 2.8], [1.3, 1.3, 2.8, 4, 3.6], [1.3, 1.3, 2.8, 3.6, 4],
        ];
        return a < 5 != b < 5 ? 0 : a < 5 ? shared[a][b] : others[a - 5][b - 5];
    }
}
