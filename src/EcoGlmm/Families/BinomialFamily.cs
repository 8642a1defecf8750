using System.Runtime.Intrinsics;
using EcoGlmm.Numerics;

namespace EcoGlmm.Families;

/// <summary>
/// Binomial: y successes in n trials (<see cref="LogDensityBlock.Size"/>), each with probability μ. No dispersion.
/// </summary>
internal sealed class BinomialFamily(Link link) : MeanParameterisedFamily("binomial", link, MeanRange.UnitInterval)
{
    public static FamilySet Set { get; } = new("binomial", link => new BinomialFamily(link), FamilySet.Probability);

    internal override bool HasDispersion => false;

    internal override bool IsDiscrete => true;

    internal override bool IsExponentialDispersion => true;

    internal override bool IsThresholdModel => true;

    internal override string SupportAdvice(double[] y) => Array.TrueForAll(y, v => v is >= 0 and <= 1)
        ? " For proportions give the number of trials as Weights."
        : "";

    internal override FamilyWords Words { get; } = new("Binomial");

    internal override WeightRole WeightRole => WeightRole.Trials;

    internal override bool HasCanonicalScores => Link == Link.Logit;

    internal override FamilyAlternatives Alternatives => new()
    {
        MoreScatter =
        [
            FamilyAlternative.Of(BetaBinomialFamily.Set, Link, "BetaBinomial", "a beta-binomial"),
        ],
    };

    internal override string? CheckResponse(double y, double size) => SupportCheck.SuccessesOfTrials(y, size);

    internal override double Constant(double y, double size) => size == 1 ? 0 : SpecialFunctions.LogChoose(size, y);

    internal override double Variance(double mu, double phi, double size) => mu * (1 - mu) / size;

    internal override double? QuasiLikelihood(double y, double mu) => (y == 0 ? 0 : y * Math.Log(mu)) + (y == 1
        ? 0 : (1 - y) * Math.Log(1 - mu));

    internal override double UnitDeviance(double y, double mu, double phi, double size) => Deviance(y, mu, size);

    internal override double Draw(RandomStream random, double mu, double phi, double size) =>
        random.NextBinomial(size, mu);

    internal override CountRecurrence? Counts(double mu, double phi, double size) => CountRecurrence.Binomial(size, mu);

    internal override void Counts(in CountBlock block)
    {
        for (var i = 0; i < block.Mean.Length; i += VectorMath.Width)
        {
            var (mu, n) = (VectorMath.Load(block.Mean, i), VectorMath.LoadOrConstant(block.Size, i));
            var odds = mu / (Vector256<double>.One - mu);
            var p = VectorMath.Exp(n * VectorMath.Log1p(-mu));
            var length = (n * mu) + (Vector256.Create(12.0) * Vector256.Sqrt(n * mu * (Vector256<double>.One - mu)))
                + Vector256.Create(20.0);
            var isKnown = Vector256.GreaterThan(p, Vector256.Create(CountRecurrence.LeastProbability))
                & Vector256.LessThan(length, Vector256.Create((double)CountRecurrence.Longest));
            p = Vector256.ConditionalSelect(isKnown, p, Vector256.Create(double.NaN));
            VectorMath.Store(p, block.Below, i);
            VectorMath.Store(p, block.Probability, i);
            VectorMath.Store(-odds, block.A, i);
            VectorMath.Store((n + Vector256<double>.One) * odds, block.B, i);
        }
    }

    internal override double StartingMean(double y, double size) => (y + 0.5) / (size + 1);

    /// <summary>2 [y log(y/(nμ)) + (n − y) log((n − y)/(n − nμ))].</summary>
    internal static double Deviance(double y, double mu, double size)
    {
        var failures = size - y;
        var success = y == 0 ? 0 : y * Math.Log(y / (size * mu));
        var failure = failures == 0 ? 0 : failures * Math.Log(failures / (size * (1 - mu)));
        return Math.Max(0, 2 * (success + failure));
    }

    internal override void Evaluate(ref LogDensityBlock block, DerivativeLevel level)
    {
        if (Link == Link.Logit)
        {
            EvaluateLogit(ref block, level);
        }
        else if (Link.HasLogTails)
        {
            EvaluateTails(ref block, level);
        }
        else
        {
            base.Evaluate(ref block, level);
        }
    }

    private void EvaluateLogit(ref LogDensityBlock block, DerivativeLevel level)
    {
        for (var i = 0; i < block.Y.Length; i += VectorMath.Width)
        {
            var y = VectorMath.Load(block.Y, i);
            var n = VectorMath.LoadOrConstant(block.Size, i);
            var eta = VectorMath.Load(block.Eta, i);
            var failures = n - y;
            var one = Vector256<double>.One;
            var e = VectorMath.Exp(-Vector256.Abs(eta));
            var log = VectorMath.Log1pOfUnit(e);
            var up = Vector256.Max(eta, Vector256<double>.Zero);
            var down = Vector256.Max(-eta, Vector256<double>.Zero);
            VectorMath.Store(-(y * (down + log)) - (failures * (up + log)), block.L, i);
            if (level < DerivativeLevel.Mode)
            {
                continue;
            }

            var near = one / (one + e);
            var far = e * near;
            var positive = Vector256.GreaterThanOrEqual(eta, Vector256<double>.Zero);
            var p = Vector256.ConditionalSelect(positive, near, far);
            var q = Vector256.ConditionalSelect(positive, far, near);
            var second = -n * near * far;
            VectorMath.Store((y * q) - (failures * p), block.E, i);
            VectorMath.Store(second, block.EE, i);
            if (level >= DerivativeLevel.Gradient)
            {
                VectorMath.Store(second * (q - p), block.EEE, i);
            }
        }

        AddConstants(ref block);
    }

    // Links whose log p and log(1 − p) have their own stable forms in the tails.
    private void EvaluateTails(ref LogDensityBlock block, DerivativeLevel level)
    {
        for (var i = 0; i < block.Y.Length; i++)
        {
            var y = block.Y[i];
            var failures = (block.Size.IsEmpty ? 1 : block.Size[i]) - y;
            var eta = block.Eta[i];
            LogTail success = default;
            LogTail failure = default;
            if (y != 0)
            {
                success = Link.LogMean(eta);
            }

            if (failures != 0)
            {
                failure = Link.LogComplement(eta);
            }

            block.L[i] = (y * success.Value) + (failures * failure.Value);
            if (level >= DerivativeLevel.Mode)
            {
                block.E[i] = (y * success.First) + (failures * failure.First);
                block.EE[i] = (y * success.Second) + (failures * failure.Second);
            }

            if (level >= DerivativeLevel.Gradient)
            {
                block.EEE[i] = (y * success.Third) + (failures * failure.Third);
            }
        }

        AddConstants(ref block);
    }

    internal override void EvaluateAtMean(
        double y, double size, in LinkPoint at, in DispersionTerms terms, DerivativeLevel level, ref MeanDerivatives d) =>
        EvaluateTrials(y, size, at, ref d);

    /// <summary>y log μ + (n − y) log(1 − μ) and its derivatives by μ.</summary>
    internal static void EvaluateTrials(double y, double size, in LinkPoint at, ref MeanDerivatives d)
    {
        var failures = size - y;
        var p = at.Mu;
        var q = at.Complement;
        var a = y / p;
        var b = failures / q;
        d.L = (y == 0 ? 0 : y * Math.Log(p)) + (failures == 0 ? 0 : failures * Math.Log(q));
        d.M = a - b;
        d.MM = -(a / p) - (b / q);
        d.MMM = 2 * ((a / (p * p)) - (b / (q * q)));
    }
}
