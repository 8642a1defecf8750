using EcoGlmm.Data;
using EcoGlmm.Formulas;

namespace EcoGlmm.Decomposition;

/// <summary>A user's formula without its effects of age, into which each method puts its own.</summary>
internal sealed class AgeFormula
{
    private readonly string _response;
    private readonly string[] _terms;
    private readonly string[] _random;
    private readonly bool _hasIntercept;

    private AgeFormula(string response, string[] terms, string[] random, bool hasIntercept, bool hasAgeSlopes, bool addedGroup, string by)
    {
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

    /// <summary>Whether the formula had no random effect of the individual, and was given one.</summary>
    public bool AddedGroup { get; }

    /// <exception cref="GlmmException">It is no formula, or age stands in an interaction with something else.</exception>
    public static AgeFormula Create(string text, FieldData data, string age, string by)
    {
        var formula = ModelFormula.Parse(text);
        var response = formula.Response ?? throw FormulaError.At(text, 0, "The formula has no response",
            $"Put the column to explain on the left of the ~: eggs ~ {Deparser.Name(age)} + (1 | {Deparser.Name(by)}).");
        var responseNames = Columns(response);
        var terms = ModelTerms.Expand(text, formula.FixedEffects, response, [.. data.ColumnNames.Where(name => !responseNames.Contains(name) && name != by)]);
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
                    "The methods replace the effect of age by others, and cannot know what should become of an interaction. Analyse each group by itself "
                    + $"(FieldData.Where), or write the model with within({age}, {by}) and between({age}, {by}).");
            }
        }

        kept.AddRange(terms.Offsets.Select(offset => $"offset({offset})"));
        var id = Deparser.Name(by);
        var own = formula.RandomTerms.Where(term => term.Group is NameNode { Name: var name } && name == by).ToArray();
        var random = formula.WrittenRandomTerms.Select(term => term.ToString()).ToList();
        if (own.Length == 0) random.Add($"(1 | {id})");
        return new AgeFormula(response.ToString(), [.. kept], [.. random], terms.HasIntercept,
            own.Any(term => Columns(term.Effects).Contains(age)), own.Length == 0, id);
    }

    /// <summary>The formula with effects of age, and with slopes for each individual where they are wanted.</summary>
    /// <param name="ageTerms">Terms joined by +.</param>
    /// <param name="slope">What the individuals' slopes are in; null for none beyond the formula's own.</param>
    public string With(string ageTerms, string? slope)
    {
        var intercepts = $"(1 | {By})";
        IEnumerable<string> random = slope is null ? _random
            : _random.Contains(intercepts) ? _random.Select(term => term == intercepts ? $"({slope} | {By})" : term)
            : [.. _random, $"(0 + {slope} | {By})"];
        return $"{_response} ~ {string.Join(" + ", [.. _hasIntercept ? Array.Empty<string>() : ["0"], ageTerms, .. _terms, .. random])}";
    }

    private static HashSet<string> Columns(FormulaNode node) =>
        [.. node.Descend().OfType<NameNode>().Select(name => name.Name)];
}
