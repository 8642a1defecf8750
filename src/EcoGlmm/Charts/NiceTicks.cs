using System.Globalization;

namespace EcoGlmm.Charts;

/// <summary>Round numbers for the ticks of an axis.</summary>
internal static class NiceTicks
{
    /// <summary>The number among 1, 2 and 5 times a power of ten that is nearest to the wanted step.</summary>
    public static double Step(double wanted)
    {
        var power = Math.Pow(10, Math.Floor(Math.Log10(wanted)));
        var digit = wanted / power;
        return power * (digit < 1.45 ? 1 : digit < 3.2 ? 2 : digit < 7.1 ? 5 : 10);
    }

    public static IReadOnlyList<(double Value, string Label)> Linear(double low, double high, int count)
    {
        if (!(high > low))
            return [(low, Label(low, 0))];
        var step = Step((high - low) / Math.Max(1, count));
        var first = Math.Ceiling(low / step - 1e-9);
        var decimals = (int)Math.Clamp(-Math.Floor(Math.Log10(step) + 1e-9), 0, 12);
        var ticks = new List<(double, string)>();
        for (var k = first; k * step <= high + 1e-9 * step; k++)
            ticks.Add((k * step, Label(k * step, decimals)));
        return ticks;
    }

    /// <summary>From sparse to dense: what powers of ten are multiplied by for the ticks of a logarithmic axis.</summary>
    private static readonly double[][] Digits = [[1], [1, 3], [1, 2, 5], [1, 1.5, 2, 3, 5, 7]];

    /// <summary>Fewer ticks than these do not show where a logarithmic axis stands.</summary>
    private const int FewestLogTicks = 4;

    /// <summary>Ticks of a logarithmic axis at powers of ten, with digits between them on a short axis, and evenly spaced values on a
    /// very short one.</summary>
    /// <param name="low">Decimal logarithm of the lower end.</param>
    /// <param name="high">Decimal logarithm of the upper end.</param>
    /// <param name="count">About how many ticks there is room for.</param>
    public static IReadOnlyList<(double Value, string Label)> Log(double low, double high, int count)
    {
        var skip = Math.Max(1, (int)Math.Ceiling((high - low) / (count + 1.0)));
        var fewest = Math.Min(FewestLogTicks, count);
        foreach (var digits in Digits)
        {
            var ticks = Log(low, high, digits, skip);
            if (ticks.Count >= fewest)
                return ticks;
        }

        return [.. Linear(Math.Pow(10, low), Math.Pow(10, high), count).Where(t => t.Value > 0)
            .Select(t => (Math.Log10(t.Value), t.Label))];
    }

    private static List<(double Value, string Label)> Log(double low, double high, double[] digits, int skip)
    {
        var ticks = new List<(double, string)>();
        for (var power = (int)Math.Floor(low); power <= Math.Ceiling(high); power++)
        {
            if (power % skip != 0)
                continue;
            foreach (var digit in digits)
            {
                var at = power + Math.Log10(digit);
                if (at >= low - 1e-9 && at <= high + 1e-9)
                    ticks.Add((at, Label(digit * Math.Pow(10, power), Math.Max(0, 1 - power))));
            }
        }

        return ticks;
    }

    /// <summary>First digits of the ticks of an axis of square roots.</summary>
    private static readonly double[] RoundDigits = [1, 2, 3, 4, 5, 10];

    /// <summary>Ticks of an axis of square roots: round values about evenly spaced along it.</summary>
    /// <param name="low">Square root of the lower end, with its sign.</param>
    /// <param name="high">Square root of the upper end.</param>
    /// <param name="count">About how many ticks there is room for.</param>
    public static IReadOnlyList<(double Value, string Label)> SquareRoot(double low, double high, int count)
    {
        var step = (high - low) / Math.Max(1, count);
        var ticks = new List<(double, string)>();
        for (var k = Math.Ceiling(low / step); k * step <= high + 1e-9; k++)
        {
            var unit = Math.Abs(k * step);
            var power = unit > 0 ? Math.Floor(Math.Log10(unit * unit)) : 0;
            var scale = Math.Pow(10, power);
            var value = unit > 0 ? scale * RoundDigits.MinBy(d => Math.Abs(Math.Sqrt(d * scale) - unit)) : 0;
            var at = Math.Sign(k) * Math.Sqrt(value);
            if (at >= low - 1e-9 && at <= high + 1e-9 && (ticks.Count == 0 || at - ticks[^1].Item1 > 0.4 * step))
                ticks.Add((at, Label(Math.Sign(k) * value, (int)Math.Clamp(-power, 0, 12))));
        }

        return ticks;
    }

    private static string Label(double value, int decimals)
    {
        var magnitude = Math.Abs(value);
        var text = magnitude >= 1e6 || (magnitude < 1e-4 && magnitude > 1e-300)
            ? magnitude.ToString("0.###e0", CultureInfo.InvariantCulture)
            : Math.Round(magnitude, decimals).ToString("0.############", CultureInfo.InvariantCulture);
        return value < 0 && text.Any(c => c is >= '1' and <= '9') ? "\u2212" + text : text;
    }
}
