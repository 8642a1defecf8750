using EcoGlmm.Formulas;

namespace EcoGlmm.Tests.Formulas;

public class ModelFormulaTests
{
    [Fact]
    public void Every_function_is_explained() =>
        Assert.Equal(FunctionLibrary.Names.Order(StringComparer.Ordinal), FunctionHelp.Functions.Select(one => one.Name)
            .Order(StringComparer.Ordinal));

    [Theory]
    [InlineData("y~x+(1|g)", "y ~ x + (1 | g)")]
    [InlineData(" log( y )~`my x`*2e5 ", "log(y) ~ `my x` * 2e+05")]
    [InlineData("~.", "~.")]
    [InlineData("cbind(a,b)~ns(x,df=3)+diag(0+f||g/h)", "cbind(a, b) ~ ns(x, df = 3) + diag(0 + f || g/h)")]
    public void TextIsCanonical(string formula, string canonical) =>
        Assert.Equal(canonical, ModelFormula.Parse(formula).ToString());

    [Theory]
    [InlineData("y ~ x + (1 | g)", ". ~ . + (0 + x | g)", "y ~ x + (1 | g) + (0 + x | g)")]
    [InlineData("y ~ x + (1 | g)", ". ~ . - (1|g)", "y ~ x")]
    [InlineData("y ~ a * b + (1 | g) + diag(x | h)", ". ~ . - a:b - (1 | g)", "y ~ a + b + diag(x | h)")]
    [InlineData("y ~ (1 | g)", ". ~ . + x", "y ~ x + (1 | g)")]
    [InlineData("y ~ 0 + (1 | g)", ". ~ . + x", "y ~ x - 1 + (1 | g)")]
    [InlineData("y ~ x + (1 | g)", ". ~ (1 | h)", "y ~ 1 + (1 | h)")]
    [InlineData("y ~ x + offset(e) + (1 | g)", "log(.) ~ .", "log(y) ~ x + offset(e) + (1 | g)")]
    [InlineData("y ~ . + (1 | g)", ". ~ . - x", "y ~ (.) - x + (1 | g)")]
    [InlineData("y ~ x + (1 | g)", ". ~ . - (1 | g) + exp(0 + t | g)", "y ~ x + exp(0 + t | g)")]
    [InlineData("~ x", ". ~ . + z", "~x + z")]
    [InlineData("y ~ x", ". ~ . + (z > 3)", "y ~ x + (z > 3)")]
    public void UpdateHandlesRandomTerms(string formula, string change, string updated) =>
        Assert.Equal(updated, ModelFormula.Parse(formula).Update(change).ToString());

    [Fact]
    public void OperatorsBindAsInR()
    {
        Assert.Equal("-x^2", FormulaParser.Parse("~ -x^2").RightHandSide.ToString());
        Assert.IsType<UnaryNode>(FormulaParser.Parse("~ -x^2").RightHandSide);
        Assert.Equal("*", ((BinaryNode)FormulaParser.Parse("~ a * b:c").RightHandSide).Operator);
        Assert.Equal("|", ((BinaryNode)FormulaParser.Parse("~ a + b | c/d").RightHandSide).Operator);
        var power = (BinaryNode)FormulaParser.Parse("~ a^b^c").RightHandSide;
        Assert.Equal("b^c", power.Right.ToString());
        var quotient = (BinaryNode)FormulaParser.Parse("~ a/b/c").RightHandSide;
        Assert.Equal("a/b", quotient.Left.ToString());
    }

    [Fact]
    public void NestedGroupingFactorsExpandAsInLme4()
    {
        var terms = ModelFormula.Parse("y ~ (x | a/b/c)").RandomTerms;
        Assert.Equal(["c:(b:a)", "b:a", "a"], terms.Select(term => term.Group.ToString()));
        Assert.All(terms, term => Assert.Equal("x", term.Effects.ToString()));
    }
}
