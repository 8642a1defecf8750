using System.Globalization;

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

    private readonly HashSet<string> _missing;
    private readonly int _longestMissing;
    private readonly bool _decimalComma;
    private readonly List<double> _numbers = [];
    private readonly List<bool?> _logicals = [];
    private readonly List<DateTime?> _dates = [];
    private readonly List<int> _codes = [];
    private readonly Dictionary<string, int> _levels = new(StringComparer.Ordinal);
    private ContentType _type;
    private int _leadingMissing;
    private bool _blankSeen;

    public CsvColumn(string name, CsvOptions options, bool isText)
    {
        Name = name;
        _missing = new HashSet<string>(options.MissingValues, StringComparer.Ordinal);
        _longestMissing = _missing.Count == 0 ? -1 : _missing.Max(text => text.Length);
        _decimalComma = options.DecimalSeparator == ',';
        _type = isText ? ContentType.Text : ContentType.Unknown;
    }

    private enum ContentType { Unknown, Number, Logical, Date, Text }

    public string Name { get; }

    /// <summary>Whether a later field has contradicted the type that earlier ones were stored in.</summary>
    public bool MustBeReadAsText { get; private set; }

    public void Add(string field)
    {
        if (MustBeReadAsText)
            return;
        if (field.Length <= _longestMissing && _missing.Contains(field))
            AddMissing();
        else if (_type == ContentType.Text)
            AddText(field);
        else if (string.IsNullOrWhiteSpace(field))
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

    public FieldColumn ToColumn() => _type switch
    {
        ContentType.Unknown => new NumericColumn(Name, Enumerable.Repeat(double.NaN, _leadingMissing).ToArray()),
        ContentType.Number => new NumericColumn(Name, [.. _numbers]),
        ContentType.Logical => new LogicalColumn(Name, [.. _logicals]),
        ContentType.Date => new DateColumn(Name, [.. _dates]),
        _ => CategoricalColumn.FromFirstSeen(Name, [.. _levels.Keys], [.. _codes]),
    };

    private void Decide(string field)
    {
        _type = TryNumber(field, out _) ? ContentType.Number
            : TryLogical(field, out _) ? ContentType.Logical
            : TryDate(field, out _) ? ContentType.Date
            : ContentType.Text;
        MustBeReadAsText = _type == ContentType.Text && _blankSeen;
        for (var i = 0; i < _leadingMissing; i++)
            AddMissing();
    }

    private void AddValue(string field)
    {
        switch (_type)
        {
            case ContentType.Number when TryNumber(field, out var number):
                _numbers.Add(number);
                break;
            case ContentType.Logical when TryLogical(field, out var logical):
                _logicals.Add(logical);
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

    private void AddText(string field)
    {
        if (!_levels.TryGetValue(field, out var code))
            _levels.Add(field, code = _levels.Count);
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

    private bool TryNumber(string field, out double number)
    {
        if (!_decimalComma)
            return NumberText.TryParse(field, out number);
        if (field.Contains('.'))
        {
            number = 0;
            return false;
        }
        return NumberText.TryParse(field.Replace(',', '.'), out number);
    }

    private static bool TryLogical(string field, out bool value)
    {
        value = field is "TRUE" or "true" or "True" or "T";
        return value || field is "FALSE" or "false" or "False" or "F";
    }

    // ISO 8601; a time with an offset is converted to UTC.
    private static bool TryDate(string field, out DateTime date)
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
