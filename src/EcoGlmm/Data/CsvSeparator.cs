namespace EcoGlmm.Data;

/// <summary>Finds out which character separates the fields of a file.</summary>
internal static class CsvSeparator
{
    private const int SampledRecords = 50;
    private const int SampledCharacters = 1 << 16;
    private static readonly char[] Candidates = [',', ';', '\t'];

    /// <summary>
    /// The candidate under which the fewest quotes stand where none belong; then the one whose number in the first record is met
    /// by most of the next ones; between equals the more frequent one. Separators within quotes do not count. A comma if there
    /// is none at all.
    /// </summary>
    public static char Detect(CsvFile file, char decimalSeparator)
    {
        using var reader = file.Open();
        var buffer = new char[SampledCharacters];
        var sample = buffer.AsSpan(0, reader.ReadBlock(buffer, 0, buffer.Length));
        var best = ',';
        var bestScore = (Tidy: int.MinValue, Agreeing: 0.0, InHeader: 0);
        foreach (var candidate in Candidates)
        {
            if (candidate == decimalSeparator)
                continue;
            var (counts, strayQuotes) = CountPerRecord(sample, candidate, sample.Length < SampledCharacters);
            if (counts.Count == 0 || counts[0] == 0)
                continue;
            var agreeing = counts.Count(count => count == counts[0]) / (double)counts.Count;
            var score = (-strayQuotes, agreeing, counts[0]);
            if (score.CompareTo(bestScore) > 0)
                (best, bestScore) = (candidate, score);
        }
        return best == decimalSeparator ? ';' : best;
    }

    private static (List<int> Counts, int StrayQuotes) CountPerRecord(ReadOnlySpan<char> text, char separator, bool complete)
    {
        var counts = new List<int>();
        var (count, stray) = (0, 0);
        var (quoted, fieldStart, afterQuote, blank) = (false, true, false, true);
        for (var i = 0; i < text.Length && counts.Count < SampledRecords; i++)
        {
            var c = text[i];
            if (quoted)
            {
                if (c == '"' && i + 1 < text.Length && text[i + 1] == '"')
                    i++;
                else if (c == '"')
                    (quoted, afterQuote) = (false, true);
                continue;
            }
            if (c is '\n' or '\r')
            {
                if (!blank)
                    counts.Add(count);
                (count, fieldStart, afterQuote, blank) = (0, true, false, true);
                continue;
            }
            blank &= c == ' ';
            if (c == separator)
            {
                count++;
                (fieldStart, afterQuote) = (true, false);
            }
            else if (c == '"' && fieldStart)
                (quoted, fieldStart) = (true, false);
            else if (c == '"' || (afterQuote && c != ' '))
                (stray, fieldStart, afterQuote) = (stray + 1, false, false);
            else if (c != ' ')
                fieldStart = false;
        }
        // The last record of a longer file may have been cut by the end of the sample.
        if (!blank && counts.Count < SampledRecords && (complete || counts.Count == 0))
            counts.Add(count);
        return (counts, stray);
    }
}
