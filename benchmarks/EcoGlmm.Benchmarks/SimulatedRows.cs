using System.Collections;
using System.Data.Common;

namespace EcoGlmm.Benchmarks;

/// <summary>Rows as a database would give them, one after the other: a count, a number, a group of 100,000 and a year.</summary>
internal sealed class SimulatedRows(int rows) : DbDataReader
{
    private static readonly string[] Names = ["count", "x", "group", "year"];
    private static readonly Type[] Types = [typeof(int), typeof(double), typeof(string), typeof(int)];
    private readonly IEnumerator<(int Count, double X, string Group, int Year)> _rows = Of(rows).GetEnumerator();

    public static IEnumerable<(int Count, double X, string Group, int Year)> Of(int rows)
    {
        var random = new Random(1);
        var groups = Enumerable.Range(0, 100_000).Select(group => $"g{group}").ToArray();
        for (var i = 0; i < rows; i++)
        {
            var x = Math.Round((random.NextDouble() * 6) - 3, 4);
            yield return (random.Next(30), x, groups[random.Next(groups.Length)], 1990 + random.Next(30));
        }
    }

    public override int FieldCount => Names.Length;
    public override int Depth => 0;
    public override bool HasRows => true;
    public override bool IsClosed => false;
    public override int RecordsAffected => -1;
    public override object this[int ordinal] => GetValue(ordinal);
    public override object this[string name] => GetValue(GetOrdinal(name));

    public override bool Read() => _rows.MoveNext();
    public override bool NextResult() => false;
    public override string GetName(int ordinal) => Names[ordinal];
    public override int GetOrdinal(string name) => Array.IndexOf(Names, name);
    public override Type GetFieldType(int ordinal) => Types[ordinal];
    public override string GetDataTypeName(int ordinal) => Types[ordinal].Name;
    public override bool IsDBNull(int ordinal) => false;
    public override int GetInt32(int ordinal) => ordinal == 0 ? _rows.Current.Count : _rows.Current.Year;
    public override double GetDouble(int ordinal) => _rows.Current.X;
    public override string GetString(int ordinal) => _rows.Current.Group;

    public override object GetValue(int ordinal) => ordinal switch
    {
        1 => _rows.Current.X, 2 => _rows.Current.Group, _ => GetInt32(ordinal),
    };

    public override int GetValues(object[] values)
    {
        for (var i = 0; i < FieldCount; i++) values[i] = GetValue(i);
        return FieldCount;
    }

    public override IEnumerator GetEnumerator() => new DbEnumerator(this);
    public override bool GetBoolean(int ordinal) => throw new InvalidCastException();
    public override byte GetByte(int ordinal) => throw new InvalidCastException();
    public override long GetBytes(int ordinal, long from, byte[]? buffer, int to, int length) => throw new InvalidCastException();
    public override char GetChar(int ordinal) => throw new InvalidCastException();
    public override long GetChars(int ordinal, long from, char[]? buffer, int to, int length) => throw new InvalidCastException();
    public override DateTime GetDateTime(int ordinal) => throw new InvalidCastException();
    public override decimal GetDecimal(int ordinal) => throw new InvalidCastException();
    public override float GetFloat(int ordinal) => throw new InvalidCastException();
    public override Guid GetGuid(int ordinal) => throw new InvalidCastException();
    public override short GetInt16(int ordinal) => throw new InvalidCastException();
    public override long GetInt64(int ordinal) => throw new InvalidCastException();

    protected override void Dispose(bool disposing)
    {
        if (disposing) _rows.Dispose();
        base.Dispose(disposing);
    }
}
