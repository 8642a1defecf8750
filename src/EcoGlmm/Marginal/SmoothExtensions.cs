using EcoGlmm.Marginal;
using EcoGlmm.Model;

namespace EcoGlmm;

/// <summary>The smooths of a fit as curves: with bands, their slopes, and their differences.</summary>
public static class SmoothExtensions
{
    private const int DefaultPoints = 100;

    /// <summary>All smooths of a fit, a panel each: curves with bands and the places of the data, surfaces as maps.</summary>
    /// <param name="fit">The fit.</param>
    /// <param name="level">Coverage of the bands.</param>
    /// <param name="partialResiduals">Whether to draw, for each row, the curve plus the row's residual on the scale of the linear
    /// predictor.</param>
    /// <param name="simultaneous">Whether a band is to hold the whole curve at once rather than each place by itself.</param>
    /// <exception cref="GlmmException">There is no smooth that can be drawn.</exception>
    public static Figure PlotSmooths(this GlmmFit fit, double level = 0.95, bool partialResiduals = false, bool simultaneous = false)
    {
        ArgumentNullException.ThrowIfNull(fit);
        return new SmoothFigures(fit, CoverageLevel.Checked(level), partialResiduals, simultaneous).Draw();
    }

    /// <summary>A smooth of one covariate along it, centred, on the scale of the linear predictor.</summary>
    /// <param name="fit">The fit.</param>
    /// <param name="smooth">Its name: "s(age)".</param>
    /// <param name="at">Where; evenly over the data when null.</param>
    /// <param name="level">Coverage of the intervals.</param>
    /// <exception cref="GlmmException">There is no such curve.</exception>
    public static SmoothCurve SmoothEffect(this GlmmFit fit, string smooth, double[]? at = null, double level = 0.95)
    {
        ArgumentNullException.ThrowIfNull(fit);
        ArgumentNullException.ThrowIfNull(smooth);
        var curves = new SmoothCurves(fit);
        var found = curves.Find(smooth);
        return curves.Effect(found, at ?? curves.Places(found, DefaultPoints), CoverageLevel.Checked(level));
    }

    /// <summary>The slope of a smooth of one covariate along it; where <see cref="SmoothPoint.DiffersFromZero"/>, the response
    /// changes.</summary>
    /// <param name="fit">The fit.</param>
    /// <param name="smooth">Its name: "s(age)".</param>
    /// <param name="at">Where; evenly over the data when null.</param>
    /// <param name="level">Coverage of the intervals.</param>
    /// <exception cref="GlmmException">There is no such curve.</exception>
    public static SmoothCurve SmoothDerivative(this GlmmFit fit, string smooth, double[]? at = null, double level = 0.95)
    {
        ArgumentNullException.ThrowIfNull(fit);
        ArgumentNullException.ThrowIfNull(smooth);
        var curves = new SmoothCurves(fit);
        var found = curves.Find(smooth);
        return curves.Slope(found, at ?? curves.Places(found, DefaultPoints), CoverageLevel.Checked(level));
    }

    /// <summary>The difference of two smooths of one covariate along it, such as those of two levels of a factor; differences of means are
    /// not in it.</summary>
    /// <param name="fit">The fit.</param>
    /// <param name="first">A name: "s(age):sexF".</param>
    /// <param name="second">Another: "s(age):sexM".</param>
    /// <param name="at">Where; evenly over the data of the first when null.</param>
    /// <param name="level">Coverage of the intervals.</param>
    /// <exception cref="GlmmException">There are no such curves, or they are of different covariates.</exception>
    public static SmoothCurve SmoothDifference(this GlmmFit fit, string first, string second, double[]? at = null, double level = 0.95)
    {
        ArgumentNullException.ThrowIfNull(fit);
        ArgumentNullException.ThrowIfNull(first);
        ArgumentNullException.ThrowIfNull(second);
        var curves = new SmoothCurves(fit);
        var (a, b) = (curves.Find(first), curves.Find(second));
        if (a.Covariates[0].ToString() != b.Covariates[0].ToString() || a.Fitted.Part != b.Fitted.Part)
            throw new GlmmException($"{first} and {second} are not of the same covariate in the same part of the model, so that they have "
                + $"no difference.");
        return curves.Difference(a, b, at ?? curves.Places(a, DefaultPoints), CoverageLevel.Checked(level));
    }
}
