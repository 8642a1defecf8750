using EcoGlmm.Diagnostics;
using EcoGlmm.Display;
using EcoGlmm.Estimation;
using EcoGlmm.Numerics;
using EcoGlmm.RandomEffects;

namespace EcoGlmm;

/// <summary>What a simulation does with random effects.</summary>
public enum SimulationMode
{
    /// <summary>They stay at their conditional modes: the same individuals, observed again.</summary>
    Conditional,

    /// <summary>They are drawn anew: other individuals of the same population.</summary>
    Unconditional,
}

public sealed partial class GlmmFit
{
    /// <summary>Simulates responses for the rows used.</summary>
    /// <param name="count">Number of simulations.</param>
    /// <param name="seed">The same seed gives the same responses on any number of threads.</param>
    /// <param name="mode">What is done with random effects.</param>
    /// <returns>[simulation][row], in the units of the response (successes for cbind(), proportions for proportions).</returns>
    public double[][] Simulate(int count, long seed, SimulationMode mode = SimulationMode.Conditional)
    {
        if (count < 1) throw new GlmmException($"The number of simulations must be at least 1, not {count}.");
        var result = new double[count][];
        using var live = LiveProgress.Start("Simulating", count);
        var simulator = Simulator(seed, mode);
        Parallel.For(0, count, new ParallelOptions { MaxDegreeOfParallelism = _options.Control.MaxThreads, CancellationToken = live.Cancellation },
            s =>
            {
                simulator(s, result[s] = new double[ObservationCount]);
                live.Advance();
            });
        return result;
    }

    /// <summary>
    /// Simulated (quantile) residuals by DHARMa's definition: for each row the share of simulated responses below the observed
    /// one. As the last expression of a cell they show the diagnostics panel.
    /// </summary>
    /// <remarks>
    /// As in DHARMa, they are set against predictions with all random effects at zero: against predictions that hold the random
    /// effects, shrinkage alone makes a pattern, in a correct model too.
    /// </remarks>
    /// <param name="count">Number of simulations.</param>
    /// <param name="seed">Seed of the simulations and of the randomisation of ties.</param>
    /// <param name="mode">What the simulations do with random effects.</param>
    public SimulatedResiduals SimulatedResiduals(int count = 250, long seed = EcoGlmm.SimulatedResiduals.DefaultSeed,
        SimulationMode mode = SimulationMode.Conditional)
    {
        var observed = new double[ObservationCount];
        var fitted = TypicalMeans();
        for (var i = 0; i < observed.Length; i++)
        {
            observed[i] = InUserUnits(_response.Y[i], i);
            if (Family.WeightRole == WeightRole.Trials && !_response.IsProportion) fitted[i] *= SizeOf(i);
        }

        var zeros = _options.ZeroInflation == "~ 0" ? "" : $", zero inflation {_options.ZeroInflation}";
        var rows = new ResidualRows("Row", RowLabel, $"{Formula}, {Family}{zeros}");
        var simulator = Simulator(seed, mode);
        using var live = LiveProgress.Start("Simulating residuals", count);
        return EcoGlmm.SimulatedResiduals.FromSimulator(observed, fitted, count, (simulation, destination) =>
        {
            live.ThrowIfInterrupted();
            simulator(simulation, destination);
            live.Advance();
        }, Family.IsDiscrete, seed, rows);
    }

    private string RowLabel(int row)
    {
        var number = (_specification.Rows[row] + 1).ToString(System.Globalization.CultureInfo.InvariantCulture);
        var levels = _estimate.Model.Terms.Where(t => t.Levels.Count < ObservationCount)
            .DistinctBy(t => t.Group).Select(t => $"{t.Group} {t.Levels[t.Codes[row]]}");
        return string.Join(", ", levels.Prepend(number));
    }

    private double InUserUnits(double y, int row) => _response.IsProportion ? y / SizeOf(row) : y;

    private SimulationWriter Simulator(long seed, SimulationMode mode)
    {
        var stream = new RandomStream(seed);
        var fixedPredictors = mode == SimulationMode.Unconditional ? FixedPredictors() : [];
        return (simulation, destination) =>
        {
            var random = stream.Split(simulation);
            var predictors = mode == SimulationMode.Conditional ? _estimate.Predictors : WithNewEffects(fixedPredictors, random);
            for (var i = 0; i < destination.Length; i++) destination[i] = InUserUnits(Draw(predictors, i, random), i);
        };
    }

    private double[]?[] FixedPredictors()
    {
        var model = _estimate.Model;
        var predictors = new double[]?[model.PredictorCount];
        foreach (var k in model.ActivePredictors)
        {
            predictors[k] = new double[model.ObservationCount];
            model.FixedPredictor(k, _estimate.Psi, predictors[k]!);
        }

        return predictors;
    }

    private double[] TypicalMeans()
    {
        var predictors = FixedPredictors();
        var means = new double[ObservationCount];
        for (var i = 0; i < means.Length; i++) means[i] = ResponseMean(Family, predictors, i);
        return means;
    }

    private double[]?[] WithNewEffects(double[]?[] fixedPredictors, RandomStream random)
    {
        var system = _estimate.System;
        var u = new double[system.EffectCount];
        for (var j = 0; j < u.Length; j++) u[j] = _estimate.Scale * random.NextNormal();
        var b = new double[u.Length];
        system.Lambda.Multiply(u, b);
        var predictors = Array.ConvertAll(fixedPredictors, p => (double[]?)p?.Clone());
        foreach (var k in _estimate.Model.RandomPredictors) system.AddZb(k, b, predictors[k]!);
        return predictors;
    }

    private double Draw(double[]?[] predictors, int i, RandomStream random)
    {
        if (predictors[LinearPredictor.ZeroInflation] is { } zeta && random.NextDouble() < 1 / (1 + Math.Exp(-zeta[i]))) return 0;
        var mu = Family.LocationLink.At(predictors[LinearPredictor.Conditional]![i]).Mu;
        var phi = predictors[LinearPredictor.Dispersion] is { } delta ? Math.Exp(delta[i]) : 1;
        return Family.Draw(random, mu, phi, SizeOf(i));
    }
}
