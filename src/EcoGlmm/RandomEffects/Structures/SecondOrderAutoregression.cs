namespace EcoGlmm.RandomEffects.Structures;

/// <summary>
/// ar2 over the effects of a level in their order: each depends on the two before it, so that correlations may swing as they fall,
/// as those of populations in cycles do. ρ₁ and the partial autocorrelation π₂ are free between −1 and 1, which is exactly where the
/// process is stationary; φ₂ = π₂, φ₁ = ρ₁(1 − π₂), ρₖ = φ₁ρₖ₋₁ + φ₂ρₖ₋₂.
/// Source: O. E. Barndorff-Nielsen and G. Schou (1973), On the parametrization of autoregressive models by partial
/// autocorrelations, Journal of Multivariate Analysis 3, 408-419.
/// </summary>
internal sealed class SecondOrderAutoregression(int width) : CorrelationForm(width, Math.Min(2, width - 1))
{
    public static StructureKind Kind { get; } = ScaledCorrelation.Kind(
        "ar2", "ar2(0 + f | g), one variance, correlations that may swing as they fall", r => new SecondOrderAutoregression(r), true);

    public override IReadOnlyList<CovarianceQuantity> Quantities { get; } =
        [.. Enumerable.Range(1, Math.Min(2, width - 1))
            .Select(lag => new CovarianceQuantity(CovarianceQuantity.Correlation, $"lag {lag}"))];

    /// <summary>A correlation of 0.45 that falls to 0.2.</summary>
    public override void Start(Span<double> rho)
    {
        if (rho.Length > 0) rho[0] = 0.5;
        if (rho.Length > 1) rho[1] = 0;
    }

    public override bool Contains(CorrelationForm smaller) => smaller is SecondOrderAutoregression or AutoregressiveForm;

    public override double Correlation(ReadOnlySpan<double> rho, int i, int j) => At(rho, i - j).Value;

    public override void AddGradient(ReadOnlySpan<double> rho, int i, int j, double factor, Span<double> gradient)
    {
        var (_, first, second) = At(rho, i - j);
        gradient[0] += factor * first;
        if (rho.Length > 1) gradient[1] += factor * second;
    }

    public override void Report(ReadOnlySpan<double> rho, Span<double> values)
    {
        for (var lag = 1; lag <= rho.Length; lag++) values[lag - 1] = At(rho, lag).Value;
    }

    public override IEnumerable<StructureLimit> Limits(double[] rho, string title) => StructureLimit.OfPartialCorrelations(rho, title);

    /// <summary>The correlation at a lag, and its derivatives by the two parameters, by the recursion and its derivatives.</summary>
    private static (double Value, double First, double Second) At(ReadOnlySpan<double> rho, int lag)
    {
        var (r, slope1) = Bounded(rho[0]);
        var (partial, slope2) = rho.Length > 1 ? Bounded(rho[1]) : (0, 0);
        var phi = r * (1 - partial);
        var (before, beforeR, beforeP) = (1.0, 0.0, 0.0);
        var (value, valueR, valueP) = (r, 1.0, 0.0);
        for (var k = 2; k <= lag; k++)
        {
            var next = (phi * value) + (partial * before);
            var nextR = (phi * valueR) + (partial * beforeR) + ((1 - partial) * value);
            var nextP = (phi * valueP) + (partial * beforeP) - (r * value) + before;
            (before, beforeR, beforeP) = (value, valueR, valueP);
            (value, valueR, valueP) = (next, nextR, nextP);
        }

        return (value, valueR * slope1, valueP * slope2);
    }
}
