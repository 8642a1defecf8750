using EcoGlmm.Model;
using EcoGlmm.Numerics;
using EcoGlmm.Prediction;
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

/// <summary>Responses simulated from a fit.</summary>
public static class SimulationExtensions
{
    /// <summary>Simulates responses for the rows used.</summary>
    /// <param name="fit">The fit.</param>
    /// <param name="count">Number of simulations.</param>
    /// <param name="seed">The same seed gives the same responses on any number of threads.</param>
    /// <param name="mode">What is done with random effects.</param>
    /// <param name="progress">Told of the share that is done; without it a long calculation shows its progress in the notebook or
    /// terminal.</param>
    /// <param name="cancellationToken">Stops the calculation.</param>
    /// <returns>[simulation][row], in the units of the response (successes for cbind(), proportions for proportions).</returns>
    /// <exception cref="OperationCanceledException">The calculation was cancelled.</exception>
    public static double[][] Simulate(this GlmmFit fit, int count, long seed, SimulationMode mode = SimulationMode.Conditional,
        IProgress<double>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(fit);
        return fit.Simulate(count, seed, mode == SimulationMode.Unconditional ? [.. fit.Groups.Select(g => g.Group).Distinct()] : [],
            progress, cancellationToken);
    }

    /// <summary>Simulates responses for the rows used, with the random effects of some grouping factors drawn anew.</summary>
    /// <param name="fit">The fit.</param>
    /// <param name="count">Number of simulations.</param>
    /// <param name="seed">The same seed gives the same responses on any number of threads.</param>
    /// <param name="redraw">Grouping factors whose effects are drawn anew; all others stay at their conditional modes.</param>
    /// <param name="progress">Told of the share that is done; without it a long calculation shows its progress in the notebook or
    /// terminal.</param>
    /// <param name="cancellationToken">Stops the calculation.</param>
    /// <returns>[simulation][row], in the units of the response.</returns>
    /// <exception cref="GlmmException">The model has no such grouping factor.</exception>
    /// <exception cref="OperationCanceledException">The calculation was cancelled.</exception>
    public static double[][] Simulate(this GlmmFit fit, int count, long seed, IReadOnlyList<string> redraw, IProgress<double>? progress =
        null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(fit);
        ArgumentNullException.ThrowIfNull(redraw);
        if (count < 1) throw new GlmmException($"The number of simulations must be at least 1, not {count}.");
        if (redraw.Count == 0)
        {
            using var blocks = LiveProgress.Start("Simulating", SimulationSource.BlockCount(fit.ObservationCount), progress,
                cancellationToken);
            return SimulationSource.FromRows(fit.ConditionalSimulator(seed), count, blocks.Advance, blocks.ThrowIfInterrupted).Matrix();
        }

        var simulator = fit.Simulator(seed, redraw);
        var result = new double[count][];
        using var live = LiveProgress.Start("Simulating", count, progress, cancellationToken);
        live.ForEach(count, fit.Options.Control.MaxThreads, s => simulator(s, result[s] = new double[fit.ObservationCount]));
        return result;
    }

    /// <summary>Writes simulations in which the random effects of the grouping factors given are drawn anew.</summary>
    internal static SimulationWriter Simulator(this GlmmFit fit, long seed, IEnumerable<string> redraw)
    {
        var isRedrawn = Redrawn(fit, redraw);
        if (!isRedrawn.Contains(true)) return fit.ConditionalSimulator(seed).DrawSimulation;
        var stream = new RandomStream(seed);
        var fixedPredictors = fit.FixedPredictors();
        LevelSampler?[] samplers = [.. isRedrawn.Select((redrawn, t) => redrawn ? new LevelSampler(fit.Estimate.System.Lambda, t,
            fit.Estimate.Model.Terms[t]) : null)];
        return (simulation, destination) =>
        {
            var random = stream.Split(simulation);
            var predictors = WithNewEffects(fit, fixedPredictors, samplers, random);
            Draw(fit, new RowDistributions(fit.Family, predictors, destination.Length), random, destination);
        };
    }

    /// <summary>Simulations in which all random effects stay at their conditional modes.</summary>
    internal static RowSimulator ConditionalSimulator(this GlmmFit fit, long seed) =>
        new(fit.Family, new RowDistributions(fit.Family, fit.Estimate.Predictors, fit.ObservationCount), fit.Response.Size,
            fit.Response.IsProportion, new RandomStream(seed));

    private static bool[] Redrawn(GlmmFit fit, IEnumerable<string> redraw)
    {
        var terms = fit.Estimate.Model.Terms;
        var isRedrawn = new bool[terms.Count];
        foreach (var group in redraw)
        {
            var found = false;
            for (var t = 0; t < terms.Count; t++)
            {
                if (terms[t].Group != group) continue;
                isRedrawn[t] = found = true;
            }

            if (!found)
            {
                throw new GlmmException(terms.Count == 0
                    ? $"Random effects of \"{group}\" cannot be drawn anew: the model has no random effects."
                    : $"Random effects of \"{group}\" cannot be drawn anew: the model's grouping factors are "
                        + $"{string.Join(", ", terms.Select(t => t.Group).Distinct())}.");
            }
        }

        return isRedrawn;
    }

    private static void Draw(GlmmFit fit, RowDistributions rows, RandomStream random, Span<double> destination)
    {
        for (var i = 0; i < destination.Length; i++)
        {
            destination[i] = rows.Zero is { } zero && random.NextDouble() < zero[i]
                ? 0
                : fit.InUserUnits(fit.Family.Draw(random, rows.Mean[i], rows.Dispersion is { } phi ? phi[i] : 1, fit.SizeOf(i)), i);
        }
    }

    /// <summary>The predictors with new spherical effects for the terms to redraw and the modes for the others.</summary>
    private static double[]?[] WithNewEffects(GlmmFit fit, double[]?[] fixedPredictors, LevelSampler?[] samplers, RandomStream random)
    {
        var system = fit.Estimate.System;
        var u = (double[])fit.Estimate.Modes.Clone();
        // Curves are in the predictors already.
        foreach (var curve in fit.Estimate.Model.Terms.Where(t => t.IsCurve)) u.AsSpan(curve.LatentOffset, curve.LatentCount).Clear();
        for (var t = 0; t < samplers.Length; t++)
        {
            if (samplers[t] is not { } sampler) continue;
            var term = fit.Estimate.Model.Terms[t];
            var mine = u.AsSpan(term.LatentOffset, term.LatentCount);
            foreach (ref var effect in mine) effect = fit.Estimate.Scale * random.NextNormal();
            sampler.Transform(mine);
        }

        var b = new double[system.EffectCount];
        system.Lambda.Multiply(u, b);
        var predictors = Array.ConvertAll(fixedPredictors, p => (double[]?)p?.Clone());
        foreach (var k in fit.Estimate.Model.RandomPredictors) system.AddZb(k, b, predictors[k]!);
        return predictors;
    }
}
