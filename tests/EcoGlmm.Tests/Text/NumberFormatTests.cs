using System.Globalization;
using EcoGlmm.Text;

namespace EcoGlmm.Tests.Display;

public sealed class NumberFormatTests
{
    // Expected: R's print() and format(x, digits = 4).
    [Theory]
    [InlineData(3.14159265, "3.142")]
    [InlineData(0.00012345678, "0.0001235")]
    [InlineData(0.000012345678, "1.235e-05")]
    [InlineData(123456.789, "123457")]
    [InlineData(2.5, "2.5")]
    [InlineData(1e10, "1e+10")]
    [InlineData(100000, "1e+05")]
    [InlineData(123, "123")]
    [InlineData(-0.5, "-0.5")]
    [InlineData(0, "0")]
    [InlineData(double.NaN, "NaN")]
    [InlineData(double.NegativeInfinity, "-Inf")]
    public void A_number_has_four_significant_digits_as_in_R(double value, string expected) =>
        Assert.Equal(expected, NumberFormat.Significant(value));

    [Fact]
    public void A_column_shares_its_decimals_as_in_R() =>
        Assert.Equal(["12.34568", "0.05123", "-1.00000"], NumberFormat.Column([12.3456789, 0.05123, -1]));

    [Fact]
    public void A_wide_column_is_scientific() =>
        Assert.Equal(["1.235e+08", "1.000e-04"], NumberFormat.Column([123456789.123, 0.0001]));

    [Theory]
    [InlineData(0.04999, "0.050", "p = 0.050")]
    [InlineData(0.00099, "<0.001", "p < 0.001")]
    [InlineData(1, "1.000", "p = 1.000")]
    [InlineData(double.NaN, "NaN", "p = NaN")]
    public void P_values_do_not_pretend(double p, string cell, string sentence)
    {
        Assert.Equal(cell, NumberFormat.PValue(p));
        Assert.Equal(sentence, NumberFormat.PEquals(p));
    }

    [Fact]
    public void The_machines_culture_does_not_matter()
    {
        var before = CultureInfo.CurrentCulture;
        var comma = (CultureInfo)CultureInfo.InvariantCulture.Clone();
        comma.NumberFormat.NumberDecimalSeparator = ",";
        try
        {
            CultureInfo.CurrentCulture = comma;
            Assert.Equal("3.142", NumberFormat.Significant(Math.PI));
            Assert.Equal("0.042", NumberFormat.PValue(0.042));
            Assert.DoesNotContain(",5", new Figure(null, new Panel(null, new PointTrace([1.5], [2.5]))).ToSvg().Replace("system-ui,", ""));
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }
}
