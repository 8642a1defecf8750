namespace EcoGlmm.Decomposition;

/// <summary>
/// What a mean-centred fit says on the scale of the response, per unit of exposure: the mean of the individuals present at each age, and
/// the mean
/// that all individuals would have there, each followed along its own trajectory. The two differ by who is there.
/// </summary>
/// <remarks>
/// Random effects of the individual are at their conditional modes; other random effects (years, sites, rows) are averaged out over their
/// distribution; covariates are as recorded, for the trajectories as in each individual's first record.
/// </remarks>
internal sealed class AgeCurves
{
    private const int MostIndividuals = 400;
    private const int MostLines = 60;
    private const int LeastPresent = 5;

    /// <summary>The ages at which at least a few individuals are present.</summary>
    public required double[] Ages { get; init; }

    /// <summary>Number of individuals present.</summary>
    public required int[] Present { get; init; }

    /// <summary>Observed means of those present.</summary>
    public required double[] Observed { get; init; }

    /// <summary>Expected means of those present.</summary>
    public required double[] Population { get; init; }

    /// <summary>Means that all individuals would have.</summary>
    public required double[] Within { get; init; }

    public required double[] Lower { get; init; }

    public required double[] Upper { get; init; }

    /// <summary>Some individuals' ages and expected values, first to last record.</summary>
    public required (string Id, double[] Age, double[] Mean)[] Individuals { get; init; }

    /// <returns>Null where fewer than two ages were recorded of enough individuals to draw a line.</returns>
    public static AgeCurves? Of(GlmmFit fit, string age, string by, AgeSample sample, double level)
    {
        var rows = fit.Data.Take(fit.Specification.Rows);
        var response = new ExpectedResponse(fit, by);
        var fitted = response.Of(rows, fit.Specification.Conditional.Training);
        var byClass = Enumerable.Range(0, fitted.Length).GroupBy(row => sample.Classes.Class[row])
            .Where(group => group.Select(row => sample.Id[row]).Distinct().Count() >= LeastPresent).OrderBy(group => group.Key).ToArray();
        if (byClass.Length < 2) return null;
        var ages = Array.ConvertAll(byClass, group => sample.Classes.AgeOf(group.Key));

        var firstRows = Enumerable.Range(0, fitted.Length).GroupBy(row => sample.Id[row], StringComparer.Ordinal)
            .Select(group => group.MinBy(row => sample.Age[row])).ToArray();
        var followed = Thin(firstRows, MostIndividuals);
        var (within, lower, upper) = (new double[ages.Length], new double[ages.Length], new double[ages.Length]);
        for (var k = 0; k < ages.Length; k++)
            (within[k], lower[k], upper[k]) = response.Average(rows.Take(followed).With(age, Enumerable.Repeat(ages[k], followed.Length)),
                level);

        var lines = Enumerable.Range(0, fitted.Length).GroupBy(row => sample.Id[row], StringComparer.Ordinal)
            .Select(group => (Id: group.Key, Rows: group.OrderBy(row => sample.Age[row]).ToArray()))
            .Where(line => line.Rows.Length > 1).OrderBy(line => sample.Age[line.Rows[^1]]).ThenBy(line => line.Id, StringComparer.Ordinal)
            .ToArray();
        return new AgeCurves
        {
            Ages = ages,
            Present = Array.ConvertAll(byClass, group => group.Select(row => sample.Id[row]).Distinct().Count()),
            Observed = Array.ConvertAll(byClass, group => group.Average(row => sample.Response[row])),
            Population = Array.ConvertAll(byClass, group => group.Average(row => fitted[row])),
            Within = within,
            Lower = lower,
            Upper = upper,
            Individuals = Array.ConvertAll(Thin(lines, MostLines), line => (line.Id,
                Array.ConvertAll(line.Rows, row => sample.Age[row]), Array.ConvertAll(line.Rows, row => fitted[row]))),
        };
    }

    private static T[] Thin<T>(T[] items, int most) =>
        items.Length <= most ? items : [.. Enumerable.Range(0, most).Select(i => items[(int)((i + 0.5) * items.Length / most)])];
}
