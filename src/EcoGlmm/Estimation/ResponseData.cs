using System.Globalization;
using EcoGlmm.Data;
using EcoGlmm.Families;
using EcoGlmm.Formulas;

namespace EcoGlmm.Estimation;

/// <summary>The response as the likelihood wants it, checked against the family's support.</summary>
internal sealed class ResponseData
{
    private const int RowsShown = 6;

    private ResponseData(double[] y, double[] size, double[]? multipliers, bool isProportion)
    {
        Y = y;
        Size = size;
        Multipliers = multipliers;
        IsProportion = isProportion;
    }

    /// <summary>Values; numbers of successes for binomial kinds.</summary>
    public double[] Y { get; }

    /// <summary>Trials or precision weights; empty when all are one.</summary>
    public double[] Size { get; }

    /// <summary>Multipliers of the log-likelihood; null when all are one.</summary>
    public double[]? Multipliers { get; }

    /// <summary>Whether the user's response is a proportion, with the trials as weights.</summary>
    public bool IsProportion { get; }

    public static ResponseData Prepare(ModelSpecification specification, Family family, GlmmOptions options)
    {
        var column = specification.Response;
        var weights = specification.Weights;
        CheckWeights(specification, family, options.Weights);
        if (column.Trials is not null && family.WeightRole != WeightRole.Trials)
        {
            throw GlmmException.InData($"The response {column.Name} gives successes and failures, which needs a binomial family, not "
                + $"{family.Name}. Use Family.Binomial() or Family.BetaBinomial().");
        }

        if (column.Levels is not null && !family.HasThresholds && family.WeightRole != WeightRole.Trials)
        {
            if (StrayText(column.Levels) is { } stray)
            {
                throw GlmmException.InData($"The response {column.Name} holds numbers, and \"{stray}\", which makes it categorical. If "
                    + $"that stands for a missing value, read the file with new CsvOptions {{ MissingValues = [\"NA\", \"\", "
                    + $"\"{stray}\"] }}; otherwise correct it.");
            }
            throw GlmmException.InData($"The response {column.Name} is categorical "
                + $"({string.Join(", ", column.Levels.Take(4))}{(column.Levels.Length > 4 ? ", …" : "")}), but {family.Name} needs "
                + "numbers. Use Family.Binomial() for a yes/no response, Family.Cumulative() for ordered categories, or "
                + $"AsNumeric(\"{column.Name}\").");
        }

        var y = family.HasThresholds ? OrderedResponse.Of(specification).Y : column.Y;
        double[] size = [];
        double[]? multipliers = null;
        var proportion = false;
        if (family.WeightRole == WeightRole.Precision)
        {
            size = weights ?? [];
        }
        else if (family.WeightRole == WeightRole.Trials && column.Trials is null && weights is not null && column.Levels is null)
        {
            proportion = true;
            size = weights;
            y = new double[column.Y.Length];
            for (var i = 0; i < y.Length; i++)
            {
                y[i] = column.Y[i] * weights[i];
                if (SupportCheck.IsWhole(y[i], weights[i])) y[i] = Math.Round(y[i]);
            }
        }
        else
        {
            size = column.Trials ?? [];
            multipliers = weights;
        }

        if (multipliers is not null && Array.TrueForAll(multipliers, w => w == 1)) multipliers = null;
        if (size.Length > 0 && Array.TrueForAll(size, w => w == 1)) size = [];
        CheckSupport(y, size, specification, family);
        return new ResponseData(y, size, multipliers, proportion);
    }

    /// <summary>The same design with another response, in the units of the original (proportions when it was one).</summary>
    public ResponseData With(double[] response, ModelSpecification specification, Family family)
    {
        if (response.Length != Y.Length)
        {
            throw GlmmException.InData($"A new response needs one value for each of the {Y.Length} rows that the model was fitted to, but "
                + $"has {response.Length}.");
        }

        var y = (double[])response.Clone();
        for (var i = 0; IsProportion && i < y.Length; i++) y[i] *= Size.Length == 0 ? 1 : Size[i];
        CheckSupport(y, Size, specification, family);
        return new ResponseData(y, Size, Multipliers, IsProportion);
    }

    // The one text among numbers, if there is just one.
    private static string? StrayText(string[] levels)
    {
        var texts = levels.Where(level => !NumberText.TryParse(level, out _)).Take(2).ToList();
        return texts.Count == 1 && levels.Length > 2 ? texts[0] : null;
    }

    private static void CheckWeights(ModelSpecification specification, Family family, string? name)
    {
        if (specification.Weights is not { } weights) return;
        var zeroAllowed = family.WeightRole != WeightRole.Precision;
        var bad = Rows(specification, i => !double.IsFinite(weights[i]) || weights[i] < 0 || (weights[i] == 0 && !zeroAllowed));
        if (Array.TrueForAll(weights, w => w == 0))
        {
            throw GlmmException.InData($"The weights in \"{name}\" are all zero, which leaves nothing to fit.", column: name);
        }

        if (bad is not null)
        {
            throw GlmmException.InData($"The weights in \"{name}\" must be {(zeroAllowed ? "zero or more" : "greater than zero")}, but are "
                + $"not in {bad}. Correct these values or leave the rows out with Where.",
                column: name);
        }
    }

    private static void CheckSupport(double[] y, double[] size, ModelSpecification specification, Family family)
    {
        string? reason = null;
        var zeros = specification.ZeroInflation is not null;
        var bad = Rows(specification, i =>
        {
            if (zeros && y[i] == 0) return false;
            var problem = family.CheckResponse(y[i], size.Length == 0 ? 1 : size[i]);
            if (problem is null) return false;
            reason ??= problem;
            return true;
        });
        if (bad is null) return;
        throw GlmmException.InData($"The response {specification.Response.Name} does not fit the family {family.Name}: {reason}. See {bad}."
            + family.SupportAdvice(y), column: specification.Response.Name);
    }

    /// <summary>Names the rows, counted from one in the user's data, for which a condition holds; null when there are none.</summary>
    internal static string? Rows(ModelSpecification specification, Func<int, bool> condition)
    {
        var rows = new List<int>();
        var count = 0;
        for (var i = 0; i < specification.Rows.Length; i++)
        {
            if (!condition(i)) continue;
            if (count++ < RowsShown) rows.Add(specification.Rows[i] + 1);
        }

        if (count == 0) return null;
        var list = string.Join(", ", rows.Select(r => r.ToString(CultureInfo.InvariantCulture)));
        return count == 1 ? $"row {list}" : count > RowsShown ? $"rows {list}, … ({count} rows)" : $"rows {list}";
    }
}
