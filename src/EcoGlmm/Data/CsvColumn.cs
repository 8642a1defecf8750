using System.Runtime.CompilerServices;
using System.Text;

namespace EcoGlmm.Data;

/// <summary>
/// Collects the fields of one column, or of a part of it. The first value present suggests the type; the first that contradicts it makes
/// the column text, whose earlier fields then have to be read again.
/// </summary>
internal sealed class CsvColumn(string name, CsvMissing missing, bool decimalComma = false)
{
    private const int ShortField = 128;

    private readonly Pieces<double> _numbers = new();
    private readonly Pieces<bool?> _logicals = new();
    private readonly Pieces<DateTime?> _dates = new();
    private readonly Pieces<int> _codes = new();
    private readonly Utf8Levels _levels = new();
    private NumberForms _forms = new();
    private NumberLabels? _labels;
    private ContentType _type;
    private int _leadingMissing;
    private bool _blankSeen;
    private bool _wordForLogicalSeen;
    private bool _quotedMissingSeen;
    private bool _quotedIsLabel;
    private string? _loss;
    private bool _isText;

    private enum ContentType { Unknown, Number, Logical, Date, Text }

    public string Name { get; } = name;

    /// <summary>Whether the fields have to be read once more, for <see cref="Again"/>.</summary>
    public bool MustBeReadAgain => _isText || (_labels is null && _type == ContentType.Number && _forms.MayLose);

    /// <summary>Whether the fields have to be added one after the other, the first first.</summary>
    public bool IsSequential => _labels is not null;

    /// <summary>Whether a value stands without quotes.</summary>
    public bool HasBareValues { get; private set; }

    /// <summary>Whether a field stands in quotes, one that would otherwise be missing included.</summary>
    public bool HasQuotedFields { get; private set; }

    /// <summary>The column of the same name whose fields are all texts; why it was decided so goes with it.</summary>
    public CsvColumn AsText() =>
        new(Name, missing, decimalComma) { _quotedIsLabel = _quotedIsLabel, _type = ContentType.Text, _loss = _loss };

    /// <summary>An empty column for the next reading: of texts, or of numbers whose texts are watched.</summary>
    public CsvColumn Again() => _isText ? AsText() : new(Name, missing, decimalComma) { _labels = new() };

