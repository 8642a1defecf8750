using EcoGlmm.Marginal;
using EcoGlmm.Text;

namespace EcoGlmm.Decomposition;

/// <summary>
/// A method in which age has a smooth: its terms, the name of the smooth that says how the response changes with age, and of the one that
/// takes up how individuals differ.
/// </summary>
/// <param name="Terms">Effects of age, in the notation of formulas.</param>
/// <param name="Curve">The smooth of age.</param>
/// <param name="Selection">The smooth of how individuals differ; null where the method has none.</param>
internal sealed record AgeSmoothModel(string Terms, string Curve, string? Selection)
{
    /// <summary>Fewer ages than that are no curve.</summary>
    public const int FewestAges = 4;

    private const int LargestBasis = 10;
    private const int Places = 100;

    /// <summary>The model of a method; null for one without smooths.</summary>
    /// <param name="method">The method.</param>
    /// <param name="x">Age, as it is written in a formula.</param>
    /// <param name="id">The individual.</param>
    /// <param name="ages">How many ages there are.</param>
    public static AgeSmoothModel? Of(AgeMethod method, string x, string id, int ages)
    {
        var k = Math.Min(LargestBasis, ages);
        return method switch
        {
            AgeMethod.NaiveSmooth => new($"s({x}, k = {k})", $"s({x})", null),
            AgeMethod.SmoothCentring => new($"s({x}, k = {k}) + s({x}, mean = {id}, k = {k})", $"s({x})", $"s({x},mean={id})"),
            _ => null,
        };
    }

    /// <summary>What a fit of the model says.</summary>
    /// <param name="approach">Method and formula.</param>
    /// <param name="fit">The fit.</param>
    /// <param name="reference">The age at which slopes are given.</param>
    /// <param name="level">Coverage of the intervals.</param>
    public AgeApproach Read(AgeApproach approach, GlmmFit fit, double reference, double level)
    {
        var curves = new SmoothCurves(fit);
        var own = curves.Find(Curve);
        var x = curves.Places(own, Places);
        var selection = Selection is null ? null : curves.Find(Selection);
        AgeSlope At(Func<double[], SmoothCurve> slope)
        {
            // The ends tell the range that the step of the difference is a share of.
            var point = slope([x[0], Math.Clamp(reference, x[0], x[^1]), x[^1]])[1];
            return new AgeSlope(point.Estimate, point.StandardError, point.Lower, point.Upper);
        }

        var test = Selection is null ? null : fit.Smooths[Selection];
        return approach with
        {
            Fit = fit,
            Within = At(places => curves.Slope(own, places, level)),
            Between = selection is null ? AgeSlope.None : At(places => curves.SlopeOfSum(own, selection, places, level)),
            Difference = selection is null ? AgeSlope.None : At(places => curves.Slope(selection, places, level)),
            Test = test is null ? new SelectionTest(double.NaN, 0, double.NaN)
                : new SelectionTest(test.IsF ? test.Statistic * test.ReferenceDf : test.Statistic,
                    Math.Max(1, (int)Math.Round(test.ReferenceDf)), test.PValue),
            Curve = curves.Effect(own, x, level),
            Rate = curves.Slope(own, x, level),
            Selection = selection is null ? null : curves.Effect(selection, x, level),
            Unavailable = fit.Convergence.IsConverged ? null : "The fit did not converge.",
        };
    }

    /// <summary>In which ages a smooth rises and falls, in a sentence.</summary>
    public static string Sentence(AgeApproach approach, AgeAnalysis analysis)
    {
        var parts = approach.Rate!.DifferentFromZero;
        var edf = NumberFormat.Fixed(approach.Fit!.Smooths[approach.Curve!.Name].Edf, 1);
        string Age(double value) => NumberFormat.Significant(value, 2);
        var isTurned = analysis.Family.Link.At(1).D1 < 0;
        return $"As a smooth within individuals ({edf} effective degrees of freedom) it " + (parts.Count == 0
            ? "nowhere changes clearly, by the band that holds the whole slope."
            : string.Join(", and ", parts.Select(p => $"{(p.IsPositive != isTurned ? "rises" : "declines")} from {analysis.Age} "
                + $"{Age(p.From)} to {Age(p.To)}")) + ".");
    }
}
