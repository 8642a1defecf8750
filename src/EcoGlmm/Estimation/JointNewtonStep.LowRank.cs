using EcoGlmm.RandomEffects;
using MathNet.Numerics.LinearAlgebra;

namespace EcoGlmm.Estimation;

/// <summary>
/// The same step where the rows touch few random effects, without a new factorisation: with J the joint information of all rows,
/// E the fixed and the touched effects, M the rows' own information of these and σ their score, the effects of the rest of the
/// data move by G(I − MG)⁻¹σ, G = EᵀJ⁻¹E (M. A. Woodbury's identity). G takes a solution of the random effects' equations for
/// each touched effect, whatever the number of rows.
/// </summary>
internal sealed partial class JointNewtonStep
{
    /// <summary>Touched effects from which on factorising anew is no dearer.</summary>
    private const int MostTouched = 40;

    /// <summary>Entries of the fixed design that may be held beside the model's.</summary>
    private const double MostDesign = 3e7;

    /// <summary>
    /// |I − MG| is the share of the information that is left: below this, rows are most of what is known of some effect, and
    /// rounding would show.
    /// </summary>
    private const double LeastLeft = 1e-7;

    private Rest? _rest;

    /// <summary>Whether the system is that of all rows, as factorising without some leaves it otherwise.</summary>
    private bool _isWhole;

    /// <summary>What of J⁻¹ does not depend on which rows are left out.</summary>
    /// <param name="Design">The fixed columns of every linear predictor, n × columns, row by row.</param>
    /// <param name="Solved">Cuu⁻¹Cuβ, a column for each fixed effect.</param>
    /// <param name="Fixed">The covariance of the fixed effects.</param>
    private sealed record Rest(double[]?[] Design, double[][] Solved, Matrix<double> Fixed);

    /// <summary>About how many operations leaving out each of some sets of rows takes.</summary>
    public static double Work(Estimate estimate, IEnumerable<int[]> sets)
    {
        var model = estimate.Model;
        double fixedCount = model.ActivePredictors.Sum(k => model.Basis[k]?.Columns ?? 0), n = model.ObservationCount;
        var solve = estimate.System.EffectCount + (double)estimate.System.FactorNonZeros;
        return sets.Sum(rows =>
        {
            var touched = Touched(model.Terms, rows)?.Count;
            return touched is { } t && n * fixedCount <= MostDesign ? (t * solve) + (rows.Length * Math.Pow(fixedCount + t, 2))
                : n * fixedCount;
        });
    }

    /// <summary>The latent effects that rows touch, with their places among each other; null for many.</summary>
    private static Dictionary<int, int>? Touched(IReadOnlyList<RandomTerm> terms, int[] rows)
    {
        var places = new Dictionary<int, int>();
        foreach (var term in terms)
        {
            foreach (var row in rows)
            {
                foreach (var (level, _) in EntriesOf(term, row))
                {
                    for (var c = 0; c < term.LatentWidth; c++)
                        places.TryAdd(term.LatentOffset + (level * term.LatentWidth) + c, places.Count);
                }

                if (places.Count > MostTouched)
                    return null;
            }
        }

        return places;
    }

    /// <summary>The levels of a row, each with where its weights begin.</summary>
    private static IEnumerable<(int Level, int At)> EntriesOf(RandomTerm term, int row)
    {
        if (term.Entries is not { } entries)
        {
            yield return (term.Codes[row], row * term.Width);
            yield break;
        }

        for (var e = entries.Starts[row]; e < entries.Starts[row + 1]; e++)
            yield return (entries.Levels[e], e * term.Width);
    }

    /// <summary>The change by the identity; null where it does not serve.</summary>
    internal double[]? LowRankChange(int[] rows)
    {
        if ((double)_model.ObservationCount * _fixedCount > MostDesign || _system.IsIterative
            || Touched(_model.Terms, rows) is not { } touched)
            return null;
        if (!_isWhole)
        {
            _system.SetWeights(WeightOf);
            if (!_system.TryFactor())
                return null;
            _isWhole = true;
        }

        _rest ??= Prepare();
        int p = _fixedCount, size = p + touched.Count;
        var g = Covariance(_rest, touched);
        var (information, score) = Own(rows, touched, size, _rest);
        var left = Matrix<double>.Build.DenseIdentity(size) - (information * g);
        var lu = left.LU();
        if (!(Math.Abs(lu.Determinant) > LeastLeft))
            return null;
        var moved = g * lu.Solve(score);
        return ToConditional([.. moved.SubVector(0, p)]);
    }

