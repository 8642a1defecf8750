namespace EcoGlmm;

/// <summary>
/// Something in the data, the formula or the options cannot be used. The message is a sentence for the analyst: what
/// was wrong, where, and what to try.
/// </summary>
/// <param name="message">The sentence.</param>
/// <param name="innerException">The failure underneath, for instance of the file system; null if there is none.</param>
public sealed class GlmmException(string message, Exception? innerException = null)
    : Exception(message, innerException);
