namespace EcoGlmm;

/// <summary>A link function: η = g(μ).</summary>
public abstract class Link
{
    private protected Link(string name) => Name = name;

    /// <summary>The name that R users know: "log", "logit", "cloglog".</summary>
    public string Name { get; }
}
