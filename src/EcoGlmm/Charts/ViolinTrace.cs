using System.Text;
using EcoGlmm.Charts;
using EcoGlmm.Text;

namespace EcoGlmm
{
    /// <summary>A violin: the distribution of values as a density on both sides of its position, with a line at the median.</summary>
    /// <remarks>
    /// A Gaussian kernel, whose bandwidth is B. W. Silverman's (1986, Density Estimation for Statistics and Data Analysis, equation
    /// 3.31), from the least to the greatest value: R's <c>density</c> with its defaults.
    /// </remarks>
    /// <param name="Position">Where the violin stands on the horizontal axis.</param>
    /// <param name="Values">The values, in any order.</param>
    public sealed record ViolinTrace(double Position, IReadOnlyList<double> Values) : PanelTrace
    {
        /// <summary>The width where the density is highest, in units of the horizontal axis.</summary>
        public double Width { get; init; } = 0.8;

        /// <summary>Whether only the right half is drawn, as beside points or for ridges.</summary>
        public bool IsHalf { get; init; }

        /// <summary>The bandwidth, in units of the values; null chooses it.</summary>
        public double? Bandwidth { get; init; }

        internal override string Summary => $"violin of {Counted(Values.Count, "value")}";

        internal override IReadOnlyList<double> Drawn => Values;

        internal override string PlotlyType => "scatter";

        internal override void Check()
        {
            if (Bandwidth is <= 0 or double.NaN)
                throw Wrong("the bandwidth must be positive.");
        }

        internal override void Extend(PanelExtent extent)
        {
            extent.X.AddRange([IsHalf ? Position : Position - Width / 2, Position + Width / 2]);
            extent.Y.AddRange(Values);
        }

        internal override void Draw(SvgTraces svg, string color)
        {
            if (KernelDensity.Of(Values, Bandwidth) is not { } density)
                return;
            svg.Area(Outline(density), color, 0.3 * Opacity);
            var median = density.Median;
            var half = HalfWidth(density, density.At(median));
            svg.Path(new StringBuilder("M").Pair(svg.X(IsHalf ? Position : Position - half), svg.Y(median)).Append('L')
                .Pair(svg.X(Position + half), svg.Y(median)), color, 2, LineDash.Solid, Opacity);
        }

        internal override void WriteUnder(PlotlyTraces plotly, int panel, string color, bool listed)
        {
            if (KernelDensity.Of(Values, Bandwidth) is { } density)
                plotly.Area(panel, this, [Outline(density)], color, 0.3 * Opacity, listed);
        }

        internal override void Write(PlotlyTraces plotly, Panel panel, string color)
        {
            var json = plotly.Json;
            var density = KernelDensity.Of(Values, Bandwidth);
            var half = density is null ? 0 : HalfWidth(density, density.At(density.Median));
            var median = density?.Median ?? double.NaN;
            json.WriteString("mode", "lines");
            plotly.Numbers("x", [IsHalf ? Position : Position - half, Position + half]);
            plotly.Numbers("y", [median, median]);
            plotly.Hover(panel, "%{x}", "median %{y:.4~g}");
            json.Number("opacity", Opacity);
            json.WriteStartObject("line");
            json.WriteString("color", plotly.Paint(color));
            json.Number("width", 2);
            json.WriteEndObject();
        }

        private double HalfWidth(KernelDensity density, double height) => 0.5 * Width * height / density.Highest;

        private List<(double X, double Y)> Outline(KernelDensity density)
        {
            List<(double X, double Y)> right = [.. density.Grid.Zip(density.Heights, (y, h) => (Position + HalfWidth(density, h), y))];
            var left = density.Grid.Zip(density.Heights, (y, h) => (IsHalf ? Position : Position - HalfWidth(density, h), y)).Reverse();
            return [.. right, .. left];
        }
    }
}

namespace EcoGlmm.Charts
{
    /// <summary>A kernel density over the range of some values.</summary>
    internal sealed class KernelDensity
    {
        private const int Points = 128;

        private readonly double[] _sorted;
        private readonly double _bandwidth;

        private KernelDensity(double[] sorted, double bandwidth)
        {
            (_sorted, _bandwidth) = (sorted, bandwidth);
            var (low, high) = (sorted[0], sorted[^1]);
            Grid = [.. Enumerable.Range(0, Points).Select(i => low + ((high - low) * i / (Points - 1)))];
            Heights = Array.ConvertAll(Grid, At);
            Highest = Heights.Max();
            Median = BoxStatistics.Quantile(sorted, 0.5);
        }

        public double[] Grid { get; }

        public double[] Heights { get; }

        public double Highest { get; }

        public double Median { get; }

        /// <summary>Null where there are no two different values.</summary>
        public static KernelDensity? Of(IEnumerable<double> values, double? bandwidth)
        {
            var sorted = values.Where(double.IsFinite).Order().ToArray();
            return sorted.Length < 2 || sorted[0] == sorted[^1] ? null : new(sorted, bandwidth ?? Silverman(sorted));
        }

        public double At(double x)
        {
            var sum = 0.0;
            foreach (var value in _sorted)
            {
                var z = (x - value) / _bandwidth;
                sum += Math.Exp(-0.5 * z * z);
            }

            return sum / (_sorted.Length * _bandwidth * Math.Sqrt(2 * Math.PI));
        }

        /// <summary>0.9 min(standard deviation, interquartile range / 1.34) n^(−1/5), the quartiles by R's default (type 7).</summary>
        private static double Silverman(double[] sorted)
        {
            var mean = sorted.Average();
            var deviation = Math.Sqrt(sorted.Sum(v => (v - mean) * (v - mean)) / (sorted.Length - 1));
            var range = (Quartile(0.75) - Quartile(0.25)) / 1.34;
            return 0.9 * (range > 0 ? Math.Min(deviation, range) : deviation) * Math.Pow(sorted.Length, -0.2);

            double Quartile(double probability)
            {
                var h = (sorted.Length - 1) * probability;
                var k = Math.Min((int)h, sorted.Length - 2);
                return sorted[k] + ((h - k) * (sorted[k + 1] - sorted[k]));
            }
        }
    }
}
