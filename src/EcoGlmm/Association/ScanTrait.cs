using EcoGlmm.Model;
using EcoGlmm.Text;

namespace EcoGlmm.Association;

/// <summary>One trait of a scan: its formula, its rows, and the results so far.</summary>
internal sealed class ScanTrait(string formula, ScanData data, ScanOptions options)
{
    /// <summary>Variation of a trait, relative to its size, that may be rounding.</summary>
    private const double Rounding = 1e-13;

    /// <summary>Share of a trait's standard deviation that covariates have to leave.</summary>
    private const double LeastLeft = 1e-8;

    public string Formula => formula;

    public ScanData Data => data;

    public ScanOptions Options => options;

    /// <summary>Results, in the order of the markers.</summary>
    public List<MarkerAssociation> Rows { get; } = [];

    /// <summary>The file that the scan grows; null for none.</summary>
    public ScanOutput? Output { get; private set; }

    /// <summary>Share of the variance that relationships explain; NaN until it is known.</summary>
    public double Heritability { get; set; } = double.NaN;

    /// <summary>Whether traits can be scanned together: the same rows with the same relationships, and nothing but them.</summary>
    public bool IsOfTheSameRowsAs(ScanTrait other) =>
        options.Family is null && options.Interaction is null && options.Method != ScanMethod.Calibrated
        && data.Individuals.AsSpan().SequenceEqual(other.Data.Individuals)
        && data.Specification.Conditional.HasIntercept == other.Data.Specification.Conditional.HasIntercept
        && data.Specification.Conditional.Training.RandomTerms.Length == 0
        && other.Data.Specification.Conditional.Training.RandomTerms.Length == 0;

    /// <summary>Opens the output, if one is wanted, and reads what an earlier call left there.</summary>
    public void Open(Genotypes markers, double[]? relationship)
    {
        if (options.Output is null)
        {
            return;
        }

        Output = ScanOutput.Open(options.Output, ScanFingerprint.Of(formula, data, markers, options, relationship), options.Overwrite);
        Rows.AddRange(ScanCsv.Read(options.Output));
        Heritability = Output.Heritability;
    }

    /// <summary>Takes the results of a block, unless an earlier call left them.</summary>
    /// <param name="markers">The genotypes.</param>
    /// <param name="blocks">The blocks.</param>
    /// <param name="block">Its number.</param>
    /// <param name="first">The number of the first block of this part.</param>
    /// <param name="tests">The results.</param>
    public void Take(Genotypes markers, ScanBlocks blocks, int block, int first, MarkerTests tests)
    {
        if (block - first < (Output?.BlocksDone ?? 0))
        {
            return;
        }

        var start = blocks.All[block].Start;
        var rows = new MarkerAssociation[tests.Count];
        for (var m = 0; m < rows.Length; m++)
        {
            rows[m] = tests.Of(markers.Markers[blocks.Marker(start + m)], m);
        }

        Rows.AddRange(rows);
        Output?.Write(rows, Heritability);
    }

    /// <summary>Brings the results of a part to the order of the genotypes, if they were found in another one.</summary>
    public void PutInOrder(ScanBlocks blocks, int first)
    {
        if (blocks.IsInOrder || Rows.Count == 0)
        {
            return;
        }

        var start = blocks.All[first].Start;
        MarkerAssociation[] ordered = [.. Rows.Select((row, k) => (Row: row, Place: blocks.Marker(start + k))).OrderBy(r => r.Place)
            .Select(r => r.Row)];
        Rows.Clear();
        Rows.AddRange(ordered);
    }

    /// <summary>Refuses what cannot be scanned.</summary>
    /// <exception cref="GlmmException">There are too few rows, or several of an individual.</exception>
    public void Check(Genotypes markers)
    {
        RefuseRepeats(markers);
        RefuseCurves();
        var n = data.Y.Length;
        if (n < data.Columns + 3)
        {
            throw new GlmmException($"There are {Names.Count(n, "row")} and {Names.Count(data.Columns, "covariate")} (with the "
                + "intercept); a scan needs more individuals than that.");
        }

        if (options.Family is null)
        {
            RefuseNothingToExplain();
        }
    }

    // Of a trait without variation beside the covariates all that would be tested is rounding.
    private void RefuseNothingToExplain()
    {
        var (y, n) = (data.Deviations, data.Y.Length);
        var response = data.Specification.Response.Name;
        var rounding = Rounding * y.Max(Math.Abs);
        if (y.Max() - y.Min() <= rounding)
        {
            throw new GlmmException($"The trait {response} has the same value in all {Names.Count(n, "row")} of the scan, so that there is "
                + "nothing for markers to explain.");
        }

        var mean = y.Average();
        var deviation = Math.Sqrt(y.Sum(v => (v - mean) * (v - mean)));
        if (CalibratedScan.LeftByCovariates(data.X, n, data.Columns, y) <= Math.Max(rounding * Math.Sqrt(n), LeastLeft * deviation))
        {
            throw new GlmmException($"The covariates tell the trait {response} exactly, so that there is nothing left for markers to "
                + "explain. One of them may be the trait itself in another unit; leave it out.");
        }
    }

