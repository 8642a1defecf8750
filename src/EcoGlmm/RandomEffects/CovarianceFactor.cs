namespace EcoGlmm.RandomEffects;

/// <summary>
/// Λ(θ): for each term an r × r lower-triangular factor that all of its levels share, b = Λu, Var(b) = ΛΛᵀ.
/// θ holds its entries column by column (its diagonal, for uncorrelated effects), without bounds: the
/// likelihood does not depend on the sign of a column, so that a variance of zero is an interior point.
/// </summary>
internal sealed class CovarianceFactor
{
    private readonly RandomTerm[] _terms;
    private readonly double[][] _lambda;

    public CovarianceFactor(IReadOnlyList<RandomTerm> terms)
    {
        _terms = [.. terms];
        _lambda = Array.ConvertAll(_terms, t => new double[t.Width * t.Width]);
        ThetaCount = _terms.Sum(t => t.ThetaCount);
    }

    /// <summary>Number of covariance parameters in all.</summary>
    public int ThetaCount { get; }

    /// <summary>Λ of a term, r × r, row-major.</summary>
    public double[] this[int term] => _lambda[term];

    /// <summary>Sets Λ from θ.</summary>
    public void Set(ReadOnlySpan<double> theta)
    {
        for (var t = 0; t < _terms.Length; t++)
        {
            Unpack(_terms[t], theta.Slice(_terms[t].ThetaOffset, _terms[t].ThetaCount), _lambda[t]);
        }
    }

    /// <summary>Writes a term's θ into its r × r row-major factor.</summary>
    public static void Unpack(RandomTerm term, ReadOnlySpan<double> theta, Span<double> lambda)
    {
        var r = term.Width;
        var k = 0;
        for (var c = 0; c < r; c++)
        {
            var last = term.IsDiagonal ? c : r - 1;
            for (var row = c; row <= last; row++) lambda[row * r + c] = theta[k++];
        }
    }

    /// <summary>Reads a term's θ, or the derivative with respect to it, from an r × r row-major matrix.</summary>
    public static void Pack(RandomTerm term, ReadOnlySpan<double> lambda, Span<double> theta)
    {
        var r = term.Width;
        var k = 0;
        for (var c = 0; c < r; c++)
        {
            var last = term.IsDiagonal ? c : r - 1;
            for (var row = c; row <= last; row++) theta[k++] = lambda[row * r + c];
        }
    }

    /// <summary>b = Λu, level by level.</summary>
    public void Multiply(ReadOnlySpan<double> u, Span<double> b)
    {
        for (var t = 0; t < _terms.Length; t++)
        {
            Multiply(_terms[t], _lambda[t], u, b);
        }
    }

    /// <summary>b = Λu for one term with the factor given (Λ itself, or a change of it).</summary>
    public static void Multiply(RandomTerm term, ReadOnlySpan<double> lambda, ReadOnlySpan<double> u, Span<double> b)
    {
        var r = term.Width;
        var from = term.EffectOffset;
        var to = from + term.EffectCount;
        if (r == 1)
        {
            for (var j = from; j < to; j++) b[j] = lambda[0] * u[j];
            return;
        }

        for (var j = from; j < to; j += r)
        {
            for (var row = r - 1; row >= 0; row--)
            {
                var sum = 0.0;
                for (var c = 0; c <= row; c++) sum += lambda[row * r + c] * u[j + c];
                b[j + row] = sum;
            }
        }
    }

    /// <summary>Λᵀx, level by level; x and the result may be the same span.</summary>
    public void MultiplyTransposed(ReadOnlySpan<double> x, Span<double> result)
    {
        for (var t = 0; t < _terms.Length; t++)
        {
            MultiplyTransposed(_terms[t], _lambda[t], x, result);
        }
    }

    /// <summary>Λᵀx for one term with the factor given.</summary>
    public static void MultiplyTransposed(RandomTerm term, ReadOnlySpan<double> lambda, ReadOnlySpan<double> x,
        Span<double> result)
    {
        var r = term.Width;
        var from = term.EffectOffset;
        var to = from + term.EffectCount;
        for (var j = from; j < to; j += r)
        {
            for (var c = 0; c < r; c++)
            {
                var sum = 0.0;
                for (var row = c; row < r; row++) sum += lambda[row * r + c] * x[j + row];
                result[j + c] = sum;
            }
        }
    }
}
