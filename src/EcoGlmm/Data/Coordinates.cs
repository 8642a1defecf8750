namespace EcoGlmm.Data;

/// <summary>Pairs of columns that are coordinates of places, by what they are called, and whether these are degrees.</summary>
internal static class Coordinates
{
    private static readonly string[] Longitudes = ["lon", "long", "longitude", "lng"];

    private static readonly string[] Latitudes = ["lat", "latitude"];

    /// <summary>What first and second coordinates are called, in small letters.</summary>
    private static readonly (string[] First, string[] Second)[] Names =
    [
        (["x", "x_km", "xkm", "x_m", "coord_x", "xcoord"], ["y", "y_km", "ykm", "y_m", "coord_y", "ycoord"]),
        (["easting", "east", "eastings", "utm_x", "utmx", "utm_e"], ["northing", "north", "northings", "utm_y", "utmy", "utm_n"]),
        (Longitudes, Latitudes),
    ];

    /// <summary>Every pair of numeric columns that are named like coordinates: of several names of the same kind those that stand at
    /// the same place in their list, so that x goes with y and x_km with y_km; of degrees any.</summary>
    public static IEnumerable<(string X, string Y)> In(FieldData data)
    {
        // Several may differ in capitals or a full stop alone: those go together that are written alike.
        var columns = data.Columns.OfType<NumericColumn>().ToLookup(c => Plain(c.Name), c => c.Name);
        foreach (var (first, second) in Names)
        {
            foreach (var x in first.Where(columns.Contains))
            {
                var partners = first == Longitudes ? second : [second[Array.IndexOf(first, x)]];
                if (partners.FirstOrDefault(columns.Contains) is not { } y) continue;
                var taken = new HashSet<string>();
                foreach (var name in columns[x])
                {
                    var alike = columns[y].Where(n => !taken.Contains(n)).OrderBy(n => IsWrittenLike(n, name) ? 0 : 1).FirstOrDefault();
                    if (alike is not null && taken.Add(alike)) yield return (name, alike);
                }
            }
        }
    }

    private static bool IsWrittenLike(string a, string b) =>
        char.IsUpper(a[0]) == char.IsUpper(b[0]) && char.IsLetter(a[^1]) == char.IsLetter(b[^1]);

    /// <summary>Whether two columns are called longitude and latitude, in either order, and their values may be degrees.</summary>
    public static bool AreDegrees(string x, string y, double[] xs, double[] ys)
    {
        var named = Longitudes.Contains(Plain(x)) && Latitudes.Contains(Plain(y));
        var swapped = Longitudes.Contains(Plain(y)) && Latitudes.Contains(Plain(x));
        if (!named && !swapped) return false;
        var (longitudes, latitudes) = named ? (xs, ys) : (ys, xs);
        return !longitudes.Any(v => Math.Abs(v) > 360) && !latitudes.Any(v => Math.Abs(v) > 90);
    }

    /// <summary>What is wrong with degrees, as a clause: they are no lengths.</summary>
    public static string WhyDegreesAreNoLengths(string x, string y, double[] xs, double[] ys)
    {
        var middle = (Latitudes.Contains(Plain(y)) ? ys : xs).Where(double.IsFinite).DefaultIfEmpty(0).Average();
        return $"{x} and {y} look like longitude and latitude in degrees, which are no lengths: at latitude "
            + $"{Text.NumberFormat.Significant(middle)} a degree of longitude is "
            + $"{Text.NumberFormat.Significant(Math.Cos(middle * Math.PI / 180))} of a degree of latitude";
    }

    private static string Plain(string name) => name.ToLowerInvariant().TrimEnd('.', '_');
}
