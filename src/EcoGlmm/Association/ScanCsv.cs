using System.Globalization;
using EcoGlmm.Data;

namespace EcoGlmm.Association;

/// <summary>A scan's rows as lines of CSV and back, to the last bit.</summary>
internal static class ScanCsv
{
    private const int Fields = 12;

    public const string Heading =
        "marker,chromosome,position,effect_allele,other_allele,frequency,n,beta,se,p_wald,p_lrt,p_score\n";

    public static string Line(MarkerAssociation row)
    {
        var m = row.Marker;
        return string.Create(CultureInfo.InvariantCulture,
            $"{Text(m.Name)},{Text(m.Chromosome)},{m.Position},{Text(m.EffectAllele)},{Text(m.OtherAllele)},{Number(row.Frequency)},"
            + $"{row.N},{Number(row.Beta)},{Number(row.StandardError)},{Number(row.WaldP)},{Number(row.LikelihoodRatioP)},"
            + $"{Number(row.ScoreP)}\n");
    }

    public static IEnumerable<MarkerAssociation> Read(string path)
    {
        if (!File.Exists(path))
        {
            throw new GlmmException($"The file \"{path}\" does not exist.");
        }

        var number = 0;
        foreach (var line in File.ReadLines(path))
        {
            if (number++ == 0)
            {
                if (line != Heading.TrimEnd('\n'))
                {
                    throw new GlmmException($"The file \"{path}\" is not the output of a scan: its first line is not "
                        + $"{Heading.TrimEnd('\n')}.");
                }

                continue;
            }

            yield return Parse(line, path, number);
        }
    }

    private static MarkerAssociation Parse(string line, string path, int number)
    {
        var fields = Split(line);
        if (fields.Count != Fields || !long.TryParse(fields[2], CultureInfo.InvariantCulture, out var position)
            || !int.TryParse(fields[6], CultureInfo.InvariantCulture, out var n))
        {
            throw new GlmmException($"Line {number} of \"{path}\" is not a line of a scan; the file may be cut short.");
        }

        double Value(int k) => fields[k] == "NA" ? double.NaN
            : NumberText.TryParse(fields[k], out var value) ? value
            : throw new GlmmException($"Line {number} of \"{path}\" has \"{fields[k]}\" where a number should be.");
        return new MarkerAssociation(new Marker(fields[0], fields[1], position, fields[3], fields[4]),
            Value(5), n, Value(7), Value(8), Value(9), Value(10), Value(11));
    }

    private static List<string> Split(string line)
    {
        var fields = new List<string>(Fields);
        var i = 0;
        while (i <= line.Length)
        {
            if (i < line.Length && line[i] == '"')
            {
                var end = i + 1;
                while (end < line.Length && (line[end] != '"' || (end + 1 < line.Length && line[end + 1] == '"')))
                {
                    end += line[end] == '"' ? 2 : 1;
                }

                fields.Add(line[(i + 1)..Math.Min(end, line.Length)].Replace("\"\"", "\"", StringComparison.Ordinal));
                i = end + 2;
                continue;
            }

            var comma = line.IndexOf(',', i);
            comma = comma < 0 ? line.Length : comma;
            fields.Add(line[i..comma]);
            i = comma + 1;
        }

        return fields;
    }

    private static string Number(double value) => double.IsNaN(value) ? "NA" : value.ToString("R", CultureInfo.InvariantCulture);

    private static string Text(string text) => text.AsSpan().IndexOfAny(",\"\n") < 0
        ? text
        : "\"" + text.Replace("\"", "\"\"", StringComparison.Ordinal) + "\"";
}
