using EcoGlmm.Data;
using EcoGlmm.Estimation;
using EcoGlmm.Prediction;
using EcoGlmm.Text;

namespace EcoGlmm.Marginal;

/// <summary>The mean response over the rows of a fit with one variable changed.</summary>
internal sealed class SampleAverage
{
    private readonly GlmmFit _fit;
    private readonly RandomEffectsUse _use;
    private readonly FieldData _rows;

    public SampleAverage(GlmmFit fit, string variable, RandomEffectsUse use)
    {
        _fit = fit;
        _use = use;
        _rows = fit.Data.Take(fit.Specification.Rows);
        var designs = new[] { fit.Specification.Conditional, fit.Specification.ZeroInflation, fit.Specification.Dispersion }.Where(d =>
            d is not null);
        var all = designs.SelectMany(d => GridVariable.Of(d!, _rows)).DistinctBy(v => v.Name).ToList();
        Variable = all.Find(v => v.Name == variable)
            ?? throw new GlmmException($"\"{variable}\" is not among the variables of the fixed effects, which are "
                + $"{Names.List([.. all.Select(v => v.Name)])}"
                + NearestName.Suggestion(variable, all.Select(v => v.Name)));
    }

    public GridVariable Variable { get; }

    /// <summary>The mean with the variable's column replaced.</summary>
    public Result At(FieldColumn column)
    {
        var estimate = _fit.Estimate;
        var predictor = _fit.Predictor();
        var response = new MeanResponse(predictor, estimate, predictor.Parts(_rows.WithColumn(column), _use, true), _use,
            PredictionScale.Response);
        var gradient = new double[estimate.Model.ParameterCount];
        var effects = new double[_use == RandomEffectsUse.Conditional ? estimate.System.EffectCount : 0];
        var value = 0.0;
        var n = response.RowCount;
        for (var i = 0; i < n; i++)
        {
            value += response.MoveTo(i) / n;
            response.AddGradient(i, 1.0 / n, gradient);
            if (effects.Length > 0) response.AddEffects(1.0 / n, effects);
        }

        return new Result(value, gradient, effects, response);
    }

    /// <summary>A mean, with its gradient in ψ and its weights of the random effects.</summary>
    internal sealed record Result(double Value, double[] Gradient, double[] Effects, MeanResponse Response)
    {
        public double Variance(Estimate estimate) => MeanResponse.Variance(estimate, Gradient, Effects);

        public Result Minus(Result other, double divisor = 1) => new((Value - other.Value) / divisor,
            [.. Gradient.Zip(other.Gradient, (a, b) => (a - b) / divisor)], [.. Effects.Zip(other.Effects, (a, b) => (a - b) / divisor)],
            Response);
    }
}
