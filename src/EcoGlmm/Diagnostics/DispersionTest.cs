using MathNet.Numerics;
using MathNet.Numerics.Distributions;

namespace EcoGlmm.Diagnostics;

/// <summary>Whether the data scatter more or less around the model than they should.</summary>
internal static class DispersionTest
{
    /// <summary>Verdicts.</summary>
    public const string Under = "underdispersed", AsExpected = "as expected", Over = "overdispersed";

    private const string Name = "Dispersion test";

    /// <summary>A measure of scatter of the data among the same of simulations, or of refits to them.</summary>
    public static TestResult Simulated(double[] simulated, double observed, Alternative alternative, bool refitted) =>
        SimulationTest.Ratio(refitted ? Name + " (refits)" : Name, simulated, observed, alternative,
            (Under, AsExpected, Over),
            (ratio, p, significant) => double.IsFinite(ratio)
                ? Sentence(refitted ? "sum of squared Pearson residuals" : "residual variance", ratio, p, significant)
                : $"The simulations do not vary around the fitted values, so that dispersion cannot be judged ({p}).");

    /// <summary>The sum of squared Pearson residuals against χ²; statistic: their ratio to the degrees of freedom.</summary>
    public static TestResult Pearson(double squares, int degrees, bool hasRandomEffects, Alternative alternative, string subtitle)
    {
        if (degrees < 1)
            throw new GlmmException("The Pearson test of dispersion needs more rows than parameters.");
        var upper = SpecialFunctions.GammaUpperRegularized(0.5 * degrees, 0.5 * squares);
        var lower = SpecialFunctions.GammaLowerRegularized(0.5 * degrees, 0.5 * squares);
        var p = alternative switch
        {
            Alternative.Greater => upper,
            Alternative.Less => lower,
            _ => Math.Min(1, 2 * Math.Min(lower, upper)),
        };
        var ratio = squares / degrees;
        var significant = p < TestResult.SignificanceLevel;
        var message = Sentence("sum of squared Pearson residuals", ratio, TestResult.FormatPValue(p, 0), significant);
        if (hasRandomEffects && alternative != Alternative.Greater)
            message += " With random effects this test leans towards underdispersion: trust it only for Alternative.Greater.";
        var test = new TestResult(Name + " (Pearson χ²)", ratio, p, alternative.RName(), message)
        {
            Verdict = !significant ? AsExpected : ratio < 1 ? Under : Over,
        };
        return test with { Chart = new TestChart(() => new Figure("Dispersion by Pearson residuals", Density(ratio, degrees,
            test)) { Subtitle = subtitle }) };
    }

    private static Panel Density(double ratio, int degrees, TestResult test)
    {
        var sd = Math.Sqrt(2.0 / degrees);
        double low = Math.Max(0, Math.Min(ratio, 1 - (4.5 * sd))), high = Math.Max(ratio, 1 + (4.5 * sd));
        double[] x = [.. Enumerable.Range(0, 201).Select(i => low + ((high - low) * i / 200))];
        double[] y = [.. x.Select(v => v <= 0 ? 0 : degrees * ChiSquared.PDF(degrees, v * degrees))];
        var line = new LineTrace(x, y)
        {
            Name = "Correct model",
            Color = Palette.SkyBlue,
            Lower = new double[x.Length],
            Upper = y,
            Text = [.. x.Select(v => FormattableString.Invariant($"χ² with {degrees} degrees of freedom, divided by them\n{v:0.###}"))],
        };
        return new Panel(null, line)
        {
            XAxis = "Pearson χ² divided by its degrees of freedom",
            YAxis = new Axis("Density for a correct model") { Minimum = 0 },
            Shapes = [ResidualFigures.DataLine(ratio, test)],
            Annotations = [ResidualFigures.TestLine(FormattableString.Invariant($"Data (line) {ratio:0.###}"), test)],
        };
    }

    private static string Sentence(string what, double ratio, string p, bool significant)
    {
        var times = FormattableString.Invariant($"{ratio:0.##}");
        return !significant
            ? $"The {what} is {times} times what the model predicts: no sign of over- or underdispersion ({p})."
            : ratio > 1
                ? $"The {what} is {times} times what the model predicts: overdispersion ({p})."
                : $"The {what} is only {times} times what the model predicts: underdispersion ({p}).";
    }
}
