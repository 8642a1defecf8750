namespace EcoGlmm.Estimation;

/// <summary>
/// One step of the EM algorithm for Λ: each term's covariance becomes the mean of E[bbᵀ | y] over its levels.
/// Source: Dempster, Laird &amp; Rubin (1977), JRSS B 39, 1-38, section 4.4.
/// </summary>
internal static class ExpectationStep
{
    /// <summary>Moves θ by one step, from the objective's last evaluation, which must have had a gradient.</summary>
    public static void Move(MixedModel model, LaplaceObjective objective, Span<double> theta)
    {
        var system = objective.System;
        var b = new double[system.EffectCount];
        system.Lambda.Multiply(objective.Modes, b);
        for (var t = 0; t < model.Terms.Count; t++)
        {
            var term = model.Terms[t];
            if (model.Restraints.Holds(term) || !term.Structure.IsPlain || term.Entries is not null) continue;
            var r = term.Width;
            var sigma = new double[r * r];
            for (var l = 0; l < term.Levels.Count; l++)
            {
                var covariance = system.LevelCovariance(t, l);
                var at = term.EffectOffset + (l * r);
                for (var i = 0; i < r; i++)
                {
                    for (var j = 0; j < r; j++)
                    {
                        if (i != j && term.IsDiagonal) continue;
                        sigma[(i * r) + j] += ((b[at + i] * b[at + j]) + covariance[(i * r) + j]) / term.Levels.Count;
                    }
                }
            }

            term.Loadings.TryFit(sigma, theta.Slice(term.ThetaOffset, term.ThetaCount));
        }
    }
}
