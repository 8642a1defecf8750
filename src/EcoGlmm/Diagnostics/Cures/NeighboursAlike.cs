namespace EcoGlmm.Diagnostics;

/// <summary>Effects that hang together in time within groups, or in space, where residuals do.</summary>
internal sealed class NeighboursAlike : ICureSource
{
    public IEnumerable<ModelChange> For(Symptoms symptoms)
    {
        foreach (var series in symptoms.Found.Select(s => s.Series).OfType<Series>().Where(s => s.AreAlike && !s.IsModelled))
        {
            yield return Adding(series.Structure, $"effects of {series.Group} that change with {series.Time}");
        }

        foreach (var places in symptoms.Found.Where(s => s.Test.Statistic > s.Test.Expected).Select(s => s.Places).OfType<Places>())
        {
            var structures = places.Structures.Where(s => !Has(symptoms.Fit, s));
            // They differ in how correlations fall with distance, which matters less than that they do.
            foreach (var structure in symptoms.Fit.ObservationCount > CureSearch.Many ? structures.Take(1) : structures)
                yield return Adding(structure, $"effects that are alike where {places.X} and {places.Y} are near");
        }
    }

    private static ModelChange Adding(string structure, string words) => new(words) { Terms = $" + {structure}" };

    private static bool Has(GlmmFit fit, string structure) => fit.Estimate.Model.Terms.Any(t => t.Title == structure);
}
