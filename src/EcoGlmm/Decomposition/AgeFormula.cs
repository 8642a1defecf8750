using EcoGlmm.Formulas;
using EcoGlmm.Formulas.Smooths;
using EcoGlmm.RandomEffects.Structures;
using EcoGlmm.Text;

namespace EcoGlmm.Decomposition;

/// <summary>A user's formula without its effects of age, into which each method puts its own.</summary>
internal sealed class AgeFormula
{
    private readonly string _response;
    private readonly string[] _terms;
    private readonly string[] _random;
    private readonly bool _hasIntercept;

    private AgeFormula(string response, string[] terms, string[] random, bool hasIntercept, bool hasAgeSlopes, bool addedGroup, string by,
        bool hasSmooth)
    {
        HasSmooth = hasSmooth;
        _response = response;
        _terms = terms;
        _random = random;
        _hasIntercept = hasIntercept;
        HasAgeSlopes = hasAgeSlopes;
        AddedGroup = addedGroup;
        By = by;
    }

    /// <summary>The individual, as it is written in a formula.</summary>
    public string By { get; }

    /// <summary>Whether the individuals of the formula have slopes in age already.</summary>
    public bool HasAgeSlopes { get; }

    /// <summary>Whether all that the formula has of the individuals are series: slopes then come with intercepts.</summary>
    private bool HasSeriesAlone { get; init; }

    /// <summary>Whether age has a smooth in the formula, which the methods replace as they do its other effects.</summary>
    public bool HasSmooth { get; }

    /// <summary>Whether the formula had no random effect of the individual, and was given one.</summary>
    public bool AddedGroup { get; }

    /// <exception cref="GlmmException">It is no formula, or age stands in an interaction with something else.</exception>
    public static AgeFormula Create(string text, FieldData data, string age, string by)
    {
        var formula = ModelFormula.Parse(text);
        var response = formula.Response ?? throw FormulaError.At(text, 0, "The formula has no response",
            $"Put the column to explain on the left of the ~: eggs ~ {Deparser.Name(age)} + (1 | {Deparser.Name(by)}).");
        var responseNames = Columns(response);
        var terms = ModelTerms.Expand(text, formula.FixedEffects, response, [.. data.ColumnNames.Where(name => !responseNames.Contains(name)
            && name != by)]);
        var kept = new List<string>();
        foreach (var term in terms.Terms)
        {
            var nodes = Array.ConvertAll(term.Variables, v => terms.Variables[v]);
            var columns = nodes.SelectMany(Columns).ToHashSet(StringComparer.Ordinal);
            if (!columns.Contains(age))
            {
                kept.Add(string.Join(':', nodes.Select(node => node is BinaryNode or UnaryNode ? $"({node})" : node.ToString())));
                continue;
            }

            columns.ExceptWith([age, by]);
            if (columns.Count > 0)
            {
                throw FormulaError.At(text, nodes[0].Position, $"{term.Label} combines age with {Names.List(columns)}",
                    "The methods replace the effect of age by others, and cannot know what should become of an interaction. Analyse each "
                    + $"group by itself (FieldData.Where), or write the model with within({age}, {by}) and between({age}, {by}).");
            }
        }

        kept.AddRange(terms.Offsets.Select(offset => $"offset({offset})"));
        var id = Deparser.Name(by);
        var named = formula.RandomTerms.Any(term => IsOwn(term, by)) ? formula.RandomTerms : Named(formula, data, by);
        var own = named.Where(term => IsOwn(term, by)).ToArray();
        var replaced = formula.Smooths.Where(smooth => IsOfAge(text, smooth, age, by)).Select(smooth => smooth.Call.ToString()).ToHashSet();
        var random = (ReferenceEquals(named, formula.RandomTerms) ? formula.WrittenRandomTerms.Select(term => term.ToString())
            : named.Select(term => term.ToString()).Concat(formula.Smooths.Select(smooth => smooth.Call.ToString())))
            .Where(term => !replaced.Contains(term)).ToList();
        if (own.Length == 0) random.Add($"(1 | {id})");
        return new AgeFormula(response.ToString(), [.. kept], [.. random], terms.HasIntercept,
            own.Any(term => HasEffects(term) && Columns(term.Effects).Contains(age)), own.Length == 0, id, replaced.Count > 0)
        {
            HasSeriesAlone = own.Length > 0 && !own.Any(HasEffects),
        };
    }

