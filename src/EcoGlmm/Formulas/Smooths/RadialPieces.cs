namespace EcoGlmm.Formulas.Smooths;

/// <summary>
/// Functions Σ w_p |x − t_p|^q of one covariate, q odd, as what they are: polynomials between the places t_p. A value takes a search for
/// its place instead of a sum over all of them.
/// </summary>
internal sealed class RadialPieces
{
    /// <summary>Pieces after which coefficients are summed anew, so that rounding errors do not run on.</summary>
    private const int PiecesOfOneSum = 40;

    private readonly double[] _t;
    private readonly int _functions;
    private readonly int _degree;

    /// <summary>Piece (before the first place, then after each) × function × coefficient of (x − its place) to the powers 0 to
    /// q.</summary>
    private readonly double[] _coefficients;

    /// <param name="places">t, in any order, all different.</param>
    /// <param name="weights">w: places × functions, row-major.</param>
    /// <param name="degree">q.</param>
    /// <param name="sign">What all functions are multiplied by.</param>
    public RadialPieces(double[] places, double[] weights, int degree, int sign)
    {
        var n = places.Length;
        (_functions, _degree) = (weights.Length / n, degree);
        var order = Enumerable.Range(0, n).ToArray();
        _t = (double[])places.Clone();
        Array.Sort(_t, order);
        double[] w = [.. order.SelectMany(p => weights.Skip(p * _functions).Take(_functions)).Select(v => sign * v)];
        var width = _functions * (degree + 1);
        _coefficients = new double[(n + 1) * width];
        for (var piece = 0; piece <= n; piece++)
        {
            var own = _coefficients.AsSpan(piece * width, width);
            if (piece % PiecesOfOneSum <= 1 || piece == 1) Sum(w, piece, own);
            else Follow(w, piece, _coefficients.AsSpan((piece - 1) * width, width), own);
        }
    }

    /// <summary>Writes the functions at some rows: a column of n values each.</summary>
    /// <param name="x">The covariate.</param>
    /// <param name="shift">What is taken off it.</param>
    /// <param name="first">The first row.</param>
    /// <param name="rows">How many.</param>
    /// <param name="values">Functions × n.</param>
    public void Evaluate(double[] x, double shift, int first, int rows, double[] values)
    {
        var n = x.Length;
        for (var i = first; i < first + rows; i++)
        {
            var at = x[i] - shift;
            var found = Array.BinarySearch(_t, at);
            var piece = found >= 0 ? found + 1 : ~found;
            var u = at - _t[Math.Max(0, piece - 1)];
            var c = _coefficients.AsSpan(piece * _functions * (_degree + 1), _functions * (_degree + 1));
            for (var f = 0; f < _functions; f++)
            {
                var value = 0.0;
                for (var l = _degree; l >= 0; l--) value = (value * u) + c[(f * (_degree + 1)) + l];
                values[(f * n) + i] = value;
            }
        }
    }

    // |x − t|^q is (x − t)^q to the right of t and its negative to the left: Taylor's coefficients at the piece's place.
    private void Sum(double[] w, int piece, Span<double> own)
    {
        var place = _t[Math.Max(0, piece - 1)];
        for (var p = 0; p < _t.Length; p++)
        {
            var side = p < piece ? 1.0 : -1;
            var (distance, power) = (place - _t[p], 1.0);
            for (var l = _degree; l >= 0; l--)
            {
                for (var f = 0; f < _functions; f++) own[(f * (_degree + 1)) + l] += side * power * w[(p * _functions) + f];
                power *= distance;
            }
        }

        var binomial = 1.0;
        for (var l = 0; l <= _degree; l++)
        {
            for (var f = 0; f < _functions; f++) own[(f * (_degree + 1)) + l] *= binomial;
            binomial *= (_degree - l) / (l + 1.0);
        }
    }

    // The piece before it about the next place, where one term changes its sign.
    private void Follow(double[] w, int piece, ReadOnlySpan<double> before, Span<double> own)
    {
        var step = _t[piece - 1] - _t[piece - 2];
        before.CopyTo(own);
        for (var f = 0; f < _functions; f++)
        {
            var c = own.Slice(f * (_degree + 1), _degree + 1);
            for (var l = 0; l < _degree; l++)
            {
                for (var k = _degree - 1; k >= l; k--) c[k] += step * c[k + 1];
            }

            c[_degree] += 2 * w[((piece - 1) * _functions) + f];
        }
    }
}
