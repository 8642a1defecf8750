namespace EcoGlmm;

/// <summary>Ageing and selective disappearance told apart, from a fit.</summary>
public static class DecompositionExtensions
{
    /// <summary>
    /// Asks of this model whether its effect of age is ageing or selective disappearance: <see cref="SelectiveDisappearance.Analyze"/> with
    /// its
    /// formula, data, family and options.
    /// </summary>
    /// <param name="fit">The fit.</param>
    /// <param name="age">The column of ages.</param>
    /// <param name="by">The column that tells individuals apart.</param>
    /// <param name="analysis">Methods, columns of known longevity, reference age; defaults when null.</param>
    /// <param name="progress">Told of the share that is done; without it a long calculation shows its progress in the notebook or
    /// terminal.</param>
    /// <param name="cancellationToken">Stops the calculation.</param>
    /// <exception cref="GlmmException">Age stands in an interaction, or a column cannot be used.</exception>
    public static AgeAnalysis AnalyzeAge(this GlmmFit fit, string age, string by, AgeAnalysisOptions? analysis = null,
        IProgress<double>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(fit);
        ArgumentNullException.ThrowIfNull(age);
        ArgumentNullException.ThrowIfNull(by);
        return SelectiveDisappearance.Analyze(fit.Formula, fit.Data, age, by, fit.Family, fit.Options, analysis, progress,
            cancellationToken);
    }
}
