using EcoGlmm.Families;
using EcoGlmm.Numerics;
using EcoGlmm.RandomEffects;

namespace EcoGlmm.Estimation;

/// <summary>
/// Maximum simulated likelihood from a Laplace estimate. Where levels hang together in small sets: draws around the conditional modes of
/// the last ψ, a maximum with these draws, new draws there, until ψ stays. Where they do not: steps by the score of draws of the
/// effects given the response (<see cref="PosteriorSearch"/>).
/// </summary>
internal static class RefinedEstimator
{
    /// <summary>Rounds of new draws: each moves ψ by a small part of the one before, so that more would follow the draws' noise.</summary>
    private const int MostRounds = 8;

    /// <summary>Iterations of a round, which starts near its maximum.</summary>
    private const int MostIterations = 60;

    /// <summary>Relative gain at which a round ends: far below the noise of the draws.</summary>
    private const double RoundTolerance = 1e-8;

    /// <summary>Standard errors that a step moves a parameter by at most: draws around one ψ know little of one that is far.</summary>
    private const double LongestStep = 4;

    /// <summary>ψ stays when a round moves nothing by more than this share of a standard error.</summary>
    private const double Moved = 0.02;

    /// <summary>A step of the differences for the Hessian, in standard errors.</summary>
    private const double Step = 0.05;

    /// <param name="Estimate">The estimate at the maximum.</param>
    /// <param name="LogLikelihoodBefore">Simulated log-likelihood at the first estimate.</param>
    /// <param name="MonteCarloError">Standard error of that by the draws.</param>
    /// <param name="LeastEffective">The least effective number of draws of an independent set there.</param>
    public sealed record Result(Estimate Estimate, double LogLikelihoodBefore, double MonteCarloError, double LeastEffective);

    /// <summary>Whether simulated likelihood is of use: there are random effects, and the Laplace approximation is not exact.</summary>
    public static bool Applies(Estimate estimate) => estimate.Model.Terms.Count > 0 && !estimate.IsProfiled && !estimate.IsRestricted;

    /// <param name="found">The estimate to start from.</param>
    /// <param name="model">Its model, for the Laplace approximation.</param>
    /// <param name="pairs">Antithetic pairs of draws.</param>
    /// <param name="seed">Seed of the draws.</param>
    /// <param name="wantsCovariance">Whether the estimate's covariance is to be had anew.</param>
    /// <param name="cancellation">Stops between two draws.</param>
    /// <exception cref="GlmmException">The model holds variances or correlations at values.</exception>
    public static Result Fit(Estimate found, MixedModel model, int pairs, long seed, bool wantsCovariance,
        CancellationToken cancellation)
    {
        var restraints = model.Restraints;
        if (restraints.HeldCount > 0)
        {
            throw new GlmmException("A model that holds standard deviations or correlations at values cannot be refined by simulation. "
                + "Use QuadraturePoints, or estimate them.");
        }

        if (ConnectedLevels.Obstacle(model.Terms) is { } title)
        {
            throw new GlmmException("The likelihood is simulated where the levels of a grouping factor are independent, which those of "
                + $"{title} are not. Compare the fit with one by the parametric bootstrap.");
        }

        var d = model.ParameterCount;
        var spread = Enumerable.Range(0, d).Select(j => found.Covariance[(j * d) + j] is > 0 and var v && double.IsFinite(v) ? Math.Sqrt(v)
            : 0.1).ToArray();
        var psi = (double[])found.Psi.Clone();
        var objective = new LaplaceObjective(model, 1, cancellation);
        objective.StartFrom(found.Modes);
        if (!SimulatedLikelihood.Suits(model))
        {
            var search = new PosteriorSearch(model, objective, StartingInverse(found.Covariance, spread, d), spread, pairs, seed,
                cancellation);
            if (!search.Run(psi, wantsCovariance)) throw Failed();
            Require(objective.Evaluate(psi, new double[d]));
            var estimate = Describe(objective, model, found, psi, search.Found, search.Covariance ?? found.Covariance);
            return new Result(estimate, search.Before.Value, search.Before.Error, search.Before.Effective);
        }

        var gradient = new double[d];
        Require(objective.Evaluate(psi, gradient));
        var simulated = new SimulatedLikelihood(model, objective, pairs, seed, cancellation);
        var before = Corrected(simulated, psi);
        var (error, effective) = (Math.Sqrt(simulated.Variance), simulated.LeastEffective);
        for (var round = 0; round < MostRounds; round++)
        {
            var from = (double[])psi.Clone();
            var inverse = StartingInverse(found.Covariance, spread, d);
            var optimiser = new QuasiNewton((x, g) => restraints.Evaluate(simulated.Evaluate, x, g), RoundTolerance, MostIterations)
            {
                // What is farther the next round reaches, with draws there.
                LongestStep = (_, p) => LongestStep / Math.Max(double.Epsilon, p.Zip(spread, (step, s) => Math.Abs(step) / s).Max()),
            };
            optimiser.Minimise(psi, inverse);
            if (psi.Any(v => !double.IsFinite(v))) throw Failed();
            var moved = psi.Zip(from, (a, b) => Math.Abs(a - b)).Zip(spread, (m, s) => m / s).Max();
            Require(objective.Evaluate(psi, gradient));
            simulated = new SimulatedLikelihood(model, objective, pairs, seed, cancellation);
            if (moved < Moved) break;
        }

        var covariance = wantsCovariance
            ? Covariance((x, g) => restraints.Evaluate(simulated.Evaluate, x, g), psi, spread, Step) ?? found.Covariance
            : found.Covariance;
        var there = Corrected(simulated, psi);
        return new Result(Describe(objective, model, found, psi, there, covariance), before, error, effective);
    }

