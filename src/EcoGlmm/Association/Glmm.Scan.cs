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

    /// <summary>
    /// Scans several traits. Those that have values for the same individuals share their eigenvectors and turned markers, which is
    /// most of the work.
    /// </summary>
    /// <param name="formulas">A formula for each trait: "weight ~ sex", "height ~ sex + age".</param>
    /// <param name="data">A table with a row for each individual.</param>
    /// <param name="markers">The genotypes.</param>
    /// <param name="options">
    /// Defaults when null. The name of each trait is added to the name of an <see cref="ScanOptions.Output"/>: scan.csv becomes
    /// scan-weight.csv.
    /// </param>
    /// <returns>A scan for each formula, in their order, as each alone would give.</returns>
    /// <exception cref="GlmmException">A formula, the data or the genotypes cannot be used.</exception>
    public static IReadOnlyList<AssociationScan> Scan(IReadOnlyList<string> formulas, object data, Genotypes markers,
        ScanOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(formulas);
        using var live = LiveProgress.Start($"Scanning {formulas.Count} traits");
        return Array.AsReadOnly(RunScans(formulas, data, markers, options, new ScanProgressBar(live), live.Cancellation));
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
        IProgress<ScanProgress>? progress, CancellationToken cancellation) =>
        RunScans([formula], data, markers, options, progress, cancellation)[0];

    private static AssociationScan[] RunScans(IReadOnlyList<string> formulas, object data, Genotypes markers, ScanOptions? options,
        IProgress<ScanProgress>? progress, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(data);
        ArgumentNullException.ThrowIfNull(markers);
        options ??= new ScanOptions();
        if (options.Parts < 1 || options.Part < 1 || options.Part > options.Parts)
        {
            throw new GlmmException($"ScanOptions.Part is {options.Part} and Parts {options.Parts}; parts are counted from 1 to Parts.");
        }

        options = CheckedScan(options);
        var table = FieldData.From(data);
        var traits = new List<ScanTrait>();
        foreach (var formula in formulas)
        {
            var rows = ScanData.Create(formula, table, markers, options);
            var name = rows.Specification.Response.Name;
            var own = formulas.Count == 1 || options.Output is null ? options : options with { Output = OutputOf(options.Output, name) };
            if (traits.Any(t => own.Output is not null && t.Options.Output == own.Output))
            {
                throw new GlmmException($"Two formulas have the response {name}, so that their results would go to one file. Scan them "
                    + "in two calls.");
            }

            traits.Add(new ScanTrait(formula, rows, own));
        }

        return traits.Count == 0 ? [] : ScanRun.Run(traits, markers, options, p => progress?.Report(p), cancellation);
    }

    /// <summary>
    /// Refuses options that do not go together. A Gaussian family with identity link is that of quantities, which need none.
    /// </summary>
    internal static ScanOptions CheckedScan(ScanOptions options)
    {
        options = options with { MaxThreads = Math.Max(1, options.MaxThreads) };
        options = options.Family?.ToString() == Family.Gaussian().ToString() ? options with { Family = null } : options;
        if (options.Interaction is not null && (options.Family is not null || options.Method == ScanMethod.Calibrated))
        {
            throw new GlmmException("Interactions of markers with a covariate are tested in the linear mixed model, with "
                + "ScanMethod.Exact or Held and without a family.");
        }

        return options.Family is null || options.Method == ScanMethod.Exact ? options
            : throw new GlmmException($"ScanMethod.{options.Method} is for quantities. With a family each marker has a score test in the "
                + "model without it; leave the method out.");
    }

    private static string OutputOf(string path, string trait)
    {
        var invalid = Path.GetInvalidFileNameChars();
        var name = string.Concat(trait.Select(c => Array.IndexOf(invalid, c) >= 0 ? '_' : c));
        return Path.Combine(Path.GetDirectoryName(path) ?? "", $"{Path.GetFileNameWithoutExtension(path)}-{name}{Path.GetExtension(path)}");
    }

    private sealed class ScanProgressBar(LiveProgress live) : IProgress<ScanProgress>
    {
        public void Report(ScanProgress value) => live.Report(new FitProgress(value.Stage, value.Done, double.NaN));
    }
}
