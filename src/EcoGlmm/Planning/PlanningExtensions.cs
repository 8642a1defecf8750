using EcoGlmm.Inference;
using EcoGlmm.Planning;
using EcoGlmm.Text;

namespace EcoGlmm;

/// <summary>What a finished fit says of studies to come, and of rows that it has not seen.</summary>
public static class PlanningExtensions
{
    /// <summary>Scores the model's predictions of rows left out: in random folds, or whole groups at a time.</summary>
    /// <param name="fit">The fit, whose model is fitted again without each fold.</param>
    /// <param name="folds">Number of folds, 10 when null; with a group, null leaves each level out by itself.</param>
    /// <param name="group">A column whose levels are left out whole; null for rows at random.</param>
    /// <param name="seed">Seed of the folds and of the draws for scores.</param>
    /// <param name="cancellationToken">Stops between fits.</param>
    /// <exception cref="GlmmException">The folds cannot be made.</exception>
    public static CrossValidation CrossValidate(this GlmmFit fit, int? folds = null, string? group = null, long seed = 1,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(fit);
        CrossValidator.Check(fit);
        var validator = new CrossValidator(fit, seed, cancellationToken);
        var (dealt, how) = validator.Deal(folds, group);
        return validator.Run(dealt, how);
    }

    /// <summary>
    /// The power of a larger or smaller study like this one: responses are drawn with the fit's parameters, and the fit's rows are its
    /// design.
    /// </summary>
    /// <param name="fit">A pilot.</param>
    /// <param name="effect">The coefficient that is tested.</param>
    /// <param name="value">
    /// The effect that would matter. When null the pilot's own, whose power says no more than the pilot's p-value.
    /// </param>
    /// <param name="along">A grouping factor to have more or fewer levels of; null for the design as it is.</param>
    /// <param name="levels">How many levels, one design for each: the pilot's levels, with their rows, are taken in turn.</param>
    /// <param name="power">How it is simulated.</param>
    /// <param name="cancellationToken">Stops between simulations.</param>
    /// <exception cref="GlmmException">The effect or the factor is not in the model, or its covariance cannot be simulated without a
    /// fit.</exception>
    public static PowerAnalysis Power(this GlmmFit fit, string effect, double? value = null, string? along = null,
        IReadOnlyList<int>? levels = null,
        PowerOptions? power = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(fit);
        ArgumentNullException.ThrowIfNull(effect);
        var (designs, parameters) = PowerDesigns(fit, effect, value, along, levels);
        return Glmm.Power(fit.Formula, designs, parameters, effect, fit.Family, fit.Options, power, cancellationToken);
    }

    /// <summary>The designs and the parameters of the simulations of a pilot's power.</summary>
    internal static (IEnumerable<(string Name, object Design)> Designs, Dictionary<string, double> Parameters) PowerDesigns(GlmmFit fit,
        string effect, double? value, string? along, IReadOnlyList<int>? levels)
    {
        var parameters = Parameters(fit);
        if (!fit.FixedEffects.Contains(effect))
            throw new GlmmException($"\"{effect}\" is not a coefficient of the "
                + $"model{NearestName.Suggestion(effect, fit.FixedEffects.Names)}");
        if (value is { } given) parameters[effect] = given;
        var rows = fit.Data.Take(fit.UsedRows);
        var designs = along is null
            ? [(rows.RowCount.ToString(System.Globalization.CultureInfo.InvariantCulture), rows)]
            : (levels ?? throw new GlmmException($"How many levels of {along}? Give levels: [20, 40, 80].")).Select(count =>
                (count.ToString(System.Globalization.CultureInfo.InvariantCulture), (object)Extended(rows, along, count)));
        return (designs, parameters);
    }

    private static Dictionary<string, double> Parameters(GlmmFit fit)
    {
        var result = new Dictionary<string, double>(StringComparer.Ordinal);
        foreach (var p in FitParameter.Of(fit))
        {
            var prefix = p.Part switch { ModelPart.ZeroInflation => "zi_", ModelPart.Dispersion when p.Kind != ParameterKind.Dispersion =>
                "disp_", _ => "" };
            result[prefix + p.Name] = p.Value(fit);
        }

        return result;
    }

    private static FieldData Extended(FieldData rows, string along, int count)
    {
        if (count < 2) throw new GlmmException($"A study needs at least two levels of {along}, not {count}.");
        var column = rows.Column(along);
        var groups = Enumerable.Range(0, rows.RowCount).GroupBy(i => column.TextAt(i) ?? "").Select(g => g.ToArray()).ToArray();
        var (taken, names) = (new List<int>(), new List<string>());
        for (var g = 0; g < count; g++)
        {
            foreach (var i in groups[g % groups.Length])
            {
                taken.Add(i);
                names.Add($"{along} {g + 1}");
            }
        }

        return rows.Take([.. taken]).With(along, names);
    }
}
