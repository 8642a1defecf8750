using System.Numerics;
using Apache.Arrow;
using Apache.Arrow.Types;

namespace EcoGlmm.Data;

/// <summary>A column of record batches as it grows batch by batch.</summary>
internal abstract class ArrowColumn(string name)
{
    protected string Name { get; } = name;

    /// <exception cref="GlmmException">No column of field data holds such values.</exception>
    public static ArrowColumn For(Field field) => field.DataType switch
    {
        NullType or Int8Type or Int16Type or Int32Type or Int64Type or UInt8Type or UInt16Type or UInt32Type or UInt64Type
            or HalfFloatType or FloatType or DoubleType or Decimal128Type or Decimal256Type => new NumberColumn(field.Name),
        BooleanType => new TruthColumn(field.Name),
        StringType => new TextColumn(field.Name),
        DictionaryType { ValueType: StringType } words => new DictionaryColumn(field.Name, words.Ordered),
        Date32Type or Date64Type or TimestampType => new DayColumn(field.Name),
        _ => throw GlmmException.InData($"Column \"{field.Name}\" of the record batch holds values of Arrow's type {field.DataType.Name}, "
            + "and a column takes numbers, texts, true/false and dates. Leave it out, or convert it first."),
    };

    public abstract void Append(IArrowArray array);

    public abstract FieldColumn ToColumn();

    // Whole numbers as such until one is not; those that a double would change are identifiers, and all become texts.
    private sealed class NumberColumn(string name) : ArrowColumn(name)
    {
        private readonly WholeRows _wholes = new();
        private readonly RowStore<double> _numbers = new();
        private readonly List<object?> _identifiers = [];
        private bool _hasDecimals;
        private bool _isSingle;
        private bool _hasIdentifiers;

        public override void Append(IArrowArray array)
        {
            if (!_hasIdentifiers && HasIdentifier(array))
                ToIdentifiers();
            if (_hasIdentifiers)
            {
                AppendIdentifiers(array);
                return;
            }
            switch (array)
            {
                case Int8Array values: AppendWholes(values); break;
                case Int16Array values: AppendWholes(values); break;
                case Int32Array values: AppendWholes(values); break;
                case UInt8Array values: AppendWholes(values); break;
                case UInt16Array values: AppendWholes(values); break;
                case UInt32Array values: AppendWholes(values); break;
                case Int64Array values: AppendWholes(values); break;
                case UInt64Array values: AppendWholes(values); break;
                case HalfFloatArray values: AppendDecimals(values); break;
                case FloatArray values:
                    _isSingle = true;
                    AppendDecimals(values);
                    break;
                case DoubleArray values: AppendDecimals(values); break;
                default: AppendOthers(array); break;
            }
        }

        public override FieldColumn ToColumn()
        {
            if (_hasIdentifiers)
                return ColumnBuilder.FromObjects(Name, [.. _identifiers], typeof(decimal));
            if (!_hasDecimals)
                return new NumericColumn(Name, _wholes.Take());
            var values = _numbers.Take();
            return new NumericColumn(Name, values, _isSingle
                && System.Array.Exists(values, value => double.IsFinite(value) && value != Math.Floor(value)));
        }

        private static bool HasIdentifier(IArrowArray array) => array switch
        {
            Int64Array values => HasIdentifier(values),
            UInt64Array values => HasIdentifier(values),
            Decimal128Array or Decimal256Array => Enumerable.Range(0, array.Length).Any(row => Identifier(array, row) is { } number
                && NumberLabels.Exact(number) is not null),
            _ => false,
        };

        private static bool HasIdentifier<T>(PrimitiveArray<T> array)
            where T : unmanaged, INumberBase<T>
        {
            var values = array.Values;
            for (var row = 0; row < values.Length; row++)
            {
                if (Math.Abs(double.CreateTruncating(values[row])) >= NumberLabels.LargestExactWhole && array.IsValid(row)
                    && NumberLabels.Exact(values[row]) is not null)
                    return true;
            }
            return false;
        }

