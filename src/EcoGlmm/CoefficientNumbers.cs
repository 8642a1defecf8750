using EcoGlmm.Text;

namespace EcoGlmm;

/// <summary>
/// Numbers of a table of coefficients, with as many decimals as their standard errors justify: so many significant
/// digits of the standard error, the same for all rows unless their scales lie more than three powers of ten apart.
/// </summary>
internal sealed class CoefficientNumbers
{
    private const int MostDecimals = 9;

    private readonly CoefficientTable _table;
    private readonly int[] _decimals;

    public CoefficientNumbers(CoefficientTable table, int digits)
    {
        _table = table;
        _decimals = [.. table.Select(c => Decimals(double.IsFinite(c.StandardError) && c.StandardError > 0 ? c.StandardError
            : c.Estimate, digits))];
        var own = _decimals.Where((_, i) => double.IsFinite(table[i].Estimate) && _decimals[i] <= MostDecimals).DefaultIfEmpty(0).ToArray();
        var common = Math.Min(own.Max(), own.Min() + 3);
        for (var i = 0; i < _decimals.Length; i++) _decimals[i] = Math.Max(_decimals[i], common);
    }

    /// <summary>A number on the scale of the linear predictor, in the row of a coefficient.</summary>
    public string Text(int row, double value) => !double.IsFinite(value) || _decimals[row] > MostDecimals || Math.Abs(value) >= 1e9
        ? NumberFormat.Significant(value)
        : NumberFormat.Fixed(value, _decimals[row]);

    /// <summary>The interval of a coefficient.</summary>
    public string Interval(int row, double halfWidth) =>
        $"{Text(row, _table[row].Estimate - halfWidth)} to {Text(row, _table[row].Estimate + halfWidth)}";

    /// <summary>
    /// A ratio with its interval, each with two significant digits of itself or of the interval's width, whichever shows
    /// more, and two decimals at least below ten: "0.59 (0.47 to 0.72)", "1.0020 (1.0010 to 1.0030)".
    /// </summary>
    public static string Ratio(double value, double lower, double upper)
    {
        var width = Decimals(upper - lower, 2);
        return $"{One(value)} ({One(lower)} to {One(upper)})";

        string One(double x) => !double.IsFinite(x) || x >= 1e5 || x < 1e-4
            ? NumberFormat.Significant(x, 2)
            : NumberFormat.Fixed(x, Math.Max(x < 10 ? 2 : 0, Math.Max(width > MostDecimals ? 0 : width, Decimals(x, 2))));
    }

    /// <summary>A p-value as R prints it in a table of coefficients.</summary>
    public static string PValue(double p) => double.IsNaN(p) ? "NaN" : p < 2.2e-16 ? "<2e-16" : NumberFormat.Significant(p, 3);

    private static int Decimals(double value, int digits) => !double.IsFinite(value) || value == 0
        ? 0
        : Math.Max(0, digits - 1 - (int)Math.Floor(Math.Log10(Math.Abs(value))));
}
