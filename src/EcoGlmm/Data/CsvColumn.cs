using System.Globalization;
using System.Runtime.InteropServices;

namespace EcoGlmm.Data;

/// <summary>
/// Collects the fields of one column. The first value present suggests the type; the first that contradicts it makes
/// the column text, whose earlier fields then have to be read again.
/// </summary>
internal sealed class CsvColumn
{
    private static readonly string[] TimeFormats =
    [
        "yyyy-MM-dd'T'HH:mmK", "yyyy-MM-dd'T'HH:mm:ssK", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK",
        "yyyy-MM-dd' 'HH:mmK", "yyyy-MM-dd' 'HH:mm:ssK", "yyyy-MM-dd' 'HH:mm:ss.FFFFFFFK",
    ];

    private readonly CsvMissing _missing;
    private readonly bool _decimalComma;
    private readonly NumberLabels _labels = new();
    private readonly List<double> _numbers = [];
    private readonly List<bool?> _logicals = [];
    private readonly List<DateTime?> _dates = [];
    private readonly List<int> _codes = [];
    private readonly Dictionary<string, int> _levels = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> _levelOf;
    private ContentType _type;
    private int _leadingMissing;
    private bool _blankSeen;
    private bool _wordForLogicalSeen;
    private bool _quotedMissingSeen;
    private bool _quotedIsLabel;
    private string? _loss;

    public CsvColumn(string name, CsvMissing missing, bool decimalComma = false)
    {
        Name = name;
        _levelOf = _levels.GetAlternateLookup<ReadOnlySpan<char>>();
        _missing = missing;
        _decimalComma = decimalComma;
    }

    private enum ContentType { Unknown, Number, Logical, Date, Text }

    public string Name { get; }

    /// <summary>Whether a later field has contradicted the type that earlier ones were stored in.</summary>
    public bool MustBeReadAsText { get; private set; }

    /// <summary>Whether a value stands without quotes.</summary>
    public bool HasBareValues { get; private set; }

    /// <summary>Whether a field stands in quotes, one that would otherwise be missing included.</summary>
    public bool HasQuotedFields { get; private set; }

    /// <summary>The column of the same name whose fields are all texts; why it was decided so goes with it.</summary>
    public CsvColumn AsText() =>
        new(Name, _missing, _decimalComma) { _quotedIsLabel = _quotedIsLabel, _type = ContentType.Text, _loss = _loss };

    /// <param name="field">The field, blanks around it removed.</param>
    /// <param name="isQuoted">Whether it stands in quotes.</param>
    public void Add(ReadOnlySpan<char> field, bool isQuoted = false)
    {
        HasQuotedFields |= isQuoted;
        if (_missing.Contains(field) && !(isQuoted && _quotedIsLabel))
        {
            _quotedMissingSeen |= isQuoted;
            if (!MustBeReadAsText)
                AddMissing();
            return;
        }
        HasBareValues |= !isQuoted;
        if (MustBeReadAsText)
            return;
        if (_type == ContentType.Text)
            AddText(field);
        else if (field.IsWhiteSpace())
        {
            // Blank but not declared missing: no value for a number or a date, yet a value for a text.
            _blankSeen = true;
            AddMissing();
        }
        else
        {
            if (_type == ContentType.Unknown)
                Decide(field);
            AddValue(field);
        }
    }

    /// <summary>What quotes say of the column: see <see cref="CsvQuotes"/>.</summary>
    /// <param name="isText">Whether it is text.</param>
    /// <param name="isLabel">Whether what would be missing without quotes is a label in them.</param>
    public void DeclareText(bool isText, bool isLabel)
    {
        _quotedIsLabel = isLabel && _quotedMissingSeen;
        MustBeReadAsText |= _quotedIsLabel || (isText && (_type == ContentType.Unknown ? _blankSeen : _type != ContentType.Text));
    }

