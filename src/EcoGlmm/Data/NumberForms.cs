namespace EcoGlmm.Data;

/// <summary>
/// How the numbers of a column are written, as far as one look at each can tell. Where no form of one's digits can be that of another's,
/// no two texts are one number; otherwise <see cref="NumberLabels"/> has to look at every text.
/// </summary>
internal struct NumberForms
{
    // Bit d: numbers with d digits behind the point, the last of which is 0, or is not.
    private uint _padded;
    private uint _unpadded;
    private bool _hasUnusual;

    /// <summary>
    /// Whether two of the texts may be one number, or a text says what its number does not. Of two plain texts of one number one has
    /// more zeros behind the point, so that it is padded and longer; a text of more digits than 15 that is the shortest of its number is
    /// no padded one's.
    /// </summary>
    public readonly bool MayLose => _hasUnusual
        || (_padded != 0 && ((_padded & (_padded - 1)) != 0 || (_unpadded & (_padded - 1)) != 0));

    /// <summary>A number of at most 15 digits without leading zeros.</summary>
    /// <param name="decimals">Digits behind the point.</param>
    /// <param name="isPadded">Whether the last of them is 0.</param>
    public void AddPlain(int decimals, bool isPadded)
    {
        var padded = isPadded ? 1U : 0U;
        _padded |= padded << decimals;
        _unpadded |= (padded ^ 1) << decimals;
    }

    /// <param name="text">Any number, without blanks around it, with a decimal point.</param>
    /// <param name="value">The number read from it.</param>
    public void Add(ReadOnlySpan<char> text, double value)
    {
        if (double.IsNaN(value) || NumberLabels.IsWordForInfinity(text, value))
            return;
        if (NumberLabels.TryPlain(text, out var decimals))
            AddPlain(decimals, decimals > 0 && text[^1] == '0');
        else
            _hasUnusual |= !NumberLabels.IsShortest(text, value);
    }

    public void Append(in NumberForms next)
    {
        _padded |= next._padded;
        _unpadded |= next._unpadded;
        _hasUnusual |= next._hasUnusual;
    }
}
