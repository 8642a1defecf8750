using EcoGlmm.Numerics;

namespace EcoGlmm.Families;

/// <summary>
/// Conway–Maxwell–Poisson with mean μ and exponent ν = 1/φ, Huang (2017), <i>Statistical Modelling</i> 17, 359–380:
/// P(y) ∝ λʸ / (y!)^ν with the λ that gives the mean. Over- (φ &gt; 1) or underdispersed. δ = log φ; Sigma reports φ = 1/ν, as
/// glmmTMB does.
/// </summary>
internal sealed class ConwayMaxwellPoissonFamily(Link link)
    : MeanParameterisedFamily("compois", link, MeanRange.Positive)
{
    public static FamilySet Set { get; } = new(
        "compois", link => new ConwayMaxwellPoissonFamily(link), FamilySet.PositiveMean);

    internal override bool HasDispersion => true;

    internal override bool IsDiscrete => true;

    internal override ShapeLimit DispersionLimit(bool isHigh) => isHigh
        ? base.DispersionLimit(isHigh)
        : new("The dispersion of compois runs to zero: the counts vary as little as counts with such means can, between the two nearest "
            + "whole numbers.",
            "Check the counts for rounding or a fixed design; standard errors of the other coefficients are those at this limit.");

    internal override FamilyWords Words { get; } = new("Conway–Maxwell–Poisson")
    {
        BeginsWithName = true,
        Dispersion = new("φ", "overdispersed above 1, underdispersed below; variance about φμ", "φ"),
    };

    internal override int RowsAtATime => 8;

    internal override string? CheckResponse(double y, double size) => SupportCheck.Count(y);

    internal override double Variance(double mu, double phi, double size)
    {
        var nu = 1 / phi;
        return ConwayMaxwellSeries.Moments(ConwayMaxwellSeries.LogRate(mu, nu), nu).M20;
    }

    // The best mean is y itself.
    internal override double UnitDeviance(double y, double mu, double phi, double size)
    {
        var nu = 1 / phi;
        var best = y == 0 ? 0 : LogDensity(y, y, nu);
        return Math.Max(0, 2 * (best - LogDensity(y, mu, nu)));
    }

    internal override double Draw(RandomStream random, double mu, double phi, double size)
    {
        var nu = 1 / phi;
        return ConwayMaxwellSeries.Quantile(ConwayMaxwellSeries.LogRate(mu, nu), nu, random.NextDouble());
    }

    internal override double StartingMean(double y, double size) => y + 0.1;

    internal override double StartingDispersion(
        ReadOnlySpan<double> y, ReadOnlySpan<double> mu, ReadOnlySpan<double> size) =>
        SupportCheck.LogBetween(SupportCheck.MeanScatter(y, mu), 0.2, 5);

    // ℓ = y ζ − ν log y! − K(ζ, ν), an exponential family with ζ = log λ. ζ(μ, ν) solves ∂K/∂ζ = μ; a = ∂ζ/∂μ and
    // c = ∂ζ/∂ν by the implicit function theorem, and ∂ℓ/∂μ = (y − μ) a. Kij = ∂ⁱ⁺ʲK/∂ζⁱ∂νʲ.
    internal override void EvaluateAtMean(
        double y, double size, in LinkPoint at, in DispersionTerms terms, DerivativeLevel level, ref MeanDerivatives d)
    {
        var mu = at.Mu;
        var nu = 1 / terms.Phi;
        var solution = ConwayMaxwellSeries.At(mu, nu);
        var zeta = solution.Zeta;
        var m = solution.Moments;
        var logFactorial = SpecialFunctions.LogFactorial(y);
        d.L = (y * zeta) - (nu * logFactorial) - m.LogSum;
        if (level == DerivativeLevel.Value)
        {
            return;
        }

        var k11 = -m.M11;
        var k02 = m.M02;
        var k30 = m.M30;
        var k21 = -m.M21;
        var k12 = m.M12;
        var k03 = -m.M03;
        var k40 = m.M40 - (3 * m.M20 * m.M20);
        var k31 = -(m.M31 - (3 * m.M20 * m.M11));
        var k22 = m.M22 - (m.M20 * m.M02) - (2 * m.M11 * m.M11);
        var k13 = -(m.M13 - (3 * m.M02 * m.M11));

        var a = 1 / m.M20;
        var c = -k11 * a;
        var along2 = (k30 * c) + k21;
        var along1 = (k21 * c) + k12;
        var am = -k30 * a * a * a;
        var an = -a * a * along2;
        var amm = -(k40 * a * a * a * a) - (3 * k30 * a * a * am);
        var amn = -(((k40 * c) + k31) * a * a * a) - (3 * k30 * a * a * an);
        var cn = -(along1 * a) - (k11 * an);
        var ann = (-2 * a * an * along2)
            - (a * a * ((((k40 * c) + k31) * c) + (k30 * cn) + (k31 * c) + k22));
        var along1n = (((k31 * c) + k22) * c) + (k21 * cn) + (k22 * c) + k13;
        var cnn = -(along1n * a) - (2 * along1 * an) - (k11 * ann);

        var r = y - mu;
        var n = (r * c) - (logFactorial - m.MeanLogFactorial);
        var nn = (r * cn) - ((k11 * c) + k02);
        var nnn = (r * cnn) - ((along1 * c) + (k11 * cn) + (k12 * c) + k03);

        d.M = r * a;
        d.MM = -a + (r * am);
        d.MMM = (-2 * am) + (r * amm);
        d.D = -nu * n;
        d.MD = -nu * r * an;
        d.MMD = -nu * (-an + (r * amn));
        d.DD = (nu * nu * nn) + (nu * n);
        d.MDD = r * ((nu * nu * ann) + (nu * an));
        d.DDD = -(nu * nu * nu * nnn) - (3 * nu * nu * nn) - (nu * n);
    }

    private static double LogDensity(double y, double mu, double nu)
    {
        var zeta = ConwayMaxwellSeries.LogRate(mu, nu);
        return (y * zeta) - (nu * SpecialFunctions.LogFactorial(y)) - ConwayMaxwellSeries.Moments(zeta, nu).LogSum;
    }
}
