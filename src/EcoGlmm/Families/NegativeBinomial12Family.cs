using EcoGlmm.Numerics;

namespace EcoGlmm.Families;

/// <summary>
/// Negative binomial with variance μ(1 + φ + μ/ψ), as glmmTMB has it: nbinom1 and nbinom2 in one. δ = log φ, σ = log ψ;
/// Sigma reports φ. Brooks et al. (2017), <i>The R Journal</i> 9, 378–400.
/// </summary>
internal sealed class NegativeBinomial12Family : ShapedFamily
{
    private NegativeBinomial12Family(Link link, double shape)
        : base("nbinom12", link, MeanRange.Positive)
    {
        Shape = new("psi", shape, Math.Exp(shape), "ψ in variance = μ(1 + φ + μ/ψ)")
        {
            AtLowest = new(
                "The parameter ψ runs to zero: the variance is far greater than the square of the mean.",
                "Look for counts that are far too large, or add zero inflation."),
            AtHighest = new(
                "The parameter ψ runs to infinity: the variance is proportional to the mean.",
                "Use Family.NegativeBinomial1(), which this model has become."),
        };
    }

    public static FamilySet Set { get; } = new(
        "nbinom12", link => new NegativeBinomial12Family(link, Math.Log(5)), FamilySet.PositiveMean);

    internal override FamilyShape Shape { get; }

    internal override bool IsDiscrete => true;

    internal override FamilyWords Words { get; } = new("Negative binomial")
    {
        Dispersion = new("φ", "variance = μ(1 + φ + μ/ψ)", "φ"),
    };

    internal override Family WithShape(double predictor) => new NegativeBinomial12Family(Link, predictor);

    internal override string? CheckResponse(double y, double size) => SupportCheck.Count(y);

    internal override double Constant(double y, double size) => LargeCount.Constant(y);

    internal override double LargestTerm(double y) => base.LargestTerm(Math.Min(y, LargeCount.Least));

    internal override double Variance(double mu, double phi, double size) => mu * (1 + phi + (mu / Shape.Value));

    internal override double UnitDeviance(double y, double mu, double phi, double size) =>
        NegativeBinomial2Family.Deviance(y, mu, Theta(mu, phi));

    internal override double Draw(RandomStream random, double mu, double phi, double size) =>
        random.NextNegativeBinomial(mu, Theta(mu, phi));

    internal override CountRecurrence? Counts(double mu, double phi, double size) => CountRecurrence.NegativeBinomial(mu, Theta(mu, phi));

    internal override double StartingMean(double y, double size) => y + (y == 0 ? 1.0 / 6 : 0);

    // Half of the excess variance to each parameter.
    internal override double StartingDispersion(
        ReadOnlySpan<double> y, ReadOnlySpan<double> mu, ReadOnlySpan<double> size) =>
        SupportCheck.LogBetween(0.5 * NegativeBinomial1Family.ExcessRatio(y, mu), 0.05, 100);

    internal override double[] StartingShapes(ReadOnlySpan<double> y, ReadOnlySpan<double> eta)
    {
        double squares = 0;
        double excess = 0;
        for (var i = 0; i < y.Length; i++)
        {
            var mu = Link.At(eta[i]).Mu;
            squares += mu * mu;
            excess += ((y[i] - mu) * (y[i] - mu)) - mu;
        }

        return [SupportCheck.LogBetween(excess > 0 ? 2 * squares / excess : 100, 0.1, 100)];
    }

    // The negative binomial of size θ, t = log θ = −log(φ/μ + 1/ψ), by the chain rule: p is the share of φ/μ in the sum.
    private protected override void EvaluateAt(
        double y, double mu, double delta, double shape, DerivativeLevel level, ref MeanDerivatives d, ref ShapePartials s)
    {
        var sigma = Math.Clamp(shape, -650, 650);
        var a = delta - Math.Log(mu);
        var theta = Math.Exp(Math.Clamp(-SpecialFunctions.LogAddExp(a, -sigma), -650, 650));
        if (level < DerivativeLevel.Mode)
        {
            d.L = y >= LargeCount.Least ? LargeCount.NegativeBinomial(y, Math.Log(mu), mu, theta)
                : RisingFactorial.ScaledLog(theta, y) + (y == 0 ? 0 : y * Math.Log(mu))
                - ((y + theta) * SpecialFunctions.Log1p(mu / theta));
            return;
        }

        var h = RisingFactorial.ScaledLog(theta, y, out var h1, out var h2, out var h3);
        MeanDerivatives b = default;
        new NegativeBinomial2Terms(y, mu, theta, h1, h2, h3).Write(h, y, mu, theta, ref b);
        var p = SpecialFunctions.Logistic(a + sigma);
        var q = SpecialFunctions.Logistic(-a - sigma);
        var p1 = p * q;
        var p2 = p1 * (q - p);
        var inverse = 1 / mu;
        var square = inverse * inverse;
        var tm = p * inverse;
        var tmm = -(p1 + p) * square;
        var tmmm = (p2 + (3 * p1) + (2 * p)) * square * inverse;
        var slope = b.MD + (b.DD * tm);
        var curve = b.MMD + (2 * b.MDD * tm) + (b.DDD * tm * tm) + (b.DD * tmm);
        d.L = b.L;
        d.M = b.M + (b.D * tm);
        d.MM = b.MM + (2 * b.MD * tm) + (b.DD * tm * tm) + (b.D * tmm);
        d.MMM = b.MMM + (3 * b.MMD * tm) + (3 * b.MDD * tm * tm) + (b.DDD * tm * tm * tm)
            + (3 * b.MD * tmm) + (3 * b.DD * tm * tmm) + (b.D * tmmm);
        if (level < DerivativeLevel.Gradient)
        {
            return;
        }

        var cross = p1 * inverse;
        var crossCurve = -(p2 + p1) * square;
        d.D = -b.D * p;
        d.MD = (-slope * p) + (b.D * cross);
        d.MMD = (-curve * p) + (2 * slope * cross) + (b.D * crossCurve);
        d.DD = (b.DD * p * p) - (b.D * p1);
        d.MDD = ((b.MDD + (b.DDD * tm)) * p * p) - (2 * b.DD * p * cross) - (slope * p1) + (b.D * p2 * inverse);
        d.DDD = (-b.DDD * p * p * p) + (3 * b.DD * p * p1) - (b.D * p2);
        s.S = b.D * q;
        s.MS = (slope * q) + (b.D * cross);
        s.MMS = (curve * q) + (2 * slope * cross) + (b.D * crossCurve);
        s.DS = (-b.DD * p * q) - (b.D * p1);
        s.SS = (b.DD * q * q) - (b.D * p1);
    }

    private double Theta(double mu, double phi) => 1 / ((phi / mu) + (1 / Shape.Value));
}
