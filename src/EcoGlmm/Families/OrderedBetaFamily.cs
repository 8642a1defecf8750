using EcoGlmm.Numerics;

namespace EcoGlmm.Families;

/// <summary>
/// Ordered beta proportions, zeros and ones included: whether a value is 0, between or 1 is decided by two cutpoints on the
/// scale of η as in an ordinal model, and those between are beta with mean μ and precision φ. δ = log φ; Sigma reports φ.
/// Kubinec (2023), <i>Political Analysis</i> 31, 519–536.
/// </summary>
internal sealed class OrderedBetaFamily : Family
{
    private readonly MeanParameterisedFamily _between;
    private readonly OrderedThresholds _cutpoints;
    private readonly FamilyShape[] _shapes;

    private OrderedBetaFamily(Link link, ReadOnlySpan<double> predictors)
        : base("ordbeta", link)
    {
        _between = (MeanParameterisedFamily)BetaFamily.Set.With(link);
        _cutpoints = new OrderedThresholds(predictors);
        _shapes =
        [
            new("lower cutpoint", predictors[0], _cutpoints[0], "η below which zeros are likely")
            {
                AtLowest = new(
                    "The lower cutpoint runs to minus infinity: there are no zeros.",
                    "Without zeros and ones this is Family.Beta()."),
                AtHighest = new("The lower cutpoint runs to infinity: all values are zero.", "Check the response."),
            },
            new("upper cutpoint", predictors[1], _cutpoints[1], "η above which ones are likely")
            {
                AtLowest = new("The upper cutpoint runs to minus infinity: no value lies between 0 and 1.", "Use Family.Binomial()."),
                AtHighest = new(
                    "The upper cutpoint runs to infinity: there are no ones.",
                    "Without zeros and ones this is Family.Beta()."),
                Position = _cutpoints[1],
            },
        ];
    }

    public static FamilySet Set { get; } = new(
        "ordbeta", link => new OrderedBetaFamily(link, [-2, Math.Log(4)]), Link.Logit, Link.Probit, Link.Cauchit);

    internal override IReadOnlyList<FamilyShape> Shapes => _shapes;

    internal override bool HasDispersion => true;

    internal override bool IsDiscrete => false;

    internal override FamilyWords Words { get; } = new("Ordered beta")
    {
        Dispersion = new("φ", "precision of the values between 0 and 1, whose variance is μ(1 − μ)/(1 + φ)", "φ"),
    };

    internal override bool HasShiftedMean => true;

    internal override (double Low, double High) MeanBounds => (0, 1);

    internal override Family WithShapes(ReadOnlySpan<double> predictors) => new OrderedBetaFamily(Link, predictors);

    internal override string? CheckResponse(double y, double size) =>
        y >= 0 && y <= 1 ? null : "values must lie between zero and one";

    internal override double Constant(double y, double size) => y is 0 or 1 ? 0 : _between.Constant(y, size);

    internal override void Evaluate(ref LogDensityBlock block, DerivativeLevel level)
    {
        var cutpoints = block.Shape.IsEmpty ? _cutpoints : new OrderedThresholds(block.Shape);
        var terms = default(DispersionTerms);
        _between.PrepareDispersion(block.Delta[0], ref terms);
        for (var i = 0; i < block.Y.Length; i++)
        {
            var y = block.Y[i];
            if (block.Delta.Length > 1 && i > 0)
            {
                _between.PrepareDispersion(block.Delta[i], ref terms);
            }

            var category = Category(y);
            var point = Link.At(block.Eta[i]);
            MeanDerivatives derivatives = default;
            if (category == 1)
            {
                derivatives = MeanDerivatives.Impossible;
                if (point.Mu > 0 && point.Complement > 0)
                {
                    derivatives = default;
                    _between.EvaluateAtMean(y, 1, point, terms, level, ref derivatives);
                    derivatives.L += block.C.IsEmpty ? Constant(y, 1) : block.C[i];
                }
            }

            derivatives.Compose(point, ref block, i, level, true);
            AddCategory(cutpoints, category, ref block, i, level);
        }
    }

