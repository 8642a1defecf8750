using EcoGlmm.Data;
using EcoGlmm.Estimation;
using EcoGlmm.Formulas;
using EcoGlmm.Model;
using EcoGlmm.Numerics;
using EcoGlmm.Text;

namespace EcoGlmm.Marginal;

/// <summary>
/// The reference grid of a fit: every combination of factor levels, covariates at their means (a binary one at both values),
/// and linear functionals of the coefficients on it.
/// Source: S. R. Searle, F. M. Speed &amp; G. A. Milliken (1980), The American Statistician 34, 216-221; the conventions are
/// those of R's emmeans.
/// </summary>
internal sealed class ReferenceGrid
{
    private const int MostRows = 1_000_000;
    private readonly PartDesign _design;
    private readonly OrthogonalBasis _basis;
    private readonly double[] _beta;
    private readonly double[] _covariance;
    private readonly List<GridVariable> _variables;
    private readonly int _trainingRows;
    private readonly double[]? _rowWeights;

    public ReferenceGrid(GlmmFit fit, ModelPart part, IReadOnlyDictionary<string, double[]>? at)
    {
        Part = part;
        _design = part switch
        {
            ModelPart.Conditional => fit.Specification.Conditional,
            ModelPart.ZeroInflation => fit.Specification.ZeroInflation ?? throw new GlmmException("The model has no zero inflation."),
            _ => fit.Family.HasDispersion ? fit.Specification.Dispersion
            : throw new GlmmException($"The family {fit.Family.Name} has no dispersion."),
        };
        var used = fit.Data.Take(fit.Specification.Rows);
        _trainingRows = used.RowCount;
        _rowWeights = fit.Specification.Weights;
        _variables = GridVariable.Of(_design, used);
        var predictor = LinearPredictor.Of(part);
        _basis = fit.Estimate.Model.Basis[predictor]!;
        _beta = fit.Estimate.Psi.AsSpan(fit.Estimate.Model.FixedOffset[predictor], _basis.Columns).ToArray();
        _basis.ToCoefficients(_beta);
        _covariance = CoefficientCovariance.Of(fit.Estimate, predictor, predictor);
        if (fit.Estimate.Model.Terms.Any(t => t.IsCurve && t.Predictor == predictor))
        {
            // Curves are linear in their coefficients too.
            var smooths = FittedSmooths.Of(fit);
            var block = smooths.BlockOf(part);
            (_beta, _covariance) = (smooths.Coefficients(block), smooths.Covariance(block, block));
        }

        foreach (var (name, values) in at ?? new Dictionary<string, double[]>())
        {
            if (values.Length == 0) throw new GlmmException($"No value is given to put \"{name}\" at.");
            _variables[_variables.IndexOf(Variable(name))] = Variable(name).At(values);
        }
    }

    public ModelPart Part { get; }

    public IReadOnlyList<GridVariable> Variables => _variables;

    /// <summary>A variable by name.</summary>
    /// <exception cref="GlmmException">The part has no such variable among its fixed effects.</exception>
    public GridVariable Variable(string name) => _variables.Find(v => v.Name == name)
        ?? throw new GlmmException($"\"{name}\" is not among the variables of the {ModelPartNames.InSentence(Part)}, which are "
            + $"{Names.List([.. _variables.Select(v => v.Name)])}"
            + NearestName.Suggestion(name, _variables.Select(v => v.Name)));

    /// <summary>One functional for each combination of the points of some variables, the first varying fastest, averaged over the other
    /// ones.</summary>
    /// <param name="over">The variables kept.</param>
    /// <param name="weights">How the average weighs the levels of other variables.</param>
    /// <param name="slopeOf">A covariate to take the derivative by; null for means.</param>
    public List<GridFunctional> Functionals(IReadOnlyList<GridVariable> over, GridWeights weights, GridVariable? slopeOf)
    {
        var others = _variables.Except(over).Where(v => v.Points.Length > 1 && v != slopeOf).ToArray();
        GridVariable[] crossed = [.. over.Reverse(), .. others];
        var rows = 1;
        foreach (var v in crossed)
        {
            if (rows > MostRows / v.Points.Length)
                throw new GlmmException($"The reference grid of {Names.List([.. crossed.Select(c => c.Name)])} has more than {MostRows} "
                    + $"combinations of levels.");
            rows *= v.Points.Length;
        }

        var point = Points(crossed, rows);
        var cells = rows / Math.Max(1, others.Aggregate(1, (m, v) => m * v.Points.Length));
        var share = Shares(others, weights);
        var table = Table(crossed, point, rows, slopeOf, 0);
        var estimable = Estimable(table);
        double[] x, offset;
        if (slopeOf is null)
        {
            var matrices = _design.Evaluate(table, fixedOnly: true);
            (x, offset) = (FittedSmooths.Columns(matrices), matrices.Offset);
        }
        else
        {
            var step = 1e-3 * Spread(slopeOf);
            var (up, down) = (_design.Evaluate(Table(crossed, point, rows, slopeOf, step), true),
                _design.Evaluate(Table(crossed, point, rows, slopeOf, -step), true));
            x = [.. FittedSmooths.Columns(up).Zip(FittedSmooths.Columns(down), (a, b) => (a - b) / (2 * step))];
            offset = [.. up.Offset.Zip(down.Offset, (a, b) => (a - b) / (2 * step))];
        }

        var result = new List<GridFunctional>();
        var each = rows / cells;
        for (var c = 0; c < cells; c++)
        {
            var l = new double[_beta.Length];
            var constant = 0.0;
            var good = true;
            for (var i = 0; i < each; i++)
            {
                if (share[i] == 0) continue;
                var row = (c * each) + i;
                good &= estimable[row];
                constant += share[i] * offset[row];
                for (var j = 0; j < l.Length; j++) l[j] += share[i] * x[(j * rows) + row];
            }

            result.Add(new GridFunctional([.. over.Select((v, k) => (v.Name, v.Label(point[over.Count - 1 - k][c * each])))], l, constant,
                good, this));
        }

        return result;
    }

