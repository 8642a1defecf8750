namespace EcoGlmm.Estimation.Pathologies;

/// <summary>A measurement that is the same in every row, with a dispersion that would be estimated from what it varies.</summary>
internal sealed class ConstantResponse : ISearchPathology
{
    public ConvergenceProblem? Recognise(LaplaceSearch search, SearchPoint found)
    {
        var model = search.Model;
        var isMeasured = !model.Family.IsDiscrete && model.Family.HasDispersion && !model.IsZeroInflated
            && model.Basis[LinearPredictor.Dispersion] is not { Columns: 0 };
        return isMeasured && IsConstant(model) ? Problem : null;
    }

    public static bool IsConstant(MixedModel model) => Array.TrueForAll(model.Y, y => y == model.Y[0]);

    public static ConvergenceProblem Problem => new("", "The response is the same in every row: there is no variance to explain.",
        PerfectFit.Advice);
}
