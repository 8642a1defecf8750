using System.Runtime.CompilerServices;
using System.Text;

namespace EcoGlmm.Data;

/// <summary>
/// Collects the fields of one column, or of a part of it. The first value present suggests the type; the first that contradicts it makes
/// the column text, whose earlier fields then have to be read again.
/// </summary>
internal sealed partial class CsvColumn(string name, CsvMissing missing, bool decimalComma = false)
{
    private const int ShortField = 128;

    // Numbers are kept as whole ones until one is not.
    private WholeRows _wholes = new();
    private RowStore<double> _decimals = new();
    private RowStore<bool?> _logicals = new();
    private RowStore<DateTime?> _dates = new();
    private CodeRows _codes = new();
    private NumberForms _forms;
    private NumberLabels? _labels;
    private ContentType _type;
    private bool _hasDecimals;
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

    /// <summary>Adds a field.</summary>
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
            _codes.Add(field);
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
            if (_labels.NeedsNumbers)
            {
                MoveToDecimals();
                _labels.Complete(_decimals.Values);
            }
            _loss = _labels.Loss;
        }
        else if (_type == ContentType.Number && _forms.NeedsNumbers)
        {
            MoveToDecimals();
            _forms.Complete(_decimals.Values);
        }
        else if (_type == ContentType.Logical && !_wordForLogicalSeen)
        {
            var (hasTrue, hasFalse) = (_logicals.Values.Contains(true), _logicals.Values.Contains(false));
            if (hasTrue != hasFalse)
                _loss = $"\"{(hasTrue ? "T" : "F")}\" alone may be a name as well as a truth value";
        }
        _isText = _loss is not null;
    }

    /// <summary>The column; its values are handed over.</summary>
    public FieldColumn ToColumn() => _type switch
    {
        ContentType.Unknown => new NumericColumn(Name, Enumerable.Repeat(double.NaN, _leadingMissing).ToArray()),
        ContentType.Number when !_hasDecimals => new NumericColumn(Name, _wholes.Take()),
        ContentType.Number => new NumericColumn(Name, _decimals.Take()),
        ContentType.Logical => new LogicalColumn(Name, _logicals.Take()),
        ContentType.Date => new DateColumn(Name, _dates.Take()),
        _ => _codes.ToColumn(Name, _loss),
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
                AddNumber(number);
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
                _codes.Add(field);
                break;
            default:
                _isText = true;
                break;
        }
    }

    private void AddNumber(double number)
    {
        if (!double.IsNaN(number) && !NumberRows.IsWhole(number))
            MoveToDecimals();
        if (_hasDecimals)
            _decimals.Add(number);
        else
            _wholes.Add(double.IsNaN(number) ? WholeNumbers.Missing : (int)number);
    }

    private void MoveToDecimals()
    {
        if (!_hasDecimals)
            _wholes.MoveTo(_decimals);
        _hasDecimals = true;
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
            case ContentType.Number when _hasDecimals: _decimals.Add(double.NaN, count); break;
            case ContentType.Number: _wholes.AddMissing(count); break;
            case ContentType.Logical: _logicals.Add(null, count); break;
            case ContentType.Date: _dates.Add(null, count); break;
            default: _codes.AddMissing(count); break;
        }
    }

    private bool TryNumber(ReadOnlySpan<char> field, out ReadOnlySpan<char> withPoint, out double number)
    {
        number = 0;
        withPoint = decimalComma ? field.ToString().Replace(',', '.') : field;
        return !(decimalComma && field.Contains('.')) && NumberText.TryParse(withPoint, out number);
    }
}
