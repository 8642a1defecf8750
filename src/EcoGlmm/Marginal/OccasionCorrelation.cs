using EcoGlmm.Numerics;

namespace EcoGlmm.Marginal;

/// <summary>One subject: its rows in the order of its occasions.</summary>
/// <param name="Rows">Rows of the model.</param>
/// <param name="Occasions">The number of each row's occasion, from 0, ascending.</param>
/// <param name="Times">The value of the order column in each row.</param>
internal sealed record Subject(int[] Rows, int[] Occasions, double[] Times);

/// <summary>
/// A working correlation R(α) of the occasions of a subject: its moment estimate from standardised residuals, and products with
/// its inverse. Moments weigh a pair by the product of its rows' weights and divide by the scale, as geepack's do.
/// </summary>
internal abstract class OccasionCorrelation
{
    /// <summary>α, at the last estimate.</summary>
    public double[] Parameters { get; protected set; } = [];

    /// <summary>Estimates α.</summary>
    /// <param name="subjects">The subjects.</param>
    /// <param name="residuals">(y − μ)/√v(μ) by row.</param>
    /// <param name="weights">Weights by row.</param>
    /// <param name="scale">φ.</param>
    public virtual void Estimate(Subject[] subjects, double[] residuals, double[] weights, double scale)
    {
    }

    /// <summary>R of a subject, n × n.</summary>
    public abstract double[,] Matrix(Subject subject);

    /// <summary>columns ← R⁻¹ columns, each of the length of the subject; false where R is not positive definite.</summary>
    public virtual bool TrySolve(Subject subject, Span<double> columns)
    {
        var n = subject.Rows.Length;
        var matrix = Matrix(subject);
        var factor = new double[n * n];
        for (var j = 0; j < n; j++)
        {
            for (var i = 0; i < n; i++) factor[(j * n) + i] = matrix[i, j];
        }

        if (!DenseCholesky.TryFactor(factor, n)) return false;
        DenseCholesky.Solve(factor, n, columns);
        return true;
    }

    /// <summary>A square matrix of ones along its diagonal and something off it.</summary>
    protected static double[,] Filled(int n, Func<int, int, double> correlation)
    {
        var result = new double[n, n];
        for (var i = 0; i < n; i++)
        {
            result[i, i] = 1;
            for (var j = 0; j < i; j++) result[i, j] = result[j, i] = correlation(j, i);
        }

        return result;
    }
}

/// <summary>R = I.</summary>
internal sealed class IndependentOccasions : OccasionCorrelation
{
    public override double[,] Matrix(Subject subject) => Filled(subject.Rows.Length, (_, _) => 0);

    public override bool TrySolve(Subject subject, Span<double> columns) => true;
}

/// <summary>R = (1 − α) I + α 11ᵀ, with R⁻¹ = [I − α/(1 + (n − 1)α) 11ᵀ] / (1 − α).</summary>
internal sealed class ExchangeableOccasions : OccasionCorrelation
{
    public ExchangeableOccasions() => Parameters = [0];

    public override void Estimate(Subject[] subjects, double[] residuals, double[] weights, double scale)
    {
        var (products, count) = (0.0, 0.0);
        foreach (var subject in subjects)
        {
            var (sum, squares, weight, weightSquares) = (0.0, 0.0, 0.0, 0.0);
            foreach (var i in subject.Rows)
            {
                var r = weights[i] * residuals[i];
                sum += r;
                squares += r * r;
                weight += weights[i];
                weightSquares += weights[i] * weights[i];
            }

            products += 0.5 * ((sum * sum) - squares);
            count += 0.5 * ((weight * weight) - weightSquares);
        }

        Parameters = [count > 0 ? products / count / scale : 0];
    }

    public override double[,] Matrix(Subject subject) => Filled(subject.Rows.Length, (_, _) => Parameters[0]);

    public override bool TrySolve(Subject subject, Span<double> columns)
    {
        var n = subject.Rows.Length;
        var alpha = Parameters[0];
        if (n > 1 && !(alpha < 1 && 1 + ((n - 1) * alpha) > 0)) return false;
        if (n == 1) return true;
        for (var at = 0; at < columns.Length; at += n)
        {
            var column = columns.Slice(at, n);
            var sum = 0.0;
            foreach (var x in column) sum += x;
            sum *= alpha / (1 + ((n - 1) * alpha));
            for (var i = 0; i < n; i++) column[i] = (column[i] - sum) / (1 - alpha);
        }

        return true;
    }
}

/// <summary>
/// R_ij = α^d_ij, d the number of occasions, or the time, between two records. α solves the estimating equation of least squares,
/// Σ ∂α^d/∂α (r_i r_j/φ − α^d) = 0 over all pairs. Such R is that of a Markov chain, so that R⁻¹ is tridiagonal.
/// </summary>
internal sealed class AutoregressiveOccasions(bool inTime) : OccasionCorrelation
{
    private const int GridSteps = 400;
    private const double Limit = 1 - 1e-9;