        private static object? Identifier(IArrowArray array, int row) => array switch
        {
            _ when array.IsNull(row) => null,
            Int64Array values => values.GetValue(row),
            UInt64Array values => values.GetValue(row),
            Decimal128Array values => values.GetValue(row),
            Decimal256Array values => values.GetValue(row),
            _ => null,
        };

        private void ToIdentifiers()
        {
            _hasIdentifiers = true;
            if (_hasDecimals)
            {
                foreach (var value in _numbers.Values)
                    _identifiers.Add(double.IsNaN(value) ? null : value);
                return;
            }
            var before = _wholes.Take();
            for (var row = 0; row < before.Length; row++)
                _identifiers.Add(before[row] == WholeNumbers.Missing ? null : (double)before[row]);
        }

        private void AppendIdentifiers(IArrowArray array)
        {
            for (var row = 0; row < array.Length; row++)
                _identifiers.Add(Identifier(array, row));
        }

        private void AppendWholes<T>(PrimitiveArray<T> array)
            where T : unmanaged, INumberBase<T>
        {
            var values = array.Values;
            Span<int> wholes = stackalloc int[FieldBatch.MostRows];
            if (_wholes.Count == 0)
                _wholes.Reserve(values.Length);
            for (var from = 0; from < values.Length; from += wholes.Length)
            {
                var some = values[from..Math.Min(values.Length, from + wholes.Length)];
                var (most, isWhole) = (0, !_hasDecimals);
                for (var i = 0; i < some.Length && isWhole; i++)
                {
                    var isThere = array.NullCount == 0 || array.IsValid(from + i);
                    var whole = isThere ? double.CreateTruncating(some[i]) : 0;
                    isWhole = Math.Abs(whole) <= int.MaxValue;
                    wholes[i] = isThere ? (int)whole : WholeNumbers.Missing;
                    most |= isThere ? Math.Abs((int)Math.Clamp(whole, -int.MaxValue, int.MaxValue)) : 0;
                }
                if (!isWhole)
                {
                    AppendDecimals(array, from);
                    return;
                }
                _wholes.Add(wholes[..some.Length], most);
            }
        }

        private void AppendDecimals<T>(PrimitiveArray<T> array, int from = 0)
            where T : unmanaged, INumberBase<T>
        {
            var values = array.Values;
            var numbers = Decimals(values.Length - from);
            if (typeof(T) == typeof(double))
                System.Runtime.InteropServices.MemoryMarshal.Cast<T, double>(values)[from..].CopyTo(numbers);
            else
            {
                for (var row = from; row < values.Length; row++)
                    numbers[row - from] = double.CreateTruncating(values[row]);
            }
            for (var row = from; row < values.Length && array.NullCount > 0; row++)
            {
                if (!array.IsValid(row))
                    numbers[row - from] = double.NaN;
            }
        }

        // Decimals of fixed places, and columns that hold nothing.
        private void AppendOthers(IArrowArray array)
        {
            var numbers = Decimals(array.Length);
            for (var row = 0; row < array.Length; row++)
            {
                numbers[row] = array.IsNull(row) ? double.NaN : array switch
                {
                    Decimal128Array values => (double)values.GetValue(row)!.Value,
                    Decimal256Array values => (double)values.GetValue(row)!.Value,
                    _ => double.NaN,
                };
            }
        }

        private Span<double> Decimals(int count)
        {
            if (!_hasDecimals)
            {
                _numbers.Reserve(_wholes.Count + count);
                _wholes.MoveTo(_numbers);
            }
            _hasDecimals = true;
            return _numbers.Room(count);
        }
    }

    private sealed class TruthColumn(string name) : ArrowColumn(name)
    {
        private readonly RowStore<bool?> _values = new();

        public override void Append(IArrowArray array)
        {
            var truths = (BooleanArray)array;
            var values = _values.Room(array.Length);
            for (var row = 0; row < values.Length; row++)
                values[row] = truths.GetValue(row);
        }

        public override FieldColumn ToColumn() => new LogicalColumn(Name, _values.Take());
    }

    private sealed class DayColumn(string name) : ArrowColumn(name)
    {
        private readonly RowStore<DateTime?> _values = new();

