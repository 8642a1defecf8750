namespace EcoGlmm.Formulas.Smooths;

/// <summary>
/// s(x, f, bs = "sz"): for each level of a factor (each combination of levels of several) how its curve differs from the mean of all; the
/// differences add up to zero over the levels at every x, their constants are among them. Stands beside s(x).
/// </summary>
internal static class DifferenceSmooth
{
    private const int MostCurves = 200;

    public static CurveSmooth Learn(LearningSmooth smooth)
    {
        var syntax = smooth.Syntax;
        var (factors, covariates) = smooth.Split();
        if (factors.Length == 0 || covariates.Length == 0 || syntax.By is not null)
        {
            throw smooth.Error("A smooth with bs = \"sz\" takes covariates and one or more factors", "It is written "
                + "s(x) + s(x, f, bs = \"sz\"); make numbers that stand for groups a factor, factor(f).");
        }

        var codings = Array.ConvertAll(factors, f => VariableCoding.Learn(smooth.Text, f, smooth.Evaluator, null));
        var curves = codings.Aggregate(1L, (product, own) => product * own.Levels.Count);
        if (curves > MostCurves)
        {
            throw smooth.Error($"{syntax.Label} asks for {curves} curves with a smoothing parameter each",
                $"For so many levels take random curves, s(x, f, bs = \"fs\").");
        }

        var x = covariates.Select(smooth.Numbers).ToArray();
        var inner = CurveSmooth.LearnMargin(smooth, syntax.InnerBasis ?? "tp", covariates, x, syntax.K.Length > 0 ? syntax.K[0]
            : null, false);
        var basis = new DifferenceBasis(inner, Array.ConvertAll(codings, own => own.Levels.Count), syntax.IsAlike);
        return CurveSmooth.OfLevels(smooth, basis, covariates, x, [.. factors.Zip(codings)]);
    }
}
