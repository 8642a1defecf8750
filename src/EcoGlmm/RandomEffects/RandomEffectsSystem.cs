using EcoGlmm.Numerics;

namespace EcoGlmm.RandomEffects;

/// <summary>
/// The linear algebra of the random effects: H = ΛᵀZᵀWZΛ + I and what is derived from it.
/// Everything that depends on the observations goes through Z with its level codes; everything that depends
/// on Λ is done level by level, so that its cost does not grow with the number of observations.
/// W couples the model's linear predictors: W[k, m] holds −∂²ℓ/∂η_k∂η_m, an entry for each observation.
/// </summary>
internal sealed partial class RandomEffectsSystem
{
    private readonly RandomTerm[] _terms;
    private readonly CrossBlocks[] _pairs;
    private readonly CrossBlocks[][] _pairsOfFirst;
    private readonly double[][] _diagonal;
    private readonly double[][] _diagonalB;
    private readonly SparsePattern? _pattern;
    private readonly SparseCholesky? _cholesky;
    private readonly double[] _values;
    private readonly double[] _scratch;
    private readonly ParallelOptions _parallel;

    public RandomEffectsSystem(IReadOnlyList<RandomTerm> terms, int observationCount, int maxThreads)
    {
        _parallel = new ParallelOptions { MaxDegreeOfParallelism = maxThreads };
        _terms = [.. terms];
        ObservationCount = observationCount;
        EffectCount = _terms.Sum(t => t.EffectCount);
        Lambda = new CovarianceFactor(_terms);
        _diagonal = Array.ConvertAll(_terms, t => new double[t.EffectCount * t.Width]);
        _diagonalB = Array.ConvertAll(_terms, t => new double[t.EffectCount * t.Width]);
        var pairs = new List<CrossBlocks>();
        for (var s = 0; s < _terms.Length; s++)
        {
            for (var t = s + 1; t < _terms.Length; t++) pairs.Add(CrossBlocks.Find(_terms, s, t));
        }

        _pairs = [.. pairs];
        _pairsOfFirst = Enumerable.Range(0, _terms.Length).Select(s => _pairs.Where(p => p.First == s).ToArray()).ToArray();
        var widest = _terms.Length == 0 ? 0 : _terms.Max(t => t.Width);
        _scratch = new double[3 * widest * widest];
        if (EffectCount == 0)
        {
            _values = [];
            return;
        }

        _pattern = BuildPattern();
        _values = new double[_pattern.RowIndices.Length];
        _cholesky = SparseCholesky.Analyze(_pattern);
        _cholesky.MaxThreads = maxThreads;
    }

    /// <summary>Stops a factorisation or a selected inverse between two supernodes.</summary>
    public CancellationToken Cancellation
    {
        init
        {
            if (_cholesky is not null) _cholesky.Cancellation = value;
        }
    }

    public IReadOnlyList<RandomTerm> Terms => _terms;

    public int ObservationCount { get; }

    /// <summary>q, the length of u.</summary>
    public int EffectCount { get; }

    /// <summary>Λ at the current θ.</summary>
    public CovarianceFactor Lambda { get; }

    /// <summary>log |H| of the last factorisation.</summary>
    public double LogDeterminant => _cholesky?.LogDeterminant ?? 0;

    /// <summary>Whether a factorisation costs much more than a pass over the observations.</summary>
    public bool IsFactorizationCostly => _cholesky is not null && _cholesky.FactorFlops > 60.0 * ObservationCount;

    /// <summary>Numeric factorisations done so far.</summary>
    public int FactorizationCount { get; private set; }

    /// <summary>Non-zeros of the Cholesky factor.</summary>
    public long FactorNonZeros => _cholesky?.FactorNonZeros ?? 0;

