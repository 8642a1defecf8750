using System.Runtime.Intrinsics;
using EcoGlmm.Numerics;

namespace EcoGlmm.Families;

internal sealed class IdentityLink() : Link("identity")
{
    public override double LinearPredictor(double mu) => mu;

    internal override bool IsOnResponseScale => true;

    internal override LinkPoint At(double eta) => new(eta, 1 - eta, 1, 0, 0);
}

internal sealed class LogLink() : Link("log")
{
    public override double LinearPredictor(double mu) => Math.Log(mu);

    internal override bool HasInfiniteEdges => true;

    internal override (double Variance, string Method) OnPredictorScale(double variance, double mean,
        VarianceApproximation? approximation)
    {
        var ratio = variance / (mean * mean);
        return approximation switch
        {
            VarianceApproximation.Delta => (ratio, "delta method, variance/mean²"),
            VarianceApproximation.Trigamma => (SpecialFunctions.Trigamma(1 / ratio), "trigamma function of mean²/variance"),
            _ => (SpecialFunctions.Log1p(ratio), "log-normal approximation ln(1 + variance/mean²)"),
        };
    }

    internal override string RatioName(Family family) =>
        family.WeightRole == WeightRole.Trials ? "Risk ratio" : family.IsDiscrete ? "Rate ratio" : "Ratio of means";

    internal override LinkPoint At(double eta)
    {
        var mu = Math.Exp(eta);
        return new(mu, -SpecialFunctions.Expm1(eta), mu, mu, mu);
    }

    internal override void Means(ReadOnlySpan<double> eta, Span<double> mu) => VectorMath.Exp(eta, mu);
}

internal sealed class LogitLink() : Link("logit")
{
    public override double LinearPredictor(double mu) => Math.Log(mu / (1 - mu));

    internal override bool IsDistribution => true;

    internal override bool HasInfiniteEdges => true;

    internal override double LatentVariance => Math.PI * Math.PI / 3;

    internal override string RatioName(Family family) => "Odds ratio";

    internal override CategoryInterval Between(double a, double b) => CategoryInterval.Logistic(a, b);

    internal override LinkPoint At(double eta)
    {
        var e = Math.Exp(-Math.Abs(eta));
        var near = 1 / (1 + e);
        var far = e / (1 + e);
        var p = eta >= 0 ? near : far;
        var q = eta >= 0 ? far : near;
        var pq = near * far;
        return new(p, q, pq, pq * (q - p), pq * (1 - (6 * pq)));
    }

    internal override void Means(ReadOnlySpan<double> eta, Span<double> mu)
    {
        for (var i = 0; i < eta.Length; i += VectorMath.Width)
        {
            var one = Vector256<double>.One;
            VectorMath.Store(one / (one + VectorMath.Exp(-VectorMath.Load(eta, i))), mu, i);
        }
    }
}

internal sealed class ProbitLink() : Link("probit")
{
    public override double LinearPredictor(double mu) => SpecialFunctions.NormalQuantile(mu);

    internal override bool IsDistribution => true;

    internal override bool HasInfiniteEdges => true;

    internal override double LatentVariance => 1;

    internal override bool HasLogTails => true;

    internal override LogTail LogMean(double eta) => LogTail.Normal(eta);

    internal override LogTail LogComplement(double eta) => LogTail.Normal(-eta).Reflected();

    internal override CategoryInterval Between(double a, double b) => CategoryInterval.Normal(a, b);

    internal override LinkPoint At(double eta)
    {
        var density = SpecialFunctions.NormalPdf(eta);
        var square = Math.Min(eta * eta, 1e10);
        return new(
            SpecialFunctions.NormalCdf(eta),
            SpecialFunctions.NormalCdf(-eta),
            density,
            -eta * density,
            (square - 1) * density);
    }
}

internal sealed class CloglogLink() : Link("cloglog")
{
    public override double LinearPredictor(double mu) => Math.Log(-SpecialFunctions.Log1p(-mu));

