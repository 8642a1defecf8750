using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace EcoGlmm.Numerics;

/// <summary>
/// The Matérn correlation 2^(1−ν)/Γ(ν) xᵛ K_ν(x) of one shape ν, with its derivatives, by the integral
/// K_ν(x) = ∫₀^∞ exp(−x cosh t) cosh(νt) dt: the trapezoidal rule on it converges exponentially, and the derivatives are means of
/// cosh t and of t tanh(νt) under its integrand.
/// Source: L. N. Trefethen and J. A. C. Weideman (2014), The exponentially convergent trapezoidal rule, SIAM Review 56, 385-458.
/// </summary>
internal sealed class MaternFunction
{
    /// <summary>The integrand is left out where it is e to the minus this of its largest value.</summary>
    private const double Depth = 38;

    /// <summary>The step, as a share of the peak's width and at most; both leave errors of rounding.</summary>
    private const double StepOfWidth = 0.6, LargestStep = 0.2;

    /// <summary>A distance, in ranges, beyond which the correlation is zero.</summary>
    private const double Far = 700;

    private readonly double _nu;
    private readonly double _logConstant;
    private readonly double _slopeConstant;

    /// <param name="nu">The shape, above zero.</param>
    public MaternFunction(double nu)
    {
        _nu = nu;
        _logConstant = ((1 - nu) * Math.Log(2)) - SpecialFunctions.LogGamma(nu);
        _slopeConstant = -Math.Log(2) - SpecialFunctions.Digamma(nu);
    }

    /// <summary>The correlation at x &gt; 0.</summary>
    public double Value(double x) => WithSlopes(x).Value;

    /// <summary>The correlation at x &gt; 0, and its derivatives by x and by ν.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public (double Value, double ByX, double ByShape) WithSlopes(double x)
    {
        if (x > Far + (20 * _nu)) return (0, 0, 0);
        var peak = Math.Asinh(_nu / x);
        var root = Math.Sqrt((_nu * _nu) + (x * x));
        var largest = (_nu * peak) - root;
        var step = Math.Min(LargestStep, StepOfWidth / Math.Sqrt(root));
        // From zero, whose term counts half, to where the integrand is gone; before its peak it may be negligible. Four terms at once.
        var first = (int)Math.Max(0, Math.Floor((peak - Reach(x, peak, largest)) / step));
        var (sums, byXs, byShapes) = (Vector256<double>.Zero, Vector256<double>.Zero, Vector256<double>.Zero);
        var weight = first == 0 ? Vector256.Create(0.5, 1, 1, 1) : Vector256<double>.One;
        var (half, one) = (Vector256.Create(0.5), Vector256<double>.One);
        for (var k = first; ; k += 4, weight = one)
        {
            var t = Vector256.Create(k, k + 1.0, k + 2.0, k + 3.0) * Vector256.Create(step);
            var grown = VectorMath.Exp(t);
            var cosh = half * (grown + (one / grown));
            var fall = VectorMath.Exp(Vector256.Create(-2 * _nu) * t);
            var exponent = (Vector256.Create(_nu) * t) - (Vector256.Create(x) * cosh) - Vector256.Create(largest);
            var term = weight * VectorMath.Exp(exponent) * half * (one + fall);
            sums += term;
            byXs += term * cosh;
            byShapes += term * t * (one - fall) / (one + fall);
            if (k * step > peak && exponent[0] < -Depth) break;
        }

        var (sum, byX, byShape) = (Vector256.Sum(sums), Vector256.Sum(byXs), Vector256.Sum(byShapes));
        var value = Math.Min(1, Math.Exp(_logConstant + (_nu * Math.Log(x)) + largest + Math.Log(sum * step)));
        return (value, value * ((_nu / x) - (byX / sum)), value * (_slopeConstant + Math.Log(x) + (byShape / sum)));
    }

    /// <summary>How far below the peak the integrand is still above e^−<see cref="Depth"/>, by doubling from the peak's width.</summary>
    private double Reach(double x, double peak, double largest)
    {
        var reach = 1 / Math.Sqrt(Math.Sqrt((_nu * _nu) + (x * x)));
        while (reach < peak)
        {
            var t = peak - reach;
            if ((_nu * t) - (x * Math.Cosh(t)) - largest < -Depth) return reach;
            reach *= 1.5;
        }

        return peak;
    }
}
