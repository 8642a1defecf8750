namespace EcoGlmm.RandomEffects.Structures;

/// <summary>
/// Effects that are independent with variances 1 / Σ_k w_ki / σ_k²: a smooth in coordinates in which each of its penalties is diagonal.
/// θ holds the σ_k, whose sign does not matter. With one penalty of weights one all effects have the same variance.
/// </summary>
/// <param name="weights">w_ki, for each penalty one for each effect; not negative, and for each effect not all zero.</param>
internal sealed class PenaltyScales(double[][] weights) : Loadings(weights[0].Length, weights[0].Length, weights.Length)
{
    public override bool IsDiagonal => true;

    public override IReadOnlyList<int> Variances { get; } = [.. Enumerable.Range(0, weights.Length)];

    /// <summary>Independent effects of which groups have the same variance.</summary>
    /// <param name="group">The group of each effect.</param>
    public static PenaltyScales OfGroups(int[] group) =>
        new([.. Enumerable.Range(0, group.Max() + 1).Select(g => Array.ConvertAll(group, own => own == g ? 1.0 : 0.0))]);

    public override void Start(ReadOnlySpan<double> spread, Span<double> theta)
    {
        var sum = 0.0;
        foreach (var s in spread) sum += s * s;
        theta.Fill(Math.Sqrt(sum / spread.Length));
    }

    public override void Set(ReadOnlySpan<double> theta, Span<double> lambda)
    {
        lambda.Clear();
        for (var i = 0; i < Width; i++) lambda[(i * Width) + i] = At(theta, i);
    }

    private double At(ReadOnlySpan<double> theta, int effect)
    {
        var precision = 0.0;
        for (var k = 0; k < weights.Length; k++)
        {
            if (weights[k][effect] == 0) continue;
            if (theta[k] == 0) return 0;
            precision += weights[k][effect] / (theta[k] * theta[k]);
        }

        return 1 / Math.Sqrt(precision);
    }

    public override void PullBack(ReadOnlySpan<double> theta, ReadOnlySpan<double> adjoint, Span<double> gradient)
    {
        for (var k = 0; k < weights.Length; k++)
        {
            var sum = 0.0;
            for (var i = 0; i < Width; i++)
            {
                if (weights[k][i] != 0) sum += adjoint[(i * Width) + i] * weights[k][i] * Cube(theta, k, i);
            }

            gradient[k] = theta[k] < 0 ? -sum : sum;
        }
    }

    /// <summary>(λ_i / |σ_k|)³, finite where σ_k is zero.</summary>
    private double Cube(ReadOnlySpan<double> theta, int k, int effect)
    {
        var precision = 0.0;
        for (var j = 0; j < weights.Length; j++)
        {
            if (weights[j][effect] == 0) continue;
            var ratio = j == k ? 1 : theta[k] / theta[j];
            precision += weights[j][effect] * ratio * ratio;
        }

        var t = double.IsNaN(precision) ? 0 : 1 / Math.Sqrt(precision);
        return t * t * t;
    }

    public override void Change(ReadOnlySpan<double> theta, ReadOnlySpan<double> direction, Span<double> change)
    {
        change.Clear();
        for (var i = 0; i < Width; i++)
        {
            for (var k = 0; k < weights.Length; k++)
            {
                if (weights[k][i] != 0)
                    change[(i * Width) + i] += direction[k] * Math.Sign(theta[k] < 0 ? -1 : 1) * weights[k][i] * Cube(theta, k, i);
            }
        }
    }

    public override IReadOnlyList<CovarianceQuantity> Quantities(IReadOnlyList<string> effects) =>
        [.. weights.Select((w, k) => new CovarianceQuantity(CovarianceQuantity.StandardDeviation,
            weights.Length == 1 ? null : w.Count(v => v != 0) == 1 ? effects[Array.FindIndex(w, v => v != 0)] : $"penalty {k + 1}"))];

    public override void Report(ReadOnlySpan<double> theta, ReadOnlySpan<double> lambda, Span<double> values)
    {
        var (scale, largest) = (1.0, 0.0);
        for (var i = 0; i < Width; i++)
        {
            var own = At(theta, i);
            if (own > largest) (largest, scale) = (own, lambda[(i * Width) + i] / own);
        }

        for (var k = 0; k < weights.Length; k++) values[k] = Math.Abs(theta[k] * scale);
    }
}
