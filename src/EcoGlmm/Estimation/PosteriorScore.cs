using EcoGlmm.Families;
using EcoGlmm.Numerics;
using MathNet.Numerics.Integration;

namespace EcoGlmm.Estimation;

/// <summary>
/// The gradient of −log L(ψ), and log L itself, from draws of the random effects given the response: for models whose effects hang
/// together, where importance weights degenerate.
/// </summary>
/// <remarks>
/// The gradient is the mean of ∂ log f(y, u; ψ)/∂ψ over u given y (R. A. Fisher, 1925; T. A. Louis, 1982). Quantities whose mean is known
/// to be zero take most of its noise away: vᵀ∇ log f + div v for v = ∂û/∂ψ, which lets the draws follow the modes, and for v = u − û of
/// the levels of a term (R. Assaraf &amp; M. Caffarel, 1999, Phys. Rev. Lett. 83, 4682). The log-likelihood is Laplace's plus
/// ∫₀¹ E[remainder] dt along the densities between the normal approximation and the posterior (A. Gelman &amp; X.-L. Meng, 1998, Stat.
/// Sci. 13, 163-185). Both have a Monte Carlo error that grows with the dimension as a sum does.
/// </remarks>
internal sealed class PosteriorScore
{
    private const int Batches = 20;
    private const int Nodes = 5;

    /// <summary>Sweeps that do not count, as a share of those that do; never fewer than the number after it.</summary>
    private const double WarmUp = 0.15;
    private const int LeastWarmUp = 40;

    /// <summary>Sweeps from one draw to the next.</summary>
    private const int Apart = 2;

    /// <summary>A step of the differences of the modes, in standard errors.</summary>
    private const double ModeStep = 0.02;

    private readonly MixedModel _model;
    private readonly LaplaceObjective _objective;
    private readonly double[] _spread;
    private readonly CancellationToken _cancellation;
    private readonly ObservationModel _observations;
    private readonly DerivativeLevel _level;

    /// <param name="model">The model.</param>
    /// <param name="objective">Its Laplace approximation.</param>
    /// <param name="spread">Standard errors of ψ.</param>
    /// <param name="cancellation">Stops between two moves of the chain.</param>
    public PosteriorScore(MixedModel model, LaplaceObjective objective, double[] spread, CancellationToken cancellation)
    {
        (_model, _objective, _spread, _cancellation) = (model, objective, spread, cancellation);
        _observations = new ObservationModel(model.Family, model.Y, model.Size, model.Weights, model.IsZeroInflated,
            model.HasConstantDispersion, 1, cancellation);
        _level = model.Family.HasDispersion || model.Family.Shapes.Count > 0 || model.IsZeroInflated ? DerivativeLevel.Gradient
            : DerivativeLevel.Mode;
        Errors = new double[model.ParameterCount];
    }

    /// <summary>Monte Carlo standard errors of the last gradient.</summary>
    public double[] Errors { get; }

    /// <summary>log L(ψ), its Monte Carlo error, and the draws of the posterior that its correction is worth.</summary>
    public (double Value, double Error, double Effective) LogLikelihood(ReadOnlySpan<double> psi, int draws, RandomStream random)
    {
        var laplace = _objective.Evaluate(psi, new double[psi.Length]);
        if (!double.IsFinite(laplace)) return (double.NegativeInfinity, double.NaN, 0);
        var chain = new PosteriorChain(_model, _objective, random, _cancellation);
        var rule = new GaussLegendreRule(0, 1, Nodes);
        var (value, variance, effective) = (-laplace, 0.0, 0.0);
        var remainders = new double[Math.Max(Batches, draws)];
        foreach (var (t, weight) in Enumerable.Range(0, Nodes).Select(k => (rule.GetAbscissa(k), rule.GetWeight(k))).OrderBy(x => x.Item1))
        {
            chain.Share = t;
            Warm(chain, remainders.Length);
            for (var s = 0; s < remainders.Length; s++)
            {
                for (var sweep = 0; sweep < Apart; sweep++) chain.Sweep(adapts: false);
                remainders[s] = chain.Remainder;
            }

            var mean = remainders.Average();
            var error = BatchVariance(remainders);
            effective = error > 0 ? remainders.Sum(r => (r - mean) * (r - mean)) / (remainders.Length - 1) / error : remainders.Length;
            value += weight * mean;
            variance += weight * weight * error;
        }

        return (value, Math.Sqrt(variance), effective);
    }

