namespace EcoGlmm.RandomEffects.Structures;

/// <summary>
/// Λ = D L(ρ), LLᵀ = R(ρ): standard deviations, one for each effect or one for all, with a form of correlation matrix. θ holds
/// the standard deviations (by their size: deviations of unlike signs would be another form of correlations), then the parameters of
/// R. Where R is not positive definite Λ is NaN.
/// </summary>
/// <param name="form">The form of R; null for no correlations.</param>
/// <param name="width">r.</param>
/// <param name="isHomogeneous">Whether all effects have the same standard deviation.</param>
internal sealed class ScaledCorrelation(int width, CorrelationForm? form, bool isHomogeneous)
    : Loadings(width, width, (isHomogeneous ? 1 : width) + (form?.ParameterCount ?? 0))
{
    private readonly int _scales = isHomogeneous ? 1 : width;

    private bool IsHomogeneous => isHomogeneous;

    private CorrelationForm? Form => form;

    public override Rescaling Rescaling => isHomogeneous ? Rescaling.None : Rescaling.Columns;

    public override bool IsDiagonal => form is null;

    public override IReadOnlyList<int> Variances { get; } = [.. Enumerable.Range(0, isHomogeneous ? 1 : width)];

    /// <summary>With one variance for all effects all correlations shrink alike.</summary>
    public override bool TakesUpResidual => form is null || (isHomogeneous && form.ShrinksToItself);

    public override bool HasEdgeAtZero => form is not null;

    public override bool IsScale(int parameter) => parameter < _scales;

    public override IEnumerable<double[]> Alternatives() => form?.Alternatives() ?? [];

    /// <summary>The structures of this kind.</summary>
    public static IEnumerable<StructureKind> Kinds =>
    [
        Kind("homdiag", "homdiag(0 + f | g), one variance without correlations", _ => null, true),
        Kind("cs", "cs(0 + f | g), any variances and one correlation", r => new CompoundSymmetry(r), false),
        Kind("homcs", "homcs(0 + f | g), one variance and one correlation", r => new CompoundSymmetry(r), true),
        Kind("toep", "toep(0 + f | g), any variances, correlations by distance", r => new Toeplitz(r), false),
        Kind("homtoep", "homtoep(0 + f | g), one variance, correlations by distance", r => new Toeplitz(r), true),
        Kind("hetar1", "hetar1(0 + f | g), autoregressive with any variances", r => new AutoregressiveForm(r), false),
    ];

    /// <summary>A kind of structure of a form of correlation matrix.</summary>
    public static StructureKind Kind(string name, string describe, Func<int, CorrelationForm?> form, bool isHomogeneous) =>
        new(name, TermLayout.Effects)
    {
        Describe = describe,
        Bind = request => new CovarianceStructure(name, new ScaledCorrelation(request.Effects.Count, form(request.Effects.Count),
            isHomogeneous)),
    };

    public override void Start(ReadOnlySpan<double> spread, Span<double> theta)
    {
        if (isHomogeneous)
        {
            var sum = 0.0;
            foreach (var s in spread) sum += s * s;
            theta[0] = Math.Sqrt(sum / spread.Length);
        }
        else
        {
            spread.CopyTo(theta);
        }

        form?.Start(theta[_scales..]);
    }

    public override void Set(ReadOnlySpan<double> theta, Span<double> lambda)
    {
        var r = Width;
        if (!TryFactor(theta[_scales..], lambda))
        {
            lambda.Fill(double.NaN);
            return;
        }

        for (var i = 0; i < r; i++)
        {
            for (var c = 0; c <= i; c++) lambda[(i * r) + c] *= Math.Abs(theta[isHomogeneous ? 0 : i]);
        }
    }

    public override void PullBack(ReadOnlySpan<double> theta, ReadOnlySpan<double> adjoint, Span<double> gradient)
    {
        var r = Width;
        gradient.Clear();
        var l = new double[r * r];
        if (!TryFactor(theta[_scales..], l)) return;
        var bar = new double[r * r];
        for (var i = 0; i < r; i++)
        {
            var scale = isHomogeneous ? 0 : i;
            for (var c = 0; c <= i; c++)
            {
                gradient[scale] += Math.Sign(theta[scale]) * adjoint[(i * r) + c] * l[(i * r) + c];
                bar[(i * r) + c] = adjoint[(i * r) + c] * Math.Abs(theta[scale]);
            }
        }

        if (form is null || form.ParameterCount == 0) return;
        form.PullBack(theta[_scales..], l, bar, gradient[_scales..]);
    }

    public override ISeparateCorrelations? Separate => form?.Separate;

    public override IReadOnlyList<CovarianceQuantity> Quantities(IReadOnlyList<string> effects)
    {
        var result = new List<CovarianceQuantity>();
        if (isHomogeneous) result.Add(new CovarianceQuantity(CovarianceQuantity.StandardDeviation));
        else result.AddRange(effects.Select(e => new CovarianceQuantity(CovarianceQuantity.StandardDeviation, e)));
        if (form is not null) result.AddRange(form.Quantities);
        return result;
    }

    public override void Report(ReadOnlySpan<double> theta, ReadOnlySpan<double> lambda, Span<double> values)
    {
        for (var i = 0; i < _scales; i++) values[i] = Math.Sqrt(CovarianceQuantity.Product(lambda, LatentWidth, i, i));
        form?.Report(theta[_scales..], values[_scales..]);
    }

    public override IEnumerable<StructureLimit> Limits(double[] theta, string title) =>
        form?.Limits(theta[_scales..], title).Select(limit => limit with { Parameter = _scales + limit.Parameter }) ?? [];

    public override Containment Contains(Loadings smaller)
    {
        if (smaller.Width != Width) return Containment.None;
        var isInside = smaller is ScaledCorrelation other
            ? (other.IsHomogeneous || !isHomogeneous) && (other.Form is null || form?.Contains(other.Form) == true)
            : smaller.IsDiagonal && (Width == 1 || !isHomogeneous);
        return isInside ? Containment.Inside : Containment.None;
    }

    private bool TryFactor(ReadOnlySpan<double> rho, Span<double> l)
    {
        if (form is not null) return form.TryFactor(rho, l);
        l.Clear();
        for (var i = 0; i < Width; i++) l[(i * Width) + i] = 1;
        return true;
    }
}