    /// <summary>Draws the conclusions that need all fields: see <see cref="MustBeReadAsText"/>.</summary>
    public void Complete()
    {
        if (MustBeReadAsText || _type == ContentType.Text)
            return;
        if (_type == ContentType.Number)
        {
            _labels.Complete(CollectionsMarshal.AsSpan(_numbers));
            _loss = _labels.Loss;
        }
        else if (_type == ContentType.Logical && !_wordForLogicalSeen && _logicals.Where(value => value is not null).Distinct()
            .Count() == 1)
            _loss = $"\"{(_logicals.Contains(true) ? "T" : "F")}\" alone may be a name as well as a truth value";
        MustBeReadAsText = _loss is not null;
    }

    public FieldColumn ToColumn() => _type switch
    {
        ContentType.Unknown => new NumericColumn(Name, Enumerable.Repeat(double.NaN, _leadingMissing).ToArray()),
        ContentType.Number => new NumericColumn(Name, [.. _numbers]),
        ContentType.Logical => new LogicalColumn(Name, [.. _logicals]),
        ContentType.Date => new DateColumn(Name, [.. _dates]),
        _ => CategoricalColumn.FromFirstSeen(Name, [.. _levels.Keys], [.. _codes], _loss),
    };

    private void Decide(ReadOnlySpan<char> field)
    {
        _type = TryNumber(field, out _, out _) ? ContentType.Number
            : TryLogical(field, out _) ? ContentType.Logical
            : TryDate(field, out _) ? ContentType.Date
            : ContentType.Text;
        MustBeReadAsText = _type == ContentType.Text && _blankSeen;
        for (var i = 0; i < _leadingMissing; i++)
            AddMissing();
    }

    private void AddValue(ReadOnlySpan<char> field)
    {
        switch (_type)
        {
            case ContentType.Number when TryNumber(field, out var text, out var number):
                _numbers.Add(number);
                _labels.Add(text.Trim(), number);
                break;
            case ContentType.Logical when TryLogical(field, out var logical):
                _logicals.Add(logical);
                _wordForLogicalSeen |= field.Length > 1;
                break;
            case ContentType.Date when TryDate(field, out var date):
                _dates.Add(date);
                break;
            case ContentType.Text:
                AddText(field);
                break;
            default:
                MustBeReadAsText = true;
                break;
        }
    }

    private void AddText(ReadOnlySpan<char> field)
    {
        if (!_levelOf.TryGetValue(field, out var code))
            _levels.Add(field.ToString(), code = _levels.Count);
        _codes.Add(code);
    }

    private void AddMissing()
    {
        switch (_type)
        {
            case ContentType.Unknown: _leadingMissing++; break;
            case ContentType.Number: _numbers.Add(double.NaN); break;
            case ContentType.Logical: _logicals.Add(null); break;
            case ContentType.Date: _dates.Add(null); break;
            default: _codes.Add(-1); break;
        }
    }

    private bool TryNumber(ReadOnlySpan<char> field, out ReadOnlySpan<char> withPoint, out double number)
    {
        number = 0;
        withPoint = _decimalComma ? field.ToString().Replace(',', '.') : field;
        return !(_decimalComma && field.Contains('.')) && NumberText.TryParse(withPoint, out number);
    }

    private static bool TryLogical(ReadOnlySpan<char> field, out bool value)
    {
        value = field is "TRUE" or "true" or "True" or "T";
        return value || field is "FALSE" or "false" or "False" or "F";
    }

    // ISO 8601; a time with an offset is converted to UTC.
    private static bool TryDate(ReadOnlySpan<char> field, out DateTime date)
    {
        date = default;
        if (field.Length < 10 || field[4] != '-' || field[7] != '-')
            return false;
        if (field.Length == 10)
            return DateTime.TryParseExact(field, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out date);
        if (!DateTime.TryParseExact(field, TimeFormats, CultureInfo.InvariantCulture, DateTimeStyles.AdjustToUniversal,
                out date))
            return false;
        date = DateTime.SpecifyKind(date, DateTimeKind.Unspecified);
        return true;
    }
}