    public override void Estimate(Subject[] subjects, double[] residuals, double[] weights, double scale)
    {
        var lags = new Dictionary<double, (double Products, double Count)>();
        foreach (var subject in subjects)
        {
            for (var b = 1; b < subject.Rows.Length; b++)
            {
                for (var a = 0; a < b; a++)
                {
                    var (i, j) = (subject.Rows[a], subject.Rows[b]);
                    var w = weights[i] * weights[j];
                    var d = Distance(subject, a, b);
                    var (products, count) = lags.GetValueOrDefault(d);
                    lags[d] = (products + (w * residuals[i] * residuals[j] / scale), count + w);
                }
            }
        }

        Parameters = [lags.Count == 0 ? 0 : LeastSquares([.. lags.Select(l => (l.Key, l.Value.Products, l.Value.Count))])];
    }

    public override double[,] Matrix(Subject subject) => Filled(subject.Rows.Length, (a, b) => Power(Distance(subject, a, b)));

    public override bool TrySolve(Subject subject, Span<double> columns)
    {
        var n = subject.Rows.Length;
        if (Parameters.Length == 0) Parameters = [0];
        if (!(Math.Abs(Parameters[0]) < 1)) return false;
        var step = n <= 256 ? stackalloc double[n] : new double[n];
        for (var i = 1; i < n; i++) step[i] = Power(Distance(subject, i - 1, i));
        for (var at = 0; at < columns.Length; at += n)
        {
            // x_i − ρ_i x_{i−1} are independent, with variance 1 − ρ_i².
            var column = columns.Slice(at, n);
            for (var i = n - 1; i > 0; i--) column[i] = (column[i] - (step[i] * column[i - 1])) / (1 - (step[i] * step[i]));
            for (var i = 0; i < n - 1; i++) column[i] -= step[i + 1] * column[i + 1];
        }

        return true;
    }

    private double Distance(Subject subject, int a, int b) =>
        inTime ? subject.Times[b] - subject.Times[a] : subject.Occasions[b] - subject.Occasions[a];

    private double Power(double distance) => Math.Pow(Parameters[0], distance);

    private double LeastSquares((double Distance, double Products, double Count)[] lags)
    {
        double Loss(double alpha) => lags.Sum(l => Math.Pow(alpha, l.Distance) * ((l.Count * Math.Pow(alpha, l.Distance))
            - (2 * l.Products)));
        double Slope(double alpha) => lags.Sum(l => l.Distance * Math.Pow(alpha, l.Distance - 1) * ((l.Count * Math.Pow(alpha, l.Distance))
            - l.Products));
        // Time's decay is steep near one where times are long, so that the grid is even in the logarithm of the decay.
        var low = inTime ? 0 : -Limit;
        var unit = inTime ? lags.Min(l => l.Distance) : 1;
        double At(int step) => Math.Pow(low + ((Limit - low) * step / GridSteps), 1 / unit);
        var points = Enumerable.Range(0, GridSteps + 1).Select(k => inTime ? At(k) : low + ((Limit - low) * k / GridSteps)).ToArray();
        var best = 0;
        var bestLoss = double.PositiveInfinity;
        for (var k = 0; k < points.Length; k++)
        {
            if (Loss(points[k]) is var loss && loss < bestLoss) (best, bestLoss) = (k, loss);
        }

        var (a, b) = (points[Math.Max(0, best - 1)], points[Math.Min(points.Length - 1, best + 1)]);
        for (var step = 0; step < 200 && b - a > 1e-15; step++)
        {
            var middle = 0.5 * (a + b);
            if (Slope(middle) > 0) b = middle; else a = middle;
        }

        return 0.5 * (a + b);
    }
}

/// <summary>A correlation for each pair of occasions, the mean of its products of residuals.</summary>
internal sealed class UnstructuredOccasions(int occasions) : OccasionCorrelation
{
    public override void Estimate(Subject[] subjects, double[] residuals, double[] weights, double scale)
    {
        var (products, counts) = (new double[occasions * (occasions - 1) / 2], new double[occasions * (occasions - 1) / 2]);
        foreach (var subject in subjects)
        {
            for (var b = 1; b < subject.Rows.Length; b++)
            {
                for (var a = 0; a < b; a++)
                {
                    var (i, j) = (subject.Rows[a], subject.Rows[b]);
                    var pair = Pair(subject.Occasions[a], subject.Occasions[b]);
                    products[pair] += weights[i] * weights[j] * residuals[i] * residuals[j];
                    counts[pair] += weights[i] * weights[j];
                }
            }
        }

        Parameters = [.. products.Zip(counts, (p, c) => c > 0 ? p / c / scale : 0)];
    }

    public override double[,] Matrix(Subject subject) => Filled(subject.Rows.Length,
        (a, b) => Parameters.Length == 0 ? 0 : Parameters[Pair(subject.Occasions[a], subject.Occasions[b])]);

    /// <summary>Pairs go with the first occasion slowest: (1,2), (1,3), …, (2,3), …</summary>
    private int Pair(int first, int second) => (first * occasions) - (first * (first + 1) / 2) + second - first - 1;
}

/// <summary>A matrix that is given.</summary>
internal sealed class FixedOccasions(double[,] correlation) : OccasionCorrelation
{
    public override double[,] Matrix(Subject subject) => Filled(subject.Rows.Length, (a, b) => correlation[subject.Occasions[a],
        subject.Occasions[b]]);
}
