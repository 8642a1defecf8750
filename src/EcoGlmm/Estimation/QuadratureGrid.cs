using EcoGlmm.Numerics;

namespace EcoGlmm.Estimation;

/// <summary>The product of Gauss-Hermite rules over the coordinates of a level's random effects.</summary>
internal sealed class QuadratureGrid
{
    /// <summary>Most points of the rule for one effect.</summary>
    public const int MaxPoints = 100;

    /// <summary>Most nodes of a product.</summary>
    public const int MaxNodes = 10_000;

    private readonly double[] _nodes;
    private readonly double[] _logFactors;

    public QuadratureGrid(int points, int width)
    {
        var rule = GaussHermiteRule.Of(points);
        Width = width;
        var count = (int)Math.Round(Math.Pow(points, width));
        _nodes = new double[count * width];
        _logFactors = new double[count];
        for (var j = 0; j < count; j++)
        {
            for (int d = 0, rest = j; d < width; d++, rest /= points)
            {
                var z = rule.Nodes[rest % points];
                _nodes[(j * width) + d] = z;
                _logFactors[j] += rule.LogWeights[rest % points] + (0.5 * z * z);
            }
        }
    }

    public int Width { get; }

    /// <summary>Number of nodes.</summary>
    public int Count => _logFactors.Length;

    /// <summary>z_j.</summary>
    public ReadOnlySpan<double> Node(int j) => _nodes.AsSpan(j * Width, Width);

    /// <summary>log ω_j + ½z_jᵀz_j.</summary>
    public double LogFactor(int j) => _logFactors[j];

    /// <summary>
    /// The points that a fit of the model works with when so many are asked for: one where the Laplace approximation is exact.
    /// </summary>
    /// <exception cref="GlmmException">The model's random effects do not allow quadrature with so many points.</exception>
    public static int PointsFor(MixedModel model, int requested)
    {
        if (requested == 1 || model.Terms.Count == 0 || IsLaplaceExact(model)) return 1;
        var asked = $"QuadraturePoints = {requested}";
        if (RandomEffects.LevelEffects.Of(model.Terms) is not { } effects)
        {
            var groups = string.Join(", ", model.Terms.Select(t => t.Group).Distinct());
            throw new GlmmException($"{asked}: adaptive Gauss-Hermite quadrature needs all random effects to belong to one grouping "
                + $"factor, but this model has several ({groups}). Use QuadraturePoints = 1, the Laplace approximation, or keep one "
                + "of them.");
        }

        if (Math.Pow(requested, effects.Width) <= MaxNodes) return requested;
        var most = requested;
        while (Math.Pow(most, effects.Width) > MaxNodes) most--;
        var advice = most > 1 ? $"Use at most {most} points, or fewer random effects."
            : "Use QuadraturePoints = 1, the Laplace approximation, or fewer random effects.";
        throw new GlmmException($"{asked}: with {effects.Width} random effects for each level of {model.Terms[0].Group} the nodes of the "
            + $"quadrature would number {requested} to the power of {effects.Width}, more than {MaxNodes}. {advice}");
    }

    /// <summary>Whether the joint density is Gaussian in the random effects.</summary>
    private static bool IsLaplaceExact(MixedModel model) =>
        model.Family.IsNormalAroundPredictor && !model.IsZeroInflated
        && !model.RandomPredictors.Contains(LinearPredictor.Dispersion);
}