    private void AddCategory(
        in OrderedThresholds cutpoints, int category, ref LogDensityBlock block, int i, DerivativeLevel level)
    {
        var at = cutpoints.At(Link, category, block.Eta[i]);
        block.L[i] += at.L;
        if (level < DerivativeLevel.Mode)
        {
            return;
        }

        block.E[i] += at.E;
        block.EE[i] += at.EE;
        if (level < DerivativeLevel.Gradient)
        {
            return;
        }

        block.EEE[i] += at.EEE;
        if (block.Shapes is not { } output)
        {
            return;
        }

        cutpoints.WriteShapes(at, category, output, block.ShapeStart + i, level);
        for (var k = 0; k < cutpoints.Count && level == DerivativeLevel.Full; k++)
        {
            output.DS[k]![block.ShapeStart + i] = 0;
        }
    }

    internal override double Mean(double mu, double phi)
    {
        var (_, between, one) = Probabilities(mu);
        return one + (between * mu);
    }

    internal override double Variance(double mu, double phi, double size)
    {
        var (zero, between, one) = Probabilities(mu);
        var mean = one + (between * mu);
        var square = (mu - mean) * (mu - mean);
        return (zero * mean * mean) + (one * (1 - mean) * (1 - mean)) + (between * (square + _between.Variance(mu, phi, 1)));
    }

    // Against the best η at this φ, by bisection; zeros and ones can be met for certain.
    internal override double UnitDeviance(double y, double mu, double phi, double size)
    {
        var here = Slope(y, Link.LinearPredictor(mu), phi).Value;
        if (y is 0 or 1)
        {
            return -2 * here;
        }

        double low = -30;
        double high = 30;
        while (high - low > 1e-9)
        {
            var middle = 0.5 * (low + high);
            var rises = Slope(y, middle, phi).First > 0;
            low = rises ? middle : low;
            high = rises ? high : middle;
        }

        return Math.Max(0, 2 * (Slope(y, low, phi).Value - here));
    }

    internal override double Draw(RandomStream random, double mu, double phi, double size)
    {
        var (zero, between, _) = Probabilities(mu);
        var u = random.NextDouble();
        return u < zero ? 0 : u < zero + between ? _between.Draw(random, mu, phi, 1) : 1;
    }

    internal override double StartingMean(double y, double size) => Math.Clamp(y, 0.02, 0.98);

    internal override double StartingDispersion(
        ReadOnlySpan<double> y, ReadOnlySpan<double> mu, ReadOnlySpan<double> size)
    {
        List<double> values = [];
        List<double> means = [];
        for (var i = 0; i < y.Length; i++)
        {
            if (Category(y[i]) == 1)
            {
                values.Add(y[i]);
                means.Add(mu[i]);
            }
        }

        return values.Count == 0 ? 0 : _between.StartingDispersion(values.ToArray(), means.ToArray(), []);
    }

    internal override double[] StartingShapes(ReadOnlySpan<double> y, ReadOnlySpan<double> eta)
    {
        var zeros = 0.5;
        var ones = 0.5;
        double middle = 0;
        for (var i = 0; i < y.Length; i++)
        {
            zeros += y[i] == 0 ? 1 : 0;
            ones += y[i] == 1 ? 1 : 0;
            middle += eta[i] / y.Length;
        }

        var total = y.Length + 1.5;
        var lower = middle + Link.LinearPredictor(zeros / total);
        var upper = middle - Link.LinearPredictor(ones / total);
        return OrderedThresholds.Predictors([lower, upper]);
    }

    private static int Category(double y) => y == 0 ? 0 : y == 1 ? 2 : 1;

    private (double Zero, double Between, double One) Probabilities(double mu)
    {
        var eta = Link.LinearPredictor(mu);
        var zero = Link.At(_cutpoints[0] - eta).Mu;
        var one = Link.At(eta - _cutpoints[1]).Mu;
        return (zero, Math.Max(0, 1 - zero - one), one);
    }

    /// <summary>ℓ less the constant, and its derivative by η.</summary>
    private (double Value, double First) Slope(double y, double eta, double phi)
    {
        var category = Category(y);
        var at = _cutpoints.At(Link, category, eta);
        if (category != 1)
        {
            return (at.L, at.E);
        }

        var terms = default(DispersionTerms);
        _between.PrepareDispersion(Math.Log(phi), ref terms);
        var point = Link.At(eta);
        MeanDerivatives d = default;
        _between.EvaluateAtMean(y, 1, point, terms, DerivativeLevel.Mode, ref d);
        return (at.L + d.L, at.E + (d.M * point.D1));
    }
}
