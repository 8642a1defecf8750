using System.Globalization;
using EcoGlmm.Model;
using EcoGlmm.Planning;
using EcoGlmm.Text;

namespace EcoGlmm;

public static partial class Glmm
{
    /// <summary>The power of a design: the share of simulated studies whose test of an effect is significant.</summary>
    /// <param name="formula">The model that data are simulated from and that is fitted: "y ~ treatment + (1 | site)".</param>
    /// <param name="design">The rows of the study, without the response.</param>
    /// <param name="parameters">Every parameter by name, as for <see cref="Simulate"/>.</param>
    /// <param name="effect">The coefficient that is tested: "treatmentnew".</param>
    /// <param name="family">Gaussian when null.</param>
    /// <param name="options">Formulas of the other parts, REML and more.</param>
    /// <param name="power">How it is simulated.</param>
    /// <param name="cancellationToken">Stops between simulations; what a resume file has is kept.</param>
    /// <exception cref="GlmmException">A parameter is missing or unknown, or the effect is not a coefficient.</exception>
    public static PowerAnalysis Power(string formula, object design, IReadOnlyDictionary<string, double> parameters, string effect,
        Family? family = null,
        GlmmOptions? options = null, PowerOptions? power = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(formula);
        ArgumentNullException.ThrowIfNull(design);
        ArgumentNullException.ThrowIfNull(parameters);
        ArgumentNullException.ThrowIfNull(effect);
        var table = FieldData.From(design ?? throw new ArgumentNullException(nameof(design)));
        return Power(formula, [(table.RowCount.ToString(CultureInfo.InvariantCulture), (object)table)], parameters, effect, family, options,
            power, cancellationToken);
    }

    /// <summary>A power curve over several designs, such as numbers of individuals, years or records each.</summary>
    /// <inheritdoc
    /// cref="Power(string, object, IReadOnlyDictionary{string, double}, string, Family?, GlmmOptions?, PowerOptions?, CancellationToken)"/>
    /// <param name="formula">The model that data are simulated from and that is fitted.</param>
    /// <param name="designs">Each with its name, by which it stands in the table: a number is its place on the axis of the curve.</param>
    /// <param name="parameters">Every parameter by name.</param>
    /// <param name="effect">The coefficient that is tested.</param>
    /// <param name="family">Gaussian when null.</param>
    /// <param name="options">Formulas of the other parts, REML and more.</param>
    /// <param name="power">How it is simulated.</param>
    /// <param name="cancellationToken">Stops between simulations.</param>
    public static PowerAnalysis Power(string formula, IEnumerable<(string Name, object Design)> designs,
        IReadOnlyDictionary<string, double> parameters, string effect,
        Family? family = null, GlmmOptions? options = null, PowerOptions? power = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(formula);
        ArgumentNullException.ThrowIfNull(designs);
        ArgumentNullException.ThrowIfNull(parameters);
        ArgumentNullException.ThrowIfNull(effect);
        (family, options, power) = (family ?? Family.Gaussian(), options ?? new GlmmOptions(), power ?? new PowerOptions());
        var points = new List<PowerPoint>();
        (string Name, object Design)[] all = [.. designs];
        using var live = LiveProgress.Start($"Simulating the power of {effect}", all.Length * power.Simulations,
            cancellation: cancellationToken);
        foreach (var (name, design) in all)
        {
            var simulator = PowerSimulator(formula, FieldData.From(design), parameters, effect, family, options);
            var size = SizeOfDesign(name, points.Count);
            points.Add(new PowerSimulation(simulator.Draw, PowerSimulation.Fitter(simulator, family, options), effect,
                parameters[effect], power)
                .Run(name, simulator.Data.RowCount, size, live));
        }

        return points.Count > 0 ? new PowerAnalysis(effect, parameters[effect], power.Alpha, points)
            : throw new GlmmException("There is no design to simulate.");
    }

    /// <summary>What draws responses of a design.</summary>
    /// <exception cref="GlmmException">A parameter is missing or unknown, or the effect is not a coefficient.</exception>
    internal static DesignSimulator PowerSimulator(string formula, FieldData design, IReadOnlyDictionary<string, double> parameters,
        string effect, Family family, GlmmOptions options)
    {
        var simulator = new DesignSimulator(formula, design, parameters, family, options);
        var names = simulator.Specification.Conditional.Training.ColumnNames;
        return names.Contains(effect) ? simulator
            : throw new GlmmException($"\"{effect}\" is not a coefficient of the model{NearestName.Suggestion(effect, names)}");
    }

    /// <summary>Where a design stands on the axis of a curve: its name where that is a number, else its place.</summary>
    internal static double SizeOfDesign(string name, int place) =>
        double.TryParse(name, CultureInfo.InvariantCulture, out var number) ? number : place;
}
