using EcoGlmm.RandomEffects.Structures;

namespace EcoGlmm.Inference;

/// <summary>One parameter of a fit on the scale that users see it, and on one where it has no bounds.</summary>
/// <param name="Part">The part of the model.</param>
/// <param name="Name">lme4's name: "Days", "sd_Days|Subject", "cor_Days.(Intercept)|Subject", "sigma".</param>
/// <param name="Kind">What it is.</param>
/// <param name="Value">Reads it from a fit of the same model.</param>
/// <param name="HoldAt">The restraint that holds it at a value.</param>
internal sealed record FitParameter(ModelPart Part, string Name, ParameterKind Kind,
    Func<GlmmFit, double> Value, Func<double, Parameter> HoldAt)
{
    /// <summary>Least and greatest value.</summary>
    public (double Low, double High) Bounds => Kind switch
    {
        ParameterKind.Correlation => (-1, 1),
        ParameterKind.Coefficient => (double.NegativeInfinity, double.PositiveInfinity),
        _ => (0, double.PositiveInfinity),
    };

    public double ToUnbounded(double value) => Kind switch
    {
        ParameterKind.Correlation => Math.Atanh(value),
        ParameterKind.Coefficient => value,
        _ => Math.Log(value),
    };

    public double FromUnbounded(double x) => Kind switch
    {
        ParameterKind.Correlation => Math.Tanh(x),
        ParameterKind.Coefficient => x,
        _ => Math.Exp(x),
    };

    /// <summary>Standard deviations and correlations, the dispersion where it is one number, and coefficients that were
    /// estimated.</summary>
    public static List<FitParameter> Of(GlmmFit fit)
    {
        var result = new List<FitParameter>();
        for (var k = 0; k < fit.VarianceComponents.Count; k++)
        {
            var (at, c) = (k, fit.VarianceComponents[k]);
            if (!c.IsOfMatrix) continue;
            result.Add(c.Term2 is { } second
                ? new FitParameter(c.Part, CovarianceQuantity.CorrelationName(c.Term1, second, c.Group), ParameterKind.Correlation, f =>
                    f.VarianceComponents[at].Correlation,
                    v => Parameter.Correlation(c.Group, c.Term1, second, v, c.Part))
                : new FitParameter(c.Part, CovarianceQuantity.DeviationName(c.Term1, c.Group), ParameterKind.StandardDeviation, f =>
                    f.VarianceComponents[at].StandardDeviation,
                    v => Parameter.StandardDeviation(c.Group, c.Term1, v, c.Part)));
        }

        var terms = fit.Estimate.Model.Terms;
        for (var t = 0; t < terms.Count; t++)
        {
            var (index, term) = (t, terms[t]);
            var quantities = term.Structure.Quantities(term.Effects);
            for (var k = 0; k < quantities.Count; k++)
            {
                var (at, quantity) = (k, quantities[k]);
                var isOfMatrix = term.Loadings.HasFreeEntries && quantity.IsOfMatrix && quantity.Effect1 is not null;
                if (isOfMatrix || !term.Loadings.HasSeparateQuantities) continue;
                result.Add(new FitParameter(term.Part, quantity.RowName(term.Group, term.Title), quantity.Kind,
                    f => f.Estimate.Model.Terms[index].Report(f.Estimate.System.Lambda.Theta(index), f.Estimate.Scale)[at],
                    v => Parameter.Covariance(term.Group, quantity.Name, v, quantity.Effect1, term.Part)));
            }
        }

        var constant = FitWords.HasSingleDispersion(fit);
        if (constant && !fit.Options.Fixed.Any(p => p.Kind == ParameterKind.Dispersion))
        {
            result.Add(new FitParameter(ModelPart.Dispersion, VarianceWald.DispersionName, ParameterKind.Dispersion, f => f.Sigma,
                Parameter.Dispersion));
        }

        void Add(ModelPart part, Func<GlmmFit, CoefficientTable> table)
        {
            foreach (var c in table(fit).Where(c => !double.IsNaN(c.Estimate) && !c.IsFixed))
            {
                result.Add(new FitParameter(part, c.Name, ParameterKind.Coefficient, f => table(f)[c.Name].Estimate, v =>
                    Parameter.Coefficient(c.Name, v, part)));
            }
        }

        Add(ModelPart.Conditional, f => f.FixedEffects);
        Add(ModelPart.ZeroInflation, f => f.ZeroInflationEffects);
        if (!constant) Add(ModelPart.Dispersion, f => f.DispersionEffects);
        return result;
    }
}
