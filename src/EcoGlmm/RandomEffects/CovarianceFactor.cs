namespace EcoGlmm.RandomEffects;

/// <summary>
/// The covariance of the random effects at θ: for each term Λ, r × d, which all of its levels share, and the precision P of
/// its levels where these are related. b = (I ⊗ Λ) u, u ~ N(0, (P ⊗ I)⁻¹).
/// </summary>
internal sealed class CovarianceFactor
{
    private readonly RandomTerm[] _terms;
    private readonly double[][] _lambda;
    private readonly double[]?[] _precision;
    private readonly double[]?[] _work;
    private readonly double[] _logPrecision;
    private readonly double[][] _theta;

    public CovarianceFactor(IReadOnlyList<RandomTerm> terms)
    {
        _terms = [.. terms];
        _lambda = Array.ConvertAll(_terms, t => new double[t.Width * t.LatentWidth]);
        _precision = Array.ConvertAll(_terms, t => t.Structure.Precision is { DenseGroups: null } p ? new double[p.Pattern.NonZeros]
            : null);
        _work = Array.ConvertAll(_terms, t => t.Structure.Precision is { } p ? new double[p.WorkLength] : null);
        _logPrecision = new double[_terms.Length];
        _theta = Array.ConvertAll(_terms, t => new double[t.ThetaCount]);
        foreach (var theta in _theta) Array.Fill(theta, double.NaN);
        ThetaCount = _terms.Sum(t => t.ThetaCount);
        IsIdentity = Array.TrueForAll(_terms, t => t.Structure.Precision is null);
        for (var t = 0; t < _terms.Length; t++)
        {
            if (_terms[t].Structure.Precision is { ParameterCount: 0 } known)
                _logPrecision[t] = _terms[t].LatentWidth * known.Set([], _precision[t], _work[t]);
        }
    }

    /// <summary>Number of covariance parameters in all.</summary>
    public int ThetaCount { get; }

    /// <summary>Whether the levels of every term are independent: P = I.</summary>
    public bool IsIdentity { get; }

    /// <summary>log |P ⊗ I| of all terms.</summary>
    public double LogDeterminant
    {
        get
        {
            var sum = 0.0;
            foreach (var log in _logPrecision) sum += log;
            return sum;
        }
    }

    /// <summary>Λ of a term, r × d, row-major.</summary>
    public double[] this[int term] => _lambda[term];

    /// <summary>P of a term on its pattern; null where it is the identity, or where its inverse is dense (<see cref="Dense"/>).</summary>
    public double[]? Precision(int term) => _precision[term];

    /// <summary>The covariance of a term's levels where it is dense in groups; null for other terms.</summary>
    public DenseLevels? Dense(int term) => _terms[term].Structure.Precision?.DenseGroups is { } groups
        ? new DenseLevels(groups, _work[term]!) : null;

    /// <summary>log |P| of the terms whose covariance is dense.</summary>
    public double DenseLogDeterminant
    {
        get
        {
            var sum = 0.0;
            for (var t = 0; t < _terms.Length; t++) sum += _terms[t].Structure.Precision?.DenseGroups is null ? 0 : _logPrecision[t];
            return sum;
        }
    }

    /// <summary>A term's part of θ.</summary>
    public ReadOnlySpan<double> Theta(int term) => _theta[term];

    /// <summary>A term's parameters of Λ.</summary>
    public ReadOnlySpan<double> LoadingsTheta(int term) => _theta[term].AsSpan(0, _terms[term].Loadings.ParameterCount);

    /// <summary>A term's parameters of P.</summary>
    public ReadOnlySpan<double> PrecisionTheta(int term) => _theta[term].AsSpan(_terms[term].Loadings.ParameterCount);

    /// <summary>Sets Λ and P from θ; false where a P has no determinant, so far out are its parameters.</summary>
    public bool Set(ReadOnlySpan<double> theta)
    {
        var isPossible = true;
        for (var t = 0; t < _terms.Length; t++)
        {
            var term = _terms[t];
            var mine = theta.Slice(term.ThetaOffset, term.ThetaCount);
            var own = term.Loadings.ParameterCount;
            term.Loadings.Set(mine[..own], _lambda[t]);
            if (term.Structure.Precision is { ParameterCount: > 0 } varying && !mine[own..].SequenceEqual(PrecisionTheta(t)))
            {
                _logPrecision[t] = term.LatentWidth * varying.Set(mine[own..], _precision[t], _work[t]);
            }

            mine.CopyTo(_theta[t]);
            isPossible &= double.IsFinite(_logPrecision[t]);
        }

        return isPossible;
    }

