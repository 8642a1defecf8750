using System.Text.Json;
using EcoGlmm.Formulas;

namespace EcoGlmm.Tests.Formulas;

/// <summary>Names, columns and groups against R's model.matrix and lme4.</summary>
public class FormulaReferenceTests
{
    public static IEnumerable<object[]> Fixed => FormulaReference.Cases("fixed");

    public static IEnumerable<object[]> Random => FormulaReference.Cases("random");

    public static IEnumerable<object[]> Updates => FormulaReference.Cases("update");

    public static IEnumerable<object[]> Texts => FormulaReference.Cases("deparse");

    [Theory]
    [MemberData(nameof(Fixed))]
    public void ModelMatrixIsThatOfR(int index, string formula)
    {
        var expected = FormulaReference.Root.GetProperty("fixed")[index];
        var contrasts = expected.GetProperty("contrasts") is { ValueKind: JsonValueKind.Object } given
            ? given.EnumerateObject().ToDictionary(entry => entry.Name, entry => entry.Value.GetString()!)
            : null;
        var part = ModelSpecification.Create(formula, "~ 0", "~ 1", null, null, contrasts, FormulaReference.Data).Conditional;

        Assert.Equal(FormulaReference.Texts(expected.GetProperty("names")), part.Training.ColumnNames);
        Assert.Equal(FormulaReference.Numbers(expected.GetProperty("assign")), part.Assign.Select(term => (double)term));
        Assert.Equal(expected.GetProperty("aliased").EnumerateArray().Select(a => a.GetBoolean()), part.Training.Aliased);
        FormulaReference.Close(Kept(expected, "x", part.Training.Aliased), part.Training.X, "training rows");
        FormulaReference.Close(FormulaReference.Numbers(expected.GetProperty("offset")), part.Training.Offset, "offset");

        if (expected.GetProperty("newX").GetArrayLength() == 0)
            return;
        var rows = part.Evaluate(FormulaReference.NewData, fixedOnly: true);
        Assert.Equal(part.Training.ColumnNames, rows.ColumnNames);
        FormulaReference.Close(Kept(expected, "newX", part.Training.Aliased), rows.X, "new rows");
        FormulaReference.Close(FormulaReference.Numbers(expected.GetProperty("newOffset")), rows.Offset, "new offset");
    }

    [Theory]
    [MemberData(nameof(Random))]
    public void RandomTermsAreThoseOfLme4(int index, string formula)
    {
        var expected = FormulaReference.Root.GetProperty("random")[index].GetProperty("terms").EnumerateArray().Select(Key).Order();
        var part = ModelSpecification.Create(formula, "~ 0", "~ 1", null, null, null, FormulaReference.Data).Conditional;
        // lme4 orders terms by their number of levels; here they stay as written.
        Assert.Equal(expected, part.Training.RandomTerms.Select(Key).Order());

        var again = part.Evaluate(FormulaReference.Data);
        Assert.Equal(part.Training.RandomTerms.Select(Key), again.RandomTerms.Select(Key));
    }

    [Theory]
    [MemberData(nameof(Updates))]
    public void UpdateIsThatOfR(int index, string formula)
    {
        var expected = FormulaReference.Root.GetProperty("update")[index];
        var updated = ModelFormula.Parse(formula).Update(expected.GetProperty("change").GetString()!);
        Assert.Equal(expected.GetProperty("result").GetString(), updated.ToString());
    }

    [Theory]
    [MemberData(nameof(Texts))]
    public void TextIsThatOfDeparse(int index, string text)
    {
        var expected = FormulaReference.Root.GetProperty("deparse")[index].GetProperty("result").GetString();
        Assert.Equal(expected, FormulaParser.Parse("~" + text).RightHandSide.ToString());
    }

    private static double[] Kept(JsonElement expected, string name, bool[] aliased)
    {
        var all = FormulaReference.Numbers(expected.GetProperty(name));
        var rows = all.Length / aliased.Length;
        // Where a variable is missing, R has NA in its columns; here the whole row is.
        var missing = Enumerable.Range(0, rows).Where(row => aliased.Where((_, j) => double.IsNaN(all[j * rows + row])).Any()).ToHashSet();
        all = [.. all.Select((value, i) => missing.Contains(i % rows) ? double.NaN : value)];
        return all.Where((_, i) => !aliased[i / rows]).ToArray();
    }

    private static string Key(JsonElement term) => Key(
        term.GetProperty("group").GetString()!, FormulaReference.Texts(term.GetProperty("effects")),
        FormulaReference.Texts(term.GetProperty("levels")), FormulaReference.Numbers(term.GetProperty("codes")),
        FormulaReference.Numbers(term.GetProperty("z")));

    private static string Key(GroupingTerm term) =>
        Key(term.Group, term.EffectNames, term.Levels, Array.ConvertAll(term.Codes, code => (double)code), term.Z);

    private static string Key(string group, string[] effects, string[] levels, double[] codes, double[] z) =>
        $"{group} | {string.Join(",", effects)} | {string.Join(",", levels)} | {string.Join(",", codes)} | "
        + string.Join(",", z.Select(value => value.ToString("G12")));
}
