using EcoGlmm.Numerics;

namespace EcoGlmm.Families;

/// <summary>
/// Normal with a variance of which a part is known, row by row: s + φ², s in <see cref="LogDensityBlock.Size"/>. δ = log φ, so that
/// effect sizes with sampling variances s have the scatter φ of true effects, which may vanish without harm. Not for users, who write
/// a synthesis.
/// </summary>
internal sealed class SampledGaussianFamily() : MeanParameterisedFamily("gaussian", Link.Identity, MeanRange.Real)
{
    internal override bool HasDispersion => true;

    internal override bool IsDiscrete => false;

    internal override bool IsExponentialDispersion => true;

    internal override bool HasUnboundedMean => true;

    internal override bool HasNormalErrors => true;

    internal override bool HasVanishingDispersion => true;

    internal override FamilyWords Words { get; } = new("Gaussian")
    {
        BeginsWithName = true,
        Dispersion = new("τ", "standard deviation of true effects", "τ"),
    };

    internal override WeightRole WeightRole => WeightRole.Precision;

    internal override ShapeLimit DispersionLimit(bool isHigh) => isHigh ? base.DispersionLimit(isHigh) : new(
        "The variance of true effects is estimated as zero, for some effects at least (tau² = 0): they scatter no more than by sampling.",
        "The estimates of the mean are valid; coefficients of the scale that run to a limit have no standard errors. Simplify the scale.");

    internal override string? CheckResponse(double y, double size) => SupportCheck.Finite(y);

    internal override double Constant(double y, double size) => -SpecialFunctions.HalfLogTwoPi;

    internal override double VarianceFunction(double mu, double phi, double size) => 1;

    internal override double Variance(double mu, double phi, double size) => size + (phi * phi);

    internal override double UnitDeviance(double y, double mu, double phi, double size) => (y - mu) * (y - mu);

    internal override double Draw(RandomStream random, double mu, double phi, double size) =>
        mu + (Math.Sqrt(Variance(mu, phi, size)) * random.NextNormal());

    internal override double StartingMean(double y, double size) => y;

    /// <summary>What the effects scatter beyond sampling, a tenth of it at least.</summary>
    internal override double StartingDispersion(ReadOnlySpan<double> y, ReadOnlySpan<double> mu, ReadOnlySpan<double> size)
    {
        double total = 0, sampling = 0;
        for (var i = 0; i < y.Length; i++)
        {
            total += (y[i] - mu[i]) * (y[i] - mu[i]) / y.Length;
            sampling += (size.IsEmpty ? 1 : size[i]) / y.Length;
        }

        return 0.5 * SupportCheck.LogBetween(Math.Max(total - sampling, 0.1 * total), 1e-12, 1e12);
    }

    internal override void EvaluateAtMean(
        double y, double size, in LinkPoint at, in DispersionTerms terms, DerivativeLevel level, ref MeanDerivatives d)
    {
        var own = terms.Phi * terms.Phi;
        var precision = 1 / (size + own);
        var share = own * precision;
        var score = precision * (y - at.Mu);
        var square = score * (y - at.Mu);
        d.L = 0.5 * (Math.Log(precision) - square);
        d.M = score;
        d.MM = -precision;

        // v ∂ℓ/∂v and v² ∂²ℓ/∂v², v³ ∂³ℓ/∂v³ of the variance v = s + e²ᵟ, whose derivatives by δ are 2, 4 and 8 e²ᵟ.
        var first = 0.5 * (square - 1);
        var second = 0.5 - square;
        var third = (3 * square) - 1;
        d.D = 2 * share * first;
        d.MD = -2 * share * score;
        d.MMD = 2 * share * precision;
        d.DD = 4 * share * (first + (share * second));
        d.MDD = 4 * share * score * ((2 * share) - 1);
        d.DDD = 8 * share * (first + (share * ((3 * second) + (share * third))));
    }
}
