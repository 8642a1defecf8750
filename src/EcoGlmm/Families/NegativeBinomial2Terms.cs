using EcoGlmm.Numerics;

namespace EcoGlmm.Families;

/// <summary>
/// The log-density of the negative binomial with variance μ + μ²/θ, less log y!, and its derivatives by δ = log θ.
/// </summary>
internal readonly struct NegativeBinomial2Terms
{
    private readonly double _log;

    /// <summary>h1, h2 and h3 are those of <see cref="RisingFactorial.Derivatives"/>.</summary>
    public NegativeBinomial2Terms(double y, double mu, double theta, double h1, double h2, double h3)
    {
        var x = mu / theta;
        P = 1 / (1 + x);
        S = x * P;
        _log = SpecialFunctions.Log1p(x);

        // A = θ [S − log(1 + x)] without cancellation.
        var a = x > 0.7 ? theta * (S - _log) : -(theta * SpecialFunctions.Log1pMinusX(x)) - (mu * S);
        var sp = S * P;
        var residual = y - mu;
        D = h1 + a + (S * y);
        DD = h2 + a - (sp * residual);
        DDD = h3 + a + (mu * sp) - (sp * (S - P) * residual);
    }

    /// <summary>θ / (θ + μ).</summary>
    public double P { get; }

    /// <summary>μ / (θ + μ).</summary>
    public double S { get; }

    public double D { get; }

    public double DD { get; }

    public double DDD { get; }

    /// <summary>ℓ and all derivatives by μ and δ; h is RisingFactorial's.</summary>
    public void Write(double h, double y, double mu, double theta, ref MeanDerivatives d)
    {
        var total = theta + mu;
        var residual = y - mu;
        var r = y / mu;
        var w = (y + theta) / total;
        var first = P * (residual / total);
        d.L = y >= LargeCount.Least ? LargeCount.NegativeBinomial(y, Math.Log(mu), mu, theta)
            : h + (y == 0 ? 0 : y * Math.Log(mu)) - ((y + theta) * _log);
        d.M = P * residual / mu;
        d.MM = ((w / total) - (r / mu));
        d.MMM = 2 * ((r / (mu * mu)) - (w / (total * total)));
        d.D = D;
        d.MD = first;
        d.MMD = -(P + (2 * first)) / total;
        d.DD = DD;
        d.MDD = first * (S - P);
        d.DDD = DDD;
    }
}
