namespace EcoGlmm;

/// <summary>Which observations an effect chart shows.</summary>
public enum EffectData
{
    /// <summary>As they were observed.</summary>
    Observed,

    /// <summary>
    /// As they would be at the values that the curve holds everything else at: another effort, other covariates and random effects
    /// are taken out (partial residuals added to the curve; with the log link the observation times the ratio of the means).
    /// </summary>
    Adjusted,

    /// <summary>None.</summary>
    None,
}

/// <summary>What an effect chart shows of where the data lie along its variable.</summary>
public enum EffectMargin
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>A tick for every row, at the foot.</summary>
    Rug,

    /// <summary>The density of the rows, at the foot.</summary>
    Density,
}

/// <summary>How <c>PlotEffect</c> draws an effect.</summary>
public sealed record EffectOptions
{
    /// <summary>
    /// Another variable, to draw an interaction: a curve for each level, or for a covariate at its mean and a standard deviation below
    /// and above; or a grouping factor, for a curve for each of its levels.
    /// </summary>
    public string? By { get; init; }

    /// <summary>A variable to have a panel for each level or value, as for <see cref="By"/>: interactions of three.</summary>
    public string? Facet { get; init; }

    /// <summary>Population: the typical level. Averaged: the population's mean.</summary>
    public RandomEffectsUse RandomEffects { get; init; } = RandomEffectsUse.Population;

    /// <summary>Which observations are drawn.</summary>
    public EffectData Data { get; init; } = EffectData.Observed;

    /// <summary>Where the rows lie along the variable.</summary>
    public EffectMargin Margin { get; init; } = EffectMargin.None;

    /// <summary>Coverage of the intervals.</summary>
    public double Level { get; init; } = 0.95;

    /// <summary>The horizontal axis: <see cref="Axis.Title"/>, <see cref="Axis.Scale"/> and limits, where they are set.</summary>
    public Axis XAxis { get; init; } = new();

    /// <summary>The vertical axis, likewise.</summary>
    public Axis YAxis { get; init; } = new();

    /// <summary>Whether each panel has a vertical axis of its own; null for where one reaches ten times as far as most, as where species
    /// differ much in number.</summary>
    public bool? FreeYAxis { get; init; }

    /// <summary>The heading; null for one that says what is drawn.</summary>
    public string? Title { get; init; }

    /// <summary>What levels are called in the chart, by their names in the data.</summary>
    public IReadOnlyDictionary<string, string> Labels { get; init; } = new Dictionary<string, string>();

    /// <summary>Colours of the curves, as #RRGGBB, in the order of the levels; used again where there are more levels.</summary>
    public IReadOnlyList<string> Colors { get; init; } = [];

    /// <summary>What a level is called.</summary>
    internal string LabelOf(string level) => Labels.GetValueOrDefault(level, level);
}
