namespace EcoGlmm.Formulas.Smooths;

/// <summary>Where the knots of a spline lie.</summary>
internal static class KnotPlacement
{
    /// <summary>
    /// The knots asked for. Without any: at even quantiles of the different values; two, where a basis takes ends, count among these.
    /// </summary>
    public static double[] Of(SmoothBasisRequest request, double[] unique, int count, bool withEnds)
    {
        double[] given = [.. request.Knots.Order()];
        if (given.Length == count) return given;
        if (given.Length == 2 && withEnds) unique = [.. unique.Concat(given).Distinct().Order()];
        else if (given.Length > 0)
            throw request.Error($"{given.Length} knots are given for k = {count}", $"Give "
                + $"{count}{(withEnds ? ", or two, the ends of the cycle" : "")}.");
        if (unique.Length < count)
            throw request.Error($"k = {count} is more than the {unique.Length} different values of {request.Names}", "Take a smaller k.");
        var knots = new double[count];
        for (var j = 0; j < count; j++)
        {
            var at = (double)j * (unique.Length - 1) / (count - 1);
            var below = Math.Min((int)at, unique.Length - 1);
            var above = Math.Min(below + 1, unique.Length - 1);
            knots[j] = unique[below] + ((at - below) * (unique[above] - unique[below]));
        }

        return knots;
    }

    /// <summary>A value moved by whole cycles into [from, to].</summary>
    public static double Wrapped(double value, double from, double to)
    {
        var cycle = to - from;
        if (value < from) value = to - ((from - value) % cycle);
        else if (value > to) value = from + ((value - to) % cycle);
        return value;
    }
}
