using EcoGlmm.Data;
using EcoGlmm.Diagnostics;
using EcoGlmm.Estimation;
using EcoGlmm.Formulas;
using EcoGlmm.Model;
using EcoGlmm.Prediction;

namespace EcoGlmm;

public static partial class DiagnosticsExtensions
{
    /// <summary>
    /// Simulated (quantile) residuals by DHARMa's definition: for each row the share of simulated responses below the observed
    /// one. As the last expression of a cell they show the diagnostics panel.
    /// </summary>
    /// <remarks>
    /// As in DHARMa, they are set against predictions with all random effects at zero: against predictions that hold the random
    /// effects, shrinkage alone makes a pattern, in a correct model too.
    /// </remarks>
    /// <param name="fit">The fit.</param>
    /// <param name="count">Number of simulations.</param>
    /// <param name="seed">Seed of the simulations and of the randomisation of ties.</param>
    /// <param name="mode">What the simulations do with random effects.</param>
    /// <param name="progress">Told of the share that is done; without it a long calculation shows its progress in the notebook or
    /// terminal.</param>
    /// <param name="cancellationToken">Stops the calculation.</param>
    /// <exception cref="OperationCanceledException">The calculation was cancelled.</exception>
    public static SimulatedResiduals SimulatedResiduals(this GlmmFit fit, int count = 250,
        long seed = EcoGlmm.SimulatedResiduals.DefaultSeed,
        SimulationMode mode = SimulationMode.Conditional, IProgress<double>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(fit);
        return fit.SimulatedResiduals(new ResidualOptions { Count = count, Seed = seed, Mode = mode }, progress, cancellationToken);
    }

    /// <summary>Simulated residuals with a choice of which random effects are drawn anew, of refits, and of the method.</summary>
    /// <inheritdoc cref="SimulatedResiduals(GlmmFit, int, long, SimulationMode, IProgress{double}, CancellationToken)"/>
    /// <param name="fit">The fit.</param>
    /// <param name="options">Number, seed, random effects to draw anew, refits, method.</param>
    /// <param name="progress">Told of the share that is done; without it a long calculation shows its progress in the notebook or
    /// terminal.</param>
    /// <param name="cancellationToken">Stops the calculation.</param>
    /// <exception cref="GlmmException">A factor to redraw is not in the model, or fewer than two refits succeed.</exception>
    public static SimulatedResiduals SimulatedResiduals(this GlmmFit fit, ResidualOptions options, IProgress<double>? progress = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(fit);
        ArgumentNullException.ThrowIfNull(options);
        var observed = new double[fit.ObservationCount];
        var fitted = TypicalMeans(fit);
        for (var i = 0; i < observed.Length; i++)
        {
            observed[i] = fit.InUserUnits(fit.Response.Y[i], i);
            if (fit.Family.WeightRole == WeightRole.Trials && !fit.Response.IsProportion) fitted[i] *= fit.SizeOf(i);
        }

        var zeros = fit.Specification.ZeroInflation is null ? "" : $", zero inflation {fit.Options.ZeroInflation}";
        var rows = new ResidualRows("Row", row => RowLabel(fit, row), $"{fit.Formula}, {fit.Family}{zeros}");
        if (options is { Rotate: true, Refit: true } or { Rotate: true, Redraw: not null })
        {
            throw new GlmmException("Residuals are rotated by the covariance of all random effects, drawn anew: leave out Refit and "
                + "Redraw, or Rotate.");
        }

        var redraw = options.Redraw ?? (options.Rotate || options.Mode == SimulationMode.Unconditional
            ? [.. fit.Groups.Select(g => g.Group).Distinct()] : []);
        var simulator = fit.Simulator(options.Seed, redraw);
        var count = options.Count;
        RefittedModels? refits = null;
        if (options.Refit)
        {
            (refits, var kept) = RefitAll(fit, count, simulator, progress, cancellationToken);
            var all = simulator;
            simulator = (simulation, destination) => all(kept[simulation], destination);
            count = kept.Length;
        }

        var byRow = redraw.Count == 0 && refits is null;
        using var live = LiveProgress.Start("Simulating residuals", byRow ? SimulationSource.BlockCount(observed.Length) : count,
            options.Refit ? null : progress, cancellationToken);
        var watch = live.Watch();
        var simulations = byRow
            ? SimulationSource.FromRows(fit.ConditionalSimulator(options.Seed), count, live.Advance, live.ThrowIfInterrupted)
            : SimulationSource.FromWriter((simulation, destination) =>
            {
                simulator(simulation, destination);
                watch();
            }, count, observed.Length);
        var residuals = EcoGlmm.SimulatedResiduals.FromSource(observed, fitted, simulations, fit.Family.IsDiscrete, options.Seed, rows,
            method: options.Method, refits: refits, areRowsDependent: redraw.Count > 0, model: new ResidualModel(Predictors(fit),
                [.. fit.Groups.Select(g => g.Group).Distinct()],
                name => ResidualColumn(fit, name), () => PearsonSum(fit), fit.Estimate.Model.HasGroups));
        return options.Rotate ? residuals.Rotate(RowCovariance.Of(fit)) : residuals;
    }

