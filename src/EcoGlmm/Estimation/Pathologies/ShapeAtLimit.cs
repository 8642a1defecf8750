namespace EcoGlmm.Estimation.Pathologies;

/// <summary>Shapes of the family that ran to a limit, where their curvature is lost in rounding errors.</summary>
internal sealed class ShapeAtLimit : IOptimumPathology
{
    public void Examine(Optimum optimum)
    {
        var model = optimum.Model;
        var shapes = FittedShapes.Of(model, optimum.Parameters);
        for (var s = 0; s < shapes.Count; s++)
        {
            var shape = shapes[s];
            var at = model.FixedOffset[LinearPredictor.Shape + s];
            if (model.Restraints.Holds(at)) continue;
            var isFlat = DispersionAtLimit.IsFlat(optimum, at, model.Basis[LinearPredictor.Shape + s]!.First);
            var position = Math.Abs(shape.Position);
            var limit = position >= shape.Extreme || (isFlat && position >= Tolerances.FarFromMiddle)
                ? shape.Position > 0 ? shape.AtHighest : shape.AtLowest
                : isFlat && position < Tolerances.AtMiddle ? shape.AtZero : null;
            if (limit is null) continue;
            optimum.Problems.Add(new ConvergenceProblem(shape.Name, limit.Message, limit.Advice));
            optimum.PutAtLimit(at);
        }
    }
}
