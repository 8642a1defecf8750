using EcoGlmm.Numerics;

namespace EcoGlmm.RandomEffects;

/// <summary>
/// The linear algebra of the random effects: H = ΛᵀZᵀWZΛ + P and what is derived from it.
/// Everything that depends on the observations goes through Z with its level codes; everything that depends
/// on Λ is done level by level, so that its cost does not grow with the number of observations.
/// W couples the model's linear predictors: W[k, m] holds −∂²ℓ/∂η_k∂η_m, an entry for each observation.
/// </summary>
internal sealed partial class RandomEffectsSystem
{
    private readonly RandomTerm[] _terms;
    private readonly CrossBlocks[] _pairs;
    private readonly CrossBlocks[][] _pairsOfFirst;

    /// <summary>The own block of ZᵀWZ of each level: r × r, or its diagonal alone where every row has at most one effect.</summary>
    private readonly double[][] _diagonal;

    /// <summary>The own block of ΛH⁻¹Λᵀ of each level, of the same shape.</summary>
    private readonly double[][] _diagonalB;

    /// <summary>The own block of H⁻¹ of each level, d × d, for terms of which only the diagonal is kept of these.</summary>
    private readonly double[]?[] _inverse;
    private readonly double[]?[] _precisionAdjoints;
    private readonly int[] _latentWidths;
    private readonly SparsePattern? _pattern;
    /// <summary>A factorisation of fewer operations takes some seconds at most, and has no Monte Carlo error.</summary>
    private const double LeastIterativeFlops = 1e11;

    /// <summary>Operations of a factorisation that take as long as one of iterations, whose memory access is less regular.</summary>
    private const double IterativeAdvantage = 5;

    /// <summary>
    /// Residuals, relative to the right-hand side's, of Newton's steps, and of columns whose products with others, in error by the square,
    /// enter a log-likelihood.
    /// </summary>
    private const double RoughTolerance = 1e-4, ColumnTolerance = 1e-9;

    /// <summary>Order of what is factorised.</summary>
    private readonly int _order;

    private readonly ISparseFactor? _factor;
    private readonly double[] _values;
    private readonly double[] _scratch;

    /// <param name="terms">The terms.</param>
    /// <param name="observationCount">Rows of Z.</param>
    /// <param name="maxThreads">Threads to use at most.</param>
    /// <param name="solver">How systems are solved.</param>
    /// <param name="eliminatesRows">Whether effects that each row has for itself are eliminated first.</param>
    /// <param name="cancellation">Stops what takes long.</param>
    public RandomEffectsSystem(IReadOnlyList<RandomTerm> terms, int observationCount, int maxThreads,
        LinearSolver solver = LinearSolver.Automatic, bool eliminatesRows = false, CancellationToken cancellation = default)
    {
        _passes = new RowPasses(maxThreads);
        _terms = [.. terms];
        ObservationCount = observationCount;
        EffectCount = _terms.Sum(t => t.EffectCount);
        LatentCount = _terms.Sum(t => t.LatentCount);
        _latentWidths = Array.ConvertAll(_terms, t => t.LatentWidth);
        Lambda = new CovarianceFactor(_terms);
        _diagonal = Array.ConvertAll(_terms, t => new double[t.EffectCount * (t.SingleEffect is null ? t.Width : 1)]);
        _diagonalB = Array.ConvertAll(_diagonal, d => new double[d.Length]);
        _inverse = Array.ConvertAll(_terms, t => t.SingleEffect is null ? null : new double[t.LatentCount * t.LatentWidth]);
        _denseDiagonal = Array.ConvertAll(_terms, t => t.Structure.Precision?.DenseGroups is null ? null : new double[t.Levels.Count]);
        _hasDense = Array.Exists(_denseDiagonal, d => d is not null);
        _rows = eliminatesRows ? FindRowEffects(_terms, observationCount) : null;
        var pairs = new List<CrossBlocks>();
        for (var s = 0; s < _terms.Length; s++)
        {
            cancellation.ThrowIfCancellationRequested();
            if (s == _rows?.Term) continue;
            if (CrossBlocks.HasWithin(_terms[s])) pairs.Add(CrossBlocks.Find(_terms, s, s));
            for (var t = s + 1; t < _terms.Length; t++)
            {
                if (t != _rows?.Term) pairs.Add(CrossBlocks.Find(_terms, s, t));
            }
        }

        _pairs = [.. pairs];
        _pairsOfFirst = Enumerable.Range(0, _terms.Length).Select(s => _pairs.Where(p => p.First == s).ToArray()).ToArray();
        _precisionAdjoints = Array.ConvertAll(_terms, t => t.Structure.Precision is { ParameterCount: > 0 } p
            ? new double[p.Pattern.NonZeros] : null);
        var widest = _terms.Length == 0 ? 0 : _terms.Max(t => t.Width);
        _scratch = new double[3 * widest * widest];
        _order = LatentCount - (_rows?.Factor.Length ?? 0);
        if (_order == 0)
        {
            _values = [];
            return;
        }

        cancellation.ThrowIfCancellationRequested();
        _pattern = BuildPattern();
        cancellation.ThrowIfCancellationRequested();
        _values = new double[_pattern.RowIndices.Length];
        _factor = FactorOf(_pattern, solver, _terms.Any(t => t.Structure.Precision is not null), cancellation);
        _factor.MaxThreads = maxThreads;
        _factor.Cancellation = cancellation;
    }

