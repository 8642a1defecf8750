using EcoGlmm.RandomEffects.Structures;

namespace EcoGlmm.RandomEffects;

/// <summary>
/// One random-effects term of the model, b = (I ⊗ Λ) u over the levels of its grouping factor: the rows of Z that belong to
/// it, how its effects vary, and where b, u and its covariance parameters θ stand in the model's vectors.
/// </summary>
internal sealed class RandomTerm
{
    /// <summary>Rows of a run, on average, from which on it is worth looking for its end.</summary>
    private const int RowsOfRun = 4;

    /// <param name="part">The model part whose linear predictor the term adds to.</param>
    /// <param name="predictor">Index of that part among the linear predictors.</param>
    /// <param name="group">Name of the grouping factor.</param>
    /// <param name="effects">Names of the effects of one level.</param>
    /// <param name="levels">Names of the levels.</param>
    /// <param name="codes">The level of each observation; empty where a row has several.</param>
    /// <param name="z">Observations × effects, row-major; empty where a row has several levels.</param>
    /// <param name="structure">How the effects vary.</param>
    /// <param name="effectOffset">Where the term begins in b.</param>
    /// <param name="latentOffset">Where it begins in u.</param>
    /// <param name="thetaOffset">Where its parameters begin in θ.</param>
    /// <param name="keepsEffects">Whether effects must not be combined, since something of them is held.</param>
    /// <param name="entries">Z where a row has several levels.</param>
    public RandomTerm(ModelPart part, int predictor, string group, IReadOnlyList<string> effects, IReadOnlyList<string> levels,
        int[] codes, double[] z, CovarianceStructure structure, int effectOffset, int latentOffset, int thetaOffset,
        bool keepsEffects = false, TermEntries? entries = null)
    {
        Part = part;
        Predictor = predictor;
        Group = group;
        Effects = effects;
        Levels = levels;
        Codes = codes;
        HasRuns = AreRuns(codes);
        Structure = structure;
        EffectOffset = effectOffset;
        LatentOffset = latentOffset;
        ThetaOffset = thetaOffset;
        Entries = entries;
        Title = $"({string.Join(", ", effects)} | {group})";
        if (entries is not null || (effects.Count == 1 && !z.AsSpan().ContainsAnyExcept(1.0))) return;
        if (structure.Loadings.Rescaling == Rescaling.None)
        {
            Z = z;
            SingleEffect = SinglesOf(z, effects.Count);
            return;
        }

        Scaling = EffectScaling.Of(z, effects.Count, structure.Loadings.Rescaling == Rescaling.Columns || effects.Count == 1
            || keepsEffects);
        Z = Scaling.Standardise(z);
        SingleEffect = SinglesOf(Z, effects.Count);
    }

    private static bool AreRuns(int[] codes)
    {
        var runs = 1;
        for (var i = 1; i < codes.Length; i++) runs += codes[i] == codes[i - 1] ? 0 : 1;
        return RowsOfRun * runs <= codes.Length;
    }

    /// <summary>The effect of each row that has but one (−1 for none), as indicators of occasions and species do; null where some row has
    /// more.</summary>
    private static int[]? SinglesOf(double[] z, int r)
    {
        if (r < 3 || z.Length == 0) return null;
        var singles = new int[z.Length / r];
        for (var i = 0; i < singles.Length; i++)
        {
            singles[i] = -1;
            for (var e = 0; e < r; e++)
            {
                if (z[(i * r) + e] == 0) continue;
                if (singles[i] >= 0) return null;
                singles[i] = e;
            }
        }

        return singles;
    }

    /// <summary>The model part whose linear predictor the term adds to.</summary>
    public ModelPart Part { get; }

    /// <summary>Index of that part among the model's linear predictors.</summary>
    public int Predictor { get; }

    /// <summary>Name of the grouping factor.</summary>
    public string Group { get; }

    /// <summary>The term as written: "ar1(0 + factor(week) | site)".</summary>
    public string Title { get; init; }

    /// <summary>
    /// Whether it is the wiggly part of a curve of the population (a smooth), which stays what it is whatever the groups: it is in
    /// predictions for
    /// no group in particular, is not drawn anew, and is no variance between groups.
    /// </summary>
    public bool IsCurve { get; init; }

