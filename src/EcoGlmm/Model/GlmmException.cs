namespace EcoGlmm;

/// <summary>
/// Something in the data, the formula or the options cannot be used. The message is a sentence for the analyst: what
/// was wrong, where, and what to try.
/// </summary>
/// <param name="message">The sentence.</param>
/// <param name="innerException">The failure underneath, for instance of the file system; null if there is none.</param>
public sealed class GlmmException(string message, Exception? innerException = null)
    : Exception(message, innerException)
{
    private static volatile bool _showsTrace = true;

    /// <summary>What it is about.</summary>
    public GlmmErrorKind Kind { get; internal init; }

    /// <summary>Where in the text of the formula, counted in characters from 0; its length for the end; null for other kinds.</summary>
    public int? Position { get; internal init; }

    /// <summary>The column of the data that is at fault; null where there is no single one.</summary>
    public string? Column { get; internal init; }

    /// <summary>
    /// Whether the exception as text goes on with its trace. A notebook turns this off: it prints an uncaught exception as
    /// text below the cell, where the sentence is all that helps.
    /// </summary>
    internal static bool ShowsTrace
    {
        get => _showsTrace;
        set => _showsTrace = value;
    }

    /// <inheritdoc/>
    public override string? StackTrace => ShowsTrace ? base.StackTrace : "";

    /// <inheritdoc/>
    public override string ToString() => ShowsTrace ? base.ToString() : Message;

    /// <summary>One about the data.</summary>
    internal static GlmmException InData(string message, Exception? innerException = null, string? column = null) =>
        new(message, innerException) { Kind = GlmmErrorKind.Data, Column = column };

    /// <summary>One about a file.</summary>
    internal static GlmmException InFile(string message, Exception? innerException = null) =>
        new(message, innerException) { Kind = GlmmErrorKind.File };
}
