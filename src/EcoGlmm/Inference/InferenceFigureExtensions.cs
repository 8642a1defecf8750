using EcoGlmm.Charts;
using EcoGlmm.Inference;
using EcoGlmm.Text;

namespace EcoGlmm;

/// <summary>Charts of coefficients, intervals and comparisons. Safe to call from any thread.</summary>
public static class InferenceFigureExtensions
{
    /// <summary>A forest plot of the coefficients with Wald intervals, a panel for each part of the model.</summary>
    /// <param name="fit">The model.</param>
    /// <param name="exponentiate">Whether to draw ratios (of rates, odds, hazards) on a logarithmic axis.</param>
    /// <param name="intercept">Whether the intercept is drawn too.</param>
    /// <param name="level">Coverage of the intervals.</param>
    /// <exception cref="GlmmException">The exponential has no meaning with the model's link, or there is nothing to draw.</exception>
    public static Figure PlotCoefficients(this GlmmFit fit, bool exponentiate = false, bool intercept = false, double level = 0.95)
    {
        ArgumentNullException.ThrowIfNull(fit);
        return CoefficientFigure.Draw([(null, fit)], exponentiate, intercept, level);
    }

    /// <summary>The intervals as a chart, a panel for each part of the model.</summary>
    /// <param name="intervals">Intervals by any method.</param>
    public static Figure Plot(this IntervalTable intervals)
    {
        ArgumentNullException.ThrowIfNull(intervals);
        return CoefficientFigure.Draw(intervals);
    }

    /// <summary>How far each model's AIC is above the best one's, and its Akaike weight.</summary>
    /// <param name="comparison">Models of the same observations.</param>
    /// <exception cref="GlmmException">No model converged.</exception>
    public static Figure Plot(this ModelComparison comparison)
    {
        ArgumentNullException.ThrowIfNull(comparison);
        ComparedModel[] shown = [.. comparison.Where(m => m.IsConverged)];
        if (shown.Length == 0)
            throw new GlmmException("No model of the comparison converged: there is nothing to draw.");
        var names = Array.ConvertAll(shown, m => m.Name);
        string Text(int i) => $"{names[i]}\nΔAIC {NumberFormat.Fixed(shown[i].DeltaAic, 1)}, weight "
            + $"{NumberFormat.Fixed(shown[i].Weight, 3)}";
        var without = comparison.Count - shown.Length;
        return new Figure("Model comparison",
            LollipopPanel.Of("ΔAIC", names, Array.ConvertAll(shown, m => m.DeltaAic), new Axis("AIC above the best model's"),
                Palette.Blue, Text),
            LollipopPanel.Of("Akaike weight", names, Array.ConvertAll(shown, m => m.Weight),
                new Axis("Share of exp(−ΔAIC/2)") { Maximum = 1.03 },
                Palette.Vermillion, Text))
        {
            Subtitle = without == 0 ? null : $"{without} of {comparison.Count} models did not converge and are left out",
            PanelHeight = IntervalPanel.Height(names.Length, 1),
            Columns = 2,
        };
    }

    /// <summary>
    /// The profile likelihood of one parameter: the likelihood maximised over all others, along values of this one, as a signed root
    /// whose bends show where Wald intervals fail.
    /// </summary>
    /// <param name="fit">A fit that converged; of a REML fit, the profile of maximum likelihood.</param>
    /// <param name="parameter">A name of <c>fit.ConfidenceIntervals(IntervalMethod.Profile)</c>: "Days", "sd_(Intercept)|Subject",
    /// "sigma".</param>
    /// <param name="part">The part of a coefficient that several parts have.</param>
    /// <param name="level">Coverage of the interval that is marked.</param>
    /// <param name="progress">Told the share done.</param>
    /// <param name="cancellation">Stops the calculation.</param>
    /// <exception cref="GlmmException">There is no such parameter, or the fit did not converge.</exception>
    /// <remarks>D. M. Bates &amp; D. G. Watts (1988), <i>Nonlinear Regression Analysis</i>, section 6.1.</remarks>
    public static LikelihoodProfile Profile(this GlmmFit fit, string parameter, ModelPart? part = null, double level = 0.95,
        IProgress<double>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(fit);
        ArgumentNullException.ThrowIfNull(parameter);
        Model.CoverageLevel.Checked(level);
        return ProfileLikelihood.Curve(fit, parameter, part, level, progress, cancellation);
    }
}