    private void RefuseCurves()
    {
        if (Array.Find(data.Specification.Conditional.Training.RandomTerms, t => t.IsCurve) is { } curve)
        {
            throw new GlmmException($"A scan has no smooths, as {curve.Title}. Give a curve by a polynomial or a spline of some degrees of "
                + "freedom, poly(x, 2) or ns(x, 4).");
        }
    }

    // Refuses several rows of an individual, unless the formula says what they have in common.
    private void RefuseRepeats(Genotypes markers)
    {
        var terms = data.Specification.Conditional.Training.RandomTerms;
        if (Array.Exists(terms, t => t.Group == data.IndividualColumn))
        {
            return;
        }

        var seen = new HashSet<int>();
        foreach (var i in data.Individuals)
        {
            if (!seen.Add(i))
            {
                throw new GlmmException($"The individual \"{markers.Individuals[i]}\" has more than one row in the data. Take a mean of "
                    + "each "
                    + $"individual first, or add what its records have in common beside its genes: (1 | {data.IndividualColumn}).");
            }
        }
    }

    /// <summary>The covariate that markers' effects may change with; null where that is not asked for.</summary>
    /// <exception cref="GlmmException">It is no covariate of the formula.</exception>
    public double[]? Environment()
    {
        if (options.Interaction is not { } name)
        {
            return null;
        }

        var training = data.Specification.Conditional.Training;
        string[] columns = [.. training.ColumnNames.Where((_, j) => !training.Aliased[j])];
        var found = Array.FindAll(columns, c => c == name);
        found = found.Length == 1 ? found : Array.FindAll(columns, c => c.StartsWith(name, StringComparison.Ordinal) && !c.Contains(':'));
        if (found.Length != 1)
        {
            throw new GlmmException($"ScanOptions.Interaction is \"{name}\", which has to be one covariate of the formula, as a number "
                + "or a factor of two "
                + $"levels; the formula has {Names.List([.. columns.Where(c => c != Intercept.Name).DefaultIfEmpty("none")])}. Add it to "
                + "the formula: its own effect "
                + "has to be in the model, too.");
        }

        var n = data.Y.Length;
        return data.X.AsSpan(Array.IndexOf(columns, found[0]) * n, n).ToArray();
    }

    /// <summary>How it was made.</summary>
    public ScanDescription Describe(Genotypes markers)
    {
        var notes = new List<string>();
        void Note(int count, string what, string of)
        {
            if (count > 0)
            {
                notes.Add($"{Names.Count(count, what)} {of}.");
            }
        }

        Note(data.Strangers, "row", "of individuals without genotypes left out");
        Note(data.Specification.DroppedRowCount, "row", "with a missing value left out");
        Note(data.WithoutRecord, "individual", "with genotypes but without a record not used");
        var training = data.Specification.Conditional.Training;
        var aliased = training.ColumnNames.Where((_, j) => training.Aliased[j]).ToArray();
        if (aliased.Length > 0)
        {
            notes.Add($"{Names.List(aliased)} left out of the covariates: the others already say all of it.");
        }

        if (options.Parts > 1)
        {
            notes.Add($"This is part {options.Part} of {options.Parts}.");
        }

        if (options.Interaction is { } environment)
        {
            notes.Add($"Effects and tests are those of the interaction of a marker with {environment}: by how much its effect changes "
                + "with it.");
        }

        var relationship = options.Relationship is { } given ? (given.IsSparse ? "given sparse relationships" : "given relationships")
            : options.LeaveOneChromosomeOut ? "relationships by the markers of the other chromosomes"
            : "relationships by all markers (centred)";
        var method = options.Family is { } family
            ? $"Score tests in a generalized linear mixed model ({family}), with saddlepoint tails; effects by one step from the model "
                + "without markers"
            : options.Method switch
            {
                ScanMethod.Exact => "Linear mixed model, both variances estimated anew at each marker",
                ScanMethod.Held => "Linear mixed model, variances held at those without markers",
                _ => "Linear mixed model, score tests with calibrated variances",
            };
        return new ScanDescription
        {
            Formula = formula,
            Response = data.Specification.Response.Name,
            Source = markers.Source,
            Individuals = data.Individuals.Distinct().Count(),
            Rows = data.Y.Length,
            Method = method + "; " + relationship + ".",
            Heritability = Heritability,
            Notes = notes,
        };
    }
}
