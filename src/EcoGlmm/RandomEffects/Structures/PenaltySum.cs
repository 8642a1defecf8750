using EcoGlmm.Numerics;

namespace EcoGlmm.RandomEffects.Structures;

/// <summary>
/// Effects with the precision S = Σ_k S_k / σ_k²: a smooth with several penalties that no coordinates make diagonal together.
/// Λ = L⁻ᵀ with S = LLᵀ. θ holds the σ_k, whose sign does not matter.
/// </summary>
/// <param name="penalties">S_k, r × r row-major; positive semidefinite, their sum positive definite.</param>
/// <param name="width">r.</param>
internal sealed class PenaltySum(double[][] penalties, int width) : Loadings(width, width, penalties.Length)
{
    /// <summary>A penalty no larger than this many times the least, beyond which the least could not be told from rounding.</summary>
    private const double Smallest = 1e-5;

    public override bool IsLowerTriangular => false;

    public override bool HasJointVariances => penalties.Length > 1;

    public override IReadOnlyList<int> Variances { get; } = [.. Enumerable.Range(0, penalties.Length)];

    public override void Start(ReadOnlySpan<double> spread, Span<double> theta)
    {
        var sum = 0.0;
        foreach (var s in spread) sum += s * s;
        theta.Fill(Math.Sqrt(sum / spread.Length));
    }

    private static double Floored(ReadOnlySpan<double> theta, int k)
    {
        var largest = 0.0;
        foreach (var t in theta) largest = Math.Max(largest, Math.Abs(t));
        return Math.Max(Math.Abs(theta[k]), Smallest * (largest > 0 ? largest : 1));
    }

    private double[]? Factor(ReadOnlySpan<double> theta)
    {
        var r = Width;
        var s = new double[r * r];
        for (var k = 0; k < penalties.Length; k++)
        {
            var sigma = Floored(theta, k);
            for (var i = 0; i < s.Length; i++) s[i] += penalties[k][i] / (sigma * sigma);
        }

        return DenseCholesky.TryFactor(s, r) ? s : null;
    }

    public override void Set(ReadOnlySpan<double> theta, Span<double> lambda)
    {
        var r = Width;
        if (Factor(theta) is not { } l)
        {
            lambda.Fill(double.NaN);
            return;
        }

        // Column c of L⁻ᵀ solves Lᵀx = e_c.
        var column = new double[r];
        for (var c = 0; c < r; c++)
        {
            Array.Clear(column);
            column[c] = 1;
            DenseCholesky.SolveLowerTransposed(l, r, column);
            for (var i = 0; i < r; i++) lambda[(i * r) + c] = column[i];
        }
    }

    public override void PullBack(ReadOnlySpan<double> theta, ReadOnlySpan<double> adjoint, Span<double> gradient)
    {
        // dΛ = −Λ Φ(Λᵀ dS Λ)ᵀ, where Φ takes the lower triangle and half of the diagonal.
        var r = Width;
        var lambda = new double[r * r];
        Set(theta, lambda);
        var product = new double[r * r];
        for (var k = 0; k < penalties.Length; k++)
        {
            Transformed(lambda, penalties[k], product);
            var sum = 0.0;
            for (var i = 0; i < r; i++)
            {
                for (var c = 0; c < r; c++)
                {
                    var change = 0.0;
                    for (var j = 0; j <= c; j++) change += lambda[(i * r) + j] * product[(c * r) + j] * (j == c ? 0.5 : 1);
                    sum -= adjoint[(i * r) + c] * change;
                }
            }

            var sigma = Math.Abs(theta[k]);
            gradient[k] = sigma < Floored(theta, k) ? 0 : -2 * sum / (sigma * sigma * theta[k]);
        }
    }

    private void Transformed(double[] lambda, double[] s, double[] result)
    {
        var r = Width;
        var half = new double[r * r];
        for (var i = 0; i < r; i++)
        {
            for (var c = 0; c < r; c++)
            {
                var sum = 0.0;
                for (var j = 0; j < r; j++) sum += s[(i * r) + j] * lambda[(j * r) + c];
                half[(i * r) + c] = sum;
            }
        }

        for (var i = 0; i < r; i++)
        {
            for (var c = 0; c < r; c++)
            {
                var sum = 0.0;
                for (var j = 0; j < r; j++) sum += lambda[(j * r) + i] * half[(j * r) + c];
                result[(i * r) + c] = sum;
            }
        }
    }

    public override IReadOnlyList<CovarianceQuantity> Quantities(IReadOnlyList<string> effects) =>
        [.. penalties.Select((_, k) => new CovarianceQuantity(CovarianceQuantity.StandardDeviation, $"penalty {k + 1}"))];

    public override void Report(ReadOnlySpan<double> theta, ReadOnlySpan<double> lambda, Span<double> values)
    {
        var own = new double[Width * Width];
        Set(theta, own);
        var at = Enumerable.Range(0, Width).MaxBy(i => Math.Abs(own[(i * Width) + i]));
        var scale = lambda[(at * Width) + at] / own[(at * Width) + at];
        for (var k = 0; k < penalties.Length; k++) values[k] = Math.Abs(theta[k] * scale);
    }
}
