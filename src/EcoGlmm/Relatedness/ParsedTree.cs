namespace EcoGlmm.Relationships;

/// <summary>A tree as written: nodes in the order in which their ends were met.</summary>
internal sealed class ParsedTree(string text)
{
    /// <summary>The parent of each node, −1 for the root.</summary>
    public List<int> Parents { get; } = [];

    public List<string?> Labels { get; } = [];

    public List<double?> Lengths { get; } = [];

    /// <summary>Where in the text each node ends.</summary>
    public List<int> Positions { get; } = [];

    public int Add(int position)
    {
        Parents.Add(-1);
        Labels.Add(null);
        Lengths.Add(null);
        Positions.Add(position);
        return Parents.Count - 1;
    }

    /// <summary>Where a node stands, for a message.</summary>
    public string Where(int node) => Where(text, Positions[node]);

    /// <summary><c>line 3, column 17</c>, both counted from 1.</summary>
    public static string Where(string text, int position)
    {
        var before = text.AsSpan(0, Math.Min(position, text.Length));
        var line = before.Count('\n') + 1;
        return $"line {line}, column {before.Length - before.LastIndexOf('\n')}";
    }
}
