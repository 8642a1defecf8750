using System.Runtime.CompilerServices;
using System.Text;

namespace EcoGlmm.Data;

/// <summary>The texts that stand for a missing value, shared by all columns of a file.</summary>
internal sealed class CsvMissing
{
    private readonly byte[][] _texts;
    private readonly int _longest;
    private readonly bool[] _isFirst = new bool[byte.MaxValue + 1];

    public CsvMissing(IReadOnlyCollection<string> texts)
    {
        _texts = [.. texts.Select(Encoding.UTF8.GetBytes)];
        _longest = _texts.Length == 0 ? -1 : _texts.Max(text => text.Length);
        HasEmpty = Array.Exists(_texts, text => text.Length == 0);
        foreach (var text in _texts)
        {
            if (text.Length > 0)
                _isFirst[text[0]] = true;
        }
        CanBeNumber = _isFirst['-'] || _isFirst.AsSpan('0', 10).Contains(true);
    }

    /// <summary>Whether an empty field is missing.</summary>
    public bool HasEmpty { get; }

    /// <summary>Whether one of the texts begins as numbers do.</summary>
    public bool CanBeNumber { get; }

    public bool Contains(string field) => Contains(Encoding.UTF8.GetBytes(field));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool Contains(ReadOnlySpan<byte> field)
    {
        if (field.Length == 0)
            return HasEmpty;
        if (field.Length > _longest || !_isFirst[field[0]])
            return false;
        return IsOne(field);
    }

    private bool IsOne(ReadOnlySpan<byte> field)
    {
        foreach (var text in _texts)
        {
            if (field.SequenceEqual(text))
                return true;
        }
        return false;
    }
}
