using EcoGlmm.Families;

namespace EcoGlmm.Estimation;

/// <summary>Turns the end of a search over ψ into the estimate that a fit is made of.</summary>
internal static class LaplaceDescription
{
    /// <summary>The estimate at a maximum, at which the objective was evaluated last.</summary>
    public static Estimate Of(LaplaceSearch search, Optimum optimum, OptimumAssessment assessment, double monteCarloError)
    {
        var restraints = search.Model.Restraints;
        var logPrior = restraints.LogPriorAt(restraints.ToPsi(optimum.Parameters));
        restraints.ToPsi(assessment.Covariance, optimum.Parameters);
        return At(search.Objective, search.Model, restraints.ToPsi(optimum.Parameters), assessment.Covariance, -optimum.Value
            - logPrior, logPrior,
            ParameterCount(search.Model), assessment.IsDispersionAtLimit, ConvergenceOf(search, assessment),
            monteCarloError: monteCarloError);
    }

    /// <summary>The estimate at the end of a search for the height of the likelihood alone, without a Hessian.</summary>
    public static Estimate OfLikelihood(LaplaceSearch search, SearchPoint found)
    {
        var value = search.EvaluateAgain(found.Parameters, []);
        var restraints = search.Model.Restraints;
        var psi = restraints.ToPsi(found.Parameters);
        var logPrior = restraints.LogPriorAt(psi);
        var assessment = OptimumAssessment.OfSearch(psi.Length, found.Status);
        return At(search.Objective, search.Model, psi, assessment.Covariance, -value - logPrior, logPrior, ParameterCount(search.Model),
            false, ConvergenceOf(search, assessment)) with { IsLikelihoodAlone = true };
    }

    /// <summary>The estimate where there is no maximum, at the point where that was seen.</summary>
    public static Estimate WithoutMaximum(LaplaceSearch search, SearchPoint found, ConvergenceProblem problem)
    {
        var restraints = search.Model.Restraints;
        var psi = restraints.ToPsi(found.Parameters);
        search.Evaluate(found.Parameters, []);
        var assessment = OptimumAssessment.Failed(psi.Length, problem);
        return At(search.Objective, search.Model, psi, assessment.Covariance, double.NaN, restraints.LogPriorAt(psi),
            ParameterCount(search.Model),
            false, ConvergenceOf(search, assessment));
    }

    /// <summary>The estimate at the ψ that the objective was evaluated at last.</summary>
    public static Estimate At(LaplaceObjective objective, MixedModel model, double[] psi, double[] covariance, double logLikelihood,
        double logPrior,
        int parameterCount, bool isDispersionAtLimit, Convergence convergence, bool isRestricted = false, double monteCarloError = 0)
    {
        if (objective.System.MakeUsable()) objective.StartFrom(new double[objective.Modes.Length]);
        objective.Observations.Evaluate(objective.Predictors, DerivativeLevel.Full);
        var weights = new double[]?[LinearPredictor.PairCount(model.PredictorCount)];
        for (var k = 0; k < weights.Length; k++)
        {
            weights[k] = objective.Observations.Second[k] is { } second ? Array.ConvertAll(second, v => -v) : null;
        }

        var scores = new double[objective.System.EffectCount];
        foreach (var k in model.RandomPredictors) objective.System.AddZtx(k, objective.Observations.First[k]!, scores);
        return new Estimate
        {
            Model = model,
            Psi = psi,
            LogLikelihood = logLikelihood,
            LogPrior = logPrior,
            Covariance = covariance,
            Scale = 1,
            Modes = (double[])objective.Modes.Clone(),
            Predictors = Array.ConvertAll(objective.Predictors, p => (double[]?)p?.Clone()),
            System = objective.System,
            Weights = weights,
            Scores = scores,
            IsProfiled = false,
            IsRestricted = isRestricted,
            MonteCarloError = monteCarloError,
            ParameterCount = parameterCount,
            Gradients = objective.GradientCount,
            FamilyPasses = objective.Observations.EvaluationCount,
            SeriesTerms = objective.SeriesTerms,
            IsDispersionAtLimit = isDispersionAtLimit,
            Convergence = convergence,
        };
    }

    private static int ParameterCount(MixedModel model) => model.ParameterCount - model.Restraints.HeldCount;

    private static Convergence ConvergenceOf(LaplaceSearch search, OptimumAssessment assessment) =>
        assessment.ToConvergence(search.Iterations, search.Objective.EvaluationCount, search.Objective.System.FactorizationCount);
}