    /// <summary>An empty column for fields that come after those of this one.</summary>
    public CsvColumn Next() => new(Name, missing, decimalComma) { _quotedIsLabel = _quotedIsLabel, _type = _type, _isText = _isText };

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
        _numbers.Append(next._numbers);
        _forms.Append(next._forms);
        _logicals.Append(next._logicals);
        _wordForLogicalSeen |= next._wordForLogicalSeen;
        _dates.Append(next._dates);
        AppendTexts(next);
    }

    /// <summary>Adds the number that stands at the beginning, if numbers are what the column holds and it is written plainly.</summary>
    /// <param name="text">The number, with the separator or the line's end behind it, or nothing.</param>
    /// <param name="separator">What separates fields.</param>
    /// <returns>The length of the number; 0 where nothing was added.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int TryPlainNumber(ReadOnlySpan<byte> text, byte separator)
    {
        if (_type != ContentType.Number || _labels is not null || _isText || text.Length == 0 || missing.CanBeginWith(text[0]))
            return 0;
        var length = PlainNumber.TryRead(text, separator, decimalComma ? (byte)',' : (byte)'.', ref _forms, out var number);
        if (length > 0)
        {
            HasBareValues = true;
            _numbers.Add(number);
        }
        return length;
    }

    /// <param name="field">The field in UTF-8, blanks around it removed.</param>
    /// <param name="isQuoted">Whether it stands in quotes.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Add(ReadOnlySpan<byte> field, bool isQuoted = false)
    {
        HasQuotedFields |= isQuoted;
        if (missing.Contains(field) && !(isQuoted && _quotedIsLabel))
        {
            _quotedMissingSeen |= isQuoted;
            if (!_isText)
                AddMissing(1);
            return;
        }
        HasBareValues |= !isQuoted;
        if (_isText)
            return;
        if (_type == ContentType.Text)
            _codes.Add(_levels.Code(field));
        else if (field.Length > ShortField)
            Add(Encoding.UTF8.GetString(field).AsSpan(), field);
        else
        {
            Span<char> text = stackalloc char[ShortField];
            Add(text[..Encoding.UTF8.GetChars(field, text)], field);
        }
    }

    /// <summary>The same for a text.</summary>
    public void Add(string field, bool isQuoted) => Add(Encoding.UTF8.GetBytes(field), isQuoted);

    /// <summary>What quotes say of the column: see <see cref="CsvQuotes"/>.</summary>
    /// <param name="isText">Whether it is text.</param>
    /// <param name="isLabel">Whether what would be missing without quotes is a label in them.</param>
    public void DeclareText(bool isText, bool isLabel)
    {
        _quotedIsLabel = isLabel && _quotedMissingSeen;
        _isText |= _quotedIsLabel || (isText && (_type == ContentType.Unknown ? _blankSeen : _type != ContentType.Text));
    }

    /// <summary>Draws the conclusions that need all fields: see <see cref="MustBeReadAgain"/>.</summary>
    public void Complete()
    {
        if (_isText || _type == ContentType.Text)
            return;
        if (_labels is not null)
        {
            foreach (var piece in _numbers.All())
                _labels.Complete(piece);
            _loss = _labels.Loss;
        }
        else if (_type == ContentType.Logical && !_wordForLogicalSeen
            && _logicals.All().SelectMany(piece => piece).Where(value => value is not null).Distinct().Take(2).ToList() is [{ } only])
            _loss = $"\"{(only ? "T" : "F")}\" alone may be a name as well as a truth value";
        _isText = _loss is not null;
    }

    /// <summary>The column; its values are handed over.</summary>
    public FieldColumn ToColumn() => _type switch
    {
        ContentType.Unknown => new NumericColumn(Name, Enumerable.Repeat(double.NaN, _leadingMissing).ToArray()),
        ContentType.Number => new NumericColumn(Name, _numbers.Take()),
        ContentType.Logical => new LogicalColumn(Name, _logicals.Take()),
        ContentType.Date => new DateColumn(Name, _dates.Take()),
        _ => CategoricalColumn.FromFirstSeen(Name, _levels.Texts(), _codes.Take(), _loss),
    };

    private void Add(ReadOnlySpan<char> text, ReadOnlySpan<byte> field)
    {
        if (text.IsWhiteSpace())
        {
            // Blank but not declared missing: no value for a number or a date, yet a value for a text.
            _blankSeen = true;
            AddMissing(1);
            return;
        }
        if (_type == ContentType.Unknown)
        {
            SetType(TryNumber(text, out _, out _) ? ContentType.Number
                : CsvWords.TryLogical(text, out _) ? ContentType.Logical
                : CsvWords.TryDate(text, out _) ? ContentType.Date
                : ContentType.Text);
            _isText = _type == ContentType.Text && _blankSeen;
        }
        switch (_type)
        {
            case ContentType.Number when TryNumber(text, out var withPoint, out var number):
                _numbers.Add(number);
                if (_labels is null)
                    _forms.Add(withPoint.Trim(), number);
                else
                    _labels.Add(withPoint.Trim(), number);
                break;
            case ContentType.Logical when CsvWords.TryLogical(text, out var logical):
                _logicals.Add(logical);
                _wordForLogicalSeen |= text.Length > 1;
                break;
            case ContentType.Date when CsvWords.TryDate(text, out var date):
                _dates.Add(date);
                break;
            case ContentType.Text:
                _codes.Add(_levels.Code(field));
                break;
            default:
                _isText = true;
                break;
        }
    }

    private void SetType(ContentType type)
    {
        _type = type;
        if (type != ContentType.Unknown)
            AddMissing(_leadingMissing);
    }

    private void AddMissing(int count)
    {
        switch (_type)
        {
            case ContentType.Unknown: _leadingMissing += count; break;
            case ContentType.Number: _numbers.Add(double.NaN, count); break;
            case ContentType.Logical: _logicals.Add(null, count); break;
            case ContentType.Date: _dates.Add(null, count); break;
            default: _codes.Add(-1, count); break;
        }
    }

    private void AppendTexts(CsvColumn next)
    {
        var codes = new int[next._levels.Count];
        for (var code = 0; code < codes.Length; code++)
            codes[code] = _levels.Code(next._levels.Bytes(code));
        foreach (var piece in next._codes.All())
        {
            foreach (ref var code in piece.AsSpan())
                code = code < 0 ? code : codes[code];
        }
        _codes.Append(next._codes);
    }

    private bool TryNumber(ReadOnlySpan<char> field, out ReadOnlySpan<char> withPoint, out double number)
    {
        number = 0;
        withPoint = decimalComma ? field.ToString().Replace(',', '.') : field;
        return !(decimalComma && field.Contains('.')) && NumberText.TryParse(withPoint, out number);
    }
}
