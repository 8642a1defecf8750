using EcoGlmm.Numerics;

namespace EcoGlmm.RandomEffects.Structures;

/// <summary>
/// rr: d latent variables carry the correlations of r effects, b = Λu with Λ r × d lower trapezoidal, which fixes its rotation
/// (the signs of columns stay free). θ holds the entries of Λ column by column.
/// Source: M. McGillycuddy, G. Popovic, B. M. Bolker &amp; D. I. Warton (2025), Parsimoniously fitting large multivariate random
/// effects in glmmTMB, J. Stat. Softw. 112(1).
/// </summary>
internal sealed class ReducedRank(int width, int rank) : Loadings(width, rank, (width * rank) - (rank * (rank - 1) / 2))
{
    public static StructureKind Kind { get; } = new("rr", TermLayout.Effects)
    {
        Describe = "rr(0 + species | site, d = 2), latent variables",
        Arguments = ["d"],
        Bind = request =>
        {
            var r = request.Effects.Count;
            var d = request.Arguments.TryGetValue("d", out var given) ? given : Math.Min(2, r);
            if (d != Math.Round(d) || d < 1 || d > r)
            {
                throw request.Error($"rr needs a whole number d of latent variables between 1 and {r}, the number of effects, not "
                    + $"{request.Number(d)}",
                    "Write rr(0 + species | site, d = 2).");
            }

            return new CovarianceStructure("rr", new ReducedRank(r, (int)d));
        },
    };

    /// <summary>Loadings that fall off from the diagonal, so that latent variables start out different.</summary>
    public override void Start(ReadOnlySpan<double> spread, Span<double> theta)
    {
        var k = 0;
        for (var c = 0; c < LatentWidth; c++)
        {
            for (var i = c; i < Width; i++)
            {
                theta[k++] = spread[i] / Math.Sqrt(LatentWidth) * (i == c ? 1 : 0.5 * Math.Cos(2.4 * (i + 1) * (c + 1)));
            }
        }
    }

    /// <summary>Fewer latent variables are more of them with some whose loadings are all zero.</summary>
    public override Containment Contains(Loadings smaller) => smaller is not ReducedRank || smaller.Width != Width
        || smaller.LatentWidth > LatentWidth ? Containment.None
        : smaller.LatentWidth < LatentWidth ? Containment.AtBoundary : Containment.Inside;

    public override void Set(ReadOnlySpan<double> theta, Span<double> lambda)
    {
        lambda.Clear();
        var k = 0;
        for (var c = 0; c < LatentWidth; c++)
        {
            for (var i = c; i < Width; i++) lambda[(i * LatentWidth) + c] = theta[k++];
        }
    }

    public override void PullBack(ReadOnlySpan<double> theta, ReadOnlySpan<double> adjoint, Span<double> gradient)
    {
        var k = 0;
        for (var c = 0; c < LatentWidth; c++)
        {
            for (var i = c; i < Width; i++) gradient[k++] = adjoint[(i * LatentWidth) + c];
        }
    }

    public override void Change(ReadOnlySpan<double> theta, ReadOnlySpan<double> direction, Span<double> change) => Set(direction, change);

    public override bool IsLatent => true;

    /// <summary>Share of the largest variance of a latent variable below which another one carries nothing.</summary>
    private const double NothingCarried = 1e-6;

    /// <summary>Latent variables that carry nothing: eigenvalues of ΛᵀΛ that are zero beside the largest.</summary>
    public override IEnumerable<StructureLimit> Limits(double[] theta, string title)
    {
        var d = LatentWidth;
        var lambda = new double[Width * d];
        Set(theta, lambda);
        var (products, values) = (new double[d * d], new double[d]);
        for (var a = 0; a < d; a++)
        {
            for (var b = 0; b < d; b++)
            {
                for (var i = 0; i < Width; i++) products[(a * d) + b] += lambda[(i * d) + a] * lambda[(i * d) + b];
            }
        }

        if (!DenseEigen.TryDecompose(products, d, values, 1, CancellationToken.None)) yield break;
        var rank = values.Count(v => v > NothingCarried * values.Max());
        if (rank == d || rank == 0) yield break;
        var message = $"Of the {d} latent variables of {title} {(d - rank == 1 ? "one carries" : $"{d - rank} carry")} nothing: the "
            + $"covariances of the effects are estimated to have rank {rank}.";
        var advice = $"Write d = {rank}, which is the same model at this estimate.";
        var first = Enumerable.Range(0, rank).Sum(c => Width - c);
        for (var j = first; j < ParameterCount; j++) yield return new StructureLimit(j, message, advice);
    }

    /// <summary>Every deviation and correlation depends on several loadings.</summary>
    public override bool HasSeparateQuantities => false;

    public override IReadOnlyList<CovarianceQuantity> Quantities(IReadOnlyList<string> effects)
    {
        var result = new List<CovarianceQuantity>();
        for (var c = 0; c < LatentWidth; c++)
        {
            for (var i = c; i < Width; i++) result.Add(new CovarianceQuantity(CovarianceQuantity.Loading, effects[i], $"variable {c + 1}"));
        }

        result.AddRange(CovarianceQuantity.OfMatrix(effects, isDiagonal: false));
        return result;
    }

    /// <summary>The first loading of each variable is positive.</summary>
    public override void Turn(Span<double> lambda)
    {
        for (var c = 0; c < LatentWidth; c++)
        {
            if (lambda[(c * LatentWidth) + c] >= 0) continue;
            for (var i = c; i < Width; i++) lambda[(i * LatentWidth) + c] *= -1;
        }
    }

    /// <summary>Standard deviations and correlations, and before them the loadings.</summary>
    public override void Report(ReadOnlySpan<double> theta, ReadOnlySpan<double> lambda, Span<double> values)
    {
        var k = 0;
        for (var c = 0; c < LatentWidth; c++)
        {
            for (var i = c; i < Width; i++) values[k++] = lambda[(i * LatentWidth) + c];
        }

        CovarianceQuantity.FromLoadings(lambda, Width, LatentWidth, isDiagonal: false, values[k..]);
    }
}
