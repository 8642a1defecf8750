namespace EcoGlmm;

/// <summary>Which columns a table of a model has.</summary>
[Flags]
public enum ModelTableColumns
{
    /// <summary>The estimate on the scale of the linear predictor.</summary>
    Estimate = 1,

    /// <summary>Its standard error.</summary>
    StandardError = 2,

    /// <summary>Its confidence interval.</summary>
    Interval = 4,

    /// <summary>The exponential of the estimate with its interval, where it is a ratio of rates, odds, risks or means.</summary>
    Ratio = 8,

    /// <summary>Estimate over standard error.</summary>
    Statistic = 16,

    /// <summary>The p-value.</summary>
    PValue = 32,

    /// <summary>Estimate, standard error, interval and p-value.</summary>
    Usual = Estimate | StandardError | Interval | PValue,
}

/// <summary>How numbers are written; journals differ.</summary>
public sealed record NumberStyle
{
    /// <summary>The mark before decimals: "." or ",".</summary>
    public string DecimalMark { get; init; } = ".";

    /// <summary>The sign of negative numbers: "−" (a true minus) or "-".</summary>
    public string Minus { get; init; } = "−";

    /// <summary>What stands between the ends of an interval: " to ", ", " or "–".</summary>
    public string IntervalSeparator { get; init; } = " to ";

    /// <summary>Whether p-values have a zero before the decimal mark: "0.031" (most journals) or ".031" (APA).</summary>
    public bool LeadingZero { get; init; } = true;

    /// <summary>Decimals of estimates; as many as the standard errors justify when null.</summary>
    public int? Decimals { get; init; }

    /// <summary>As most journals of biology want them.</summary>
    public static NumberStyle Usual { get; } = new();

    /// <summary>As the American Psychological Association wants them: intervals with a comma, p-values without a zero.</summary>
    public static NumberStyle Apa { get; } = new() { IntervalSeparator = ", ", LeadingZero = false };
}

/// <summary>What a table of one or several models for a manuscript shows.</summary>
public sealed record ModelTableOptions
{
    /// <summary>The caption; made from the models when null.</summary>
    public string? Caption { get; init; }

    /// <summary>Columns of a table of one model; side by side, models have the estimate with <see cref="Beside"/> under it.</summary>
    public ModelTableColumns Columns { get; init; } = ModelTableColumns.Usual;

    /// <summary>What stands behind an estimate where several models are side by side: the standard error or the interval.</summary>
    public ModelTableColumns Beside { get; init; } = ModelTableColumns.StandardError;

    /// <summary>Whether estimates are replaced by ratios (exponentials) where these mean something.</summary>
    public bool Exponentiate { get; init; }

    /// <summary>Coverage of the intervals, between 0 and 1.</summary>
    public double Level { get; init; } = 0.95;

    /// <summary>Names to show, by the name of a coefficient, a grouping factor or an effect: "FoodTreatmentSatiated" → "Food:
    /// satiated".</summary>
    public IReadOnlyDictionary<string, string> Labels { get; init; } = new Dictionary<string, string>();

    /// <summary>Whether standard deviations and correlations of random effects, and the dispersion, are in the table.</summary>
    public bool RandomEffects { get; init; } = true;

    /// <summary>Whether rows, groups, R², log-likelihood and AIC are in the table.</summary>
    public bool Summary { get; init; } = true;

    /// <summary>How numbers are written.</summary>
    public NumberStyle Numbers { get; init; } = NumberStyle.Usual;
}
