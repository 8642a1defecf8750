using EcoGlmm.Numerics;

namespace EcoGlmm.RandomEffects;

/// <summary>Draws the latent variables of the levels of one term from N(0, (P ⊗ I)⁻¹). May be used by many threads.</summary>
internal sealed class LevelSampler
{
    private readonly RandomTerm _term;
    private readonly SparseCholesky? _factor;
    private readonly DenseLevels? _dense;
    private readonly object _gate = new();

    /// <param name="factor">The covariance at the estimates.</param>
    /// <param name="index">The term.</param>
    /// <param name="term">The same.</param>
    public LevelSampler(CovarianceFactor factor, int index, RandomTerm term)
    {
        _term = term;
        _dense = factor.Dense(index)?.Copy();
        if (factor.Precision(index) is not { } values) return;
        _factor = SparseCholesky.Analyze(term.Structure.Precision!.Pattern);
        if (!_factor.TryFactor(values))
            throw new GlmmException($"The covariance of {term.Title} is singular at the estimates, so that it cannot be drawn from.");
    }

    /// <summary>Turns independent standard normal variables, all of the term's, into a draw; in place.</summary>
    public void Transform(Span<double> z)
    {
        _dense?.Multiply(z);
        if (_factor is null) return;
        var (m, d) = (_term.Levels.Count, _term.LatentWidth);
        var column = new double[m];
        for (var c = 0; c < d; c++)
        {
            for (var l = 0; l < m; l++) column[l] = z[(l * d) + c];
            lock (_gate) _factor.SolveFactorTransposed(column);
            for (var l = 0; l < m; l++) z[(l * d) + c] = column[l];
        }
    }
}
