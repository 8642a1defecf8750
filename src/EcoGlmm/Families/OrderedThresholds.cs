namespace EcoGlmm.Families;

/// <summary>
/// Thresholds τ₁ &lt; τ₂ &lt; … between ordered categories, kept in order by their parameters: τ₁ = σ₁ and
/// τₖ = τₖ₋₁ + exp(σₖ).
/// </summary>
internal readonly struct OrderedThresholds
{
    private readonly double[] _thresholds;
    private readonly double[] _steps;

    /// <param name="predictors">σ.</param>
    public OrderedThresholds(ReadOnlySpan<double> predictors)
    {
        _thresholds = new double[predictors.Length];
        _steps = new double[predictors.Length];
        for (var k = 0; k < predictors.Length; k++)
        {
            _steps[k] = k == 0 ? 1 : Math.Exp(Math.Clamp(predictors[k], -300, 300));
            _thresholds[k] = k == 0 ? predictors[0] : _thresholds[k - 1] + _steps[k];
        }
    }

    /// <summary>Number of thresholds, one less than of categories.</summary>
    public int Count => _thresholds.Length;

    /// <summary>τ of the threshold above a category, counted from zero.</summary>
    public double this[int k] => _thresholds[k];

    /// <summary>The parameters σ of thresholds in rising order.</summary>
    public static double[] Predictors(ReadOnlySpan<double> thresholds)
    {
        var predictors = new double[thresholds.Length];
        for (var k = 0; k < predictors.Length; k++)
        {
            predictors[k] = k == 0 ? thresholds[0] : Math.Log(thresholds[k] - thresholds[k - 1]);
        }

        return predictors;
    }

    /// <summary>The category's log-probability and derivatives, categories counted from zero.</summary>
    public CategoryInterval At(Link link, int category, double eta) => link.Between(
        category == 0 ? double.NegativeInfinity : _thresholds[category - 1] - eta,
        category == Count ? double.PositiveInfinity : _thresholds[category] - eta);

    /// <summary>
    /// Writes the derivatives by σ of one observation. A step below its category moves both thresholds, as a change of −η
    /// does; the step at it moves the upper one alone.
    /// </summary>
    public void WriteShapes(in CategoryInterval at, int category, ShapeOutput output, int i, DerivativeLevel level)
    {
        for (var k = 0; k < Count; k++)
        {
            var w = k <= category ? _steps[k] : 0;
            var isUpper = k == category;
            var first = w * (isUpper ? at.B : -at.E);
            output.S[k]![i] = first;
            output.ES[k]![i] = w * (isUpper ? at.EB : -at.EE);
            output.EES[k]![i] = w * (isUpper ? at.EEB : -at.EEE);
            if (level < DerivativeLevel.Full)
            {
                continue;
            }

            for (var l = 0; l <= k; l++)
            {
                var second = isUpper ? l == k ? at.BB : -at.EB : at.EE;
                output.SS[(k * (k + 1) / 2) + l]![i] = (w * _steps[l] * second) + (l == k && k > 0 ? first : 0);
            }
        }
    }
}
