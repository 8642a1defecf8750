using System.Runtime.Intrinsics;
using EcoGlmm.Numerics;

namespace EcoGlmm.Families;

/// <summary>Poisson counts: variance μ. No dispersion.</summary>
internal sealed class PoissonFamily(Link link) : MeanParameterisedFamily("poisson", link, MeanRange.Positive)
{
    public static FamilySet Set { get; } = new("poisson", link => new PoissonFamily(link), FamilySet.PositiveMean);

    internal override bool HasDispersion => false;

    internal override bool IsDiscrete => true;

    internal override bool IsExponentialDispersion => true;

    internal override bool HasCanonicalScores => Link == Link.Log;

    internal override FamilyAlternatives Alternatives => new()
    {
        MoreScatter =
        [
            FamilyAlternative.Of(NegativeBinomial2Family.Set, Link, "NegativeBinomial2", "a negative binomial"),
            FamilyAlternative.Of(NegativeBinomial1Family.Set, Link, "NegativeBinomial1", "a negative binomial of linear variance"),
        ],
        LessScatter = CountAlternatives.LessScatter(Link),
        WithoutZeros = FamilyAlternative.Of(ZeroTruncatedFamily.PoissonSet, Link, "TruncatedPoisson", "a zero-truncated Poisson"),
    };

    internal override string SupportAdvice(double[] y) => SupportCheck.OnRates(y);

    internal override FamilyWords Words { get; } = new("Poisson")
    {
        BeginsWithName = true,
    };

    internal override string? CheckResponse(double y, double size) => SupportCheck.Count(y);

    internal override double Constant(double y, double size) => LargeCount.Constant(y);

    internal override double LargestTerm(double y) => base.LargestTerm(Math.Min(y, LargeCount.Least));

    internal override double Variance(double mu, double phi, double size) => mu;

    internal override double? QuasiLikelihood(double y, double mu) => (y == 0 ? 0 : y * Math.Log(mu)) - mu;

    internal override double UnitDeviance(double y, double mu, double phi, double size) => Deviance(y, mu);

    internal override double Draw(RandomStream random, double mu, double phi, double size) => random.NextPoisson(mu);

    internal override CountRecurrence? Counts(double mu, double phi, double size) => CountRecurrence.Poisson(mu);

    // Where P(0) is not too small, the mean is below 668 and less than 1e-19 lies beyond 1,024.
    internal override void Counts(in CountBlock block)
    {
        for (var i = 0; i < block.Mean.Length; i += VectorMath.Width)
        {
            var mu = VectorMath.Load(block.Mean, i);
            var p = VectorMath.Exp(-mu);
            p = Vector256.ConditionalSelect(Vector256.GreaterThan(p, Vector256.Create(CountRecurrence.LeastProbability)), p,
                Vector256.Create(double.NaN));
            VectorMath.Store(p, block.Below, i);
            VectorMath.Store(p, block.Probability, i);
            VectorMath.Store(mu, block.B, i);
        }
        block.A.Clear();
    }

    internal override double StartingMean(double y, double size) => y + 0.1;

    /// <summary>2 [y log(y/μ) − (y − μ)], without cancellation.</summary>
    internal static double Deviance(double y, double mu) =>
        y == 0 ? 2 * mu : -2 * y * SpecialFunctions.Log1pMinusX((mu - y) / y);

    internal override void Evaluate(ref LogDensityBlock block, DerivativeLevel level)
    {
        if (Link != Link.Log)
        {
            base.Evaluate(ref block, level);
            return;
        }

        var hasLarge = false;
        for (var i = 0; i < block.Y.Length; i += VectorMath.Width)
        {
            var y = VectorMath.Load(block.Y, i);
            hasLarge |= Vector256.GreaterThanOrEqualAny(y, Vector256.Create(LargeCount.Least));
            var eta = VectorMath.Load(block.Eta, i);
            var mu = VectorMath.Exp(eta);
            VectorMath.Store((y * eta) - mu, block.L, i);
            if (level >= DerivativeLevel.Mode)
            {
                VectorMath.Store(y - mu, block.E, i);
                VectorMath.Store(-mu, block.EE, i);
            }

            if (level >= DerivativeLevel.Gradient)
            {
                VectorMath.Store(-mu, block.EEE, i);
            }
        }

        for (var i = 0; hasLarge && i < block.Y.Length; i++)
        {
            if (block.Y[i] >= LargeCount.Least)
            {
                block.L[i] = LargeCount.Poisson(block.Y[i], block.Eta[i], Math.Exp(block.Eta[i]));
            }
        }

        AddConstants(ref block);
    }

    internal override void EvaluateAtMean(
        double y, double size, in LinkPoint at, in DispersionTerms terms, DerivativeLevel level, ref MeanDerivatives d)
    {
        var r = y / at.Mu;
        d.L = y >= LargeCount.Least ? LargeCount.Poisson(y, Math.Log(at.Mu), at.Mu) : (y == 0 ? 0 : y * Math.Log(at.Mu)) - at.Mu;
        d.M = r - 1;
        d.MM = -r / at.Mu;
        d.MMM = 2 * r / (at.Mu * at.Mu);
    }
}
