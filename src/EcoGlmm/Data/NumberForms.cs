namespace EcoGlmm.Data;

/// <summary>
/// How the numbers of a column are written, as far as one look at each can tell. Where all have one form, no two texts are one number;
/// where they do not, <see cref="NumberLabels"/> has to look at every text.
/// </summary>
internal struct NumberForms
{
    private const int None = -1;

    private int _decimals;
    private bool _hasSeveralLengths;
    private bool _hasPadded;
    private bool _hasLong;
    private bool _hasUnusual;

    public NumberForms() => _decimals = None;

    /// <summary>Whether two of the texts may be one number, or a text says what its number does not.</summary>
    public readonly bool MayLose => _hasUnusual || (_hasPadded && (_hasSeveralLengths || _hasLong));

    /// <summary>A number of at most 15 digits without leading zeros.</summary>
    /// <param name="decimals">Digits behind the point.</param>
    /// <param name="isPadded">Whether the last of them is 0.</param>
    public void AddPlain(int decimals, bool isPadded)
    {
        if (_decimals != decimals)
        {
            _hasSeveralLengths |= _decimals != None;
            _decimals = decimals;
        }
        _hasPadded |= isPadded;
    }

    /// <param name="text">Any number, without blanks around it, with a decimal point.</param>
    /// <param name="value">The number read from it.</param>
    public void Add(ReadOnlySpan<char> text, double value)
    {
        if (double.IsNaN(value) || NumberLabels.IsWordForInfinity(text, value))
            return;
        if (NumberLabels.TryPlain(text, out var decimals))
            AddPlain(decimals, decimals > 0 && text[^1] == '0');
        else if (NumberLabels.IsShortest(text, value))
            _hasLong = true;
        else
            _hasUnusual = true;
    }

    public void Append(in NumberForms next)
    {
        if (next._decimals != None)
            AddPlain(next._decimals, next._hasPadded);
        _hasSeveralLengths |= next._hasSeveralLengths;
        _hasLong |= next._hasLong;
        _hasUnusual |= next._hasUnusual;
    }
}
