using EcoGlmm.Numerics;

namespace EcoGlmm.Tests.Numerics;

/// <summary>Against mpmath 1.3 at 60 digits (loggamma, psi, erfc), see <see cref="SpecialFunctionValues"/>.</summary>
public class SpecialFunctionTests
{
    [Theory]
    [MemberData(nameof(SpecialFunctionValues.LogGammas), MemberType = typeof(SpecialFunctionValues))]
    public void LogGamma(double x, double value) => Near(value, SpecialFunctions.LogGamma(x), 4e-15);

    [Theory]
    [MemberData(nameof(SpecialFunctionValues.Digammas), MemberType = typeof(SpecialFunctionValues))]
    public void Digamma(double x, double value)
    {
        Near(value, SpecialFunctions.Digamma(x), 5e-15, 2e-15);
        SpecialFunctions.Polygammas(Math.Max(x, 1e-9), out var digamma, out var trigamma, out var tetragamma);
        Near(SpecialFunctions.Digamma(Math.Max(x, 1e-9)), digamma, 5e-15, 2e-15);
        Near(SpecialFunctions.Trigamma(Math.Max(x, 1e-9)), trigamma, 5e-15);
        Near(SpecialFunctions.Tetragamma(Math.Max(x, 1e-9)), tetragamma, 5e-15);
    }

    [Theory]
    [MemberData(nameof(SpecialFunctionValues.Trigammas), MemberType = typeof(SpecialFunctionValues))]
    public void Trigamma(double x, double value) => Near(value, SpecialFunctions.Trigamma(x), 4e-15);

    [Theory]
    [MemberData(nameof(SpecialFunctionValues.Tetragammas), MemberType = typeof(SpecialFunctionValues))]
    public void Tetragamma(double x, double value) => Near(value, SpecialFunctions.Tetragamma(x), 4e-15);

    [Theory]
    [MemberData(nameof(SpecialFunctionValues.Log1ps), MemberType = typeof(SpecialFunctionValues))]
    public void Log1p(double x, double value)
    {
        Near(value, SpecialFunctions.Log1p(x), 4e-16);
        Near(value, VectorMath.Log1p(x), 5e-16);
    }

    [Theory]
    [MemberData(nameof(SpecialFunctionValues.Log1pMinusXs), MemberType = typeof(SpecialFunctionValues))]
    public void Log1pMinusX(double x, double value) => Near(value, SpecialFunctions.Log1pMinusX(x), 2e-15);

    [Theory]
    [MemberData(nameof(SpecialFunctionValues.Expm1s), MemberType = typeof(SpecialFunctionValues))]
    public void Expm1(double x, double value) => Near(value, SpecialFunctions.Expm1(x), 1e-15);

    [Theory]
    [MemberData(nameof(SpecialFunctionValues.LogNormalCdfs), MemberType = typeof(SpecialFunctionValues))]
    public void LogNormalCdf(double x, double value) => Near(value, SpecialFunctions.LogNormalCdf(x), 1e-14);

    [Theory]
    [MemberData(nameof(SpecialFunctionValues.InverseMills), MemberType = typeof(SpecialFunctionValues))]
    public void InverseMills(double x, double value) => Near(value, SpecialFunctions.InverseMills(x, out _, out _), 1e-14);

    [Theory]
    [MemberData(nameof(SpecialFunctionValues.NormalQuantiles), MemberType = typeof(SpecialFunctionValues))]
    public void NormalQuantile(double p, double value) => Near(value, SpecialFunctions.NormalQuantile(p), 3e-15, 1e-15);

    [Fact]
    public void VectorExponentialAndLogarithmAgreeWithThePlatform()
    {
        for (double x = -745; x < 709.7; x += 0.3719)
        {
            var expected = Math.Exp(x);
            Assert.True(Math.Abs(VectorMath.Exp(x) - expected) <= (3e-16 * expected) + 5e-324, $"exp {x}");
        }

        for (var x = 4e-324; x < 1e308; x *= 1.9173)
        {
            Near(Math.Log(x), VectorMath.Log(x), 2.5e-16);
        }

        for (var x = 0.5; x < 2; x += 0.000937)
        {
            Near(Math.Log(x), VectorMath.Log(x), 3e-16);
        }

        Assert.Equal(0, VectorMath.Exp(-800));
        Assert.Equal(double.PositiveInfinity, VectorMath.Exp(710));
        Assert.Equal(double.NegativeInfinity, VectorMath.Log(0));
        Assert.Equal(double.PositiveInfinity, VectorMath.Log(double.PositiveInfinity));
        Assert.Equal(double.NaN, VectorMath.Log(-1));
        Assert.Equal(double.NaN, VectorMath.Log(double.NaN));
        Assert.Equal(double.NaN, VectorMath.Exp(double.NaN));
        Assert.Equal(double.PositiveInfinity, VectorMath.Log1p(double.PositiveInfinity));
    }

    [Fact]
    public void ASpanOfAnyLengthGetsTheSameExponentials()
    {
        double[] x = [.. Enumerable.Range(0, 11).Select(i => i - 4.3)];
        for (var n = 1; n <= x.Length; n++)
        {
            var result = new double[n];
            VectorMath.Exp(x.AsSpan(0, n), result);
            Assert.Equal(x.Take(n).Select(VectorMath.Exp), result);
        }
    }

    [Theory]
    [InlineData(3, 4)]
    [InlineData(1e-3, 2.5)]
    [InlineData(30, 0.4)]
    [InlineData(200, 1e-8)]
    public void LogBetaIsItsDefinition(double a, double b)
    {
        var expected = SpecialFunctions.LogGamma(a) + SpecialFunctions.LogGamma(b) - SpecialFunctions.LogGamma(a + b);
        Near(expected, SpecialFunctions.LogBeta(a, b), 1e-12, 1e-12);
        Near(expected, SpecialFunctions.LogBeta(b, a), 1e-12, 1e-12);
    }

    [Fact]
    public void LogarithmsOfSums()
    {
        Near(Math.Log(Math.Exp(1.5) + Math.Exp(-0.3)), SpecialFunctions.LogAddExp(1.5, -0.3), 1e-15);
        Near(1000 + Math.Log(3), SpecialFunctions.LogSumExp([1000, 1000, 1000]), 1e-15);
        Assert.Equal(double.NegativeInfinity, SpecialFunctions.LogSumExp([]));
        Near(Math.Log(1 - Math.Exp(-0.2)), SpecialFunctions.Log1mExp(0.2), 1e-14);
        Near(Math.Log(120), SpecialFunctions.LogChoose(10, 3), 1e-14);
        Near(52.083982401502151, SpecialFunctions.LogChoose(1e6, 4), 1e-15);
        Near(800, SpecialFunctions.Log1pExp(800), 1e-15);
        Near(Math.Exp(-50), SpecialFunctions.Log1pExp(-50), 1e-15);
    }

    internal static void Near(double expected, double actual, double relative, double absolute = 1e-300)
    {
        var error = Math.Abs(actual - expected);
        Assert.True(
            error <= (relative * Math.Abs(expected)) + absolute || actual.Equals(expected),
            $"{actual:R} is not {expected:R}: relative error {error / Math.Abs(expected):E2}");
    }
}
