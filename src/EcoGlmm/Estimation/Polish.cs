using EcoGlmm.Numerics;

namespace EcoGlmm.Estimation;

/// <summary>
/// What follows a search over ψ: the Hessian at its end, for standard errors, and the last Newton steps, which the Hessian makes
/// better than any that quasi-Newton takes.
/// </summary>
internal static class Polish
{
    /// <summary>
    /// The maximum with its gradient and Hessian; null when the likelihood cannot be computed there any more. The objective's last
    /// evaluation is at that point.
    /// </summary>
    public static Optimum? Of(LaplaceSearch search, SearchPoint found, IProgress<FitProgress>? progress)
    {
        var psi = found.Parameters;
        var gradient = new double[psi.Length];
        var value = search.EvaluateAgain(psi, gradient);
        if (!double.IsFinite(value)) return null;
        var hessian = HessianAt(search, found.Status, psi, gradient, value, progress);
        HessianInverse? inverse = null;
        for (var pass = 0; pass < Tolerances.NewtonSteps && found.Status is not (MinimiserStatus.IterationLimit
            or MinimiserStatus.Exhausted); pass++)
        {
            inverse ??= HessianInverse.Of(hessian, psi.Length);
            var step = inverse.Multiply(gradient);
            if (step is null || Dot(step, gradient) < Tolerances.SmallestNewtonGain) break;
            var trial = (double[])psi.Clone();
            for (var j = 0; j < trial.Length; j++) trial[j] -= step[j];
            var trialGradient = new double[psi.Length];
            var trialValue = search.Evaluate(trial, trialGradient);
            if (!(trialValue < value)) break;
            (value, psi, gradient) = (trialValue, trial, trialGradient);
            if (search.Model.Terms.Count > 0) continue;
            hessian = search.Curvature(psi);
            inverse = null;
        }

        value = search.EvaluateAgain(psi, gradient);
        return double.IsFinite(value) ? new Optimum(search.Model, psi, search.ThetaOffset, value, gradient, hessian, found.Status) : null;
    }

    /// <summary>Exact without random effects, where the guess at the curvature is the Hessian; else with differences of the
    /// gradient, for which a search that was given up has no effort left.</summary>
    private static double[] HessianAt(LaplaceSearch search, MinimiserStatus status, double[] psi, double[] gradient, double value,
        IProgress<FitProgress>? progress)
    {
        var model = search.Model;
        var moves = new double[model.FixedCount * search.System.EffectCount];
        var guess = search.Curvature(psi, moves);
        if (model.Terms.Count == 0 || status == MinimiserStatus.Exhausted) return guess;
        progress?.Report(new FitProgress("standard errors", search.Iterations, -value));
        var d = psi.Length;
        var rough = CurvatureGuess.Inverse(guess, d);
        var (spread, units) = (new double[d], Units(model));
        for (var j = 0; j < d; j++)
        {
            spread[j] = Math.Clamp(Math.Sqrt(Math.Abs(rough[(j * d) + j])), Tolerances.SmallestSpread * units[j],
                Tolerances.LargestSpread * units[j]);
        }

        var isCostly = search.System.IsFactorizationCostly || search.System.IsIterative;
        if (model.Restraints.IsEmpty && !model.IsOnResponseScale)
        {
            isCostly |= d - (search.Objective.HasExactCurvature ? model.FixedCount : 0) > Tolerances.ManyParameters;
            for (var j = 0; j < d; j++) spread[j] *= isCostly ? Tolerances.ForwardStep : Tolerances.CentralStep;
            return search.Objective.Hessian(psi, gradient, guess, moves, Separate(model), spread, isCostly);
        }

        var hessian = OptimumHessian.Of(search.Evaluate, psi, gradient, spread, isCostly || d > Tolerances.ManyParameters);
        model.Restraints.Exclude(hessian);
        return hessian;
    }

    /// <summary>
    /// The columns of parameters that the likelihood factors in, so that the guess at the curvature is their Hessian: whether a count of a
    /// hurdle model is zero is a logistic regression by itself.
    /// </summary>
    private static (int First, int Count) Separate(MixedModel model)
    {
        const int z = LinearPredictor.ZeroInflation;
        return model.IsHurdle && !model.RandomPredictors.Contains(z) ? (model.FixedOffset[z], model.Basis[z]!.Columns) : default;
    }

    /// <summary>What counts as one for each parameter.</summary>
    private static double[] Units(MixedModel model)
    {
        var units = new double[model.ParameterCount];
        foreach (var k in model.ActivePredictors) units.AsSpan(model.FixedOffset[k], model.Basis[k]!.Columns).Fill(model.Unit[k]);
        foreach (var term in model.Terms)
            units.AsSpan(model.FixedCount + term.ThetaOffset, term.ThetaCount).Fill(model.Unit[term.Predictor]);
        return units;
    }

    private static double Dot(double[] a, double[] b)
    {
        var sum = 0.0;
        for (var j = 0; j < a.Length; j++) sum += a[j] * b[j];
        return sum;
    }
}