    internal override bool IsDistribution => true;

    internal override bool HasInfiniteEdges => true;

    internal override double LatentVariance => Math.PI * Math.PI / 6;

    internal override string? RatioName(Family family) => family.HasThresholds ? null : "Hazard ratio";

    internal override bool HasLogTails => true;

    internal override LogTail LogMean(double eta) => LogTail.CloglogSuccess(eta);

    internal override LogTail LogComplement(double eta) => LogTail.CloglogFailure(eta);

    internal override CategoryInterval Between(double a, double b) => CategoryInterval.Gumbel(a, b);

    internal override LinkPoint At(double eta)
    {
        var m = Math.Exp(Math.Min(eta, 300));
        var q = Math.Exp(-m);
        var d1 = m * q;
        return new(-SpecialFunctions.Expm1(-m), q, d1, d1 * (1 - m), d1 * (1 + (m * (m - 3))));
    }
}

internal sealed class CauchitLink() : Link("cauchit")
{
    public override double LinearPredictor(double mu) => mu < 0.25
        ? -1 / Math.Tan(Math.PI * mu)
        : Math.Tan(Math.PI * (mu - 0.5));

    internal override bool IsDistribution => true;

    internal override bool HasInfiniteEdges => true;

    internal override CategoryInterval Between(double a, double b) => CategoryInterval.Cauchy(a, b);

    internal override LinkPoint At(double eta)
    {
        // atan(1/|η|)/π keeps its digits in the tail, ½ + atan(η)/π does not.
        var tail = Math.Atan2(1, Math.Abs(eta)) / Math.PI;
        var r = 1 / (1 + (eta * eta));
        var d1 = r / Math.PI;
        return new(
            eta >= 0 ? 1 - tail : tail,
            eta >= 0 ? tail : 1 - tail,
            d1,
            -2 * eta * r * d1,
            d1 * r * (6 - (8 * r)));
    }
}

internal sealed class InverseLink() : Link("inverse")
{
    public override double LinearPredictor(double mu) => 1 / mu;

    internal override bool IsOnResponseScale => true;

    internal override bool HasPole => true;

    internal override LinkPoint At(double eta)
    {
        var mu = 1 / eta;
        var square = mu * mu;
        return new(mu, 1 - mu, -square, 2 * square * mu, -6 * square * square);
    }
}

internal sealed class SqrtLink() : Link("sqrt")
{
    public override double LinearPredictor(double mu) => Math.Sqrt(mu);

    internal override bool IsOnResponseScale => true;

    internal override bool IsMonotone => false;

    internal override LinkPoint At(double eta) => new(eta * eta, (1 - eta) * (1 + eta), 2 * eta, 2, 0);
}

internal sealed class InverseSquareLink() : Link("1/mu^2")
{
    public override double LinearPredictor(double mu) => 1 / (mu * mu);

    internal override string Code => "Link.InverseSquare";

    internal override bool IsOnResponseScale => true;

    internal override bool HasPole => true;

    internal override LinkPoint At(double eta)
    {
        var mu = 1 / Math.Sqrt(eta);
        var r = mu / eta;
        return new(mu, 1 - mu, -0.5 * r, 0.75 * r / eta, -1.875 * r / (eta * eta));
    }
}

internal sealed class LambertWLink() : Link("lambertW")
{
    public override double LinearPredictor(double mu) => Math.Log(BellFamily.LambertW(mu));

    // μ = θ e^θ, θ = e^η: a derivative by η is one by θ times θ.
    internal override LinkPoint At(double eta)
    {
        var theta = Math.Exp(Math.Min(eta, 700));
        var mu = theta * Math.Exp(theta);
        var first = mu * (1 + theta);
        return new(
            mu,
            1 - mu,
            first,
            mu * (1 + (theta * (3 + theta))),
            mu * (1 + (theta * (7 + (theta * (6 + theta))))));
    }
}
