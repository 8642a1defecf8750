using EcoGlmm.Numerics;

namespace EcoGlmm.RandomEffects.Structures;

/// <summary>
/// us: any variances and correlations. θ holds the entries of the lower-triangular Λ column by column, without bounds: the
/// likelihood does not depend on the sign of a column, so that a variance of zero is an interior point.
/// </summary>
internal sealed class Unstructured(int width) : Loadings(width, width, width * (width + 1) / 2)
{
    public static StructureKind Kind { get; } = StructureKind.Plain(
        "us", "us(x | g), the same as (x | g): any variances and correlations", width => new Unstructured(width));

    public override Rescaling Rescaling => Rescaling.All;

    public override bool IsDiagonal => Width == 1;

    public override bool HasFreeEntries => true;

    public override IReadOnlyList<int> Variances { get; } = [.. Enumerable.Range(0, width).Select(c => (c * width) - (c * (c - 1) / 2))];

    public override void Start(ReadOnlySpan<double> spread, Span<double> theta)
    {
        theta.Clear();
        for (var c = 0; c < Width; c++) theta[Variances[c]] = spread[c];
    }

    public override void Set(ReadOnlySpan<double> theta, Span<double> lambda)
    {
        var r = Width;
        lambda.Clear();
        var k = 0;
        for (var c = 0; c < r; c++)
        {
            for (var row = c; row < r; row++) lambda[(row * r) + c] = theta[k++];
        }
    }

    public override void PullBack(ReadOnlySpan<double> theta, ReadOnlySpan<double> adjoint, Span<double> gradient)
    {
        var r = Width;
        var k = 0;
        for (var c = 0; c < r; c++)
        {
            for (var row = c; row < r; row++) gradient[k++] = adjoint[(row * r) + c];
        }
    }

    public override void Change(ReadOnlySpan<double> theta, ReadOnlySpan<double> direction, Span<double> change) => Set(direction, change);

    public override Containment Contains(Loadings smaller) => smaller.Width != Width ? Containment.None
        : smaller.LatentWidth < Width ? Containment.AtBoundary : Containment.Inside;

    public override bool TryFit(ReadOnlySpan<double> covariance, Span<double> theta)
    {
        var r = Width;
        var sigma = covariance.ToArray();
        if (!DenseCholesky.TryFactor(sigma, r)) return false;
        var k = 0;
        for (var c = 0; c < r; c++)
        {
            for (var row = c; row < r; row++) theta[k++] = sigma[(c * r) + row];
        }

        return true;
    }
}
