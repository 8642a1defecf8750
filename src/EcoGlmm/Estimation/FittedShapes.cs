using EcoGlmm.Families;

namespace EcoGlmm.Estimation;

/// <summary>The shapes of a model's family at a parameter vector.</summary>
internal static class FittedShapes
{
    /// <summary>σ, on the unconstrained scale; empty for families without shapes.</summary>
    public static double[] Predictors(MixedModel model, double[] psi)
    {
        var predictors = new double[model.Family.Shapes.Count];
        for (var s = 0; s < predictors.Length; s++)
        {
            var k = LinearPredictor.Shape + s;
            predictors[s] = model.Basis[k]!.First * psi[model.FixedOffset[k]];
        }

        return predictors;
    }

    /// <summary>The shapes as users read them.</summary>
    public static IReadOnlyList<FamilyShape> Of(MixedModel model, double[] psi) => FamilyAt(model, psi).Shapes;

    /// <summary>The family with the shapes of ψ.</summary>
    public static Family FamilyAt(MixedModel model, double[] psi) =>
        model.Family.Shapes.Count == 0 ? model.Family : model.Family.WithShapes(Predictors(model, psi));
}