    private double[] WeightOf(int k, int m) => _estimate.Weights[LinearPredictor.Pair(Math.Min(k, m), Math.Max(k, m))] ?? _none.Value;

    private Rest Prepare()
    {
        int n = _model.ObservationCount, p = _fixedCount;
        var (cross, block) = CrossProducts(WeightOf);
        var solved = new double[p][];
        for (var a = 0; a < p; a++)
        {
            solved[a] = (double[])cross[a].Clone();
            _system.Solve(solved[a]);
        }

        for (var a = 0; a < p; a++)
        {
            for (var b = 0; b < p; b++)
                block[b, a] -= Dot(cross[b], solved[a]);
        }

        var design = new double[]?[_model.PredictorCount];
        var scratch = new double[n];
        foreach (var k in _predictors)
        {
            var columns = _model.Basis[k]!.Columns;
            var values = new double[n * columns];
            for (var j = 0; j < columns; j++)
            {
                var column = _model.Basis[k]!.Column(j, scratch);
                for (var i = 0; i < n; i++)
                    values[(i * columns) + j] = column[i];
            }

            design[k] = values;
        }

        return new Rest(design, solved, block.Inverse());
    }

    /// <summary>G: covariances of the fixed and the touched effects.</summary>
    private Matrix<double> Covariance(Rest rest, Dictionary<int, int> touched)
    {
        int p = _fixedCount, t = touched.Count;
        var g = Matrix<double>.Build.Dense(p + t, p + t);
        g.SetSubMatrix(0, 0, rest.Fixed);
        var y = Matrix<double>.Build.Dense(t, p);
        var one = new double[_system.EffectCount];
        foreach (var (effect, place) in touched)
        {
            for (var a = 0; a < p; a++)
                y[place, a] = rest.Solved[a][effect];
            Array.Clear(one);
            one[effect] = 1;
            _system.Solve(one);
            foreach (var (other, at) in touched)
                g[p + at, p + place] = one[other];
        }

        var yFixed = y * rest.Fixed;
        var own = g.SubMatrix(p, t, p, t) + (yFixed * y.Transpose());
        g.SetSubMatrix(p, p, own);
        g.SetSubMatrix(p, 0, -yFixed);
        g.SetSubMatrix(0, p, -yFixed.Transpose());
        return g;
    }

    /// <summary>M and σ of rows.</summary>
    private (Matrix<double> Information, Vector<double> Score) Own(int[] rows, Dictionary<int, int> touched, int size, Rest rest)
    {
        var information = Matrix<double>.Build.Dense(size, size);
        var score = Vector<double>.Build.Dense(size);
        var loads = new List<(int Place, double Value)>[_model.PredictorCount];
        foreach (var k in _predictors)
            loads[k] = [];
        foreach (var row in rows)
        {
            foreach (var k in _predictors)
                Load(k, row, touched, rest, loads[k]);
            foreach (var k in _predictors)
            {
                foreach (var (place, value) in loads[k])
                    score[place] += value * _scores[k]![row];
                foreach (var m in _predictors)
                {
                    if (_estimate.Weights[LinearPredictor.Pair(Math.Min(k, m), Math.Max(k, m))] is not { } w)
                        continue;
                    foreach (var (a, x) in loads[k])
                    {
                        foreach (var (b, z) in loads[m])
                            information[a, b] += w[row] * x * z;
                    }
                }
            }
        }

        return (information, score);
    }

    /// <summary>How a linear predictor of a row depends on the fixed and the touched effects.</summary>
    private void Load(int predictor, int row, Dictionary<int, int> touched, Rest rest, List<(int Place, double Value)> load)
    {
        load.Clear();
        var columns = _model.Basis[predictor]!.Columns;
        for (var j = 0; j < columns; j++)
            load.Add((_offset[predictor] + j, rest.Design[predictor]![(row * columns) + j]));
        for (var t = 0; t < _model.Terms.Count; t++)
        {
            var term = _model.Terms[t];
            if (term.Predictor != predictor)
                continue;
            int r = term.Width, d = term.LatentWidth;
            var lambda = _system.Lambda[t];
            foreach (var (level, at) in EntriesOf(term, row))
            {
                for (var c = 0; c < d; c++)
                {
                    var value = 0.0;
                    for (var a = 0; a < r; a++)
                        value += lambda[(a * d) + c] * (term.Entries is { } e ? e.Weights[at + a] : term.Z is { } z ? z[at + a] : 1);
                    load.Add((_fixedCount + touched[term.LatentOffset + (level * d) + c], value));
                }
            }
        }
    }
}
