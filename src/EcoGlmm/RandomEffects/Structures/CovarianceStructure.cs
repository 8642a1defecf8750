namespace EcoGlmm.RandomEffects.Structures;

/// <summary>
/// How the effects b = (I ⊗ Λ) u of a term vary: <see cref="Loadings"/> Λ within a level, and <see cref="Precision"/> P between
/// levels, u ~ N(0, (P ⊗ I)⁻¹). The parameters of the term are those of Λ, then those of P.
/// </summary>
/// <param name="name">Its name in formulas: "us", "ar1".</param>
/// <param name="loadings">Λ.</param>
/// <param name="precision">P; null where levels are independent.</param>
internal sealed class CovarianceStructure(string name, Loadings loadings, LevelPrecision? precision = null)
{
    /// <summary>Its name in formulas.</summary>
    public string Name { get; } = name;

    /// <summary>Λ(θ).</summary>
    public Loadings Loadings { get; } = loadings;

    /// <summary>P(φ); null where levels are independent.</summary>
    public LevelPrecision? Precision { get; } = precision;

    /// <summary>What Λ is multiplied by to be that of levels as the user has them: it is estimated for latent variables of about variance
    /// one.</summary>
    public double LatentScale { get; init; } = 1;

    /// <summary>Number of parameters in all.</summary>
    public int ParameterCount => Loadings.ParameterCount + (Precision?.ParameterCount ?? 0);

    /// <summary>Whether levels are independent and their effects have any variances, with any correlations or none: lme4's
    /// models.</summary>
    public bool IsPlain => Precision is null && Loadings.HasFreeEntries;

    /// <summary>The same as effects of a group, where levels are positions that every group could have; null where it is not.</summary>
    public Loadings? AsEffects { get; init; }

    /// <summary>How the covariances that another structure of the same levels can have lie among those of this.</summary>
    public Containment Contains(CovarianceStructure smaller)
    {
        if (Precision is { } mine && smaller.Precision is { } theirs)
        {
            var (between, within) = (mine.Contains(theirs), Loadings.Contains(smaller.Loadings));
            return between < within ? between : within;
        }

        return OfEffects is { } own && smaller.OfEffects is { } other ? own.Contains(other) : Containment.None;
    }

    private Loadings? OfEffects => Precision is null ? Loadings : AsEffects;

    /// <summary>Starting values for effects of about the standard deviations given.</summary>
    public void Start(ReadOnlySpan<double> spread, Span<double> theta)
    {
        Loadings.Start(spread, theta[..Loadings.ParameterCount]);
        Precision?.Start(theta[Loadings.ParameterCount..]);
    }

    /// <summary>
    /// Sets of the parameters that relate effects or levels, the last of θ, far from each other: between them a likelihood may fall.
    /// </summary>
    public IEnumerable<double[]> Alternatives() => Precision is { ParameterCount: > 0 } between ? between.Alternatives()
        : Loadings.Alternatives();

    /// <summary>
    /// The longest step along a direction that keeps to where a local approximation may hold: scales change by a few times
    /// themselves, other parameters, which are logarithms and the like, by a unit or two.
    /// </summary>
    public double LongestStep(ReadOnlySpan<double> theta, ReadOnlySpan<double> direction, double factor)
    {
        const double longest = 1.5;
        double size = 0, move = 0, other = 0;
        for (var j = 0; j < theta.Length; j++)
        {
            if (Loadings.IsScale(j))
            {
                size = Math.Max(size, Math.Abs(theta[j]));
                move = Math.Max(move, Math.Abs(direction[j]));
            }
            else
            {
                other = Math.Max(other, Math.Abs(direction[j]));
            }
        }

        var step = move > 0 && size > 0 ? factor * size / move : double.PositiveInfinity;
        return other > 0 ? Math.Min(step, longest / other) : step;
    }

    /// <summary>Parameters that have run to the end of what they can be.</summary>
    /// <param name="theta">Where.</param>
    /// <param name="title">The term as written.</param>
    public IEnumerable<StructureLimit> Limits(double[] theta, string title)
    {
        var own = Loadings.ParameterCount;
        foreach (var limit in Loadings.Limits(theta[..own], title)) yield return limit;
        foreach (var limit in Precision?.Limits(theta[own..], title) ?? []) yield return limit with { Parameter = own + limit.Parameter };
    }

    /// <summary>What users are told of.</summary>
    public IReadOnlyList<CovarianceQuantity> Quantities(IReadOnlyList<string> effects) => Precision is null
        ? Loadings.Quantities(effects)
        : [.. Loadings.Quantities(effects), .. Precision.Quantities];

    /// <summary>The values of <see cref="Quantities"/>, Λ in the users' units and on the scale of the linear predictor.</summary>
    public void Report(ReadOnlySpan<double> theta, ReadOnlySpan<double> lambda, Span<double> values)
    {
        var own = values.Length - (Precision?.Quantities.Count ?? 0);
        Loadings.Report(theta[..Loadings.ParameterCount], lambda, values[..own]);
        Precision?.Report(theta[Loadings.ParameterCount..], values[own..]);
    }
}