    /// <summary>
    /// A factorisation, unless iterations are asked for, or are predicted to be several times cheaper than one that takes longer
    /// than a few seconds.
    /// </summary>
    private static ISparseFactor FactorOf(SparsePattern pattern, LinearSolver solver, bool mayBeSeries, CancellationToken cancellation)
    {
        if (solver != LinearSolver.Iterative && mayBeSeries && BandCholesky.TryAnalyze(pattern) is { } band) return band;
        return solver switch
        {
            LinearSolver.Direct => SparseCholesky.Analyze(pattern, cancellation),
            LinearSolver.Iterative => new IterativeFactor(pattern),
            _ => (ISparseFactor?)SparseCholesky.TryAnalyze(pattern, Math.Max(LeastIterativeFlops, IterativeAdvantage
                * IterativeFactor.FlopsOf(pattern)), cancellation)
                ?? new IterativeFactor(pattern),
        };
    }

    /// <summary>Nothing cancels it from here on: what a fit keeps outlives the token that the fit was made with.</summary>
    public void Release()
    {
        if (_factor is not null) _factor.Cancellation = CancellationToken.None;
    }

    public IReadOnlyList<RandomTerm> Terms => _terms;

    public int ObservationCount { get; }

    /// <summary>Length of b.</summary>
    public int EffectCount { get; }

    /// <summary>Length of u, the order of H; no more than that of b.</summary>
    public int LatentCount { get; }

    /// <summary>Λ and P at the current θ.</summary>
    public CovarianceFactor Lambda { get; }

    /// <summary>log |H| of the last factorisation.</summary>
    public double LogDeterminant => (_factor?.LogDeterminant ?? 0) + (_hasDense ? Lambda.DenseLogDeterminant : 0)
        + (_rows?.LogDeterminant ?? 0);

    /// <summary>Whether a factorisation costs much more than a pass over the observations.</summary>
    public bool IsFactorizationCostly => _factor is SparseCholesky && _factor.Flops > 60.0 * ObservationCount;

    /// <summary>Whether systems are solved by iterations, so that log |H| and what follows from it have a Monte Carlo error.</summary>
    public bool IsIterative => _factor is IterativeFactor;

    /// <summary>Parts of the probes, each an estimate by itself; none where nothing is left to chance.</summary>
    public int ProbeBlocks => (_factor as IterativeFactor)?.Blocks ?? 0;

    /// <summary>Makes the selected inverse an estimate by one part of the probes alone, or by all again.</summary>
    public void UseProbeBlock(int? block) => (_factor as IterativeFactor)?.UseBlock(block);

    /// <summary>Monte Carlo standard error of <see cref="LogDeterminant"/>; zero for a factorisation.</summary>
    public double LogDeterminantError => _factor?.LogDeterminantError ?? 0;

    /// <summary>Operations of one ΛᵀZᵀWZΛ with its factorisation, about.</summary>
    public double Flops => (_factor?.Flops ?? 0)
        + _terms.Sum(t => (double)t.Levels.Count * t.Width * t.LatentWidth * (t.Width + t.LatentWidth));

    /// <summary>Numeric factorisations done so far.</summary>
    public int FactorizationCount { get; private set; }

