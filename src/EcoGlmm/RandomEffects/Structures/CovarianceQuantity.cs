namespace EcoGlmm.RandomEffects.Structures;

/// <summary>A number that describes a covariance structure to users.</summary>
/// <param name="Name">"sd", "correlation", "range", "decay", "loading" ….</param>
/// <param name="Effect1">The effect that it belongs to, or the first of two; null for all effects together.</param>
/// <param name="Effect2">The second effect; null where there is only one.</param>
internal sealed record CovarianceQuantity(string Name, string? Effect1 = null, string? Effect2 = null)
{
    public const string StandardDeviation = "sd";
    public const string Correlation = "correlation";
    public const string Loading = "loading";

    /// <summary>Whether it is an element of a covariance matrix.</summary>
    public bool IsOfMatrix => Name is StandardDeviation or Correlation;

    /// <summary>The effects that it belongs to: "a", "a, variable 2"; null for all together.</summary>
    public string? EffectsName => Effect2 is null ? Effect1 : $"{Effect1}, {Effect2}";

    /// <summary>What kind of parameter it is to users.</summary>
    public ParameterKind Kind => Name switch
    {
        StandardDeviation => ParameterKind.StandardDeviation,
        Correlation => ParameterKind.Correlation,
        _ => ParameterKind.Covariance,
    };

    /// <summary>Where the quantity can lie.</summary>
    public (double Low, double High) Bounds => Name switch
    {
        Correlation => (-1, 1),
        Loading => (double.NegativeInfinity, double.PositiveInfinity),
        _ => (0, double.PositiveInfinity),
    };

    /// <summary>What a standard deviation is called in tables of parameters and intervals.</summary>
    public static string DeviationName(string effect, string group) => $"sd_{effect}|{group}";

    /// <summary>What a correlation is called there.</summary>
    public static string CorrelationName(string effect1, string effect2, string group) => $"cor_{effect2}.{effect1}|{group}";

    /// <summary>What the quantity is called in tables of intervals: an element of a covariance matrix by its effects, what describes a
    /// structure as a whole by the term.</summary>
    /// <param name="group">The grouping factor.</param>
    /// <param name="term">The term.</param>
    public string RowName(string group, string term) => Name switch
    {
        StandardDeviation when Effect1 is not null => DeviationName(Effect1, group),
        Correlation when Effect2 is not null => CorrelationName(Effect1!, Effect2, group),
        _ => $"{Name}{(Effect1 is null ? "" : $"_{Effect1}")}{(Effect2 is null ? "" : $"_{Effect2}")}|{term}",
    };

    /// <summary>The standard deviations of all effects, then, unless they are uncorrelated, the correlations of all pairs.</summary>
    public static IReadOnlyList<CovarianceQuantity> OfMatrix(IReadOnlyList<string> effects, bool isDiagonal)
    {
        var result = new List<CovarianceQuantity>();
        foreach (var effect in effects) result.Add(new CovarianceQuantity(StandardDeviation, effect));
        for (var i = 0; i < effects.Count && !isDiagonal; i++)
        {
            for (var j = i + 1; j < effects.Count; j++) result.Add(new CovarianceQuantity(Correlation, effects[i], effects[j]));
        }

        return result;
    }

    /// <summary>The values of <see cref="OfMatrix"/> for ΛΛᵀ.</summary>
    public static void FromLoadings(ReadOnlySpan<double> lambda, int r, int d, bool isDiagonal, Span<double> values)
    {
        for (var i = 0; i < r; i++) values[i] = Math.Sqrt(Product(lambda, d, i, i));
        var at = r;
        for (var i = 0; i < r && !isDiagonal; i++)
        {
            for (var j = i + 1; j < r; j++)
            {
                values[at++] = Math.Clamp(Product(lambda, d, i, j) / (values[i] * values[j]), -1, 1);
            }
        }
    }

    /// <summary>(ΛΛᵀ)_ij.</summary>
    public static double Product(ReadOnlySpan<double> lambda, int d, int i, int j)
    {
        var sum = 0.0;
        for (var k = 0; k < d; k++) sum += lambda[(i * d) + k] * lambda[(j * d) + k];
        return sum;
    }
}
