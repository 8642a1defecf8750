namespace EcoGlmm;

/// <summary>How an axis turns values into positions.</summary>
public enum AxisScale
{
    /// <summary>Equal differences take equal lengths.</summary>
    Linear,

    /// <summary>Equal ratios take equal lengths; values that are not positive are not drawn.</summary>
    Log,

    /// <summary>Equal differences of square roots take equal lengths, of negative values with their sign; for points and lines.</summary>
    SquareRoot,
}

/// <summary>An axis of a <see cref="Panel"/>.</summary>
public sealed record Axis
{
    /// <summary>An axis without a title.</summary>
    public Axis()
    {
    }

    /// <summary>An axis with a title.</summary>
    /// <param name="title">What is measured, with its unit.</param>
    public Axis(string? title) => Title = title;

    /// <summary>What is measured, with its unit.</summary>
    public string? Title { get; init; }

    /// <summary>The lower end, in data units; null takes it from the data.</summary>
    public double? Minimum { get; init; }

    /// <summary>The upper end, in data units; null takes it from the data.</summary>
    public double? Maximum { get; init; }

    /// <summary>Linear, logarithmic or by square roots.</summary>
    public AxisScale Scale { get; init; }

    /// <summary>Names for the positions 0, 1, 2, …; null for an axis of numbers.</summary>
    public IReadOnlyList<string>? Categories { get; init; }

    /// <summary>Whether values grow to the left or downwards.</summary>
    public bool Reversed { get; init; }

    /// <summary>Where ticks begin, if something below them is not measured by the axis.</summary>
    internal double? TicksFrom { get; init; }

    /// <summary>A title alone makes an axis.</summary>
    /// <param name="title">What is measured.</param>
    public static implicit operator Axis(string? title) => new(title);
}
