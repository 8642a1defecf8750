using EcoGlmm.Model;
using EcoGlmm.Text;

namespace EcoGlmm.Prediction;

/// <summary>The random terms that a prediction is to count in, as users name them.</summary>
internal static class ChosenTerms
{
    /// <summary>By term of the model, whether it was named: by its grouping factor, or as written, with or without parentheses.</summary>
    /// <exception cref="GlmmException">A name is of no term.</exception>
    public static bool[] Of(GlmmFit fit, IReadOnlyList<string> names)
    {
        var terms = fit.Estimate.Model.Terms;
        var chosen = new bool[terms.Count];
        foreach (var name in names)
        {
            var wanted = Plain(name ?? throw new ArgumentNullException(nameof(names)));
            var found = false;
            for (var t = 0; t < terms.Count; t++)
            {
                if (terms[t].Group != name && Plain(terms[t].Title) != wanted
                    && $"{string.Join('+', terms[t].Effects.Select(e => e == Intercept.Name ? "1" : e))}|{Plain(terms[t].Group)}" != wanted
                    && (terms[t].Effects[0] != Intercept.Name
                        || $"{string.Join('+', terms[t].Effects.Skip(1))}|{Plain(terms[t].Group)}" != wanted)
                    && (terms[t].Effects[0] == Intercept.Name
                        || $"0+{string.Join('+', terms[t].Effects)}|{Plain(terms[t].Group)}" != wanted)) continue;
                found = chosen[t] = true;
            }

            if (!found)
            {
                string[] known = [.. terms.Select(t => t.Title).Distinct()];
                throw new GlmmException($"There is no random term \"{name}\". The model has {Names.List(known)}: name a grouping factor, "
                    + $"or the term as it is written.");
            }
        }

        return chosen;
    }

    private static string Plain(string text)
    {
        var plain = new string([.. text.Where(c => !char.IsWhiteSpace(c))]).TrimStart('~');
        return plain.StartsWith('(') && plain.EndsWith(')') ? plain[1..^1] : plain;
    }
}
