namespace EcoGlmm.Estimation;

/// <summary>How far a step of the search may go: beyond that no quadratic model of a likelihood means anything.</summary>
internal static class StepLimit
{
    /// <summary>The longest step that moves no term's covariance factor by more than some times its own size.</summary>
    /// <param name="model">The model.</param>
    /// <param name="x">The point, θ from <paramref name="offset"/> on.</param>
    /// <param name="direction">The direction.</param>
    /// <param name="offset">Where θ begins.</param>
    /// <param name="times">How many times.</param>
    public static double OfCovariance(MixedModel model, double[] x, double[] direction, int offset, double times)
    {
        var longest = double.PositiveInfinity;
        foreach (var term in model.Terms)
        {
            var from = offset + term.ThetaOffset;
            longest = Math.Min(longest, term.Structure.LongestStep(x.AsSpan(from, term.ThetaCount), direction.AsSpan(from, term.ThetaCount),
                times));
        }

        return longest;
    }

    /// <summary>The longest step that moves no linear predictor by more than a few units where its unit is one.</summary>
    public static double OfPredictors(MixedModel model, double[] direction)
    {
        var longest = double.PositiveInfinity;
        foreach (var k in model.ActivePredictors)
        {
            if (k == LinearPredictor.Conditional && model.IsOnResponseScale) continue;
            var squares = 0.0;
            for (var j = 0; j < model.Basis[k]!.Columns; j++)
            {
                var p = direction[model.FixedOffset[k] + j];
                squares += p * p;
            }

            if (squares > 0) longest = Math.Min(longest, Tolerances.LongestPredictorStep / Math.Sqrt(squares));
        }

        return longest;
    }
}
