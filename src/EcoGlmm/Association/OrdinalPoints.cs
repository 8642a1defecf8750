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
