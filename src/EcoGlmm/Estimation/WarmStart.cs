using EcoGlmm.Numerics;
using EcoGlmm.RandomEffects;

namespace EcoGlmm.Estimation;

/// <summary>
/// Where to begin the search of a model that is like one that has been fitted: the same with another response, on other rows, with a
/// coefficient held or a term more. Coefficients and covariance parameters come from it by their names, what it lacks from the usual start.
/// </summary>
internal static class WarmStart
{
    /// <summary>Starting ψ, null where the estimate has nothing to offer; and where it has all, the inverse Hessian at its
    /// maximum.</summary>
    /// <param name="model">The model to be fitted.</param>
    /// <param name="like">The estimate of one that is like it.</param>
    /// <param name="usual">The usual start, asked for where the estimate lacks something.</param>
    public static (double[]? Psi, double[]? Inverse) Find(MixedModel model, Estimate like, Func<double[]> usual)
    {
        // Where σ is profiled out, θ is relative to it.
        if (!like.Convergence.IsConverged || like.IsProfiled || !Suits(model, like.Model)) return (null, null);
        var psi = new double[model.ParameterCount];
        if (IsFilled(psi)) return (psi, InverseOf(model, like));
        var start = usual();
        IsFilled(start);
        return (start, null);

        bool IsFilled(double[] into)
        {
            var isWhole = true;
            foreach (var k in model.ActivePredictors) isWhole &= TryCoefficients(model, like, k, into);
            foreach (var term in model.Terms)
            {
                var own = Covariance(like, term);
                own?.CopyTo(into, model.FixedCount + term.ThetaOffset);
                isWhole &= own is not null;
            }

            return isWhole;
        }
    }

    /// <summary>Starting θ of a model of which the rest is profiled out; null where a term is not among the estimate's.</summary>
    /// <param name="model">The model to be fitted.</param>
    /// <param name="like">The estimate of one that is like it.</param>
    public static double[]? FindTheta(MixedModel model, Estimate like)
    {
        if (!like.Convergence.IsConverged || !like.IsProfiled) return null;
        var theta = new double[model.ThetaCount];
        foreach (var term in model.Terms)
        {
            if (Covariance(like, term) is not { } own) return null;
            own.CopyTo(theta, term.ThetaOffset);
        }

        return theta;
    }

    /// <summary>The estimate's covariance, where its parameters are the model's and all of them have a variance.</summary>
    private static double[]? InverseOf(MixedModel model, Estimate like)
    {
        var d = model.ParameterCount;
        if (like.Model.ParameterCount != d || !like.Covariance.All(double.IsFinite)) return null;
        if (model.ActivePredictors.Any(k => !model.CoefficientNames[k]!.SequenceEqual(like.Model.CoefficientNames[k]!))) return null;
        return DenseCholesky.TryFactor((double[])like.Covariance.Clone(), d) ? (double[])like.Covariance.Clone() : null;
    }

    /// <summary>
    /// Whether parameters of the two have the same meaning: the link, the scale of predictors, nothing restrained. Where the family is
    /// another, its dispersion and shapes are not.
    /// </summary>
    private static bool Suits(MixedModel model, MixedModel like) => model.Family.Link.Name == like.Family.Link.Name
        && model.PredictorCount == like.PredictorCount
        && model.Restraints.IsEmpty && like.Restraints.IsEmpty && model.Unit.AsSpan().SequenceEqual(like.Unit);

    /// <summary>
    /// Coefficients by their names. Where the estimate's model lies within the model, those that it lacks begin at zero: the search then
    /// starts from the estimate's own predictor.
    /// </summary>
    private static bool TryCoefficients(MixedModel model, Estimate like, int predictor, double[] psi)
    {
        if (like.Model.Basis[predictor] is not { } basis) return false;
        if (predictor != LinearPredictor.Conditional && model.Family.Name != like.Model.Family.Name) return false;
        var (mine, theirs) = (model.CoefficientNames[predictor]!, like.Model.CoefficientNames[predictor]!);
        if (mine.Any(name => !theirs.Contains(name)) && theirs.Any(name => !mine.Contains(name))) return false;
        var known = like.Psi.AsSpan(like.Model.FixedOffset[predictor], theirs.Length).ToArray();
        basis.ToCoefficients(known);
        var beta = Array.ConvertAll(mine, name => Array.IndexOf(theirs, name) is >= 0 and var at ? known[at] : 0);
        if (!beta.All(double.IsFinite)) return false;
        model.Basis[predictor]!.FromCoefficients(beta);
        beta.CopyTo(psi, model.FixedOffset[predictor]);
        return true;
    }

    private static double[]? Covariance(Estimate like, RandomTerm term) => Twin(term, like.Model) is { } twin
        ? like.Psi.AsSpan(like.Model.FixedCount + twin.ThetaOffset, twin.ThetaCount).ToArray() : null;

    private static RandomTerm? Twin(RandomTerm term, MixedModel like) => like.Terms.FirstOrDefault(t => t.Predictor == term.Predictor
        && t.Title == term.Title && t.ThetaCount == term.ThetaCount && t.Effects.SequenceEqual(term.Effects));
}
