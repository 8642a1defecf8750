using EcoGlmm.Association;
using EcoGlmm.Model;

namespace EcoGlmm;

public static partial class Glmm
{
    /// <summary>
    /// Tests each marker for an effect on a trait, in a linear mixed model that takes the individuals' relationships into
    /// account.
    /// </summary>
    /// <param name="formula">Trait and covariates: "yield ~ sex". The marker and the relationships are added to it.</param>
    /// <param name="data">A table with a row for each individual; rows and genotypes are matched by name.</param>
    /// <param name="markers">The genotypes.</param>
    /// <param name="options">Relationships, method, output and more; defaults when null.</param>
    /// <returns>One row for each marker, in the order of the genotypes.</returns>
    /// <exception cref="GlmmException">The formula, the data or the genotypes cannot be used; the message says why and what to
    /// try.</exception>
    /// <example>
    /// <code>
    /// using var markers = Genotypes.Open("herd.bed");
    /// var scan = Glmm.Scan("yield ~ sex", data, markers);
    /// scan.ManhattanFigure()
    /// </code>
    /// </example>
    public static AssociationScan Scan(string formula, object data, Genotypes markers, ScanOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(formula);
        ArgumentNullException.ThrowIfNull(data);
        using var live = LiveProgress.Start($"Scanning {formula}");
        return RunScan(formula, data, markers, options, new ScanProgressBar(live), live.Cancellation);
    }

    /// <summary>Scans on another thread, with progress and the possibility to cancel.</summary>
    /// <inheritdoc cref="Scan"/>
    /// <param name="formula">Trait and covariates.</param>
    /// <param name="data">A table with a row for each individual.</param>
    /// <param name="markers">The genotypes.</param>
    /// <param name="options">Defaults when null.</param>
    /// <param name="progress">Told of each block of markers.</param>
    /// <param name="cancellationToken">Stops the scan; what is in the output so far stays there.</param>
    /// <exception cref="OperationCanceledException">The scan was cancelled.</exception>
    public static Task<AssociationScan> ScanAsync(string formula, object data, Genotypes markers, ScanOptions? options = null,
        IProgress<ScanProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(formula);
        ArgumentNullException.ThrowIfNull(data);
        return Task.Run(() => RunScan(formula, data, markers, options, progress, cancellationToken), cancellationToken);
    }

    private static AssociationScan RunScan(string formula, object data, Genotypes markers, ScanOptions? options,
        IProgress<ScanProgress>? progress, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(formula);
        ArgumentNullException.ThrowIfNull(data);
        ArgumentNullException.ThrowIfNull(markers);
        options ??= new ScanOptions();
        if (options.Parts < 1 || options.Part < 1 || options.Part > options.Parts)
        {
            throw new GlmmException($"ScanOptions.Part is {options.Part} and Parts {options.Parts}; parts are counted from 1 to Parts.");
        }

        options = options with { MaxThreads = Math.Max(1, options.MaxThreads) };
        var rows = ScanData.Create(formula, FieldData.From(data), markers, options);
        return ScanRun.Run(formula, rows, markers, options, p => progress?.Report(p), cancellation);
    }

    private sealed class ScanProgressBar(LiveProgress live) : IProgress<ScanProgress>
    {
        public void Report(ScanProgress value) => live.Report(new FitProgress(value.Stage, value.Done, double.NaN));
    }
}