    /// <summary>Takes the values of another factor of the same terms.</summary>
    public void CopyFrom(CovarianceFactor other)
    {
        for (var t = 0; t < _terms.Length; t++)
        {
            other._lambda[t].CopyTo(_lambda[t], 0);
            other._precision[t]?.CopyTo(_precision[t]!, 0);
            other._work[t]?.CopyTo(_work[t]!, 0);
            other._theta[t].CopyTo(_theta[t], 0);
            _logPrecision[t] = other._logPrecision[t];
        }
    }

    /// <summary>
    /// The pull-back for one term: writes ∂F/∂θ from ∂F/∂Λ and, where P varies, from the derivative by its pattern and log|P|.
    /// </summary>
    public void PullBack(int t,
        ReadOnlySpan<double> lambdaAdjoint, ReadOnlySpan<double> precisionAdjoint, double logAdjoint, Span<double> gradient)
    {
        var term = _terms[t];
        var own = term.Loadings.ParameterCount;
        term.Loadings.PullBack(LoadingsTheta(t), lambdaAdjoint, gradient[..own]);
        if (term.Structure.Precision is not { ParameterCount: > 0 } varying) return;
        varying.PullBack(PrecisionTheta(t), precisionAdjoint, logAdjoint * term.LatentWidth, _work[t], gradient[own..]);
    }

    /// <summary>b = Λu, level by level; u and b may be the same span.</summary>
    public void Multiply(ReadOnlySpan<double> u, Span<double> b)
    {
        for (var t = _terms.Length - 1; t >= 0; t--) Multiply(t, _lambda[t], u, b);
    }

    /// <summary>b = Λu for one term with the factor given (Λ itself, or a change of it).</summary>
    public void Multiply(int t, ReadOnlySpan<double> lambda, ReadOnlySpan<double> u, Span<double> b)
    {
        var term = _terms[t];
        var (r, d) = (term.Width, term.LatentWidth);
        var (levels, from, to) = (term.Levels.Count, term.LatentOffset, term.EffectOffset);
        if (r == 1)
        {
            // Backwards, since b may begin later in the span that it shares with u.
            for (var l = levels - 1; l >= 0; l--) b[to + l] = lambda[0] * u[from + l];
            return;
        }

        var lower = term.Loadings.IsLowerTriangular;
        Span<double> level = stackalloc double[d <= 64 ? d : 0];
        if (d > 64) level = new double[d];
        for (var l = levels - 1; l >= 0; l--)
        {
            u.Slice(from + (l * d), d).CopyTo(level);
            var at = to + (l * r);
            for (var row = r - 1; row >= 0; row--)
            {
                var sum = 0.0;
                var end = lower ? Math.Min(row + 1, d) : d;
                for (var c = 0; c < end; c++) sum += lambda[(row * d) + c] * level[c];
                b[at + row] = sum;
            }
        }
    }

    /// <summary>Λᵀx, level by level; x and the result may be the same span.</summary>
    public void MultiplyTransposed(ReadOnlySpan<double> x, Span<double> result)
    {
        for (var t = 0; t < _terms.Length; t++) MultiplyTransposed(t, _lambda[t], x, result);
    }

    /// <summary>Λᵀx for one term with the factor given.</summary>
    public void MultiplyTransposed(int t, ReadOnlySpan<double> lambda, ReadOnlySpan<double> x, Span<double> result)
    {
        var term = _terms[t];
        var (r, d) = (term.Width, term.LatentWidth);
        var (levels, from, to) = (term.Levels.Count, term.EffectOffset, term.LatentOffset);
        if (r == 1)
        {
            for (var l = 0; l < levels; l++) result[to + l] = lambda[0] * x[from + l];
            return;
        }

        var lower = term.Loadings.IsLowerTriangular;
        Span<double> level = stackalloc double[r <= 64 ? r : 0];
        if (r > 64) level = new double[r];
        for (var l = 0; l < levels; l++)
        {
            x.Slice(from + (l * r), r).CopyTo(level);
            var at = to + (l * d);
            for (var c = 0; c < d; c++)
            {
                var sum = 0.0;
                for (var row = lower ? c : 0; row < r; row++) sum += lambda[(row * d) + c] * level[row];
                result[at + c] = sum;
            }
        }
    }

