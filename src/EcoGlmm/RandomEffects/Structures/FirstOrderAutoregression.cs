using EcoGlmm.Numerics;

namespace EcoGlmm.RandomEffects.Structures;

/// <summary>
/// ar1: the correlation over k steps is ρᵏ, ρ = tanh φ, which may be negative. Occasions are the levels of a factor, in
/// their order, or numbers at whole multiples of a step; those that are missing are gaps.
/// </summary>
internal sealed class FirstOrderAutoregression : MarkovChain
{
    /// <summary>Numbers may be this far, in steps, from a whole one.</summary>
    private const double Tolerance = 1e-4;

    private readonly double _origin;
    private readonly double _step;

    private FirstOrderAutoregression(int[] groupOf, double[] times, double origin, double step)
        : base(groupOf, times)
    {
        _origin = origin;
        _step = step;
    }

    public static StructureKind Kind { get; } = new("ar1", TermLayout.Positions)
    {
        Describe = "ar1(0 + factor(week) | g), autoregressive in steps",
        IsRegular = true,
        Dimensions = 1,
        Bind = request => new CovarianceStructure("ar1", new Unstructured(1), Of(request)) { AsEffects = EffectsOf(request.Positions!) },
    };

    /// <summary>Over the levels of a factor it is one variance and correlations by an autoregression.</summary>
    private static ScaledCorrelation? EffectsOf(TermPositions positions)
    {
        if (!positions.IsOrdinal) return null;
        var width = positions.Coordinates.Select(c => c[0]).Distinct().Count();
        return new ScaledCorrelation(width, new AutoregressiveForm(width), isHomogeneous: true);
    }

    private static FirstOrderAutoregression Of(StructureRequest request)
    {
        var positions = request.Positions!;
        var times = Array.ConvertAll(positions.Coordinates, c => c[0]);
        double[] distinct = [.. times.Distinct().Order()];
        var step = 1.0;
        if (!positions.IsOrdinal && distinct.Length > 1)
        {
            step = Enumerable.Range(1, distinct.Length - 1).Min(i => distinct[i] - distinct[i - 1]);
            var bad = Array.Find(distinct, t => Math.Abs(((t - distinct[0]) / step) - Math.Round((t - distinct[0]) / step)) > Tolerance);
            if (Array.Exists(distinct, t => Math.Abs(((t - distinct[0]) / step) - Math.Round((t - distinct[0]) / step)) > Tolerance))
            {
                throw request.Error($"ar1 needs times at whole multiples of a step, but {request.Number(bad)} is "
                    + $"{request.Number((bad - distinct[0]) / step)} steps of {request.Number(step)} from {request.Number(distinct[0])}",
                    "For times at any spacing use ou(0 + time | group); for their order alone ar1(0 + factor(time) | group).");
            }
        }

        var origin = distinct.Length > 0 ? distinct[0] : 0;
        return new FirstOrderAutoregression(positions.GroupOf, Array.ConvertAll(times, t => Math.Round((t - origin) / step)), origin, step);
    }

    /// <summary>Inverse hyperbolic tangent of a correlation within 4e-9 of ±1: what is left of the variance of a step beyond it is lost to
    /// rounding.</summary>
    private const double AllButOne = 10;

    public override IReadOnlyList<CovarianceQuantity> Quantities { get; } = [new(CovarianceQuantity.Correlation)];

    public override void Report(ReadOnlySpan<double> phi, Span<double> values) =>
        values[0] = Math.Tanh(Math.Clamp(phi[0], -AllButOne, AllButOne));

    public override void Start(Span<double> phi) => phi[0] = 0.5;

    public override IEnumerable<double[]> Alternatives() => 
        new[] { 0.97, 0.9, 0.8, 0.6, 0.4, 0.2, -0.2, -0.5 }.Select(correlation => new[] { Math.Atanh(correlation) });

    protected override double Place(double position) => (position - _origin) / _step;

    protected override (double Correlation, double Remainder, double Slope) Over(double phi, double gap)
    {
        var isAtEnd = Math.Abs(phi) > AllButOne;
        phi = Math.Clamp(phi, -AllButOne, AllButOne);
        var (rho, cosh) = (Math.Tanh(phi), Math.Cosh(phi));
        var remainder = 1 / (cosh * cosh);
        var slope = isAtEnd ? 0 : remainder;
        if (gap == 1) return (rho, remainder, slope);
        if (phi == 0) return (0, 1, 0);
        var k = Math.Abs(gap);
        // ρ²ᵏ = exp(−k log coth²φ), and log coth |φ| = log(1 + 2/(e^2|φ| − 1)).
        var log = 2 * SpecialFunctions.Log1p(2 / (Math.Exp(2 * Math.Abs(phi)) - 1));
        var isOdd = Math.Abs(Math.Round(k) % 2) == 1;
        var c = Math.Exp(-0.5 * k * log) * (isOdd && phi < 0 ? -1 : 1);
        return (c, Exponential.OneMinus(k * log), k * c / rho * slope);
    }

    public override IEnumerable<StructureLimit> Limits(double[] phi, string title) => StructureLimit.OfAutoregression(0, phi[0], title);
}

/// <summary>Exponentials without cancellation.</summary>
internal static class Exponential
{
    /// <summary>1 − e⁻ˣ for x ≥ 0.</summary>
    public static double OneMinus(double x) => 2 * Math.Exp(-0.5 * x) * Math.Sinh(0.5 * x) is var value && double.IsFinite(value)
        ? value : 1;
}
