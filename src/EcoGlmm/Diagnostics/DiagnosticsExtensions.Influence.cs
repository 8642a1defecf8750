using EcoGlmm.Diagnostics;
using EcoGlmm.Estimation;
using EcoGlmm.Model;
using MathNet.Numerics.LinearAlgebra;

namespace EcoGlmm;

public static partial class DiagnosticsExtensions
{
    /// <summary>
    /// What leaving out each level of a grouping factor, with all of its rows, would do to the fixed effects of the conditional
    /// part.
    /// </summary>
    /// <param name="fit">The fit.</param>
    /// <param name="group">The grouping factor, or another column of the data, such as one that numbers the rows.</param>
    /// <param name="exact">
    /// Whether to fit the model again without each level. Else one Newton step from the estimates, with variances held: quick, and
    /// near the exact answer unless a level is very influential (it then tends to understate).
    /// </param>
    /// <param name="progress">Told of the share that is done; without it a long calculation shows its progress in the notebook or
    /// terminal.</param>
    /// <param name="cancellationToken">Stops the calculation.</param>
    /// <exception cref="GlmmException">There is no such factor, a row has no level of it, or the model has no fixed effects.</exception>
    /// <exception cref="OperationCanceledException">The calculation was cancelled.</exception>
    public static GroupInfluences Influence(this GlmmFit fit, string group, bool exact = false, IProgress<double>? progress = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(fit);
        ArgumentNullException.ThrowIfNull(group);
        var column = ResidualColumn(fit, group);
        var levels = Grouping.From(column.Texts ?? Grouping.AsText(column.Numbers!), fit.ObservationCount);
        if (levels.Levels.Length < 2)
        {
            throw new GlmmException($"\"{group}\" has one level, with all rows, without which nothing is left to fit. Ask for the "
                + "influence of another column, such as one that numbers the rows, or for CooksDistance().");
        }

        string[] names = [.. fit.FixedEffects.Where(c => !double.IsNaN(c.Estimate)).Select(c => c.Name)];
        if (names.Length == 0)
        {
            throw new GlmmException($"Influence of {group} is what leaving out a level does to the fixed effects, but this model has none "
                + "that it estimates. Give it at least an intercept.");
        }

        var covariance = Matrix<double>.Build.DenseOfArray(fit.Covariance);
        var precision = covariance.Inverse();
        var influences = new GroupInfluence[levels.Levels.Length];
        using var step = new ThreadLocal<JointNewtonStep>(() => new JointNewtonStep(fit.Estimate));
        using var live = LiveProgress.Start($"Leaving out each {group}", influences.Length, progress, cancellationToken);
        live.ForEach(influences.Length, Math.Min(fit.Options.Control.MaxThreads, levels.Levels.Length), g =>
        {
            var change = exact ? ExactChange(fit, levels.Rows[g], names) : step.Value!.Change(levels.Rows[g]);
            var vector = Vector<double>.Build.DenseOfArray(change ?? NaNs(names.Length));
            influences[g] = new GroupInfluence(levels.Levels[g], levels.Rows[g].Length,
                vector.DotProduct(precision * vector) / names.Length,
                [.. vector.Select((v, j) => v / Math.Sqrt(covariance[j, j]))]);
        });
        return new GroupInfluences(group, names, influences, exact);
    }

    /// <summary>The change in the coefficients when the model is fitted without some of its rows; null when that fit fails.</summary>
    private static double[]? ExactChange(GlmmFit fit, int[] rows, string[] names)
    {
        var left = rows.ToHashSet();
        int[] kept = [.. Enumerable.Range(0, fit.ObservationCount).Where(i => !left.Contains(i)).Select(i => fit.Specification.Rows[i])];
        try
        {
            var without = ModelFitter.Fit(fit.Formula, fit.Data.Take(kept), fit.Family,
                fit.Options with { Control = fit.Options.Control with { MaxThreads = 1 } }, null, LiveProgress.Interruption, fit);
            if (!without.Convergence.IsConverged) return null;
            var estimates = without.FixedEffects.ToDictionary(c => c.Name, c => c.Estimate);
            return Array.ConvertAll(names, name => estimates.TryGetValue(name, out var b) ? b - fit.FixedEffects[name].Estimate
                : double.NaN);
        }
        catch (GlmmException)
        {
            // Without these rows the model cannot be fitted, for want of a factor level for example: no change can be told.
            return null;
        }
    }

    private static double[] NaNs(int length)
    {
        var values = new double[length];
        Array.Fill(values, double.NaN);
        return values;
    }
}
