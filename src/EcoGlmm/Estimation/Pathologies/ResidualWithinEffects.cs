using EcoGlmm.RandomEffects;

namespace EcoGlmm.Estimation.Pathologies;

/// <summary>
/// Effects that each belong to one row, of a structure that gives each of them a variance of its own: the residual is in them once more.
/// And
/// a residual that is estimated as zero beside effects that are as fine as the rows.
/// </summary>
internal sealed class ResidualWithinEffects : IOptimumPathology
{
    /// <summary>A residual standard deviation below this share of that of the effects leaves nothing to the residual.</summary>
    private const double NoResidual = 5e-3;

    public void Examine(Optimum optimum)
    {
        var model = optimum.Model;
        if (!HasOneResidual(model)) return;
        var fine = model.Terms.Where(IsAsFineAsRows).ToArray();
        foreach (var term in fine)
        {
            var theta = optimum.Theta.Slice(term.ThetaOffset, term.ThetaCount);
            if (!(Residual(optimum) < NoResidual * term.Report(theta, 1)[0])) continue;
            optimum.IsSingular = true;
            foreach (var scale in term.Loadings.Variances) optimum.PutAtLimit(optimum.ThetaOffset + term.ThetaOffset + scale);
            optimum.Problems.Add(new ConvergenceProblem("sigma",
                $"The residual variance is estimated as zero: {term.Title} takes up all that the fixed effects leave.",
                "Leave the residual out with Dispersion = \"~ 0\", which is the same model at this estimate."));
            return;
        }

        var taken = fine.Where(t => TakesUpResidual(model, t) && !IsHeld(optimum, t)).ToArray();
        foreach (var term in taken)
        {
            foreach (var j in Enumerable.Range(term.ThetaOffset, term.ThetaCount)) optimum.PutAtLimit(optimum.ThetaOffset + j);
        }

        foreach (var term in fine.Where(t => taken.Contains(t) || (t.Structure.Precision is null && HasOwnVariances(t)
            && !IsCurved(optimum, t))))
        {
            (optimum.IsSingular, optimum.IsCurved) = (true, false);
            optimum.Problems.Add(new ConvergenceProblem(term.Title,
                $"Each effect of {term.Title} has one row, so that its variances take up the residual variance: only their sums are "
                + $"determined, and the parts that are shown are one choice among many.",
                "Leave the residual out with Dispersion = \"~ 0\"; fixed effects and fitted values are the same."));
        }
    }

    /// <summary>σ, where the effects' standard deviations are relative to it one.</summary>
    private static double Residual(Optimum optimum)
    {
        var model = optimum.Model;
        return optimum.ThetaOffset == 0 ? 1
            : Math.Exp(model.Basis[LinearPredictor.Dispersion]!.First * optimum.Parameters[model.FixedOffset[LinearPredictor.Dispersion]]);
    }

    /// <summary>Whether a term's covariances have the residual variance in them, of which only the sum is then determined. Precision
    /// weights make residual variances that differ from row to row, which effects of one variance cannot take up.</summary>
    public static bool TakesUpResidual(MixedModel model, RandomTerm term) => HasOneResidual(model) && term.Structure.Precision is null
        && term.Loadings.TakesUpResidual && !model.Restraints.HoldsAny(term) && !model.Restraints.HasPrior
        && (model.Size.Length == 0 || model.Size.Distinct().Count() == 1) && IsAsFineAsRows(term);

    private static bool HasOneResidual(MixedModel model) => model.Family.IsNormalAroundPredictor
        && model.Basis[LinearPredictor.Dispersion] is { Columns: 1 } && model.Terms.All(t => t.Predictor == 0);

    /// <summary>Whether one of the term's parameters, or the residual, is held.</summary>
    private static bool IsHeld(Optimum optimum, RandomTerm term) => Enumerable.Range(term.ThetaOffset, term.ThetaCount)
        .Any(j => optimum.AtLimit.Contains(optimum.ThetaOffset + j)) || (optimum.ThetaOffset > 0
            && optimum.AtLimit.Contains(optimum.Model.FixedOffset[LinearPredictor.Dispersion]));

    private static bool HasOwnVariances(RandomTerm term) => term.Loadings.Variances.Count == term.Width;

    /// <summary>Whether the likelihood curves in the term's parameters.</summary>
    private static bool IsCurved(Optimum optimum, RandomTerm term)
    {
        var (first, last) = (optimum.ThetaOffset + term.ThetaOffset, optimum.ThetaOffset + term.ThetaOffset + term.ThetaCount);
        return !optimum.Inverse.FlatParameters.Concat(optimum.Inverse.UnusableParameters).Any(j => j >= first && j < last
            && !optimum.AtLimit.Contains(j));
    }

    /// <summary>Whether no effect of a level has two rows.</summary>
    private static bool IsAsFineAsRows(RandomTerm term)
    {
        if (term.Entries is not null || term.EffectCount < term.Codes.Length) return false;
        var r = term.Width;
        var seen = new bool[term.EffectCount];
        for (var i = 0; i < term.Codes.Length; i++)
        {
            var effect = -1;
            for (var e = 0; e < r; e++)
            {
                if ((term.Z is { } z ? z[(i * r) + e] : 1) == 0) continue;
                if (effect >= 0) return false;
                effect = (term.Codes[i] * r) + e;
            }

            if (effect < 0) continue;
            if (seen[effect]) return false;
            seen[effect] = true;
        }

        return true;
    }
}
