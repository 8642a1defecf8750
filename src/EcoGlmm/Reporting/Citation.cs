using System.Reflection;

namespace EcoGlmm;

/// <summary>How to cite the software, as text and for reference managers.</summary>
public static class Citation
{
    /// <summary>The version of the library, without build metadata.</summary>
    public static string Version { get;
    } = (typeof(Citation).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion
        ?? typeof(Citation).Assembly.GetName().Version!.ToString()).Split('+')[0];

    /// <summary>The citation as a sentence.</summary>
    public static string Text { get; } =
        $"The EcoGlmm authors ({Year}) EcoGlmm: generalized linear mixed models for ecologists. Version {Version}. .NET package.";

    /// <summary>The citation as a BibTeX entry.</summary>
    public static string BibTex { get; } =
        $$$"""
        @software{EcoGlmm,
          author  = {{The EcoGlmm authors}},
          title   = {{EcoGlmm}: generalized linear mixed models for ecologists},
          year    = {{{{Year}}}},
          version = {{{{Version}}}},
          note    = {.NET package}
        }
        """;

    private static string Year => "2026";
}
