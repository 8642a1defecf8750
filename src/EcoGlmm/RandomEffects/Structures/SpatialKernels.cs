using EcoGlmm.Numerics;

namespace EcoGlmm.RandomEffects.Structures;

/// <summary>The correlation of two places as a function of their distance and of parameters φ without bounds.</summary>
/// <param name="parameterCount">Length of φ.</param>
internal abstract class SpatialKernel(int parameterCount)
{
    public int ParameterCount { get; } = parameterCount;

    /// <summary>Ranges from which a correlation is nothing to any arithmetic, so that ranges of all but zero do not overflow.</summary>
    protected const double Farthest = 1e5;

    /// <summary>The correlations at distances above zero.</summary>
    /// <param name="distances">The distances.</param>
    /// <param name="phi">Where.</param>
    /// <param name="correlations">One for each distance.</param>
    /// <param name="slopes">Their derivatives by φ, all by the first parameter before all by the next; empty when they are not asked
    /// for.</param>
    public abstract void Fill(ReadOnlySpan<double> distances, ReadOnlySpan<double> phi, Span<double> correlations, Span<double> slopes);

    /// <summary>The correlation at one distance above zero.</summary>
    public double At(double distance, ReadOnlySpan<double> phi)
    {
        var value = 0.0;
        Fill(new ReadOnlySpan<double>(in distance), phi, new Span<double>(ref value), []);
        return value;
    }

    /// <summary>Starting φ for places that are so far from each other in the middle.</summary>
    public abstract void Start(double distance, Span<double> phi);

    public abstract IReadOnlyList<CovarianceQuantity> Quantities { get; }

    public abstract void Report(ReadOnlySpan<double> phi, Span<double> values);

    /// <summary>
    /// A share of its variance that each place has to itself, without which correlations that are smooth at zero would be singular to the
    /// arithmetic as soon as places are much closer than the range.
    /// </summary>
    public virtual double Nugget => 0;

    /// <summary>That share for smooth ones: far above rounding errors, and far below what any data say of a place.</summary>
    protected const double SmoothNugget = 1e-10;

    /// <summary>The distance over which correlations fall to about a third.</summary>
    public virtual double Reach(ReadOnlySpan<double> phi) => Math.Exp(phi[0]);

    /// <summary>How the correlations that another kernel can have lie among those of this.</summary>
    public virtual Containment Contains(SpatialKernel smaller) => smaller.GetType() == GetType() ? Containment.Inside : Containment.None;

    /// <summary>Limits of parameters other than the range, which is the first.</summary>
    public virtual IEnumerable<StructureLimit> Limits(double[] phi, string title) => [];
}

/// <summary>exp(−d/range), range = exp φ.</summary>
internal sealed class ExponentialKernel() : SpatialKernel(1)
{
    public override IReadOnlyList<CovarianceQuantity> Quantities { get; } = [new("range")];

    public override void Start(double distance, Span<double> phi) => phi[0] = Math.Log(distance / 3);

    public override void Fill(ReadOnlySpan<double> distances, ReadOnlySpan<double> phi, Span<double> correlations, Span<double> slopes)
    {
        var rate = -Math.Exp(-phi[0]);
        for (var k = 0; k < distances.Length; k++) correlations[k] = Math.Max(rate * distances[k], -Farthest);
        if (!slopes.IsEmpty) correlations[..distances.Length].CopyTo(slopes);
        VectorMath.Exp(correlations[..distances.Length], correlations);
        for (var k = 0; k < slopes.Length; k++) slopes[k] = -slopes[k] * correlations[k];
    }

    public override void Report(ReadOnlySpan<double> phi, Span<double> values) => values[0] = Math.Exp(phi[0]);
}

/// <summary>exp(−(d/range)²), range = exp φ.</summary>
internal sealed class GaussianKernel() : SpatialKernel(1)
{
    public override IReadOnlyList<CovarianceQuantity> Quantities { get; } = [new("range")];

    public override double Nugget => SmoothNugget;

    public override void Start(double distance, Span<double> phi) => phi[0] = Math.Log(distance / 4);

