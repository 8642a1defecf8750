using EcoGlmm.Model;
using EcoGlmm.Reporting;

namespace EcoGlmm;

/// <summary>From a fitted model to a manuscript: tables, sentences, citation.</summary>
public static class ReportingExtensions
{
    /// <summary>The model as a table for a manuscript: estimates, random effects, what it was fitted to.</summary>
    /// <param name="fit">The model.</param>
    /// <param name="options">Columns, labels, number style; the usual ones when null.</param>
    /// <exception cref="GlmmException">The level of the intervals is not between 0 and 1.</exception>
    public static PublicationTable Table(this GlmmFit fit, ModelTableOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(fit);
        return ModelTable.Of(fit, options ?? new ModelTableOptions());
    }

    /// <summary>Results, such as marginal means, contrasts, tests or predictions, as a table for a manuscript.</summary>
    /// <param name="results">The results; columns without any value are left out.</param>
    /// <param name="caption">What they are; empty for none.</param>
    /// <param name="options">Labels of columns and levels, and number style; the usual ones when null.</param>
    public static PublicationTable Table(this IResultTable results, string caption = "", ModelTableOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(results);
        ArgumentNullException.ThrowIfNull(caption);
        return ResultPublication.Of(results, caption, options ?? new ModelTableOptions());
    }

    /// <summary>The table of <see cref="Table(GlmmFit, ModelTableOptions)"/> in Markdown.</summary>
    /// <inheritdoc cref="Table(GlmmFit, ModelTableOptions)"/>
    public static string ToMarkdown(this GlmmFit fit, ModelTableOptions? options = null) => fit.Table(options).ToMarkdown();

    /// <summary>The table of <see cref="Table(GlmmFit, ModelTableOptions)"/> in LaTeX, with the rules of the package booktabs.</summary>
    /// <param name="fit">The model.</param>
    /// <param name="options">Columns, labels, number style; the usual ones when null.</param>
    /// <param name="label">The label to refer to it by, for example "tab:owls"; null for none.</param>
    public static string ToLatex(this GlmmFit fit, ModelTableOptions? options = null, string? label = null) => fit.Table(options)
        .ToLatex(label);

    /// <summary>
    /// The sentences of a manuscript about the model: family, link, structure, estimation, checks, software with its version; every
    /// estimate with its interval.
    /// </summary>
    /// <param name="fit">The model.</param>
    /// <param name="options">Labels, level of the intervals and number style; the usual ones when null.</param>
    /// <param name="checks">Whether to simulate residuals and report their tests.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public static ModelReport Report(this GlmmFit fit, ModelTableOptions? options = null, bool checks = true,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(fit);
        using var live = LiveProgress.Start("Writing the report", cancellation: cancellationToken);
        options ??= new ModelTableOptions();
        CoverageLevel.Checked(options.Level);
        return new ReportWriter(fit, options, checks).Write();
    }

    /// <summary>
    /// A whole analysis on one page: the card, the checks, a figure for each variable of the fixed effects, table and sentences for a
    /// manuscript. <c>fit.Analysis().SaveHtml("analysis.html")</c> writes it as a page that stands alone.
    /// </summary>
    /// <param name="fit">The model.</param>
    /// <param name="check">What to check with; the usual when null.</param>
    /// <param name="options">Labels, level of the intervals and number style of the table; the usual ones when null.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public static ModelAnalysis Analysis(this GlmmFit fit, CheckOptions? check = null, ModelTableOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(fit);
        using var live = LiveProgress.Start("Analysing the model", cancellation: cancellationToken);
        List<Figure> effects = [];
        foreach (var variable in fit.Specification.Conditional.FixedVariableNames.Where(v => fit.Data.ColumnNames.Contains(v)))
        {
            try
            {
                effects.Add(fit.PlotEffect(variable));
            }
            catch (GlmmException)
            {
                // A variable that only the offset has is no effect to draw.
            }
        }

        return new ModelAnalysis(fit, fit.Check(check), effects, options ?? new ModelTableOptions());
    }

    /// <summary>How to cite the software that the model was fitted with.</summary>
    /// <param name="fit">The model.</param>
    /// <returns>The citation as a sentence; <see cref="Citation.BibTex"/> has it for reference managers.</returns>
    public static string Cite(this GlmmFit fit)
    {
        ArgumentNullException.ThrowIfNull(fit);
        return Citation.Text;
    }
}
