using EcoGlmm.RandomEffects;
using MathNet.Numerics.LinearAlgebra;

namespace EcoGlmm.Estimation;

/// <summary>
/// The same step where the rows touch few random effects, without a new factorisation: with J the joint information of all rows,
/// E the fixed and the touched effects, M the rows' own information of these and σ their score, the effects of the rest of the
/// data move by G(I − MG)⁻¹σ, G = EᵀJ⁻¹E (M. A. Woodbury's identity). G takes a solution of the random effects' equations for
/// each touched effect, whatever the number of rows: kept for effects of terms with few levels, which many sets of rows touch, and not
/// needed for those of one level of another term, whose block of the inverse is had for all levels at once.
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

    /// <summary>Entries of solutions that are kept for one term's effects, at most.</summary>
    private const double MostKept = 4e6;

    private Rest? _rest;

    /// <summary>Solutions by effect, of terms whose solutions are kept.</summary>
    private readonly Dictionary<int, double[]> _solutions = [];

    /// <summary>Whether the system is that of all rows, as factorising without some leaves it otherwise.</summary>
    private bool _isWhole;

    /// <summary>What of J⁻¹ does not depend on which rows are left out.</summary>
    /// <param name="Design">The fixed columns of every linear predictor, n × columns, row by row.</param>
    /// <param name="Solved">Cuu⁻¹Cuβ, a column for each fixed effect.</param>
    /// <param name="Fixed">The covariance of the fixed effects.</param>
    /// <param name="Levels">Cuu⁻¹ of each level, by term; null where it is not to be had.</param>
    private sealed record Rest(double[]?[] Design, double[][] Solved, Matrix<double> Fixed, double[][]? Levels);

    /// <summary>About how many operations leaving out each of some sets of rows takes.</summary>
    public static double Work(Estimate estimate, IEnumerable<int[]> sets)
    {
        var model = estimate.Model;
        double fixedCount = model.ActivePredictors.Sum(k => model.Basis[k]?.Columns ?? 0), n = model.ObservationCount;
        var solve = estimate.System.EffectCount + (double)estimate.System.FactorNonZeros;
        var kept = new HashSet<int>();
        return sets.Sum(rows =>
        {
            if (n * fixedCount > MostDesign || Touched(model.Terms, rows) is not { } touched) return n * fixedCount;
            int[] others = [.. touched.Keys.Where(effect => !IsKept(model.Terms, effect))];
            var solved = others.Length == 0 || LevelOf(model.Terms, others) is not null ? 0 : others.Length;
            var size = fixedCount + touched.Count;
            return (solved * solve) + (rows.Length * size * size) + (size * size * size)
                + (touched.Keys.Count(effect => IsKept(model.Terms, effect) && kept.Add(effect)) * solve);
        });
    }

    private static RandomTerm TermOf(IReadOnlyList<RandomTerm> terms, int effect) =>
        terms.First(t => effect < t.LatentOffset + t.LatentCount && effect >= t.LatentOffset);

    /// <summary>Whether an effect's solution is kept, so that it is made once for all sets of rows.</summary>
    private static bool IsKept(IReadOnlyList<RandomTerm> terms, int effect) =>
        (double)TermOf(terms, effect).LatentCount * terms.Sum(t => t.LatentCount) <= MostKept;

    /// <summary>The term and the level that effects are all of; null where they are of several.</summary>
    private static (int Term, int Level)? LevelOf(IReadOnlyList<RandomTerm> terms, int[] effects)
    {
        for (var t = 0; t < terms.Count; t++)
        {
            var at = effects[0] - terms[t].LatentOffset;
            if (at < 0 || at >= terms[t].LatentCount) continue;
            var d = terms[t].LatentWidth;
            var first = effects[0] - (at % d);
            return Array.TrueForAll(effects, effect => effect >= first && effect < first + d) ? (t, at / d) : null;
        }

        return null;
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

        return new Rest(design, solved, block.Inverse(), _system.LevelInverses());
    }

    /// <summary>G: covariances of the fixed and the touched effects.</summary>
    private Matrix<double> Covariance(Rest rest, Dictionary<int, int> touched)
    {
        int p = _fixedCount, t = touched.Count;
        var g = Matrix<double>.Build.Dense(p + t, p + t);
        g.SetSubMatrix(0, 0, rest.Fixed);
        var y = Matrix<double>.Build.Dense(t, p);
        foreach (var (effect, place) in touched)
        {
            for (var a = 0; a < p; a++)
                y[place, a] = rest.Solved[a][effect];
            if (!IsKept(_model.Terms, effect)) continue;
            if (!_solutions.TryGetValue(effect, out var solution)) _solutions[effect] = solution = Solution(effect);
            foreach (var (other, at) in touched)
                g[p + at, p + place] = g[p + place, p + at] = solution[other];
        }

        int[] others = [.. touched.Keys.Where(effect => !IsKept(_model.Terms, effect))];
        if (others.Length > 0 && rest.Levels is { } levels && LevelOf(_model.Terms, others) is { } own)
        {
            var d = _model.Terms[own.Term].LatentWidth;
            var offset = _model.Terms[own.Term].LatentOffset;
            foreach (var a in others)
            {
                foreach (var b in others)
                    g[p + touched[a], p + touched[b]] = levels[own.Term][((a - offset) * d) + ((b - offset) % d)];
            }
        }
        else
        {
            foreach (var effect in others)
            {
                var solution = Solution(effect);
                foreach (var (other, at) in touched)
                    g[p + at, p + touched[effect]] = g[p + touched[effect], p + at] = solution[other];
            }
        }

        var yFixed = y * rest.Fixed;
        var random = g.SubMatrix(p, t, p, t) + (yFixed * y.Transpose());
        g.SetSubMatrix(p, p, random);
        g.SetSubMatrix(p, 0, -yFixed);
        g.SetSubMatrix(0, p, -yFixed.Transpose());
        return g;
    }

    /// <summary>The column of an effect in Cuu⁻¹.</summary>
    private double[] Solution(int effect)
    {
        var solution = new double[_system.EffectCount];
        solution[effect] = 1;
        _system.Solve(solution);
        return solution;
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
