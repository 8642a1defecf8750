namespace EcoGlmm.Estimation.Pathologies;

/// <summary>The likelihood does not curve in parameters of which nothing else explains it.</summary>
internal sealed class FlatLikelihood : IOptimumPathology
{
    public void Examine(Optimum optimum)
    {
        var isExcused = optimum.IsSingular || optimum.IsIndistinguishable;
        var flat = optimum.Inverse.FlatParameters.Concat(optimum.Inverse.UnusableParameters).Where(j => !optimum.Explained.Contains(j))
            .Where(j => !(isExcused && j >= optimum.ThetaOffset) && !optimum.AtLimit.Contains(j))
            .Distinct().ToArray();
        if (flat.Length == 0) return;
        optimum.HasFailed = true;
        optimum.IsCurved = false;
        foreach (var name in flat.Select(j => NameOf(optimum.Model, j)).Distinct())
        {
            optimum.Problems.Add(new ConvergenceProblem(name,
                $"The likelihood does not curve at {name}: the data do not determine it, or no maximum was reached.",
                "Simplify the model: fewer random slopes, fewer factor levels, fewer covariates that say the same."));
        }
    }

    private static string NameOf(MixedModel model, int parameter)
    {
        foreach (var k in model.ActivePredictors)
        {
            if (parameter < model.FixedOffset[k] || parameter >= model.FixedOffset[k] + model.Basis[k]!.Columns) continue;
            return k switch
            {
                LinearPredictor.Conditional => "the fixed effects",
                LinearPredictor.Dispersion => "the dispersion",
                >= LinearPredictor.Shape => $"the family parameter {model.Family.Shapes[k - LinearPredictor.Shape].Name}",
                _ => "the zero inflation",
            };
        }

        var at = parameter - model.FixedCount;
        var term = model.Terms.First(t => at >= t.ThetaOffset && at < t.ThetaOffset + t.ThetaCount);
        return $"the covariance of ({string.Join(", ", term.Effects)} | {term.Group})";
    }
}
