namespace EcoGlmm.Charts;

/// <summary>Where a name stands beside its point.</summary>
internal enum LabelSide
{
    /// <summary>Nowhere: there is no room.</summary>
    None,
    Right,
    Left,
    Above,
    Below,
}

/// <summary>A rectangle in pixels from the upper left corner of the plot.</summary>
internal readonly record struct PlotBox(double Left, double Top, double Right, double Bottom)
{
    /// <summary>What reaches so far to each side of a point.</summary>
    public static PlotBox Around(double x, double y, double reach) => new(x - reach, y - reach, x + reach, y + reach);

    public bool IsInside(double width, double height) => Left >= 0 && Top >= 0 && Right <= width + RightMargin && Bottom <= height;

    /// <summary>Beside the plot names may reach into the margin, in pixels.</summary>
    private const double RightMargin = 10;

    public bool Meets(PlotBox other) => Left < other.Right && other.Left < Right && Top < other.Bottom && other.Top < Bottom;
}

/// <summary>Finds places for the names of points: none over another, none out of the plot; the outermost points choose first.</summary>
internal static class LabelPlaces
{
    public const double LineHeight = 13;

    /// <summary>Between the middle of a point and its name, in pixels.</summary>
    public const double Gap = 6;

    private static readonly LabelSide[] Outwards = [LabelSide.Right, LabelSide.Above, LabelSide.Below, LabelSide.Left];
    private static readonly LabelSide[] Inwards = [LabelSide.Left, LabelSide.Above, LabelSide.Below, LabelSide.Right];

    /// <param name="points">Where the points are, in pixels from the upper left corner of the plot.</param>
    /// <param name="labels">Their names.</param>
    /// <param name="width">The width of the plot.</param>
    /// <param name="height">Its height.</param>
    /// <param name="obstacles">What else is not to be written over.</param>
    public static LabelSide[] Choose(
        IReadOnlyList<(double X, double Y)> points, IReadOnlyList<string> labels, double width, double height,
        IEnumerable<PlotBox> obstacles)
    {
        var sides = new LabelSide[points.Count];
        var taken = points.Select(p => PlotBox.Around(p.X, p.Y, 3)).Concat(obstacles).ToList();
        double FromMiddle(int i) => Math.Pow((points[i].X / width) - 0.5, 2) + Math.Pow((points[i].Y / height) - 0.5, 2);
        foreach (var i in Enumerable.Range(0, points.Count).Where(i => labels[i].Length > 0).OrderByDescending(FromMiddle))
        {
            var (x, y) = points[i];
            foreach (var side in x > width / 2 ? Outwards : Inwards)
            {
                var box = Of(x, y, TextWidth.Of(labels[i], FigureGeometry.TickFont), side);
                if (!box.IsInside(width, height) || taken.Any(box.Meets))
                    continue;
                taken.Add(box);
                sides[i] = side;
                break;
            }
        }

        return sides;
    }

    private static PlotBox Of(double x, double y, double width, LabelSide side) => side switch
    {
        LabelSide.Right => new(x + Gap, y - (LineHeight / 2), x + Gap + width, y + (LineHeight / 2)),
        LabelSide.Left => new(x - Gap - width, y - (LineHeight / 2), x - Gap, y + (LineHeight / 2)),
        LabelSide.Above => new(x - (width / 2), y - Gap - LineHeight, x + (width / 2), y - Gap),
        _ => new(x - (width / 2), y + Gap, x + (width / 2), y + Gap + LineHeight),
    };
}
