namespace EcoGlmm.Data;

/// <summary>Numbers that are added one after the other, kept as whole ones in few bytes each until one is not whole.</summary>
internal sealed class NumberRows
{
    private readonly WholeRows _wholes = new();
    private readonly RowStore<double> _decimals = new();
    private bool _hasDecimals;

    public int Count => _hasDecimals ? _decimals.Count : _wholes.Count;

    /// <param name="number">The number; NaN is missing.</param>
    public void Add(double number)
    {
        if (!_hasDecimals && !double.IsNaN(number) && !IsWhole(number))
        {
            _wholes.MoveTo(_decimals);
            _hasDecimals = true;
        }
        if (_hasDecimals)
            _decimals.Add(number);
        else
            _wholes.Add(double.IsNaN(number) ? WholeNumbers.Missing : (int)number);
    }

    /// <summary>Whether an integer of four bytes holds a number, which −0 and NaN are not.</summary>
    public static bool IsWhole(double number) =>
        Math.Abs(number) <= int.MaxValue && number == Math.Floor(number) && (number != 0 || !double.IsNegative(number));

    /// <summary>All numbers as a column; none are left here.</summary>
    public NumericColumn ToColumn(string name) =>
        _hasDecimals ? new NumericColumn(name, _decimals.Take()) : new NumericColumn(name, _wholes.Take());
}
