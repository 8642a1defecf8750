using System.Runtime.Intrinsics;
using EcoGlmm.Numerics;

namespace EcoGlmm.Families;

/// <summary>
/// Gamma with shape a: variance μ² / a. δ = log a; Sigma reports 1/√a, the coefficient of variation, as glmmTMB does.
/// The default link is R's, the inverse; ecologists mostly want the log.
/// </summary>
internal sealed class GammaFamily(Link link) : MeanParameterisedFamily("Gamma", link, MeanRange.Positive)
{
    public static FamilySet Set { get; } = new(
        "Gamma", link => new GammaFamily(link), Link.Inverse, Link.Log, Link.Identity, Link.Sqrt, Link.InverseSquare);

    internal override bool HasDispersion => true;

    internal override bool IsDiscrete => false;

    internal override bool IsExponentialDispersion => true;
    internal override FamilyAlternatives Alternatives => new()
    {
        OfLogarithm = Link == Link.Log ? FamilyAlternative.LogGaussian : null,
        OtherShape =
        [
            FamilyAlternative.Of(LogNormalFamily.Set, Link.Log, "LogNormal", "a log-normal"),
        ],
    };


    internal override string SupportAdvice(double[] y) => Array.Exists(y, v => v == 0) && Array.TrueForAll(y, v => v >= 0)
        ? " For zeros beside positive values use a two-part or Tweedie model."
        : "";

    internal override FamilyWords Words { get; } = new("Gamma")
    {
        BeginsWithName = true,
        Dispersion = new("σ", "coefficient of variation, 1/√shape; variance = σ²μ²", "the shape, 1/σ²"),
    };

    internal override string? CheckResponse(double y, double size) => SupportCheck.Positive(y);

    internal override double Constant(double y, double size) => -Math.Log(y);

    internal override double Sigma(double delta) => Math.Exp(-0.5 * delta);

    internal override double VarianceFunction(double mu, double phi, double size) => mu * mu;

    internal override double Variance(double mu, double phi, double size) => mu * mu / phi;

    internal override double? QuasiLikelihood(double y, double mu) => -(y / mu) - Math.Log(mu);

    internal override double UnitDeviance(double y, double mu, double phi, double size) =>
        -2 * SpecialFunctions.Log1pMinusX((y - mu) / mu);

    internal override double Draw(RandomStream random, double mu, double phi, double size) =>
        Math.Max(mu * (random.NextGamma(phi) / phi), 2.3e-308);

    internal override double StartingMean(double y, double size) => y;

    internal override double StartingDispersion(
        ReadOnlySpan<double> y, ReadOnlySpan<double> mu, ReadOnlySpan<double> size)
    {
        double sum = 0;
        for (var i = 0; i < y.Length; i++)
        {
            var relative = (y[i] - mu[i]) / mu[i];
            sum += relative * relative;
        }

        return SupportCheck.LogBetween(y.Length / sum, 1e-2, 1e8);
    }

    internal override void Evaluate(ref LogDensityBlock block, DerivativeLevel level)
    {
        if (Link == Link.Log && level <= DerivativeLevel.Mode && block.Delta.Length == 1)
        {
            EvaluateLogMode(ref block, level);
        }
        else
        {
            base.Evaluate(ref block, level);
        }
    }

    private void EvaluateLogMode(ref LogDensityBlock block, DerivativeLevel level)
    {
        var terms = default(DispersionTerms);
        PrepareDispersion(block.Delta[0], ref terms);
        var shape = Vector256.Create(terms.Phi);
        var k = Vector256.Create(terms.K);
        var one = Vector256<double>.One;
        var cap = Vector256.Create(700.0);
        for (var i = 0; i < block.Y.Length; i += VectorMath.Width)
        {
            // log r from r itself near one, where y/μ carries the digits, and from the logs elsewhere.
            var y = VectorMath.Load(block.Y, i);
            var eta = VectorMath.Load(block.Eta, i);
            var r = y * VectorMath.Exp(-Vector256.Max(-cap, eta));
            var logNear = VectorMath.Log(r);
            var near = Vector256.GreaterThan(r, Vector256.Create(1e-100)) & Vector256.LessThan(r, Vector256.Create(1e100));
            var logR = Vector256.ConditionalSelect(near, logNear, VectorMath.Log(y) - eta);
            VectorMath.Store((shape * (logR - (r - one))) + k, block.L, i);
            if (level >= DerivativeLevel.Mode)
            {
                VectorMath.Store(shape * (r - one), block.E, i);
                VectorMath.Store(-shape * r, block.EE, i);
            }
        }

        AddConstants(ref block);
    }

    // ℓ = a [log(y/μ) − (y/μ − 1)] − log y + K(a), K = a log a − a − log Γ(a).
    internal override void EvaluateAtMean(
        double y, double size, in LinkPoint at, in DispersionTerms terms, DerivativeLevel level, ref MeanDerivatives d)
    {
        var a = terms.Phi;
        var mu = at.Mu;
        var r = y / mu;
        var excess = (y - mu) / mu;
        var b = SpecialFunctions.Log1pMinusX(excess);
        d.L = (a * b) + terms.K;
        d.M = a * excess / mu;
        d.MM = a * (1 - (2 * r)) / (mu * mu);
        d.MMM = a * ((6 * r) - 2) / (mu * mu * mu);
        d.D = (a * b) + terms.K1;
        d.MD = d.M;
        d.MMD = d.MM;
        d.DD = (a * b) + terms.K2;
        d.MDD = d.M;
        d.DDD = (a * b) + terms.K3;
    }

    internal override void PrepareDispersion(double delta, ref DispersionTerms terms)
    {
        base.PrepareDispersion(delta, ref terms);
        var a = terms.Phi;
        if (a >= 16)
        {
            // K = ½ log(a / 2π) − (Stirling's series), differentiated term by term.
            var u = 1 / a;
            var z = u * u;
            var t1 = u / 12;
            var t3 = -u * z / 360;
            var t5 = u * z * z / 1260;
            var t7 = -u * z * z * z / 1680;
            var t9 = u * z * z * z * z / 1188;
            terms.K = (0.5 * terms.Delta) - SpecialFunctions.HalfLogTwoPi - SpecialFunctions.StirlingCorrection(a);
            terms.K1 = 0.5 + t1 + (3 * t3) + (5 * t5) + (7 * t7) + (9 * t9);
            terms.K2 = -(t1 + (9 * t3) + (25 * t5) + (49 * t7) + (81 * t9));
            terms.K3 = t1 + (27 * t3) + (125 * t5) + (343 * t7) + (729 * t9);
            return;
        }

        var trigamma = SpecialFunctions.Trigamma(a);
        terms.K = (a * terms.Delta) - a - SpecialFunctions.LogGamma(a);
        terms.K1 = a * (terms.Delta - SpecialFunctions.Digamma(a));
        terms.K2 = terms.K1 + a - (a * a * trigamma);
        terms.K3 = terms.K2 + a - (a * a * ((2 * trigamma) + (a * SpecialFunctions.Tetragamma(a))));
    }
}
