using EcoGlmm.Numerics;

namespace EcoGlmm.Families;

/// <summary>
/// Tweedie with variance φμᵖ, 1 &lt; p &lt; 2: sums of a Poisson number of gamma variables, so zeros and positive values in
/// one. δ = log φ, σ = logit(p − 1); Sigma reports φ. Jørgensen (1987), <i>Journal of the Royal Statistical Society B</i>
/// 49, 127–162; density by <see cref="TweedieSeries"/>.
/// </summary>
internal sealed class TweedieFamily : ShapedFamily
{
    private TweedieFamily(Link link, double shape)
        : base("tweedie", link, MeanRange.Positive)
    {
        Shape = new(
            "power",
            shape,
            1 + SpecialFunctions.Logistic(shape),
            "variance = φμ^power; 1 is Poisson-like, 2 gamma-like")
        {
            AtLowest = new(
                "The power runs to 1: the response takes few distinct values, evenly spaced, as counts do.",
                "Use Family.Poisson() or Family.NegativeBinomial2() if the response is a count, with the effort as an offset if it "
                    + "is a rate.")
            {
                IsUnbounded = true,
            },
            AtHighest = new(
                "The power runs to 2: the positive values are gamma distributed, and zeros too few for the Tweedie distribution.",
                "Use Family.Gamma(Link.Log), with ZeroInflation if there are zeros."),
        };
    }

    public static FamilySet Set { get; } = new("tweedie", link => new TweedieFamily(link, 0), FamilySet.PositiveMean);

    internal override FamilyShape Shape { get; }

    internal override bool IsDiscrete => false;

    internal override bool IsExponentialDispersion => true;

    internal override FamilyWords Words { get; } = new("Tweedie")
    {
        BeginsWithName = true,
        Dispersion = new("φ", "variance = φμ^power", "φ"),
    };

    internal override int RowsAtATime => 256;

    private double Power => Shape.Value;

    internal override Family WithShape(double predictor) => new TweedieFamily(Link, predictor);

    internal override string? CheckResponse(double y, double size) =>
        y >= 0 && y < double.PositiveInfinity ? null : "values must be zero or greater";

    internal override double Constant(double y, double size) => y == 0 ? 0 : -Math.Log(y);

    internal override double Variance(double mu, double phi, double size) => phi * Math.Pow(mu, Power);

    internal override double UnitDeviance(double y, double mu, double phi, double size)
    {
        var u = Power - 1;
        var v = 1 - u;
        var best = y == 0 ? 0 : -Math.Pow(y, v) / (u * v);
        return Math.Max(0, 2 * (best + (y * Math.Pow(mu, -u) / u) + (Math.Pow(mu, v) / v)));
    }

    internal override double Draw(RandomStream random, double mu, double phi, double size)
    {
        var u = Power - 1;
        var v = 1 - u;
        var count = random.NextPoisson(Math.Pow(mu, v) / (phi * v));
        return count == 0 ? 0 : random.NextGamma(count * v / u) * phi * u * Math.Pow(mu, u);
    }

    internal override double StartingMean(double y, double size) => y == 0 ? 0.1 : y;

    internal override double StartingDispersion(
        ReadOnlySpan<double> y, ReadOnlySpan<double> mu, ReadOnlySpan<double> size)
    {
        double sum = 0;
        for (var i = 0; i < y.Length; i++)
        {
            sum += (y[i] - mu[i]) * (y[i] - mu[i]) / Variance(mu[i], 1, 1);
        }

        return SupportCheck.LogBetween(sum / y.Length, 1e-4, 1e4);
    }

    // ℓ = log W − log y + κ/φ, κ = −y μ⁻ᵘ/u − μᵛ/v with u = p − 1, v = 2 − p.
    private protected override void EvaluateAt(
        double y, double mu, double delta, double shape, DerivativeLevel level, ref MeanDerivatives d, ref ShapePartials s)
    {
        var sigma = Math.Clamp(shape, -30, 30);
        var u = SpecialFunctions.Logistic(sigma);
        var v = SpecialFunctions.Logistic(-sigma);
        var logMu = Math.Log(mu);
        var precision = Math.Exp(-delta);
        var yTerm = y == 0 ? 0 : y * Math.Exp(-u * logMu) * precision;
        var muTerm = Math.Exp(v * logMu) * precision;
        var k = -(yTerm / u) - (muTerm / v);
        d.L = k;
        var inverse = 1 / mu;
        d.M = (yTerm - muTerm) * inverse;
        d.MM = -(((1 + u) * yTerm) - (u * muTerm)) * inverse * inverse;
        d.MMM = (1 + u) * (((2 + u) * yTerm) - (u * muTerm)) * inverse * inverse * inverse;
        if (level >= DerivativeLevel.Gradient)
        {
            d.D = -k;
            d.MD = -d.M;
            d.MMD = -d.MM;
            d.DD = k;
            d.MDD = d.M;
            d.DDD = -k;

            // By u, then by σ: du/dσ = u v.
            var slope = u * v;
            var first = (yTerm * ((logMu / u) + (1 / (u * u)))) + (muTerm * ((logMu / v) - (1 / (v * v))));
            var second = (-yTerm * ((logMu * logMu / u) + (2 * logMu / (u * u)) + (2 / (u * u * u))))
                + (muTerm * ((-logMu * logMu / v) + (2 * logMu / (v * v)) - (2 / (v * v * v))));
            s.S = slope * first;
            s.SS = (slope * slope * second) + (slope * (v - u) * first);
            s.DS = -s.S;
            s.MS = -slope * logMu * d.M;
            s.MMS = -slope * ((logMu * d.MM) + (d.M * inverse));
        }

        if (y == 0)
        {
            return;
        }

        var series = TweedieSeries.At(Math.Exp(-sigma));
        series.Sum(y, delta, level >= DerivativeLevel.Gradient);
        d.L += series.Value;
        if (level >= DerivativeLevel.Gradient)
        {
            d.D += series.D;
            d.DD += series.DD;
            d.DDD += series.DDD;
            s.S += series.S;
            s.DS += series.DS;
            s.SS += series.SS;
        }
    }
}
