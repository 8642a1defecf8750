using System.Runtime.Intrinsics;
using EcoGlmm.Numerics;

namespace EcoGlmm.Families;

/// <summary>
/// Negative binomial with the quadratic variance μ + μ²/θ. δ = log θ; Sigma reports θ, as glmmTMB does.
/// </summary>
internal sealed class NegativeBinomial2Family(Link link)
    : MeanParameterisedFamily("nbinom2", link, MeanRange.Positive)
{
    private const int TableLength = 64;

    public static FamilySet Set { get; } = new(
        "nbinom2", link => new NegativeBinomial2Family(link), FamilySet.PositiveMean);

    internal override bool HasDispersion => true;

    internal override bool IsDiscrete => true;

    internal override bool IsExponentialDispersion => true;

    internal override FamilyAlternatives Alternatives => new()
    {
        MoreScatter =
        [
            FamilyAlternative.Of(NegativeBinomial1Family.Set, Link, "NegativeBinomial1", "a negative binomial of linear variance"),
        ],
        LessScatter = CountAlternatives.LessScatter(Link),
        WithoutZeros = FamilyAlternative.Of(ZeroTruncatedFamily.NegativeBinomial2Set, Link, "TruncatedNegativeBinomial2",
            "a zero-truncated negative binomial"),
    };

    internal override string SupportAdvice(double[] y) => SupportCheck.OnRates(y);

    internal override ShapeLimit DispersionLimit(bool isHigh) => CountAlternatives.LimitIsPoisson(Name);

    internal override FamilyWords Words { get; } = new("Negative binomial")
    {
        Dispersion = new("θ", "variance = μ + μ²/θ", "θ") { Remark = ", so a small θ is strong overdispersion" },
    };

    internal override string? CheckResponse(double y, double size) => SupportCheck.Count(y);

    internal override double Constant(double y, double size) => LargeCount.Constant(y);

    internal override double LargestTerm(double y) => base.LargestTerm(Math.Min(y, LargeCount.Least));

    internal override double Variance(double mu, double phi, double size) => mu + (mu * (mu / phi));

    internal override double UnitDeviance(double y, double mu, double phi, double size) => Deviance(y, mu, phi);

    internal override double Draw(RandomStream random, double mu, double phi, double size) =>
        random.NextNegativeBinomial(mu, phi);

    internal override CountRecurrence? Counts(double mu, double phi, double size) => CountRecurrence.NegativeBinomial(mu, phi);

    // Beyond mean and standard deviations the tail falls by s = μ/(μ + θ) a step, of which −log s is more than 1 − s.
    internal override void Counts(in CountBlock block)
    {
        for (var i = 0; i < block.Mean.Length; i += VectorMath.Width)
        {
            var (mu, theta) = (VectorMath.Load(block.Mean, i), VectorMath.LoadOrConstant(block.Dispersion, i));
            var (ratio, s) = (mu / theta, mu / (mu + theta));
            var p = VectorMath.Exp(-theta * VectorMath.Log1p(ratio));
            var length = mu + (Vector256.Create(12.0) * Vector256.Sqrt(mu + (mu * ratio)))
                + (Vector256.Create(46.0) * (Vector256<double>.One + ratio));
            var isKnown = Vector256.GreaterThan(p, Vector256.Create(CountRecurrence.LeastProbability))
                & Vector256.LessThan(length, Vector256.Create((double)CountRecurrence.Longest));
            p = Vector256.ConditionalSelect(isKnown, p, Vector256.Create(double.NaN));
            VectorMath.Store(p, block.Below, i);
            VectorMath.Store(p, block.Probability, i);
            VectorMath.Store(s, block.A, i);
            VectorMath.Store((theta - Vector256<double>.One) * s, block.B, i);
        }
    }

    internal override double StartingMean(double y, double size) => y + (y == 0 ? 1.0 / 6 : 0);

    internal override double StartingDispersion(
        ReadOnlySpan<double> y, ReadOnlySpan<double> mu, ReadOnlySpan<double> size)
    {
        double squares = 0;
        double excess = 0;
        for (var i = 0; i < y.Length; i++)
        {
            squares += mu[i] * mu[i];
            excess += ((y[i] - mu[i]) * (y[i] - mu[i])) - mu[i];
        }

        return SupportCheck.LogBetween(excess > 0 ? squares / excess : 100, 0.05, 100);
    }

    /// <summary>2 [y log(y/μ) − (y + θ) log((y + θ)/(μ + θ))]: the Poisson's less what the excess variance forgives.</summary>
    internal static double Deviance(double y, double mu, double theta)
    {
        var x = (y - mu) / (mu + theta);
        var forgiven = 2 * (((y + theta) * SpecialFunctions.Log1pMinusX(x)) + ((y - mu) * x));
        return Math.Max(0, PoissonFamily.Deviance(y, mu) - forgiven);
    }

    internal override void Evaluate(ref LogDensityBlock block, DerivativeLevel level)
    {
        if (Link != Link.Log)
        {
            base.Evaluate(ref block, level);
            return;
        }

        EvaluateLog(ref block, level);
    }

    // ℓ = h(y, θ) + y η − (y + θ) log(1 + x) − log y!, x = μ/θ, h as in RisingFactorial: Poisson as θ → ∞.
    private void EvaluateLog(ref LogDensityBlock block, DerivativeLevel level)
    {
        var constant = block.Delta.Length == 1;
        Span<double> tables = stackalloc double[4 * TableLength];
        var length = constant && block.Y.Length >= TableLength ? Math.Min(TableLength, LargestCount(block.Y) + 1) : 0;
        var h = tables[..length];
        var h1 = tables.Slice(TableLength, length);
        var h2 = tables.Slice(2 * TableLength, length);
        var h3 = tables.Slice(3 * TableLength, length);
        if (length > 0)
        {
            var theta = Math.Exp(ClampDelta(block.Delta[0]));
            RisingFactorial.Tabulate(theta, h);
            if (level >= DerivativeLevel.Gradient) RisingFactorial.Tabulate(theta, h1, h2, h3);
        }

        var one = Vector256<double>.One;
        var most = Vector256.Create(700.0);
        var hasLarge = false;
        for (var i = 0; i < block.Y.Length; i += VectorMath.Width)
        {
            var y = VectorMath.Load(block.Y, i);
            hasLarge |= Vector256.GreaterThanOrEqualAny(y, Vector256.Create(LargeCount.Least));
            var eta = VectorMath.Load(block.Eta, i);
            var delta = VectorMath.LoadOrConstant(block.Delta, i);
            delta = Vector256.Max(Vector256.Create(-650.0), Vector256.Min(Vector256.Create(650.0), delta));
            var theta = VectorMath.Exp(delta);
            eta = Vector256.Min(eta, Vector256.Min(most, most + delta));
            var mu = VectorMath.Exp(eta);
            var x = mu / theta;
            var log = VectorMath.Log1p(x);
            VectorMath.Store(ScaledLog(h, y, theta) + (y * eta) - ((y + theta) * log), block.L, i);
            if (level < DerivativeLevel.Mode)
            {
                continue;
            }

            var p = one / (one + x);
            var s = x * p;
            var second = -(y + theta) * s * p;
            VectorMath.Store((y - mu) * p, block.E, i);
            VectorMath.Store(second, block.EE, i);
            if (level < DerivativeLevel.Gradient)
            {
                continue;
            }

            VectorMath.Store(second * (one - s - s), block.EEE, i);
            var (d1, d2, d3) = length == 0 || Vector256.GreaterThanOrEqualAny(y, Vector256.Create((double)length))
                ? Derivatives(y, theta) : (Entries(h1, y), Entries(h2, y), Entries(h3, y));

            // θ [s − log(1 + x)] without cancellation.
            var a = Vector256.ConditionalSelect(Vector256.GreaterThan(x, Vector256.Create(0.7)), theta * (s - log),
                -(theta * VectorMath.Log1pMinusSmall(x)) - (mu * s));
            var (residual, sp) = (y - mu, s * p);
            VectorMath.Store(d1 + a + (s * y), block.D, i);
            VectorMath.Store(sp * residual, block.ED, i);
            VectorMath.Store(sp * (residual - mu - ((s + s) * residual)), block.EED, i);
            if (level < DerivativeLevel.Full)
            {
                continue;
            }

            VectorMath.Store(d2 + a - (sp * residual), block.DD, i);
            VectorMath.Store(sp * residual * (s - p), block.EDD, i);
            VectorMath.Store(d3 + a + (mu * sp) - (sp * (s - p) * residual), block.DDD, i);
        }

        for (var i = 0; hasLarge && i < block.Y.Length; i++)
        {
            if (block.Y[i] >= LargeCount.Least)
            {
                var delta = ClampDelta(block.Delta[constant ? 0 : i]);
                var eta = Math.Min(block.Eta[i], Math.Min(700, 700 + delta));
                block.L[i] = LargeCount.NegativeBinomial(block.Y[i], eta, Math.Exp(eta), Math.Exp(delta));
            }
        }

        AddConstants(ref block);
    }

    private static int LargestCount(ReadOnlySpan<double> y)
    {
        var largest = Vector256<double>.Zero;
        for (var i = 0; i < y.Length; i += VectorMath.Width) largest = Vector256.Max(largest, VectorMath.Load(y, i));
        var most = 0.0;
        for (var k = 0; k < VectorMath.Width; k++) most = Math.Max(most, largest.GetElement(k));
        return (int)Math.Min(most, TableLength);
    }

    private static Vector256<double> Entries(ReadOnlySpan<double> table, Vector256<double> y) => Vector256.Create(
        table[(int)y.GetElement(0)], table[(int)y.GetElement(1)], table[(int)y.GetElement(2)], table[(int)y.GetElement(3)]);

    private static Vector256<double> ScaledLog(ReadOnlySpan<double> table, Vector256<double> y, Vector256<double> theta) =>
        Vector256.LessThanAll(y, Vector256.Create((double)table.Length)) ? Entries(table, y) : Vector256.Create(
            RisingFactorial.ScaledLog(theta.GetElement(0), y.GetElement(0)),
            RisingFactorial.ScaledLog(theta.GetElement(1), y.GetElement(1)),
            RisingFactorial.ScaledLog(theta.GetElement(2), y.GetElement(2)),
            RisingFactorial.ScaledLog(theta.GetElement(3), y.GetElement(3)));

    private static (Vector256<double> First, Vector256<double> Second, Vector256<double> Third) Derivatives(
        Vector256<double> y, Vector256<double> theta)
    {
        Span<double> d = stackalloc double[3 * VectorMath.Width];
        for (var k = 0; k < VectorMath.Width; k++)
            RisingFactorial.Derivatives(theta.GetElement(k), y.GetElement(k), out d[k], out d[4 + k], out d[8 + k]);
        return (Vector256.Create(d[..4]), Vector256.Create(d.Slice(4, 4)), Vector256.Create(d[8..]));
    }

    private static double ClampDelta(double delta) => Math.Clamp(delta, -650, 650);

    internal override void EvaluateAtMean(
        double y, double size, in LinkPoint at, in DispersionTerms terms, DerivativeLevel level, ref MeanDerivatives d)
    {
        var h = RisingFactorial.ScaledLog(terms.Phi, y, out var h1, out var h2, out var h3);
        var nb = new NegativeBinomial2Terms(y, at.Mu, terms.Phi, h1, h2, h3);
        nb.Write(h, y, at.Mu, terms.Phi, ref d);
    }
}
