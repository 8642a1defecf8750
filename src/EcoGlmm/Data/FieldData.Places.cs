namespace EcoGlmm;

public sealed partial class FieldData
{
    /// <summary>The mean radius of the earth, in kilometres.</summary>
    private const double EarthRadius = 6371.0088;

    /// <summary>
    /// The data with two columns more, coordinates in kilometres to the east and north of the middle of all rows, from longitude
    /// and latitude in degrees: for models of space, whose distances are lengths.
    /// </summary>
    /// <remarks>
    /// By the azimuthal equidistant projection about the middle, on a sphere: distances are right to about one per cent in areas of up
    /// to a thousand kilometres. For larger ones project the coordinates by a geographic information system.
    /// </remarks>
    /// <param name="longitude">The column of longitudes.</param>
    /// <param name="latitude">The column of latitudes.</param>
    /// <param name="x">The name of the new column of kilometres to the east.</param>
    /// <param name="y">The name of the new column of kilometres to the north.</param>
    /// <exception cref="GlmmException">A column is missing, is not numeric, or holds what is no longitude or latitude.</exception>
    public FieldData WithKilometres(string longitude, string latitude, string x = "x", string y = "y")
    {
        ArgumentNullException.ThrowIfNull(x);
        ArgumentNullException.ThrowIfNull(y);
        ArgumentNullException.ThrowIfNull(longitude);
        ArgumentNullException.ThrowIfNull(latitude);
        var (longitudes, latitudes) = (Numbers(longitude), Numbers(latitude));
        for (var row = 0; row < RowCount; row++)
        {
            if (Math.Abs(latitudes[row]) > 90)
                throw new GlmmException($"\"{latitude}\" is {latitudes[row]} in row {row + 1}; a latitude lies between −90 and 90 "
                    + $"degrees.");
            if (Math.Abs(longitudes[row]) > 360)
                throw new GlmmException($"\"{longitude}\" is {longitudes[row]} in row {row + 1}; a longitude lies between −180 and 180 "
                    + $"degrees.");
        }

        // The middle of the unit vectors does not mind the date line.
        double vx = 0, vy = 0, vz = 0;
        for (var row = 0; row < RowCount; row++)
        {
            var (sinP, cosP) = Math.SinCos(Radians(latitudes[row]));
            var (sinL, cosL) = Math.SinCos(Radians(longitudes[row]));
            if (!double.IsFinite(sinP + sinL)) continue;
            (vx, vy, vz) = (vx + (cosP * cosL), vy + (cosP * sinL), vz + sinP);
        }

        var (middleLongitude, middleLatitude) = (Math.Atan2(vy, vx), Math.Atan2(vz, Math.Sqrt((vx * vx) + (vy * vy))));
        var (sin0, cos0) = Math.SinCos(middleLatitude);
        var (east, north) = (new double[RowCount], new double[RowCount]);
        for (var row = 0; row < RowCount; row++)
        {
            var (sinP, cosP) = Math.SinCos(Radians(latitudes[row]));
            var (sinL, cosL) = Math.SinCos(Radians(longitudes[row]) - middleLongitude);
            var (a, b) = (cosP * sinL, (cos0 * sinP) - (sin0 * cosP * cosL));
            var angle = Math.Atan2(Math.Sqrt((a * a) + (b * b)), (sin0 * sinP) + (cos0 * cosP * cosL));
            var stretch = angle < 1e-12 ? 1 : angle / Math.Sin(angle);
            (east[row], north[row]) = (EarthRadius * stretch * a, EarthRadius * stretch * b);
        }

        return With(x, east).With(y, north);
    }

    private static double Radians(double degrees) => degrees * Math.PI / 180;
}
