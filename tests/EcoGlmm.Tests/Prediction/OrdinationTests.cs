using EcoGlmm.Tests.Reference;

namespace EcoGlmm.Tests.Prediction;

/// <summary>Ordination: principal axes of the latent variables, which say the same as the random effects.</summary>
public class OrdinationTests
{
    private static readonly Lazy<GlmmFit> Fit = new(() => Glmm.Fit("count ~ spp + rr(0 + spp | site, d = 2)",
        FieldData.ReadCsv(Path.Combine(ReferenceFit.RepositoryFolder, "datasets", "salamanders.csv")), Family.Poisson()));

    [Fact]
    public void Sites_and_species_make_up_the_random_effects()
    {
        var ordination = Fit.Value.Ordination();
        var modes = Fit.Value.RandomEffects["site"];
        double Score(string kind, string name, int axis) => ordination.Single(s => s.Kind == kind && s.Name == name
            && s.Axis == axis).Score;
        foreach (var mode in modes)
            Assert.Equal(mode.Mode, Enumerable.Range(1, 2).Sum(axis => Score("site", mode.Level, axis) * Score("species", mode.Term, axis)),
                1e-8);
    }

    [Fact]
    public void Axes_are_principal_and_their_signs_are_fixed()
    {
        var ordination = Fit.Value.Ordination("site");
        Assert.Equal(1, ordination.AxisShares.Sum(), 1e-12);
        Assert.True(ordination.AxisShares[0] >= ordination.AxisShares[1]);
        double[] Loadings(int axis) => [.. ordination.Where(s => s.Kind == "species" && s.Axis == axis).Select(s => s.Score)];
        var (a, b) = (Loadings(1), Loadings(2));
        Assert.Equal(0, a.Zip(b, (p, q) => p * q).Sum(), 1e-8);
        Assert.True(a.MaxBy(Math.Abs) > 0 && b.MaxBy(Math.Abs) > 0);
        Assert.Equal(ordination.AxisShares[0], a.Sum(p => p * p) / (a.Sum(p => p * p) + b.Sum(q => q * q)), 1e-10);
    }

    [Fact]
    public void The_biplot_has_sites_and_arrows()
    {
        var figure = Fit.Value.PlotOrdination();
        Assert.Equal(3, figure.Panels[0].Traces.Count);
        Assert.True(figure.Panels[0].EqualScales);
        Assert.Contains("<svg", figure.ToSvg());
        Assert.Contains("axes 1 to 2", Assert.Throws<GlmmException>(() => Fit.Value.PlotOrdination(first: 1, second: 3)).Message);
        var plain = Glmm.Fit("Reaction ~ Days + (1 | Subject)", FieldData.ReadCsv(Path.Combine(ReferenceFit.RepositoryFolder, "datasets",
            "sleepstudy.csv")));
        Assert.Contains("no latent variables", Assert.Throws<GlmmException>(() => plain.Ordination()).Message);
    }

    [Fact]
    public void Shares_of_the_variance_are_those_of_R_squared()
    {
        var fit = Glmm.Fit("Reaction ~ Days + (1 | Subject)", FieldData.ReadCsv(Path.Combine(ReferenceFit.RepositoryFolder, "datasets",
            "sleepstudy.csv")));
        var shares = fit.VarianceShares(simulations: 12);
        var squared = fit.RSquared();
        Assert.Equal(3, shares.Count);
        Assert.Equal(1, shares.Sum(s => s.Share), 1e-12);
        Assert.Equal(squared.Marginal, shares[0].Share, 1e-10);
        Assert.Equal(squared.Conditional, shares[0].Share + shares[1].Share, 1e-10);
        Assert.All(shares, s => Assert.True(s.Lower <= s.Upper));
        Assert.Single(shares.Plot().Panels);
    }
}
