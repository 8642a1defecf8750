namespace EcoGlmm.RandomEffects;

/// <summary>
/// One random-effects term of the model, b = Λu for each level of its grouping factor: the rows of Z that
/// belong to it, and where its spherical effects u and its covariance parameters θ stand in the model's vectors.
/// </summary>
internal sealed class RandomTerm
{
    public RandomTerm(ModelPart part, int predictor, string group, IReadOnlyList<string> effects,
        IReadOnlyList<string> levels, int[] codes, double[] z, bool isDiagonal, int effectOffset, int thetaOffset,
        bool keepsEffects = false)
    {
        Part = part;
        Predictor = predictor;
        Group = group;
        Effects = effects;
        Levels = levels;
        Codes = codes;
        IsDiagonal = isDiagonal || effects.Count == 1;
        EffectOffset = effectOffset;
        ThetaOffset = thetaOffset;
        if (effects.Count == 1 && Array.TrueForAll(z, v => v == 1)) return;
        Scaling = EffectScaling.Of(z, effects.Count, IsDiagonal || keepsEffects);
        Z = Scaling.Standardise(z);
    }

    /// <summary>The model part whose linear predictor the term adds to.</summary>
    public ModelPart Part { get; }

    /// <summary>Index of that part among the model's linear predictors.</summary>
    public int Predictor { get; }

    /// <summary>Name of the grouping factor.</summary>
    public string Group { get; }

    /// <summary>Names of the effects of one level: "(Intercept)", "Days".</summary>
    public IReadOnlyList<string> Effects { get; }

    /// <summary>Names of the levels.</summary>
    public IReadOnlyList<string> Levels { get; }

    /// <summary>The level of each observation.</summary>
    public int[] Codes { get; }

    /// <summary>
    /// Observations × effects, row-major, in the coordinates of <see cref="Scaling"/>; null when every entry is one (a random
    /// intercept).
    /// </summary>
    public double[]? Z { get; }

    /// <summary>From the users' effects to those that are estimated; null when they are the same.</summary>
    public EffectScaling? Scaling { get; }

    /// <summary>Whether effects of one level are uncorrelated.</summary>
    public bool IsDiagonal { get; }

    /// <summary>Number of effects of a level, r.</summary>
    public int Width => Effects.Count;

    /// <summary>Where the term's effects begin in u: level l, effect e is at EffectOffset + l·r + e.</summary>
    public int EffectOffset { get; }

    /// <summary>Number of the term's effects.</summary>
    public int EffectCount => Levels.Count * Width;

    /// <summary>Where the term's covariance parameters begin in θ.</summary>
    public int ThetaOffset { get; }

    /// <summary>Number of the term's covariance parameters.</summary>
    public int ThetaCount => IsDiagonal ? Width : Width * (Width + 1) / 2;
}
