namespace EcoGlmm.Estimation;

/// <summary>The linear predictors that a model may have for each observation, in the engine's order.</summary>
internal static class LinearPredictor
{
    /// <summary>η: link scale of the conditional mean.</summary>
    public const int Conditional = 0;

    /// <summary>δ: log scale of the dispersion.</summary>
    public const int Dispersion = 1;

    /// <summary>ζ: logit of the probability of a structural zero.</summary>
    public const int ZeroInflation = 2;

    /// <summary>The predictors that formulas describe: those above.</summary>
    public const int FormulaCount = 3;

    /// <summary>
    /// σ₁: unconstrained scale of the family's first shape, the same for all observations. The other shapes, if there are
    /// any, come after it.
    /// </summary>
    public const int Shape = FormulaCount;

    /// <summary>Position of the unordered pair (a, b) in a packed symmetric array.</summary>
    public static int Pair(int a, int b) => a <= b ? (b * (b + 1) / 2) + a : (a * (a + 1) / 2) + b;

    /// <summary>Position of the unordered triple (a, b, c) in a packed symmetric array.</summary>
    public static int Triple(int a, int b, int c)
    {
        if (a > b) (a, b) = (b, a);
        if (b > c) (b, c) = (c, b);
        if (a > b) (a, b) = (b, a);
        return (c * (c + 1) * (c + 2) / 6) + (b * (b + 1) / 2) + a;
    }

    /// <summary>Number of pairs of that many predictors.</summary>
    public static int PairCount(int predictors) => predictors * (predictors + 1) / 2;

    /// <summary>Number of triples of that many predictors.</summary>
    public static int TripleCount(int predictors) => predictors * (predictors + 1) * (predictors + 2) / 6;

    /// <summary>The linear predictor of a model part.</summary>
    public static int Of(ModelPart part) => part switch
    {
        ModelPart.Conditional => Conditional,
        ModelPart.Dispersion => Dispersion,
        _ => ZeroInflation,
    };
}
