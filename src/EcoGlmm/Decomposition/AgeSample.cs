namespace EcoGlmm.Decomposition;

/// <summary>The rows that all methods use, and what they say before any model.</summary>
internal sealed class AgeSample
{
    private AgeSample(double[] age, string[] id, double[] response, AgeClasses classes, LongitudinalSampling sampling,
        PopulationChange? change)
    {
        Age = age;
        Id = id;
        Response = response;
        Classes = classes;
        Sampling = sampling;
        Change = change;
    }

    public double[] Age { get; }

    public string[] Id { get; }

    /// <summary>The response of each row: as a rate per unit of exposure on a log link, as a proportion for binomial kinds.</summary>
    public double[] Response { get; }

    public AgeClasses Classes { get; }

    public LongitudinalSampling Sampling { get; }

    public PopulationChange? Change { get; }

    public static AgeSample Of(GlmmFit fit, string age, string by, AgeAnalysisOptions options)
    {
        double[] Column(string name)
        {
            var all = fit.Data.Numbers(name);
            return Array.ConvertAll(fit.Specification.Rows, row => all[row]);
        }

        var ids = fit.Data.Texts(by);
        var id = Array.ConvertAll(fit.Specification.Rows, row => ids[row]!);
        var ages = Column(age);
        if (ages.Distinct().Take(2).Count() < 2)
            throw new GlmmException($"\"{age}\" has the same value in all rows, so nothing can change with it.");
        var classes = AgeClasses.Of(ages, id, options.AgeStep);
        double[] ByIndividual(Func<IEnumerable<double>, double> statistic)
        {
            var values = Enumerable.Range(0, id.Length).GroupBy(row => id[row], StringComparer.Ordinal)
                .ToDictionary(rows => rows.Key, rows => statistic(rows.Select(row => ages[row])), StringComparer.Ordinal);
            return Array.ConvertAll(id, i => values[i]);
        }

        var first = options.FirstAge is { } from ? Column(from) : ByIndividual(Enumerable.Min);
        var last = options.LastAge is { } to ? Column(to) : ByIndividual(Enumerable.Max);
        var response = Responses(fit);
        return new AgeSample(ages, id, response, classes, LongitudinalSampling.Of(ages, id, first, last, classes.Step),
            PopulationChangeCalculator.Compute(response, id, classes, options.Level, options.Seed));
    }

    private static double[] Responses(GlmmFit fit)
    {
        var (y, size) = (fit.Response.Y, fit.Response.Size);
        var offset = fit.Family.Link == Link.Log ? fit.Specification.Conditional.Training.Offset : null;
        var result = new double[y.Length];
        for (var i = 0; i < y.Length; i++)
        {
            result[i] = fit.Family.WeightRole == WeightRole.Trials ? y[i] / (size.Length == 0 ? 1 : size[i]) : y[i];
            if (offset is not null) result[i] /= Math.Exp(offset[i]);
        }

        return result;
    }
}
