using System.Globalization;
using EcoGlmm.Data;

namespace EcoGlmm.Tests.Data;

public class NumberTextTests
{
    [Theory]
    [InlineData("0", 0)]
    [InlineData("-0", 0)]
    [InlineData("12", 12)]
    [InlineData("-12", -12)]
    [InlineData("+12", 12)]
    [InlineData("007", 7)]
    [InlineData("999999999", 999999999)]
    [InlineData("1234567890123", 1234567890123)]
    [InlineData("1.", 1)]
    [InlineData(".5", 0.5)]
    [InlineData("0.1", 0.1)]
    [InlineData("1e5", 1e5)]
    [InlineData("1E-3", 1e-3)]
    [InlineData(" 2.5 ", 2.5)]
    [InlineData("2.2250738585072014e-308", 2.2250738585072014e-308)]
    [InlineData("0.30000000000000004", 0.1 + 0.2)]
    [InlineData("Inf", double.PositiveInfinity)]
    [InlineData("+inf", double.PositiveInfinity)]
    [InlineData("-Inf", double.NegativeInfinity)]
    [InlineData("-Infinity", double.NegativeInfinity)]
    [InlineData("NaN", double.NaN)]
    public void Reads_numbers_exactly(string text, double expected)
    {
        Assert.True(NumberText.TryParse(text, out var value));
        Assert.Equal(expected, value);
    }

    [Fact]
    public void Keeps_the_sign_of_a_negative_zero()
    {
        Assert.True(NumberText.TryParse("-0", out var value));
        Assert.True(double.IsNegative(value));
    }

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("-")]
    [InlineData("+")]
    [InlineData("1,5")]
    [InlineData("1 000")]
    [InlineData("12a")]
    [InlineData("1-2")]
    [InlineData("--1")]
    [InlineData("e5")]
    [InlineData("(1)")]
    [InlineData("$1")]
    [InlineData("Info")]
    public void Refuses_what_is_no_number(string text) => Assert.False(NumberText.TryParse(text, out _));

    // The right-hand sides are what R's as.character() gives for these values.
    [Theory]
    [InlineData(1, "1")]
    [InlineData(-3, "-3")]
    [InlineData(2.5, "2.5")]
    [InlineData(-0.25, "-0.25")]
    [InlineData(0.1, "0.1")]
    [InlineData(1e-4, "1e-04")]
    [InlineData(0.00012, "0.00012")]
    [InlineData(1.5e-5, "1.5e-05")]
    [InlineData(0.000123456, "0.000123456")]
    [InlineData(123456.789, "123456.789")]
    [InlineData(1e15, "1e+15")]
    [InlineData(1234567890123, "1234567890123")]
    [InlineData(1.5e300, "1.5e+300")]
    [InlineData(1e-300, "1e-300")]
    [InlineData(double.PositiveInfinity, "Inf")]
    [InlineData(double.NegativeInfinity, "-Inf")]
    public void Writes_numbers_as_R_does(double value, string expected) => Assert.Equal(expected, NumberText.Format(value));

    // R reads 100000 from a file as an integer, and writes that in full.
    [Theory]
    [InlineData(100000, "100000")]
    [InlineData(2000000000, "2000000000")]
    [InlineData(0, "0")]
    public void Writes_integers_in_full(double value, string expected) => Assert.Equal(expected, NumberText.Format(value));

    [Fact]
    public void What_is_written_reads_back_the_same()
    {
        var random = new Random(20240);
        for (var i = 0; i < 20_000; i++)
        {
            var value = BitConverter.Int64BitsToDouble(random.NextInt64(long.MinValue, long.MaxValue));
            if (i % 2 == 0)
                value = Math.Round(random.NextDouble() * 1000, i % 7);
            if (double.IsNaN(value))
                continue;
            var text = NumberText.Format(value);
            Assert.True(NumberText.TryParse(text, out var back), text);
            Assert.Equal(value, back);
            Assert.Equal(value, double.IsInfinity(value) ? value : double.Parse(text, CultureInfo.InvariantCulture));
        }
    }
}
