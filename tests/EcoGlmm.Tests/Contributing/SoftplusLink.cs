namespace EcoGlmm.Families;

/// <summary>μ = log(1 + eᵑ): exponential where η is low, η itself where it is high, so that effects multiply small means and add to large
/// ones.</summary>
internal sealed class SoftplusLink() : Link("softplus")
{
    public override double LinearPredictor(double mu) => mu + Math.Log(-Math.Exp(-mu) + 1);

    // μ, 1 − μ and three derivatives of μ by η.
    internal override LinkPoint At(double eta)
    {
        var p = 1 / (1 + Math.Exp(-eta));
        var mu = Math.Max(eta, 0) + Math.Log(1 + Math.Exp(-Math.Abs(eta)));
        return new(mu, 1 - mu, p, p * (1 - p), p * (1 - p) * (1 - (2 * p)));
    }
}
