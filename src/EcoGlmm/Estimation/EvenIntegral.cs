using EcoGlmm.Families;
using EcoGlmm.RandomEffects;

namespace EcoGlmm.Estimation;

/// <summary>
/// The likelihood of a model with one random effect for each level of one grouping factor, by the trapezoidal rule on even nodes
/// over all of the standard normal distribution: slow, but blind to what adaptive rules rely on, that the integrand is a bell
/// about its mode. Where a level is all alike, it is a half bell that begins with a step.
/// </summary>
internal static class EvenIntegral
{
    /// <summary>Standard deviations on either side beyond which a normal density does not count.</summary>
    private const double Range = 9;

    /// <summary>Nodes along one effect that more are put between until the sum stays: steps of half a standard deviation.</summary>
    private const int FirstNodes = 37;

    /// <summary>Nodes along one effect that must be affordable, and that are the most: steps of 0.06 and 0.006 standard deviations. Fewer
    /// do not resolve a bell that is a tenth of the normal density's width; more cost more than they tell.</summary>
    private const int MostNodes = 3000, FewestNodes = 300;

    /// <summary>A log-likelihood that nodes between the others change by less stays: for a bell the error falls as the exponential of the
    /// squared number of nodes, so that the next change would not be seen; for a step it halves.</summary>
    private const double Settled = 1e-4;

    /// <summary>Log-densities to be evaluated: a few seconds of one core.</summary>
    private const double MostDensities = 2e7;

    /// <summary>A bell that so few nodes fall into is not resolved; it is then the adaptive rule that is exact.</summary>
    private const double FewestUnderBell = 4;

    /// <summary>The log-likelihood at an estimate; NaN where the model is another one or the nodes do not resolve it.</summary>
    public static double LogLikelihood(MixedModel model, Estimate estimate, CancellationToken cancellation)
    {
        var nodes = (int)Math.Min(MostNodes, MostDensities / model.ObservationCount);
        if (nodes < FewestNodes || LevelEffects.Of(model.Terms) is not { Width: 1 } effects
            || estimate.System.LatentCount != effects.LevelCount)
            return double.NaN;
        var observations = new ObservationModel(model.Family, model.Y, model.Size, model.Weights, model.IsZeroInflated,
            model.HasConstantDispersion, 1, cancellation);
        var levels = new LogSum[effects.LevelCount];
        var sums = new double[levels.Length];
        var (u, b) = (new double[estimate.System.LatentCount], new double[estimate.System.EffectCount]);
        var predictors = new double[]?[model.PredictorCount];
        var centre = new double[]?[model.PredictorCount];
        foreach (var k in model.ActivePredictors)
        {
            predictors[k] = new double[model.ObservationCount];
            centre[k] = new double[model.ObservationCount];
            model.FixedPredictor(k, estimate.Psi, centre[k]!);
        }

        var (step, last) = (2 * Range / (FirstNodes - 1), double.NaN);
        for (var count = FirstNodes; count <= nodes; count = (2 * count) - 1, step /= 2)
        {
            // After the first, the nodes midway between those before.
            var (first, stride) = count == FirstNodes ? (0, 1) : (1, 2);
            for (var j = first; j < count; j += stride) AddNode(-Range + (j * step));
            var isResolved = Array.TrueForAll(levels, level => level.Effective >= FewestUnderBell);
            var value = levels.Sum(level => level.Value) + (levels.Length * (Math.Log(step) - (0.5 * Math.Log(2 * Math.PI))));
            if (isResolved && Math.Abs(value - last) < Settled) return value;
            last = isResolved ? value : double.NaN;
        }

        return last;

        void AddNode(double node)
        {
            cancellation.ThrowIfCancellationRequested();
            Array.Fill(u, node);
            estimate.System.Lambda.Multiply(u, b);
            foreach (var k in model.ActivePredictors)
            {
                centre[k]!.CopyTo(predictors[k]!, 0);
                if (model.RandomPredictors.Contains(k)) estimate.System.AddZb(k, b, predictors[k]!);
            }

            observations.Evaluate(predictors, DerivativeLevel.Value);
            Array.Clear(sums);
            for (var i = 0; i < effects.Codes.Length; i++) sums[effects.Codes[i]] += observations.Density[i];
            for (var l = 0; l < levels.Length; l++) levels[l].Add(sums[l] - (0.5 * node * node));
        }
    }

    /// <summary>log Σ exp(xᵢ), with the number of terms that count.</summary>
    private struct LogSum
    {
        private double _largest;
        private double _sum;
        private double _squares;

        public readonly double Value => _largest + Math.Log(_sum);

        public readonly double Effective => _sum * _sum / _squares;

        public void Add(double x)
        {
            if (_sum > 0 && x <= _largest)
            {
                var term = Math.Exp(x - _largest);
                _sum += term;
                _squares += term * term;
                return;
            }

            if (double.IsNegativeInfinity(x) || double.IsNaN(x)) return;
            var shrink = _sum > 0 ? Math.Exp(_largest - x) : 0;
            (_largest, _sum, _squares) = (x, (_sum * shrink) + 1, (_squares * shrink * shrink) + 1);
        }
    }
}
