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
}
