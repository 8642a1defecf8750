namespace EcoGlmm.Formulas.Smooths;

/// <summary>
/// Products of the matrix |t_i − t_j|^q, q odd, with vectors, in time n q² instead of n²: sums over the places to one side of a place,
/// Σ w_p |t − t_p|^l for l = 0 to q, follow from those of the place before it by the binomial theorem. All terms of a sum that moves on are
/// positive multiples of weights, so that rounding errors stay those of a sum.
/// </summary>
internal sealed class RadialProduct
{
    private readonly double[] _t;
    private readonly int[] _order;
    private readonly int _degree;
    private readonly int _sign;

    /// <param name="places">t, in any order, all different.</param>
    /// <param name="degree">q.</param>
    /// <param name="sign">What the matrix is multiplied by.</param>
    public RadialProduct(double[] places, int degree, int sign)
    {
        (_degree, _sign) = (degree, sign);
        _order = [.. Enumerable.Range(0, places.Length)];
        _t = (double[])places.Clone();
        Array.Sort(_t, _order);
    }

    /// <summary>Writes the product with v; both in the order of the places as they were given.</summary>
    public void Multiply(double[] v, double[] product)
    {
        var sums = new double[_degree + 1];
        for (var i = 0; i < _t.Length; i++)
        {
            Move(sums, i == 0 ? 0 : _t[i] - _t[i - 1]);
            product[_order[i]] = _sign * sums[_degree];
            sums[0] += v[_order[i]];
        }

        Array.Clear(sums);
        for (var i = _t.Length - 1; i >= 0; i--)
        {
            Move(sums, i == _t.Length - 1 ? 0 : _t[i + 1] - _t[i]);
            product[_order[i]] += _sign * sums[_degree];
            sums[0] += v[_order[i]];
        }
    }

    // Σ w (d + h)^l for all l from those of d, the highest power first: those of lower powers are then still those of d.
    private void Move(double[] sums, double step)
    {
        for (var l = _degree; l > 0; l--)
        {
            var (value, coefficient, power) = (sums[l], 1.0, 1.0);
            for (var j = 1; j <= l; j++)
            {
                coefficient *= (l - j + 1.0) / j;
                power *= step;
                value += coefficient * power * sums[l - j];
            }

            sums[l] = value;
        }
    }
}
