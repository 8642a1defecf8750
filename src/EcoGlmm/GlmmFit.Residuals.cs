using EcoGlmm.Data;
using EcoGlmm.Diagnostics;
using EcoGlmm.Estimation;
using EcoGlmm.Families;
using EcoGlmm.Formulas;
using EcoGlmm.Hosts;
using EcoGlmm.RandomEffects;

namespace EcoGlmm;

public sealed partial class GlmmFit
{
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
    /// <param name="progress">Told of the share that is done; without it a long calculation shows its progress in the notebook or terminal.</param>
    /// <param name="cancellationToken">Stops the calculation.</param>
    /// <exception cref="OperationCanceledException">The calculation was cancelled.</exception>
    public SimulatedResiduals SimulatedResiduals(int count = 250, long seed = EcoGlmm.SimulatedResiduals.DefaultSeed,
        SimulationMode mode = SimulationMode.Conditional, IProgress<double>? progress = null, CancellationToken cancellationToken = default) =>
        SimulatedResiduals(new ResidualOptions { Count = count, Seed = seed, Mode = mode }, progress, cancellationToken);

    /// <summary>Simulated residuals with a choice of which random effects are drawn anew, of refits, and of the method.</summary>
    /// <inheritdoc cref="SimulatedResiduals(int, long, SimulationMode, IProgress{double}, CancellationToken)"/>
    /// <param name="options">Number, seed, random effects to draw anew, refits, method.</param>
    /// <param name="progress">Told of the share that is done; without it a long calculation shows its progress in the notebook or terminal.</param>
    /// <param name="cancellationToken">Stops the calculation.</param>
    /// <exception cref="GlmmException">A factor to redraw is not in the model, or fewer than two refits succeed.</exception>
    public SimulatedResiduals SimulatedResiduals(ResidualOptions options, IProgress<double>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        var observed = new double[ObservationCount];
        var fitted = TypicalMeans();
        for (var i = 0; i < observed.Length; i++)
        {
            observed[i] = InUserUnits(_response.Y[i], i);
            if (Family.WeightRole == WeightRole.Trials && !_response.IsProportion) fitted[i] *= SizeOf(i);
        }

        var zeros = _options.ZeroInflation == "~ 0" ? "" : $", zero inflation {_options.ZeroInflation}";
        var rows = new ResidualRows("Row", RowLabel, $"{Formula}, {Family}{zeros}");
        var redraw = options.Redraw ?? (options.Mode == SimulationMode.Unconditional ? [.. Groups.Select(g => g.Group).Distinct()] : []);
        var simulator = Simulator(options.Seed, redraw);
        var count = options.Count;
        RefittedModels? refits = null;
        if (options.Refit)
        {
            (refits, var kept) = RefitAll(count, simulator, progress, cancellationToken);
            var all = simulator;
            simulator = (simulation, destination) => all(kept[simulation], destination);
            count = kept.Length;
        }

        var byRow = redraw.Count == 0 && refits is null;
        using var live = LiveProgress.Start("Simulating residuals", byRow ? SimulationSource.BlockCount(observed.Length) : count,
            options.Refit ? null : progress, cancellationToken);
        var watch = Watched(live);
        var simulations = byRow
            ? SimulationSource.FromRows(ConditionalSimulator(options.Seed), count, live.Advance, live.ThrowIfInterrupted)
            : SimulationSource.FromWriter((simulation, destination) =>
            {
                simulator(simulation, destination);
                watch();
            }, count, observed.Length);
        return EcoGlmm.SimulatedResiduals.FromSource(observed, fitted, simulations, Family.IsDiscrete, options.Seed, rows,
            method: options.Method, refits: refits, areRowsDependent: redraw.Count > 0, model: new ResidualModel(Predictors(), [.. Groups.Select(g => g.Group).Distinct()],
                ResidualColumn, PearsonSum, _estimate.Model.Terms.Count > 0));
    }

    /// <summary>Variables of the fixed effects of all parts, in the order of the formulas.</summary>
    private string[] Predictors()
    {
        PartDesign?[] parts = [_specification.Conditional, _specification.ZeroInflation, _specification.Dispersion];
        return [.. parts.Where(p => p is not null).SelectMany(p => p!.FixedVariableNames).Distinct()];
    }

    private string RowLabel(int row)
    {
        var number = (_specification.Rows[row] + 1).ToString(System.Globalization.CultureInfo.InvariantCulture);
        var levels = _estimate.Model.Terms.Where(t => t.Levels.Count < ObservationCount)
            .DistinctBy(t => t.Group).Select(t => $"{t.Group} {t.Levels[t.Codes[row]]}");
        return string.Join(", ", levels.Prepend(number));
    }

    /// <summary>A column of the data, or a grouping factor that is made of several, on the rows used.</summary>
    private ResidualPredictor ResidualColumn(string name)
    {
        if (!Data.TryGetColumn(name, out var column) && _estimate.Model.Terms.FirstOrDefault(t => t.Group == name) is { } term)
            return new ResidualPredictor(name, null, Array.ConvertAll(term.Codes, code => (string?)term.Levels[code]));
        var used = (column ?? Data.Column(name)).Take(_specification.Rows);
        return used switch
        {
            NumericColumn numbers => new ResidualPredictor(name, numbers.Values, null),
            DateColumn dates => new ResidualPredictor(name, Array.ConvertAll(dates.Values, d => d is { } day ? DateColumn.Days(day) : double.NaN), null),
            _ => new ResidualPredictor(name, null, [.. Enumerable.Range(0, used.Length).Select(used.TextAt)]),
        };
    }

