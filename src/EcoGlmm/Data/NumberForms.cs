namespace EcoGlmm.Data;

/// <summary>
/// How the numbers of a column are written, as far as one look at each can tell. Where no form of one's digits can be that of another's,
/// no two texts are one number; otherwise <see cref="NumberLabels"/> has to look at every text. Other forms, such as 1e-05, are looked at
/// one by one as long as they are few.
/// </summary>
internal struct NumberForms
{
    private const int Few = 10_000;

    // Bit d: numbers with d digits behind the point, the last of which is 0, or is not.
    private uint _padded;
    private uint _unpadded;
    private bool _hasUnusual;
    private NumberLabels? _few;

    /// <summary>
    /// Whether two of the texts may be one number, or a text says what its number does not. Of two plain texts of one number one has
    /// more zeros behind the point, so that it is padded and longer; a text of more digits than 15 that is the shortest of its number is
    /// no padded one's.
    /// </summary>
    public readonly bool MayLose => _hasUnusual
        || (_padded != 0 && ((_padded & (_padded - 1)) != 0 || (_unpadded & (_padded - 1)) != 0));

    /// <summary>Whether <see cref="Complete"/> has to look at the numbers.</summary>
    public readonly bool NeedsNumbers => !MayLose && _few is { NeedsNumbers: true };

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
        else if (!_hasUnusual && !NumberLabels.IsShortest(text, value))
        {
            _few ??= new();
            _few.Add(text, value);
            _hasUnusual = _few.Loss is not null || _few.Unusual > Few;
        }
    }

    public void Append(in NumberForms next)
    {
        _padded |= next._padded;
        _unpadded |= next._unpadded;
        _hasUnusual |= next._hasUnusual;
        if (_few is null || next._few is null)
            _few ??= next._few;
        else if (!_hasUnusual)
        {
            _few.Append(next._few);
            _hasUnusual = _few.Loss is not null;
        }
    }

    /// <summary>Looks, once all numbers have been added, for one that is written in two ways.</summary>
    /// <param name="numbers">The numbers of the column, in any order; NaN is ignored.</param>
    public void Complete(ReadOnlySpan<double> numbers)
    {
        _few!.Complete(numbers);
        _hasUnusual |= _few.Loss is not null;
    }
}
