using System.Runtime.CompilerServices;

namespace EcoGlmm.Data;

/// <summary>Rows at a time, and parts that are read side by side.</summary>
internal sealed partial class CsvColumn
{
    private int Count => _type switch
    {
        ContentType.Unknown => _leadingMissing,
        ContentType.Number => _hasDecimals ? _decimals.Count : _wholes.Count,
        ContentType.Logical => _logicals.Count,
        ContentType.Date => _dates.Count,
        _ => _codes.Count,
    };

    /// <summary>Makes room for so many fields more.</summary>
    public void Reserve(long more)
    {
        var total = (int)Math.Min(Count + more, Array.MaxLength);
        switch (_type)
        {
            case ContentType.Unknown: break;
            case ContentType.Number when _hasDecimals: _decimals.Reserve(total); break;
            case ContentType.Number: _wholes.Reserve(total); break;
            case ContentType.Logical: _logicals.Reserve(total); break;
            case ContentType.Date: _dates.Reserve(total); break;
            default: _codes.Reserve(total); break;
        }
    }

    /// <summary>An empty column for fields that come behind those of this one.</summary>
    /// <param name="behind">Fields that come before them, not counting those here.</param>
    /// <param name="count">Their number at most.</param>
    public CsvColumn Next(long behind, long count)
    {
        var next = new CsvColumn(Name, missing, decimalComma)
        {
            _quotedIsLabel = _quotedIsLabel, _type = _type, _hasDecimals = _hasDecimals, _isText = _isText,
        };
        var (start, length) = ((int)Math.Min(Count + behind, Array.MaxLength), (int)Math.Min(count, Array.MaxLength));
        switch (_type)
        {
            case ContentType.Unknown: break;
            case ContentType.Number when _hasDecimals: next._decimals = _decimals.Part(start, length); break;
            case ContentType.Number: next._wholes = _wholes.Part(start, length); break;
            case ContentType.Logical: next._logicals = _logicals.Part(start, length); break;
            case ContentType.Date: next._dates = _dates.Part(start, length); break;
            default: next._codes = _codes.Part(start, length); break;
        }
        return next;
    }

    /// <summary>Adds what another column has collected behind this one's fields.</summary>
    public void Append(CsvColumn next)
    {
        HasBareValues |= next.HasBareValues;
        HasQuotedFields |= next.HasQuotedFields;
        _quotedMissingSeen |= next._quotedMissingSeen;
        _isText |= next._isText || (_type == ContentType.Text ? next._type != ContentType.Text && next._blankSeen
            : next._type == ContentType.Text && _blankSeen);
        _blankSeen |= next._blankSeen;
        if (_isText)
            return;
        if (_type == ContentType.Unknown)
            SetType(next._type);
        if (next._type == ContentType.Unknown)
        {
            AddMissing(next._leadingMissing);
            return;
        }
        if (next._type != _type)
        {
            _isText = true;
            return;
        }
        if (_hasDecimals || next._hasDecimals)
        {
            MoveToDecimals();
            next.MoveToDecimals();
        }
        _decimals.Append(next._decimals);
        _wholes.Append(next._wholes);
        _forms.Append(next._forms);
        _logicals.Append(next._logicals);
        _wordForLogicalSeen |= next._wordForLogicalSeen;
        _dates.Append(next._dates);
        _codes.Append(next._codes);
    }

