namespace EcoGlmm.Formulas.Smooths;

/// <summary>
/// A function of covariates for each combination of the levels of some factors, which add up to zero over the levels of each factor at
/// every
/// place: products of the sum-to-zero contrasts of the factors and a basis, with a penalty for each combination or one for all. The last of
/// the "covariates" are the factors' codes.
/// </summary>
internal sealed class DifferenceBasis : SmoothBasis
{
    private readonly SmoothBasis _inner;
    private readonly int[] _levels;
    private readonly int _contrasts;

    /// <param name="inner">The basis of each curve.</param>
    /// <param name="levels">Numbers of levels of the factors, two at least.</param>
    /// <param name="isAlike">Whether all curves share one penalty.</param>
    public DifferenceBasis(SmoothBasis inner, int[] levels, bool isAlike)
    {
        (_inner, _levels) = (inner, levels);
        _contrasts = levels.Aggregate(1, (product, count) => product * (count - 1));
        var k = inner.Count;
        Count = _contrasts * k;
        NullDimension = _contrasts * inner.NullDimension;
        var combinations = levels.Aggregate(1, (product, count) => product * count);
        double[][] each = [.. Enumerable.Range(0, combinations).SelectMany(c =>
        {
            var weights = Weights(Codes(c));
            var outer = new double[_contrasts * _contrasts];
            for (var a = 0; a < _contrasts; a++)
            {
                for (var b = 0; b < _contrasts; b++) outer[(a * _contrasts) + b] = weights[a] * weights[b];
            }

            return inner.Penalties.Select(s => PenaltyAlgebra.Kronecker(outer, _contrasts, s, k));
        })];
        Penalty = Sum(each);
        Penalties = isAlike ? [Penalty] : each;
    }

    public override int Count { get; }

    public override double[] Penalty { get; }

    public override IReadOnlyList<double[]> Penalties { get; }

    public override int NullDimension { get; }

    private static double[] Sum(double[][] matrices)
    {
        var sum = new double[matrices[0].Length];
        foreach (var matrix in matrices)
        {
            for (var i = 0; i < sum.Length; i++) sum[i] += matrix[i];
        }

        return sum;
    }

    private int[] Codes(int combination)
    {
        var codes = new int[_levels.Length];
        for (var f = codes.Length - 1; f >= 0; f--)
        {
            codes[f] = combination % _levels[f];
            combination /= _levels[f];
        }

        return codes;
    }

    /// <summary>The row of the product of contrasts for levels of the factors.</summary>
    private double[] Weights(ReadOnlySpan<int> codes)
    {
        double[] weights = [1];
        for (var f = 0; f < _levels.Length; f++)
        {
            var count = _levels[f] - 1;
            var next = new double[weights.Length * count];
            for (var a = 0; a < weights.Length; a++)
            {
                for (var c = 0; c < count; c++) next[(a * count) + c] = codes[f] == count ? -weights[a] : codes[f] == c ? weights[a] : 0;
            }

            weights = next;
        }

        return weights;
    }

    public override void Settle() => _inner.Settle();

    /// <inheritdoc/>
    public override void Evaluate(double[][] x, Span<double> result)
    {
        var (n, k, covariates) = (x[0].Length, _inner.Count, x.Length - _levels.Length);
        var functions = new double[n * k];
        _inner.Evaluate(x[..covariates], functions);
        var codes = new int[_levels.Length];
        for (var i = 0; i < n; i++)
        {
            for (var f = 0; f < codes.Length; f++) codes[f] = (int)x[covariates + f][i];
            var weights = Weights(codes);
            for (var a = 0; a < _contrasts; a++)
            {
                for (var j = 0; j < k; j++) result[(((a * k) + j) * n) + i] = weights[a] == 0 ? 0 : weights[a] * functions[(j * n) + i];
            }
        }
    }
}
