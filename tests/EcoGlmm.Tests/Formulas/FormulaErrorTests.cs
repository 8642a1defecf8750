using EcoGlmm.Data;
using EcoGlmm.Formulas;

namespace EcoGlmm.Tests.Formulas;

public class FormulaErrorTests
{
    private static readonly FieldData Data = new([
        new NumericColumn("count", [1, 2, 0, 4]),
        new NumericColumn("BroodSize", [3, 1, 0, 5]),
        new NumericColumn("signed", [-1, 1, 2, 0]),
        CategoricalColumn.FromTexts("Treatment", ["fed", "fed", "hungry", "hungry"]),
        CategoricalColumn.FromTexts("same", ["x", "x", "x", "x"]),
        CategoricalColumn.FromTexts("nest", ["a", "b", "a", "b"]),
    ]);

    /// <summary>Each message shows the formula and, under it, a caret at the position given by ^ in the second text.</summary>
    [Theory]
    [InlineData("count", "     ^", "has no ~")]
    [InlineData("", "^", "empty")]
    [InlineData("count ~", "       ^", "nothing on the right")]
    [InlineData("~ Treatment", "^", "no response")]
    [InlineData("count ~ Treatmnt", "        ^", "Did you mean \"Treatment\"")]
    [InlineData("count ~ treatment", "        ^", "Did you mean \"Treatment\"")]
    [InlineData("cuont ~ 1", "^", "Did you mean \"count\"")]
    [InlineData("count ~ 1 + (1 | nset)", "                 ^", "Did you mean \"nest\"")]
    [InlineData("count ~ log(BroodSze)", "            ^", "Did you mean \"BroodSize\"")]
    [InlineData("count ~ lgo(BroodSize)", "        ^", "Did you mean log()")]
    [InlineData("count ~ s(BroodSize)", "        ^", "k = 10 is more than the 4 different values")]
    [InlineData("count ~ (Treatment + 1", "        ^", "never closed")]
    [InlineData("count ~ log(BroodSize", "           ^", "never closed")]
    [InlineData("count ~ Treatment)", "                 ^", "never opened")]
    [InlineData("count ~ Treatment +", "                   ^", "ends too early")]
    [InlineData("count ~ Treatment + * nest", "                    ^", "missing before this *")]
    [InlineData("count ~ Treatment nest", "                  ^", "operator is missing")]
    [InlineData("count ~ ()", "        ^", "empty")]
    [InlineData("count ~ Treatment ~ nest", "                  ^", "only one ~")]
    [InlineData("count ~ Treatment + 1 | nest", "                      ^", "needs parentheses")]
    [InlineData("count ~ Treatment * (1 | nest)", "                    ^", "only be added")]
    [InlineData("count ~ Treatment - (1 | nest)", "                    ^", "cannot be subtracted")]
    [InlineData("count ~ (1 | nest | Treatment)", "           ^", "only one bar")]
    [InlineData("count ~ (1 | nest + Treatment)", "                  ^", "(1 | a) + (1 | b)")]
    [InlineData("count ~ (0 | nest)", "           ^", "no effects")]
    [InlineData("count ~ diga(1 | nest)", "        ^", "did you mean \"diag\"")]
    [InlineData("count ~ 2", "        ^", "not a term")]
    [InlineData("count ~ (Treatment + nest)^nest", "                           ^", "whole number")]
    [InlineData("count ~ data$nest", "            ^", "column's name alone")]
    [InlineData("count ~ nest[1]", "            ^", "brackets")]
    [InlineData("count ~ 2nd", "        ^", "backquotes")]
    [InlineData("count ~ `nest", "        ^", "never closed")]
    [InlineData("count = nest", "      ^", "==")]
    [InlineData("count ~ log(BroodSize)", "        ^", "minus infinity in row 3")]
    [InlineData("log(signed) ~ 1", "^", "minus infinity in row 4")]
    [InlineData("count ~ offset(log(BroodSize))", "               ^", "row 3")]
    [InlineData("count ~ same", "        ^", "only one level, \"x\"")]
    [InlineData("count ~ log(nest)", "            ^", "needs numbers")]
    [InlineData("count ~ ns(BroodSize, fd = 2)", "                           ^", "no argument \"fd\"")]
    [InlineData("count ~ ns(BroodSize, df = 2.5)", "                           ^", "whole number from 1")]
    [InlineData("count ~ poly(BroodSize, 4)", "                        ^", "less than the number of different values")]
    [InlineData("count ~ exp(BroodSize, 2)", "                       ^", "too many arguments")]
    [InlineData("count ~ scale()", "        ^", "needs an argument")]
    [InlineData("count ~ relevel(nest, ref = \"c\")", "                            ^", "not a level")]
    [InlineData("count ~ nest > 2", "             ^", "needs numbers")]
    [InlineData("cbind(count) ~ 1", "^", "successes and the failures")]
    [InlineData("cbind(count, signed) ~ 1", "             ^", "negative in row 1")]
    [InlineData("count ~ cbind(nest, count)", "        ^", "is a response")]
    [InlineData("count ~ pi", "        ^", "same in every row")]
    public void FaultIsShownWithACaret(string formula, string caret, string sentence)
    {
        var exception = Assert.Throws<GlmmException>(() => Create(formula));
        Assert.Contains($":\n  {formula}\n  {caret}\n", exception.Message);
        Assert.Contains(sentence, exception.Message);
    }

