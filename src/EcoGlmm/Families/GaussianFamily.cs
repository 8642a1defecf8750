using EcoGlmm.Numerics;

namespace EcoGlmm.Families;

/// <summary>
/// Normal: variance σ² / w with precision weight w in <see cref="LogDensityBlock.Size"/>. δ = log σ; Sigma reports σ.
/// </summary>
internal sealed class GaussianFamily(Link link) : MeanParameterisedFamily("gaussian", link, MeanRange.Real)
{
    public static FamilySet Set { get; } = new(
        "gaussian",
        link => new GaussianFamily(link),
        [Link.Identity, Link.Log, Link.Inverse, Link.Sqrt, .. LinkNames.Distributions, Link.InverseSquare]);

    internal override bool HasDispersion => true;

    internal override bool IsDiscrete => false;

    internal override bool IsExponentialDispersion => true;

    internal override bool IsNormalAroundPredictor => Link == Link.Identity;

    internal override bool IsNormal => true;

    internal override bool HasUnboundedMean => true;

    internal override FamilyWords Words { get; } = new("Gaussian")
    {
        BeginsWithName = true,
        Dispersion = new("σ", "residual standard deviation", "σ") { IsResidual = true },
    };

    internal override WeightRole WeightRole => WeightRole.Precision;

    internal override bool HasNormalErrors => true;

    internal override FamilyAlternatives Alternatives => new()
    {
        HeavierTails = [OfHeavierTails],
        WithZeros = FamilyAlternative.Of(TweedieFamily.Set, Link.Log, "Tweedie", "a Tweedie with log link"),
        OtherLinks = Link == Link.Identity ? [new(Set.With(Link.Log), "Family.Gaussian(Link.Log)", "a log link")] : [],
        OtherShape =
        [
            OfHeavierTails,
            FamilyAlternative.Of(GammaFamily.Set, Link.Log, "Gamma", "a Gamma with log link"),
            FamilyAlternative.Of(LogNormalFamily.Set, Link.Log, "LogNormal", "a log-normal"),
            FamilyAlternative.Of(SkewNormalFamily.Set, Link, "SkewNormal", "a skew normal"),
        ],
    };

    private FamilyAlternative OfHeavierTails => FamilyAlternative.Of(StudentTFamily.Set, Link, "StudentT", "a Student t");

    internal override string? CheckResponse(double y, double size) => SupportCheck.Finite(y);

    internal override double Constant(double y, double size) =>
        (size == 1 ? 0 : 0.5 * Math.Log(size)) - SpecialFunctions.HalfLogTwoPi;

    internal override double VarianceFunction(double mu, double phi, double size) => 1 / size;

    internal override double Variance(double mu, double phi, double size) => phi * phi / size;

    internal override double? QuasiLikelihood(double y, double mu) => -0.5 * (y - mu) * (y - mu);

    internal override double UnitDeviance(double y, double mu, double phi, double size) => size * (y - mu) * (y - mu);

    internal override double Draw(RandomStream random, double mu, double phi, double size) =>
        mu + (phi / Math.Sqrt(size) * random.NextNormal());

    internal override double StartingMean(double y, double size)
    {
        if (Link == Link.Identity)
        {
            return y;
        }

        return Link.IsDistribution
            ? Math.Clamp(y, 0.01, 0.99)
            : Math.Max(y, 0.01);
    }

    internal override double StartingDispersion(
        ReadOnlySpan<double> y, ReadOnlySpan<double> mu, ReadOnlySpan<double> size)
    {
        double sum = 0;
        for (var i = 0; i < y.Length; i++)
        {
            sum += UnitDeviance(y[i], mu[i], 1, size.IsEmpty ? 1 : size[i]);
        }

        return 0.5 * SupportCheck.LogBetween(sum / y.Length, 1e-12, 1e12);
    }

    internal override void Evaluate(ref LogDensityBlock block, DerivativeLevel level)
    {
        if (Link != Link.Identity)
        {
            base.Evaluate(ref block, level);
            return;
        }

        var delta = block.Delta[0];
        var precision = Math.Exp(-2 * delta);
        for (var i = 0; i < block.Y.Length; i++)
        {
            if (block.Delta.Length > 1 && i > 0)
            {
                delta = block.Delta[i];
                precision = Math.Exp(-2 * delta);
            }

            var weight = block.Size.IsEmpty ? precision : precision * block.Size[i];
            var residual = block.Y[i] - block.Eta[i];
            var score = weight * residual;
            var square = score * residual;
            block.L[i] = (-0.5 * square) - delta;
            if (level < DerivativeLevel.Mode)
            {
                continue;
            }

            block.E[i] = score;
            block.EE[i] = -weight;
            if (level < DerivativeLevel.Gradient)
            {
                continue;
            }

            block.EEE[i] = 0;
            block.D[i] = square - 1;
            block.ED[i] = -2 * score;
            block.EED[i] = 2 * weight;
            if (level < DerivativeLevel.Full)
            {
                continue;
            }

            block.DD[i] = -2 * square;
            block.EDD[i] = 4 * score;
            block.DDD[i] = 4 * square;
        }

        AddConstants(ref block);
    }

    internal override void EvaluateAtMean(
        double y, double size, in LinkPoint at, in DispersionTerms terms, DerivativeLevel level, ref MeanDerivatives d)
    {
        var weight = size / (terms.Phi * terms.Phi);
        var residual = y - at.Mu;
        var score = weight * residual;
        var square = score * residual;
        d.L = (-0.5 * square) - terms.Delta;
        d.M = score;
        d.MM = -weight;
        d.D = square - 1;
        d.MD = -2 * score;
        d.MMD = 2 * weight;
        d.DD = -2 * square;
        d.MDD = 4 * score;
        d.DDD = 4 * square;
    }
}
