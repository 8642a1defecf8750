namespace EcoGlmm;

/// <summary>A part of a model that has a formula, a linear predictor and coefficients of its own.</summary>
public enum ModelPart
{
    /// <summary>The mean of the response (without its extra zeros, if the model has a zero-inflation part).</summary>
    Conditional,

    /// <summary>The probability, on the logit scale, that an observation is an extra zero.</summary>
    ZeroInflation,

    /// <summary>The dispersion of the response, on the log scale.</summary>
    Dispersion,
}
