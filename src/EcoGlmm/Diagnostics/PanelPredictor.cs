namespace EcoGlmm.Diagnostics;

/// <summary>A numeric variable that a panel sets residuals against.</summary>
internal sealed record PanelPredictor
{
    /// <param name="name">The variable.</param>
    /// <param name="values">Its values.</param>
    /// <param name="isRank">Whether to draw and test its ranks.</param>
    /// <param name="rows">The row of the residuals that each value belongs to; all rows in order when null.</param>
    public PanelPredictor(string name, double[] values, bool isRank, int[]? rows = null)
    {
        Name = name;
        Values = values;
        IsRank = isRank;
        Rows = rows ?? [.. Enumerable.Range(0, values.Length)];
        Position = isRank ? RankTransform.Apply(values) : values;
    }

    public string Name { get; }

    public double[] Values { get; }

    public bool IsRank { get; }

    public int[] Rows { get; }

    /// <summary>Where the values are drawn: themselves, or their ranks over the largest.</summary>
    public double[] Position { get; }

    /// <summary>Whether it is the model's prediction, which hovering shows anyway.</summary>
    public bool IsPrediction { get; init; }

    /// <summary>A line to add to the panel, such as how many rows have no value.</summary>
    public string? Note { get; init; }
}
