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

    /// <summary>The correlation of effects i &gt; j.</summary>
    public abstract double Correlation(ReadOnlySpan<double> rho, int i, int j);

    /// <summary>gradient ← gradient + factor · ∂ correlation of effects i &gt; j.</summary>
    public abstract void AddGradient(ReadOnlySpan<double> rho, int i, int j, double factor, Span<double> gradient);

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

/// <summary>toep: one correlation for each distance between effects in their order.</summary>
internal sealed class Toeplitz(int width) : CorrelationForm(width, width - 1)
{
    public override IReadOnlyList<CovarianceQuantity> Quantities { get; } =
        [.. Enumerable.Range(1, width - 1).Select(lag => new CovarianceQuantity(CovarianceQuantity.Correlation, $"lag {lag}"))];

    public override bool ShrinksToItself => true;

    /// <summary>Correlations that fall by one half with each step.</summary>
    public override void Start(Span<double> rho)
    {
        for (var k = 0; k < rho.Length; k++)
        {
            var value = Math.Pow(0.5, k + 1);
            rho[k] = Math.Atanh(value);
        }
    }

    /// <summary>Every other form here is stationary: its correlations depend on the distance alone.</summary>
    public override bool Contains(CorrelationForm smaller) => true;

    public override double Correlation(ReadOnlySpan<double> rho, int i, int j) => Bounded(rho[i - j - 1]).Value;

    public override void AddGradient(ReadOnlySpan<double> rho, int i, int j, double factor, Span<double> gradient) =>
        gradient[i - j - 1] += factor * Bounded(rho[i - j - 1]).Slope;

    public override void Report(ReadOnlySpan<double> rho, Span<double> values)
    {
        for (var k = 0; k < rho.Length; k++) values[k] = Bounded(rho[k]).Value;
    }

    public override IEnumerable<StructureLimit> Limits(double[] rho, string title) =>
        Enumerable.Range(0, rho.Length).Where(k => Math.Abs(rho[k]) > StructureLimit.FarAtanh).Select(k => new StructureLimit(k,
            $"The correlation of {title} at lag {k + 1} is estimated as {(rho[k] > 0 ? "one" : "minus one")}.",
            "Use a structure with fewer correlations: ar1, or cs."));
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
