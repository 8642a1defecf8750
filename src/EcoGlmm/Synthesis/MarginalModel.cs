using EcoGlmm.Estimation;
using EcoGlmm.Inference;
using EcoGlmm.RandomEffects;
using MathNet.Numerics.LinearAlgebra;

namespace EcoGlmm.Syntheses;

/// <summary>A direction in which the covariance of effect sizes may vary: a variance, a covariance, a coefficient of their log.</summary>
/// <param name="Term">The grouping factor, or <see cref="Scale"/>.</param>
/// <param name="Name">The effect or the coefficient.</param>
/// <param name="Value">Its estimate.</param>
/// <param name="Derivative">∂M by it, n × n.</param>
/// <param name="IsVariance">Whether it is the variance of an effect, a share of the variance of the effect sizes.</param>
internal sealed record VarianceDirection(string Term, string Name, double Value, Matrix<double> Derivative, bool IsVariance)
{
    /// <summary>The term of what a scale formula says.</summary>
    public const string Scale = "scale";

    /// <summary>What it adds to the variance of an effect size, on average.</summary>
    public double Contribution => Value * Derivative.Diagonal().Average();
}

/// <summary>
/// y ~ N(Xβ, M), M = S + Σ σ²ₖ Gₖ: effect sizes with the known covariance S of their sampling errors, and what varies beside it.
/// Generalized least squares given M, and the information on the variances: S. R. Searle, G. Casella and C. E. McCulloch, Variance
/// Components (1992), sections 6.6 and 6.12.
/// </summary>
internal sealed class MarginalModel
{
    private readonly Lazy<Matrix<double>> _projection;
    private readonly Lazy<Matrix<double>> _varianceCovariance;

    private MarginalModel(Matrix<double> x, Vector<double> y, Matrix<double> sampling, Matrix<double> total, VarianceDirection[] directions,
        bool isRestricted)
    {
        (X, Y, Sampling, Total, Directions, IsRestricted) = (x, y, sampling, total, directions, isRestricted);
        Weights = Inverse(total, "The covariance matrix of the effect sizes");
        WeightedX = Weights * x;
        CoefficientCovariance = Inverse(x.TransposeThisAndMultiply(WeightedX), "The matrix of the moderators");
        Coefficients = CoefficientCovariance * WeightedX.TransposeThisAndMultiply(y);
        Residuals = y - x * Coefficients;
        _projection = new(() => Weights - WeightedX * CoefficientCovariance * WeightedX.Transpose());
        _varianceCovariance = new(FindVarianceCovariance);
    }

    public Matrix<double> X { get; }

    public Vector<double> Y { get; }

    /// <summary>S.</summary>
    public Matrix<double> Sampling { get; }

    /// <summary>M.</summary>
    public Matrix<double> Total { get; }

    /// <summary>M⁻¹.</summary>
    public Matrix<double> Weights { get; }

    /// <summary>M⁻¹X.</summary>
    public Matrix<double> WeightedX { get; }

    /// <summary>Φ = (XᵀM⁻¹X)⁻¹.</summary>
    public Matrix<double> CoefficientCovariance { get; }

    public Vector<double> Coefficients { get; }

    public Vector<double> Residuals { get; }

    public VarianceDirection[] Directions { get; }

    public bool IsRestricted { get; }

    /// <summary>P = M⁻¹ − M⁻¹XΦXᵀM⁻¹.</summary>
    public Matrix<double> Projection => _projection.Value;

    /// <summary>rᵀM⁻¹r.</summary>
    public double Quadratic => Residuals * (Weights * Residuals);

    /// <summary>
    /// The covariance of the variances' estimates, the inverse of the expected information ½ tr(P Gₖ P Gₗ), for maximum likelihood
    /// with M⁻¹ in place of P; rows and columns of variances that are zero are zero.
    /// </summary>
    public Matrix<double> VarianceCovariance => _varianceCovariance.Value;

    /// <summary>The model without any variance beside sampling: Cochran's Q and the typical sampling variance come from it.</summary>
    public MarginalModel OfSampling() => new(X, Y, Sampling, Sampling, [], IsRestricted);

