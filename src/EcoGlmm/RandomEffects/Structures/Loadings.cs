namespace EcoGlmm.RandomEffects.Structures;

/// <summary>Under which changes of the scale of the effects a structure stays what it is.</summary>
internal enum Rescaling
{
    /// <summary>None: effects are estimated as the user has them.</summary>
    None,

    /// <summary>The scale of each effect by itself: any variances, but correlations of a certain form.</summary>
    Columns,

    /// <summary>Any linear combination of effects.</summary>
    All,
}

/// <summary>
/// Λ(θ), r × d: how the r effects of a level vary together, b = Λu with u of length d, Var(u) = I, so that Var(b) = ΛΛᵀ.
/// Any smooth function of its parameters θ, which have no bounds. Immutable, and safe to share among threads.
/// </summary>
/// <param name="width">r, the number of effects of a level.</param>
/// <param name="latentWidth">d ≤ r, the number of latent variables of a level.</param>
/// <param name="parameterCount">Length of θ.</param>
internal abstract class Loadings(int width, int latentWidth, int parameterCount)
{
    /// <summary>r, the number of effects of a level.</summary>
    public int Width { get; } = width;

    /// <summary>d ≤ r, the number of latent variables of a level.</summary>
    public int LatentWidth { get; } = latentWidth;

    /// <summary>Length of θ.</summary>
    public int ParameterCount { get; } = parameterCount;

    /// <summary>The changes of scale that the structure is closed under.</summary>
    public virtual Rescaling Rescaling => Rescaling.None;

    /// <summary>Whether every Λ is lower triangular (its entry (i, c) zero for c &gt; i).</summary>
    public virtual bool IsLowerTriangular => true;

    /// <summary>Whether a multiple of Λ is of the same structure, so that it may be estimated relative to a residual deviation.</summary>
    public virtual bool IsScaleFree => true;

    /// <summary>Whether the effects of a level are uncorrelated.</summary>
    public virtual bool IsDiagonal => false;

    /// <summary>Whether θ holds the entries of Λ themselves, so that every standard deviation, and every correlation unless
    /// <see cref="IsDiagonal"/>, may be what it likes: lme4's models.</summary>
    public virtual bool HasFreeEntries => false;

    /// <summary>Whether a reported quantity depends on one parameter, at which it can be held and profiled.</summary>
    public virtual bool HasSeparateQuantities => true;

    /// <summary>Where that takes other parameters than those of the structure, these: they stand for the last of its own.</summary>
    public virtual ISeparateCorrelations? Separate => null;

    /// <summary>Whether latent variables carry all effects, so that no parameter by itself is a variance.</summary>
    public virtual bool IsLatent => false;

    /// <summary>Whether a multiple of the identity added to a covariance gives another covariance of the same structure: a residual of
    /// one row for each effect is then in it once more.</summary>
    public virtual bool TakesUpResidual => HasFreeEntries;

    /// <summary>Positions in θ of scales that the sign of does not matter: at zero a variance is zero, which is then a boundary of the
    /// model.</summary>
    public virtual IReadOnlyList<int> Variances => [];

    /// <summary>Whether standard deviations count by their size beside correlations that stay what they are, so that the likelihood may
    /// have an edge at zero, where its slope is none.</summary>
    public virtual bool HasEdgeAtZero => false;

    /// <summary>Whether variances act only together: while one is zero another may change nothing, and a search that begins there stays
    /// there.</summary>
    public virtual bool HasJointVariances => false;

    /// <summary>Whether a parameter is in units of the effects, as entries of Λ are, rather than a shape.</summary>
    public virtual bool IsScale(int parameter) => parameter < ParameterCount;

    /// <summary>Sets of the parameters that are no scales, the last of θ, far from each other: between them a likelihood may
    /// fall.</summary>
    public virtual IEnumerable<double[]> Alternatives() => [];

    /// <summary>Starting θ for effects of about the standard deviations given (r of them; zero for an effect that is absent).</summary>
    public abstract void Start(ReadOnlySpan<double> spread, Span<double> theta);

