using EcoGlmm.Formulas;
using EcoGlmm.Text;

namespace EcoGlmm.Marginal;

/// <summary>The observations that an effect chart shows.</summary>
internal sealed class EffectRows
{
    private readonly GlmmFit _fit;
    private readonly double[]? _fitted;

    /// <exception cref="GlmmException">Scores have no adjusted values.</exception>
    public EffectRows(GlmmFit fit, EffectOptions options)
    {
        _fit = fit;
        if (options.Data != EffectData.Adjusted)
            return;
        if (fit.Family.HasThresholds)
            throw new GlmmException("Ordered categories cannot be adjusted for other variables. Take EffectData.Observed or None.");
        _fitted = fit.Fitted();
    }

    /// <summary>The fitted mean of a row, where observations are adjusted.</summary>
    public double Fitted(int row) => _fitted![row];

    public string ResponseTitle => _fit.Family.WeightRole == WeightRole.Trials
        ? $"Probability ({Successes})"
        : _fit.Specification.Response.Name;

    /// <summary>What is counted: of cbind(eaten, left) "eaten".</summary>
    private string Successes => _fit.Specification.Formula.Response is CallNode { Function: "cbind", Arguments: [var first, _] }
        ? first.Value.ToString() : _fit.Specification.Response.Name;

    public string Words(int row, double shown)
    {
        var name = _fit.Specification.Response.Name;
        return $"Row {_fit.Specification.Rows[row] + 1}\n{name} = {NumberFormat.Significant(_fit.Observed(row))}"
            + (_fitted is null ? "" : $"\nadjusted {NumberFormat.Significant(shown)}");
    }

    /// <summary>Observations as they would be where the curve holds everything else: its means, with the rows' working residuals.</summary>
    public double[] Adjusted(int[] rows, IReadOnlyList<double> means) =>
        [.. rows.Select((row, i) => Adjusted(_fit.Observed(row), _fitted![row], means[i]))];

    private double Adjusted(double observed, double fitted, double mean)
    {
        var link = _fit.Family.Link;
        if (link == Link.Log)
            return observed * mean / fitted;
        if (link == Link.Identity)
            return mean + observed - fitted;
        return link.Mean(link.LinearPredictor(mean) + ((observed - fitted) / link.MeanDerivative(link.LinearPredictor(fitted))));
    }
}
