using System.Globalization;
using EcoGlmm.Diagnostics;

namespace EcoGlmm;

public sealed partial class SimulatedResiduals
{
    /// <summary>
    /// Moran's I test of autocorrelation of the residuals in space, with inverse distances as weights. Statistic: I, about
    /// −1 / (rows − 1) without autocorrelation and larger when near residuals are alike. Its chart is a map of the residuals, and
    /// Moran's I by classes of distance.
    /// </summary>
    /// <param name="x">First coordinate of each row, in the same unit as the second (not degrees, over any distance that matters).</param>
    /// <param name="y">Second coordinate of each row.</param>
    /// <param name="alternative"><see cref="Alternative.Greater"/> looks for near residuals that are alike.</param>
    /// <exception cref="GlmmException">
    /// The number of rows differs, a coordinate is missing, a place occurs twice, or there are fewer than four rows.
    /// </exception>
    public TestResult TestSpatialAutocorrelation(double[] x, double[] y, Alternative alternative = Alternative.TwoSided)
    {
        ArgumentNullException.ThrowIfNull(x);
        ArgumentNullException.ThrowIfNull(y);
        Checked(x, "the x coordinate");
        Checked(y, "the y coordinate");
        var places = new HashSet<(double, double)>();
        for (var i = 0; i < RowCount; i++)
        {
            if (!places.Add((x[i], y[i])))
            {
                throw new GlmmException(string.Create(CultureInfo.InvariantCulture,
                    $"The place ({x[i]}, {y[i]}) occurs more than once; autocorrelation in space needs one residual for each place. Use "
                        + $"Regroup(place) first, or test each time by itself."));
            }
        }

        (var test, _) = Moran("Spatial autocorrelation (Moran's I)", (i, j) => 1 / MoranI.Distance(x, y, i, j), alternative,
            "in space", "the model misses something that changes from place to place", "neighbours differ more than they should");
        return test with
        {
            Chart = new TestChart(() => Assemble("Residuals in space",
                AutocorrelationFigures.Map(this, _rows, x, y, test, _simulations.Rows), AutocorrelationFigures.Correlogram(_scaled, x, y))),
        };
    }

    /// <summary>Moran's I test of autocorrelation in space, with coordinates from columns of the data.</summary>
    /// <inheritdoc cref="TestSpatialAutocorrelation(double[], double[], Alternative)"/>
    public TestResult TestSpatialAutocorrelation(string x, string y, Alternative alternative = Alternative.TwoSided)
    {
        ArgumentNullException.ThrowIfNull(x);
        ArgumentNullException.ThrowIfNull(y);
        return TestSpatialAutocorrelation(NumbersOf(x), NumbersOf(y), alternative);
    }

    /// <summary>
    /// Moran's I test of autocorrelation of the residuals in space, with inverse distances of any kind as weights (over a sphere,
    /// along a river). Its chart sets each residual against the weighted mean of its neighbours.
    /// </summary>
    /// <param name="distance">Distances, rows × rows, above zero off the diagonal.</param>
    /// <param name="alternative"><see cref="Alternative.Greater"/> looks for near residuals that are alike.</param>
    /// <exception cref="GlmmException">The matrix does not fit the rows, or a distance is not above zero.</exception>
    public TestResult TestSpatialAutocorrelation(double[,] distance, Alternative alternative = Alternative.TwoSided)
    {
        ArgumentNullException.ThrowIfNull(distance);
        var checkedDistance = Distances(distance, RelationMatrix.Distance, "Use Regroup(place) first.");
        (var test, var lag) = Moran("Spatial autocorrelation (Moran's I)", (i, j) => 1 / checkedDistance[i, j], alternative,
            "in space", "the model misses something that changes from place to place", "neighbours differ more than they should");
        return WithLagChart(test, lag, "Residuals and their neighbours in space");
    }

