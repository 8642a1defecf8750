using Microsoft.DotNet.Interactive.Commands;

namespace EcoGlmm.Interactive;

/// <summary>The command <c>#!glmm</c> as the kernel reads it: one property for each parameter.</summary>
public sealed class GlmmCommand : KernelDirectiveCommand
{
    /// <summary>The model in R's notation.</summary>
    public string? Formula { get; set; }

    /// <summary>The name of the variable that holds the data.</summary>
    public string? Data { get; set; }

    /// <summary>A family's name, as <see cref="EcoGlmm.Family.Parse"/> takes it; Gaussian when null.</summary>
    public string? Family { get; set; }

    /// <summary>A link's name; the family's own when null.</summary>
    public string? Link { get; set; }

    /// <summary>Formula of the zero inflation; none when null.</summary>
    public string? Zi { get; set; }

    /// <summary>Formula of the dispersion; a constant when null.</summary>
    public string? Dispersion { get; set; }

    /// <summary>A column of weights.</summary>
    public string? Weights { get; set; }

    /// <summary>A column of offsets.</summary>
    public string? Offset { get; set; }

    /// <summary>Restricted maximum likelihood.</summary>
    public bool Reml { get; set; }

    /// <summary>The variable to keep the fit in.</summary>
    public string? As { get; set; }

    /// <summary>Whether help is asked for.</summary>
    public bool Help { get; set; }

    private const string Example = "For example: #!glmm --data owls --family nbinom2 \"calls ~ sex + (1 | nest)\"";

    /// <summary>Fits the model that the command asks for.</summary>
    /// <param name="find">Gives the value of a variable of the notebook, if there is one.</param>
    /// <exception cref="GlmmException">Something is missing, or the model cannot be fitted; the message says why and what to
    /// try.</exception>
    internal GlmmFit Fit(Func<string, object?> find)
    {
        if (string.IsNullOrWhiteSpace(Formula))
        {
            throw new GlmmException("#!glmm needs a formula in quotes. "
                + (Reml ? "Write it before --reml, or with its name: --reml --formula \"y ~ x + (1 | nest)\"." : Example));
        }

        if (Data is null)
            throw new GlmmException("#!glmm needs --data with the name of a variable that holds the data. " + Example);
        var data = find(Data) ?? throw new GlmmException(Data.Contains('\n', StringComparison.Ordinal) || Data.Length > 60
            ? "--data takes the name of a variable of the notebook's C#, without @: --data owls."
            : $"There is no variable \"{Data}\" in this notebook's C#.");
        return Glmm.Fit(Formula, FieldData.From(data), EcoGlmm.Family.Parse(Family ?? "gaussian", Link), new GlmmOptions
        {
            ZeroInflation = Zi ?? "~ 0", Dispersion = Dispersion ?? "~ 1", Weights = Weights, Offset = Offset, Reml = Reml,
        });
    }
}
