using EcoGlmm.Relationships;

namespace EcoGlmm.RandomEffects.Structures;

/// <summary>P of species whose effects evolve along a tree by a rule with a parameter: Pagel's λ, Ornstein-Uhlenbeck.</summary>
/// <param name="model">The rule.</param>
internal sealed class TreeLevels(TreePrecision model) : LevelPrecision(model.Pattern, model.ParameterCount)
{
    /// <summary>What the variances here must be multiplied by for those of the tree.</summary>
    public double Unit => model.Unit;

    public override IReadOnlyList<CovarianceQuantity> Quantities { get; } =
        model.ParameterName is { } name ? [new CovarianceQuantity(name)] : [];

    public override void Start(Span<double> phi)
    {
        if (phi.Length > 0) phi[0] = model.Start;
    }

    public override (double Low, double High) Stretch(int parameter) => model.Stretch ?? base.Stretch(parameter);

    public override double Set(ReadOnlySpan<double> phi, Span<double> values, Span<double> work) => model.Evaluate(phi, values);

    public override void PullBack(ReadOnlySpan<double> phi, ReadOnlySpan<double> adjoint, double logAdjoint, ReadOnlySpan<double> work,
        Span<double> gradient)
    {
        if (gradient.Length > 0) gradient[0] = model.PullBack(phi, adjoint, logAdjoint);
    }

    public override void Solve(ReadOnlySpan<double> phi, ReadOnlySpan<double> values, Span<double> x, int d) => model.Solve(phi, x, d);

    public override IEnumerable<StructureLimit> Limits(double[] phi, string title)
    {
        if (phi.Length > 0 && model.Limit(phi[0]) is var (message, advice))
            yield return new StructureLimit(0, $"{title}: {message}", advice);
    }

    /// <summary>A tree without a rule is Brownian motion.</summary>
    public override Containment Contains(LevelPrecision smaller) => smaller is KnownPrecision known
        ? model.EndsInBrownianMotion && IsOfSameLevels(known) ? Containment.AtBoundary : Containment.None
        : base.Contains(smaller);

    public override double Variance(ReadOnlySpan<double> phi, int level) => model.Variance(level);

    public override void Report(ReadOnlySpan<double> phi, Span<double> values)
    {
        if (values.Length > 0) values[0] = model.Parameter(phi[0]);
    }
}
