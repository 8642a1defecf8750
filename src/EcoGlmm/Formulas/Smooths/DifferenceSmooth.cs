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
        FormulaNode[] factors = [.. syntax.Variables.Where(v => smooth.Evaluator.Evaluate(v) is FactorValue)];
        FormulaNode[] covariates = [.. syntax.Variables.Except(factors)];
        if (factors.Length == 0 || covariates.Length == 0 || syntax.By is not null)
        {
            throw smooth.Error("A smooth with bs = \"sz\" takes covariates and one or more factors", "It is written "
                + "s(x) + s(x, f, bs = \"sz\"); make numbers that stand for groups a factor, factor(f).");
        }

        var levels = new string[factors.Length][];
        var codes = new double[factors.Length][];
        for (var f = 0; f < factors.Length; f++)
        {
            var factor = (FactorValue)smooth.Evaluator.Evaluate(factors[f]);
            VariableCoding.RequireCodes(smooth.Evaluator, factors[f], factor);
            factor = factor.DropUnusedLevels();
            levels[f] = factor.Levels;
            codes[f] = Array.ConvertAll(factor.Codes, code => (double)code);
            if (factor.Levels.Length < 2)
            {
                throw smooth.Error(factors[f], $"{factors[f]} has only one level, \"{factor.Levels[0]}\", in the rows used",
                    "Curves can differ between two levels or more.");
            }
        }

        var curves = levels.Aggregate(1L, (product, own) => product * own.Length);
        if (curves > MostCurves)
        {
            throw smooth.Error($"{syntax.Label} asks for {curves} curves with a smoothing parameter each",
                $"For so many levels take random curves, s(x, f, bs = \"fs\").");
        }

        var x = covariates.Select(smooth.Numbers).ToArray();
        var inner = CurveSmooth.LearnMargin(smooth, syntax.InnerBasis ?? "tp", covariates, x, syntax.K.Length > 0 ? syntax.K[0]
            : null, false);
        var basis = new DifferenceBasis(inner, Array.ConvertAll(levels, own => own.Length), syntax.IsAlike);
        return CurveSmooth.OfLevels(smooth, basis, covariates, x, factors, levels, codes);
    }
}