    /// <summary>
    /// Moran's I test of whether residuals of related species are alike, with inverse phylogenetic distances as weights. Statistic:
    /// I, about −1 / (species − 1) without autocorrelation. Its chart sets each residual against the weighted mean of its relatives.
    /// </summary>
    /// <param name="matrix">Distances or covariances between the rows' species, rows × rows, in the order of the rows.</param>
    /// <param name="kind">What the matrix holds.</param>
    /// <param name="alternative"><see cref="Alternative.Greater"/> looks for relatives that are alike.</param>
    /// <remarks>
    /// One residual a species is needed: <see cref="Regroup(string, Func{double[], double}?)"/> by species first, which puts them in
    /// order, numbers by value and other text ordinally.
    /// </remarks>
    /// <exception cref="GlmmException">The matrix does not fit the rows, or two species have no distance.</exception>
    public TestResult TestPhylogeneticAutocorrelation(
        double[,] matrix, RelationMatrix kind = RelationMatrix.Distance, Alternative alternative = Alternative.TwoSided)
    {
        ArgumentNullException.ThrowIfNull(matrix);
        var distance = Distances(matrix, kind, "Residuals of one species belong together: use Regroup(species) first.");
        (var test, var lag) = Moran("Phylogenetic autocorrelation (Moran's I)", (i, j) => 1 / distance[i, j], alternative,
            "in the phylogeny", "the model misses something that related species share", "relatives differ more than they should");
        return WithLagChart(test, lag, "Residuals and their relatives");
    }

    private (TestResult Test, double[] Lag) Moran(
        string name, Func<int, int, double> weight, Alternative alternative, string where, string alike, string unlike)
    {
        if (RowCount < 4)
            throw new GlmmException($"Moran's I needs at least four rows, but there are {RowCount}.");
        (var I, var expected, var sd, var p, var lag) = MoranI.Test(_scaled, weight, alternative);
        (var simulated, var warning) = DependentPValue(() =>
        {
            var weights = MoranI.Weights(RowCount, weight);
            return u => MoranI.Statistic(u, weights);
        }, I, alternative, (double)RowCount * RowCount);
        p = simulated ?? p;
        var pText = TestResult.FormatPValue(p, 0);
        var significant = p < TestResult.SignificanceLevel;
        var message = !significant ? $"No sign that residuals near {where} are alike or unlike ({pText})."
            : I > expected ? $"Residuals near {where} are alike ({pText}): {alike}."
            : $"Residuals near {where} are unlike ({pText}): {unlike}.";
        return (new TestResult(name, I, p, alternative.RName(), message + warning)
        {
            Expected = expected,
            StandardDeviation = sd,
            Verdict = !significant ? "as expected" : I > expected ? "neighbours are alike" : "neighbours are unlike",
        }, lag);
    }

    private TestResult WithLagChart(TestResult test, double[] lag, string title) => test with
    {
        Chart = new TestChart(() => Assemble(title, AutocorrelationFigures.Lag(this, _rows, lag, test, _simulations.Rows))),
    };

    private double[,] Distances(double[,] matrix, RelationMatrix kind, string advice)
    {
        var n = RowCount;
        if (matrix.GetLength(0) != n || matrix.GetLength(1) != n)
        {
            throw new GlmmException($"The matrix must be {n} × {n}, a row and a column for each residual in their order, but is "
                + $"{matrix.GetLength(0)} × {matrix.GetLength(1)}. {advice}");
        }

        var distance = new double[n, n];
        for (var i = 0; i < n; i++)
        {
            for (var j = 0; j < n; j++)
            {
                distance[i, j] = kind == RelationMatrix.Distance ? matrix[i, j] : matrix[i, i] + matrix[j, j] - (2 * matrix[i, j]);
                if (i != j && !(distance[i, j] > 0 && double.IsFinite(distance[i, j])))
                    throw new GlmmException($"The distance of {_rows.Label(i)} and {_rows.Label(j)} is not above zero. {advice}");
            }
        }

        return distance;
    }

    /// <summary>A numeric column by name, without missing values.</summary>
    private double[] NumbersOf(string name) => Variable(name).Numbers is { } numbers
        ? Checked(numbers, name)
        : throw new GlmmException($"The column {name} is a factor, but numbers are needed here.");
}
