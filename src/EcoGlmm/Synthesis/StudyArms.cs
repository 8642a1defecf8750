using EcoGlmm.Text;

namespace EcoGlmm.Syntheses;

/// <summary>Events and individuals (or exposure) of the two arms of each study.</summary>
internal sealed record StudyArms(string[] Studies, double[] TreatedEvents, double[] TreatedSize, double[] ControlEvents,
    double[] ControlSize)
{
    public int Count => Studies.Length;

    /// <summary>What the effect may change with from study to study.</summary>
    public StudyModerators Moderators { get; init; } = StudyModerators.None(Studies.Length);

    /// <summary>Some of the studies, in the order asked for.</summary>
    public StudyArms Only(int[] kept) => new(Array.ConvertAll(kept, i => Studies[i]), Array.ConvertAll(kept, i => TreatedEvents[i]),
        Array.ConvertAll(kept, i => TreatedSize[i]),
        Array.ConvertAll(kept, i => ControlEvents[i]), Array.ConvertAll(kept, i => ControlSize[i])) { Moderators = Moderators.Only(kept) };

    /// <summary>Whether a study has no events, or nothing but events, and with a baseline of its own tells nothing of a ratio.</summary>
    public bool SaysNothing(int i, SynthesisMeasure measure) => TreatedEvents[i] + ControlEvents[i] == 0
        || (measure != SynthesisMeasure.RateRatio && TreatedEvents[i] == TreatedSize[i] && ControlEvents[i] == ControlSize[i]);

    /// <summary>The first study with nothing but events in an arm; null where there is none.</summary>
    public string? Certain => Enumerable.Range(0, Count)
        .Where(i => TreatedEvents[i] == TreatedSize[i] || ControlEvents[i] == ControlSize[i]).Select(i => Studies[i]).FirstOrDefault();

    /// <exception cref="GlmmException">A study does not have its two arms, or the numbers are impossible.</exception>
    public static StudyArms Read(FieldData data, string study, string treated, string events, string size, SynthesisMeasure measure,
        string? moderators = null)
    {
        var names = data.Texts(study);
        var isTreated = Arm(data, treated);
        var e = data.Numbers(events);
        var n = data.Numbers(size);
        var rows = new Dictionary<string, (int Treated, int Control)>(StringComparer.Ordinal);
        var order = new List<string>();
        for (var i = 0; i < names.Length; i++)
        {
            if (names[i] is not { } name)
            {
                throw new GlmmException($"The study in row {i + 1} has no name in the column \"{study}\".");
            }

            Check(e[i], n[i], i, events, size, measure);
            if (!rows.TryGetValue(name, out var both))
            {
                both = (-1, -1);
                order.Add(name);
            }

            if ((isTreated[i] ? both.Treated : both.Control) >= 0)
            {
                throw new GlmmException($"The study \"{name}\" has two rows of one arm. Add their events and sizes up, or give each "
                    + $"comparison a name of its own.");
            }

            rows[name] = isTreated[i] ? (i, both.Control) : (both.Treated, i);
        }

        var single = order.Find(name => rows[name].Treated < 0 || rows[name].Control < 0);
        if (single is not null)
        {
            throw new GlmmException($"The study \"{single}\" has but one arm; each needs a row with and one without treatment.");
        }

        double[] Pick(double[] values, bool fromTreated) => [.. order.Select(name => values[fromTreated ? rows[name].Treated
            : rows[name].Control])];
        string[] studies = [.. order];
        return new StudyArms(studies, Pick(e, true), Pick(n, true), Pick(e, false), Pick(n, false))
        {
            Moderators = moderators is null ? StudyModerators.None(studies.Length)
                : StudyModerators.Of(moderators, data, studies, Array.ConvertAll(studies, name => rows[name])),
        };
    }

    private static bool[] Arm(FieldData data, string treated)
    {
        var texts = data.Texts(treated);
        var levels = data.Levels(treated);
        var missing = Array.FindIndex(texts, t => t is null);
        if (levels.Count != 2 || missing >= 0)
        {
            throw new GlmmException(missing >= 0 ? $"Row {missing + 1} has no value of \"{treated}\"."
                : $"The column \"{treated}\" has {Names.Count(levels.Count, "value")} ({Names.List([.. levels])}); two tell the "
                    + "arms apart.");
        }

        return Array.ConvertAll(texts, t => t == levels[1]);
    }

    private static void Check(double e, double n, int row, string events, string size, SynthesisMeasure measure)
    {
        var isCount = e >= 0 && e == Math.Floor(e) && double.IsFinite(n);
        var fits = measure == SynthesisMeasure.RateRatio ? n > 0 : n >= e && n == Math.Floor(n) && n > 0;
        if (!isCount || !fits)
        {
            throw new GlmmException($"Row {row + 1} has {e} events (\"{events}\") of {n} (\"{size}\"); events are whole numbers, "
                + (measure == SynthesisMeasure.RateRatio ? "and exposure is positive." : "and no more than the individuals."));
        }
    }
}
