using EcoGlmm.Numerics;

namespace EcoGlmm.Families;

/// <summary>
/// Skew normal with mean μ, standard deviation φ and shape α, as glmmTMB and brms have it; α = 0 is the normal distribution.
/// δ = log φ, σ = α; Sigma reports φ. Azzalini (1985), <i>Scandinavian Journal of Statistics</i> 12, 171–178.
/// </summary>
internal sealed class SkewNormalFamily : ShapedFamily
{
    private const double TwoOverPi = 2 / Math.PI;

    // The distribution at α = 10⁴ is a half-normal one to all intents and purposes.
    private const double LargestShape = 1e4;

    private SkewNormalFamily(Link link, double shape)
        : base("skewnormal", link, MeanRange.Real)
    {
        Shape = new("shape", shape, shape, "skewed to the right above 0, to the left below; 0 is the normal distribution")
        {
            AtLowest = HalfNormal,
            AtHighest = HalfNormal,
            AtZero = new(
                "The shape is zero: the residuals are no more skewed than the normal distribution.",
                "Use Family.Gaussian(), which this model has become."),
            Extreme = 500,
        };
    }

    public static FamilySet Set { get; } = new(
        "skewnormal", link => new SkewNormalFamily(link, 1), Link.Identity, Link.Log, Link.Inverse, Link.Sqrt);

    internal override FamilyShape Shape { get; }

    internal override bool IsDiscrete => false;

    internal override bool HasUnboundedMean => true;

    internal override FamilyWords Words { get; } = new("Skew normal")
    {
        Dispersion = new("σ", "residual standard deviation", "σ"),
    };

    private static ShapeLimit HalfNormal { get; } = new(
        "The shape runs to infinity: the residuals end abruptly on one side, as half a normal distribution does.",
        "Use Family.Gamma(Link.Log) or Family.LogNormal() if the response is positive, or transform the response.");

    internal override Family WithShape(double predictor) => new SkewNormalFamily(Link, predictor);

    internal override string? CheckResponse(double y, double size) => SupportCheck.Finite(y);

    internal override double Constant(double y, double size) => -SpecialFunctions.HalfLogTwoPi;

    internal override double Variance(double mu, double phi, double size) => phi * phi;

    internal override double UnitDeviance(double y, double mu, double phi, double size)
    {
        var k = new Standardisation(Shape.Value);
        var z = (k.C * (y - mu) / phi) + k.B;
        double best = 0;
        for (var i = 0; i < 50; i++)
        {
            var tail = LogTail.Normal(k.Alpha * best);
            var step = ((k.Alpha * tail.First) - best) / (1 - (k.Alpha * k.Alpha * tail.Second));
            best += step;
            if (Math.Abs(step) <= 1e-12 * (1 + Math.Abs(best)))
            {
                break;
            }
        }

        return Math.Max(0, 2 * (Kernel(k.Alpha, best) - Kernel(k.Alpha, z)));
    }

    internal override double Draw(RandomStream random, double mu, double phi, double size)
    {
        var k = new Standardisation(Shape.Value);
        var z = (k.Lean * Math.Abs(random.NextNormal())) + (Math.Sqrt(1 - (k.Lean * k.Lean)) * random.NextNormal());
        return mu + (phi * (z - k.B) / k.C);
    }

    internal override double StartingMean(double y, double size) => Link == Link.Identity ? y : Math.Max(y, 0.01);

    internal override double StartingDispersion(
        ReadOnlySpan<double> y, ReadOnlySpan<double> mu, ReadOnlySpan<double> size)
    {
        double sum = 0;
        for (var i = 0; i < y.Length; i++)
        {
            sum += (y[i] - mu[i]) * (y[i] - mu[i]);
        }

        return SupportCheck.LogBetween(Math.Sqrt(sum / y.Length), 1e-6, 1e6);
    }

