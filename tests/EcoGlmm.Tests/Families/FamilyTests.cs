namespace EcoGlmm.Tests.Families;

public class FamilyTests
{
    [Theory]
    [InlineData("poisson", null, "poisson (log)")]
    [InlineData("Binomial", "probit", "binomial (probit)")]
    [InlineData("gaussian", null, "gaussian (identity)")]
    [InlineData("negbinomial", null, "nbinom2 (log)")]
    [InlineData("NegativeBinomial1", "sqrt", "nbinom1 (sqrt)")]
    [InlineData("gamma", null, "Gamma (inverse)")]
    [InlineData("ziGamma", "log", "Gamma (log)")]
    [InlineData("nbinom12", null, "nbinom12 (log)")]
    [InlineData("OrderedBeta", null, "ordbeta (logit)")]
    [InlineData("skewnormal", null, "skewnormal (identity)")]
    [InlineData("clmm", "probit", "cumulative (probit)")]
    [InlineData("bell", "lambertW", "bell (lambertW)")]
    public void NamesAreUnderstood(string name, string? link, string text) =>
        Assert.Equal(text, Family.Parse(name, link).ToString());

    [Fact]
    public void AFamilyWithALinkIsOneObject()
    {
        Assert.Same(Family.Poisson(), Family.Poisson(Link.Log));
        Assert.Same(Family.Gamma(Link.Log), Family.Parse("Gamma", "LOG"));
        Assert.Same(Link.Cloglog, Link.Parse("cloglog"));
    }

    [Fact]
    public void ErrorsSuggestWhatWasMeant()
    {
        Assert.Contains("\"poisson\"", Assert.Throws<GlmmException>(() => Family.Parse("poison")).Message);
        Assert.Contains("\"logit\"", Assert.Throws<GlmmException>(() => Family.Parse("binomial", "logitt")).Message);
        var message = Assert.Throws<GlmmException>(() => Family.Poisson(Link.Logit)).Message;
        Assert.Contains("poisson", message);
        Assert.Contains("log, identity, sqrt", message);
        Assert.Throws<GlmmException>(() => Family.Binomial(Link.Inverse));
        Assert.Throws<GlmmException>(() => Family.Gamma(Link.Cloglog));
    }

    [Fact]
    public void ResponsesOutsideTheSupportAreNamed()
    {
        Assert.Null(Family.Poisson().CheckResponse(3, 1));
        Assert.Contains("whole numbers", Family.Poisson().CheckResponse(0.5, 1));
        Assert.Contains("whole numbers", Family.NegativeBinomial2().CheckResponse(-1, 1));
        Assert.NotNull(Family.Poisson().CheckResponse(double.NaN, 1));
        Assert.Contains("trials", Family.Binomial().CheckResponse(5, 4));
        Assert.NotNull(Family.Gamma().CheckResponse(0, 1));
        Assert.NotNull(Family.Gaussian().CheckResponse(double.PositiveInfinity, 1));
    }

    // glmmTMB's sigma(): the standard deviation, θ, φ, and 1/√shape.
    [Fact]
    public void SigmaIsGlmmTmbs()
    {
        Assert.Equal(Math.Exp(0.3), Family.Gaussian().Sigma(0.3), 14);
        Assert.Equal(Math.Exp(0.3), Family.NegativeBinomial2().Sigma(0.3), 14);
        Assert.Equal(Math.Exp(0.3), Family.NegativeBinomial1().Sigma(0.3), 14);
        Assert.Equal(Math.Exp(-0.15), Family.Gamma().Sigma(0.3), 14);
        Assert.Equal(1, Family.Poisson().Sigma(0.3));
    }

    // R 4.2: poisson()$dev.resids(c(0, 3), 1.7, 1) and its like.
    [Fact]
    public void UnitDeviancesAreRs()
    {
        Assert.Equal(3.4, Family.Poisson().UnitDeviance(0, 1.7, 1, 1), 13);
        Assert.Equal(0.807904225636, Family.Poisson().UnitDeviance(3, 1.7, 1, 1), 9);
        Assert.Equal(10 * 2 * ((0.3 * Math.Log(0.3 / 0.5)) + (0.7 * Math.Log(0.7 / 0.5))),
            Family.Binomial().UnitDeviance(3, 0.5, 1, 10), 12);
        Assert.Equal(-2 * (Math.Log(2 / 0.8) - (1.2 / 0.8)), Family.Gamma().UnitDeviance(2, 0.8, 1, 1), 12);
        Assert.Equal(2 * ((5 * Math.Log(5 / 2.0)) - (6.5 * Math.Log(6.5 / 3.5))),
            Family.NegativeBinomial2().UnitDeviance(5, 2, 1.5, 1), 12);
        Assert.Equal(4 * 0.25, Family.Gaussian().UnitDeviance(1, 0.5, 9, 4), 14);
    }