    public override void Fill(ReadOnlySpan<double> distances, ReadOnlySpan<double> phi, Span<double> correlations, Span<double> slopes)
    {
        var rate = Math.Exp(-phi[0]);
        for (var k = 0; k < distances.Length; k++) correlations[k] = -Math.Min((rate * distances[k]) * (rate * distances[k]), Farthest);
        if (!slopes.IsEmpty) correlations[..distances.Length].CopyTo(slopes);
        VectorMath.Exp(correlations[..distances.Length], correlations);
        for (var k = 0; k < slopes.Length; k++) slopes[k] = -2 * slopes[k] * correlations[k];
    }

    public override void Report(ReadOnlySpan<double> phi, Span<double> values) => values[0] = Math.Exp(phi[0]);
}

/// <summary>Matérn: 2^(1−ν)/Γ(ν) xᵛ K_ν(x), x = d/range, range = exp φ₁, shape ν = exp φ₂.</summary>
internal sealed class MaternKernel() : SpatialKernel(2)
{
    /// <summary>A shape above which, for all that data can tell, correlations are those of the Gaussian function; and one below which they
    /// fall at once.</summary>
    private const double LargestShape = 100, SmallestShape = 0.01;

    /// <summary>A shape from which on correlations are taken for those of the limit, that is within 1e-4 of them.</summary>
    private const double AllButInfinite = 1e4;

    /// <summary>A shape of one half is exp, a shape without end gau.</summary>
    public override Containment Contains(SpatialKernel smaller) => smaller is GaussianKernel ? Containment.AtBoundary
        : smaller is ExponentialKernel ? Containment.Inside : base.Contains(smaller);

    public override IReadOnlyList<CovarianceQuantity> Quantities { get; } = [new("range"), new("shape")];

    public override double Nugget => SmoothNugget;

    public override void Start(double distance, Span<double> phi) => (phi[0], phi[1]) = (Math.Log(distance / 4), Math.Log(0.8));

    public override void Fill(ReadOnlySpan<double> distances, ReadOnlySpan<double> phi, Span<double> correlations, Span<double> slopes)
    {
        var (rate, nu) = (Math.Exp(-phi[0]), Math.Exp(phi[1]));
        var n = distances.Length;
        var stretch = 1.0;
        if (nu > AllButInfinite)
        {
            // Only range · √shape matters here.
            stretch = Math.Sqrt(AllButInfinite / nu);
            nu = AllButInfinite;
        }

        var function = new MaternFunction(nu);
        for (var k = 0; k < n; k++)
        {
            var x = Math.Min(rate * stretch * distances[k], Farthest);
            if (slopes.IsEmpty)
            {
                correlations[k] = function.Value(x);
                continue;
            }

            var (value, byX, byShape) = function.WithSlopes(x);
            correlations[k] = value;
            slopes[k] = -x * byX;
            slopes[n + k] = stretch < 1 ? -0.5 * x * byX : nu * byShape;
        }
    }

    public override double Reach(ReadOnlySpan<double> phi) => Math.Exp(phi[0]) * Math.Sqrt(1 + (4 * Math.Exp(phi[1])));

    public override void Report(ReadOnlySpan<double> phi, Span<double> values) => (values[0], values[1]) = (Math.Exp(phi[0]),
        Math.Exp(phi[1]));

    public override IEnumerable<StructureLimit> Limits(double[] phi, string title)
    {
        var shape = Math.Exp(phi[1]);
        if (shape > LargestShape)
        {
            yield return new(1, $"The shape of {title} runs to infinity, where the Matérn correlation is exp(−(d/(2·range·√shape))²).",
                "Use gau, which is that limit, or exp, or hold the shape with Parameter.Covariance.");
        }
        else if (shape < SmallestShape)
        {
            yield return new(1, $"The shape of {title} runs to zero: correlations fall at once, and then hardly at all.",
                "Use exp, or hold the shape at 0.5 with Parameter.Covariance; a residual or an intercept for each place may be what is "
                + "missing.");
        }
    }
}