    /// <summary>From a fit.</summary>
    /// <param name="fit">The fit, Gaussian.</param>
    /// <param name="sampling">S of the rows used.</param>
    /// <param name="samplingTerm">The name of what the random effect that stands for S was given; null without.</param>
    /// <param name="hasScale">Whether the fit's dispersion is the variance of true effects, rather than that of sampling.</param>
    public static MarginalModel Of(GlmmFit fit, Matrix<double> sampling, string? samplingTerm, bool hasScale)
    {
        var n = fit.ObservationCount;
        var training = fit.Specification.Conditional.Training;
        var c = training.X.Length / n;
        if (c == 0)
        {
            throw new GlmmException("The formula has no coefficient, so that there is no mean effect. Write effect ~ 1 + (1 | study).");
        }

        var directions = new List<VarianceDirection>();
        var total = sampling.Clone();
        var terms = fit.Estimate.Model.Terms;
        for (var t = 0; t < terms.Count; t++)
        {
            if (terms[t].Part != ModelPart.Conditional)
            {
                throw new GlmmException($"The scale of a synthesis may have moderators, but not the random effect {terms[t].Title}.");
            }

            if (samplingTerm is null || !terms[t].Title.Contains(samplingTerm, StringComparison.Ordinal))
            {
                AddTerm(fit.Estimate, t, n, total, directions);
            }
        }

        if (hasScale)
        {
            AddScale(fit, n, total, directions);
        }

        var y = Vector<double>.Build.Dense(n, i => fit.Specification.Response.Y[i] - training.Offset[i]);
        return new MarginalModel(Matrix<double>.Build.Dense(n, c, (i, j) => training.X[i + j * n]), y, sampling, total, [.. directions],
            fit.Options.Reml);
    }

    private static void AddTerm(Estimate estimate, int t, int n, Matrix<double> total, List<VarianceDirection> directions)
    {
        var term = estimate.Model.Terms[t];
        var level = LevelCovarianceModel.Of(estimate, t);
        var relations = Relations(estimate, t);
        Matrix<double> Between(Matrix<double> b)
        {
            var rows = Enumerable.Range(0, n).Select(i => Entries(term, i).ToArray()).ToArray();
            return Matrix<double>.Build.Dense(n, n, (i, j) =>
            {
                double sum = 0;
                foreach (var (l, z) in rows[i])
                {
                    foreach (var (m, w) in rows[j])
                    {
                        var related = relations is not null ? relations[l, m] : l == m ? 1 : 0;
                        if (related != 0)
                        {
                            sum += related * (z * b * w);
                        }
                    }
                }

                return sum;
            });
        }

        var whole = Between(level.Covariance);
        total.Add(whole, total);
        if (term.Width == 1 && term.Structure.Loadings.ParameterCount == 1)
        {
            var sd = term.Report(estimate.System.Lambda.Theta(t), estimate.Scale)[0];
            var unit = Math.Pow(term.Structure.LatentScale, 2);
            directions.Add(new VarianceDirection(term.Group, term.Effects[0], sd * sd,
                sd > 0 ? whole / (sd * sd) : Between(level.Derivatives[0]) / unit, IsVariance: true));
            return;
        }

        // in the elements of the covariance matrix of one level's effects, or whatever parameters its structure has
        for (var k = 0; k < level.Derivatives.Count; k++)
        {
            var derivative = level.Derivatives[k];
            var r = term.Width;
            var (a, b) = Enumerable.Range(0, r * r).Select(p => (p / r, p % r)).FirstOrDefault(p => derivative[p.Item1, p.Item2] != 0);
            var isElement = level.Curvatures is null;
            directions.Add(new VarianceDirection(term.Group, isElement ? a == b ? term.Effects[a] : $"{term.Effects[a]}, {term.Effects[b]}"
                : $"parameter {k + 1}",
                isElement ? level.Covariance[a, b] : double.NaN, Between(derivative), IsVariance: isElement && a == b));
        }
    }