        public override void Append(IArrowArray array)
        {
            var values = _values.Room(array.Length);
            for (var row = 0; row < array.Length; row++)
            {
                values[row] = array.IsNull(row) ? null : array switch
                {
                    Date32Array days => days.GetDateTime(row),
                    Date64Array days => days.GetDateTime(row),
                    _ => Time((TimestampArray)array, row),
                };
            }
        }

        public override FieldColumn ToColumn() => new DateColumn(Name, _values.Take());

        private DateTime Time(TimestampArray times, int row)
        {
            var unit = ((TimestampType)times.Data.DataType).Unit;
            var value = times.Values[row];
            var ticks = unit switch
            {
                TimeUnit.Second => (Int128)value * TimeSpan.TicksPerSecond,
                TimeUnit.Millisecond => (Int128)value * TimeSpan.TicksPerMillisecond,
                TimeUnit.Microsecond => (Int128)value * TimeSpan.TicksPerMicrosecond,
                _ => (Int128)value / TimeSpan.NanosecondsPerTick,
            } + DateTime.UnixEpoch.Ticks;
            return ticks >= 0 && ticks <= DateTime.MaxValue.Ticks
                ? new DateTime((long)ticks)
                : throw GlmmException.InData($"Column \"{Name}\" of the record batch holds a time in row {row + 1} that lies beyond the "
                    + "years 1 to 9999.");
        }
    }

    private sealed class TextColumn(string name) : ArrowColumn(name)
    {
        private readonly CodeRows _codes = new();

        public override void Append(IArrowArray array)
        {
            var texts = (StringArray)array;
            for (var row = 0; row < texts.Length; row++)
            {
                if (texts.IsNull(row))
                    _codes.AddMissing(1);
                else
                    _codes.Add(texts.GetBytes(row));
            }
        }

        public override FieldColumn ToColumn() => _codes.ToColumn(Name, keptAsText: null);
    }

    // Each batch may have words of its own, and so codes of its own. Words that no row has are levels where their order means something.
    private sealed class DictionaryColumn(string name, bool isOrdered) : ArrowColumn(name)
    {
        private const int Unmet = -2;

        private readonly CodeRows _codes = new();

        public override void Append(IArrowArray array)
        {
            var words = (StringArray)((DictionaryArray)array).Dictionary;
            var codes = new int[words.Length];
            for (var i = 0; i < codes.Length; i++)
                codes[i] = words.IsNull(i) ? CodeRows.Missing : isOrdered ? _codes.Levels.Code(words.GetBytes(i)) : Unmet;
            switch (((DictionaryArray)array).Indices)
            {
                case Int8Array indices: Add(indices, words, codes); break;
                case Int16Array indices: Add(indices, words, codes); break;
                case Int32Array indices: Add(indices, words, codes); break;
                case Int64Array indices: Add(indices, words, codes); break;
                case UInt8Array indices: Add(indices, words, codes); break;
                case UInt16Array indices: Add(indices, words, codes); break;
                case UInt32Array indices: Add(indices, words, codes); break;
                case UInt64Array indices: Add(indices, words, codes); break;
            }
        }

        public override FieldColumn ToColumn() =>
            isOrdered ? _codes.ToOrdered(Name) : _codes.ToColumn(Name, keptAsText: null);

        private void Add<T>(PrimitiveArray<T> indices, StringArray words, int[] codes)
            where T : unmanaged, INumberBase<T>
        {
            var values = indices.Values;
            Span<int> some = stackalloc int[FieldBatch.MostRows];
            for (var from = 0; from < values.Length; from += some.Length)
            {
                var count = Math.Min(some.Length, values.Length - from);
                for (var i = 0; i < count; i++)
                {
                    some[i] = CodeRows.Missing;
                    if (indices.NullCount > 0 && !indices.IsValid(from + i))
                        continue;
                    var word = int.CreateChecked(values[from + i]);
                    if (codes[word] == Unmet)
                        codes[word] = _codes.Levels.Code(words.GetBytes(word));
                    some[i] = codes[word];
                }
                _codes.AddCodes(some[..count]);
            }
        }
    }
}
