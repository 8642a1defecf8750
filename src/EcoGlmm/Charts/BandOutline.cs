namespace EcoGlmm.Charts;

/// <summary>The closed outlines of a line's band; a missing limit splits it into pieces.</summary>
internal static class BandOutline
{
    public static IReadOnlyList<IReadOnlyList<(double X, double Y)>> Of(LineTrace trace)
    {
        var pieces = new List<IReadOnlyList<(double X, double Y)>>();
        var piece = new List<int>();
        for (var i = 0; i <= trace.X.Count; i++)
        {
            if (i < trace.X.Count && double.IsFinite(trace.X[i])
                && double.IsFinite(trace.Lower![i]) && double.IsFinite(trace.Upper![i]))
            {
                piece.Add(i);
                continue;
            }

            if (piece.Count > 1)
                pieces.Add([
                    .. piece.Select(k => (trace.X[k], trace.Lower![k])),
                    .. Enumerable.Reverse(piece).Select(k => (trace.X[k], trace.Upper![k])),
                ]);
            piece.Clear();
        }

        return pieces;
    }
}
