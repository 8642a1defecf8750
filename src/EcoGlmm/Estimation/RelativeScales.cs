namespace EcoGlmm.Estimation;

/// <summary>
/// The scales of effects relative to a residual that may be zero: beyond a largest one the criterion is lost to rounding, and it is
/// taken to stay what it is there, for the same proportions of the scales.
/// </summary>
/// <param name="model">A Gaussian model of which σ is profiled out.</param>
internal sealed class RelativeScales(MixedModel model)
{
    private readonly int[] _scales =
    [
        .. model.Terms.SelectMany(t => Enumerable.Range(0, t.Loadings.ParameterCount).Where(t.Loadings.IsScale)
            .Select(j => t.ThetaOffset + j)),
    ];

    /// <summary>
    /// The largest scale beyond which the residual is zero. Rounding errors, which rise with its square, are the larger where terms
    /// overlap: what the residual adds to a likelihood is lost in them sooner.
    /// </summary>
    public double Limit { get; } = model.Terms.Count == 1 ? Tolerances.LargestRelativeEffect : Tolerances.LargestOverlappingEffect;

    /// <summary>Whether the residual is as good as zero.</summary>
    public bool IsAtLimit(ReadOnlySpan<double> theta) => Largest(theta) > 0.999 * Limit;

    /// <summary>The largest scale.</summary>
    public double Largest(ReadOnlySpan<double> theta) => LargestAt(theta) is var at && at < 0 ? 0 : Math.Abs(theta[at]);

    /// <summary>θ with its scales made so much smaller, or larger, that the largest is as given.</summary>
    public double[] Scaled(ReadOnlySpan<double> theta, double largest)
    {
        var result = theta.ToArray();
        var factor = largest / Largest(theta);
        foreach (var j in _scales) result[j] *= factor;
        return result;
    }

    /// <summary>The criterion, constant along the scales beyond the largest; writes its gradient when that is not empty.</summary>
    public double Evaluate(Numerics.DifferentiableFunction criterion, ReadOnlySpan<double> theta, Span<double> gradient)
    {
        var at = LargestAt(theta);
        if (at < 0 || !(Math.Abs(theta[at]) > Limit)) return criterion(theta, gradient);
        var value = criterion(Scaled(theta, Limit), gradient);
        if (gradient.IsEmpty) return value;
        var factor = Limit / Math.Abs(theta[at]);
        gradient[at] = 0;
        foreach (var j in _scales)
        {
            gradient[j] *= factor;
            gradient[at] -= j == at ? 0 : gradient[j] * theta[j] / theta[at];
        }

        return value;
    }

    /// <summary>Where the largest scale is in θ; −1 without scales.</summary>
    public int LargestAt(ReadOnlySpan<double> theta)
    {
        var at = -1;
        foreach (var j in _scales)
        {
            if (at < 0 || Math.Abs(theta[j]) > Math.Abs(theta[at])) at = j;
        }

        return at;
    }
}
