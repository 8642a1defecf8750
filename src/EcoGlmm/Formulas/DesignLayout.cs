using EcoGlmm.Model;

namespace EcoGlmm.Formulas;

/// <summary>
/// The columns of a model matrix, learnt from the training rows: which terms, which variables in each with which
/// coding, and the columns' names, all as R's model.matrix has them.
/// </summary>
internal sealed class DesignLayout
{
    private const int MostColumns = 1_000_000;

    private readonly VariableCoding[][] _variables;
    private readonly bool[][] _full;
    private readonly int[] _firstColumn;

    private DesignLayout(
        ModelTerms terms, VariableCoding[][] variables, bool[][] full, int[] firstColumn, string[] names, int[] assign)
    {
        HasIntercept = terms.HasIntercept;
        TermLabels = [.. terms.Terms.Select(term => term.Label)];
        _variables = variables;
        _full = full;
        _firstColumn = firstColumn;
        ColumnNames = names;
        Assign = assign;
    }

    public bool HasIntercept { get; }

    /// <summary>The labels of the terms, without the intercept: "a", "b", "a:b".</summary>
    public string[] TermLabels { get; }

    public string[] ColumnNames { get; }

    /// <summary>For each column its term, from 1; 0 for the intercept.</summary>
    public int[] Assign { get; }

    /// <summary>Whether an intercept is all there is.</summary>
    public bool IsIntercept => HasIntercept && ColumnNames.Length == 1;

    public bool HasFactor => _variables.Any(term => term.Any(variable => variable.IsFactor));

    /// <param name="text">The formula.</param>
    /// <param name="terms">Its terms.</param>
    /// <param name="evaluator">Evaluates on the training rows.</param>
    /// <param name="contrasts">Contrasts by the text of the variable; treatment where there are none.</param>
    public static DesignLayout Learn(
        string text, ModelTerms terms, Evaluator evaluator, IReadOnlyDictionary<string, Contrast> contrasts)
    {
        var codings = new Dictionary<int, VariableCoding>();
        foreach (var v in terms.Terms.SelectMany(term => term.Variables).Distinct().Order())
        {
            var node = terms.Variables[v];
            var name = node is NameNode column ? column.Name : node.ToString();
            evaluator.Context.Cancellation.ThrowIfCancellationRequested();
            codings.Add(v, VariableCoding.Learn(text, node, evaluator, contrasts.GetValueOrDefault(name)));
        }

        var variables = terms.Terms.Select(term => Array.ConvertAll(term.Variables, v => codings[v])).ToArray();
        var full = terms.Terms.Select(term => (bool[])term.FullCoding.Clone()).ToArray();
        if (!terms.HasIntercept)
            CodeFirstFactorInFull(variables, full);

        var names = new List<string>();
        var assign = new List<int>();
        var firstColumn = new int[variables.Length];
        if (terms.HasIntercept)
        {
            names.Add(Intercept.Name);
            assign.Add(0);
        }
        for (var t = 0; t < variables.Length; t++)
        {
            firstColumn[t] = names.Count;
            var count = variables[t].Select((variable, i) => (long)variable.ColumnCount(full[t][i]))
                .Aggregate((a, b) => Math.Min(a * b, int.MaxValue));
            if (names.Count + count > MostColumns)
            {
                throw new GlmmException($"The term {terms.Terms[t].Label} would need {count} coefficients. Something "
                    + $"with so many levels belongs in a random term, (1 | {terms.Terms[t].Label}); if it is a number that was "
                    + "read as text, make it numeric with AsNumeric.");
            }
            names.AddRange(Names(variables[t], full[t]));
            assign.AddRange(Enumerable.Repeat(t + 1, (int)count));
        }
        return new DesignLayout(terms, variables, full, firstColumn, [.. names], [.. assign]);
    }

    /// <summary>Which columns have a value other than zero in some row, or might have.</summary>
    public bool[] Occurring(Evaluator evaluator)
    {
        var occurs = new bool[ColumnNames.Length];
        if (HasIntercept)
            occurs[0] = true;
        for (var t = 0; t < _variables.Length; t++)
        {
            evaluator.Context.Cancellation.ThrowIfCancellationRequested();
            var product = TermProduct.Of(Encode(evaluator, t));
            foreach (var index in product.OccurringIndices())
            {
                foreach (var (offset, _) in product.Factors)
                    occurs[_firstColumn[t] + offset + index] = true;
            }
        }
        return occurs;
    }

    /// <summary>Writes the columns wanted into a column-major matrix of zeros.</summary>
    /// <param name="evaluator">Evaluates on the rows of the matrix.</param>
    /// <param name="position">For each column its place in the matrix, −1 to leave it out.</param>
    /// <param name="matrix">Rows × columns wanted.</param>
    /// <param name="missing">Set where a variable is missing; the row's entries have then no meaning.</param>
    public void Fill(Evaluator evaluator, int[] position, double[] matrix, bool[] missing)
    {
        var n = evaluator.RowCount;
        if (HasIntercept && position[0] >= 0)
            Array.Fill(matrix, 1.0, position[0] * n, n);
        for (var t = 0; t < _variables.Length; t++)
        {
            evaluator.Context.Cancellation.ThrowIfCancellationRequested();
            TermProduct.Of(Encode(evaluator, t)).Fill(position.AsSpan(_firstColumn[t]), matrix, missing);
        }
    }

    /// <summary>Writes down the entries of the columns wanted that are not zero; false where there are more than there is room
    /// for.</summary>
    /// <param name="evaluator">Evaluates on the rows of the matrix, of which none is missing.</param>
    /// <param name="position">For each column its place in the matrix, −1 to leave it out.</param>
    /// <param name="entries">What is written to.</param>
    public bool Fill(Evaluator evaluator, int[] position, DesignEntries entries)
    {
        var n = evaluator.RowCount;
        if (HasIntercept && position[0] >= 0)
        {
            for (var row = 0; row < n; row++)
            {
                if (!entries.Add(row, position[0], 1))
                    return false;
            }
        }
        for (var t = 0; t < _variables.Length; t++)
        {
            evaluator.Context.Cancellation.ThrowIfCancellationRequested();
            if (!TermProduct.Of(Encode(evaluator, t)).Fill(position.AsSpan(_firstColumn[t]), entries, n))
                return false;
        }
        return true;
    }

    private CodedVariable[] Encode(Evaluator evaluator, int term) =>
        [.. _variables[term].Select((variable, i) => variable.Encode(evaluator, _full[term][i]))];

    // Without an intercept, the first factor of the first term that has one is coded by all its levels.
    private static void CodeFirstFactorInFull(VariableCoding[][] variables, bool[][] full)
    {
        for (var t = 0; t < variables.Length; t++)
        {
            var factor = Array.FindIndex(variables[t], variable => variable.IsFactor);
            if (factor < 0)
                continue;
            full[t][factor] = true;
            return;
        }
    }

    // The columns of a product of variables: the first variable's columns vary fastest.
    private static IEnumerable<string> Names(VariableCoding[] variables, bool[] full)
    {
        IEnumerable<string> names = variables[0].ColumnNames(full[0]);
        for (var i = 1; i < variables.Length; i++)
        {
            var so = names.ToArray();
            names = variables[i].ColumnNames(full[i]).SelectMany(next => so.Select(name => name + ":" + next));
        }
        return names;
    }
}