    /// <summary>ZᵀWZ from the weights of each pair of linear predictors.</summary>
    public void SetWeights(Func<int, int, double[]> weights)
    {
        var tasks = _terms.Length + _pairs.Length;
        void Run(int k)
        {
            if (k < _terms.Length)
            {
                var term = _terms[k];
                SumDiagonal(term, weights(term.Predictor, term.Predictor), _diagonal[k]);
            }
            else
            {
                var pair = _pairs[k - _terms.Length];
                SumPair(pair, weights(_terms[pair.First].Predictor, _terms[pair.Second].Predictor));
            }
        }

        if (tasks > 1 && ObservationCount > 20_000 && _parallel.MaxDegreeOfParallelism != 1)
        {
            Parallel.For(0, tasks, _parallel, Run);
        }
        else
        {
            for (var k = 0; k < tasks; k++) Run(k);
        }
    }

    private static void SumDiagonal(RandomTerm term, double[] w, double[] d)
    {
        Array.Clear(d);
        var codes = term.Codes;
        if (term.Z is not { } z)
        {
            for (var i = 0; i < codes.Length; i++) d[codes[i]] += w[i];
            return;
        }

        var r = term.Width;
        for (var i = 0; i < codes.Length; i++)
        {
            var at = codes[i] * r * r;
            var zi = z.AsSpan(i * r, r);
            for (var a = 0; a < r; a++)
            {
                var wz = w[i] * zi[a];
                for (var b = 0; b < r; b++) d[at + a * r + b] += wz * zi[b];
            }
        }
    }

    private void SumPair(CrossBlocks pair, double[] w)
    {
        Array.Clear(pair.A);
        var block = pair.BlockOfRow;
        var (zs, rs) = (_terms[pair.First].Z, _terms[pair.First].Width);
        var (zt, rt) = (_terms[pair.Second].Z, _terms[pair.Second].Width);
        if (zs is null && zt is null)
        {
            for (var i = 0; i < block.Length; i++) pair.A[block[i]] += w[i];
            return;
        }

        for (var i = 0; i < block.Length; i++)
        {
            var at = block[i] * pair.Size;
            for (var a = 0; a < rt; a++)
            {
                var wz = zt is null ? w[i] : w[i] * zt[i * rt + a];
                for (var b = 0; b < rs; b++) pair.A[at + a * rs + b] += zs is null ? wz : wz * zs[i * rs + b];
            }
        }
    }

    /// <summary>Forms H at the current Λ and weights and factorises it; false when it is not positive definite.</summary>
    public bool TryFactor()
    {
        if (_cholesky is null) return true;
        FormH();
        FactorizationCount++;
        return _cholesky.TryFactor(_values);
    }

    /// <summary>
    /// Where the last factorisation failed, factorises without random effects (Λ = 0, H = I), so that a fit that is reported as not
    /// converged can still be asked for everything. Whether that was necessary.
    /// </summary>
    public bool MakeUsable()
    {
        if (_cholesky is null || _cholesky.IsFactored) return false;
        Lambda.Set(new double[_terms.Sum(t => t.ThetaCount)]);
        return TryFactor();
    }

    /// <summary>x ← H⁻¹x.</summary>
    public void Solve(Span<double> x) => _cholesky?.Solve(x);

    /// <summary>z ~ N(0, I) becomes a draw from N(0, H⁻¹).</summary>
    public void SolveFactorTransposed(Span<double> z) => _cholesky?.SolveFactorTransposed(z);

