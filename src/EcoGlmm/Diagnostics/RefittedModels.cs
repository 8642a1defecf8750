namespace EcoGlmm.Diagnostics;

/// <summary>What refitting a model to its simulations leaves behind.</summary>
/// <param name="Observed">Observed − fitted of the model itself, one for each row.</param>
/// <param name="Residuals">Simulated − fitted of each refit, [refit][row].</param>
/// <param name="ObservedPearson">Sum of squared Pearson residuals of the model itself.</param>
/// <param name="Pearson">The same of each refit.</param>
/// <param name="Failed">Refits that failed and are not among these.</param>
internal sealed record RefittedModels(double[] Observed, double[][] Residuals, double ObservedPearson, double[] Pearson, int Failed);
