using System.Buffers;
using System.Runtime.Intrinsics;
using EcoGlmm.Numerics;

namespace EcoGlmm.Families;

/// <summary>
/// A family of counts given that they are not zero. μ, δ and Sigma are those of the family before truncation; so
/// E[Y] = μ / (1 − P₀).
/// </summary>
internal sealed class ZeroTruncatedFamily(
    string name, MeanParameterisedFamily parent, Func<RandomStream, double, double, double>? draw = null)
    : MeanParameterisedFamily(name, parent.Link, MeanRange.Positive)
{
    /// <summary>Families that take fewer rows at a time sum a series for each.</summary>
    private const int RowsToPrepare = 256;

    public static FamilySet PoissonSet { get; } = new(
        "truncated_poisson",
        link => new ZeroTruncatedFamily(
            "truncated_poisson", new PoissonFamily(link), (random, mu, _) => random.NextPositivePoisson(mu)),
        FamilySet.PositiveMean);

    public static FamilySet NegativeBinomial2Set { get; } = new(
        "truncated_nbinom2",
        link => new ZeroTruncatedFamily(
            "truncated_nbinom2",
            new NegativeBinomial2Family(link),
            (random, mu, theta) => random.NextPositiveNegativeBinomial(mu, theta)),
        FamilySet.PositiveMean);

    public static FamilySet NegativeBinomial1Set { get; } = new(
        "truncated_nbinom1",
        link => new ZeroTruncatedFamily(
            "truncated_nbinom1",
            new NegativeBinomial1Family(link),
            (random, mu, phi) => random.NextPositiveNegativeBinomial(mu, mu / phi)),
        FamilySet.PositiveMean);

    internal override bool HasDispersion => parent.HasDispersion;

    internal override bool IsDiscrete => true;

    internal override FamilyWords Words => new($"Zero-truncated {parent.Words.InSentence}")
    {
        Dispersion = parent.Words.Dispersion is { } dispersion ? dispersion with { Remark = " before truncation" } : null,
    };

    internal override bool IsZeroTruncated => true;

    internal override bool HasShiftedMean => true;

    internal override string? CheckResponse(double y, double size) => SupportCheck.PositiveCount(y);

    internal override double Constant(double y, double size) => parent.Constant(y, size);

    internal override double LargestTerm(double y) => parent.LargestTerm(y);

    internal override double Mean(double mu, double phi) => mu / PositiveProbability(mu, phi);

    internal override double Variance(double mu, double phi, double size)
    {
        var mean = Mean(mu, phi);
        var raw = (parent.Variance(mu, phi, size) + (mu * mu)) / PositiveProbability(mu, phi);
        return Math.Max(raw - (mean * mean), 0);
    }

    internal override double UnitDeviance(double y, double mu, double phi, double size) =>
        DevianceFromBestMean(y, mu, phi, size);

    internal override int RowsAtATime => parent.RowsAtATime;

    internal override double Draw(RandomStream random, double mu, double phi, double size) =>
        draw is null ? DrawPositive(random, mu, phi, size) : draw(random, mu, phi);

    // The parent's draws until one is positive, unless that is a long wait: then along the probabilities.
    private double DrawPositive(RandomStream random, double mu, double phi, double size)
    {
        if (PositiveProbability(mu, phi) > 0.5)
        {
            double y;
            do
            {
                y = parent.Draw(random, mu, phi, size);
            }
            while (y == 0);
            return y;
        }

        var terms = default(DispersionTerms);
        PrepareDispersion(Math.Log(phi), ref terms);
        var at = Link.Identity.At(mu);
        var u = random.NextDouble() * PositiveProbability(mu, phi);
        for (double y = 1; ; y++)
        {
            var d = default(MeanDerivatives);
            parent.EvaluateAtMean(y, size, at, terms, DerivativeLevel.Value, ref d);
            var p = Math.Exp(d.L + parent.Constant(y, size));
            u -= p;
            // Beyond the last probability that counts there is nothing left to go along.
            if (u < 0 || (y > mu && p < 1e-18))
            {
                return y;
            }
        }
    }

    internal override CountRecurrence? Counts(double mu, double phi, double size) => parent.Counts(mu, phi, size)?.Positive();

    // Near the mean before truncation that gives y on average.
    internal override double StartingMean(double y, double size) => y == 1 ? 0.3 : y - 0.5;

    internal override double StartingDispersion(
        ReadOnlySpan<double> y, ReadOnlySpan<double> mu, ReadOnlySpan<double> size) =>
        parent.StartingDispersion(y, mu, size);

    internal override void Evaluate(ref LogDensityBlock block, DerivativeLevel level)
    {
        if (Link != Link.Log || parent.RowsAtATime < RowsToPrepare)
        {
            // Row by row, so that a series that is summed for the count serves its zero too.
            base.Evaluate(ref block, level);
            return;
        }

        var n = block.Y.Length;
        var rented = ArrayPool<double>.Shared.Rent(11 * n);
        Array.Clear(rented, 0, n);
        Span<double> Scratch(int k) => rented.AsSpan(k * n, n);
        var zero = new LogDensityBlock
        {
            Y = Scratch(0),
            C = Scratch(0),
            Size = block.Size,
            Eta = block.Eta,
            Delta = block.Delta,
            L = Scratch(1),
            E = Scratch(2),
            EE = Scratch(3),
            EEE = Scratch(4),
            D = Scratch(5),
            ED = Scratch(6),
            EED = Scratch(7),
            DD = Scratch(8),
            EDD = Scratch(9),
            DDD = Scratch(10),
        };
        parent.Evaluate(ref zero, level);
        parent.Evaluate(ref block, level);
        for (var i = 0; i < n; i += VectorMath.Width)
        {
            Truncate(ref block, zero, i, level, HasDispersion);
        }

        ArrayPool<double>.Shared.Return(rented);
    }

    // With t = log P₀ and g(t) = −log(1 − eᵗ): g′ = r = P₀ / (1 − P₀), g″ = r (1 + r), g‴ = g″ (1 + 2r).
    private static void Truncate(
        ref LogDensityBlock y, in LogDensityBlock zero, int i, DerivativeLevel level, bool dispersion)
    {
        var one = Vector256<double>.One;
        var t = VectorMath.Load(zero.L, i);
        var p0 = VectorMath.Exp(t);
        var isLikely = Vector256.GreaterThan(t, Vector256.Create(-0.6931471805599453));
        var positive = one - p0;
        var lost = (one - positive) - p0;
        if (Vector256.EqualsAny(isLikely.AsInt64(), Vector256<long>.AllBitsSet))
        {
            positive = Vector256.ConditionalSelect(isLikely, -VectorMath.Expm1(t), positive);
            lost = Vector256.ConditionalSelect(isLikely, Vector256<double>.Zero, lost);
        }

        var r = p0 / positive;
        var g2 = r * (one + r);
        var g3 = g2 * (one + r + r);
        VectorMath.Store(VectorMath.Load(y.L, i) - (VectorMath.Log(positive) + (lost / positive)), y.L, i);
        if (level >= DerivativeLevel.Mode)
        {
            var (e, ee) = (VectorMath.Load(zero.E, i), VectorMath.Load(zero.EE, i));
            Add(y.E, r * e);
            Add(y.EE, (g2 * e * e) + (r * ee));
            if (level >= DerivativeLevel.Gradient)
            {
                var three = Vector256.Create(3.0);
                Add(y.EEE, (g3 * e * e * e) + (three * g2 * e * ee) + (r * VectorMath.Load(zero.EEE, i)));
                if (dispersion)
                {
                    var (d, ed) = (VectorMath.Load(zero.D, i), VectorMath.Load(zero.ED, i));
                    Add(y.D, r * d);
                    Add(y.ED, (g2 * e * d) + (r * ed));
                    Add(y.EED, (g3 * e * e * d) + (g2 * ((ee * d) + ((e + e) * ed))) + (r * VectorMath.Load(zero.EED, i)));
                    if (level >= DerivativeLevel.Full)
                    {
                        var dd = VectorMath.Load(zero.DD, i);
                        Add(y.DD, (g2 * d * d) + (r * dd));
                        Add(y.EDD, (g3 * e * d * d) + (g2 * ((dd * e) + ((d + d) * ed))) + (r * VectorMath.Load(zero.EDD, i)));
                        Add(y.DDD, (g3 * d * d * d) + (three * g2 * d * dd) + (r * VectorMath.Load(zero.DDD, i)));
                    }
                }
            }
        }

        // Without a chance of a count above zero no observation is possible.
        if (Vector256.GreaterThanAll(positive, Vector256<double>.Zero)) return;
        for (var k = 0; k < VectorMath.Width && i + k < y.Y.Length; k++)
        {
            if (!(positive.GetElement(k) > 0)) MeanDerivatives.Impossible.Compose(Link.Identity.At(0), ref y, i + k, level, dispersion);
        }

        void Add(Span<double> target, Vector256<double> value) => VectorMath.Store(VectorMath.Load(target, i) + value, target, i);
    }

    // ℓ of the parent, less log(1 − P₀); and log P₀ is the parent's ℓ at zero.
    internal override void EvaluateAtMean(
        double y, double size, in LinkPoint at, in DispersionTerms terms, DerivativeLevel level, ref MeanDerivatives d)
    {
        var zero = default(MeanDerivatives);
        parent.EvaluateAtMean(0, size, at, terms, level, ref zero);
        parent.EvaluateAtMean(y, size, at, terms, level, ref d);
        var r = 1 / SpecialFunctions.Expm1(-zero.L);
        var g2 = r * (1 + r);
        d.AddFunctionOf(zero, -SpecialFunctions.Log1mExp(-zero.L), r, g2, g2 * (1 + (2 * r)));
    }

    internal override void PrepareDispersion(double delta, ref DispersionTerms terms) =>
        parent.PrepareDispersion(delta, ref terms);

    private double PositiveProbability(double mu, double phi)
    {
        var terms = default(DispersionTerms);
        if (parent.HasDispersion)
        {
            PrepareDispersion(Math.Log(phi), ref terms);
        }

        var zero = default(MeanDerivatives);
        parent.EvaluateAtMean(0, 1, Link.Identity.At(mu), terms, DerivativeLevel.Value, ref zero);
        return -SpecialFunctions.Expm1(zero.L);
    }
}
