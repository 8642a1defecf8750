namespace EcoGlmm.Formulas.Smooths;

/// <summary>
/// Functions averaged over the records of each individual: s(age, mean = id) is, for all records of an individual, the mean of a curve of
/// age over the ages at which it was recorded. Beside s(age) it takes up how individuals differ, as between(age, id) does beside age, and
/// leaves to s(age) the change within them (Y. Mundlak, Econometrica 46 (1978) 69-85, function by function of a basis).
/// </summary>
/// <remarks>An individual of the training rows keeps its means; another one gets those of the rows at hand, and is noted as new.</remarks>
internal static class IndividualMeans
{
    /// <summary>Replaces functions by their means over the rows of each individual.</summary>
    /// <param name="evaluator">Evaluates on the rows wanted.</param>
    /// <param name="syntax">The smooth.</param>
    /// <param name="missing">Rows that do not count; those without an individual are set.</param>
    /// <param name="fixedColumns">Rows × functions, column-major.</param>
    /// <param name="z">Rows × functions, row-major.</param>
    public static void Take(Evaluator evaluator, SmoothSyntax syntax, bool[] missing, double[] fixedColumns, double[] z)
    {
        var individual = evaluator.Factor(syntax.Mean!, $"{syntax.Call.Function}()");
        var n = missing.Length;
        if (n == 0) return;
        var (first, second) = (fixedColumns.Length / n, z.Length / n);
        var means = new double[individual.Levels.Length][];
        var counts = new int[means.Length];
        for (var i = 0; i < n; i++)
        {
            var code = individual.Codes[i];
            missing[i] |= code < 0;
            if (missing[i]) continue;
            var sum = means[code] ??= new double[first + second];
            for (var c = 0; c < first; c++) sum[c] += fixedColumns[(c * n) + i];
            for (var c = 0; c < second; c++) sum[first + c] += z[(i * second) + c];
            counts[code]++;
        }

        for (var code = 0; code < means.Length; code++)
        {
            for (var c = 0; c < first + second && counts[code] > 0; c++) means[code][c] /= counts[code];
        }

        var learnt = evaluator.LearnFromUsedRows(syntax.Call, () => Enumerable.Range(0, means.Length).Where(code => counts[code] > 0)
            .ToDictionary(code => individual.Levels[code], code => means[code], StringComparer.Ordinal));
        for (var code = 0; code < means.Length && !evaluator.Context.Training; code++)
        {
            if (learnt.TryGetValue(individual.Levels[code], out var known)) means[code] = known;
            else if (counts[code] > 0) evaluator.Context.NewIndividuals.Add(individual.Levels[code]);
        }

        for (var i = 0; i < n; i++)
        {
            if (missing[i]) continue;
            var mean = means[individual.Codes[i]];
            for (var c = 0; c < first; c++) fixedColumns[(c * n) + i] = mean[c];
            for (var c = 0; c < second; c++) z[(i * second) + c] = mean[first + c];
        }
    }
}