    [Theory]
    [InlineData(1e8)]
    [InlineData(1e12)]
    [InlineData(1e100)]
    public void TheNegativeBinomialsTendToThePoisson(double theta)
    {
        foreach (var (y, mu) in new[] { (0.0, 1e-300), (0, 3), (4, 2.5), (150, 170), (1e6, 1.01e6) })
        {
            var eta = Math.Log(mu);
            var poisson = Evaluation.At(Family.Poisson(), y, 1, eta, 0);
            var nb2 = Evaluation.At(Family.NegativeBinomial2(), y, 1, eta, Math.Log(theta));
            var nb1 = Evaluation.At(Family.NegativeBinomial1(), y, 1, eta, Math.Log(mu / theta));
            for (var k = 0; k < 4; k++)
            {
                // ℓ differs by ((y − μ)² − y) / 2θ, its derivatives by as much per log.
                var gap = 5 * (mu + 1) * (1 + (y + mu)) / theta;
                var tolerance = gap + (2e-15 * (1 + Math.Abs(poisson[k]))) + (k == 0 ? 4e-15 * y * Math.Abs(eta) : 1e-15 * y);
                Assert.True(Math.Abs(nb2[k] - poisson[k]) <= tolerance, $"nb2 {k} {y}: {nb2[k]} {poisson[k]}");
                Assert.True(Math.Abs(nb1[k] - poisson[k]) <= tolerance, $"nb1 {k} {y}: {nb1[k]} {poisson[k]}");
            }

            // To first order in 1/θ, ∂ℓ/∂δ = −[(y − μ)² − y] / 2θ.
            var excess = ((y - mu) * (y - mu)) - y;
            Assert.Equal(-excess / 2, nb2[4] * theta, (Math.Pow(y + mu + 1, 3) / theta) + (1e-9 * (y + 1)));
        }
    }

    [Fact]
    public void NothingBreaksAtExtremes()
    {
        foreach (var family in new[]
        {
            Family.Binomial(), Family.Binomial(Link.Probit), Family.Binomial(Link.Cloglog), Family.NegativeBinomial2(),
            Family.NegativeBinomial1(),
        })
        {
            foreach (var eta in new[] { -1e4, -800, -300, -50, 50, 300, 800, 1e4 })
            {
                foreach (double delta in new[] { -600, -30, 0, 30, 600 })
                {
                    foreach (double y in new[] { 0, 1, 3 })
                    {
                        var o = Evaluation.At(family, y, 3, eta, delta);
                        Assert.All(o, v => Assert.False(double.IsNaN(v), $"{family} y={y} eta={eta} delta={delta}"));
                        Assert.True(o[2] <= 0 || family.Name == "nbinom1", $"{family} {eta} {delta} {o[2]}");
                    }
                }
            }
        }
    }

    [Fact]
    public void AnImpossibleMeanIsMinusInfinity()
    {
        var o = Evaluation.At(Family.Gamma(), 2, 1, -0.5, 1);
        Assert.Equal(double.NegativeInfinity, o[0]);
        Assert.Equal(double.NegativeInfinity, Evaluation.LogDensity(Family.Binomial(Link.Log), 1, 2, 0.1, 0));
    }

    [Theory]
    [InlineData("identity", 0.3)]
    [InlineData("log", 0.3)]
    [InlineData("logit", 0.3)]
    [InlineData("probit", 0.02)]
    [InlineData("cloglog", 0.9)]
    [InlineData("cauchit", 0.9)]
    [InlineData("inverse", 4)]
    [InlineData("sqrt", 4)]
    [InlineData("1/mu^2", 4)]
    [InlineData("lambertW", 4)]
    public void ALinkAndItsInverseUndoEachOther(string name, double mu)
    {
        var link = Link.Parse(name);
        var eta = link.LinearPredictor(mu);
        Assert.Equal(mu, link.Mean(eta), 13);
        var at = link.At(eta);
        Assert.Equal(1 - mu, at.Complement, 13);
        double[] numeric =
        [
            Differences.Derivative(h => link.At(eta + h).Mu, 0.01 * Math.Abs(eta), out _),
            Differences.Derivative(h => link.At(eta + h).D1, 0.01 * Math.Abs(eta), out _),
            Differences.Derivative(h => link.At(eta + h).D2, 0.01 * Math.Abs(eta), out _),
        ];
        double[] exact = [at.D1, at.D2, at.D3];
        for (var k = 0; k < 3; k++)
        {
            Assert.Equal(numeric[k], exact[k], 1e-8 * Math.Max(1, Math.Abs(exact[k])));
        }

        Assert.Equal(at.D1, link.MeanDerivative(eta));
    }
}
