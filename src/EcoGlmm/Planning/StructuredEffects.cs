using EcoGlmm.Estimation;
using EcoGlmm.Formulas;
using EcoGlmm.Numerics;
using EcoGlmm.RandomEffects;
using EcoGlmm.RandomEffects.Structures;

namespace EcoGlmm.Planning;

/// <summary>Draws the effects of one term of any covariance structure whose parameters are given, by the names of tables of
/// intervals.</summary>
internal sealed class StructuredEffects
{
    /// <summary>Correlations at the end of what they can be, which pilots often have, are taken that much closer to zero.</summary>
    private const double NearlyOne = 1 - 1e-6;

    private readonly RandomEffectsSystem _system;
    private readonly LevelSampler _sampler;

    /// <param name="term">The term.</param>
    /// <param name="rows">Rows of the design.</param>
    /// <param name="value">The value of a quantity.</param>
    /// <exception cref="GlmmException">A value is out of its range, or together they are no covariance.</exception>
    public StructuredEffects(GroupingTerm term, int rows, Func<CovarianceQuantity, double> value)
    {
        var part = PartMatrices.Constant(rows);
        var held = term.Structure.Quantities(term.EffectNames).Select(quantity => Restraint(term, quantity, value(quantity))).ToList();
        var model = new MixedModel(Family.Gaussian(), new double[rows], [], null,
            new PartMatrices
            {
                RowCount = rows, ColumnNames = [], Aliased = [], X = [], Offset = part.Offset, RandomTerms = [term],
            },
            part, null, held);
        var phi = new double[model.ParameterCount];
        model.Restraints.Apply(phi);
        _system = new RandomEffectsSystem(model.Terms, rows, 1);
        if (!_system.Lambda.Set(model.Restraints.ToPsi(phi).AsSpan(model.FixedCount)))
            throw new GlmmException($"The parameters of {term.Title} do not go together: no such covariance exists.");
        _sampler = new LevelSampler(_system.Lambda, 0, model.Terms[0]);
    }

    /// <summary>The names of a term's parameters.</summary>
    public static IEnumerable<string> Names(GroupingTerm term) =>
        term.Structure.Quantities(term.EffectNames).Select(quantity => quantity.RowName(term.Group, term.Title));

    /// <summary>Adds effects that are drawn anew to a linear predictor.</summary>
    public void AddDraw(RandomStream random, double[] eta)
    {
        var u = new double[_system.LatentCount];
        for (var j = 0; j < u.Length; j++) u[j] = random.NextNormal();
        _sampler.Transform(u);
        var b = new double[_system.EffectCount];
        _system.Lambda.Multiply(u, b);
        _system.AddZb(LinearPredictor.Conditional, b, eta);
    }

    private static Parameter Restraint(GroupingTerm term, CovarianceQuantity quantity, double value)
    {
        if (quantity.Kind == ParameterKind.Correlation) value *= NearlyOne;
        if (!term.Structure.Loadings.HasFreeEntries || !quantity.IsOfMatrix || quantity.Effect1 is not { } first)
            return Parameter.Covariance(term.Group, quantity.Name, value, quantity.Effect1);
        return quantity.Effect2 is { } second ? Parameter.Correlation(term.Group, first, second, value)
            : Parameter.StandardDeviation(term.Group, first, value);
    }
}
