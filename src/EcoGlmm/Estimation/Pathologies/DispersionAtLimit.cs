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
        var log = basis.First * psi[at];
        if (!(Math.Abs(log) >= Tolerances.NearMiddle) || !IsFlat(optimum, at, basis.First)) return;
        optimum.IsDispersionAtLimit = true;
        optimum.PutAtLimit(at);
        var limit = model.Family.DispersionLimit(isHigh: log > 0);
        optimum.Problems.Add(new ConvergenceProblem("dispersion", limit.Message, limit.Advice));
    }

    /// <summary>Whether the likelihood is all but flat in a constant predictor.</summary>
    public static bool IsFlat(Optimum optimum, int at, double basis)
    {
        var hessian = optimum.OwnHessian;
        var curvature = hessian.Length == 0 ? double.NaN : hessian[(at * optimum.Parameters.Length) + at] / (basis * basis);
        return !(curvature > 1.0 / (Tolerances.LargestStandardError * Tolerances.LargestStandardError));
    }
}
