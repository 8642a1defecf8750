using System.Globalization;
using System.Text;
using EcoGlmm.Data;

namespace EcoGlmm.Formulas;

/// <summary>
/// Writes a syntax tree as R's deparse does, since names of terms and coefficients are such texts: blanks around
/// + - * %in% and comparisons, none around / ^ : and %%.
/// </summary>
internal static class Deparser
{
    public static string Text(FormulaNode node)
    {
        var text = new StringBuilder();
        Append(text, node);
        return text.ToString();
    }

    public static string Name(string name) => FormulaLexer.IsPlainName(name)
        ? name
        : $"`{name.Replace("\\", "\\\\").Replace("`", "\\`")}`";

    private static void Append(StringBuilder text, FormulaNode node)
    {
        switch (node)
        {
            case NumberNode number:
                text.Append(Number(number.Value));
                if (number.IsInteger)
                    text.Append('L');
                break;
            case TextNode quoted:
                text.Append('"').Append(quoted.Value.Replace("\\", "\\\\").Replace("\"", "\\\"")).Append('"');
                break;
            case NameNode name:
                text.Append(Constants.IsConstant(name.Name) ? name.Name : Name(name.Name));
                break;
            case ParenthesisNode parenthesis:
                text.Append('(');
                Append(text, parenthesis.Inner);
                text.Append(')');
                break;
            case UnaryNode unary:
                text.Append(unary.Operator);
                Append(text, unary.Operand);
                break;
            case BinaryNode binary:
                Append(text, binary.Left);
                text.Append(binary.Operator is "/" or "^" or ":" or "%%" or "%/%"
                    ? binary.Operator
                    : $" {binary.Operator} ");
                Append(text, binary.Right);
                break;
            case CallNode call:
                text.Append(call.Package).Append(Name(call.Function)).Append('(');
                for (var i = 0; i < call.Arguments.Count; i++)
                {
                    if (i > 0)
                        text.Append(", ");
                    if (call.Arguments[i].Name is { } argument)
                        text.Append(Name(argument)).Append(" = ");
                    Append(text, call.Arguments[i].Value);
                }
                text.Append(')');
                break;
        }
    }

    // A whole number of six digits or more is in scientific notation where that is shorter, as R has it: 1e+05.
    private static string Number(double value)
    {
        if (value >= 1e5 && value <= int.MaxValue && value == Math.Floor(value))
        {
            var digits = value.ToString("F0", CultureInfo.InvariantCulture);
            var significant = digits.TrimEnd('0');
            var scientific = (significant.Length > 1 ? significant[0] + "." + significant[1..] : significant)
                             + "e+" + (digits.Length - 1).ToString("00", CultureInfo.InvariantCulture);
            return digits.Length <= scientific.Length ? digits : scientific;
        }
        return NumberText.Format(value);
    }
}
