namespace EcoGlmm.RandomEffects.Structures;

/// <summary>R(ρ), r × r: a form of correlation matrix, a smooth function of a few parameters without bounds.</summary>
/// <param name="width">r.</param>
/// <param name="parameterCount">Number of parameters.</param>
internal abstract class CorrelationForm(int width, int parameterCount)
{
    public int Width { get; } = width;

    public int ParameterCount { get; } = parameterCount;

    /// <summary>Starting parameters.</summary>
    public abstract void Start(Span<double> rho);

    /// <summary>Parameters far from each other, between which a likelihood may fall: by default for those that are inverse hyperbolic
    /// tangents, the first of which makes neighbours alike, or unlike.</summary>
    public virtual IEnumerable<double[]> Alternatives()
    {
        if (ParameterCount == 0) yield break;
        foreach (var first in new[] { 0.9, 0.3, -0.4 })
        {
            var rho = new double[ParameterCount];
            rho[0] = Math.Atanh(first);
            yield return rho;
        }
    }

    /// <summary>The correlation of effects i &gt; j.</summary>
    public abstract double Correlation(ReadOnlySpan<double> rho, int i, int j);

    /// <summary>gradient ← gradient + factor · ∂ correlation of effects i &gt; j.</summary>
    public abstract void AddGradient(ReadOnlySpan<double> rho, int i, int j, double factor, Span<double> gradient);

    /// <summary>Writes L, LLᵀ = R, r × r, row-major, lower triangular; false where R is not positive definite.</summary>
    public virtual bool TryFactor(ReadOnlySpan<double> rho, Span<double> l)
    {
        var r = Width;
        l.Clear();
        for (var i = 0; i < r; i++)
        {
            for (var j = 0; j <= i; j++)
            {
                var sum = i == j ? 1 : Correlation(rho, i, j);
                for (var k = 0; k < j; k++) sum -= l[(i * r) + k] * l[(j * r) + k];
                if (i == j && !(sum > 1e-14)) return false;
                l[(i * r) + j] = i == j ? Math.Sqrt(sum) : sum / l[(j * r) + j];
            }
        }

        return true;
    }

    /// <summary>gradient ← gradient + the derivative of something by ρ.</summary>
    /// <param name="rho">Where.</param>
    /// <param name="l">L there.</param>
    /// <param name="bar">The derivative by L, r × r, of which the lower triangle counts; it is overwritten.</param>
    /// <param name="gradient">The derivative by ρ.</param>
    public virtual void PullBack(ReadOnlySpan<double> rho, ReadOnlySpan<double> l, Span<double> bar, Span<double> gradient)
    {
        var r = Width;
        CholeskyPullBack.Apply(l, bar, r);
        for (var i = 1; i < r; i++)
        {
            for (var j = 0; j < i; j++) AddGradient(rho, i, j, bar[(i * r) + j] + bar[(j * r) + i], gradient);
        }
    }

    /// <summary>The same form by parameters of which each decides one correlation that users are told of; null where these do so.</summary>
    public virtual ISeparateCorrelations? Separate => null;

    /// <summary>What users are told of, beside standard deviations.</summary>
    public abstract IReadOnlyList<CovarianceQuantity> Quantities { get; }

    /// <summary>The values of <see cref="Quantities"/>.</summary>
    public abstract void Report(ReadOnlySpan<double> rho, Span<double> values);

    /// <summary>Correlations that have run to the end of what they can be.</summary>
    /// <param name="rho">Where.</param>
    /// <param name="title">The term as written.</param>
    public virtual IEnumerable<StructureLimit> Limits(double[] rho, string title) => [];

    /// <summary>Whether its correlations times any factor between zero and one are of the form again, as they are where a variance of
    /// each effect by itself is added.</summary>
    public virtual bool ShrinksToItself => false;

    /// <summary>Whether all correlation matrices of another form are among those of this.</summary>
    public virtual bool Contains(CorrelationForm smaller) => smaller.GetType() == GetType();

    /// <summary>ρ of a parameter without bounds, tanh t, and its derivative: a limit of ±1 is come near to in a few steps.</summary>
    protected static (double Value, double Slope) Bounded(double t)
    {
        var value = Math.Tanh(t);
        var cosh = Math.Cosh(t);
        return (value, 1 / (cosh * cosh));
    }
}

