namespace EcoGlmm.Estimation.Pathologies;

/// <summary>A shape of the family runs to a limit where the likelihood grows without bound.</summary>
internal sealed class UnboundedShape : ISearchPathology
{
    public ConvergenceProblem? Recognise(LaplaceSearch search, SearchPoint found) => Find(search.Model, found.Parameters);

    public static ConvergenceProblem? Find(MixedModel model, double[] psi)
    {
        foreach (var shape in FittedShapes.Of(model, psi))
        {
            var limit = shape.Position < -shape.Extreme ? shape.AtLowest : shape.Position > shape.Extreme ? shape.AtHighest : null;
            if (limit is { IsUnbounded: true }) return new ConvergenceProblem(shape.Name, limit.Message, limit.Advice);
        }

        return null;
    }
}
