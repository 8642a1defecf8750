namespace EcoGlmm.RandomEffects.Structures;

/// <summary>
/// ou: the correlation of two times of a group is exp(−decay · |difference|), decay = exp φ: an autoregression in continuous
/// time, for any spacing.
/// </summary>
internal sealed class OrnsteinUhlenbeck(int[] groupOf, double[] times) : MarkovChain(groupOf, times)
{
    public static StructureKind Kind { get; } = new("ou", TermLayout.Positions)
    {
        Describe = "ou(0 + time | g), autoregressive in continuous time",
        Dimensions = 1,
        Bind = request => new CovarianceStructure("ou", new Unstructured(1),
            new OrnsteinUhlenbeck(request.Positions!.GroupOf, Array.ConvertAll(request.Positions.Coordinates, c => c[0]))),
    };

    public override IReadOnlyList<CovarianceQuantity> Quantities { get; } = [new("decay")];

    public override void Report(ReadOnlySpan<double> phi, Span<double> values) => values[0] = Math.Exp(phi[0]);

    /// <summary>A correlation of one half over the gap in the middle.</summary>
    public override void Start(Span<double> phi)
    {
        double[] gaps = [.. Gaps.Order()];
        phi[0] = gaps.Length == 0 ? 0 : Math.Log(Math.Log(2) / gaps[gaps.Length / 2]);
    }

    public override IEnumerable<double[]> Alternatives()
    {
        var phi = new double[1];
        Start(phi);
        return new[] { 0.05, 0.2, 0.5, 1, 2, 5, 20 }.Select(factor => new[] { phi[0] + Math.Log(factor) });
    }

    /// <summary>Correlations over the least gap below e⁻¹⁰, or over the longest series above 0.99.</summary>
    public override IEnumerable<StructureLimit> Limits(double[] phi, string title)
    {
        var decay = Math.Exp(phi[0]);
        var (least, longest) = Extent();
        if (decay * least > 10)
        {
            yield return new(0, $"The decay of {title} is estimated as infinite: its effects are independent of each other.",
                "Drop the structure: write an intercept for each occasion, or leave the term out where a residual or dispersion says "
                    + "the same.");
        }
        else if (decay * longest < 0.01)
        {
            yield return new(0, $"The decay of {title} is estimated as zero: its effects do not change with time, or change as a random "
                + $"walk of which only the variance per unit of time is determined.",
                "Write an intercept, (1 | group), in its place, or hold the decay with Parameter.Covariance.");
        }
    }

    protected override (double Correlation, double Remainder, double Slope) Over(double phi, double gap)
    {
        var x = Math.Exp(phi) * gap;
        var c = Math.Exp(-x);
        return (c, Exponential.OneMinus(2 * x), -x * c);
    }
}