    /// <summary>Variables of the fixed effects of all parts, in the order of the formulas.</summary>
    private static string[] Predictors(GlmmFit fit)
    {
        PartDesign?[] parts = [fit.Specification.Conditional, fit.Specification.ZeroInflation, fit.Specification.Dispersion];
        return [.. parts.Where(p => p is not null).SelectMany(p => p!.FixedVariableNames).Distinct()];
    }

    private static string RowLabel(GlmmFit fit, int row)
    {
        var number = (fit.Specification.Rows[row] + 1).ToString(System.Globalization.CultureInfo.InvariantCulture);
        var levels = fit.Estimate.Model.Terms.Where(t => t.Entries is null && t.GroupLevels.Count > 1
            && t.GroupLevels.Count < fit.ObservationCount)
            .DistinctBy(t => t.Group).Select(t => $"{t.Group} {t.GroupOf(row)}");
        return string.Join(", ", levels.Prepend(number));
    }

    /// <summary>A column of the data, or a grouping factor that is made of several, on the rows used.</summary>
    internal static ResidualPredictor ResidualColumn(GlmmFit fit, string name)
    {
        if (!fit.Data.TryGetColumn(name, out var column) && fit.Estimate.Model.Terms.FirstOrDefault(t => t.Group == name
            && t.Entries is null) is { } term)
            return new ResidualPredictor(name, null, [.. Enumerable.Range(0, term.Codes.Length).Select(term.GroupOf)]);
        var used = (column ?? fit.Data.Column(name)).Take(fit.Specification.Rows);
        return used switch
        {
            NumericColumn numbers => new ResidualPredictor(name, numbers.Values, null),
            DateColumn dates => new ResidualPredictor(name, Array.ConvertAll(dates.Values, d => d is { } day ? DateColumn.Days(day)
                : double.NaN), null),
            _ => new ResidualPredictor(name, null, [.. Enumerable.Range(0, used.Length).Select(used.TextAt)]),
        };
    }

    private static double[] TypicalMeans(GlmmFit fit)
    {
        var predictors = fit.FixedPredictors();
        var means = new double[fit.ObservationCount];
        for (var i = 0; i < means.Length; i++) means[i] = GlmmFit.ResponseMean(fit.Family, predictors, i);
        return means;
    }

    /// <summary>
    /// Sum of squared Pearson residuals by the whole variance, with the dispersion, and the residual degrees of freedom: rows less
    /// all parameters, as lme4 and glmmTMB count them.
    /// </summary>
    private static (double SumOfSquares, int DegreesOfFreedom) PearsonSum(GlmmFit fit)
    {
        var fitted = fit.Fitted();
        var sum = 0.0;
        for (var i = 0; i < fitted.Length; i++)
        {
            var size = fit.SizeOf(i);
            if (fit.Family.WeightRole == WeightRole.Trials && size == 0) continue;
            var y = fit.Family.WeightRole == WeightRole.Trials ? fit.Response.Y[i] / size : fit.Response.Y[i];
            sum += (fit.Response.Multipliers?[i] ?? 1) * (y - fitted[i]) * (y - fitted[i]) / ResponseVariance(fit, i, fitted[i]);
        }

        return (sum, fit.ObservationCount - fit.ParameterCount);
    }

    private static double ResponseVariance(GlmmFit fit, int i, double fitted)
    {
        var mu = fit.Family.LocationLink.At(fit.Estimate.Predictors[LinearPredictor.Conditional]![i]).Mu;
        var phi = fit.Estimate.Predictors[LinearPredictor.Dispersion] is { } delta ? Math.Exp(delta[i]) : 1;
        return fit.Estimate.Predictors[LinearPredictor.ZeroInflation] is null
            ? fit.Family.Variance(mu, phi, fit.SizeOf(i))
            : fit.PearsonVariance(i, mu, phi, fitted);
    }

    /// <summary>Observed − fitted in the units of a whole response (successes, not proportions).</summary>
    private static double[] RawResiduals(GlmmFit fit)
    {
        var fitted = fit.Fitted();
        for (var i = 0; i < fitted.Length; i++)
            fitted[i] = fit.Response.Y[i] - (fit.Family.WeightRole == WeightRole.Trials ? fitted[i] * fit.SizeOf(i) : fitted[i]);
        return fitted;
    }

    /// <summary>Refits to every simulation, in parallel, one thread each; those that fail or do not converge are left out.</summary>
    private static (RefittedModels Refits, int[] Kept) RefitAll(GlmmFit fit, int count, SimulationWriter simulator,
        IProgress<double>? progress,
        CancellationToken cancellation)
    {
        var residuals = new double[count][];
        var pearson = new double[count];
        SimulatedRefits.ForEach(count, simulator, [fit], (s, refits) =>
        {
            residuals[s] = RawResiduals(refits[0]);
            pearson[s] = PearsonSum(refits[0]).SumOfSquares;
        }, progress, cancellation);
        int[] kept = [.. Enumerable.Range(0, count).Where(s => residuals[s] is not null && double.IsFinite(pearson[s]))];
        if (kept.Length < 2)
        {
            throw new GlmmException($"Of {count} refits to simulated responses only {kept.Length} succeeded, too few for residuals. "
                + "Use residuals without Refit, or a simpler model.");
        }

        return (new RefittedModels(RawResiduals(fit), Array.ConvertAll(kept, s => residuals[s]), PearsonSum(fit).SumOfSquares,
            Array.ConvertAll(kept, s => pearson[s]), count - kept.Length), kept);
    }
}
