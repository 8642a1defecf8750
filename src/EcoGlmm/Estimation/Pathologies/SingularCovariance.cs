using EcoGlmm.RandomEffects;
using EcoGlmm.RandomEffects.Structures;

namespace EcoGlmm.Estimation.Pathologies;

/// <summary>Variances of random effects that are estimated as zero, and perfect correlations.</summary>
internal sealed class SingularCovariance : IOptimumPathology
{
    /// <summary>Change of the effects' standard deviations by that of a penalty, below which it has none.</summary>
    private const double NoEffect = 1e-4;

    public void Examine(Optimum optimum)
    {
        var model = optimum.Model;
        var theta = optimum.Theta;
        // A smooth without wiggles is a straight line, nothing singular.
        var candidates = BoundaryCandidates.Of(model, theta, Tolerances.AtBoundary)
            .Where(c => !model.Terms.Any(t => t.IsCurve && c.Index >= t.ThetaOffset && c.Index < t.ThetaOffset + t.ThetaCount)).ToList();
        foreach (var term in model.Terms)
        {
            var first = term.ThetaOffset;
            if (term.IsCurve && term.ThetaCount > 1) PutWithoutEffect(optimum, term, theta.Slice(first, term.ThetaCount));
            var mine = candidates.Where(c => c.Index >= first && c.Index < first + term.ThetaCount).ToList();
            var isLatent = term.Loadings.IsLatent && !model.Restraints.Holds(term);
            if (mine.Count == 0 && !isLatent) continue;
            var variances = RelativeVariances(term, theta.Slice(first, term.ThetaCount), model.Unit[term.Predictor]);
            var zeros = Enumerable.Range(0, term.Width).Where(c => variances[c] < Tolerances.ZeroVariance).ToList();
            if (zeros.Count == term.Width && !term.Structure.IsPlain)
            {
                // Without any variance its other parameters mean nothing.
                foreach (var j in Enumerable.Range(first, term.ThetaCount)) optimum.PutAtLimit(optimum.ThetaOffset + j);
                optimum.Problems.Add(term.Width == 1 ? Zero(term, 0) : AllZero(term));
                optimum.IsSingular = true;
                continue;
            }

            if (mine.Count == 0) continue;
            if (term.Loadings.HasEdgeAtZero)
            {
                foreach (var (index, _) in mine.Where(c => IsHeldByEdge(optimum, optimum.ThetaOffset + c.Index)))
                    optimum.PutAtLimit(optimum.ThetaOffset + index);
            }

            foreach (var c in zeros) optimum.Problems.Add(Zero(term, c));
            if (zeros.Count >= mine.Count || term.Width - zeros.Count < 2) continue;
            var correlated = Enumerable.Range(0, term.Width).Except(zeros).Select(c => term.Effects[c]).ToList();
            optimum.Problems.Add(new ConvergenceProblem($"{string.Join(", ", correlated)} | {term.Group}",
                $"The random effects of {term.Group} are perfectly correlated (singular fit): {correlated[^1]} follows from "
                + $"{string.Join(", ", correlated.SkipLast(1))}.",
                "The data cannot tell them apart; try uncorrelated effects with || or drop one."));
        }

        optimum.IsSingular |= candidates.Count > 0;
    }

    /// <summary>
    /// Of a curve with several penalties one that is infinitely strong leaves the others nothing to say, and one that is infinitely weak
    /// says nothing itself: the likelihood does not curve in them.
    /// </summary>
    private static void PutWithoutEffect(Optimum optimum, RandomTerm term, ReadOnlySpan<double> theta)
    {
        var (direction, change) = (new double[term.ThetaCount], new double[term.Loadings.Width * term.Loadings.Width]);
        for (var k = 0; k < term.ThetaCount; k++)
        {
            Array.Clear(direction);
            direction[k] = 1;
            term.Loadings.Change(theta, direction, change);
            if (change.Max(Math.Abs) < NoEffect) optimum.PutAtLimit(optimum.ThetaOffset + term.ThetaOffset + k);
        }
    }

    /// <summary>Whether the likelihood falls from zero at once, in proportion to the standard deviation.</summary>
    private static bool IsHeldByEdge(Optimum optimum, int parameter) =>
        optimum.Gradient[parameter] * Math.Sign(optimum.Parameters[parameter]) >= 0;

    private static ConvergenceProblem AllZero(RandomTerm term) => new($"{term.Title}",
        $"All variances of {term.Title} are estimated as zero (singular fit), so that its other parameters mean nothing.",
        "The other estimates are valid; the term can be dropped unless the design calls for it.");

    private static ConvergenceProblem Zero(RandomTerm term, int effect)
    {
        var name = $"{term.Effects[effect]} | {term.Group}";
        if (term.Z is { } z && term.Entries is null && Enumerable.Range(0, term.Codes.Length).All(i => z[(i * term.Width) + effect] == 0))
        {
            return new ConvergenceProblem(name, $"{term.Effects[effect]} is zero in every row, so that it has no variance between levels "
                + $"of {term.Group}.",
                "Check the column, or drop it from the random term.");
        }

        return new ConvergenceProblem(name, $"The variance of {term.Effects[effect]} between levels of {term.Group} is estimated as zero "
            + $"(singular fit).",
            term.Levels.Count == 1
                ? $"{term.Group} has only one level in the rows used, which cannot vary; drop the term."
                : "The other estimates are valid; the term can be dropped unless the design calls for it.");
    }

    /// <summary>Variances of the users' effects, relative to what matters on the scale of the linear predictor.</summary>
    private static double[] RelativeVariances(RandomTerm term, ReadOnlySpan<double> theta, double unit)
    {
        var r = term.Width;
        var d = term.LatentWidth;
        var lambda = new double[r * d];
        term.Loadings.Set(theta[..term.Loadings.ParameterCount], lambda);
        var covariance = new double[r * r];
        for (var i = 0; i < r; i++)
        {
            for (var j = 0; j < r; j++)
            {
                covariance[(i * r) + j] = CovarianceQuantity.Product(lambda, d, i, j);
            }
        }

        if (term.Scaling is { } scaling) covariance = scaling.ToCovariance(covariance);
        var variances = new double[r];
        for (var c = 0; c < r; c++)
        {
            var size = (term.Scaling?.RootMeanSquares[c] ?? 1) / unit;
            variances[c] = covariance[(c * r) + c] * size * size;
        }

        return variances;
    }
}
