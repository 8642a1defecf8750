using System.Text;

namespace EcoGlmm.Formulas;

/// <summary>Complaints about a formula that show its text with a caret under the fault.</summary>
internal static class FormulaError
{
    /// <param name="text">The formula as written.</param>
    /// <param name="position">Index into the text; its length for a fault at the end.</param>
    /// <param name="fault">What is wrong, without a full stop.</param>
    /// <param name="advice">What to try, as sentences.</param>
    /// <param name="column">The column that is at fault; null for none.</param>
    public static GlmmException At(string text, int position, string fault, string advice, string? column = null)
    {
        var message = new StringBuilder();
        message.Append(fault).Append(":\n  ");
        foreach (var c in text)
            message.Append(char.IsControl(c) ? ' ' : c);
        message.Append("\n  ").Append(' ', position).Append("^\n").Append(advice);
        return new GlmmException(message.ToString()) { Kind = GlmmErrorKind.Formula, Position = position, Column = column };
    }
}
