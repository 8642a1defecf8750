namespace EcoGlmm.Data;

/// <summary>Finds out which character separates the fields of a file.</summary>
internal static class CsvSeparator
{
    private const int SampledRecords = 50;
    private const int SampledCharacters = 1 << 16;
    private static readonly char[] Candidates = [',', ';', '\t'];

    /// <summary>
    /// The candidate whose number in the first record is met by most of the next ones; between equals the more
    /// frequent one. Separators within quotes do not count. A comma if there is none at all.
    /// </summary>
    public static char Detect(CsvFile file, char decimalSeparator)
    {
        using var reader = file.Open();
        var buffer = new char[SampledCharacters];
        var sample = buffer.AsSpan(0, reader.ReadBlock(buffer, 0, buffer.Length));
        var best = ',';
        var bestScore = (Agreeing: 0.0, InHeader: 0);
        foreach (var candidate in Candidates)
        {
            if (candidate == decimalSeparator)
                continue;
            var counts = CountPerRecord(sample, candidate, sample.Length < SampledCharacters);
            if (counts.Count == 0 || counts[0] == 0)
                continue;
            var agreeing = counts.Count(count => count == counts[0]) / (double)counts.Count;
            if ((agreeing, counts[0]).CompareTo(bestScore) > 0)
                (best, bestScore) = (candidate, (agreeing, counts[0]));
        }
        return best == decimalSeparator ? ';' : best;
    }

    private static List<int> CountPerRecord(ReadOnlySpan<char> text, char separator, bool complete)
    {
        var counts = new List<int>();
        var count = 0;
        var quoted = false;
        var fieldStart = true;
        var blank = true;
        for (var i = 0; i < text.Length && counts.Count < SampledRecords; i++)
        {
            var c = text[i];
            if (c == '"' && (quoted || fieldStart))
                quoted = !quoted;
            if (!quoted && c is '\n' or '\r')
            {
                if (!blank)
                    counts.Add(count);
                (count, fieldStart, blank) = (0, true, true);
                continue;
            }
            if (!quoted && c == separator)
                count++;
            fieldStart = c == separator || (fieldStart && c == ' ');
            blank &= c == ' ';
        }
        // The last record of a longer file may have been cut by the end of the sample.
        if (!blank && counts.Count < SampledRecords && (complete || counts.Count == 0))
            counts.Add(count);
        return counts;
    }
}
