namespace EcoGlmm.Estimation.Pathologies;

/// <summary>A constant dispersion runs to zero or to infinity, where the family becomes a simpler one.</summary>
internal sealed class DispersionAtLimit : IOptimumPathology
{
    public void Examine(Optimum optimum)
    {
        const int k = LinearPredictor.Dispersion;
        var (model, psi) = (optimum.Model, optimum.Parameters);
        if (model.Basis[k] is not { Columns: 1 } basis || !model.HasConstantDispersion) return;
        var at = model.FixedOffset[k];
        var log = basis.Q[0] * psi[at];
        if (!(Math.Abs(log) >= Tolerances.NearMiddle) || !IsFlat(optimum, at, basis.Q[0])) return;
        optimum.IsDispersionAtLimit = true;
        optimum.PutAtLimit(at);
        optimum.Problems.Add(Problem(model, log));
    }

    /// <summary>Whether the likelihood is all but flat in a constant predictor.</summary>
    public static bool IsFlat(Optimum optimum, int at, double basis)
    {
        var hessian = optimum.OwnHessian;
        var curvature = hessian.Length == 0 ? double.NaN : hessian[(at * optimum.Parameters.Length) + at] / (basis * basis);
        return !(curvature > 1.0 / (Tolerances.LargestStandardError * Tolerances.LargestStandardError));
    }

    private static ConvergenceProblem Problem(MixedModel model, double log)
    {
        if (model.Family.Name == "compois" && log < 0)
        {
            return new ConvergenceProblem("dispersion",
                "The dispersion of compois runs to zero: the counts vary as little as counts with such means can, between the two nearest whole numbers.",
                "Check the counts for rounding or a fixed design; standard errors of the other coefficients are those at this limit.");
        }

        var poisson = model.Family.Name is "nbinom1" or "nbinom2";
        return new ConvergenceProblem("dispersion",
            $"The dispersion parameter of {model.Family.Name} runs to its limit{(poisson ? ": the counts vary no more than Poisson counts would" : "")}.",
            poisson ? "Use Family.Poisson(), which this model has become." : "Use a simpler family, which this model has become.");
    }
}