    /// <summary>Non-zeros of the Cholesky factor.</summary>
    public long FactorNonZeros => _factor?.NonZeros ?? 0;

    /// <summary>Forms H at the current Λ and weights and factorises it; false when it is not positive definite.</summary>
    public bool TryFactor()
    {
        if (_rows is not null && !TryEliminate(_rows)) return false;
        if (_factor is null) return true;
        FormH();
        FactorizationCount++;
        return _factor.TryFactor(_values);
    }

    /// <summary>
    /// Where the last factorisation failed, factorises as if there were no observations (H = P), so that a fit that is reported as
    /// not converged can still be asked for everything. Whether that was necessary.
    /// </summary>
    public bool MakeUsable()
    {
        if (_factor?.IsFactored != false && _rows?.IsFactored != false) return false;
        var none = new double[ObservationCount];
        SetWeights((_, _) => none);
        if (!TryFactor())
        {
            Lambda.Set(new double[_terms.Sum(t => t.ThetaCount)]);
            TryFactor();
        }

        return true;
    }

    /// <summary>
    /// Copies Λ, the factor and H⁻¹ on its pattern, at weights that stay; what is returned brings them back. Null where there is
    /// no sparse factorisation: then all is to be had again by <see cref="TryFactor"/>.
    /// </summary>
    public Action? Keep()
    {
        if (_factor is not SparseCholesky cholesky || _rows is not null) return null;
        var lambda = new CovarianceFactor(_terms);
        lambda.CopyFrom(Lambda);
        var factor = cholesky.Keep();
        double[][] live = [.. _diagonalB, .. _inverse.OfType<double[]>(), .. _pairs.Select(p => p.B)];
        var kept = Array.ConvertAll(live, b => (double[])b.Clone());
        return () =>
        {
            Lambda.CopyFrom(lambda);
            factor();
            for (var k = 0; k < live.Length; k++) kept[k].CopyTo(live[k], 0);
        };
    }

    /// <summary>x ← H⁻¹x, x as long as u or longer (the rest stays).</summary>
    public void Solve(Span<double> x)
    {
        ToFactored(x);
        _factor?.Solve(x[.._order]);
        FromFactored(x);
    }

    /// <summary>
    /// As <see cref="Solve"/>, for a step that is taken again if need be: iterations end at a few digits.
    /// </summary>
    public void SolveRoughly(Span<double> x)
    {
        if (_factor is not IterativeFactor iterative)
        {
            Solve(x);
            return;
        }

        ToFactored(x);
        iterative.Solve(x[.._order], RoughTolerance);
        FromFactored(x);
    }

    /// <summary>X ← H⁻¹X for several columns, of which each begins a stride after the one before.</summary>
    public void SolveMany(Span<double> x, int stride, int columns)
    {
        if (_factor is IterativeFactor iterative)
        {
            for (var j = 0; j < columns; j++) ToFactored(x.Slice(j * stride, LatentCount));
            if (columns == 1) iterative.Solve(x[.._order], ColumnTolerance);
            else iterative.SolveMany(x, stride, columns, ColumnTolerance);
            for (var j = 0; j < columns; j++) FromFactored(x.Slice(j * stride, LatentCount));
            return;
        }

        for (var j = 0; j < columns; j++) Solve(x.Slice(j * stride, LatentCount));
    }

    /// <summary>z ~ N(0, I) becomes a draw from N(0, H⁻¹).</summary>
    /// <exception cref="GlmmException">Systems are solved by iterations, which have no factor to draw by.</exception>
    public void SolveFactorTransposed(Span<double> z)
    {
        if (_factor is IterativeFactor)
        {
            throw new GlmmException("Random effects cannot be drawn from a fit by iterations. Fit it with "
                + "new GlmmControl { Solver = LinearSolver.Direct }, if its factorisation can be had.");
        }

        if (_rows is not null) Rotate(z[_terms[_rows.Term].LatentOffset..LatentCount], _terms[_rows.Term].LatentCount);
        ((IDirectFactor?)_factor)?.SolveFactorTransposed(z[.._order]);
        if (_rows is not null) Restore(_rows, z, isDraw: true);
        else FromNoise(z);
    }

    private void ToFactored(Span<double> x)
    {
        if (_rows is not null) Eliminate(_rows, x);
        else ToNoise(x);
    }

    private void FromFactored(Span<double> x)
    {
        if (_rows is not null) Restore(_rows, x);
        else FromNoise(x);
    }