    /// <summary>Whether what stands before the bar are effects, rather than times or places at which the individual has one each: age in
    /// ar1(0 + age | id) is no slope.</summary>
    private static bool HasEffects(RandomTermSyntax term) => term.Structure is null
        || StructureKind.Find(term.Structure)?.Layout is not (TermLayout.Positions or TermLayout.Mesh);

    // A smooth of age alone, which the methods replace; curves of the individuals themselves stay, as their slopes do.
    private static bool IsOfAge(string text, SmoothSyntax smooth, string age, string by)
    {
        var columns = smooth.Expressions.SelectMany(Columns).ToHashSet(StringComparer.Ordinal);
        if (!columns.Contains(age) || smooth.Variables.Any(v => v is NameNode { Name: var name } && name == by)) return false;
        columns.ExceptWith([age, by]);
        return columns.Count == 0 ? true : throw FormulaError.At(text, smooth.Call.Position,
            $"{smooth.Label} combines age with {Names.List(columns)}", "The methods replace the effect of age by others, and cannot know "
            + "what should become of an interaction. Analyse each group by itself (FieldData.Where).");
    }

    /// <summary>The formula with effects of age, and with slopes for each individual where they are wanted.</summary>
    /// <param name="ageTerms">Terms joined by +.</param>
    /// <param name="slope">What the individuals' slopes are in; null for none beyond the formula's own.</param>
    public string With(string ageTerms, string? slope)
    {
        var intercepts = $"(1 | {By})";
        var random = slope is null ? _random
            : _random.Contains(intercepts) ? _random.Select(term => term == intercepts ? $"({slope} | {By})" : term)
            : [.. _random, HasSeriesAlone ? $"({slope} | {By})" : $"(0 + {slope} | {By})"];
        return $"{_response} ~ {string.Join(" + ", [.. _hasIntercept ? Array.Empty<string>() : ["0"], ageTerms, .. _terms, .. random])}";
    }

    private static bool IsOwn(RandomTermSyntax term, string by) => term.Group is NameNode { Name: var name } && name == by;

    /// <summary>The random terms, with the individual in the place of a crossing that tells the same individuals apart, as (1 | site/id)
    /// has.</summary>
    private static IReadOnlyList<RandomTermSyntax> Named(ModelFormula formula, FieldData data, string by)
    {
        var terms = formula.RandomTerms.ToArray();
        for (var t = 0; t < terms.Length; t++)
        {
            var group = terms[t].Group;
            var others = Columns(group).Where(name => name != by).ToArray();
            if (others.Length == 0 || !Columns(group).Contains(by)) continue;
            var (ids, places) = (data.Texts(by), Array.ConvertAll(others, name => data.Texts(name)));
            var crossed = Enumerable.Range(0, data.RowCount).Where(row => ids[row] is not null)
                .Select(row => (ids[row], Place: string.Join('\u001F', places.Select(p => p[row])))).Distinct().Count();
            if (crossed == ids.Where(i => i is not null).Distinct().Count())
            {
                terms[t] = terms[t] with { Group = group.Descend().OfType<NameNode>().First(node => node.Name == by) };
            }
            else if (formula.RandomTerms.Any(other => other.Position == terms[t].Position && !Columns(other.Group).Contains(by)))
            {
                throw FormulaError.At(formula.Text, group.Position, $"{by} is nested in {Names.List(others)}, and the same label of {by} "
                    + $"stands for several individuals",
                    $"Make a column of labels that are unique, for example data.With(\"bird\", row => row.Text(\"{others[0]}\") + \" \" + "
                    + $"row.Text(\"{by}\")), and use it in the formula and as by.");
            }
        }

        return terms.SequenceEqual(formula.RandomTerms) ? formula.RandomTerms : terms;
    }

    private static HashSet<string> Columns(FormulaNode node) =>
        [.. node.Descend().OfType<NameNode>().Select(name => name.Name)];
}
