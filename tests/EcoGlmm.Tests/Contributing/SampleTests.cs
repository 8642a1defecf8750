using EcoGlmm.Diagnostics;
using EcoGlmm.Families;
using EcoGlmm.RandomEffects.Structures;
using EcoGlmm.Tests.Estimation;
using EcoGlmm.Tests.Reference;

namespace EcoGlmm.Tests.Contributing;

/// <summary>The samples of CONTRIBUTING.md: what stands there is what is compiled here, and it does what it says.</summary>
public class SampleTests
{
    private static readonly FieldData Data = new TestData(120, 3).Factor("g", i => i % 12).Number("x", i => i * 13 % 31)
        .Count("n", i => Math.Exp(0.3 + (0.03 * (i * 13 % 31)))).Build();

    [Theory]
    [InlineData("tests/EcoGlmm.Tests/Contributing/GeometricFamily.cs")]
    [InlineData("tests/EcoGlmm.Tests/Contributing/SoftplusLink.cs")]
    [InlineData("src/EcoGlmm/RandomEffects/Structures/SecondOrderAutoregression.cs")]
    [InlineData("tests/EcoGlmm.Tests/Contributing/RunsTest.cs")]
    [InlineData("tests/EcoGlmm.Tests/Contributing/ObservedFigure.cs")]
    public void The_page_shows_what_is_compiled(string file)
    {
        var page = File.ReadAllText(Path.Combine(ReferenceFit.RepositoryFolder, "CONTRIBUTING.md"));
        Assert.Contains("```csharp\n" + File.ReadAllText(Path.Combine(ReferenceFit.RepositoryFolder, file)).TrimEnd('\n') + "\n```", page);
    }

    [Fact]
    public void A_family()
    {
        // The negative binomial with θ = 1 is the same distribution.
        var fit = Glmm.Fit("n ~ x + (1 | g)", Data, GeometricFamily.Set.With(null));
        var known = Glmm.Fit("n ~ x + (1 | g)", Data, Family.NegativeBinomial2(), new GlmmOptions { Fixed = [Parameter.Dispersion(1)] });
        Assert.True(fit.Convergence.IsConverged, fit.Convergence.ToString());
        Assert.Equal(known.LogLikelihood, fit.LogLikelihood, 1e-6);
        Assert.Equal(known.FixedEffects["x"].Estimate, fit.FixedEffects["x"].Estimate, 1e-5);
        Assert.Equal(known.FixedEffects["x"].StandardError, fit.FixedEffects["x"].StandardError, 1e-5);
        Assert.InRange(fit.SimulatedResiduals(50).TestUniformity().PValue, 0, 1);
    }

    [Fact]
    public void A_link()
    {
        var link = new SoftplusLink();
        foreach (var eta in new[] { -20.0, -1.5, 0, 3, 40 })
        {
            Assert.Equal(eta, link.LinearPredictor(link.Mean(eta)), 1e-6 * (1 + Math.Abs(eta)));
            Assert.Equal((link.Mean(eta + 1e-5) - link.Mean(eta - 1e-5)) / 2e-5, link.MeanDerivative(eta), 1e-8);
        }

        var fit = Glmm.Fit("n ~ x + (1 | g)", Data, new PoissonFamily(link));
        Assert.True(fit.Convergence.IsConverged, fit.Convergence.ToString());
        Assert.Equal("poisson (softplus)", fit.Family.ToString());
        Assert.InRange(fit.FixedEffects["x"].Estimate, 0.01, 0.3);
    }

    [Fact]
    public void A_structure()
    {
        Assert.Same(SecondOrderAutoregression.Kind, StructureKind.Find("ar2"));
        double[] swinging = [.. Correlations(width: 6, theta: [1.0, 0.3, -1.5])];
        Assert.True(swinging[1] < 0 && swinging[4] > 0, string.Join(" ", swinging));

        // At a partial autocorrelation of zero it is the first-order one.
        double[] plain = [.. Correlations(width: 5, theta: [1.0, 0.8, 0])];
        for (var lag = 1; lag < 5; lag++) Assert.Equal(Math.Pow(plain[0], lag), plain[lag - 1], 1e-12);
    }

    [Fact]
    public void A_test_of_residuals()
    {
        double[] order = [.. Enumerable.Range(0, 60).Select(i => (double)i)];
        double[][] simulated = [.. Enumerable.Range(0, 100).Select(s => order.Select(i => Math.Sin((i * 7) + (s * 13)) * 50).ToArray())];
        Assert.True(SimulatedResiduals.From([.. order.Select(i => i - 30)], simulated).TestRuns().PValue < 1e-6);
        var fit = Glmm.Fit("n ~ x + (1 | g)", Data, Family.Poisson());
        var symptom = Assert.Single(new RunsCheck().Examine(fit, fit.SimulatedResiduals(60), new ChangedFits()));
        Assert.Equal("Order of the rows", symptom.Check.NameOf(symptom));
        Assert.InRange(symptom.Test.Statistic, 2, 119);
        Assert.DoesNotContain(ResidualCheck.All, check => check is RunsCheck);
    }

    [Fact]
    public void A_chart()
    {
        var figure = Glmm.Fit("n ~ x + (1 | g)", Data, Family.Poisson()).PlotObserved();
        Assert.Equal(120, Assert.IsType<PointTrace>(figure.Panels[0].Traces[0]).X.Count);
        Assert.Contains("Fitted", figure.ToSvg());
    }

    private static IEnumerable<double> Correlations(int width, double[] theta)
    {
        var loadings = SecondOrderAutoregression.Kind.Bind(new StructureRequest
        {
            Effects = [.. Enumerable.Range(0, width).Select(i => $"t{i}")], LevelCount = 3, Error = (a, b) => new GlmmException(a + b),
        }).Loadings;
        var lambda = new double[width * width];
        loadings.Set(theta, lambda);
        for (var lag = 1; lag < width; lag++) yield return Enumerable.Range(0, width).Sum(k => lambda[k] * lambda[(lag * width) + k]);
    }
}
