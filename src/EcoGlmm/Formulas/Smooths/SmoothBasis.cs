namespace EcoGlmm.Formulas.Smooths;

/// <summary>
/// A basis of functions of one or more covariates with a penalty on their wiggliness, learnt from the training rows: f(x) = Σ b_j(x) β_j,
/// penalty βᵀSβ. Immutable.
/// </summary>
internal abstract class SmoothBasis
{
    /// <summary>k, the number of functions.</summary>
    public abstract int Count { get; }

    /// <summary>S, k × k.</summary>
    public abstract double[] Penalty { get; }

    /// <summary>The penalties that have a weight each, of which S is the sum.</summary>
    public virtual IReadOnlyList<double[]> Penalties => [Penalty];

    /// <summary>Dimension of the functions without a penalty; constants are among them where there are any.</summary>
    public abstract int NullDimension { get; }

    /// <summary>Whether coefficients are values of the function at places, so that a tensor product can be penalised by them as they
    /// are.</summary>
    public virtual bool HasValuesAsCoefficients => false;

    /// <summary>c of the constraint cᵀβ = 0 that sets the smooth apart from the intercept: it adds up to zero over the training rows; null
    /// for none.</summary>
    public virtual double[]? Constraint(double[][] x) => SmoothColumns.Means(this, x);

    /// <summary>Whether the constraint leaves means to functions, which a test of the whole curve takes off.</summary>
    public virtual bool IsTestedCentred => false;

    /// <summary>Writes the functions at the rows: n × k, column-major.</summary>
    /// <param name="x">The covariates, n values each.</param>
    /// <param name="result">The functions.</param>
    public abstract void Evaluate(double[][] x, Span<double> result);

    /// <summary>Lets go of functions at the training rows that were kept while the smooth is learnt.</summary>
    public virtual void Settle()
    {
    }
}

/// <summary>What a basis is learnt from.</summary>
internal sealed class SmoothBasisRequest
{
    /// <summary>The covariates in the training rows, n values each.</summary>
    public required double[][] X { get; init; }

    /// <summary>The dimension asked for; null for the default.</summary>
    public int? K { get; init; }

    /// <summary>The order of the penalty (and of the spline) asked for; empty for the default.</summary>
    public int[] M { get; init; } = [];

    /// <summary>Knots asked for; empty for the default.</summary>
    public double[] Knots { get; init; } = [];

    /// <summary>Whether the basis is one of a product, whose default dimension is five a covariate.</summary>
    public bool IsMargin { get; init; }

    /// <summary>Names of the covariates, for messages.</summary>
    public required string Names { get; init; }

    /// <summary>A sentence that points at the smooth.</summary>
    public required Func<string, string, GlmmException> Error { get; init; }

    /// <summary>Stops the work.</summary>
    public CancellationToken Cancellation { get; init; }

    /// <summary>Number of covariates.</summary>
    public int Dimensions => X.Length;

    /// <summary>The values of a single covariate, each once, ascending.</summary>
    /// <exception cref="GlmmException">There are several covariates.</exception>
    public double[] Unique(string basis)
    {
        if (X.Length != 1)
            throw Error($"The basis \"{basis}\" is one of a single covariate", "For several take \"tp\", or a product, te(x, z).");
        return [.. X[0].Distinct().Order()];
    }

    /// <summary>The dimension, checked against the number of values that there are.</summary>
    public int Dimension(int otherwise, int least, int unique)
    {
        if (Array.Exists(X, values => values.Length > 0 && Array.TrueForAll(values, v => v.Equals(values[0]))))
        {
            throw Error(X.Length == 1 ? $"{Names} has the same value in all rows" : $"One of {Names} has the same value in all rows",
                "There is no curve along it: leave it out.");
        }

        var k = K ?? (IsMargin ? (int)Math.Pow(5, X.Length) : otherwise);
        if (k < least)
            throw Error($"k = {k} is too small for this basis of {Names}", $"Take k = {least} or more.");
        if (k > unique)
        {
            throw Error($"k = {k} is more than the {unique} different values of {Names}",
                unique > least ? $"Take k = {unique} or less: s({Names}, k = {Math.Max(least, unique)})."
                : $"{Names} has too few values for a curve: take a factor, or a line.");
        }
        return k;
    }
}

/// <summary>A basis as formulas know it.</summary>
/// <param name="Name">Its name: "tp".</param>
/// <param name="Describe">A few words, for messages.</param>
/// <param name="Learn">Makes it; null for kinds that are no basis of numbers but made of one ("re", "fs", "sz").</param>
internal sealed record SmoothBasisKind(string Name, string Describe, Func<SmoothBasisRequest, SmoothBasis>? Learn)
{
    /// <summary>The bases that formulas may name; a new one is added here.</summary>
    public static IReadOnlyList<SmoothBasisKind> All { get; } =
    [
        ThinPlateBasis.Kind,
        ThinPlateBasis.ShrunkKind,
        CubicRegressionBasis.Kind,
        CubicRegressionBasis.ShrunkKind,
        CyclicCubicBasis.Kind,
        PenalizedSplineBasis.Kind,
        PenalizedSplineBasis.CyclicKind,
        new("re", "a random effect for each level", null),
        new("fs", "a curve for each level of a factor, all equally wiggly", null),
        new("sz", "differences of the curves of a factor's levels from their mean", null),
    ];

    /// <summary>The basis of a name; null where there is none.</summary>
    public static SmoothBasisKind? Find(string name) => All.FirstOrDefault(kind => kind.Name == name);
}
