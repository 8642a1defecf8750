using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using EcoGlmm.Numerics;

namespace EcoGlmm.Formulas.Smooths;

/// <summary>
/// η(r) of thin plates of order m in d dimensions without its constant, which smoothing parameters take up, but with its sign:
/// r^(2m − d) log r for even d, r^(2m − d) for odd. Four values at a time.
/// </summary>
internal sealed class RadialFunction
{
    private readonly int _dimensions;
    private readonly bool _hasLog;
    private readonly double _factor;

    /// <summary>The power of r² that is whole.</summary>
    private readonly int _half;

    public RadialFunction(int dimensions, int order)
    {
        _dimensions = dimensions;
        _hasLog = dimensions % 2 == 0;
        _half = ((2 * order) - dimensions) / 2;
        Degree = (2 * order) - dimensions;
        var isPositive = (_hasLog ? order + 1 + (dimensions / 2) : order - ((dimensions - 1) / 2)) % 2 == 0;
        Sign = isPositive ? 1 : -1;
        _factor = _hasLog ? 0.5 * Sign : Sign;
    }

    /// <summary>2m − d.</summary>
    public int Degree { get; }

    /// <summary>That of Γ(d/2 − m) for odd d.</summary>
    public int Sign { get; }

    /// <summary>η of the distances between points and a place.</summary>
    /// <param name="points">Dimensions × points.</param>
    /// <param name="place">Its coordinates.</param>
    /// <param name="values">A value for each point.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Evaluate(ReadOnlySpan<double> points, ReadOnlySpan<double> place, Span<double> values)
    {
        var n = values.Length;
        for (var i = 0; i < n; i += VectorMath.Width)
        {
            var square = Vector256<double>.Zero;
            for (var j = 0; j < _dimensions; j++)
            {
                var apart = VectorMath.Load(points.Slice(j * n, n), i) - Vector256.Create(place[j]);
                square += apart * apart;
            }

            var value = _hasLog ? VectorMath.Log(square) : Vector256.Sqrt(square);
            for (var p = 0; p < _half; p++) value *= square;
            value = Vector256.ConditionalSelect(Vector256.Equals(square, Vector256<double>.Zero), square, value);
            VectorMath.Store(Vector256.Create(_factor) * value, values, i);
        }
    }
}
