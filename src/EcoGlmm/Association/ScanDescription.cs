namespace EcoGlmm.Association;

/// <summary>How a scan was made.</summary>
internal sealed record ScanDescription
{
    public required string Formula { get; init; }

    public required string Response { get; init; }

    public required string Source { get; init; }

    /// <summary>Which model and which tests, as a sentence.</summary>
    public required string Method { get; init; }

    public required int Individuals { get; init; }

    public required int Rows { get; init; }

    /// <summary>Share of the variance that relationships explain without a marker; NaN if it is not known.</summary>
    public double Heritability { get; init; } = double.NaN;

    /// <summary>What was left out, and what else should be known.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];
}
