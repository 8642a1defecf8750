namespace EcoGlmm;

/// <summary>What a <see cref="GlmmException"/> is about, for programs that tell their users more than the sentence.</summary>
public enum GlmmErrorKind
{
    /// <summary>What was asked for cannot be had: an option, a name of a result, a model that the method does not take.</summary>
    Request,

    /// <summary>The text of a formula; <see cref="GlmmException.Position"/> is where.</summary>
    Formula,

    /// <summary>The data: a column that is not there, a value that cannot be; <see cref="GlmmException.Column"/> is which.</summary>
    Data,

    /// <summary>A file that cannot be read or written.</summary>
    File,
}
