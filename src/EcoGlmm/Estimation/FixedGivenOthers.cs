using MathNet.Numerics.LinearAlgebra;

namespace EcoGlmm.Estimation;

/// <summary>Covariance of the fixed effects of a part if all other parameters were known.</summary>
internal static class FixedGivenOthers
{
    /// <summary>In the orthogonal coordinates γ.</summary>
    public static Matrix<double> Covariance(Estimate estimate, int predictor)
    {
        var (first, p, d) = (estimate.Model.FixedOffset[predictor], estimate.Model.Basis[predictor]!.Columns,
            estimate.Model.ParameterCount);
        double At(int i, int j) => estimate.Covariance[(i * d) + j] is var v && double.IsNaN(v) ? 0 : v;
        if (p == 0) return Matrix<double>.Build.Dense(1, 1);
        var own = Matrix<double>.Build.Dense(p, p, (a, b) => At(first + a, first + b));
        int[] others = [.. Enumerable.Range(0, d).Where(j => (j < first || j >= first + p) && At(j, j) > 0)];
        if (others.Length == 0) return own;
        var cross = Matrix<double>.Build.Dense(p, others.Length, (a, b) => At(first + a, others[b]));
        var other = Matrix<double>.Build.Dense(others.Length, others.Length, (a, b) => At(others[a], others[b]));
        return own - (cross * other.Solve(cross.Transpose()));
    }
}
