namespace EcoGlmm.Data;

/// <summary>Numbers as a factor: the values that occur, ascending, and which of them each row has.</summary>
internal static class NumberCoding
{
    /// <summary>Whole numbers no further apart than this many times their number are looked up in a table.</summary>
    private const int TableShare = 2;

    /// <summary>Tables of so few places are made whatever the number of rows.</summary>
    private const int SmallTable = 1 << 16;

    /// <summary>The values that occur, and for each row its place among them, −1 for a NaN.</summary>
    public static (double[] Values, int[] Codes) Of(double[] numbers) => OfWholeNumbers(numbers) ?? OfAny(numbers);

    private static (double[] Values, int[] Codes) OfAny(double[] numbers)
    {
        var codeOf = new Dictionary<double, int>();
        var codes = new int[numbers.Length];
        for (var row = 0; row < numbers.Length; row++)
        {
            if (double.IsNaN(numbers[row]))
            {
                codes[row] = -1;
                continue;
            }
            if (!codeOf.TryGetValue(numbers[row], out codes[row]))
                codeOf.Add(numbers[row], codes[row] = codeOf.Count);
        }
        var values = codeOf.Keys.ToArray();
        var order = new int[values.Length];
        for (var k = 0; k < order.Length; k++)
            order[k] = k;
        Array.Sort(values, order);
        var rank = new int[order.Length];
        for (var k = 0; k < order.Length; k++)
            rank[order[k]] = k;
        for (var row = 0; row < codes.Length; row++)
        {
            if (codes[row] >= 0)
                codes[row] = rank[codes[row]];
        }
        return (values, codes);
    }

    // Identifiers and years are whole numbers close together: a table of places is several times quicker than a dictionary.
    private static (double[] Values, int[] Codes)? OfWholeNumbers(double[] numbers)
    {
        var (least, most) = (double.PositiveInfinity, double.NegativeInfinity);
        foreach (var x in numbers)
        {
            if (double.IsNaN(x))
                continue;
            if (x != Math.Floor(x))
                return null;
            least = Math.Min(least, x);
            most = Math.Max(most, x);
        }
        if (most < least)
        {
            var none = new int[numbers.Length];
            Array.Fill(none, -1);
            return ([], none);
        }
        if (!(most - least < Math.Min(Math.Max((long)TableShare * numbers.Length, SmallTable), Array.MaxLength)))
            return null;
        var place = new int[(int)(most - least) + 1];
        foreach (var x in numbers)
        {
            if (!double.IsNaN(x))
                place[(int)(x - least)] = 1;
        }
        var values = new List<double>();
        for (var k = 0; k < place.Length; k++)
        {
            if (place[k] == 0)
                continue;
            place[k] = values.Count;
            values.Add(least + k);
        }
        var codes = new int[numbers.Length];
        for (var row = 0; row < codes.Length; row++)
            codes[row] = double.IsNaN(numbers[row]) ? -1 : place[(int)(numbers[row] - least)];
        return ([.. values], codes);
    }
}
