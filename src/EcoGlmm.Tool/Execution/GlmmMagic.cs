using System.Text.RegularExpressions;

namespace EcoGlmm.Tool.Execution;

/// <summary>
/// The magic command <c>#!glmm</c>, which the package adds to .NET Interactive, as the line of C# that does the same here.
/// </summary>
internal static partial class GlmmMagic
{
    // The command's options and the parameters of NotebookHost.Fit that they fill.
    private static readonly Dictionary<string, string> Options = new()
    {
        ["--formula"] = "formula", ["--data"] = "data", ["--family"] = "family", ["--link"] = "link",
        ["--zi"] = "zeroInflation", ["--dispersion"] = "dispersion", ["--weights"] = "weights", ["--offset"] = "offset",
        ["--as"] = "as",
    };

    /// <exception cref="CellException">An unknown option, one without its value, or a name that no variable can have.</exception>
    public static string ToCode(string line, int number)
    {
        var words = Word().Matches(line).Skip(1).Select(word => word.Value).ToList();
        if (words.Contains("--help"))
            return "display(EcoGlmm.NotebookHost.MagicHelp);";
        var values = new Dictionary<string, string>();
        var reml = words.Remove("--reml");
        for (var i = 0; i < words.Count; i++)
        {
            var parameter = "formula";
            if (words[i].StartsWith("--", StringComparison.Ordinal))
            {
                if (!Options.TryGetValue(words[i], out parameter!))
                    throw new CellException($"#!glmm has no option {words[i]}; #!glmm --help tells what it takes.", number);
                if (++i == words.Count)
                    throw new CellException($"#!glmm: {words[i - 1]} is given without its value.", number);
            }

            if (!values.TryAdd(parameter, words[i].Trim('"')))
                throw new CellException($"#!glmm was given two values for the {parameter}. Put the formula in quotes.", number);
        }

        var data = Variable(values, "data", number) ?? "null";
        var kept = Variable(values, "as", number);
        var arguments = values.Where(value => value.Key is not ("data" or "as"))
            .Select(value => $"{value.Key}: {Quoted(value.Value)}").Prepend($"data: {data}");
        if (!values.ContainsKey("formula"))
            arguments = arguments.Append("formula: null");
        var fit = $"EcoGlmm.NotebookHost.Fit({string.Join(", ", arguments)}, reml: {(reml ? "true" : "false")})";
        return kept is null ? $"display({fit});" : $"var {kept} = {fit}; display({kept});";
    }

    private static string? Variable(Dictionary<string, string> values, string parameter, int number)
    {
        if (!values.TryGetValue(parameter, out var name))
            return null;
        return Identifier().IsMatch(name)
            ? name
            : throw new CellException($"#!glmm: --{parameter} takes the name of a variable, and \"{name}\" is none.", number);
    }

    private static string Quoted(string text) => "@\"" + text.Replace("\"", "\"\"") + "\"";

    [GeneratedRegex("\"[^\"]*\"|\\S+")]
    private static partial Regex Word();

    [GeneratedRegex(@"^[\p{L}_][\p{L}\p{Nd}_]*$")]
    private static partial Regex Identifier();
}
