using EcoGlmm.Formulas;
using EcoGlmm.Text;

namespace EcoGlmm.Association;

/// <summary>The rows of a scan: response, covariates, and who each row is among the genotypes.</summary>
internal sealed class ScanData
{
    private const double LeastShareOfNames = 0.5;

    private ScanData(ModelSpecification specification, double[] y, double[] offset, int[] individuals, string column, int strangers,
        int withoutRecord)
    {
        Specification = specification;
        Y = y;
        Offset = offset;
        Individuals = individuals;
        IndividualColumn = column;
        Strangers = strangers;
        WithoutRecord = withoutRecord;
    }

    public ModelSpecification Specification { get; }

    /// <summary>The response; of successes out of trials, the successes.</summary>
    public double[] Y { get; }

    /// <summary>The offset of the linear predictor, 0 where there is none.</summary>
    public double[] Offset { get; }

    /// <summary>The response less the offset.</summary>
    public double[] Deviations => [.. Y.Zip(Offset, (y, o) => y - o)];

    public double[] X => Specification.Conditional.Training.X;

    public int Columns => Y.Length == 0 ? 0 : X.Length / Y.Length;

    /// <summary>For each row the place of its individual among the genotypes.</summary>
    public int[] Individuals { get; }

    /// <summary>The column of the individuals' names.</summary>
    public string IndividualColumn { get; }

    /// <summary>Rows of individuals without genotypes, which are left out.</summary>
    public int Strangers { get; }

    /// <summary>Individuals with genotypes that have no row.</summary>
    public int WithoutRecord { get; }

    /// <summary>Brings rows and individuals together.</summary>
    /// <exception cref="GlmmException">The names do not fit, or the formula cannot be used.</exception>
    public static ScanData Create(string formula, FieldData data, Genotypes markers, ScanOptions options)
    {
        var index = markers.IndividualIndex();
        var column = options.Individual ?? FindColumn(data, index);
        var names = data.Texts(column);
        var known = Enumerable.Range(0, names.Length).Where(i => names[i] is { } name && index.ContainsKey(name)).ToArray();
        if (known.Length == 0)
        {
            throw new GlmmException($"None of the values of the column \"{column}\" is the name of an individual of {markers.Source}. "
                + $"The data have {Names.List([.. names.OfType<string>().Distinct().Take(3)])}, the genotypes "
                + $"{Names.List([.. markers.Individuals.Take(3)])}.");
        }

        var rows = known.Length == data.RowCount ? data : data.Take(known);
        var specification = ModelSpecification.Create(formula, "~ 0", "~ 1", null, null, null, rows);
        var training = specification.Conditional.Training;
        var y = specification.Response.Y;
        if (options.Family is null && (specification.Response.Levels is not null || specification.Response.Trials is not null))
        {
            throw new GlmmException($"The response {specification.Response.Name} is not a quantity but categories or proportions. Name its "
                + "family in ScanOptions, as Family = Family.Binomial().");
        }

        var offset = training.Offset.Length == 0 ? new double[y.Length] : training.Offset;
        var individuals = Array.ConvertAll(specification.Rows, r => index[names[known[r]]!]);
        return new ScanData(specification, y, offset, individuals, column, data.RowCount - known.Length,
            index.Count - individuals.Distinct().Count());
    }

    // A column that holds what stands behind the first "_" of individuals' names
    private static string? JoinedNames(FieldData data, Dictionary<string, int> index)
    {
        var own = index.Keys.Where(k => k.Contains('_', StringComparison.Ordinal))
            .Select(k => k[(k.IndexOf('_', StringComparison.Ordinal) + 1)..]).ToHashSet(StringComparer.Ordinal);
        return data.ColumnNames.FirstOrDefault(name =>
            data.Texts(name).Count(t => t is not null && own.Contains(t)) >= LeastShareOfNames * Math.Max(1, data.RowCount));
    }

    private static string FindColumn(FieldData data, Dictionary<string, int> index)
    {
        var shares = data.ColumnNames.Select(name =>
        {
            var texts = data.Texts(name);
            var known = texts.Count(t => t is not null && index.ContainsKey(t));
            return (Name: name, Share: known / (double)Math.Max(1, texts.Length), IsUnique: texts.Distinct().Count() == texts.Length);
        }).Where(c => c.Share >= LeastShareOfNames).ToArray();

        // Parents are individuals too, but each individual stands for itself in one row.
        if (shares.Length > 1 && shares.Count(c => c.IsUnique) == 1)
        {
            return shares.Single(c => c.IsUnique).Name;
        }

        return shares.Length switch
        {
            1 => shares[0].Name,
            0 when JoinedNames(data, index) is { } column => throw new GlmmException("No column of the data holds the names of the "
                + $"individuals that have genotypes, such as {Names.List([.. index.Keys.Take(2)])}. They seem to be made of a family and "
                + $"the name in the column \"{column}\", as PLINK joins them by \"_\": add a column of both to the data."),
            0 => throw new GlmmException("No column of the data holds the names of the individuals that have genotypes, such as "
                + $"{Names.List([.. index.Keys.Take(3)])}. Rows are matched by name, never by their order: add a column of names, or "
                + "name it in ScanOptions.Individual."),
            _ => throw new GlmmException($"The columns {Names.List(Array.ConvertAll(shares, s => s.Name))} all hold names of "
                + "individuals that have genotypes. Say which one names the individual of a row, in ScanOptions.Individual."),
        };
    }
}
