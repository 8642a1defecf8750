using System.Globalization;

namespace EcoGlmm.Charts;

/// <summary>From values to colours, the same in the still picture and in Plotly.</summary>
internal sealed class RasterScale
{
    /// <summary>Room beside a panel for the bar of colours and its labels, in pixels.</summary>
    public const double BarMargin = 62;

    /// <summary>Between the panel and the bar, and the bar's own width, in pixels.</summary>
    public const double BarGap = 10, BarWidth = 12;

    /// <summary>viridis, by S. van der Walt and N. Smith.</summary>
    private static readonly string[] Sequential = ["#440154", "#472D7B", "#3B528B", "#2C728E", "#21918C", "#28AE80", "#5EC962",
        "#ADDC30", "#FDE725"];

    /// <summary>Blue to red by near white: apart for colour-blind readers. Source: C. Brewer, ColorBrewer, RdBu.</summary>
    private static readonly string[] Diverging = ["#2166AC", "#4393C3", "#92C5DE", "#D1E5F0", "#F7F7F7", "#FDDBC7", "#F4A582",
        "#D6604D", "#B2182B"];

    private readonly string[] _stops;

    private RasterScale(string[] stops, double low, double high)
    {
        _stops = stops;
        (Low, High) = (low, high);
    }

    public double Low { get; }

    public double High { get; }

    /// <summary>Colours at even steps from the least value to the largest.</summary>
    public IReadOnlyList<string> Stops => _stops;

    public static RasterScale Of(RasterTrace trace)
    {
        var values = trace.Values.Where(double.IsFinite).ToArray();
        var (low, high) = values.Length == 0 ? (0.0, 1.0) : (values.Min(), values.Max());
        if (trace.Colors == RasterColors.Diverging)
            (low, high) = (-Math.Max(Math.Abs(low), Math.Abs(high)), Math.Max(Math.Abs(low), Math.Abs(high)));
        (low, high) = (trace.Minimum ?? low, trace.Maximum ?? high);
        if (!(high > low)) (low, high) = (low - 0.5, low + 0.5);
        return new RasterScale(trace.Colors == RasterColors.Diverging ? Diverging : Sequential, low, high);
    }

    /// <summary>The colour at a fraction of the way from the least value to the largest, as #RRGGBB.</summary>
    public string At(double fraction)
    {
        var place = Math.Clamp(fraction, 0, 1) * (_stops.Length - 1);
        var k = Math.Min((int)place, _stops.Length - 2);
        var colour = new char[7];
        colour[0] = '#';
        for (var c = 0; c < 3; c++)
        {
            double Part(string stop) => int.Parse(stop.AsSpan(1 + (2 * c), 2), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
            var value = (int)Math.Round(Part(_stops[k]) + ((place - k) * (Part(_stops[k + 1]) - Part(_stops[k]))));
            value.ToString("X2", CultureInfo.InvariantCulture).CopyTo(0, colour, 1 + (2 * c), 2);
        }

        return new string(colour);
    }

    /// <summary>The fraction of a value.</summary>
    public double Fraction(double value) => (value - Low) / (High - Low);
}