    private void FormH()
    {
        var at = 0;
        for (var s = 0; s < _terms.Length; s++)
        {
            var r = _terms[s].Width;
            var lambda = Lambda[s];
            var pairs = _pairsOfFirst[s];
            var d = _diagonal[s];
            for (var a = 0; a < _terms[s].Levels.Count; a++)
            {
                var below = 0;
                foreach (var p in pairs) below += (p.Starts[a + 1] - p.Starts[a]) * _terms[p.Second].Width;
                if (r == 1)
                {
                    _values[at] = lambda[0] * lambda[0] * d[a] + 1;
                }
                else
                {
                    Sandwich(lambda, r, d.AsSpan(a * r * r, r * r), lambda, r, _scratch);
                    for (int c = 0, column = at; c < r; column += r - c + below, c++)
                    {
                        for (var row = c; row < r; row++)
                        {
                            _values[column + row - c] = _scratch[row * r + c] + (row == c ? 1 : 0);
                        }
                    }
                }

                var rows = 0;
                foreach (var p in pairs)
                {
                    var rt = _terms[p.Second].Width;
                    var lambdaT = Lambda[p.Second];
                    for (var k = p.Starts[a]; k < p.Starts[a + 1]; k++, rows += rt)
                    {
                        if (p.Size == 1)
                        {
                            _values[at + 1 + rows] = lambda[0] * lambdaT[0] * p.A[k];
                            continue;
                        }

                        Sandwich(lambdaT, rt, p.A.AsSpan(k * p.Size, p.Size), lambda, r, _scratch);
                        for (int c = 0, column = at; c < r; column += r - c + below, c++)
                        {
                            for (var row = 0; row < rt; row++)
                            {
                                _values[column + r - c + rows + row] = _scratch[row * r + c];
                            }
                        }
                    }
                }

                at += r * (r + 1) / 2 + r * below;
            }
        }
    }

    /// <summary>result = LᵀMR for row-major lower-triangular L (m × m), R (r × r) and M (m × r).</summary>
    private static void Sandwich(ReadOnlySpan<double> left, int m, ReadOnlySpan<double> matrix,
        ReadOnlySpan<double> right, int r, Span<double> result)
    {
        var product = result[(m * r)..];
        for (var i = 0; i < m; i++)
        {
            for (var c = 0; c < r; c++)
            {
                var sum = 0.0;
                for (var k = c; k < r; k++) sum += matrix[i * r + k] * right[k * r + c];
                product[i * r + c] = sum;
            }
        }

        for (var i = 0; i < m; i++)
        {
            for (var c = 0; c < r; c++)
            {
                var sum = 0.0;
                for (var k = i; k < m; k++) sum += left[k * m + i] * product[k * r + c];
                result[i * r + c] = sum;
            }
        }
    }

    /// <summary>
    /// From H⁻¹ on the pattern of H: B = ΛH⁻¹Λᵀ for later use, and, when asked for, ½ tr(H⁻¹ ∂(ΛᵀAΛ)/∂Λ)
    /// for each term, A = ZᵀWZ: r × r row-major, one after the other in <paramref name="traces"/>.
    /// </summary>
    public void SelectedInverse(double[][]? traces)
    {
        if (_cholesky is null) return;
        _cholesky.SelectedInverse(_values);
        if (traces is not null)
        {
            foreach (var m in traces) Array.Clear(m);
        }

        Span<double> work = _scratch;
        var at = 0;
        for (var s = 0; s < _terms.Length; s++)
        {
            var r = _terms[s].Width;
            var lambda = Lambda[s];
            var pairs = _pairsOfFirst[s];
            for (var a = 0; a < _terms[s].Levels.Count; a++)
            {
                var below = 0;
                foreach (var p in pairs) below += (p.Starts[a + 1] - p.Starts[a]) * _terms[p.Second].Width;
                var block = work[..(r * r)];
                for (int c = 0, column = at; c < r; column += r - c + below, c++)
                {
                    for (var row = c; row < r; row++)
                    {
                        block[row * r + c] = block[c * r + row] = _values[column + row - c];
                    }
                }

                AddBlock(block, lambda, r, _diagonal[s].AsSpan(a * r * r, r * r), lambda, r,
                    _diagonalB[s].AsSpan(a * r * r, r * r), traces?[s], null);
                var rows = 0;
                foreach (var p in pairs)
                {
                    var rt = _terms[p.Second].Width;
                    var cross = work[..(rt * r)];
                    for (var k = p.Starts[a]; k < p.Starts[a + 1]; k++, rows += rt)
                    {
                        for (int c = 0, column = at; c < r; column += r - c + below, c++)
                        {
                            for (var row = 0; row < rt; row++)
                            {
                                cross[row * r + c] = _values[column + r - c + rows + row];
                            }
                        }

                        AddBlock(cross, Lambda[p.Second], rt, p.A.AsSpan(k * p.Size, p.Size), lambda, r,
                            p.B.AsSpan(k * p.Size, p.Size), traces?[p.Second], traces?[s]);
                    }
                }

                at += r * (r + 1) / 2 + r * below;
            }
        }
    }

