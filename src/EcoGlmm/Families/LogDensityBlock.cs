namespace EcoGlmm.Families;

/// <summary>How far <see cref="Family.Evaluate"/> has to differentiate.</summary>
internal enum DerivativeLevel
{
    /// <summary>ℓ only.</summary>
    Value,

    /// <summary>ℓ, ℓ_η, ℓ_ηη: what Newton's method for the conditional modes needs.</summary>
    Mode,

    /// <summary>
    /// Also ℓ_ηηη, ℓ_δ, ℓ_ηδ, ℓ_ηηδ, and the same with the shape for δ: what the Laplace gradient needs when only η has
    /// random effects.
    /// </summary>
    Gradient,

    /// <summary>All derivatives in (η, δ) up to third order; those with the shape up to second order, and ℓ_ηησ.</summary>
    Full,
}

/// <summary>
/// A run of observations: their responses and linear predictors going in, the log-density ℓ and its
/// partial derivatives coming out. η is the conditional linear predictor (link scale of the mean), δ the
/// linear predictor of the dispersion (log scale, see <see cref="Family"/>). All spans have one entry an
/// observation, except <see cref="Delta"/>, which has one entry in all when the dispersion is constant,
/// <see cref="Shape"/>, which has one entry for each shape of the family, and <see cref="Size"/>, which is empty when every entry would be
/// one.
/// Output spans that the <see cref="DerivativeLevel"/> does not ask for may be empty.
/// </summary>
internal ref struct LogDensityBlock
{
    /// <summary>Response: successes for a binomial, otherwise the value itself.</summary>
    public ReadOnlySpan<double> Y;

    /// <summary>Binomial: number of trials. Gaussian: precision weight. Others: not used.</summary>
    public ReadOnlySpan<double> Size;

    /// <summary>Conditional linear predictor η, offset included.</summary>
    public ReadOnlySpan<double> Eta;

    /// <summary>Dispersion linear predictor δ; length 1 when constant; empty for families without one.</summary>
    public ReadOnlySpan<double> Delta;

    /// <summary>The shapes σ on their unconstrained scale; empty to use the family's own.</summary>
    public ReadOnlySpan<double> Shape;

    /// <summary>
    /// What <see cref="Family.PrepareConstants"/> made of the response, once for the model; empty to have it worked out
    /// afresh.
    /// </summary>
    public ReadOnlySpan<double> C;

    /// <summary>ℓ, with every constant.</summary>
    public Span<double> L;

    /// <summary>∂ℓ/∂η.</summary>
    public Span<double> E;

    /// <summary>∂²ℓ/∂η².</summary>
    public Span<double> EE;

    /// <summary>∂³ℓ/∂η³.</summary>
    public Span<double> EEE;

    /// <summary>∂ℓ/∂δ.</summary>
    public Span<double> D;

    /// <summary>∂²ℓ/∂η∂δ.</summary>
    public Span<double> ED;

    /// <summary>∂³ℓ/∂η²∂δ.</summary>
    public Span<double> EED;

    /// <summary>∂²ℓ/∂δ².</summary>
    public Span<double> DD;

    /// <summary>∂³ℓ/∂η∂δ².</summary>
    public Span<double> EDD;

    /// <summary>∂³ℓ/∂δ³.</summary>
    public Span<double> DDD;

    /// <summary>Where derivatives by shapes go; null where none are wanted.</summary>
    public ShapeOutput? Shapes;

    /// <summary>Where the run begins in the arrays of <see cref="Shapes"/>.</summary>
    public int ShapeStart;
}

/// <summary>
/// Arrays for derivatives that involve shapes, one for each shape; those of the second order may be null at levels that do
/// not ask for them.
/// </summary>
/// <param name="S">∂ℓ/∂σ.</param>
/// <param name="ES">∂²ℓ/∂η∂σ.</param>
/// <param name="EES">∂³ℓ/∂η²∂σ.</param>
/// <param name="DS">∂²ℓ/∂δ∂σ; null for families without dispersion.</param>
/// <param name="SS">∂²ℓ/∂σ_r∂σ_s for r ≤ s, at position s(s + 1)/2 + r counted from zero.</param>
internal sealed record ShapeOutput(double[]?[] S, double[]?[] ES, double[]?[] EES, double[]?[] DS, double[]?[] SS);