    /// <summary>Writes the gradient of −log L(ψ); false where there are no modes.</summary>
    public bool Gradient(ReadOnlySpan<double> psi, Span<double> gradient, int draws, RandomStream random)
    {
        var d = psi.Length;
        draws = Math.Max(2 * Batches, draws);
        var moves = ModeMoves(psi);
        if (moves is null || !double.IsFinite(_objective.Evaluate(psi, new double[d]))) return false;
        var chain = new PosteriorChain(_model, _objective, random, _cancellation);
        var modes = (double[])_objective.Modes.Clone();
        Warm(chain, draws);
        var (score, first, second) = (new double[d][], new double[d][], new double[d][]);
        for (var j = 0; j < d; j++) (score[j], first[j], second[j]) = (new double[draws], new double[draws], new double[draws]);
        var (one, slope, b) = (new double[d], new double[_objective.System.LatentCount], new double[_objective.System.EffectCount]);
        for (var s = 0; s < draws; s++)
        {
            for (var sweep = 0; sweep < Apart; sweep++) chain.Sweep(adapts: false);
            Score(chain, one, slope, b);
            for (var j = 0; j < d; j++)
            {
                score[j][s] = one[j];
                first[j][s] = Dot(moves[j], slope);
            }

            for (var t = 0; t < _model.Terms.Count; t++)
            {
                var term = _model.Terms[t];
                var stretch = (double)term.LatentCount;
                for (var k = term.LatentOffset; k < term.LatentOffset + term.LatentCount; k++)
                    stretch += (chain.Effects[k] - modes[k]) * slope[k];
                for (var j = 0; j < term.ThetaCount; j++) second[_model.FixedCount + term.ThetaOffset + j][s] = stretch;
            }
        }

        for (var j = 0; j < d; j++)
        {
            var (a, c) = Regression(score[j], first[j], second[j]);
            for (var s = 0; s < draws; s++) score[j][s] -= (a * first[j][s]) + (c * second[j][s]);
            gradient[j] = -score[j].Average();
            Errors[j] = Math.Sqrt(BatchVariance(score[j]));
        }

        return true;
    }

    private void Warm(PosteriorChain chain, int draws)
    {
        var sweeps = Math.Max(LeastWarmUp, (int)(WarmUp * draws * Apart));
        for (var s = 0; s < sweeps; s++) chain.Sweep(adapts: true);
    }

    /// <summary>∂û/∂ψ by differences; null where there are no modes.</summary>
    private double[][]? ModeMoves(ReadOnlySpan<double> psi)
    {
        var moves = new double[psi.Length][];
        var at = psi.ToArray();
        for (var j = 0; j < at.Length; j++)
        {
            var h = ModeStep * _spread[j];
            at[j] = psi[j] + h;
            if (!double.IsFinite(_objective.Evaluate(at, []))) return null;
            var up = (double[])_objective.Modes.Clone();
            at[j] = psi[j] - h;
            if (!double.IsFinite(_objective.Evaluate(at, []))) return null;
            moves[j] = [.. up.Zip(_objective.Modes, (a, b) => (a - b) / (2 * h))];
            at[j] = psi[j];
        }

        return moves;
    }

    /// <summary>∂ log f/∂ψ and ∂ log f/∂u where the chain is.</summary>
    private void Score(PosteriorChain chain, double[] psi, double[] u, double[] ztl)
    {
        _observations.Evaluate(chain.Predictors, _level);
        Array.Clear(ztl);
        foreach (var k in _model.ActivePredictors)
        {
            var first = _observations.First[k]!;
            _model.Basis[k]!.TransposedProduct(first, psi.AsSpan(_model.FixedOffset[k], _model.Basis[k]!.Columns));
            if (_model.RandomPredictors.Contains(k)) _objective.System.AddZtx(k, first, ztl);
        }

        var lambda = _objective.System.Lambda;
        lambda.MultiplyTransposed(ztl, u);
        for (var j = 0; j < u.Length; j++) u[j] -= chain.Effects[j];
        var theta = psi.AsSpan(_model.FixedCount);
        for (var t = 0; t < _model.Terms.Count; t++)
        {
            var term = _model.Terms[t];
            var (r, d) = (term.Width, term.LatentWidth);
            var total = new double[r * d];
            for (var l = 0; l < term.Levels.Count; l++)
            {
                for (var row = 0; row < r; row++)
                {
                    var z = ztl[term.EffectOffset + (l * r) + row];
                    for (var c = 0; c < d; c++) total[(row * d) + c] += chain.Effects[term.LatentOffset + (l * d) + c] * z;
                }
            }

            var slice = theta.Slice(term.ThetaOffset, term.ThetaCount);
            slice.Clear();
            lambda.PullBack(t, total, [], 0, slice);
        }
    }

    /// <summary>Coefficients of two control quantities, whose means are zero.</summary>
    private static (double First, double Second) Regression(double[] y, double[] a, double[] b)
    {
        var (ya, yb, aa, bb, ab) = (Covariance(y, a), Covariance(y, b), Covariance(a, a), Covariance(b, b), Covariance(a, b));
        if (!(aa > 0)) return (0, bb > 0 ? yb / bb : 0);
        var determinant = (aa * bb) - (ab * ab);
        return determinant > 1e-8 * aa * bb ? (((ya * bb) - (yb * ab)) / determinant, ((yb * aa) - (ya * ab)) / determinant) : (ya / aa, 0);
    }

    private static double Covariance(double[] x, double[] y)
    {
        var (mx, my, sum) = (x.Average(), y.Average(), 0.0);
        for (var i = 0; i < x.Length; i++) sum += (x[i] - mx) * (y[i] - my);
        return sum / (x.Length - 1);
    }

    /// <summary>Variance of the mean of a chain's values by the means of its parts.</summary>
    private static double BatchVariance(double[] values)
    {
        var size = values.Length / Batches;
        var means = new double[Batches];
        for (var k = 0; k < Batches * size; k++) means[k / size] += values[k] / size;
        return Covariance(means, means) / Batches;
    }

    private static double Dot(double[] x, double[] y)
    {
        var sum = 0.0;
        for (var i = 0; i < x.Length; i++) sum += x[i] * y[i];
        return sum;
    }
}
