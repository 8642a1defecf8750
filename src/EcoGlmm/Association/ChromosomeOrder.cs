namespace EcoGlmm.Association;

/// <summary>
/// The order in which chromosomes are drawn, whatever their order in a file: by number, then X, Y, XY and MT, then other names with
/// numbers in them by these; what is not placed (0) comes last.
/// </summary>
internal sealed class ChromosomeOrder : IComparer<string>
{
    private static readonly string[] Lettered = ["X", "Y", "XY", "MT", "M"];

    public static ChromosomeOrder Instance { get; } = new();

    public int Compare(string? x, string? y)
    {
        var (a, b) = (Bare(x ?? ""), Bare(y ?? ""));
        var byRank = Rank(a).CompareTo(Rank(b));
        return byRank != 0 ? byRank : Natural(a, b) is var order && order != 0 ? order : string.CompareOrdinal(x, y);
    }

    private static string Bare(string name) =>
        name.StartsWith("chr", StringComparison.OrdinalIgnoreCase) && name.Length > 3 ? name[3..].TrimStart('_') : name;

    private static int Rank(string name)
    {
        var lettered = Array.FindIndex(Lettered, l => l.Equals(name, StringComparison.OrdinalIgnoreCase));
        return name is "0" or "" ? Lettered.Length + 2 : char.IsAsciiDigit(name[0]) ? 0 : lettered < 0 ? Lettered.Length + 1 : lettered + 1;
    }

    // Runs of digits compare as numbers, everything else letter by letter.
    private static int Natural(string a, string b)
    {
        var (i, j) = (0, 0);
        while (i < a.Length && j < b.Length)
        {
            int order;
            if (char.IsAsciiDigit(a[i]) && char.IsAsciiDigit(b[j]))
            {
                var (first, second) = (Digits(a, ref i), Digits(b, ref j));
                order = first.Length != second.Length ? first.Length.CompareTo(second.Length) : string.CompareOrdinal(first, second);
            }
            else
            {
                order = char.ToUpperInvariant(a[i++]).CompareTo(char.ToUpperInvariant(b[j++]));
            }

            if (order != 0) return order;
        }

        return (a.Length - i).CompareTo(b.Length - j);
    }

    private static string Digits(string text, ref int at)
    {
        var start = at;
        while (at < text.Length && char.IsAsciiDigit(text[at])) at++;
        return text[start..at].TrimStart('0');
    }
}
