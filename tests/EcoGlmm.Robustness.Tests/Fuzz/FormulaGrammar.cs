namespace EcoGlmm.Robustness.Tests.Fuzz;

/// <summary>Writes formulas as an analyst might, and spoils them as a typing hand, or somebody who means harm, might.</summary>
internal sealed class FormulaGrammar(Random random)
{
    private static readonly string[] Columns = ["x", "z", "n", "f", "id", "seen", "day", "`my x`", "big", "tiny"];
    private static readonly string[] Unary =
        ["log", "sqrt", "exp", "scale", "center", "abs", "I", "factor", "as.numeric", "log1p", "within", "mean", "min", "splines::ns",
            "as.factor", "ordered", "sign", "nothing", "s"];
    private static readonly string[] Numbers = ["0", "1", "2", "3", "-1", "0.5", "1e5", "1e308", "Inf", "NaN", "NA", "NULL", "TRUE",
        "1e-300", "50", "3L"];
    private static readonly string[] Characters =
        ["(", ")", "~", "|", "||", "+", "-", "*", ":", "/", "^", ",", "=", "\"", "'", "`", "%", "%%", "%in%", ".", " ", "\t", "\n", "\0",
            "é", "🦉", "\ud800", "::", "$", "[", "]", "{", "#", "\\", "1", "1e", "x", "olre", "\u202e"];

    public string Formula()
    {
        var response = Pick(["y", "y", "y", "n", "log(n)", "cbind(n, z)", "seen", "f", "1", ""]);
        return $"{response} ~ {Sum(random.Next(1, 5))}";
    }

    public string Spoilt()
    {
        var text = Formula();
        for (var times = random.Next(1, 6); times > 0; times--)
        {
            var at = random.Next(text.Length + 1);
            text = random.Next(5) switch
            {
                0 => text.Insert(at, Pick(Characters)),
                1 when at < text.Length => text.Remove(at, Math.Min(random.Next(1, 4), text.Length - at)),
                2 when at < text.Length => text[..at] + Pick(Characters) + text[(at + 1)..],
                3 => text[..at] + text[random.Next(text.Length + 1)..],
                _ => text + Pick([" + ", " * ", "^", " | ", ":"]) + Sum(1),
            };
        }
        return text;
    }

    private string Sum(int terms) => string.Join(Pick([" + ", " + ", " + ", " - ", "+"]), Enumerable.Range(0, terms).Select(_ => Term(3)));

    private string Term(int depth) => random.Next(depth <= 0 ? 3 : 14) switch
    {
        0 or 1 => Pick(Columns),
        2 => Pick(["1", "0", ".", "olre", "-1"]),
        3 => $"{Pick(Unary)}({Expression(depth - 1)})",
        4 => $"poly({Pick(Columns)}, {Pick(["2", "3", "1", "9", "30", "x", "raw = TRUE"])})",
        5 => $"{Pick(["ns", "bs"])}({Expression(depth - 1)}, {Pick(["df = 3", "3", "knots = c(1, 3)", "df = 60", "degree = 1"])})",
        6 => $"cut({Expression(depth - 1)}, {Pick(["3", "c(0, 2, 5)", "1:5", "1:Inf", "0", "c(2, 2)"])})",
        7 => $"{Term(depth - 1)}{Pick(["*", ":", " * ", "/", " %in% "])}{Term(depth - 1)}",
        8 => $"({Sum(random.Next(1, 4))})^{Pick(["2", "3", "1", "0", "x", "99"])}",
        9 => $"offset({Expression(depth - 1)})",
        10 or 11 => $"({Pick(["1", "x", "0 + f", "1 + z", "f", "x + z", "y", "poly(x, 2)"])} {Pick(["|", "||"])} "
            + $"{Pick(["id", "f", "id/f", "f:id", "day", "olre", "factor(n)", "x"])})",
        12 => $"{Pick(["diag", "us", "cs", "ar1", "ou", "rr", "nested"])}({Pick(["1", "0 + f", "x"])} | {Pick(["id", "f"])})",
        _ => $"ifelse({Expression(depth - 1)}, {Pick(Numbers)}, {Pick(Columns)})",
    };

    private string Expression(int depth) => random.Next(depth <= 0 ? 2 : 5) switch
    {
        0 => Pick(Columns),
        1 => Pick(Numbers),
        2 => $"{Expression(depth - 1)} {Pick(["+", "-", "*", "/", "^", "%%", "==", ">", "&", "%in%", ":"])} {Expression(depth - 1)}",
        3 => $"{Pick(Unary)}({Expression(depth - 1)})",
        _ => $"({Expression(depth - 1)})",
    };

    private string Pick(string[] from) => from[random.Next(from.Length)];
}