    private static IEnumerable<(int Level, Vector<double> Z)> Entries(RandomTerm term, int row)
    {
        var r = term.Width;
        if (term.Entries is { } entries)
        {
            for (var k = entries.Starts[row]; k < entries.Starts[row + 1]; k++)
            {
                yield return (entries.Levels[k], Vector<double>.Build.Dense(r, e => entries.Weights[k * r + e]));
            }
        }
        else
        {
            yield return (term.Codes[row], Vector<double>.Build.Dense(r, e => term.Z is null ? 1 : term.Z[row * r + e]));
        }
    }

    /// <summary>P⁻¹ of a term; null where levels are independent.</summary>
    private static Matrix<double>? Relations(Estimate estimate, int t)
    {
        if (estimate.Model.Terms[t].Structure.Precision is not { } precision)
        {
            return null;
        }

        var lambda = estimate.System.Lambda;
        var pattern = precision.Pattern;
        if (lambda.Precision(t) is not { } values)
        {
            return Matrix<double>.Build.DenseOfColumnArrays(Enumerable.Range(0, pattern.Order).Select(l =>
            {
                var column = new double[pattern.Order];
                column[l] = 1;
                precision.Solve(lambda.PrecisionTheta(t), [], column, 1);
                return column;
            }));
        }

        var p = Matrix<double>.Build.Dense(pattern.Order, pattern.Order);
        for (var j = 0; j < pattern.Order; j++)
        {
            for (var k = pattern.ColumnPointers[j]; k < pattern.ColumnPointers[j + 1]; k++)
            {
                p[pattern.RowIndices[k], j] = p[j, pattern.RowIndices[k]] = values[k];
            }
        }

        return Inverse(p, "What relates the levels");
    }

    // τᵢ² = exp(zᵢα): the fit has the log of τᵢ
    private static void AddScale(GlmmFit fit, int n, Matrix<double> total, List<VarianceDirection> directions)
    {
        var log = fit.Estimate.Predictors[LinearPredictor.Dispersion]!;
        var z = fit.Specification.Dispersion.Training.X;
        var variances = Array.ConvertAll(log, value => Math.Exp(2 * value));
        for (var i = 0; i < n; i++)
        {
            total[i, i] += variances[i];
        }

        var kept = fit.DispersionEffects.Where(e => !double.IsNaN(e.Estimate) && !e.IsFixed).ToArray();
        for (var j = 0; j < kept.Length; j++)
        {
            var column = j;
            directions.Add(new VarianceDirection(VarianceDirection.Scale, kept[j].Name, 2 * kept[j].Estimate,
                Matrix<double>.Build.DenseDiagonal(n, n, i => variances[i] * z[i + column * n]), IsVariance: false));
        }
    }

    private Matrix<double> FindVarianceCovariance()
    {
        int[] kept = [.. Enumerable.Range(0, Directions.Length).Where(k => !Directions[k].IsVariance || Directions[k].Value > 1e-10
            * Sampling.Diagonal().Average())];
        var result = Matrix<double>.Build.Dense(Math.Max(1, Directions.Length), Math.Max(1, Directions.Length));
        if (kept.Length == 0)
        {
            return result;
        }

        var projection = IsRestricted ? Projection : Weights;
        var products = Array.ConvertAll(kept, k => projection * Directions[k].Derivative);
        var information = Matrix<double>.Build.Dense(kept.Length, kept.Length, (k, l) => 0.5 * products[k].PointwiseMultiply(products[l]
            .Transpose()).RowSums().Sum());
        var inverse = information.Rank() < kept.Length ? information.PseudoInverse() : information.Inverse();
        for (var k = 0; k < kept.Length; k++)
        {
            for (var l = 0; l < kept.Length; l++)
            {
                result[kept[k], kept[l]] = inverse[k, l];
            }
        }

        return result;
    }

    private static Matrix<double> Inverse(Matrix<double> matrix, string what)
    {
        try
        {
            return matrix.Cholesky().Solve(Matrix<double>.Build.DenseIdentity(matrix.RowCount));
        }
        catch (ArgumentException)
        {
            throw new GlmmException($"{what} is not positive definite.");
        }
    }
}
