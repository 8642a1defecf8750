using EcoGlmm.Diagnostics;
using EcoGlmm.Estimation;
using EcoGlmm.Hosts;
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
    /// <param name="progress">Told of the share that is done; without it a long calculation shows its progress in the notebook or terminal.</param>
    /// <param name="cancellationToken">Stops the calculation.</param>
    /// <returns>[simulation][row], in the units of the response (successes for cbind(), proportions for proportions).</returns>
    /// <exception cref="OperationCanceledException">The calculation was cancelled.</exception>
    public double[][] Simulate(int count, long seed, SimulationMode mode = SimulationMode.Conditional, IProgress<double>? progress = null,
        CancellationToken cancellationToken = default) =>
        Simulate(count, seed, mode == SimulationMode.Unconditional ? [.. Groups.Select(g => g.Group).Distinct()] : [], progress, cancellationToken);

    /// <summary>Simulates responses for the rows used, with the random effects of some grouping factors drawn anew.</summary>
    /// <param name="count">Number of simulations.</param>
    /// <param name="seed">The same seed gives the same responses on any number of threads.</param>
    /// <param name="redraw">Grouping factors whose effects are drawn anew; all others stay at their conditional modes.</param>
    /// <param name="progress">Told of the share that is done; without it a long calculation shows its progress in the notebook or terminal.</param>
    /// <param name="cancellationToken">Stops the calculation.</param>
    /// <returns>[simulation][row], in the units of the response.</returns>
    /// <exception cref="GlmmException">The model has no such grouping factor.</exception>
    /// <exception cref="OperationCanceledException">The calculation was cancelled.</exception>
    public double[][] Simulate(int count, long seed, IReadOnlyList<string> redraw, IProgress<double>? progress = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(redraw);
        if (count < 1) throw new GlmmException($"The number of simulations must be at least 1, not {count}.");
        if (redraw.Count == 0)
        {
            using var blocks = LiveProgress.Start("Simulating", SimulationSource.BlockCount(ObservationCount), progress, cancellationToken);
            return SimulationSource.FromRows(ConditionalSimulator(seed), count, blocks.Advance, blocks.ThrowIfInterrupted).Matrix();
        }

        var simulator = Simulator(seed, redraw);
        var result = new double[count][];
        using var live = LiveProgress.Start("Simulating", count, progress, cancellationToken);
        live.ForEach(count, _options.Control.MaxThreads, s => simulator(s, result[s] = new double[ObservationCount]));
        return result;
    }

    /// <summary>Counts parts of a calculation that are done; the user may end it.</summary>
    private static Action Watched(LiveProgress live) => () =>
    {
        live.ThrowIfInterrupted();
        live.Advance();
    };

    private double InUserUnits(double y, int row) => _response.IsProportion ? y / SizeOf(row) : y;

    /// <summary>Writes simulations in which the random effects of the grouping factors given are drawn anew.</summary>
    private SimulationWriter Simulator(long seed, IEnumerable<string> redraw)
    {
        var isRedrawn = Redrawn(redraw);
        if (!isRedrawn.Contains(true)) return ConditionalSimulator(seed).DrawSimulation;
        var stream = new RandomStream(seed);
        var fixedPredictors = FixedPredictors();
        LevelSampler?[] samplers = [.. isRedrawn.Select((redrawn, t) => redrawn ? new LevelSampler(_estimate.System.Lambda, t, _estimate.Model.Terms[t]) : null)];
        return (simulation, destination) =>
        {
            var random = stream.Split(simulation);
            var predictors = WithNewEffects(fixedPredictors, samplers, random);
            Draw(new RowDistributions(Family, predictors, destination.Length), random, destination);
        };
    }

    /// <summary>Simulations in which all random effects stay at their conditional modes.</summary>
    private RowSimulator ConditionalSimulator(long seed) =>
        new(Family, new RowDistributions(Family, _estimate.Predictors, ObservationCount), _response.Size, _response.IsProportion, new RandomStream(seed));

    private bool[] Redrawn(IEnumerable<string> redraw)
    {
        var terms = _estimate.Model.Terms;
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
                    : $"Random effects of \"{group}\" cannot be drawn anew: the model's grouping factors are {string.Join(", ", terms.Select(t => t.Group).Distinct())}.");
            }
        }

        return isRedrawn;
    }

    private void Draw(RowDistributions rows, RandomStream random, Span<double> destination)
    {
        for (var i = 0; i < destination.Length; i++)
        {
            destination[i] = rows.Zero is { } zero && random.NextDouble() < zero[i]
                ? 0
                : InUserUnits(Family.Draw(random, rows.Mean[i], rows.Dispersion is { } phi ? phi[i] : 1, SizeOf(i)), i);
        }
    }

    internal double[]?[] FixedPredictors()
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

    /// <summary>The predictors with new spherical effects for the terms to redraw and the modes for the others.</summary>
    private double[]?[] WithNewEffects(double[]?[] fixedPredictors, LevelSampler?[] samplers, RandomStream random)
    {
        var system = _estimate.System;
        var u = (double[])_estimate.Modes.Clone();
        for (var t = 0; t < samplers.Length; t++)
        {
            if (samplers[t] is not { } sampler) continue;
            var term = _estimate.Model.Terms[t];
            var mine = u.AsSpan(term.LatentOffset, term.LatentCount);
            foreach (ref var effect in mine) effect = _estimate.Scale * random.NextNormal();
            sampler.Transform(mine);
        }

        var b = new double[system.EffectCount];
        system.Lambda.Multiply(u, b);
        var predictors = Array.ConvertAll(fixedPredictors, p => (double[]?)p?.Clone());
        foreach (var k in _estimate.Model.RandomPredictors) system.AddZb(k, b, predictors[k]!);
        return predictors;
    }
}
