using EcoGlmm.Reporting;

namespace EcoGlmm;

public static partial class Glmm
{
    /// <summary>Several models as one table for a manuscript, side by side: a row for each parameter, a column for each model.</summary>
    /// <param name="models">The models, with a name for each.</param>
    /// <exception cref="GlmmException">There is no model, or two have the same name.</exception>
    public static PublicationTable Table(params (string Name, GlmmFit Fit)[] models) => Table(new ModelTableOptions(), models);

    /// <inheritdoc cref="Table(ValueTuple{string, GlmmFit}[])"/>
    /// <param name="options">Labels, number style, what stands behind an estimate.</param>
    /// <param name="models">The models, with a name for each.</param>
    public static PublicationTable Table(ModelTableOptions options, params (string Name, GlmmFit Fit)[] models)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(models);
        return SideBySideTable.Of(models, options);
    }
}
