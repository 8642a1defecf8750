using EcoGlmm.Numerics;

namespace EcoGlmm.RandomEffects.Structures;

/// <summary>
/// P(φ), m × m: the precision that the m levels of a term have among each other. With P every latent variable of the levels
/// is N(0, P⁻¹), and different ones of a level are independent. A matrix on a fixed sparse pattern, any smooth function of its
/// parameters φ, which have no bounds. Immutable, and safe to share among threads.
/// </summary>
/// <param name="pattern">The lower triangle of P, of order m.</param>
/// <param name="parameterCount">Length of φ; zero for a precision that is known.</param>
internal abstract class LevelPrecision(SparsePattern pattern, int parameterCount)
{
    /// <summary>The lower triangle of P.</summary>
    public SparsePattern Pattern { get; } = pattern;

    /// <summary>Length of φ.</summary>
    public int ParameterCount { get; } = parameterCount;

    /// <summary>Number of doubles that <see cref="Set"/> leaves for the other methods, in the caller's memory.</summary>
    public virtual int WorkLength => 0;

    /// <summary>
    /// Where each group of levels begins, and where the last ends, if levels have covariances C that are dense in each group; null where P
    /// is written. Then <see cref="Set"/> writes no P, which would be rounding errors where C is all but singular, but leaves C = LLᵀ as L
    /// in the caller's memory, n × n after n × n, column-major; and <see cref="PullBack"/> is given the adjoint by the precision of L⁻¹u.
    /// </summary>
    public virtual int[]? DenseGroups => null;

    /// <summary>Starting φ.</summary>
    public abstract void Start(Span<double> phi);

    /// <summary>Parameters to choose the start from; <see cref="Start"/> alone unless a structure has more.</summary>
    public virtual IEnumerable<double[]> Candidates()
    {
        var phi = new double[ParameterCount];
        Start(phi);
        yield return phi;
    }

    /// <summary>Parameters far from each other, between which a likelihood with a residual may fall; every second one is what is looked at
    /// where that takes long.</summary>
    public virtual IEnumerable<double[]> Alternatives() => Candidates();

    /// <summary>Where to look for a parameter of φ at which a quantity has a value: quantities rise or fall all the way along it.</summary>
    public virtual (double Low, double High) Stretch(int parameter) => (-FarthestParameter, FarthestParameter);

    /// <summary>Parameters, which are logarithms and the like, are looked for up to here: e⁴⁰ is any range or decay.</summary>
    public const double FarthestParameter = 40;

    /// <summary>Whether a likelihood may well have several maxima, so that a search from each of the candidates pays.</summary>
    public virtual bool HasSeveralMaxima => false;

    /// <summary>Writes P at φ on the pattern; its log-determinant, NaN where φ is too far out to have one.</summary>
    public abstract double Set(ReadOnlySpan<double> phi, Span<double> values, Span<double> work);

    /// <summary>The pull-back: writes Σ adjoint_k ∂P_k/∂φ + logAdjoint · ∂log|P|/∂φ, k over the pattern.</summary>
    /// <param name="phi">Where.</param>
    /// <param name="adjoint">
    /// The derivative of something by the entries of the pattern, an entry off the diagonal standing for both of its places.
    /// </param>
    /// <param name="logAdjoint">Its derivative by log|P|.</param>
    /// <param name="work">What <see cref="Set"/> left at φ.</param>
    /// <param name="gradient">Its derivative by φ.</param>
    public abstract void PullBack(ReadOnlySpan<double> phi, ReadOnlySpan<double> adjoint, double logAdjoint, ReadOnlySpan<double> work,
        Span<double> gradient);

    /// <summary>Writes Σ direction_j ∂P/∂φ_j on the pattern; by central differences unless a structure knows better.</summary>
    public virtual void Change(ReadOnlySpan<double> phi, ReadOnlySpan<double> direction, Span<double> change)
    {
        var (h, point, below) = CentralDifference.Start(phi, direction, Pattern.NonZeros);
        if (h == 0)
        {
            change.Clear();
            return;
        }

        var work = new double[WorkLength];
        for (var j = 0; j < point.Length; j++) point[j] = phi[j] - (h * direction[j]);
        Set(point, below, work);
        for (var j = 0; j < point.Length; j++) point[j] = phi[j] + (h * direction[j]);
        Set(point, change, work);
        for (var k = 0; k < change.Length; k++) change[k] = (change[k] - below[k]) / (2 * h);
    }

