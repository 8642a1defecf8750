using System.Reflection;

namespace EcoGlmm.Tests.Architecture;

/// <summary>Names that users can type beside those of the libraries that they open with EcoGlmm.</summary>
public sealed class PublicNameTests
{
    [Theory]
    [InlineData("System.Private.CoreLib")]
    [InlineData("System.Diagnostics.TraceSource")]
    [InlineData("System.Diagnostics.Process")]
    [InlineData("System.Collections")]
    [InlineData("System.Linq")]
    [InlineData("MathNet.Numerics")]
    [InlineData("Microsoft.Data.Analysis")]
    public void No_public_type_has_the_name_of_one_that_programs_have_beside_it(string assembly)
    {
        var others = Assembly.Load(assembly).GetExportedTypes().Where(t => !t.IsNested).ToLookup(t => t.Name);
        Assert.NotEmpty(others);
        Assert.Equal("", string.Join(", ", typeof(GlmmFit).Assembly.GetExportedTypes().Where(t => !t.IsNested)
            .SelectMany(t => others[t.Name]).Select(t => t.FullName)));
    }

    /// <summary>Programs' words are spelled one way, that of .NET's own names, but for Standardise and Centred, which users' code
    /// has.</summary>
    [Fact]
    public void Public_names_are_spelled_one_way()
    {
        string[] others = ["alyse", "ralise", "rmalise", "imise", "sation", "olour", "aviour", "eighbour", "abelled",
            "odelled"];
        var names = typeof(GlmmFit).Assembly.GetExportedTypes().SelectMany(t => t.GetMembers(BindingFlags.Public | BindingFlags.Instance
            | BindingFlags.Static | BindingFlags.DeclaredOnly).Select(m => $"{t.Name}.{m.Name}")).ToArray();
        Assert.True(names.Length > 2000);
        Assert.Equal("", string.Join(", ", names.Where(n => others.Any(o => n.Contains(o, StringComparison.Ordinal)))));
    }
}
