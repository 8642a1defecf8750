namespace EcoGlmm.RandomEffects.Structures;

/// <summary>diag: any variances, no correlations. θ holds the standard deviations, whose sign does not matter.</summary>
internal sealed class Diagonal(int width) : Loadings(width, width, width)
{
    public static StructureKind Kind { get; } = StructureKind.Plain(
        "diag", "diag(x | g), variances without correlations", width => new Diagonal(width)) with { IsDiagonal = true };

    public override Rescaling Rescaling => Rescaling.Columns;

    public override bool IsDiagonal => true;

    public override bool HasFreeEntries => true;

    public override IReadOnlyList<int> Variances { get; } = [.. Enumerable.Range(0, width)];

    public override void Start(ReadOnlySpan<double> spread, Span<double> theta) => spread.CopyTo(theta);

    public override void Set(ReadOnlySpan<double> theta, Span<double> lambda)
    {
        lambda.Clear();
        for (var c = 0; c < Width; c++) lambda[(c * Width) + c] = theta[c];
    }

    public override void PullBack(ReadOnlySpan<double> theta, ReadOnlySpan<double> adjoint, Span<double> gradient)
    {
        for (var c = 0; c < Width; c++) gradient[c] = adjoint[(c * Width) + c];
    }

    public override void Change(ReadOnlySpan<double> theta, ReadOnlySpan<double> direction, Span<double> change) => Set(direction, change);

    public override Containment Contains(Loadings smaller) => smaller.Width == Width && smaller.IsDiagonal ? Containment.Inside
        : Containment.None;

    public override bool TryFit(ReadOnlySpan<double> covariance, Span<double> theta)
    {
        for (var c = 0; c < Width; c++)
        {
            if (!(covariance[(c * Width) + c] > 0)) return false;
        }

        for (var c = 0; c < Width; c++) theta[c] = Math.Sqrt(covariance[(c * Width) + c]);
        return true;
    }
}