    /// <summary>result ← (P ⊗ I) u.</summary>
    public void MultiplyPrecision(ReadOnlySpan<double> u, Span<double> result)
    {
        for (var t = 0; t < _terms.Length; t++)
        {
            var term = _terms[t];
            var mine = result.Slice(term.LatentOffset, term.LatentCount);
            if (_precision[t] is not { } p)
            {
                u.Slice(term.LatentOffset, term.LatentCount).CopyTo(mine);
                Dense(t)?.Solve(mine);
                continue;
            }

            mine.Clear();
            AddPrecision(t, p, u, result);
        }
    }

    /// <summary>result ← result + (P ⊗ I) u for one term with a precision given (P itself, or a change of it).</summary>
    public void AddPrecision(int t, ReadOnlySpan<double> p, ReadOnlySpan<double> u, Span<double> result)
    {
        var term = _terms[t];
        term.Structure.Precision!.Pattern.AddProduct(p, u.Slice(term.LatentOffset, term.LatentCount), term.LatentWidth,
            result.Slice(term.LatentOffset, term.LatentCount));
    }

    /// <summary>result ← result + (∂P ⊗ I) u for one term and a direction of the parameters of its precision.</summary>
    public void AddPrecisionChange(int t, ReadOnlySpan<double> direction, ReadOnlySpan<double> u, Span<double> result)
    {
        var term = _terms[t];
        term.Structure.Precision!.AddChange(PrecisionTheta(t), direction, _work[t], u.Slice(term.LatentOffset, term.LatentCount),
            term.LatentWidth,
            result.Slice(term.LatentOffset, term.LatentCount));
    }

    /// <summary>x ← (P⁻¹ ⊗ I) x for one term, in place, x as long as u.</summary>
    public void SolvePrecision(int t, Span<double> x)
    {
        var term = _terms[t];
        if (term.Structure.Precision is { } precision)
            precision.Solve(PrecisionTheta(t), _precision[t], x.Slice(term.LatentOffset, term.LatentCount), term.LatentWidth);
    }

    /// <summary>uᵀ(P ⊗ I)u over all terms.</summary>
    public double QuadraticForm(ReadOnlySpan<double> u)
    {
        var total = 0.0;
        if (IsIdentity)
        {
            foreach (var x in u) total += x * x;
            return total;
        }

        for (var t = 0; t < _terms.Length; t++)
        {
            var term = _terms[t];
            var x = u.Slice(term.LatentOffset, term.LatentCount);
            if (_precision[t] is not { } p)
            {
                foreach (var value in Dense(t)?.Noise(x) ?? x) total += value * value;
                continue;
            }

            var d = term.LatentWidth;
            var pattern = term.Structure.Precision!.Pattern;
            var (pointers, rows) = (pattern.ColumnPointers, pattern.RowIndices);
            for (var a = 0; a < pattern.Order; a++)
            {
                for (var c = 0; c < d; c++)
                {
                    var xa = x[(a * d) + c];
                    var sum = 0.5 * p[pointers[a]] * xa;
                    for (var k = pointers[a] + 1; k < pointers[a + 1]; k++) sum += p[k] * x[(rows[k] * d) + c];
                    total += 2 * xa * sum;
                }
            }
        }

        return total;
    }

    /// <summary>
    /// Adds the derivative of factor · xᵀ(P ⊗ I)y by the entries of P of one term's pattern, an entry off the diagonal standing
    /// for both of its places; where covariances are dense, by those of the precision of L⁻¹u.
    /// </summary>
    public void AddOuter(int t, double factor, ReadOnlySpan<double> x, ReadOnlySpan<double> y, Span<double> adjoint)
    {
        var term = _terms[t];
        var d = term.LatentWidth;
        var pattern = term.Structure.Precision!.Pattern;
        var (pointers, rows) = (pattern.ColumnPointers, pattern.RowIndices);
        var mx = x.Slice(term.LatentOffset, term.LatentCount);
        var my = y.Slice(term.LatentOffset, term.LatentCount);
        if (Dense(t) is { } dense)
        {
            mx = dense.Noise(mx);
            my = dense.Noise(my);
        }

        for (var a = 0; a < pattern.Order; a++)
        {
            for (var c = 0; c < d; c++)
            {
                var (xa, ya) = (factor * mx[(a * d) + c], factor * my[(a * d) + c]);
                adjoint[pointers[a]] += xa * my[(a * d) + c];
                for (var k = pointers[a] + 1; k < pointers[a + 1]; k++)
                {
                    var b = (rows[k] * d) + c;
                    adjoint[k] += (xa * my[b]) + (ya * mx[b]);
                }
            }
        }
    }
}
