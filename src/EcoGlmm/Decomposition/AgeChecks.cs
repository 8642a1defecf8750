using EcoGlmm.Data;

namespace EcoGlmm.Decomposition;

/// <summary>What an analysis of ageing needs of its data, said before any number is given.</summary>
internal static class AgeChecks
{
    /// <exception cref="GlmmException">A column is missing or not numeric, or an option is out of range.</exception>
    public static void Require(FieldData data, string age, string by, AgeAnalysisOptions analysis)
    {
        if (!(analysis.Level > 0 && analysis.Level < 1))
            throw new GlmmException($"The level of an interval lies between 0 and 1, for example 0.95, not {analysis.Level}.");
        if (analysis.AgeStep is { } step && !(step > 0)) throw new GlmmException($"AgeStep must be above 0, not {step}.");
        _ = data.Column(by);
        if (data.Column(age) is not NumericColumn)
            throw new GlmmException($"The column \"{age}\" is not numeric, as ages must be. Make it so with AsNumeric.");
        if (age == by) throw new GlmmException($"\"{age}\" was given both as the age and as what tells individuals apart.");
        foreach (var column in new[] { analysis.LastAge, analysis.FirstAge }.OfType<string>())
        {
            if (data.Column(column) is not NumericColumn)
                throw new GlmmException($"The column \"{column}\" is not numeric. Make it so with AsNumeric.");
        }
    }

    /// <exception cref="GlmmException">A known age differs between the rows of an individual, or a record lies beyond it.</exception>
    public static void RequireAgesOfDeath(FieldData rows, string age, string by, AgeAnalysisOptions analysis)
    {
        Check(rows, age, by, analysis.LastAge, "above", "last", (recorded, known) => recorded > known);
        Check(rows, age, by, analysis.FirstAge, "below", "first", (recorded, known) => recorded < known);
    }

    /// <exception cref="GlmmException">Nobody was recorded at two ages, or there is a single individual.</exception>
    public static void RequireFollowed(LongitudinalSampling sampling, string age, string by)
    {
        if (sampling.Individuals < 2)
            throw new GlmmException($"All rows belong to one individual by \"{by}\". Is it the column that tells individuals apart?");
        if (sampling.FollowedIndividuals == 0)
        {
            throw new GlmmException($"No individual was recorded at more than one {age}, so change within individuals cannot be told from "
                + $"differences between them. Is \"{by}\" the column that tells individuals apart?");
        }
    }

    private static void Check(FieldData rows, string age, string by, string? column, string side, string end,
        Func<double, double, bool> isBeyond)
    {
        if (column is null) return;
        var (ages, known, ids) = (rows.Numbers(age), rows.Numbers(column), rows.Texts(by));
        foreach (var individual in Enumerable.Range(0, ages.Length).GroupBy(row => ids[row], StringComparer.Ordinal))
        {
            if (individual.Select(row => known[row]).Distinct().Skip(1).Any())
                throw new GlmmException($"\"{column}\" has several values for {by} {individual.Key}; the {end} {age} of an individual is "
                    + $"one number.");
            foreach (var row in individual.Where(row => isBeyond(ages[row], known[row])))
                throw new GlmmException($"{by} {individual.Key} has a record at {age} {ages[row]}, {side} its \"{column}\", {known[row]}. "
                    + $"Correct one of them.");
        }
    }
}
