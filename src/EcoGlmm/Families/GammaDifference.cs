using EcoGlmm.Numerics;

namespace EcoGlmm.Families;

/// <summary>
/// log Γ and its derivatives, or the difference of two log Γ, as a function of its argument: value F, F′, F″, F‴.
/// </summary>
internal readonly record struct GammaDifference(double F, double F1, double F2, double F3)
{
    /// <summary>The derivatives of log Γ(x), without its value.</summary>
    public static GammaDifference OfLogGamma(double x)
    {
        SpecialFunctions.Polygammas(x, out var digamma, out var trigamma, out var tetragamma);
        return new(0, digamma, trigamma, tetragamma);
    }

    /// <summary>log[Γ(x + y) / Γ(x)] for a whole number y, without cancellation.</summary>
    public static GammaDifference Rising(double x, double y)
    {
        if (y == 0)
        {
            return default;
        }

        // The derivatives by log x of log[Γ(x + y)/Γ(x)] are those of RisingFactorial's h, and y more for the first.
        var h = RisingFactorial.ScaledLog(x, y, out var h1, out var h2, out var h3);
        var first = h1 + y;
        return new(
            h + (y * Math.Log(x)),
            first / x,
            (h2 - first) / x / x,
            (h3 - (3 * h2) + (2 * first)) / x / x / x);
    }
}
