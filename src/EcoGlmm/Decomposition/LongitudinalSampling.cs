using EcoGlmm.Text;

namespace EcoGlmm;

/// <summary>How well the data follow individuals through their ages: what every method here lives on.</summary>
public sealed record LongitudinalSampling
{
    /// <summary>Rows used.</summary>
    public required int Records { get; init; }

    /// <summary>Individuals in them.</summary>
    public required int Individuals { get; init; }

    /// <summary>Individuals with records at two or more different ages; only they show ageing.</summary>
    public required int FollowedIndividuals { get; init; }

    /// <summary>Records per individual.</summary>
    public required double MeanRecords { get; init; }

    /// <summary>The middle number of records per individual.</summary>
    public required double MedianRecords { get; init; }

    /// <summary>Mean age of the records.</summary>
    public required double MeanAge { get; init; }

    /// <summary>Standard deviation of the ages of the records.</summary>
    public required double AgeSd { get; init; }

    /// <summary>Share of the variance of age that lies within individuals.</summary>
    public required double WithinShare { get; init; }

    /// <summary>Mean over individuals of the age at first record.</summary>
    public required double MeanFirstAge { get; init; }

    /// <summary>Standard deviation over individuals of the age at first record.</summary>
    public required double FirstAgeSd { get; init; }

    /// <summary>Mean over individuals of the age at last record.</summary>
    public required double MeanLastAge { get; init; }

    /// <summary>Standard deviation over individuals of the age at last record: the spread of longevity, as far as the records show
    /// it.</summary>
    public required double LastAgeSd { get; init; }

    /// <summary>
    /// Share of the yearly steps between an individual's first and last record that have no record; NaN where ages are no multiples of a
    /// step.
    /// </summary>
    public required double MissedShare { get; init; }

    internal static LongitudinalSampling Of(double[] age, string[] id, double[] firstAge, double[] lastAge, double step)
    {
        var individuals = Enumerable.Range(0, age.Length).GroupBy(row => id[row], StringComparer.Ordinal)
            .Select(rows => (Rows: rows.ToArray(), Ages: rows.Select(row => age[row]).ToArray())).ToArray();
        var counts = individuals.Select(i => (double)i.Ages.Length).Order().ToArray();
        var mean = age.Average();
        var total = age.Sum(a => (a - mean) * (a - mean));
        var within = individuals.Sum(i => i.Ages.Sum(a => (a - i.Ages.Average()) * (a - i.Ages.Average())));
        var first = Array.ConvertAll(individuals, i => firstAge[i.Rows[0]]);
        var last = Array.ConvertAll(individuals, i => lastAge[i.Rows[0]]);
        var possible = individuals.Sum(i => Math.Round((i.Ages.Max() - i.Ages.Min()) / step) + 1);
        var seen = individuals.Sum(i => i.Ages.Select(a => Math.Round(a / step)).Distinct().Count());
        return new LongitudinalSampling
        {
            Records = age.Length,
            Individuals = individuals.Length,
            FollowedIndividuals = individuals.Count(i => i.Ages.Distinct().Count() > 1),
            MeanRecords = counts.Average(),
            MedianRecords = 0.5 * (counts[(counts.Length - 1) / 2] + counts[counts.Length / 2]),
            MeanAge = mean,
            AgeSd = Math.Sqrt(total / Math.Max(1, age.Length - 1)),
            WithinShare = total > 0 ? within / total : double.NaN,
            MeanFirstAge = first.Average(),
            FirstAgeSd = Spread(first),
            MeanLastAge = last.Average(),
            LastAgeSd = Spread(last),
            MissedShare = age.All(a => Math.Abs((a / step) - Math.Round(a / step)) < 1e-9) ? 1 - (seen / possible) : double.NaN,
        };
    }

    internal IEnumerable<string> Warnings(string age)
    {
        if (FollowedIndividuals < 20)
        {
            yield return $"Only {FollowedIndividuals} of {NumberFormat.Count(Individuals, "individual")} "
                + $"{(FollowedIndividuals == 1 ? "was" : "were")} recorded at more than one age; change within individuals rests on "
                + "them alone.";
        }

        if (MedianRecords < 3)
        {
            yield return $"Half of the individuals have {NumberFormat.Significant(MedianRecords)} record{(MedianRecords == 1 ? "" : "s")} "
                + $"or fewer. Individual means of {age} are then rough: slopes within individuals stay unbiased but imprecise, quadratics "
                + "and random slopes are hardly supported, and the age at the last record says little about longevity.";
        }

        if (WithinShare < 0.1)
        {
            yield return $"Only {NumberFormat.Fixed(100 * WithinShare, 0)} % of the variance of {age} lies within individuals: they were "
                + $"followed over a small part of the ages compared.";
        }

        if (LastAgeSd < 1e-9 * (1 + Math.Abs(MeanLastAge)))
            yield return $"All individuals have the same {age} at their last record, so nothing can be said about longevity.";
        else if (LastAgeSd < 0.5 * AgeSd)
        {
            yield return $"Individuals hardly differ in {age} at their last record (standard deviation "
                + $"{NumberFormat.Significant(LastAgeSd, 2)}): methods with age at the last record have little to work with.";
        }

        if (MissedShare > 0.25)
        {
            yield return $"Between first and last record {NumberFormat.Fixed(100 * MissedShare, 0)} % of the years have no record. Many "
                + $"individuals will have lived on after their last record, so that it understates longevity.";
        }
    }

    internal static double Spread(double[] values)
    {
        var mean = values.Average();
        return values.Length < 2 ? 0 : Math.Sqrt(values.Sum(v => (v - mean) * (v - mean)) / (values.Length - 1));
    }
}