    /// <summary>
    /// For one block S of H⁻¹ (m × r) with the block A of ZᵀWZ: b = Λ_m S Λ_rᵀ, and the traces' terms
    /// A Λ_r Sᵀ (m × m) and Aᵀ Λ_m S (r × r).
    /// </summary>
    private void AddBlock(ReadOnlySpan<double> s, double[] lambdaM, int m, ReadOnlySpan<double> a, double[] lambdaR, int r,
        Span<double> b, double[]? traceM, double[]? traceR)
    {
        if (m == 1 && r == 1)
        {
            b[0] = lambdaM[0] * s[0] * lambdaR[0];
            if (traceM is not null) traceM[0] += a[0] * lambdaR[0] * s[0];
            if (traceR is not null) traceR[0] += a[0] * lambdaM[0] * s[0];
            return;
        }

        var product = _scratch.AsSpan(m * r, m * r);
        for (var i = 0; i < m; i++)
        {
            for (var c = 0; c < r; c++)
            {
                var sum = 0.0;
                for (var k = 0; k <= i; k++) sum += lambdaM[i * m + k] * s[k * r + c];
                product[i * r + c] = sum;
            }
        }

        for (var i = 0; i < m; i++)
        {
            for (var c = 0; c < r; c++)
            {
                var sum = 0.0;
                for (var k = 0; k <= c; k++) sum += product[i * r + k] * lambdaR[c * r + k];
                b[i * r + c] = sum;
            }
        }

        if (traceR is not null)
        {
            for (var i = 0; i < r; i++)
            {
                for (var c = 0; c < r; c++)
                {
                    var sum = 0.0;
                    for (var k = 0; k < m; k++) sum += a[k * r + i] * product[k * r + c];
                    traceR[i * r + c] += sum;
                }
            }
        }

        if (traceM is null) return;
        for (var k = 0; k < r; k++)
        {
            for (var c = 0; c < m; c++)
            {
                var sum = 0.0;
                for (var j = 0; j <= k; j++) sum += lambdaR[k * r + j] * s[c * r + j];
                product[k * m + c] = sum;
            }
        }

        for (var i = 0; i < m; i++)
        {
            for (var c = 0; c < m; c++)
            {
                var sum = 0.0;
                for (var k = 0; k < r; k++) sum += a[i * r + k] * product[k * m + c];
                traceM[i * m + c] += sum;
            }
        }
    }

    private SparsePattern BuildPattern()
    {
        var pointers = new int[EffectCount + 1];
        var indices = new List<int>(EffectCount * 2);
        for (var s = 0; s < _terms.Length; s++)
        {
            var r = _terms[s].Width;
            for (var a = 0; a < _terms[s].Levels.Count; a++)
            {
                for (var c = 0; c < r; c++)
                {
                    var column = _terms[s].EffectOffset + a * r + c;
                    pointers[column] = indices.Count;
                    for (var row = c; row < r; row++) indices.Add(_terms[s].EffectOffset + a * r + row);
                    foreach (var p in _pairsOfFirst[s])
                    {
                        var t = _terms[p.Second];
                        for (var k = p.Starts[a]; k < p.Starts[a + 1]; k++)
                        {
                            for (var row = 0; row < t.Width; row++)
                            {
                                indices.Add(t.EffectOffset + p.Partners[k] * t.Width + row);
                            }
                        }
                    }
                }
            }
        }

        pointers[EffectCount] = indices.Count;
        return new SparsePattern(EffectCount, pointers, [.. indices]);
    }
}