/// <summary>cs: all pairs have the same correlation, between −1/(r − 1) and 1 by a logistic function.</summary>
internal sealed class CompoundSymmetry(int width) : CorrelationForm(width, width > 1 ? 1 : 0)
{
    public override IReadOnlyList<CovarianceQuantity> Quantities { get; } = width > 1 ? [new(CovarianceQuantity.Correlation)] : [];

    public override bool ShrinksToItself => true;

    /// <summary>A correlation of one half.</summary>
    public override void Start(Span<double> rho)
    {
        if (Width > 1) rho[0] = Math.Log((0.5 + Low) / 0.5);
    }

    public override IEnumerable<double[]> Alternatives() => new[] { 0.9, 0.3, -0.5 * Low }.Take(Width > 1 ? 3 : 0)
        .Select(correlation => new[] { Math.Log((correlation + Low) / (1 - correlation)) });

    public override double Correlation(ReadOnlySpan<double> rho, int i, int j) => ((1 + Low) / (1 + Math.Exp(-rho[0]))) - Low;

    public override void AddGradient(ReadOnlySpan<double> rho, int i, int j, double factor, Span<double> gradient)
    {
        var p = 1 / (1 + Math.Exp(-rho[0]));
        gradient[0] += factor * (1 + Low) * p * (1 - p);
    }

    public override void Report(ReadOnlySpan<double> rho, Span<double> values)
    {
        if (Width > 1) values[0] = Correlation(rho, 1, 0);
    }

    public override IEnumerable<StructureLimit> Limits(double[] rho, string title)
    {
        if (Width < 2 || Math.Abs(rho[0]) < StructureLimit.FarLogit) yield break;
        yield return rho[0] > 0
            ? new(0, $"The correlation of {title} is estimated as one: the effects of a level do not differ but in scale.",
                "Write an intercept, (1 | group), in its place, which the effects share.")
            : new(0, $"The correlation of {title} is estimated as {(Width == 2 ? "minus one" : $"-1/{Width - 1}")}, the least that {Width} "
                + $"effects can have.",
                "Effects of a level add up to nothing: drop the term, or let them be independent with homdiag.");
    }

    private double Low => 1.0 / (Width - 1);
}

/// <summary>ar1 over the effects of a level in their order: the correlation at lag k is ρᵏ.</summary>
internal sealed class AutoregressiveForm(int width) : CorrelationForm(width, width > 1 ? 1 : 0)
{
    public override IReadOnlyList<CovarianceQuantity> Quantities { get; } = width > 1 ? [new(CovarianceQuantity.Correlation)] : [];

    public override void Start(Span<double> rho)
    {
        if (Width > 1) rho[0] = 0.5;
    }

    public override double Correlation(ReadOnlySpan<double> rho, int i, int j) => Math.Pow(Bounded(rho[0]).Value, i - j);

    public override void AddGradient(ReadOnlySpan<double> rho, int i, int j, double factor, Span<double> gradient)
    {
        var (value, slope) = Bounded(rho[0]);
        gradient[0] += factor * (i - j) * Math.Pow(value, i - j - 1) * slope;
    }

    public override void Report(ReadOnlySpan<double> rho, Span<double> values)
    {
        if (Width > 1) values[0] = Bounded(rho[0]).Value;
    }

    public override IEnumerable<StructureLimit> Limits(double[] rho, string title) => StructureLimit.OfAutoregression(0, rho.Length > 0
        ? rho[0] : 0, title);
}

/// <summary>Other parameters of a form of correlation matrix: inverse hyperbolic tangents of the correlations that users are told
/// of.</summary>
internal interface ISeparateCorrelations
{
    /// <summary>Writes the form's own parameters; NaN where the correlations do not go together.</summary>
    /// <param name="x">The others.</param>
    /// <param name="rho">The form's own.</param>
    void ToOwn(ReadOnlySpan<double> x, Span<double> rho);

    /// <summary>∂ρ_i/∂x_j, m × m, row-major.</summary>
    double[] Jacobian(ReadOnlySpan<double> x);

    /// <summary>Moves those that are free to where all go together, if there is such a place that is easily found.</summary>
    void Reconcile(Span<double> x, ReadOnlySpan<bool> isHeld);
}