    [Theory]
    [InlineData("count ~ cs(0 + Treatment | nest, 2)", "cs() takes one random term")]
    [InlineData("count ~ propto(0 + nest | 1, 2)", "propto() has no argument 2")]
    [InlineData("count ~ rr(0 + Treatment | nest, d = 9)", "number d of latent variables")]
    [InlineData("count ~ exp(1 + signed | nest)", "exp() takes the coordinates alone")]
    [InlineData("count ~ ou(0 + nest | 1)", "needs numbers")]
    [InlineData("count ~ pedigree(1 | nest)", "GlmmOptions.Relatedness")]
    [InlineData("count ~ mm(1 | nest)", "several grouping columns")]
    public void StructureIsToldWhatItTakes(string formula, string sentence) =>
        Assert.Contains(sentence, Assert.Throws<GlmmException>(() => Create(formula)).Message);

    [Fact]
    public void WholeMessageReadsAsASentenceAFormulaAndAdvice()
    {
        var exception = Assert.Throws<GlmmException>(() => Create("count ~ Treatmnt + (1 | nest)"));
        Assert.Equal("There is no column \"Treatmnt\":\n  count ~ Treatmnt + (1 | nest)\n          ^\nDid you mean \"Treatment\"?",
            exception.Message);
    }

    [Fact]
    public void OptionsThatNameNoColumnAreRefused()
    {
        var weights = Assert.Throws<GlmmException>(() => ModelSpecification.Create("count ~ 1", "~ 0", "~ 1", "wieghts", null, null, Data));
        Assert.Contains("weights", weights.Message);
        var offset = Assert.Throws<GlmmException>(() => ModelSpecification.Create("count ~ 1", "~ 0", "~ 1", null, "Broodsize",
            null, Data));
        Assert.Contains("did you mean \"BroodSize\"?", offset.Message);
        var negative = Assert.Throws<GlmmException>(() => ModelSpecification.Create("count ~ 1", "~ 0", "~ 1", "signed", null, null, Data));
        Assert.Contains("row 1", negative.Message);
        var contrasts = Assert.Throws<GlmmException>(() => ModelSpecification.Create("count ~ nest", "~ 0", "~ 1", null, null,
            new Dictionary<string, string> { ["nest"] = "tretment" }, Data));
        Assert.Contains("\"treatment\"", contrasts.Message);
        var twoSided = Assert.Throws<GlmmException>(() => ModelSpecification.Create("count ~ 1", "count ~ 1", "~ 1", null, null,
            null, Data));
        Assert.Contains("Only the main formula", twoSided.Message);
    }

    private static ModelSpecification Create(string formula) =>
        ModelSpecification.Create(formula, "~ 0", "~ 1", null, null, null, Data);
}
