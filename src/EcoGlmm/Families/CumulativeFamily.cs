using EcoGlmm.Numerics;

namespace EcoGlmm.Families;

/// <summary>
/// Ordered categories 1, 2, …, K by thresholds: P(Y ≤ k) = F(τₖ − η), F the inverse of the link; the proportional odds model
/// with the logit. Parameterised as clm and clmm of R's ordinal package: η has no intercept. McCullagh (1980),
/// <i>Journal of the Royal Statistical Society B</i> 42, 109–142.
/// </summary>
internal sealed class CumulativeFamily : Family
{
    private readonly IReadOnlyList<string> _categories;
    private readonly OrderedThresholds _thresholds;
    private readonly FamilyShape[] _shapes;

    private CumulativeFamily(Link link, IReadOnlyList<string> categories, ReadOnlySpan<double> predictors)
        : base("cumulative", link)
    {
        _categories = categories;
        _thresholds = new OrderedThresholds(predictors);
        _shapes = new FamilyShape[predictors.Length];
        for (var k = 0; k < _shapes.Length; k++)
        {
            _shapes[k] = new($"{categories[k]}|{categories[k + 1]}", predictors[k], _thresholds[k], "threshold")
            {
                Extreme = double.PositiveInfinity,
            };
        }
    }

    public static FamilySet Set { get; } = new(
        "cumulative", link => new CumulativeFamily(link, ["1", "2"], [0]), LinkNames.Distributions);

    internal override IReadOnlyList<string> Categories => _categories;

    internal override IReadOnlyList<FamilyShape> Shapes => _shapes;

    internal override bool HasDispersion => false;

    internal override bool IsDiscrete => true;

    internal override FamilyWords Words => new($"Cumulative {Link.Name}");

    internal override bool HasThresholds => true;

    internal override bool HasShiftedMean => true;

    internal override (double Low, double High) MeanBounds => (1, _categories.Count);

    internal override Link LocationLink => Link.Identity;

    internal override Family WithShapes(ReadOnlySpan<double> predictors) => new CumulativeFamily(Link, _categories, predictors);

    // Thresholds of categories that are equally frequent.
    internal override Family WithCategories(IReadOnlyList<string> categories)
    {
        var thresholds = new double[categories.Count - 1];
        for (var k = 0; k < thresholds.Length; k++)
        {
            thresholds[k] = Link.LinearPredictor((k + 1.0) / categories.Count);
        }

        return new CumulativeFamily(Link, categories, OrderedThresholds.Predictors(thresholds));
    }

    internal override string? CheckResponse(double y, double size) => y >= 1 && y <= _categories.Count && y == Math.Floor(y)
        ? null
        : $"categories are numbered from 1 to {_categories.Count}";

    internal override double Probability(int category, double eta) => Math.Exp(_thresholds.At(Link, category, eta).L);

    internal override void Evaluate(ref LogDensityBlock block, DerivativeLevel level)
    {
        var thresholds = block.Shape.IsEmpty ? _thresholds : new OrderedThresholds(block.Shape);
        for (var i = 0; i < block.Y.Length; i++)
        {
            var category = (int)block.Y[i] - 1;
            var at = thresholds.At(Link, category, block.Eta[i]);
            block.L[i] = at.L;
            if (level < DerivativeLevel.Mode)
            {
                continue;
            }

            block.E[i] = at.E;
            block.EE[i] = at.EE;
            if (level < DerivativeLevel.Gradient)
            {
                continue;
            }

            block.EEE[i] = at.EEE;
            if (block.Shapes is { } output)
            {
                thresholds.WriteShapes(at, category, output, block.ShapeStart + i, level);
            }
        }
    }

    /// <summary>The expected category number, from 1 to K.</summary>
    internal override double Mean(double mu, double phi)
    {
        double mean = 1;
        for (var k = 0; k < _thresholds.Count; k++)
        {
            mean += Link.At(_thresholds[k] - mu).Complement;
        }

        return mean;
    }

    internal override double Variance(double mu, double phi, double size)
    {
        var mean = Mean(mu, phi);
        double sum = 0;
        for (var k = 0; k <= _thresholds.Count; k++)
        {
            sum += (k + 1 - mean) * (k + 1 - mean) * Probability(k, mu);
        }

        return sum;
    }

    internal override double UnitDeviance(double y, double mu, double phi, double size) =>
        -2 * _thresholds.At(Link, (int)y - 1, mu).L;

    internal override double Draw(RandomStream random, double mu, double phi, double size)
    {
        var u = random.NextDouble();
        var k = 0;
        while (k < _thresholds.Count && u >= Link.At(_thresholds[k] - mu).Mu)
        {
            k++;
        }

        return k + 1;
    }

    internal override double StartingMean(double y, double size) => 0;

    internal override double[] StartingShapes(ReadOnlySpan<double> y, ReadOnlySpan<double> eta)
    {
        var thresholds = new double[_thresholds.Count];
        foreach (var value in y)
        {
            for (var k = (int)value - 1; k < thresholds.Length; k++)
            {
                thresholds[k]++;
            }
        }

        // A little more than was counted in each category, so that none is empty.
        const double Added = 0.1;
        var total = y.Length + (Added * _categories.Count);
        double offset = 0;
        foreach (var value in eta)
        {
            offset += value / eta.Length;
        }

        for (var k = 0; k < thresholds.Length; k++)
        {
            thresholds[k] = offset + Link.LinearPredictor((thresholds[k] + (Added * (k + 1))) / total);
        }

        return OrderedThresholds.Predictors(thresholds);
    }
}
