using EcoGlmm.Numerics;

namespace EcoGlmm.Families;

/// <summary>
/// Student's t around μ with scale φ, as glmmTMB has it: (Y − μ)/φ has a t distribution with ν degrees of freedom, so that
/// the variance is φ²ν/(ν − 2) for ν &gt; 2 and infinite below. δ = log φ, σ = log ν; Sigma reports φ. Lange, Little &amp;
/// Taylor (1989), <i>Journal of the American Statistical Association</i> 84, 881–896.
/// </summary>
internal sealed class StudentTFamily : ShapedFamily
{
    private const double StartingDegreesOfFreedom = 5;

    // Half the interquartile range of the t distribution with the starting degrees of freedom.
    private const double StartingQuartile = 0.7267;

    private StudentTFamily(Link link, double shape)
        : base("t", link, MeanRange.Real)
    {
        Shape = new(
            "df",
            shape,
            Math.Exp(shape),
            "degrees of freedom; the fewer, the heavier the tails")
        {
            AtLowest = new(
                "The degrees of freedom run to zero: some rows lie on the fitted line exactly, others very far from it.",
                "Check the response for values that are all alike; another family describes it better."),
            AtHighest = new(
                "The degrees of freedom run to infinity: the residuals have no heavier tails than the normal distribution.",
                "Use Family.Gaussian(), which this model has become."),
        };
    }

    public static FamilySet Set { get; } = new(
        "t",
        link => new StudentTFamily(link, Math.Log(StartingDegreesOfFreedom)),
        Link.Identity,
        Link.Log,
        Link.Inverse,
        Link.Sqrt);

    internal override FamilyShape Shape { get; }

    internal override bool IsDiscrete => false;

    internal override bool HasUnboundedMean => true;

    internal override bool HasAdditiveResidual => Link == Link.Identity;

    internal override FamilyWords Words { get; } = new("Student t")
    {
        BeginsWithName = true,
        Dispersion = new("φ", "scale; variance = φ²·df/(df − 2) where df > 2", "φ"),
    };

    internal override Family WithShape(double predictor) => new StudentTFamily(Link, predictor);

    internal override string? CheckResponse(double y, double size) => SupportCheck.Finite(y);

    internal override double Variance(double mu, double phi, double size) =>
        Shape.Value > 2 ? phi * phi * Shape.Value / (Shape.Value - 2) : double.PositiveInfinity;

    // An infinite variance cannot scale a residual.
    internal override double VarianceFunction(double mu, double phi, double size) =>
        Shape.Value > 2 ? Variance(mu, phi, size) : double.NaN;

    internal override double UnitDeviance(double y, double mu, double phi, double size)
    {
        var x = (y - mu) / phi;
        return (Shape.Value + 1) * SpecialFunctions.Log1p(x * x / Shape.Value);
    }

    internal override double Draw(RandomStream random, double mu, double phi, double size)
    {
        var half = 0.5 * Shape.Value;
        return mu + (phi * random.NextNormal() * Math.Sqrt(half / random.NextGamma(half)));
    }

    internal override double StartingMean(double y, double size) => Link == Link.Identity ? y : Math.Max(y, 0.01);

    internal override double StartingDispersion(
        ReadOnlySpan<double> y, ReadOnlySpan<double> mu, ReadOnlySpan<double> size)
    {
        var distances = new double[y.Length];
        double sum = 0;
        for (var i = 0; i < y.Length; i++)
        {
            distances[i] = Math.Abs(y[i] - mu[i]);
            sum += distances[i] * distances[i];
        }

        Array.Sort(distances);
        var scale = distances[y.Length / 2] / StartingQuartile;
        return SupportCheck.LogBetween(scale > 0 ? scale : Math.Sqrt(sum / y.Length), 1e-6, 1e6);
    }

    // With x = (y − μ)/φ: ℓ = K(ν) − δ + h, h = −½(ν + 1) log(1 + x²/ν).
    private protected override void EvaluateAt(
        double y, double mu, double delta, double shape, DerivativeLevel level, ref MeanDerivatives d, ref ShapePartials s)
    {
        var nu = Math.Exp(Math.Clamp(shape, -300, 300));
        var inverse = Math.Exp(-delta);
        var x = (y - mu) * inverse;
        var x2 = x * x;
        var logTail = SpecialFunctions.Log1p(x2 / nu);
        Normaliser(nu, level, out var k, out var k1, out var k2);
        d.L = k - delta - (0.5 * (nu + 1) * logTail);
        if (level < DerivativeLevel.Mode)
        {
            return;
        }

        var q = 1 / (nu + x2);
        var h1 = -(nu + 1) * x * q;
        var h2 = -(nu + 1) * (nu - x2) * q * q;
        var h3 = 2 * (nu + 1) * x * ((3 * nu) - x2) * q * q * q;
        LocationScale.Write(x, inverse, h1, h2, h3, ref d);
        if (level < DerivativeLevel.Gradient)
        {
            return;
        }

        // By σ = log ν: ν ∂/∂ν.
        var tail = 0.5 * nu * (logTail - (x2 * q));
        var h1s = -nu * x * (x2 - 1) * q * q;
        var h2s = nu * ((x2 * x2) - (3 * (nu + 1) * x2) + nu) * q * q * q;
        var hss = -tail + (0.5 * nu * x2 * (x2 - 1) * q * q);
        LocationScale.WriteShape(x, inverse, (0.5 * x2 * q) - tail, h1s, h2s, hss, k1, k2, ref s);
    }

    /// <summary>K = log Γ((ν + 1)/2) − log Γ(ν/2) − ½ log(νπ), with its first two derivatives by log ν.</summary>
    private static void Normaliser(double nu, DerivativeLevel level, out double k, out double k1, out double k2)
    {
        var a = 0.5 * nu;
        k1 = k2 = 0;
        if (a > 15)
        {
            // Asymptotic series of the ratio of gamma functions; Tricomi & Erdélyi (1951), Pacific J. Math. 1, 133–142.
            var r = 1 / a;
            var z = r * r;
            k = -SpecialFunctions.HalfLogTwoPi
                - (r * ((1.0 / 8) - (z * ((1.0 / 192) - (z * ((1.0 / 640) - (z * ((17.0 / 14336) - (z * 31 / 18432)))))))));
            k1 = r * ((1.0 / 8) - (z * ((3.0 / 192) - (z * ((5.0 / 640) - (z * ((119.0 / 14336) - (z * 279 / 18432))))))));
            k2 = -r * ((1.0 / 8) - (z * ((9.0 / 192) - (z * ((25.0 / 640) - (z * ((833.0 / 14336) - (z * 2511 / 18432))))))));
            return;
        }

        k = SpecialFunctions.LogGamma(a + 0.5) - SpecialFunctions.LogGamma(a) - (0.5 * Math.Log(nu * Math.PI));
        if (level < DerivativeLevel.Gradient)
        {
            return;
        }

        var first = a * (SpecialFunctions.Digamma(a + 0.5) - SpecialFunctions.Digamma(a));
        k1 = first - 0.5;
        k2 = first + (a * a * (SpecialFunctions.Trigamma(a + 0.5) - SpecialFunctions.Trigamma(a)));
    }
}
