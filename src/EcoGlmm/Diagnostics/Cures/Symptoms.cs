using EcoGlmm.Data;
using EcoGlmm.Formulas;
using EcoGlmm.Numerics;

namespace EcoGlmm.Diagnostics;

/// <summary>A variable along which residuals change.</summary>
/// <param name="Name">Its name; <see cref="Symptoms.Prediction"/> for the prediction.</param>
/// <param name="IsGroup">Whether it is a grouping factor of the model.</param>
/// <param name="IsFactor">Whether it was looked at level by level.</param>
/// <param name="IsSpread">Whether the spread changes, not the middle.</param>
/// <param name="IsUnused">Whether the model does not know the variable.</param>
internal sealed record Pattern(string Name, bool IsGroup, bool IsFactor, bool IsSpread, bool IsUnused);

/// <summary>What the tests of a check found, in the terms that cures are chosen by; and the tests themselves.</summary>
internal sealed class Symptoms
{
    public const string Prediction = "the prediction";

    private readonly List<Symptom> _all = [];

    private Symptoms(GlmmFit fit, SimulatedResiduals residuals)
    {
        Fit = fit;
        Residuals = residuals;
        Add(SymptomKind.Dispersion, "Overdispersion", residuals.TestDispersion());
        if (residuals.IntegerResponse && residuals.ObservedValues.Contains(0))
            Add(SymptomKind.Zeros, "Zeros", residuals.TestZeroInflation());
        foreach (var (name, isGroup, test) in residuals.Patterns())
            Add(SymptomKind.Pattern, $"Pattern against {name}", test, new Pattern(name, isGroup, test.Parts.Count == 2, PatternTest.IsSpreadAlone(test), false));
        foreach (string name in UnusedFactors(fit))
        {
            TestResult test = PatternTest.Among(name, Grouping.From(residuals.Variable(name).Texts!, residuals.RowCount), residuals.Scaled);
            Add(SymptomKind.Pattern, $"Pattern against {name}", test, new Pattern(name, false, true, PatternTest.IsSpreadAlone(test), true));
        }

        foreach (string time in TimeColumns(fit))
        {
            if (AlongTime(residuals, time) is { } test)
                Add(SymptomKind.Time, $"Autocorrelation along {time}", test, new Pattern(time, false, false, false, false));
        }

        Add(SymptomKind.Shape, "Distribution", residuals.TestUniformity());
        Add(SymptomKind.Outliers, "Outliers", residuals.TestOutliers());
    }

    public GlmmFit Fit { get; }

    public SimulatedResiduals Residuals { get; }

    /// <summary>Every test that was made, p-values not yet adjusted.</summary>
    public IReadOnlyList<Symptom> All => _all;

    /// <summary>What was found, after adjustment for all tests.</summary>
    public IReadOnlyList<Symptom> Found { get; private set; } = [];

    /// <summary>Patterns that were found.</summary>
    public IEnumerable<Pattern> Patterns => Found.Where(s => s.Kind == SymptomKind.Pattern).Select(s => s.Pattern!);

    public bool Has(SymptomKind kind) => Found.Any(s => s.Kind == kind);

    /// <summary>Whether the data scatter more than the model says.</summary>
    public bool HasMoreScatter => Found.Any(s => s.Kind == SymptomKind.Dispersion && s.Test.Statistic > 1);

    /// <summary>Whether they scatter less.</summary>
    public bool HasLessScatter => Found.Any(s => s.Kind == SymptomKind.Dispersion && s.Test.Statistic < 1);

    public bool HasMoreZeros => Found.Any(s => s.Kind == SymptomKind.Zeros && s.Test.Statistic > 1);

    public bool HasFewerZeros => Found.Any(s => s.Kind == SymptomKind.Zeros && s.Test.Statistic < 1);

    /// <summary>Looks at a model with simulations of that number and seed.</summary>
    /// <exception cref="GlmmException">The model cannot be simulated from.</exception>
    public static Symptoms Of(GlmmFit fit, int count, long seed) => new(fit, fit.SimulatedResiduals(count, seed));

    /// <summary>Adjusts the p-values of all tests together, those made elsewhere among them, and keeps what is significant.</summary>
    /// <returns>The adjusted p-values of those made elsewhere.</returns>
    public double[] Judge(IReadOnlyList<double> others)
    {
        double[] adjusted = PValueAdjustment.Holm([.. _all.Select(s => s.Test.PValue), .. others]);
        for (int i = 0; i < _all.Count; i++)
            _all[i] = _all[i] with { Test = _all[i].Test with { AdjustedPValue = adjusted[i] } };
        Found = [.. _all.Where(s => s.Test.IsSignificant)];
        return adjusted[_all.Count..];
    }

    private void Add(SymptomKind kind, string name, TestResult test, Pattern? pattern = null) => _all.Add(new Symptom(kind, name, test, pattern));

    /// <summary>Columns of text that the model does not know and that put rows together.</summary>
    private static IEnumerable<string> UnusedFactors(GlmmFit fit)
    {
        const int most = 10;
        return fit.Data.Columns.OfType<CategoricalColumn>().Where(c => !fit.Specification.VariableNames.Contains(c.Name))
            .Where(c =>
            {
                int[] codes = Array.ConvertAll(fit.UsedRows, r => c.Codes[r]);
                int levels = codes.Distinct().Count();
                return !codes.Contains(-1) && levels > 1 && levels <= fit.ObservationCount / 3;
            }).Select(c => c.Name).Take(most);
    }

    /// <summary>Dates, and numbers that are named like a time.</summary>
    private static IEnumerable<string> TimeColumns(GlmmFit fit) => fit.Data.Columns
        .Where(c => c is DateColumn || (c is NumericColumn && IsTimeName(c.Name))).Select(c => c.Name);

    private static bool IsTimeName(string name) => name.ToUpperInvariant() is "YEAR" or "DAY" or "DATE" or "TIME" or "WEEK" or "MONTH"
        or "DAYS" or "YEARS" or "JULIAN" or "DOY" or "DAYOFYEAR" or "OCCASION" or "JDATE" or "NIGHT";

    /// <summary>Durbin-Watson on one residual a time; null where there are too few times or values are missing.</summary>
    private static TestResult? AlongTime(SimulatedResiduals residuals, string time)
    {
        const int fewest = 10;
        double[] numbers = residuals.Variable(time).Numbers!;
        if (numbers.Any(double.IsNaN))
            return null;
        double[] times = [.. numbers.Distinct().Order()];
        if (times.Length < fewest)
            return null;
        SimulatedResiduals byTime = times.Length == numbers.Length ? residuals : residuals.Regroup(numbers);
        return byTime.TestTemporalAutocorrelation(times.Length == numbers.Length ? numbers : times);
    }
}

/// <summary>What a test looks for.</summary>
internal enum SymptomKind
{
    Dispersion,
    Zeros,
    Pattern,
    Time,
    Shape,
    Outliers,
}

/// <summary>One test of the residuals.</summary>
/// <param name="Kind">What it looks for.</param>
/// <param name="Name">What was looked at, as <see cref="CheckFinding.Name"/>.</param>
/// <param name="Test">The test.</param>
/// <param name="Pattern">The variable that residuals were set against; null for other kinds.</param>
internal sealed record Symptom(SymptomKind Kind, string Name, TestResult Test, Pattern? Pattern);
