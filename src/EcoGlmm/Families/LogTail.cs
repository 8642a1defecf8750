using EcoGlmm.Numerics;

namespace EcoGlmm.Families;

/// <summary>The logarithm of a probability as a function of η, with three derivatives, stable for every finite η.</summary>
internal readonly record struct LogTail(double Value, double First, double Second, double Third)
{
    /// <summary>log Φ(η).</summary>
    public static LogTail Normal(double eta)
    {
        var h = SpecialFunctions.InverseMills(eta, out var first, out var second);
        return new(SpecialFunctions.LogNormalCdf(eta), h, first, second);
    }

    /// <summary>The same function of −η, as a function of η.</summary>
    public LogTail Reflected() => new(Value, -First, Second, -Third);

    /// <summary>log(1 − exp(−m)), m = eᵑ.</summary>
    public static LogTail CloglogSuccess(double eta)
    {
        var m = Math.Exp(Math.Min(eta, 700));
        if (m > 700)
        {
            return default;
        }

        // r = m / (eᵐ − 1); r′ = r g and g = 1 − m − r, from Bernoulli's series when m is small.
        var r = m < 1e-300 ? 1 : m / SpecialFunctions.Expm1(m);
        var z = m * m;
        var g = m < 0.25
            ? (-0.5 * m) - (z * ((1.0 / 12) - (z * ((1.0 / 720) - (z * ((1.0 / 30240) - (z * ((1.0 / 1209600)
                - (z / 47900160)))))))))
            : 1 - m - r;
        var second = r * g;
        var logOfRatio = m < 1e-8 ? -0.5 * m : SpecialFunctions.Log1mExp(m) - eta;
        return new(eta + logOfRatio, r, second, (second * g) - (r * (m + second)));
    }

    /// <summary>−m, m = eᵑ: the logarithm of exp(−m).</summary>
    public static LogTail CloglogFailure(double eta)
    {
        var m = Math.Exp(Math.Min(eta, 700));
        return new(-m, -m, -m, -m);
    }
}