    private double[] TypicalMeans()
    {
        var predictors = FixedPredictors();
        var means = new double[ObservationCount];
        for (var i = 0; i < means.Length; i++) means[i] = ResponseMean(Family, predictors, i);
        return means;
    }

    /// <summary>
    /// Sum of squared Pearson residuals by the whole variance, with the dispersion, and the residual degrees of freedom: rows less
    /// all parameters, as lme4 and glmmTMB count them.
    /// </summary>
    private (double SumOfSquares, int DegreesOfFreedom) PearsonSum()
    {
        var fitted = Fitted();
        var sum = 0.0;
        for (var i = 0; i < fitted.Length; i++)
        {
            var size = SizeOf(i);
            if (Family.WeightRole == WeightRole.Trials && size == 0) continue;
            var y = Family.WeightRole == WeightRole.Trials ? _response.Y[i] / size : _response.Y[i];
            sum += (_response.Multipliers?[i] ?? 1) * (y - fitted[i]) * (y - fitted[i]) / ResponseVariance(i, fitted[i]);
        }

        return (sum, ObservationCount - ParameterCount);
    }

    private double ResponseVariance(int i, double fitted)
    {
        var mu = Family.LocationLink.At(_estimate.Predictors[LinearPredictor.Conditional]![i]).Mu;
        var phi = _estimate.Predictors[LinearPredictor.Dispersion] is { } delta ? Math.Exp(delta[i]) : 1;
        return _estimate.Predictors[LinearPredictor.ZeroInflation] is null
            ? Family.Variance(mu, phi, SizeOf(i))
            : PearsonVariance(i, mu, phi, fitted);
    }

    /// <summary>Observed − fitted in the units of a whole response (successes, not proportions).</summary>
    private double[] RawResiduals()
    {
        var fitted = Fitted();
        for (var i = 0; i < fitted.Length; i++)
            fitted[i] = _response.Y[i] - (Family.WeightRole == WeightRole.Trials ? fitted[i] * SizeOf(i) : fitted[i]);
        return fitted;
    }

    /// <summary>Refits to every simulation, in parallel, one thread each; those that fail or do not converge are left out.</summary>
    private (RefittedModels Refits, int[] Kept) RefitAll(int count, SimulationWriter simulator, IProgress<double>? progress, CancellationToken cancellation)
    {
        var residuals = new double[count][];
        var pearson = new double[count];
        ForEachRefit(count, simulator, [this], (s, refits) =>
        {
            residuals[s] = refits[0].RawResiduals();
            pearson[s] = refits[0].PearsonSum().SumOfSquares;
        }, progress, cancellation);
        int[] kept = [.. Enumerable.Range(0, count).Where(s => residuals[s] is not null && double.IsFinite(pearson[s]))];
        if (kept.Length < 2)
        {
            throw new GlmmException($"Of {count} refits to simulated responses only {kept.Length} succeeded, too few for residuals. "
                + "Use residuals without Refit, or a simpler model.");
        }

        return (new RefittedModels(RawResiduals(), Array.ConvertAll(kept, s => residuals[s]), PearsonSum().SumOfSquares,
            Array.ConvertAll(kept, s => pearson[s]), count - kept.Length), kept);
    }

    /// <summary>
    /// Fits each of the models to each simulation and hands the fits on, in parallel; a simulation for which one fails is skipped.
    /// Every fit has one thread, so that results do not depend on how many there are.
    /// </summary>
    internal static void ForEachRefit(int count, SimulationWriter simulator, GlmmFit[] models, Action<int, GlmmFit[]> visit,
        IProgress<double>? progress = null, CancellationToken cancellation = default)
    {
        using var live = LiveProgress.Start("Refitting to simulations", count, progress, cancellation);
        live.ForEach(count, models[0]._options.Control.MaxThreads, s =>
        {
            var response = new double[models[0].ObservationCount];
            simulator(s, response);
            try
            {
                var fits = Array.ConvertAll(models, m => m.RefitOnOneThread(response, live.Cancellation));
                if (fits.All(f => f.Convergence.IsConverged)) visit(s, fits);
            }
            catch (GlmmException)
            {
                // A simulated response may be one that the model cannot be fitted to, such as zeros alone: counted as failed.
            }
        });
    }

    private GlmmFit RefitOnOneThread(double[] response, CancellationToken cancellation) => ModelFitter.Fit(_specification,
        _response.With(response, _specification, Family), Data, Family,
        _options with { Control = _options.Control with { MaxThreads = 1 } }, null, cancellation);

    internal SimulationWriter SimulatorOf(long seed, SimulationMode mode) =>
        Simulator(seed, mode == SimulationMode.Unconditional ? Groups.Select(g => g.Group) : []);
}
