using EcoGlmm.Data;

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
            if (symptoms.Fit.Data.TryGetColumn(name, out var column) && column is NumericColumn && s.Test.Statistic < NoAutocorrelation)
                yield return new ModelChange($"effects that change with {name}") { Terms = $" + {StepsOrTimes(times)}(0 + {q} | 1)" };
        }
    }

    /// <summary>A random effect of each column of times that the model does not know, where there are some of them with several rows
    /// each.</summary>
    public static IEnumerable<ModelChange> GoodAndBadTimes(GlmmFit fit)
    {
        foreach (var name in fit.Data.Columns.Where(TimeCheck.IsTime).Select(c => c.Name)
            .Where(name => !fit.Specification.VariableNames.Contains(name)))
        {
            var times = DiagnosticsExtensions.ResidualColumn(fit, name).Numbers!;
            if (times.Any(double.IsNaN)) continue;
            var count = times.Distinct().Count();
            if (count >= FewestTimes && count <= times.Length / RowsPerTime)
                yield return new ModelChange($"a random effect of {name}") { Terms = $" + (1 | {MissingEffects.Quoted(name)})" };
        }
    }

    /// <summary>Fewer times have no variance to speak of; with fewer rows each their effects are those of rows.</summary>
    private const int FewestTimes = 5, RowsPerTime = 3;

    /// <summary>Durbin and Watson's statistic where neighbours are neither alike nor unlike.</summary>
    private const double NoAutocorrelation = 2;

    private static string StepsOrTimes(double[] times) => Array.TrueForAll(times, t => t == Math.Round(t)) ? "ar1" : "ou";
}
