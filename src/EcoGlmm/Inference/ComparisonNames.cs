namespace EcoGlmm;

/// <summary>Names of compared models that nobody named: whatever of formula, family and options differs among them.</summary>
internal static class ComparisonNames
{
    public static string[] Of(GlmmFit[] fits)
    {
        Func<GlmmFit, string?>[] aspects =
        [
            f => f.Formula,
            f => f.Family.ToString(),
            f => f.Specification.ZeroInflation is null ? null : $"zi {f.Options.ZeroInflation}",
            f => f.Specification.Dispersion.IsConstant ? null : $"dispersion {f.Options.Dispersion}",
            f => f.Estimate.Model.QuadraturePoints == 1 ? null : $"{f.Estimate.Model.QuadraturePoints} quadrature points",
            f => f.Options.Offset is { } offset ? $"offset {offset}" : null,
        ];
        var telling = aspects.Where(aspect => fits.Select(aspect).Distinct().Count() > 1).DefaultIfEmpty(aspects[0]).ToArray();
        return Unique(Array.ConvertAll(fits, fit =>
            string.Join(", ", telling.Select(aspect => aspect(fit)).Where(text => text is not null)) is { Length: > 0 } name
                ? name : fit.Family.ToString()));
    }

    private static string[] Unique(string[] names) =>
        [.. names.Select((name, i) => names.Count(n => n == name) > 1 ? $"{name} #{i + 1}" : name)];
}
