namespace EcoGlmm.Data;

/// <summary>Some rows of a text, with the places where their fields end.</summary>
internal readonly ref struct FieldBatch
{
    /// <summary>Rows at most.</summary>
    public const int MostRows = 512;

    /// <summary>The bytes in which the rows are.</summary>
    public required ReadOnlySpan<byte> Text { get; init; }

    /// <summary>Where each field ends, row by row.</summary>
    public required ReadOnlySpan<int> Ends { get; init; }

    /// <summary>Where each row begins.</summary>
    public required ReadOnlySpan<int> RowStarts { get; init; }

    public required int Columns { get; init; }

    public int Rows => RowStarts.Length;

    /// <summary>Whether a quote stands in or near any of the rows.</summary>
    public required bool HasQuotes { get; init; }

    public int Start(int row, int column) => column == 0 ? RowStarts[row] : Ends[(row * Columns) + column - 1] + 1;

    public int End(int row, int column) => Ends[(row * Columns) + column];
}
