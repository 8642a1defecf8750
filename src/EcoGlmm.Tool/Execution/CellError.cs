using System.Globalization;
using System.Text.RegularExpressions;
using EcoGlmm.Tool.Notebooks;

namespace EcoGlmm.Tool.Execution;

/// <summary>
/// Reads why a cell failed from the kernel's message, which is the text of an exception or the list of a compiler's errors.
/// No trace is kept: a saved notebook is the same wherever it was run.
/// </summary>
internal static partial class CellError
{
    /// <param name="message">The kernel's message.</param>
    /// <param name="cell">What the cell is called: "cell 3".</param>
    public static ErrorOutput Read(string message, string cell)
    {
        message = message.ReplaceLineEndings("\n").Trim();
        if (CompilerLine().Match(message) is { Success: true } compiled)
        {
            var errors = message.Split('\n').Where(line => line.Contains("error", StringComparison.Ordinal));
            return Of("CompilationError", string.Join('\n', errors), int.Parse(compiled.Groups["line"].Value, CultureInfo.InvariantCulture),
                cell);
        }

        var end = message.IndexOf("\n   at ", StringComparison.Ordinal);
        var said = end < 0 ? message : message[..end];
        return Exception().Match(said) is { Success: true } thrown
            ? Of(thrown.Groups["name"].Value.Split('.')[^1], thrown.Groups["text"].Value, null, cell)
            : Of("Error", said, null, cell);
    }

    public static ErrorOutput Of(string kind, string message, int? line, string cell) =>
        new(kind, message, line, [$"{kind}: {message}", line is null ? $"  in {cell}" : $"  in {cell}, line {line}"]);

    [GeneratedRegex(@"\A(?:.*\n)*?[^\n(]*\((?<line>\d+),\d+(?:,\d+,\d+|-\d+:\d+|\)-\(\d+,\d+)?\)?:? (?:typecheck )?error ")]
    private static partial Regex CompilerLine();

    [GeneratedRegex(@"\A(?<name>[A-Za-z_][\w.+`]*(?:Exception|Error))(?: \(0x[0-9A-Fa-f]+\))?: (?<text>.*)\z", RegexOptions.Singleline)]
    private static partial Regex Exception();
}