/// <summary>
/// From the derivative of something by a Cholesky factor L of R to that by R: with Φ the lower half (half the diagonal),
/// R̄ = ½(S + Sᵀ), S = L⁻ᵀ Φ(LᵀL̄) L⁻¹.
/// Source: S. P. Smith (1995), Differentiation of the Cholesky algorithm, J. Comput. Graph. Stat. 4, 134-147.
/// </summary>
internal static class CholeskyPullBack
{
    /// <summary>Row-major r × r: L lower triangular; L̄, of which the lower triangle counts, becomes R̄, symmetric.</summary>
    public static void Apply(ReadOnlySpan<double> l, Span<double> bar, int r)
    {
        var s = new double[r * r];
        for (var i = 0; i < r; i++)
        {
            for (var j = 0; j <= i; j++)
            {
                var sum = 0.0;
                for (var k = i; k < r; k++) sum += l[(k * r) + i] * bar[(k * r) + j];
                s[(i * r) + j] = i == j ? 0.5 * sum : sum;
            }
        }

        // S ← L⁻ᵀ S, then S ← S L⁻¹.
        for (var c = 0; c < r; c++)
        {
            for (var i = r - 1; i >= 0; i--)
            {
                var sum = s[(i * r) + c];
                for (var k = i + 1; k < r; k++) sum -= l[(k * r) + i] * s[(k * r) + c];
                s[(i * r) + c] = sum / l[(i * r) + i];
            }
        }

        for (var i = 0; i < r; i++)
        {
            for (var c = r - 1; c >= 0; c--)
            {
                var sum = s[(i * r) + c];
                for (var k = c + 1; k < r; k++) sum -= s[(i * r) + k] * l[(k * r) + c];
                s[(i * r) + c] = sum / l[(c * r) + c];
            }
        }

        for (var i = 0; i < r; i++)
        {
            for (var j = 0; j < r; j++) bar[(i * r) + j] = 0.5 * (s[(i * r) + j] + s[(j * r) + i]);
        }
    }
}
