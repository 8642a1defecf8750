namespace EcoGlmm.Text;

/// <summary>
/// Tells .NET Interactive how to show a type. It finds this attribute by its name, on the type or a base class, so that
/// no package has to be referenced; it does not look at interfaces, so every type that a notebook may show carries it:
/// <c>[TypeFormatterSource(typeof(RichDisplayFormatters))]</c>.
/// </summary>
/// <param name="formatterSourceType">A type whose <c>CreateTypeFormatters()</c> yields the formatters.</param>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Struct, Inherited = true)]
internal sealed class TypeFormatterSourceAttribute(Type formatterSourceType) : Attribute
{
    /// <summary>The type that makes the formatters.</summary>
    public Type FormatterSourceType { get; } = formatterSourceType;

    /// <summary>The kinds of output to make where the notebook does not ask for one.</summary>
    public string[] PreferredMimeTypes { get; set; } = ["text/html"];
}