    /// <summary>result ← result + Σ direction_j (∂P/∂φ_j ⊗ I) u: through <see cref="Change"/> unless a structure knows better.</summary>
    /// <param name="phi">Where.</param>
    /// <param name="direction">A direction of φ.</param>
    /// <param name="work">What <see cref="Set"/> left at φ.</param>
    /// <param name="u">m × d, level by level.</param>
    /// <param name="d">Number of latent variables of a level.</param>
    /// <param name="result">As long as u.</param>
    public virtual void AddChange(ReadOnlySpan<double> phi, ReadOnlySpan<double> direction, ReadOnlySpan<double> work,
        ReadOnlySpan<double> u, int d, Span<double> result)
    {
        var change = new double[Pattern.NonZeros];
        Change(phi, direction, change);
        Pattern.AddProduct(change, u, d, result);
    }

    /// <summary>x ← (P⁻¹ ⊗ I) x: by a factorisation unless a structure knows better.</summary>
    /// <param name="phi">Where.</param>
    /// <param name="values">P at φ on the pattern.</param>
    /// <param name="x">m × d, level by level.</param>
    /// <param name="d">Number of latent variables of a level.</param>
    public virtual void Solve(ReadOnlySpan<double> phi, ReadOnlySpan<double> values, Span<double> x, int d)
    {
        var factor = SparseCholesky.Analyze(Pattern);
        if (!factor.TryFactor(values))
        {
            x.Fill(double.NaN);
            return;
        }

        var m = Pattern.Order;
        var column = new double[m];
        for (var c = 0; c < d; c++)
        {
            for (var l = 0; l < m; l++) column[l] = x[(l * d) + c];
            factor.Solve(column);
            for (var l = 0; l < m; l++) x[(l * d) + c] = column[l];
        }
    }

    /// <summary>(P⁻¹)_ll at φ: the variance of a level's latent variables before any data.</summary>
    public abstract double Variance(ReadOnlySpan<double> phi, int level);

    /// <summary>The variance of a level that was not among those of the data: by default that of a stranger, one.</summary>
    public virtual double Variance(ReadOnlySpan<double> phi, LevelKey level) => 1;

    /// <summary>
    /// What the levels of the data say of one that was not among them: its latent variable is Σ weight · u_level, with a
    /// variance about that. A level that is related to none has no weights and the variance of the population.
    /// </summary>
    public virtual LevelRelation Relate(ReadOnlySpan<double> phi, LevelKey level) => new([], [], 1);

    /// <summary>
    /// How the precisions that another of the same levels can have lie among those of this: by default those of the same kind with no more
    /// parameters do.
    /// </summary>
    public virtual Containment Contains(LevelPrecision smaller) => smaller.GetType() == GetType() && IsOfSameLevels(smaller)
        && smaller.ParameterCount <= ParameterCount ? Containment.Inside : Containment.None;

    /// <summary>Whether another precision links the same levels.</summary>
    protected bool IsOfSameLevels(LevelPrecision other) => other.Pattern.Order == Pattern.Order
        && other.Pattern.NonZeros == Pattern.NonZeros;

    /// <summary>Parameters that have run to the end of what they can be.</summary>
    public virtual IEnumerable<StructureLimit> Limits(double[] phi, string title) => [];

    /// <summary>What users are told of.</summary>
    public virtual IReadOnlyList<CovarianceQuantity> Quantities => [];

    /// <summary>The values of <see cref="Quantities"/>.</summary>
    public virtual void Report(ReadOnlySpan<double> phi, Span<double> values)
    {
    }
}

/// <summary>A level as a row names it: a position in a group (−1 for a group that is not in the data), or a name.</summary>
internal readonly record struct LevelKey(int Group, double[] Position, string? Name);

/// <summary>How a new level hangs together with known ones.</summary>
/// <param name="Levels">The known levels.</param>
/// <param name="Weights">Their weights in its mean.</param>
/// <param name="Variance">Its variance about that mean, in units of the variance of a latent variable.</param>
internal readonly record struct LevelRelation(int[] Levels, double[] Weights, double Variance);
