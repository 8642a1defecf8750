using EcoGlmm.Numerics;

namespace EcoGlmm.Association;

/// <summary>Scores and expected information of observations of ordered categories, by η and by the thresholds.</summary>
internal sealed class OrdinalPoints
{
    private const double LeastWeight = 1e-8;

    private readonly double[] _covariances;
    private readonly double[] _gradient;
    private readonly double[,] _thresholds;

    public OrdinalPoints(double[] y, double[] eta, double[] alpha, Link link)
    {
        (Count, Categories) = (y.Length, alpha.Length + 1);
        var m = alpha.Length;
        Probabilities = new double[Count * Categories];
        ByPredictor = new double[Count * Categories];
        ByUpper = new double[Count * Categories];
        (Score, Weights) = (new double[Count], new double[Count]);
        _covariances = new double[Count * m];
        _gradient = new double[m];
        _thresholds = new double[m, m];
        for (var i = 0; i < Count; i++)
        {
            for (var j = 0; j < Categories; j++)
            {
                var at = link.Between(j == 0 ? double.NegativeInfinity : alpha[j - 1] - eta[i], j == m ? double.PositiveInfinity
                    : alpha[j] - eta[i]);
                var p = Math.Exp(at.L);
                var (upper, lower) = (j == m ? 0 : at.B, j == 0 ? 0 : -at.E - at.B);
                var place = (i * Categories) + j;
                (Probabilities[place], ByPredictor[place], ByUpper[place]) = (p, at.E, upper);
                Weights[i] += p * at.E * at.E;
                if (j < m)
                {
                    _covariances[(i * m) + j] += p * at.E * upper;
                    _thresholds[j, j] += p * upper * upper;
                }

                if (j > 0)
                {
                    _covariances[(i * m) + j - 1] += p * at.E * lower;
                    _thresholds[j - 1, j - 1] += p * lower * lower;
                }

                if (j > 0 && j < m)
                {
                    _thresholds[j, j - 1] += p * upper * lower;
                    _thresholds[j - 1, j] += p * upper * lower;
                }

                if ((int)y[i] - 1 != j) continue;
                Score[i] = at.E;
                if (j < m) _gradient[j] += upper;
                if (j > 0) _gradient[j - 1] += lower;
            }

            Weights[i] = Math.Max(LeastWeight, Weights[i]);
        }
    }

    public int Count { get; }

    public int Categories { get; }

    /// <summary>Of each category, observation by observation.</summary>
    public double[] Probabilities { get; }

    /// <summary>Derivatives of their logarithms by η.</summary>
    public double[] ByPredictor { get; }

    /// <summary>Derivatives of their logarithms by the threshold above the category; by that below it, what is left of −∂/∂η.</summary>
    public double[] ByUpper { get; }

    /// <summary>Derivatives of the log-likelihood by η.</summary>
    public double[] Score { get; }

    /// <summary>Expected information on η.</summary>
    public double[] Weights { get; }

    /// <summary>r: how a threshold weighs beside η.</summary>
    public double Slope(int i, int threshold) => _covariances[(i * (Categories - 1)) + threshold] / Weights[i];

    /// <summary>Expected information on a threshold.</summary>
    public double ThresholdInformation(int k) => _thresholds[k, k];

    /// <summary>E, the information on thresholds that η has no part in, and the like part of the gradient.</summary>
    public double[,] OwnInformation(out double[] gradient)
    {
        var m = Categories - 1;
        var e = (double[,])_thresholds.Clone();
        gradient = (double[])_gradient.Clone();
        for (var i = 0; i < Count; i++)
        {
            for (var k = 0; k < m; k++)
            {
                gradient[k] -= Slope(i, k) * Score[i];
                for (var l = 0; l < m; l++) e[k, l] -= Weights[i] * Slope(i, k) * Slope(i, l);
            }
        }

        return e;
    }
}

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
