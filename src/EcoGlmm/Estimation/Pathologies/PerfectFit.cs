namespace EcoGlmm.Estimation.Pathologies;

/// <summary>Responses that are measured, not counted, are met perfectly throughout, so that the likelihood grows without bound.</summary>
internal sealed class PerfectFit : ISearchPathology
{
    public const string Advice = "Use fewer parameters, or check that the response is the column you meant.";

    public ConvergenceProblem? Recognise(LaplaceSearch search, SearchPoint found) => !IsMet(search.Model, found.Value) ? null
        : new ConvergenceProblem("",
            "The model fits the response perfectly: its likelihood has no maximum, since the dispersion can go to zero.", Advice);

    public static bool IsMet(MixedModel model, double value)
    {
        if (model.Family.IsDiscrete || !double.IsFinite(value)) return false;
        var scale = Math.Sqrt(model.Y.Sum(y => y * y) / model.Y.Length);
        return (-value / model.InformativeRows) + Math.Log(scale) > Tolerances.PerfectLogDensity;
    }
}
