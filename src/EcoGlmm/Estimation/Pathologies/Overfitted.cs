using EcoGlmm.Numerics;
using EcoGlmm.Text;

namespace EcoGlmm.Estimation.Pathologies;

/// <summary>More parameters than rows, and a search that did not converge.</summary>
internal sealed class Overfitted : ISearchPathology
{
    public ConvergenceProblem? Recognise(LaplaceSearch search, SearchPoint found)
    {
        var model = search.Model;
        if (found.Status is not (MinimiserStatus.IterationLimit or MinimiserStatus.Exhausted or MinimiserStatus.Stalled)
            || !IsMet(model)) return null;
        return new ConvergenceProblem("",
            $"The model has {model.ParameterCount} parameters for {NumberFormat.Count(model.InformativeRows)} "
            + $"{(model.InformativeRows == 1 ? "row" : "rows")} of data: no maximum of its likelihood was found.",
            "Use fewer random slopes, fewer factor levels or fewer covariates.");
    }

    public static bool IsMet(MixedModel model) => model.ParameterCount - model.Restraints.HeldCount > model.InformativeRows;
}
