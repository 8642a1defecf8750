using EcoGlmm.RandomEffects;

namespace EcoGlmm.Estimation;

/// <summary>
/// What adaptive Gauss-Hermite quadrature adds to the Laplace approximation, for random effects of one grouping factor.
/// </summary>
/// <remarks>
/// For a level with mode û and H = LLᵀ, the nodes u_j = û + L⁻ᵀz_j of the rule (z_j, ω_j) for the standard normal give
/// −log L = f(û) + ½ log |H| − log S, S = Σ_j ω_j exp(½z_jᵀz_j + f(û) − f(u_j)); one node is the Laplace approximation.
/// Its gradient is exact too: with p_j the share of node j in S and means over them, z̄ = Σp_j z_j, s̄ = Σp_j ℓ′(u_j),
/// ḡ = Σp_j ∇f(u_j) and G = Σp_j Zᵀℓ′(u_j) z_jᵀ, and since d(L⁻ᵀ) = −L⁻ᵀΦᵀ, Φ the lower half of L⁻¹ dH L⁻ᵀ, that of a level is
/// Σp_j ∂f(u_j) + ḡᵀdû + tr(dH K), K = L⁻ᵀ(½I − N)L⁻¹, N the symmetric half of Σp_j z_j(L⁻¹∇f(u_j))ᵀ's lower triangle.
/// It differs from the gradient of <see cref="LaplaceObjective"/> in s̄ for ℓ′, in K for ½H⁻¹, and in ḡ beside Zᵀc.
/// Source: Pinheiro &amp; Bates (1995), Approximations to the log-likelihood function in the nonlinear mixed-effects model,
/// J. Comput. Graph. Stat. 4; Pinheiro &amp; Chao (2006), J. Comput. Graph. Stat. 15. The gradient is the chain rule, with the
/// derivative of a Cholesky factor by Smith (1995), J. Comput. Graph. Stat. 4.
/// </remarks>
internal sealed class AdaptiveQuadrature
{
    private const int RowsOfBlock = 1024;
    private const long SmallestParallelWork = 20_000;
    private readonly QuadratureBlock[] _blocks;
    private readonly double[] _values;
    private readonly ParallelOptions _parallel;

    public AdaptiveQuadrature(MixedModel model, int maxThreads, CancellationToken cancellation)
    {
        var effects = LevelEffects.Of(model.Terms) ?? throw new ArgumentException("The terms have different grouping factors.",
            nameof(model));
        var grid = new QuadratureGrid(model.QuadraturePoints, effects.Width);
        _blocks = [.. Blocks(model, effects, grid)];
        _values = new double[_blocks.Length];
        NodeRows = (long)model.ObservationCount * grid.Count;
        _parallel = new ParallelOptions
        {
            MaxDegreeOfParallelism = NodeRows < SmallestParallelWork ? 1 : maxThreads,
            CancellationToken = cancellation,
        };
        ModeGradient = new double[effects.LevelCount * effects.Width];
        Scores = new double[]?[model.PredictorCount];
        foreach (var k in model.ActivePredictors) Scores[k] = new double[model.ObservationCount];
    }

    /// <summary>Rows times nodes: what one evaluation asks of the family.</summary>
    public long NodeRows { get; }

    /// <summary>Terms of series that the family has summed so far.</summary>
    public long SeriesTerms => _blocks.Sum(b => b.SeriesTerms);

    /// <summary>s̄ by predictor.</summary>
    public double[]?[] Scores { get; }

    /// <summary>ḡ, in the order of u.</summary>
    public double[] ModeGradient { get; }

    /// <summary>−Σ log S over levels, at the modes and weights of the search; with a gradient also prepares its parts.</summary>
    public double Evaluate(ModeSearch search, ObservationModel atModes, CovarianceFactor factor, bool wantsGradient)
    {
        void Run(int b)
        {
            _values[b] = _blocks[b].Evaluate(search, atModes, factor, wantsGradient, _parallel.CancellationToken);
            if (!wantsGradient) return;
            _blocks[b].WriteScores(Scores);
            _blocks[b].WriteModeGradient(ModeGradient);
        }

        if (_blocks.Length > 1 && _parallel.MaxDegreeOfParallelism != 1)
        {
            Parallel.For(0, _blocks.Length, _parallel, Run);
        }
        else
        {
            for (var b = 0; b < _blocks.Length; b++) Run(b);
        }

        _parallel.CancellationToken.ThrowIfCancellationRequested();
        return _values.Sum();
    }

    /// <summary>Adds what K − ½H⁻¹ contributes to c = ∂ tr(H K)/∂η, by predictor.</summary>
    public void AddCurvatureDerivative(ObservationModel atModes, double[]?[] result)
    {
        foreach (var block in _blocks) block.AddCurvatureDerivative(atModes, result);
    }

    /// <summary>Adds what depends on Λ directly, beyond the Laplace approximation, for each term.</summary>
    public void AddTraces(double[][] traces)
    {
        foreach (var block in _blocks) block.AddTraces(traces);
    }

    private static IEnumerable<QuadratureBlock> Blocks(MixedModel model, LevelEffects effects, QuadratureGrid grid)
    {
        var starts = new int[effects.LevelCount + 1];
        foreach (var l in effects.Codes) starts[l + 1]++;
        for (var l = 0; l < effects.LevelCount; l++) starts[l + 1] += starts[l];
        var next = starts[..^1];
        var rows = new int[model.ObservationCount];
        for (var i = 0; i < rows.Length; i++) rows[next[effects.Codes[i]]++] = i;
        for (int first = 0, last; first < effects.LevelCount; first = last)
        {
            var from = starts[first];
            last = first + 1;
            while (last < effects.LevelCount && starts[last + 1] - from <= RowsOfBlock) last++;
            yield return new QuadratureBlock(model, effects, grid, rows[from..starts[last]],
                Array.ConvertAll(starts[first..(last + 1)], s => s - from), first);
        }
    }
}