    /// <summary>Writes Λ at θ, r × d, row-major.</summary>
    public abstract void Set(ReadOnlySpan<double> theta, Span<double> lambda);

    /// <summary>The pull-back: writes Σ adjoint_rc ∂Λ_rc/∂θ.</summary>
    /// <param name="theta">Where.</param>
    /// <param name="adjoint">The derivative of something by Λ, r × d, row-major.</param>
    /// <param name="gradient">Its derivative by θ.</param>
    public abstract void PullBack(ReadOnlySpan<double> theta, ReadOnlySpan<double> adjoint, Span<double> gradient);

    /// <summary>Writes Σ direction_j ∂Λ/∂θ_j; by central differences unless a structure knows better.</summary>
    public virtual void Change(ReadOnlySpan<double> theta, ReadOnlySpan<double> direction, Span<double> change)
    {
        var (h, point, below) = CentralDifference.Start(theta, direction, Width * LatentWidth);
        if (h == 0)
        {
            change.Clear();
            return;
        }

        for (var j = 0; j < point.Length; j++) point[j] = theta[j] - (h * direction[j]);
        Set(point, below);
        for (var j = 0; j < point.Length; j++) point[j] = theta[j] + (h * direction[j]);
        Set(point, change);
        for (var k = 0; k < change.Length; k++) change[k] = (change[k] - below[k]) / (2 * h);
    }

    /// <summary>Sets θ so that ΛΛᵀ is the covariance given (r × r), where that determines θ; false where it does not.</summary>
    public virtual bool TryFit(ReadOnlySpan<double> covariance, Span<double> theta) => false;

    /// <summary>How the covariances that another Λ of the same effects can have lie among those of this.</summary>
    public virtual Containment Contains(Loadings smaller) => smaller.GetType() == GetType() && smaller.Width == Width
        && smaller.LatentWidth == LatentWidth ? Containment.Inside : Containment.None;

    /// <summary>Parameters that have run to the end of what they can be; a standard deviation of zero is none of them.</summary>
    public virtual IEnumerable<StructureLimit> Limits(double[] theta, string title) => [];

    /// <summary>What users are told of: by default every standard deviation and every correlation.</summary>
    public virtual IReadOnlyList<CovarianceQuantity> Quantities(IReadOnlyList<string> effects) =>
        CovarianceQuantity.OfMatrix(effects, IsDiagonal);

    /// <summary>Turns Λ, r × d, to the one of equal Λ that users are shown: those that differ by signs of latent variables mean the
    /// same.</summary>
    public virtual void Turn(Span<double> lambda)
    {
    }

    /// <summary>The values of <see cref="Quantities"/>.</summary>
    /// <param name="theta">Where.</param>
    /// <param name="lambda">Λ in the users' units and on the scale of the linear predictor: r × d, row-major.</param>
    /// <param name="values">One for each quantity.</param>
    public virtual void Report(ReadOnlySpan<double> theta, ReadOnlySpan<double> lambda, Span<double> values) =>
        CovarianceQuantity.FromLoadings(lambda, Width, LatentWidth, IsDiagonal, values);
}

/// <summary>A step for differences along a direction.</summary>
internal static class CentralDifference
{
    private const double RelativeStep = 1e-5;

    /// <summary>The step, zero for no direction at all, and two buffers.</summary>
    public static (double Step, double[] Point, double[] Below) Start(ReadOnlySpan<double> theta, ReadOnlySpan<double> direction,
        int length)
    {
        double size = 1, largest = 0;
        for (var j = 0; j < theta.Length; j++)
        {
            if (direction[j] != 0) size = Math.Max(size, Math.Abs(theta[j]));
            largest = Math.Max(largest, Math.Abs(direction[j]));
        }

        return largest == 0 ? (0, [], []) : (RelativeStep * size / largest, new double[theta.Length], new double[length]);
    }
}