    /// <summary>Adds fields of a column, from a row on, as long as they are what it holds and written plainly.</summary>
    /// <param name="rows">The rows.</param>
    /// <param name="column">The column's place in them.</param>
    /// <param name="row">The first row.</param>
    /// <param name="marksQuotes">Whether it matters that a field stands in quotes.</param>
    /// <returns>The first row whose field was not added.</returns>
    public int AddPlain(in FieldBatch rows, int column, int row, bool marksQuotes)
    {
        if (_isText || _labels is not null)
            return row;
        return _type switch
        {
            ContentType.Number when !missing.CanBeNumber => _hasDecimals ? AddDecimals(rows, column, row) : AddWholes(rows, column, row),
            ContentType.Text => AddTexts(rows, column, row, marksQuotes),
            _ => row,
        };
    }

    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private int AddWholes(in FieldBatch rows, int column, int row)
    {
        Span<int> numbers = stackalloc int[FieldBatch.MostRows];
        var (count, most, missingCount, hasEmpty) = (0, 0, 0, missing.HasEmpty);
        for (; row < rows.Rows; row++)
        {
            var (start, end) = (rows.Start(row, column), rows.End(row, column));
            if (start == end)
            {
                if (!hasEmpty)
                    break;
                missingCount++;
                numbers[count++] = WholeNumbers.Missing;
                continue;
            }
            if (!PlainNumber.TryWhole(rows.Text, start, end, out var number))
                break;
            most |= Math.Abs(number);
            numbers[count++] = number;
        }
        _wholes.Add(numbers[..count], most);
        if (count > missingCount)
        {
            HasBareValues = true;
            _forms.AddPlain(decimals: 0, isPadded: false);
        }
        return row;
    }

    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private int AddDecimals(in FieldBatch rows, int column, int row)
    {
        Span<double> numbers = stackalloc double[FieldBatch.MostRows];
        var (count, forms, missingCount, hasEmpty) = (0, _forms, 0, missing.HasEmpty);
        var point = decimalComma ? (byte)',' : (byte)'.';
        for (; row < rows.Rows; row++)
        {
            var (start, end) = (rows.Start(row, column), rows.End(row, column));
            if (start == end)
            {
                if (!hasEmpty)
                    break;
                missingCount++;
                numbers[count++] = double.NaN;
                continue;
            }
            if (!PlainNumber.TryDecimal(rows.Text, start, end, point, ref forms, out var number))
                break;
            numbers[count++] = number;
        }
        numbers[..count].CopyTo(_decimals.Room(count));
        _forms = forms;
        HasBareValues |= count > missingCount;
        return row;
    }

    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private int AddTexts(in FieldBatch rows, int column, int row, bool marksQuotes)
    {
        Span<int> codes = stackalloc int[FieldBatch.MostRows];
        Span<TextKey> texts = stackalloc TextKey[FieldBatch.MostRows];
        var (count, levels) = (0, _codes.Levels);
        for (; row < rows.Rows; row++)
        {
            var (start, end) = (rows.Start(row, column), rows.End(row, column));
            var field = rows.Text[start..end];
            var isQuoted = false;
            if (field.Length > 0)
            {
                if (field is [(byte)'"', _, .., (byte)'"'])
                {
                    isQuoted = marksQuotes;
                    start++;
                    field = field[1..^1];
                    if (field.IndexOfAny((byte)'"', (byte)'\n', (byte)'\r') >= 0)
                        break;
                }
                else if (field[0] == ' ' || field[^1] == ' ' || (rows.HasQuotes && field.Contains((byte)'"')))
                    break;
            }
            HasQuotedFields |= isQuoted;
            if (missing.Contains(field) && !(isQuoted && _quotedIsLabel))
            {
                _quotedMissingSeen |= isQuoted;
                texts[count++] = new(0, 0, CodeRows.Missing);
                continue;
            }
            HasBareValues |= !isQuoted;
            texts[count] = new(Utf8Levels.KeyOf(field), start, field.Length);
            levels.Fetch(texts[count].Key, field.Length);
            count++;
        }
        for (var i = 0; i < count; i++)
        {
            var text = texts[i];
            codes[i] = text.Length < 0 ? CodeRows.Missing : levels.Code(rows.Text.Slice(text.Start, text.Length), text.Key);
        }
        _codes.AddCodes(codes[..count]);
        return row;
    }

    private readonly record struct TextKey(ulong Key, int Start, int Length);
}
