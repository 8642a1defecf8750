using EcoGlmm.Data;
using EcoGlmm.Formulas;

namespace EcoGlmm.Diagnostics;

/// <summary>Curves, interactions, factors and groups that the mean lacks.</summary>
internal sealed class MissingEffects : ICureSource
{
    /// <summary>A factor of this many levels or more is better taken as random.</summary>
    private const int ManyLevels = 6;

    /// <summary>Interactions tried at most.</summary>
    private const int MostInteractions = 3;

    public IEnumerable<ModelChange> For(Symptoms symptoms)
    {
        Pattern[] patterns = [.. symptoms.Patterns.Where(p => !p.IsSpread)];
        foreach (var p in patterns.Where(p => p.IsUnused))
        {
            if (p.IsNumber)
            {
                foreach (var change in OfNumber(symptoms, p)) yield return change;
                continue;
            }

            var levels = symptoms.Residuals.Variable(p.Name).Texts!.Distinct().Count();
            var name = Quoted(p.Name);
            yield return levels >= ManyLevels
                ? new ModelChange($"a random effect of {p.Name}") { Terms = $" + (1 | {name})" }
                : new ModelChange($"the factor {p.Name}") { Terms = $" + {name}" };
        }

        var predictors = Numeric(symptoms.Fit);
        var any = patterns.Any(p => p.IsAlongPrediction) || patterns.Any(p => p is { IsGroup: false, IsUnused: false });
        foreach (var name in predictors.Where(n => any && (patterns.Any(p => p.Name == n) || patterns.All(p => p.IsAlongPrediction))))
        {
            var q = Quoted(name);
            // Levels that are coded as numbers do not lie on a line.
            if (patterns.Any(p => p.Name == name && p.IsFactor) && !CurveFormula.IsCurved(symptoms.Fit, name)
                && !IsInInteraction(symptoms.Fit, name))
                yield return new ModelChange($"{name} as a factor") { Terms = $" - {q} + factor({q})" };
            if (symptoms.Residuals.Variable(name).Numbers is { } values && values.Distinct().Take(FewestValuesOfCurve).Count()
                < FewestValuesOfCurve)
            {
                yield return new ModelChange($"a curve of {name}") { Terms = $" + I({q}^2)" };
                continue;
            }

            if (CurveFormula.IsCurved(symptoms.Fit, name))
            {
                yield return new ModelChange($"a more flexible curve of {name}") { Terms = $" + ns({q}, {CurveFormula.MoreFlexible})" };
                continue;
            }

            var curve = new ModelChange($"a flexible curve of {name}") { Terms = $" + ns({q}, 3)" };
            yield return curve;
            yield return new ModelChange($"a curve of {name}") { Terms = $" + I({q}^2)", Shapes = curve };
            if (CanBeSmooth(symptoms.Fit, name))
                yield return new ModelChange($"a smooth of {name}") { Terms = $" - {q} + s({q})", Shapes = curve };
        }

        // Slopes that seem to vary among groups may do so among levels of a factor.
        if (any || symptoms.Has<ExtensionCheck>())
        {
            foreach (var pair in Interactions(symptoms.Fit).Take(MostInteractions))
                yield return new ModelChange($"the interaction {pair}") { Terms = $" + {pair}" };
        }
    }

    /// <summary>Whether a column has enough values for a smooth, and is in no interaction, of which it would stay a part.</summary>
    private static bool CanBeSmooth(GlmmFit fit, string name) =>
        fit.Data.Numbers(name).Where(double.IsFinite).Distinct().Take(MostSmoothValues).Count() == MostSmoothValues
        && !IsInInteraction(fit, name);

    private static bool IsInInteraction(GlmmFit fit, string name) =>
        fit.Specification.Conditional.TermLabels.Any(label => label.Contains(':') && label.Split(':').Contains(name));

    private static IEnumerable<ModelChange> OfNumber(Symptoms symptoms, Pattern pattern)
    {
        var (name, q) = (pattern.Name, Quoted(pattern.Name));
        if (pattern.IsFactor && symptoms.Residuals.Variable(name).Numbers!.Distinct().Count() >= ManyLevels)
            yield return new ModelChange($"a random effect of {name}") { Terms = $" + (1 | {q})" };
        else if (pattern.IsFactor)
            yield return new ModelChange($"the factor {name}") { Terms = $" + factor({q})" };
        yield return new ModelChange($"the predictor {name}") { Terms = $" + {q}" };
        if (UnusedNumbers.MayBeEffort(symptoms.Fit, name))
            yield return new ModelChange($"{name} as an offset") { Terms = $" + offset(log({q}))" };
    }

    /// <summary>With fewer values a flexible curve passes through the mean at each, as a factor does.</summary>
    private const int FewestValuesOfCurve = 5;

    /// <summary>A smooth of ten functions wants some more values than that.</summary>
    private const int MostSmoothValues = 15;

    public static string Quoted(string name) => new NameNode(0, name).ToString();

    /// <summary>Numeric columns among the fixed effects, by name.</summary>
    public static string[] Numeric(GlmmFit fit) => [.. fit.Specification.Conditional.FixedVariableNames
        .Where(name => fit.Data.TryGetColumn(name, out var column) && column is NumericColumn)];

    /// <summary>Pairs of main effects that have no interaction yet, as terms.</summary>
    private static IEnumerable<string> Interactions(GlmmFit fit)
    {
        string[] labels = [.. fit.Specification.Conditional.TermLabels];
        string[] main = [.. labels.Where(l => !l.Contains(':') && !l.Contains('('))];
        for (var i = 0; i < main.Length; i++)
        {
            for (var j = i + 1; j < main.Length; j++)
            {
                if (!labels.Contains($"{main[i]}:{main[j]}") && !labels.Contains($"{main[j]}:{main[i]}"))
                    yield return $"{main[i]}:{main[j]}";
            }
        }
    }
}
