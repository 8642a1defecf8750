using System.Runtime.Intrinsics;
using EcoGlmm.Numerics;

namespace EcoGlmm.Tests.Numerics;

/// <summary>Functions of vectors against those of numbers.</summary>
public sealed class VectorMathTests
{
    [Fact]
    public void Logarithms_of_one_and_a_share_are_exact_to_rounding()
    {
        for (var x = 1e-300; x < 1; x *= 1.3) Near(SpecialFunctions.Log1p(x), VectorMath.Log1pOfUnit(Vector256.Create(x)));
        for (var x = 0.0; x <= 1; x += 1.0 / 1024) Near(SpecialFunctions.Log1p(x), VectorMath.Log1pOfUnit(Vector256.Create(x)));
    }

    [Fact]
    public void Logarithms_less_their_argument_do_not_cancel()
    {
        for (var x = -0.4; x <= 0.7; x += 1.0 / 1024)
            Near(SpecialFunctions.Log1pMinusX(x), VectorMath.Log1pMinusSmall(Vector256.Create(x)));
    }

    [Fact]
    public void Exponentials_less_one_do_not_cancel()
    {
        for (var x = 1e-300; x < 700; x *= 1.3)
        {
            Near(SpecialFunctions.Expm1(x), VectorMath.Expm1(Vector256.Create(x)));
            Near(SpecialFunctions.Expm1(-x), VectorMath.Expm1(Vector256.Create(-x)));
        }
    }

    private static void Near(double expected, Vector256<double> actual) =>
        Assert.True(Math.Abs(actual.ToScalar() - expected) <= 2e-15 * Math.Abs(expected), $"{actual.ToScalar():R} instead of {expected:R}");
}
