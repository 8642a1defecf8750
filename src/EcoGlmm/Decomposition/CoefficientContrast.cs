using EcoGlmm.Numerics;

namespace EcoGlmm.Decomposition;

/// <summary>Linear combinations of a fit's coefficients with their standard errors, and Wald tests of them.</summary>
internal sealed class CoefficientContrast
{
    private readonly GlmmFit _fit;
    private readonly double[,] _covariance;
    private readonly Dictionary<string, int> _place = new(StringComparer.Ordinal);
    private readonly double _quantile;

    public CoefficientContrast(GlmmFit fit, double level)
    {
        _fit = fit;
        _covariance = fit.Covariance;
        _quantile = SpecialFunctions.NormalQuantile(0.5 + (level / 2));
        foreach (var coefficient in fit.FixedEffects.Where(c => !double.IsNaN(c.Estimate))) _place.Add(coefficient.Name, _place.Count);
    }

    /// <summary>The first coefficient of the combinations that could not be estimated; null if all were.</summary>
    public string? Missing(IEnumerable<Combination> combinations) =>
        combinations.SelectMany(c => c.Parts).Select(part => part.Coefficient).FirstOrDefault(name => !_place.ContainsKey(name));

    public AgeSlope Slope(Combination? combination, double furtherVariance = 0)
    {
        if (combination is null) return AgeSlope.None;
        var estimate = Estimate(combination);
        var error = Math.Sqrt(Covariance(combination, combination) + furtherVariance);
        return new AgeSlope(estimate, error, estimate - (_quantile * error), estimate + (_quantile * error));
    }

    /// <summary>Whether one or two combinations are all zero.</summary>
    public SelectionTest Test(Combination[] nulls)
    {
        if (nulls.Length == 0) return new SelectionTest(double.NaN, 0, double.NaN);
        var (a, va) = (Estimate(nulls[0]), Covariance(nulls[0], nulls[0]));
        if (nulls.Length == 1)
        {
            var z = a / Math.Sqrt(va);
            return new SelectionTest(z * z, 1, 2 * SpecialFunctions.NormalCdf(-Math.Abs(z)));
        }

        var (b, vb, vab) = (Estimate(nulls[1]), Covariance(nulls[1], nulls[1]), Covariance(nulls[0], nulls[1]));
        var statistic = ((a * a * vb) - (2 * a * b * vab) + (b * b * va)) / ((va * vb) - (vab * vab));
        return new SelectionTest(statistic, 2, Math.Exp(-0.5 * statistic));
    }

    private double Estimate(Combination combination) => combination.Parts.Sum(part => part.Weight
        * _fit.FixedEffects[part.Coefficient].Estimate);

    private double Covariance(Combination a, Combination b)
    {
        var sum = 0.0;
        foreach (var (first, weight) in a.Parts)
        {
            foreach (var (second, other) in b.Parts) sum += weight * other * _covariance[_place[first], _place[second]];
        }

        return sum;
    }
}
