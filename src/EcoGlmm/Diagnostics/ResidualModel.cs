namespace EcoGlmm.Diagnostics;

/// <summary>What residuals know of the fitted model that they come from.</summary>
/// <param name="Predictors">Columns of the data that the fixed effects use, in any part of the model.</param>
/// <param name="Groups">The grouping factors.</param>
/// <param name="Column">The values of a column, or of a grouping factor, on the rows of the residuals.</param>
/// <param name="Pearson">Sum of squared Pearson residuals and residual degrees of freedom.</param>
/// <param name="HasRandomEffects">Whether the model has random effects.</param>
internal sealed record ResidualModel(
    IReadOnlyList<string> Predictors, IReadOnlyList<string> Groups, Func<string, ResidualPredictor> Column,
    Func<(double SumOfSquares, int DegreesOfFreedom)> Pearson, bool HasRandomEffects);

/// <summary>A variable to set residuals against: numbers, or texts for a factor.</summary>
/// <param name="Name">The variable.</param>
/// <param name="Numbers">One value for each row, NaN where it is missing; null for a factor.</param>
/// <param name="Texts">The level of each row, null where it is missing; null for numbers.</param>
internal sealed record ResidualPredictor(string Name, double[]? Numbers, string?[]? Texts);
