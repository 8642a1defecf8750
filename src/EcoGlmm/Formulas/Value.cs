using EcoGlmm.Data;

namespace EcoGlmm.Formulas;

/// <summary>What an expression in a formula evaluates to.</summary>
internal abstract class Value;

/// <summary>Numbers that do not vary with the row: a literal, or c(...).</summary>
internal sealed class ConstantNumbers(double[] values, bool isLogical = false) : Value
{
    public double[] Values { get; } = values;

    public bool IsLogical { get; } = isLogical;
}

/// <summary>Texts that do not vary with the row.</summary>
internal sealed class ConstantTexts(string[] values) : Value
{
    public string[] Values { get; } = values;
}

/// <summary>One number per row, NaN where missing; a logical is 0 or 1, a date the number of days since 1970-01-01.</summary>
internal sealed class NumericValue(double[] values, bool isLogical = false, bool isDate = false) : Value
{
    public double[] Values { get; } = values;

    public bool IsLogical { get; } = isLogical;

    public bool IsDate { get; } = isDate;

    /// <summary>The same as a factor, once somebody has asked for it.</summary>
    public FactorValue? Factor { get; set; }
}

/// <summary>One level per row, −1 where missing. The arrays may be those of the data: they are never written to.</summary>
internal sealed class FactorValue(string[] levels, int[] codes, bool isOrdered = false) : Value
{
    public string[] Levels { get; } = levels;

    public int[] Codes { get; } = codes;

    /// <summary>Whether the order of the levels means something, so that trends over them are the natural contrasts.</summary>
    public bool IsOrdered { get; } = isOrdered;

    /// <summary>Any value of rows as a factor: numbers sorted by value, logicals FALSE before TRUE.</summary>
    public static FactorValue? From(Value value)
    {
        switch (value)
        {
            case FactorValue factor:
                return factor;
            case NumericValue { IsLogical: true } logical:
                return new FactorValue(["FALSE", "TRUE"],
                    Array.ConvertAll(logical.Values, x => double.IsNaN(x) ? -1 : x != 0 ? 1 : 0));
            case NumericValue { IsDate: true } date:
                var days = ColumnConversion.Factor(new NumericColumn("date", date.Values));
                var sorted = date.Values.Where(x => !double.IsNaN(x)).Distinct().Order();
                return new FactorValue(
                    [.. sorted.Select(day => DateColumn.Format(new DateTime(1970, 1, 1).AddDays(day)))], days.Codes);
            case NumericValue numeric:
                return numeric.Factor ??= OfNumbers(numeric.Values);
            default:
                return null;
        }
    }

    private static FactorValue OfNumbers(double[] values)
    {
        var column = ColumnConversion.Factor(new NumericColumn("value", values));
        return new FactorValue(column.Levels, column.Codes);
    }

    /// <summary>The same factor without the levels that no row has.</summary>
    public FactorValue DropUnusedLevels()
    {
        var used = new bool[Levels.Length];
        foreach (var code in Codes)
        {
            if (code >= 0)
                used[code] = true;
        }
        if (Array.TrueForAll(used, u => u))
            return this;
        var newCode = new int[Levels.Length];
        var levels = new List<string>();
        for (var level = 0; level < used.Length; level++)
        {
            newCode[level] = used[level] ? levels.Count : -1;
            if (used[level])
                levels.Add(Levels[level]);
        }
        return new FactorValue([.. levels], Array.ConvertAll(Codes, code => code < 0 ? -1 : newCode[code]), IsOrdered);
    }

    /// <summary>
    /// The combinations of two factors that occur, named <c>a1:b1</c> and ordered by the first factor, then the second.
    /// </summary>
    public static FactorValue Interaction(FactorValue first, FactorValue second)
    {
        var width = (long)second.Levels.Length;
        var codeOf = new Dictionary<long, int>();
        var codes = new int[first.Codes.Length];
        for (var row = 0; row < codes.Length; row++)
        {
            if (first.Codes[row] < 0 || second.Codes[row] < 0)
            {
                codes[row] = -1;
                continue;
            }
            var key = first.Codes[row] * width + second.Codes[row];
            if (!codeOf.TryGetValue(key, out var code))
                codeOf.Add(key, code = codeOf.Count);
            codes[row] = code;
        }
        var keys = codeOf.Keys.Order().ToArray();
        var rank = new int[keys.Length];
        for (var i = 0; i < keys.Length; i++)
            rank[codeOf[keys[i]]] = i;
        return new FactorValue(
            Array.ConvertAll(keys, key => $"{first.Levels[key / width]}:{second.Levels[key % width]}"),
            Array.ConvertAll(codes, code => code < 0 ? -1 : rank[code]));
    }
}

/// <summary>Several numbers per row, as poly() and ns() give them; <c>ColumnNames</c> are R's: "1", "2", …</summary>
internal sealed class MatrixValue(double[][] columns, string[] columnNames) : Value
{
    public double[][] Columns { get; } = columns;

    public string[] ColumnNames { get; } = columnNames;
}
