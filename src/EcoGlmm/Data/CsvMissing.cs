using System.Text;

namespace EcoGlmm.Data;

/// <summary>The texts that stand for a missing value, shared by all columns of a file.</summary>
internal sealed class CsvMissing
{
    private readonly byte[][] _texts;
    private readonly int _longest;
    private readonly bool _hasEmpty;
    private readonly bool[] _isFirst = new bool[byte.MaxValue + 1];

    public CsvMissing(IReadOnlyCollection<string> texts)
    {
        _texts = [.. texts.Select(Encoding.UTF8.GetBytes)];
        _longest = _texts.Length == 0 ? -1 : _texts.Max(text => text.Length);
        _hasEmpty = Array.Exists(_texts, text => text.Length == 0);
        foreach (var text in _texts)
        {
            if (text.Length > 0)
                _isFirst[text[0]] = true;
        }
    }

    /// <summary>Whether one of the texts begins so.</summary>
    public bool CanBeginWith(byte first) => _isFirst[first];

    public bool Contains(string field) => Contains(Encoding.UTF8.GetBytes(field));

    public bool Contains(ReadOnlySpan<byte> field)
    {
        if (field.Length == 0)
            return _hasEmpty;
        if (field.Length > _longest || !_isFirst[field[0]])
            return false;
        foreach (var text in _texts)
        {
            if (field.SequenceEqual(text))
                return true;
        }
        return false;
    }
}
