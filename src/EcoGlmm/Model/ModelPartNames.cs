namespace EcoGlmm.Model;

/// <summary>The parts of a model in sentences and tables.</summary>
internal static class ModelPartNames
{
    /// <summary>"fixed effects", "zero inflation", "dispersion model".</summary>
    public static string InSentence(ModelPart part) => part switch
    {
        ModelPart.ZeroInflation => "zero inflation",
        ModelPart.Dispersion => "dispersion model",
        _ => "fixed effects",
    };

    /// <summary>"conditional", "zero inflation", "dispersion".</summary>
    public static string InTable(ModelPart part) => part switch
    {
        ModelPart.ZeroInflation => "zero inflation",
        ModelPart.Dispersion => "dispersion",
        _ => "conditional",
    };
}