    // The shape with the skewness of the residuals, kept from zero, where the likelihood has no slope by it.
    internal override double[] StartingShapes(ReadOnlySpan<double> y, ReadOnlySpan<double> eta)
    {
        double squares = 0;
        double cubes = 0;
        for (var i = 0; i < y.Length; i++)
        {
            var r = y[i] - Link.At(eta[i]).Mu;
            squares += r * r;
            cubes += r * r * r;
        }

        var skewness = cubes / y.Length / Math.Pow(squares / y.Length, 1.5);
        var g = Math.Pow(Math.Min(Math.Abs(skewness), 0.9), 2.0 / 3);
        var lean = Math.Sqrt(0.5 * Math.PI * g / (g + Math.Pow(0.5 * (4 - Math.PI), 2.0 / 3)));
        var alpha = lean / Math.Sqrt(1 - (lean * lean));
        return [double.IsNaN(alpha) ? 1 : (skewness < 0 ? -1 : 1) * Math.Max(alpha, 0.7)];
    }

    // ℓ = log 2 + log c − δ + h(x) − ½ log 2π, h = −½z² + log Φ(αz), z = cx + b, x = (y − μ)/φ.
    private protected override void EvaluateAt(
        double y, double mu, double delta, double shape, DerivativeLevel level, ref MeanDerivatives d, ref ShapePartials s)
    {
        var k = new Standardisation(Math.Clamp(shape, -LargestShape, LargestShape));
        var inverse = Math.Exp(-delta);
        var x = (y - mu) * inverse;
        var z = (k.C * x) + k.B;
        var t = k.Alpha * z;
        var constant = Math.Log(2 * k.C) - delta;
        if (level < DerivativeLevel.Mode)
        {
            d.L = constant - (0.5 * z * z) + SpecialFunctions.LogNormalCdf(t);
            return;
        }

        var tail = LogTail.Normal(t);
        var square = k.Alpha * k.Alpha;
        var hz = (k.Alpha * tail.First) - z;
        var hzz = (square * tail.Second) - 1;
        var hzzz = square * k.Alpha * tail.Third;
        var c2 = k.C * k.C;
        d.L = constant - (0.5 * z * z) + tail.Value;
        LocationScale.Write(x, inverse, k.C * hz, c2 * hzz, c2 * k.C * hzzz, ref d);
        if (level < DerivativeLevel.Gradient)
        {
            return;
        }

        // z moves with α too: z′ = c′x + b′.
        var z1 = (k.C1 * x) + k.B1;
        var z2 = (k.C2 * x) + k.B2;
        var hza = tail.First + (t * tail.Second);
        var hzza = (2 * k.Alpha * tail.Second) + (square * z * tail.Third);
        var h1s = (k.C1 * hz) + (k.C * ((hzz * z1) + hza));
        var h2s = (2 * k.C * k.C1 * hzz) + (c2 * ((hzzz * z1) + hzza));
        var hs = (hz * z1) + (z * tail.First);
        var hss = (hzz * z1 * z1) + (hz * z2) + (2 * hza * z1) + (z * z * tail.Second);
        var k1 = k.C1 / k.C;
        LocationScale.WriteShape(x, inverse, hs, h1s, h2s, hss, k1, (k.C2 / k.C) - (k1 * k1), ref s);
    }

    private static double Kernel(double alpha, double z) => (-0.5 * z * z) + SpecialFunctions.LogNormalCdf(alpha * z);

    /// <summary>
    /// z = cx + b takes a standardised x to Azzalini's: b = √(2/π) lean is the mean of z and c its standard deviation, with
    /// lean = α/√(1 + α²), and their first two derivatives by α.
    /// </summary>
    private readonly struct Standardisation
    {
        public Standardisation(double alpha)
        {
            Alpha = alpha;
            var r = 1 / Math.Sqrt(1 + (alpha * alpha));
            Lean = alpha * r;
            var lean1 = r * r * r;
            var lean2 = -3 * alpha * lean1 * r * r;
            var root = Math.Sqrt(TwoOverPi);
            B = root * Lean;
            B1 = root * lean1;
            B2 = root * lean2;
            C = Math.Sqrt(1 - (B * B));
            C1 = -B * B1 / C;
            C2 = -((B1 * B1) + (B * B2) + (C1 * C1)) / C;
        }

        public double Alpha { get; }

        public double Lean { get; }

        public double B { get; }

        public double B1 { get; }

        public double B2 { get; }

        public double C { get; }

        public double C1 { get; }

        public double C2 { get; }
    }
}