    /// <summary>Whether latent variables are shown with the signs that they have, since one of their loadings is held.</summary>
    public bool KeepsSigns { get; init; }

    /// <summary>Names of the effects of one level: "(Intercept)", "Days".</summary>
    public IReadOnlyList<string> Effects { get; }

    /// <summary>Names of the levels.</summary>
    public IReadOnlyList<string> Levels { get; }

    /// <summary>For each level its group and what sets it apart there, where levels are positions in a group; null where they are the
    /// groups.</summary>
    public LevelPositions? Positions { get; init; }

    /// <summary>Names of the groups: the levels, or what they are positions in.</summary>
    public IReadOnlyList<string> GroupLevels => Positions?.Groups ?? Levels;

    /// <summary>The level of each observation; empty where a row has several (<see cref="Entries"/>).</summary>
    public int[] Codes { get; }

    /// <summary>Whether rows of one level mostly follow each other, so that their sums need not go through memory.</summary>
    public bool HasRuns { get; }

    /// <summary>
    /// Observations × effects, row-major, in the coordinates of <see cref="Scaling"/>; null when every entry is one (a random
    /// intercept), and where a row has several levels.
    /// </summary>
    public double[]? Z { get; }

    /// <summary>Where every row has at most one effect, which it is; −1 for none.</summary>
    public int[]? SingleEffect { get; }

    /// <summary>Z where a row has several levels; null where it has one.</summary>
    public TermEntries? Entries { get; }

    /// <summary>From the users' effects to those that are estimated; null when they are the same.</summary>
    public EffectScaling? Scaling { get; }

    /// <summary>How the effects vary.</summary>
    public CovarianceStructure Structure { get; }

    /// <summary>Λ as a function of θ.</summary>
    public Loadings Loadings => Structure.Loadings;

    /// <summary>Whether effects of one level are uncorrelated.</summary>
    public bool IsDiagonal => Structure.Loadings.IsDiagonal;

    /// <summary>The group of an observation: a level, or what its level is a position in; null where it has several levels.</summary>
    public string? GroupOf(int row) => Entries is not null ? null : Positions is { } p ? p.Groups[p.GroupOf[Codes[row]]]
        : Levels[Codes[row]];

    /// <summary>What users are told of the term's covariance at its θ, which is relative to a scale.</summary>
    /// <returns>One for each of the structure's quantities.</returns>
    public double[] Report(ReadOnlySpan<double> theta, double scale)
    {
        var (r, d) = (Width, LatentWidth);
        var lambda = new double[r * d];
        Loadings.Set(theta[..Loadings.ParameterCount], lambda);
        var column = new double[r];
        for (var c = 0; c < d; c++)
        {
            for (var i = 0; i < r; i++) column[i] = lambda[(i * d) + c] * scale * Structure.LatentScale;
            Scaling?.ToEffects(column);
            for (var i = 0; i < r; i++) lambda[(i * d) + c] = column[i];
        }

        if (!KeepsSigns) Loadings.Turn(lambda);
        var values = new double[Structure.Quantities(Effects).Count];
        Structure.Report(theta, lambda, values);
        return values;
    }

    /// <summary>Number of effects of a level, r.</summary>
    public int Width => Effects.Count;

    /// <summary>Number of latent variables of a level, d ≤ r.</summary>
    public int LatentWidth => Structure.Loadings.LatentWidth;

    /// <summary>Where the term's effects begin in b: level l, effect e is at EffectOffset + l·r + e.</summary>
    public int EffectOffset { get; }

    /// <summary>Number of the term's effects.</summary>
    public int EffectCount => Levels.Count * Width;

    /// <summary>Where the term's latent variables begin in u: level l, variable c is at LatentOffset + l·d + c.</summary>
    public int LatentOffset { get; }

    /// <summary>Number of the term's latent variables.</summary>
    public int LatentCount => Levels.Count * LatentWidth;

    /// <summary>Where the term's covariance parameters begin in θ.</summary>
    public int ThetaOffset { get; }

    /// <summary>Number of the term's covariance parameters.</summary>
    public int ThetaCount => Structure.ParameterCount;
}
