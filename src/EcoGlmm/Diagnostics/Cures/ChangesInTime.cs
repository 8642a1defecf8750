namespace EcoGlmm.Diagnostics;

/// <summary>Trends, and good and bad years, that the model does not know.</summary>
internal sealed class ChangesInTime : ICureSource
{
    public IEnumerable<ModelChange> For(Symptoms symptoms)
    {
        foreach (var s in symptoms.Of<TimeCheck>())
        {
            string name = s.Pattern!.Name, q = MissingEffects.Quoted(name);
            var times = symptoms.Residuals.Variable(name).Numbers!;
            yield return new ModelChange($"a curve of {name}") { Terms = $" + ns({q}, 4)" };
            if (times.Distinct().Count() < times.Length / 2 && symptoms.Fit.Groups.All(g => g.Group != name))
                yield return new ModelChange($"a random effect of {name}") { Terms = $" + (1 | {q})" };
        }
    }
}
