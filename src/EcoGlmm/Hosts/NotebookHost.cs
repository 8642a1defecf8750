using EcoGlmm.Families;

namespace EcoGlmm;

/// <summary>
/// What a notebook lends the library, and what the notebook's magic command calls. The package's extension for .NET
/// Interactive sets it up; another host may do so in the same way.
/// </summary>
public static class NotebookHost
{
    private static volatile Func<IRichDisplay, Action<IRichDisplay>?>? _liveDisplay;
    private static volatile Func<CancellationToken>? _interruption;

    /// <summary>
    /// Shows something below the running cell and returns what replaces it there, or null where no cell is running. Long
    /// calculations show their progress through it. Null outside notebooks.
    /// </summary>
    public static Func<IRichDisplay, Action<IRichDisplay>?>? LiveDisplay
    {
        get => _liveDisplay;
        set => _liveDisplay = value;
    }

    /// <summary>Gives the token that is cancelled when the user interrupts the running cell. Null outside notebooks.</summary>
    public static Func<CancellationToken>? Interruption
    {
        get => _interruption;
        set => _interruption = value;
    }

    /// <summary>One line to greet with: the library's version and where help is.</summary>
    /// <param name="magicCommand">Whether the notebook's version takes the magic command <c>#!glmm</c>.</param>
    public static string Greeting(bool magicCommand = true) =>
        $"EcoGlmm {typeof(NotebookHost).Assembly.GetName().Version!.ToString(3)}: Glmm.Fit(formula, data, family)"
        + (magicCommand ? ", or #!glmm --help" : ". The command #!glmm needs a later version of .NET Interactive.");

    /// <summary>What to say of a variable that the notebook does not have.</summary>
    /// <param name="name">What <c>--data</c> was given.</param>
    public static GlmmException NoVariable(string name) => new(name.Contains('\n', StringComparison.Ordinal) || name.Length > 60
        ? "--data takes the name of a variable of the notebook's C#, without @: --data owls."
        : $"There is no variable \"{name}\" in this notebook's C#.");

    /// <summary>The help of the magic command <c>#!glmm</c>.</summary>
    public static string MagicHelp =>
        $"""
        #!glmm --data owls --family nbinom2 --zi "~ 1" --as fit "calls ~ food * sex + offset(log(brood)) + (1 | nest)"

          "formula"       the model in R's notation, in quotes
          --data          the variable that holds the data: a DataFrame, FieldData, DataTable, list of records, …
          --family        {string.Join(", ", FamilyNames)}; gaussian if not given
          --link          the link function; the family's own if not given
          --zi            the formula of the zero inflation, such as "~ 1"
          --dispersion    the formula of the dispersion
          --weights       the column of weights
          --offset        the column of offsets
          --reml          restricted maximum likelihood, for Gaussian models; behind the formula
          --as            the variable to keep the fit in
        """;

    /// <summary>The names of families that <see cref="Family.Parse"/> takes, for completion.</summary>
    public static IReadOnlyList<string> FamilyNames =>
        [.. Families.FamilyNames.All.Select(family => family.Name).Distinct()];

    /// <summary>Fits a model as the magic command <c>#!glmm</c> asks for it.</summary>
    /// <param name="data">The data: anything that <see cref="FieldData.From"/> takes.</param>
    /// <param name="formula">The model in R's notation.</param>
    /// <param name="family">A family's name, as <see cref="Family.Parse"/> takes it; Gaussian when null.</param>
    /// <param name="link">A link's name; the family's own when null.</param>
    /// <param name="zeroInflation">Formula of the zero inflation; none when null.</param>
    /// <param name="dispersion">Formula of the dispersion; a constant when null.</param>
    /// <param name="weights">A column of weights.</param>
    /// <param name="offset">A column of offsets.</param>
    /// <param name="reml">Restricted maximum likelihood.</param>
    /// <exception cref="GlmmException">
    /// The formula or the data are missing, or the model cannot be fitted; the message says why and what to try.
    /// </exception>
    public static GlmmFit Fit(object? data, string? formula, string? family = null, string? link = null,
        string? zeroInflation = null, string? dispersion = null, string? weights = null, string? offset = null, bool reml = false)
    {
        if (string.IsNullOrWhiteSpace(formula))
        {
            throw new GlmmException("#!glmm needs a formula in quotes. "
                + (reml ? "Write it before --reml, or with its name: --reml --formula \"y ~ x + (1 | nest)\"." : Example));
        }
        if (data is null)
            throw new GlmmException("#!glmm needs --data with the name of a variable that holds the data. " + Example);
        return Glmm.Fit(formula, FieldData.From(data), Family.Parse(family ?? "gaussian", link), new GlmmOptions
        {
            ZeroInflation = zeroInflation ?? "~ 0", Dispersion = dispersion ?? "~ 1", Weights = weights, Offset = offset, Reml = reml,
        });
    }

    private const string Example = "For example: #!glmm --data owls --family nbinom2 \"calls ~ sex + (1 | nest)\"";
}
