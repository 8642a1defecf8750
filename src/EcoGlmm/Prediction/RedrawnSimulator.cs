using System.Collections.Concurrent;
using EcoGlmm.Estimation;
using EcoGlmm.Families;
using EcoGlmm.Numerics;
using EcoGlmm.RandomEffects;

namespace EcoGlmm.Prediction;

/// <summary>
/// Simulated responses with random effects drawn anew, so that each row has another distribution in each simulation: rows are drawn
/// several at a time, counts by inversion. A simulation depends on the seed and its number alone.
/// </summary>
internal sealed class RedrawnSimulator
{
    private const int BlockRows = 256;

    private readonly GlmmFit _fit;
    private readonly RandomStream _stream;
    private readonly LevelSampler?[] _samplers;
    private readonly double[]?[] _fixed;
    private readonly double[] _modes;
    private readonly RowDistributions? _constant;
    private readonly double[]? _spread;
    private readonly ConcurrentBag<Workspace> _idle = [];

    /// <param name="fit">The fit.</param>
    /// <param name="seed">Seed.</param>
    /// <param name="isRedrawn">For each term whether its effects are drawn; the others stay at their modes.</param>
    public RedrawnSimulator(GlmmFit fit, long seed, bool[] isRedrawn)
    {
        var (model, lambda) = (fit.Estimate.Model, fit.Estimate.System.Lambda);
        _fit = fit;
        _stream = new RandomStream(seed);
        _fixed = fit.FixedPredictors();
        _samplers = [.. isRedrawn.Select((redrawn, t) => redrawn ? new LevelSampler(lambda, t, model.Terms[t]) : null)];
        _modes = (double[])fit.Estimate.Modes.Clone();
        // Curves are in the predictors already.
        foreach (var curve in model.Terms.Where(t => t.IsCurve))
            _modes.AsSpan(curve.LatentOffset, curve.LatentCount).Clear();
        // What has no random effects is the same in all simulations.
        if (model.RandomPredictors.All(k => k == LinearPredictor.Conditional))
            _constant = new RowDistributions(fit.Family, _fixed, fit.ObservationCount);
        if (_constant is not null && fit.Family.IsNormal)
        {
            _spread = new double[fit.ObservationCount];
            for (var i = 0; i < _spread.Length; i++) _spread[i] = Spread(_constant.Dispersion, fit.Response.Size, i);
        }
    }

    /// <summary>All rows of one simulation.</summary>
    public void Draw(int simulation, Span<double> destination)
    {
        var random = _stream.Split(simulation);
        if (!_idle.TryTake(out var work))
            work = new Workspace(_fit, _fixed);
        SetPredictors(work, random);
        var rows = _constant ?? new RowDistributions(_fit.Family, work.Predictors, destination.Length);
        var eta = work.Predictors[LinearPredictor.Conditional]!;
        for (var from = 0; from < destination.Length; from += BlockRows)
        {
            var count = Math.Min(BlockRows, destination.Length - from);
            var mean = work.Means.AsSpan(0, count);
            _fit.Family.LocationLink.Means(eta.AsSpan(from, count), mean);
            DrawRows(random, from, mean, rows, work, destination.Slice(from, count));
        }
        _idle.Add(work);
    }

    private static double Spread(ReadOnlySpan<double> dispersion, ReadOnlySpan<double> size, int i)
    {
        var sd = dispersion.Length == 0 ? 1 : dispersion[i];
        return size.Length == 0 ? sd : sd / Math.Sqrt(size[i]);
    }

    private void DrawRows(RandomStream random, int from, ReadOnlySpan<double> mean, RowDistributions rows, Workspace work,
        Span<double> destination)
    {
        var family = _fit.Family;
        var zero = rows.Zero is { } z ? z.AsSpan(from, mean.Length) : [];
        var size = _fit.Response.Size.Length == 0 ? [] : _fit.Response.Size.AsSpan(from, mean.Length);
        ReadOnlySpan<double> dispersion = rows.Dispersion is { } phi ? phi.AsSpan(from, mean.Length) : [];
        if (family.IsNormal && zero.Length == 0)
        {
            random.NextNormals(destination);
            var spread = rows == _constant && _spread is { } all ? all.AsSpan(from, mean.Length) : [];
            for (var i = 0; i < mean.Length; i++)
                destination[i] = mean[i] + ((spread.Length == 0 ? Spread(dispersion, size, i) : spread[i]) * destination[i]);
            return;
        }
        var counts = new CountBlock(mean, dispersion, size, work.Scratch.AsSpan(0, CountBlock.Columns * mean.Length));
        family.Counts(counts);
        counts.Inflate(zero);
        counts.Draw(random, destination);
        var isProportion = _fit.Response.IsProportion;
        for (var i = 0; i < mean.Length; i++)
        {
            if (double.IsNaN(destination[i]))
            {
                destination[i] = zero.Length > 0 && random.NextDouble() < zero[i] ? 0
                    : family.Draw(random, mean[i], dispersion.Length == 0 ? 1 : dispersion[i], size.Length == 0 ? 1 : size[i]);
            }
            if (isProportion)
                destination[i] = _fit.InUserUnits(destination[i], from + i);
        }
    }

    // The predictors with new spherical effects for the terms to redraw and the modes for the others.
    private void SetPredictors(Workspace work, RandomStream random)
    {
        var (model, system) = (_fit.Estimate.Model, _fit.Estimate.System);
        _modes.CopyTo(work.Effects, 0);
        for (var t = 0; t < _samplers.Length; t++)
        {
            if (_samplers[t] is not { } sampler)
                continue;
            var mine = work.Effects.AsSpan(model.Terms[t].LatentOffset, model.Terms[t].LatentCount);
            random.NextNormals(mine);
            foreach (ref var effect in mine)
                effect *= _fit.Estimate.Scale;
            sampler.Transform(mine);
        }
        system.Lambda.Multiply(work.Effects, work.Scaled);
        foreach (var k in model.RandomPredictors)
        {
            _fixed[k]!.CopyTo(work.Predictors[k]!, 0);
            system.AddZb(k, work.Scaled, work.Predictors[k]!);
        }
    }

    /// <summary>What one simulation needs while it is made.</summary>
    private sealed class Workspace(GlmmFit fit, double[]?[] predictors)
    {
        public double[]?[] Predictors { get; } = Array.ConvertAll(predictors, p => (double[]?)p?.Clone());

        public double[] Effects { get; } = new double[fit.Estimate.Modes.Length];

        public double[] Scaled { get; } = new double[fit.Estimate.System.EffectCount];

        public double[] Means { get; } = new double[BlockRows];

        public double[] Scratch { get; } = new double[CountBlock.Columns * BlockRows];
    }
}
