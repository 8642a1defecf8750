using EcoGlmm.Estimation;
using EcoGlmm.Formulas;

namespace EcoGlmm.Prediction;

/// <summary>
/// The mean response of rows, each with its gradient in ψ: for the levels of the rows, the typical level, or the average over
/// levels.
/// </summary>
internal sealed class MeanResponse
{
    private readonly Estimate _estimate;
    private readonly RowPredictor _rows;
    private readonly int[] _predictors;
    private readonly RandomVariance?[] _variances;
    private readonly double[] _mean;
    private readonly double[] _variance;
    private readonly double[] _byMean;
    private readonly double[] _byVariance;

    /// <param name="fit">Where conditional modes come from.</param>
    /// <param name="estimate">The estimate.</param>
    /// <param name="parts">Matrices of the rows, by linear predictor.</param>
    /// <param name="use">What to do with random effects.</param>
    /// <param name="scale">Link: only the inverse link of the conditional part.</param>
    public MeanResponse(FittedPredictor fit, Estimate estimate, PartMatrices?[] parts, RandomEffectsUse use, PredictionScale scale)
    {
        _estimate = estimate;
        _rows = new RowPredictor(fit, estimate, parts, use == RandomEffectsUse.Conditional);
        _predictors = [.. Enumerable.Range(0, parts.Length).Where(k => parts[k] is not null)];
        _variances = new RandomVariance?[parts.Length];
        (_mean, _variance, _byMean, _byVariance) = (new double[parts.Length], new double[parts.Length], new double[parts.Length],
            new double[parts.Length]);
        RowCount = parts[LinearPredictor.Conditional]!.RowCount;
        Average = new ResponseAverage(estimate.Model.Family, parts[LinearPredictor.ZeroInflation] is not null,
            estimate.Model.Family.HasShiftedMean && scale == PredictionScale.Response);
        if (use != RandomEffectsUse.Averaged) return;
        foreach (var k in _predictors) _variances[k] = new RandomVariance(estimate, k, parts[k]!);
    }

    public int RowCount { get; }

    /// <summary>Between which values a mean can lie.</summary>
    public (double Low, double High) Bounds => Average.IsPlain ? Ends(_estimate.Model.Family.LocationLink)
        : _estimate.Model.Family.MeanBounds;

    public ResponseAverage Average { get; }

    /// <summary>The mean in a row, which becomes the row that the gradients are of.</summary>
    public double MoveTo(int row)
    {
        _rows.MoveTo(row);
        foreach (var k in _predictors)
        {
            _mean[k] = _rows.Value(k);
            _variance[k] = _variances[k]?.Value(row) ?? 0;
        }

        return Average.Evaluate(_mean, _variance, _byMean, _byVariance);
    }

    /// <summary>
    /// The interval of a mean, made where it has no bounds: on the scale of the link, or within the bounds of the mean where the
    /// link is not the whole of it.
    /// </summary>
    public (double Lower, double Upper) Interval(double mean, double width)
    {
        var family = _estimate.Model.Family;
        if (!Average.IsPlain) return FittedPredictor.Interval(mean, width, family.MeanBounds);
        var eta = family.Link.LinearPredictor(mean);
        var half = width / Math.Abs(family.Link.At(eta).D1);
        var (a, b) = (family.Link.At(eta - half).Mu, family.Link.At(eta + half).Mu);
        return (Math.Min(a, b), Math.Max(a, b));
    }

    /// <summary>total ← total + factor · ∂E[Y]/∂ψ in the row moved to.</summary>
    public void AddGradient(int row, double factor, double[] total)
    {
        foreach (var k in _predictors)
        {
            _rows.AddGradient(k, factor * _byMean[k], total);
            if (_byVariance[k] != 0) _variances[k]?.AddGradient(row, factor * _byVariance[k], total);
        }
    }

    /// <summary>effects ← effects + factor · ∂E[Y]/∂b in the row moved to.</summary>
    public void AddEffects(double factor, double[] effects)
    {
        foreach (var k in _predictors) _rows.AddEffects(k, factor * _byMean[k], effects);
    }

    /// <summary>
    /// aᵀVa + wᵀVar(b | y)w for a gradient a in ψ and weights w of the random effects; w is overwritten. Parameters without a
    /// covariance count as known.
    /// </summary>
    public static double Variance(Estimate estimate, double[] a, double[]? w)
    {
        var d = a.Length;
        var sum = 0.0;
        for (var i = 0; i < d; i++)
        {
            for (var j = 0; j < d && a[i] != 0; j++)
            {
                var v = estimate.Covariance[(i * d) + j];
                if (a[j] != 0 && !double.IsNaN(v)) sum += a[i] * v * a[j];
            }
        }

        if (w is null || w.Length == 0) return sum;
        var system = estimate.System;
        var solved = (double[])w.Clone();
        system.Lambda.MultiplyTransposed(solved, solved);
        system.Solve(solved);
        system.Lambda.Multiply(solved, solved);
        for (var j = 0; j < w.Length; j++) sum += estimate.PosteriorScale * estimate.PosteriorScale * w[j] * solved[j];
        return sum;
    }

    /// <summary>The values of the inverse link far out on both sides.</summary>
    private static (double Low, double High) Ends(Link link)
    {
        var (a, b) = (link.At(-30).Mu, link.At(30).Mu);
        return (Math.Min(a, b), Math.Max(a, b));
    }
}
