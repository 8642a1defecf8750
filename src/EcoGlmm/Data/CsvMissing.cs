namespace EcoGlmm.Data;

/// <summary>The texts that stand for a missing value, shared by all columns of a file.</summary>
internal sealed class CsvMissing
{
    private readonly HashSet<string> _texts;
    private readonly int _longest;

    public CsvMissing(IReadOnlyCollection<string> texts)
    {
        _texts = new HashSet<string>(texts, StringComparer.Ordinal);
        _longest = _texts.Count == 0 ? -1 : _texts.Max(text => text.Length);
    }

    public bool Contains(string field) => field.Length <= _longest && _texts.Contains(field);
}