    /// <summary>The log-likelihood without the bias that the logarithm of each set's mean has.</summary>
    private static double Corrected(SimulatedLikelihood simulated, double[] psi) => -simulated.Evaluate(psi, [])
        + (0.5 * simulated.Variance);

    private static void Require(double value)
    {
        if (!double.IsFinite(value)) throw Failed();
    }

    private static GlmmException Failed() => new("The simulated likelihood has no maximum that could be reached from the estimate. Try "
        + "adaptive quadrature (QuadraturePoints = 25), or a simpler model.");

    private static double[] StartingInverse(double[] covariance, double[] spread, int d)
    {
        var inverse = (double[])covariance.Clone();
        for (var i = 0; i < d; i++)
        {
            for (var j = 0; j < d; j++)
            {
                if (double.IsNaN(inverse[(i * d) + j]) || !(covariance[(i * d) + i] > 0))
                    inverse[(i * d) + j] = inverse[(j * d) + i] = i == j ? spread[i] * spread[i] : 0;
            }
        }

        var factor = (double[])inverse.Clone();
        if (DenseCholesky.TryFactor(factor, d)) return inverse;
        Array.Clear(inverse);
        for (var j = 0; j < d; j++) inverse[(j * d) + j] = spread[j] * spread[j];
        return inverse;
    }

    /// <summary>The inverse of the Hessian by differences of the gradient; null where it is not positive definite.</summary>
    /// <param name="function">A function with its gradient.</param>
    /// <param name="psi">Its minimum.</param>
    /// <param name="spread">Standard errors, about.</param>
    /// <param name="step">A step, in these.</param>
    public static double[]? Covariance(DifferentiableFunction function, double[] psi, double[] spread, double step)
    {
        var d = psi.Length;
        var hessian = new double[d * d];
        var (up, down) = (new double[d], new double[d]);
        for (var j = 0; j < d; j++)
        {
            var at = (double[])psi.Clone();
            at[j] = psi[j] + (step * spread[j]);
            if (!double.IsFinite(function(at, up))) return null;
            at[j] = psi[j] - (step * spread[j]);
            if (!double.IsFinite(function(at, down))) return null;
            for (var i = 0; i < d; i++) hessian[(j * d) + i] = (up[i] - down[i]) / (2 * step * spread[j]);
        }

        for (var i = 0; i < d; i++)
        {
            for (var j = 0; j < i; j++) hessian[(i * d) + j] = hessian[(j * d) + i] = 0.5 * (hessian[(i * d) + j] + hessian[(j * d) + i]);
        }

        var inverse = HessianInverse.Of(hessian, d);
        return inverse.IsPositiveDefinite && inverse.UnusableParameters.Length == 0 ? inverse.Values : null;
    }

    private static Estimate Describe(LaplaceObjective objective, MixedModel model, Estimate found, double[] psi, double logLikelihood,
        double[] covariance)
    {
        objective.System.Release();
        objective.Observations.Evaluate(objective.Predictors, DerivativeLevel.Full);
        var weights = Array.ConvertAll(objective.Observations.Second, second => second is null ? null : Array.ConvertAll(second, v => -v));
        var scores = new double[objective.System.EffectCount];
        foreach (var k in model.RandomPredictors) objective.System.AddZtx(k, objective.Observations.First[k]!, scores);
        return new Estimate
        {
            Model = model,
            Psi = psi,
            LogLikelihood = logLikelihood,
            LogPrior = model.Restraints.LogPriorAt(psi),
            Covariance = covariance,
            Scale = 1,
            Modes = (double[])objective.Modes.Clone(),
            Predictors = Array.ConvertAll(objective.Predictors, p => (double[]?)p?.Clone()),
            System = objective.System,
            Weights = weights,
            Scores = scores,
            IsProfiled = false,
            IsSimulated = true,
            ParameterCount = found.ParameterCount,
            Gradients = objective.GradientCount,
            FamilyPasses = objective.Observations.EvaluationCount,
            SeriesTerms = objective.SeriesTerms,
            IsDispersionAtLimit = found.IsDispersionAtLimit,
            Convergence = found.Convergence,
        };
    }
}
