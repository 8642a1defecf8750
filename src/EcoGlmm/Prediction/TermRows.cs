using EcoGlmm.Estimation;
using EcoGlmm.Formulas;
using EcoGlmm.RandomEffects;

namespace EcoGlmm.Prediction;

/// <summary>
/// The rows of a table as one random term sees them: the known levels whose effects a row adds, with weights, and what is not
/// known of it beyond them, the variance of a new level about what known ones say of it.
/// </summary>
internal sealed class TermRows
{
    private readonly GroupingTerm _rows;
    private readonly double[] _z;
    private readonly Dictionary<int, (int[] Levels, double[] Weights, double Variance)> _relations = [];
    private readonly CovarianceFactor _factor;
    private int[] _levels = new int[1];
    private double[] _weights;

    /// <param name="estimate">The estimate.</param>
    /// <param name="index">The term's place in the model.</param>
    /// <param name="rows">Its rows.</param>
    public TermRows(Estimate estimate, int index, GroupingTerm rows)
    {
        Index = index;
        Term = estimate.Model.Terms[index];
        _factor = estimate.System.Lambda;
        _rows = rows;
        _z = Term.Scaling?.Standardise(rows.Z) ?? rows.Z;
        _weights = new double[Term.Width];
    }

    /// <summary>The term's place in the model.</summary>
    public int Index { get; }

    public RandomTerm Term { get; }

    /// <summary>Number of known levels of the row.</summary>
    public int Count { get; private set; }

    /// <summary>Variance of the row's new level about what is known of it, relative to that of a level: the row adds it times
    /// zᵀΛΛᵀz.</summary>
    public double NewVariance { get; private set; }

    /// <summary>The row's effects of a new level.</summary>
    public ReadOnlySpan<double> NewWeights => _newWeights;

    private double[] _newWeights = [];

    /// <summary>Where the effects of a known level of the row begin in b.</summary>
    public int EffectOf(int k) => Term.EffectOffset + (_levels[k] * Term.Width);

    /// <summary>The level itself.</summary>
    public int LevelOf(int k) => _levels[k];

    /// <summary>The weights of the effects of a known level of the row.</summary>
    public ReadOnlySpan<double> WeightsOf(int k) => _weights.AsSpan(k * Term.Width, Term.Width);

    /// <summary>Whether a row is of a level that nothing is known of.</summary>
    public bool IsUnseen(int row)
    {
        MoveTo(row);
        return Count == 0 && NewVariance > 0;
    }

    public void MoveTo(int row)
    {
        var r = Term.Width;
        NewVariance = 0;
        if (_rows.Entries is { } entries && _rows.NewLevels?[row] is null)
        {
            var (from, count) = (entries.Starts[row], entries.Starts[row + 1] - entries.Starts[row]);
            Reserve(count);
            Count = count;
            entries.Levels.AsSpan(from, count).CopyTo(_levels);
            entries.Weights.AsSpan(from * r, count * r).CopyTo(_weights);
            NewVariance = _rows.NewVariances?[row] ?? 0;
            _newWeights = [1];
            return;
        }

        var z = _rows.Entries is null ? _z.AsSpan(row * r, r) : One;
        var code = _rows.Entries is null ? _rows.Codes[row] : -1;
        if (code >= 0)
        {
            Reserve(1);
            Count = 1;
            _levels[0] = code;
            z.CopyTo(_weights);
            return;
        }

        if (_newWeights.Length != r) _newWeights = new double[r];
        z.CopyTo(_newWeights);
        if (!_relations.TryGetValue(row, out var relation)) _relations.Add(row, relation = Relate(row));
        Count = relation.Levels.Length;
        NewVariance = relation.Variance;
        Reserve(Count);
        for (var k = 0; k < Count; k++)
        {
            _levels[k] = relation.Levels[k];
            for (var e = 0; e < r; e++) _weights[(k * r) + e] = relation.Weights[k] * z[e];
        }
    }

    /// <summary>
    /// How far what known levels say of the row's new level moves with a parameter of the term's precision, the modes held:
    /// Σ ∂weight · zᵀb; zero for rows of known levels.
    /// </summary>
    /// <param name="row">The row, moved to.</param>
    /// <param name="parameter">The parameter among those of the precision.</param>
    /// <param name="modes">b.</param>
    public double RelationSlope(int row, int parameter, double[] modes)
    {
        if (Count == 0 || (_rows.Entries is null && _rows.Codes[row] >= 0)) return 0;
        if (Term.Structure.Precision is not { } precision || _rows.NewLevels?[row] is not { } key) return 0;
        const double step = 1e-5;
        double At(double shift)
        {
            var phi = _factor.PrecisionTheta(Index).ToArray();
            phi[parameter] += shift;
            var (levels, weights, _) = precision.Relate(phi, key);
            var sum = 0.0;
            for (var l = 0; l < levels.Length; l++)
            {
                for (var e = 0; e < Term.Width; e++)
                    sum += weights[l] * _newWeights[e] * modes[Term.EffectOffset + (levels[l] * Term.Width) + e];
            }

            return sum;
        }

        return (At(step) - At(-step)) / (2 * step);
    }

    private static ReadOnlySpan<double> One => [1.0];

    private (int[], double[], double) Relate(int row)
    {
        if (Term.Structure.Precision is not { } precision || _rows.NewLevels?[row] is not { } key) return ([], [], 1);
        var relation = precision.Relate(_factor.PrecisionTheta(Index), key);
        return (relation.Levels, relation.Weights, relation.Variance);
    }

    private void Reserve(int count)
    {
        if (_levels.Length >= count && _weights.Length >= count * Term.Width) return;
        _levels = new int[count];
        _weights = new double[count * Term.Width];
    }
}
