namespace EcoGlmm.Data;

/// <summary>The texts that stand for a missing value, shared by all columns of a file.</summary>
internal sealed class CsvMissing
{
    private readonly HashSet<string>.AlternateLookup<ReadOnlySpan<char>> _texts;
    private readonly int _longest;

    public CsvMissing(IReadOnlyCollection<string> texts)
    {
        _texts = new HashSet<string>(texts, StringComparer.Ordinal).GetAlternateLookup<ReadOnlySpan<char>>();
        _longest = texts.Count == 0 ? -1 : texts.Max(text => text.Length);
    }

    public bool Contains(ReadOnlySpan<char> field) => field.Length <= _longest && _texts.Contains(field);
}
