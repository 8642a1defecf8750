using EcoGlmm.Numerics;

namespace EcoGlmm.Families;

/// <summary>
/// Negative binomial with the linear variance μ (1 + φ). δ = log φ; Sigma reports φ, as glmmTMB does.
/// </summary>
internal sealed class NegativeBinomial1Family(Link link)
    : MeanParameterisedFamily("nbinom1", link, MeanRange.Positive)
{
    public static FamilySet Set { get; } = new(
        "nbinom1", link => new NegativeBinomial1Family(link), FamilySet.PositiveMean);

    internal override bool HasDispersion => true;

    internal override bool IsDiscrete => true;

    internal override FamilyAlternatives Alternatives => new()
    {
        MoreScatter =
        [
            FamilyAlternative.Of(NegativeBinomial2Family.Set, Link, "NegativeBinomial2", "a negative binomial"),
        ],
        LessScatter = CountAlternatives.LessScatter(Link),
        WithoutZeros = FamilyAlternative.Of(ZeroTruncatedFamily.NegativeBinomial1Set, Link, "TruncatedNegativeBinomial1",
            "a zero-truncated negative binomial of linear variance"),
    };

    internal override string SupportAdvice(double[] y) => SupportCheck.OnRates(y);

    internal override ShapeLimit DispersionLimit(bool isHigh) => CountAlternatives.LimitIsPoisson(Name);

    internal override FamilyWords Words { get; } = new("Negative binomial")
    {
        Dispersion = new("φ", "variance = μ(1 + φ)", "φ"),
    };

    internal override string? CheckResponse(double y, double size) => SupportCheck.Count(y);

    internal override double Constant(double y, double size) => LargeCount.Constant(y);

    internal override double LargestTerm(double y) => base.LargestTerm(Math.Min(y, LargeCount.Least));

    internal override double Variance(double mu, double phi, double size) => mu * (1 + phi);

    internal override double UnitDeviance(double y, double mu, double phi, double size) =>
        NegativeBinomial2Family.Deviance(y, mu, mu / phi);

    internal override double Draw(RandomStream random, double mu, double phi, double size) =>
        random.NextNegativeBinomial(mu, mu / phi);

    internal override CountRecurrence? Counts(double mu, double phi, double size) => CountRecurrence.NegativeBinomial(mu, mu / phi);

    internal override double StartingMean(double y, double size) => y + (y == 0 ? 1.0 / 6 : 0);

    internal override double StartingDispersion(
        ReadOnlySpan<double> y, ReadOnlySpan<double> mu, ReadOnlySpan<double> size) =>
        SupportCheck.LogBetween(ExcessRatio(y, mu), 0.05, 100);

    /// <summary>How much more than the Poisson's the variance is, in units of the mean.</summary>
    internal static double ExcessRatio(ReadOnlySpan<double> y, ReadOnlySpan<double> mu)
    {
        double sum = 0;
        for (var i = 0; i < y.Length; i++)
        {
            sum += (((y[i] - mu[i]) * (y[i] - mu[i])) / mu[i]) - 1;
        }

        return sum / y.Length;
    }

    internal override void Evaluate(ref LogDensityBlock block, DerivativeLevel level)
    {
        if (Link != Link.Log)
        {
            base.Evaluate(ref block, level);
            return;
        }

        var terms = default(DispersionTerms);
        PrepareDispersion(block.Delta[0], ref terms);
        for (var i = 0; i < block.Y.Length; i++)
        {
            if (block.Delta.Length > 1 && i > 0)
            {
                PrepareDispersion(block.Delta[i], ref terms);
            }

            EvaluateLog(ref block, i, terms, level);
        }

        AddConstants(ref block);
    }

    // With r = μ/φ and q(δ) = log(1 + φ)/φ: ℓ = h(y, r) + y η − y log(1 + φ) − μ q − log y!, and h depends on
    // log r = η − δ alone.
    private static void EvaluateLog(
        ref LogDensityBlock block, int i, in DispersionTerms terms, DerivativeLevel level)
    {
        var y = block.Y[i];
        var eta = block.Eta[i];
        var mu = Math.Exp(Math.Min(eta, 700));
        var theta = Math.Exp(Math.Clamp(eta - terms.Delta, -690, 690));
        var rest = (y * eta) - (y * LogOnePlusPhi(terms)) - (mu * terms.K);
        if (level < DerivativeLevel.Mode)
        {
            block.L[i] = y >= LargeCount.Least ? LargeCount.NegativeBinomial(y, eta, mu, theta) : RisingFactorial.ScaledLog(theta, y)
                + rest;
            return;
        }

        var h = RisingFactorial.ScaledLog(theta, y, out var h1, out var h2, out var h3);
        block.L[i] = y >= LargeCount.Least ? LargeCount.NegativeBinomial(y, eta, mu, theta) : h + rest;
        block.E[i] = h1 + y - (mu * terms.K);
        block.EE[i] = h2 - (mu * terms.K);
        if (level < DerivativeLevel.Gradient)
        {
            return;
        }

        var share = terms.Phi / (1 + terms.Phi);
        block.EEE[i] = h3 - (mu * terms.K);
        block.D[i] = -h1 - (y * share) - (mu * terms.K1);
        block.ED[i] = -h2 - (mu * terms.K1);
        block.EED[i] = -h3 - (mu * terms.K1);
        if (level < DerivativeLevel.Full)
        {
            return;
        }

        var share1 = share / (1 + terms.Phi);
        block.DD[i] = h2 - (y * share1) - (mu * terms.K2);
        block.EDD[i] = h3 - (mu * terms.K2);
        block.DDD[i] = -h3 - (y * share1 * (1 - (2 * share))) - (mu * terms.K3);
    }

    internal override void EvaluateAtMean(
        double y, double size, in LinkPoint at, in DispersionTerms terms, DerivativeLevel level, ref MeanDerivatives d)
    {
        var mu = at.Mu;
        var h = RisingFactorial.ScaledLog(mu / terms.Phi, y, out var h1, out var h2, out var h3);
        var share = terms.Phi / (1 + terms.Phi);
        var share1 = share / (1 + terms.Phi);
        var square = mu * mu;
        d.L = y >= LargeCount.Least ? LargeCount.NegativeBinomial(y, Math.Log(mu), mu, mu / terms.Phi)
            : h + (y == 0 ? 0 : y * Math.Log(mu)) - (y * LogOnePlusPhi(terms)) - (mu * terms.K);
        d.M = ((h1 + y) / mu) - terms.K;
        d.MM = (h2 - h1 - y) / square;
        d.MMM = (h3 - (3 * h2) + (2 * (h1 + y))) / (square * mu);
        d.D = -h1 - (y * share) - (mu * terms.K1);
        d.MD = (-h2 / mu) - terms.K1;
        d.MMD = (h2 - h3) / square;
        d.DD = h2 - (y * share1) - (mu * terms.K2);
        d.MDD = (h3 / mu) - terms.K2;
        d.DDD = -h3 - (y * share1 * (1 - (2 * share))) - (mu * terms.K3);
    }

    // K = q(δ) and its derivatives.
    internal override void PrepareDispersion(double delta, ref DispersionTerms terms)
    {
        base.PrepareDispersion(delta, ref terms);
        var phi = terms.Phi;
        var share = phi / (1 + phi);
        var share1 = share / (1 + phi);
        terms.K = SpecialFunctions.Log1p(phi) / phi;
        terms.K1 = phi > 0.7 ? (1 / (1 + phi)) - terms.K : -share - (SpecialFunctions.Log1pMinusX(phi) / phi);
        terms.K2 = -share1 - terms.K1;
        terms.K3 = -(share1 * (1 - (2 * share))) - terms.K2;
    }

    private static double LogOnePlusPhi(in DispersionTerms terms) => terms.K * terms.Phi;
}