    private void FormH()
    {
        if (_hasDense) MixCrossProducts();
        var at = 0;
        for (var s = 0; s < _terms.Length; s++)
        {
            if (s == _rows?.Term) continue;
            var (r, ds) = (_terms[s].Width, _latentWidths[s]);
            var lambda = Lambda[s];
            var lower = _terms[s].Loadings.IsLowerTriangular;
            var pairs = _pairsOfFirst[s];
            var d = _denseDiagonal[s] ?? _diagonal[s];
            var precision = Lambda.Precision(s);
            var pointers = _terms[s].Structure.Precision?.Pattern.ColumnPointers;
            if (r == 1 && precision is not null && pairs is [{ PrecisionIndex: not null } alone])
            {
                FormSingle(lambda[0] * lambda[0], d, precision, pointers!, alone, ref at);
                continue;
            }

            for (var a = 0; a < _terms[s].Levels.Count; a++)
            {
                var below = 0;
                foreach (var p in pairs) below += (p.Starts[a + 1] - p.Starts[a]) * _latentWidths[p.Second];
                var own = precision is null ? 1 : precision[pointers![a]];
                if (r == 1)
                {
                    _values[at] = lambda[0] * lambda[0] * d[a] + own;
                }
                else
                {
                    if (_inverse[s] is not null) Sandwich(lambda, ds, lower, d.AsSpan(a * r, r), _scratch);
                    else Sandwich(lambda, r, ds, lower, d.AsSpan(a * r * r, r * r), lambda, r, ds, lower, _scratch);
                    for (int c = 0, column = at; c < ds; column += ds - c + below, c++)
                    {
                        for (var row = c; row < ds; row++)
                        {
                            _values[column + row - c] = _scratch[row * ds + c] + (row == c ? own : 0);
                        }
                    }
                }

                var rows = 0;
                foreach (var p in pairs)
                {
                    var products = p.Mixed ?? p.A;
                    var (rt, dt) = (_terms[p.Second].Width, _latentWidths[p.Second]);
                    var lambdaT = Lambda[p.Second];
                    var lowerT = p.Size == 1 || _terms[p.Second].Loadings.IsLowerTriangular;
                    for (var k = p.Starts[a]; k < p.Starts[a + 1]; k++, rows += dt)
                    {
                        var link = precision is not null && p.PrecisionIndex is { } index && index[k] >= 0 ? precision[index[k]] : 0;
                        if (p.Size == 1)
                        {
                            _values[at + 1 + rows] = (lambda[0] * lambdaT[0] * products[k]) + link;
                            continue;
                        }

                        Sandwich(lambdaT, rt, dt, lowerT, products.AsSpan(k * p.Size, p.Size), lambda, r, ds, lower, _scratch);
                        for (int c = 0, column = at; c < ds; column += ds - c + below, c++)
                        {
                            for (var row = 0; row < dt; row++)
                            {
                                _values[column + ds - c + rows + row] = _scratch[row * ds + c] + (row == c ? link : 0);
                            }
                        }
                    }
                }

                at += ds * (ds + 1) / 2 + ds * below;
            }
        }
    }

    private SparsePattern BuildPattern()
    {
        var pointers = new int[_order + 1];
        var indices = new List<int>(_order * 2);
        for (var s = 0; s < _terms.Length; s++)
        {
            if (s == _rows?.Term) continue;
            var (d, offset) = (_terms[s].LatentWidth, FactorOffset(_terms[s]));
            for (var a = 0; a < _terms[s].Levels.Count; a++)
            {
                for (var c = 0; c < d; c++)
                {
                    var column = offset + a * d + c;
                    pointers[column] = indices.Count;
                    for (var row = c; row < d; row++) indices.Add(offset + a * d + row);
                    foreach (var p in _pairsOfFirst[s])
                    {
                        var (width, second) = (_latentWidths[p.Second], FactorOffset(_terms[p.Second]));
                        for (var k = p.Starts[a]; k < p.Starts[a + 1]; k++)
                        {
                            for (var row = 0; row < width; row++)
                            {
                                indices.Add(second + p.Partners[k] * width + row);
                            }
                        }
                    }
                }
            }
        }

        pointers[_order] = indices.Count;
        return new SparsePattern(_order, pointers, [.. indices]);
    }
}
