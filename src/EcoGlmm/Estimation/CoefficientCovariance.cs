namespace EcoGlmm.Estimation;

/// <summary>Covariances of parameters in the users' coordinates: β = R⁻¹γ for fixed effects, θ as it is.</summary>
internal static class CoefficientCovariance
{
    /// <summary>Cov(β_k, β_m) for the linear predictors k and m: columns of k × columns of m, column-major.</summary>
    public static double[] Of(Estimate estimate, int k, int m)
    {
        var model = estimate.Model;
        var (first, second) = (model.Basis[k]!, model.Basis[m]!);
        var d = model.ParameterCount;
        var result = new double[first.Columns * second.Columns];
        for (var j = 0; j < second.Columns; j++)
        {
            for (var i = 0; i < first.Columns; i++)
            {
                result[(j * first.Columns) + i] = estimate.Covariance[((model.FixedOffset[m] + j) * d) + model.FixedOffset[k] + i];
            }
        }

        if (k == m && first.Sparse is not null && Array.TrueForAll(result, double.IsFinite))
        {
            first.ToCoefficientCovariance(result);
            return result;
        }

        for (var j = 0; j < second.Columns; j++) first.ToCoefficients(result.AsSpan(j * first.Columns, first.Columns));
        var row = new double[second.Columns];
        for (var i = 0; i < first.Columns; i++)
        {
            for (var j = 0; j < row.Length; j++) row[j] = result[(j * first.Columns) + i];
            second.ToCoefficients(row);
            for (var j = 0; j < row.Length; j++) result[(j * first.Columns) + i] = row[j];
        }

        return result;
    }

    /// <summary>Covariance of the conditional fixed effects in the users' coordinates.</summary>
    public static double[,] OfFixedEffects(Estimate estimate)
    {
        var p = estimate.Model.Basis[LinearPredictor.Conditional]!.Columns;
        var packed = Of(estimate, LinearPredictor.Conditional, LinearPredictor.Conditional);
        var result = new double[p, p];
        for (var i = 0; i < p; i++)
        {
            for (var j = 0; j < p; j++) result[i, j] = packed[(j * p) + i];
        }

        return result;
    }
}