    /// <summary>Lᵀβ.</summary>
    public double Estimate(double[] l) => l.Zip(_beta, (a, b) => a * b).Sum();

    /// <summary>√(LᵀVL).</summary>
    public double StandardError(double[] l)
    {
        var sum = 0.0;
        for (var i = 0; i < l.Length; i++)
        {
            for (var j = 0; j < l.Length; j++) sum += l[i] == 0 || l[j] == 0 ? 0 : l[i] * _covariance[(j * l.Length) + i] * l[j];
        }

        return Math.Sqrt(sum);
    }

    /// <summary>For each variable the point in each row of the full crossing, the first variable slowest.</summary>
    private static int[][] Points(GridVariable[] crossed, int rows)
    {
        var result = new int[crossed.Length][];
        var repeat = rows;
        for (var k = 0; k < crossed.Length; k++)
        {
            repeat /= crossed[k].Points.Length;
            var (each, count) = (repeat, crossed[k].Points.Length);
            result[k] = [.. Enumerable.Range(0, rows).Select(i => i / each % count)];
        }

        return result;
    }

    private FieldData Table(GridVariable[] crossed, int[][] point, int rows, GridVariable? moved, double by)
    {
        var columns = new List<FieldColumn>();
        foreach (var v in _variables)
        {
            var k = Array.IndexOf(crossed, v);
            var column = v.Points.Take(k >= 0 ? point[k] : new int[rows]);
            if (v == moved) column = new NumericColumn(v.Name, Array.ConvertAll(ColumnConversion.Numbers(column), value => value + by));
            columns.Add(column);
        }

        if (columns.Count == 0) columns.Add(new NumericColumn(Intercept.Name, [.. Enumerable.Repeat(1.0, rows)]));
        return new FieldData(columns);
    }

    /// <summary>Weights of the combinations of the variables averaged over.</summary>
    private double[] Shares(GridVariable[] others, GridWeights weights)
    {
        var count = others.Aggregate(1, (m, v) => m * v.Points.Length);
        var share = new double[count];
        if (weights == GridWeights.Equal || others.Any(v => v.PointOfRow is null))
        {
            Array.Fill(share, 1.0 / count);
            return share;
        }

        var total = _rowWeights?.Sum() ?? _trainingRows;
        for (var row = 0; row < _trainingRows; row++)
        {
            share[others.Aggregate(0, (at, v) => (at * v.Points.Length) + v.PointOfRow![row])] += (_rowWeights?[row] ?? 1) / total;
        }

        return share;
    }

    /// <summary>Whether the aliased columns depend on the others in a row as they do in the data.</summary>
    private bool[] Estimable(FieldData table)
    {
        var result = new bool[table.RowCount];
        Array.Fill(result, true);
        var training = _design.Training;
        if (!training.Aliased.Contains(true) || _design.Means.Length > 0) return result;
        var rows = new FieldData([.. _variables.Select(v => v.Training)]);
        var (aliased, wanted) = (_design.AliasedColumns(rows), _design.AliasedColumns(table));
        var x = _design.Evaluate(table, fixedOnly: true).X;
        var (n, m, p) = (training.RowCount, table.RowCount, _basis.Columns);
        var dependence = new double[p];
        for (var a = 0; a < aliased.Length / n; a++)
        {
            _basis.TransposedProduct(aliased.AsSpan(a * n, n), dependence);
            for (var j = 0; j < p; j++) dependence[j] /= n;
            _basis.ToCoefficients(dependence);
            for (var row = 0; row < m; row++)
            {
                var (expected, size) = (0.0, 1.0);
                for (var j = 0; j < p; j++)
                {
                    expected += x[(j * m) + row] * dependence[j];
                    size += Math.Abs(x[(j * m) + row] * dependence[j]);
                }

                result[row] &= Math.Abs(expected - wanted[(a * m) + row]) < 1e-7 * size;
            }
        }

        return result;
    }

    private static double Spread(GridVariable variable)
    {
        var values = ColumnConversion.Numbers(variable.Training);
        return values.Max() - values.Min() is > 0 and var range ? range : 1;
    }
}

/// <summary>A linear functional of the coefficients, Lᵀβ + constant.</summary>
/// <param name="Levels">The variables kept and where they are.</param>
/// <param name="L">Weights of the coefficients estimated.</param>
/// <param name="Constant">The offset.</param>
/// <param name="IsEstimable">Whether the data determine it.</param>
/// <param name="Grid">The grid that it is on.</param>
internal sealed record GridFunctional(IReadOnlyList<(string Variable, string Level)> Levels, double[] L, double Constant, bool IsEstimable,
    ReferenceGrid Grid)
{
    public double Estimate => IsEstimable ? Grid.Estimate(L) + Constant : double.NaN;

    public double StandardError => IsEstimable ? Grid.StandardError(L) : double.NaN;
}
