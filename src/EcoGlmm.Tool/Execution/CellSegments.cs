using System.Text.RegularExpressions;

namespace EcoGlmm.Tool.Execution;

/// <summary>A directive or magic command that cannot be obeyed, with its line in the cell.</summary>
internal sealed class CellException(string message, int line) : Exception(message)
{
    public int Line { get; } = line;
}

/// <summary>A package asked for by #r "nuget: Name, Version"; no version means the newest stable one.</summary>
internal sealed record PackageRequest(string Name, string? Version, int Line);

/// <summary>An assembly asked for by #r "path.dll".</summary>
internal sealed record AssemblyRequest(string Path, int Line);

/// <summary>
/// A run of lines of a cell in one language. Lines above it and directives inside it are blank, so that a compiler's
/// line numbers are the cell's.
/// </summary>
internal sealed class CellSegment(string language)
{
    public string Language { get; } = language;

    public string Text { get; set; } = "";

    public List<PackageRequest> Packages { get; } = [];

    public List<AssemblyRequest> Assemblies { get; } = [];

    public List<string> PackageSources { get; } = [];
}

/// <summary>
/// Separates the lines that .NET Interactive treats as commands (#r, #i and #! magics) from a cell's code.
/// </summary>
internal static partial class CellSegments
{
    /// <param name="source">The cell's text, lines ended by \n.</param>
    /// <param name="language">The kernel that the cell starts in.</param>
    /// <param name="timed">Whether #!time asks for the time that the cell took.</param>
    /// <exception cref="CellException">An unknown magic command or a malformed directive.</exception>
    public static IReadOnlyList<CellSegment> Split(string source, string language, out bool timed)
    {
        timed = false;
        var segments = new List<CellSegment>();
        var current = Start(language, 1);
        var text = new List<string>();
        var lines = source.Split('\n');
        for (var i = 0; i < lines.Length; i++)
        {
            var line = lines[i];
            var number = i + 1;
            if (line.StartsWith("#!", StringComparison.Ordinal))
            {
                var magic = line[2..].Trim().Split(' ')[0];
                if (magic == "time")
                {
                    timed = true;
                    text.Add("");
                    continue;
                }

                if (magic == "glmm" && current.Language == "csharp")
                {
                    text.Add(GlmmMagic.ToCode(line, number));
                    continue;
                }

                Finish();
                current = Start(magic, number);
                text.AddRange(Enumerable.Repeat("", number));
            }
            else if (current.Language == "csharp" && Directive().IsMatch(line))
            {
                Obey(line, number, current);
                text.Add("");
            }
            else
            {
                text.Add(line);
            }
        }

        Finish();
        return segments;

        void Finish()
        {
            current.Text = string.Join('\n', text);
            text.Clear();
            if (!string.IsNullOrWhiteSpace(current.Text) || current.Packages.Count > 0
                || current.Assemblies.Count > 0 || current.PackageSources.Count > 0)
            {
                segments.Add(current);
            }
        }
    }

    private static CellSegment Start(string language, int line) => language.ToLowerInvariant() switch
    {
        "csharp" or "c#" => new CellSegment("csharp"),
        "markdown" => new CellSegment("markdown"),
        "html" => new CellSegment("html"),
        "fsharp" or "f#" or "pwsh" or "powershell" or "javascript" or "js" or "sql" or "kql" or "python" or "r" =>
            throw new CellException($"\"{language}\" cells cannot be run here: only C#, Markdown and HTML can.", line),
        _ => throw new CellException(
            $"The magic command #!{language} is not known here. Known are #!csharp, #!markdown, #!html, #!time and #!glmm.",
            line),
    };

    private static void Obey(string line, int number, CellSegment segment)
    {
        var match = QuotedDirective().Match(line);
        if (!match.Success)
        {
            throw new CellException(
                $"\"{line.Trim()}\" is not understood. Write #r \"nuget: Package, Version\", #r \"path/to.dll\" "
                + "or #i \"nuget: https://source\".",
                number);
        }

        var argument = match.Groups["argument"].Value.Trim();
        var isPackage = argument.StartsWith("nuget:", StringComparison.OrdinalIgnoreCase);
        var rest = isPackage ? argument["nuget:".Length..].Trim() : argument;
        if (rest.Length == 0)
            throw new CellException($"\"{line.Trim()}\" names nothing.", number);
        if (match.Groups["kind"].Value == "i")
        {
            if (!isPackage)
                throw new CellException($"\"{line.Trim()}\" is no package source: write #i \"nuget: source\".", number);
            segment.PackageSources.Add(rest);
        }
        else if (isPackage)
        {
            var parts = rest.Split(',', StringSplitOptions.TrimEntries);
            var version = parts.Length > 1 && parts[1].Length > 0 ? parts[1] : null;
            if (parts.Length > 2 || !PackageName().IsMatch(parts[0])
                || (version is not null && !VersionRange().IsMatch(version)))
            {
                throw new CellException($"\"{rest}\" is not a package: write #r \"nuget: Package, Version\".", number);
            }

            segment.Packages.Add(new PackageRequest(parts[0], version, number));
        }
        else
        {
            segment.Assemblies.Add(new AssemblyRequest(rest, number));
        }
    }

    [GeneratedRegex(@"^\s*#[ri]\s")]
    private static partial Regex Directive();

    [GeneratedRegex(@"^\s*#(?<kind>[ri])\s+""(?<argument>[^""]*)""\s*(//.*)?$")]
    private static partial Regex QuotedDirective();

    [GeneratedRegex(@"^[A-Za-z0-9_.\-]+$")]
    private static partial Regex PackageName();

    [GeneratedRegex(@"^[A-Za-z0-9_.\-+*\[\]()]+$")]
    private static partial Regex VersionRange();
}
