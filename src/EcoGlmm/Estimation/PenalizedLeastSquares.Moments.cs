using EcoGlmm.RandomEffects;

namespace EcoGlmm.Estimation;

/// <content>Where the search begins.</content>
internal sealed partial class PenalizedLeastSquares
{
    private const double SmallestShare = 1e-6;

    /// <summary>The relative standard deviations that a search may begin at: those of effects each by itself, and of all at once.</summary>
    private const double LeastStart = 0.2, LeastJointStart = 0.02, LargestStart = 2;

    /// <summary>
    /// A first guess at θ by moments: over levels, (zᵀy)²/zᵀz has mean σ² + λ²σ² zᵀz and, for each effect of other terms, a share of its
    /// variance. Equations of all effects at once, or each by itself where their solution is not positive.
    /// </summary>
    public double[] MomentEstimate()
    {
        var (effects, total) = (_model.Terms.Sum(t => t.Width), _ywy / _n);
        var (excess, weight, levels) = (new double[effects], new double[effects], new int[effects]);
        var first = 0;
        for (var t = 0; t < _model.Terms.Count; first += _model.Terms[t].Width, t++)
        {
            var (term, r) = (_model.Terms[t], _model.Terms[t].Width);
            for (var e = 0; e < r; e++)
            {
                for (var l = 0; l < term.Levels.Count; l++)
                {
                    var zz = _system.LevelCrossProduct(t, l, e);
                    if (!(zz > 0)) continue;
                    var zy = _zty[term.EffectOffset + (l * r) + e];
                    excess[first + e] += (zy * zy / zz) - total;
                    weight[first + e] += zz;
                    levels[first + e]++;
                }
            }
        }

        var joint = _model.Terms.Count > 1 ? JointMoments(excess, weight, levels) : null;
        var variances = new double[effects];
        for (var k = 0; k < effects; k++)
        {
            // An effect whose covariate is zero throughout does not enter the likelihood at all.
            if (weight[k] == 0) continue;
            variances[k] = joint?[k] ?? Math.Max(excess[k] / weight[k], SmallestShare * total / (weight[k] / _n));
        }

        // By itself, an effect takes in what others of its term explain.
        int Share(RandomTerm term) => joint is null ? term.Width : 1;
        var explained = 0.0;
        first = 0;
        foreach (var term in _model.Terms)
        {
            for (var e = 0; e < term.Width; e++)
                explained += variances[first + e] * weight[first + e] / _n / Share(term);
            first += term.Width;
        }

        var residual = Math.Max(total - explained, 0.2 * total);
        var theta = new double[_model.ThetaCount];
        var least = joint is null ? LeastStart : LeastJointStart;
        first = 0;
        foreach (var term in _model.Terms)
        {
            var spread = variances.AsSpan(first, term.Width).ToArray();
            for (var e = 0; e < term.Width; e++)
            {
                if (term.Z is null || term.Scaling is not null) spread[e] *= weight[first + e] / _n / Share(term);
                if (spread[e] > 0) spread[e] = Math.Clamp(Math.Sqrt(spread[e] / residual), least, LargestStart);
            }

            term.Structure.Start(spread, theta.AsSpan(term.ThetaOffset, term.ThetaCount));
            first += term.Width;
        }

        return theta;
    }

    /// <summary>The variances by the equations of all effects; null where one is not positive.</summary>
    private double[]? JointMoments(double[] excess, double[] weight, int[] levels)
    {
        var d = excess.Length;
        var equations = new double[d * d];
        _system.AddSquaredCrossProducts(equations);
        for (var i = 0; i < d; i++)
        {
            for (var j = 0; j < d; j++)
                equations[(i * d) + j] = (i == j ? weight[i] : equations[(i * d) + j]) - (levels[i] * weight[j] / _n);
            if (weight[i] == 0) return null;
        }

        var matrix = MathNet.Numerics.LinearAlgebra.Matrix<double>.Build.Dense(d, d, (i, j) => equations[(i * d) + j] / weight[i]);
        var right = MathNet.Numerics.LinearAlgebra.Vector<double>.Build.Dense(d, i => excess[i] / weight[i]);
        var variances = matrix.LU().Solve(right).ToArray();
        return Array.TrueForAll(variances, v => v > 0 && double.IsFinite(v)) ? variances : null;
    }
}
