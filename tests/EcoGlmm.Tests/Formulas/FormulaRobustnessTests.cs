using EcoGlmm.Data;
using EcoGlmm.Formulas;

namespace EcoGlmm.Tests.Formulas;

/// <summary>Whatever is typed, the answer is a design or a sentence.</summary>
public class FormulaRobustnessTests
{
    private static readonly string[] Words =
    [
        "y", "x", "f", "id", "seen", "1", "0", "2.5", "3L", "\"a\"", "`my x`", "nothing", ".", "TRUE", "NULL", "Inf", "+", "+", "+", "-",
            "*", ":", "/",
        "^", "%in%", "%%", "|", "||", "~", "==", ">", "!", "&", "(", ")", "(", ")", ",", "=", "log(", "I(", "poly(", "ns(", "bs(",
        "scale(", "factor(",
        "relevel(", "cut(", "c(", "ifelse(", "within(", "offset(", "cbind(", "diag(", "ar1(", "(1 | id)", "(x || f)", "as.numeric(",
        "pmin(", "round(", "seq(",
    ];

    public static TheoryData<string> Endless =>
    [
        new string('(', 3000) + "x" + new string(')', 3000), new string('-', 3000) + "x", new string('!', 3000) + "x",
        "x" + string.Concat(Enumerable.Repeat("^x", 3000)), string.Concat(Enumerable.Repeat("I(", 3000)) + "x" + new string(')', 3000),
        "x" + string.Concat(Enumerable.Repeat(" + x", 30_000)), "x" + string.Concat(Enumerable.Repeat(":x", 30_000)),
    ];

    [Theory]
    [MemberData(nameof(Endless))]
    public void AnEndlessFormulaIsRefused(string terms)
    {
        var data = new FieldData([new NumericColumn("y", [1, 2, 3]), new NumericColumn("x", [2, 1, 5])]);
        Assert.Throws<GlmmException>(() => ModelSpecification.Create("y ~ " + terms, "~ 0", "~ 1", null, null, null, data));
    }

    [Fact]
    public void ALongSumIsNot()
    {
        var data = new FieldData([new NumericColumn("y", [1, 2, 3]), new NumericColumn("x", [2, 1, 5])]);
        var specification = ModelSpecification.Create(
            "y ~ x" + string.Concat(Enumerable.Repeat(" + x", 1999)), "~ 0", "~ 1", null, null, null, data);
        Assert.Equal(["(Intercept)", "x"], specification.Conditional.Training.ColumnNames);
    }

    [Fact]
    public void MoreColumnsThanRowsLeaveNoMoreThanRows()
    {
        var x = Enumerable.Range(0, 30).Select(i => Math.Sin(i * i)).ToArray();
        var data = new FieldData([new NumericColumn("y", x), new NumericColumn("x", x)]);
        var specification = ModelSpecification.Create("y ~ ns(x, 60)", "~ 0", "~ 1", null, null, null, data);
        Assert.InRange(specification.Conditional.Training.Aliased.Count(aliased => !aliased), 10, 30);
    }

    [Fact]
    public void EveryFormulaGivesADesignOrASentence()
    {
        var data = new FieldData([
            new NumericColumn("y", [1, 2, 3, 4, 5, 6, 7, 8]),
            new NumericColumn("x", [2, 1, 5, 4, 9, 3, 0, -1]),
            new NumericColumn("my x", [1, 1, 2, 2, 3, 3, 4, 5]),
            CategoricalColumn.FromTexts("f", ["a", "b", "a", "b", "c", "c", "a", "b"]),
            CategoricalColumn.FromTexts("id", ["p", "p", "q", "q", "r", "r", "p", "q"]),
            new LogicalColumn("seen", [true, false, true, false, true, false, true, true]),
        ]);
        var random = new Random(7);
        var designs = 0;
        for (var trial = 0; trial < 20_000; trial++)
        {
            var words = Enumerable.Range(0, random.Next(1, 9)).Select(_ => Words[random.Next(Words.Length)]);
            var formula = "y ~ " + string.Join(" ", words);
            formula += new string(')', Math.Max(0, formula.Count(c => c == '(') - formula.Count(c => c == ')')));
            try
            {
                var specification = ModelSpecification.Create(formula, "~ 0", "~ 1", null, null, null, data);
                Assert.Equal(8 * specification.Conditional.Training.Aliased.Count(a => !a), specification.Conditional.Training.X.Length);
                specification.Conditional.Evaluate(data);
                Assert.Equal(specification.Formula.ToString(), ModelFormula.Parse(specification.Formula.ToString()).ToString());
                specification.Formula.Update(". ~ . + x");
                designs++;
            }
            catch (GlmmException)
            {
            }
            catch (Exception exception)
            {
                Assert.Fail($"{formula}\n{exception}");
            }
        }
        Assert.InRange(designs, 500, 19_000);
    }
}
