using EcoGlmm.RandomEffects;
using MathNet.Numerics.LinearAlgebra;

namespace EcoGlmm.Estimation;

/// <content>Where the search begins.</content>
internal sealed partial class PenalizedLeastSquares
{
    private const double SmallestShare = 1e-6;

    /// <summary>The relative standard deviations that a search may begin at: those of effects each by itself, and of all at once.</summary>
    private const double LeastStart = 0.2, LeastJointStart = 0.02, LargestStart = 2;

    private const int MostJointEffects = 16;

    /// <summary>
    /// A first guess at θ by moments: over levels, (zᵀy)²/zᵀz has mean σ² + λ²σ² zᵀz and, for each effect of other terms, a share of its
    /// variance: the equations of all effects at once, or that of each by itself where their solution is not positive.
    /// </summary>
    /// <param name="jointly">Whether all effects are looked at at once.</param>
    public double[] MomentEstimate(bool jointly = true)
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

        var joint = jointly && StartsJointly(_model) ? JointMoments(excess, weight, levels) : null;
        var variances = new double[effects];
        for (var k = 0; k < effects; k++)
        {
            // An effect whose covariate is zero throughout does not enter the likelihood at all.
            if (weight[k] == 0) continue;
            variances[k] = joint?[k] > 0 ? joint[k] : Math.Max(excess[k] / weight[k], SmallestShare * total / (weight[k] / _n));
        }

        // By itself, an effect takes in what others of its term explain.
        int Share(RandomTerm term) => joint is null ? term.Width : 1;
        var explained = 0.0;
        first = 0;
        foreach (var term in _model.Terms)
        {
            for (var k = first; k < first + term.Width; k++) explained += (joint?[k] ?? variances[k]) * weight[k] / _n / Share(term);
            first += term.Width;
        }

        var residual = Math.Max(total - explained, 0.2 * total);
        var theta = new double[_model.ThetaCount];
        first = 0;
        foreach (var term in _model.Terms)
        {
            var spread = new double[term.Width];
            for (var e = 0; e < term.Width; e++)
            {
                var k = first + e;
                var variance = variances[k] * (term.Z is null || term.Scaling is not null ? weight[k] / _n / Share(term) : 1);
                if (variance > 0)
                    spread[e] = Math.Clamp(Math.Sqrt(variance / residual), joint?[k] > 0 ? LeastJointStart : LeastStart, LargestStart);
            }

            term.Structure.Start(spread, theta.AsSpan(term.ThetaOffset, term.ThetaCount));
            first += term.Width;
        }

        return theta;
    }

    /// <summary>Whether a model has several effects, but not so many that their equations would cost more than they save.</summary>
    public static bool StartsJointly(MixedModel model) => model.Terms.Sum(t => t.Width) is > 1 and <= MostJointEffects;

    /// <summary>The variances by the equations of all effects at once; not positive where an effect seems to have none.</summary>
    private double[] JointMoments(double[] excess, double[] weight, int[] levels)
    {
        var d = excess.Length;
        var equations = new double[d * d];
        _system.AddSquaredCrossProducts(equations);
        var variances = new double[d];
        List<int> kept = [.. Enumerable.Range(0, d).Where(k => weight[k] > 0)];
        while (kept.Count > 0)
        {
            var matrix = Matrix<double>.Build.Dense(kept.Count, kept.Count, (a, b) =>
            {
                var (i, j) = (kept[a], kept[b]);
                return ((i == j ? weight[i] : equations[(i * d) + j]) - (levels[i] * weight[j] / _n)) / weight[i];
            });
            var solution = matrix.LU().Solve(Vector<double>.Build.Dense(kept.Count, a => excess[kept[a]] / weight[kept[a]]));
            if (!solution.ForAll(double.IsFinite)) break;
            var least = solution.MinimumIndex();
            if (solution[least] > 0)
            {
                for (var a = 0; a < kept.Count; a++) variances[kept[a]] = solution[a];
                break;
            }

            // The others take over what it would have explained.
            kept.RemoveAt(least);
        }

        return variances;
    }
}
