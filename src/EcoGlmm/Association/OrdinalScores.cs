using EcoGlmm.Numerics;

namespace EcoGlmm.Association;

/// <summary>
/// What thresholds and covariates leave of a marker's score, Σ vᵢ(Yᵢ), with a value for each category of each observation, and its
/// distribution.
/// </summary>
internal sealed class OrdinalScores : IScoreProjection, IScoreDistribution
{
    private readonly OrdinalPoints _points;
    private readonly double[] _x;
    private readonly int _columns;
    private readonly double[] _information;

    /// <param name="points">The model without markers.</param>
    /// <param name="x">Covariates without the intercept, column-major.</param>
    /// <param name="columns">How many.</param>
    public OrdinalScores(OrdinalPoints points, double[] x, int columns)
    {
        (_points, _x, _columns) = (points, x, columns);
        var (n, m) = (points.Count, points.Categories - 1);
        var order = m + columns;
        _information = new double[order * order];
        var own = points.OwnInformation(out _);
        for (var a = 0; a < order; a++)
        {
            for (var b = 0; b < order; b++)
            {
                var sum = a < m && b < m ? own[a, b] : 0;
                for (var i = 0; i < n; i++) sum += points.Weights[i] * Design(i, a) * Design(i, b);
                _information[a + (b * order)] = sum;
            }
        }

        if (!DenseCholesky.TryFactor(_information, order))
        {
            throw new GlmmException("The covariates depend on each other, so that their effects cannot be told apart. Leave one of "
                + "them out.");
        }
    }

    public int Length => _points.Count * _points.Categories;

    public double Project(ReadOnlySpan<double> g, Span<double> projected)
    {
        var (n, m, categories) = (_points.Count, _points.Categories - 1, _points.Categories);
        var order = m + _columns;
        Span<double> along = stackalloc double[order];
        for (var a = 0; a < order; a++)
        {
            double sum = 0;
            for (var i = 0; i < n; i++) sum += _points.Weights[i] * Design(i, a) * g[i];
            along[a] = sum;
        }

        DenseCholesky.Solve(_information, order, along);
        double variance = 0;
        for (var i = 0; i < n; i++)
        {
            var left = g[i];
            for (var c = 0; c < _columns; c++) left -= along[m + c] * _x[i + (c * n)];
            for (var j = 0; j < categories; j++)
            {
                var place = (i * categories) + j;
                var (e, upper) = (_points.ByPredictor[place], _points.ByUpper[place]);
                var value = left * e;
                if (j < m) value -= along[j] * upper;
                if (j > 0) value += along[j - 1] * (e + upper);
                projected[place] = value;
                variance += _points.Probabilities[place] * value * value;
            }
        }

        return variance;
    }

    public void Cumulants(ReadOnlySpan<double> g, double t, out double k, out double first, out double second)
    {
        k = first = second = 0;
        var categories = _points.Categories;
        for (var i = 0; i < _points.Count; i++)
        {
            var own = g.Slice(i * categories, categories);
            var probabilities = _points.Probabilities.AsSpan(i * categories, categories);
            var most = double.NegativeInfinity;
            for (var j = 0; j < categories; j++) most = Math.Max(most, own[j] * t);
            double sum = 0, mean = 0, square = 0;
            for (var j = 0; j < categories; j++)
            {
                var weight = probabilities[j] * Math.Exp((own[j] * t) - most);
                sum += weight;
                mean += weight * own[j];
                square += weight * own[j] * own[j];
            }

            mean /= sum;
            k += most + Math.Log(sum);
            first += mean;
            second += (square / sum) - (mean * mean);
        }
    }

    public void Range(ReadOnlySpan<double> g, out double lowest, out double highest)
    {
        lowest = highest = 0;
        var categories = _points.Categories;
        for (var i = 0; i < _points.Count; i++)
        {
            var own = g.Slice(i * categories, categories);
            var (low, high) = (own[0], own[0]);
            foreach (var value in own) (low, high) = (Math.Min(low, value), Math.Max(high, value));
            (lowest, highest) = (lowest + low, highest + high);
        }
    }

    private double Design(int i, int column)
    {
        var m = _points.Categories - 1;
        return column < m ? _points.Slope(i, column) : _x[i + ((column - m) * _points.Count)];
    }
}
