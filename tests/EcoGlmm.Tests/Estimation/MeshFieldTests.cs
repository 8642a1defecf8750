using EcoGlmm.Numerics;

namespace EcoGlmm.Tests.Estimation;

/// <summary>Fields on a mesh: against the dense Matérn model, predictions and simulations, parameters held, and what is refused.</summary>
public class MeshFieldTests
{
    private static readonly FieldData Data = Simulate(150, years: 1, 21);

    private static readonly Dictionary<string, Mesh> Coarse = new()
    {
        ["area"] = Mesh.From(Data, "x", "y", new MeshOptions { MaxEdge = 1.5, Cutoff = 0.6, Extension = 4 }),
    };

    private static readonly Lazy<GlmmFit> Gaussian = new(() => Glmm.Fit("height ~ z + spde(0 + x + y | 1, area)", Data,
        options: new GlmmOptions { Meshes = Coarse }));

    private static readonly Lazy<FieldData> Years = new(() => Simulate(240, years: 4, 22));

    private static readonly Lazy<GlmmFit> Following = new(() => Glmm.Fit("count ~ z + spde(0 + x + y | year, area, follow = ar1)",
        Years.Value, Family.Poisson(),
        new GlmmOptions { Meshes = Coarse }));

    /// <summary>Places, a smooth surface, and responses about it.</summary>
    private static FieldData Simulate(int n, int years, long seed)
    {
        var random = new RandomStream(seed);
        var (x, y, z, year) = (new double[n], new double[n], new double[n], new double[n]);
        var (height, count) = (new double[n], new double[n]);
        for (var i = 0; i < n; i++)
        {
            (x[i], y[i], z[i], year[i]) = (10 * random.NextDouble(), 7 * random.NextDouble(), random.NextNormal(), 2000 + (i % years));
            var surface = Math.Sin(0.9 * x[i] + (0.3 * (i % years))) + Math.Cos(0.8 * y[i] - (0.2 * (i % years)));
            height[i] = 3 + (0.5 * z[i]) + surface + (0.4 * random.NextNormal());
            count[i] = random.NextPoisson(Math.Exp(0.7 + (0.3 * z[i]) + (0.7 * surface)));
        }

        return FieldData.From(new Dictionary<string, double[]> { ["x"] = x, ["y"] = y, ["z"] = z, ["year"] = year, ["height"] = height,
            ["count"] = count });
    }

    private static double Parameter(GlmmFit fit, string name) => fit.CovarianceParameters.Single(p => p.Name == name).Estimate;

    [Fact]
    public void The_finer_the_mesh_the_closer_to_the_dense_Matern_model()
    {
        var few = Data.Take([.. Enumerable.Range(0, 70)]);
        var dense = Glmm.Fit("height ~ z + mat(0 + x + y | 1)", few, options: new GlmmOptions { Fixed = [EcoGlmm.Parameter.Covariance("all",
            "shape", 1)] });
        var (likelihood, range, sd) = (new List<double>(), new List<double>(), new List<double>());
        foreach (var edge in new[] { 2.0, 0.35 })
        {
            var mesh = Mesh.From(few, "x", "y", new MeshOptions { MaxEdge = edge, OuterEdge = 3, Cutoff = edge / 4, Extension = 8 });
            var fit = Glmm.Fit("height ~ z + spde(0 + x + y | 1, m)", few,
                options: new GlmmOptions { Meshes = new Dictionary<string, Mesh> { ["m"] = mesh } });
            likelihood.Add(Math.Abs(fit.LogLikelihood - dense.LogLikelihood));
            // Dense: K₁(d/range); on the mesh: κ = √8/range.
            range.Add(Math.Abs((Parameter(fit, "range") / (Math.Sqrt(8) * Parameter(dense, "range"))) - 1));
            sd.Add(Math.Abs((Parameter(fit, "sd") / Parameter(dense, "sd")) - 1));
        }

        Assert.True(likelihood[1] < 0.4 * likelihood[0], string.Join(", ", likelihood));
        Assert.True(range[1] < 0.06 && sd[1] < 0.06, $"range {string.Join(", ", range)}; sd {string.Join(", ", sd)}");
    }

    [Fact]
    public void New_places_are_predicted_by_the_field_and_far_ones_by_the_mean()
    {
        var fit = Gaussian.Value;
        Assert.True(fit.Convergence.IsConverged);
        var rows = FieldData.From(new Dictionary<string, double[]> { ["x"] = [5, 5, 500], ["y"] = [3, 3.001, 500], ["z"] = [0, 0, 0] });
        var predicted = fit.Predict(rows, PredictionScale.Link);
        Assert.Equal(predicted.Estimate[0], predicted.Estimate[1], 0.01);
        Assert.Equal(3 + Math.Sin(4.5) + Math.Cos(2.4), predicted.Estimate[0], 3 * predicted.StandardError[0]);
        Assert.Equal(fit.FixedEffects[0].Estimate, predicted.Estimate[2], 1e-9);
        Assert.Equal(Parameter(fit, "sd"), predicted.StandardError[2], 0.25 * Parameter(fit, "sd"));
        Assert.True(predicted.StandardError[0] < 0.5 * predicted.StandardError[2]);
        Assert.Equal(1, predicted.UnseenLevelRows);
    }

    [Fact]
    public void The_field_of_the_map_is_that_of_the_predictions()
    {
        var fit = Gaussian.Value;
        var map = fit.FieldMap(cells: 12);
        var table = map.ToFieldData();
        var predicted = fit.Predict(table.With("z", Enumerable.Repeat(0.0, table.RowCount)), PredictionScale.Link).Estimate;
        var field = table.Numbers("Estimate");
        for (var k = 0; k < field.Length; k++) Assert.Equal(predicted[k], fit.FixedEffects[0].Estimate + field[k], 1e-8);
        Assert.All(map.StandardError(), error => Assert.InRange(error, 1e-3, 1.3 * Parameter(fit, "sd")));
        Assert.Equal(2, fit.PlotMap(cells: 12).Panels.Count);
        Assert.Equal(2, fit.PlotMap(fit.Raster("x", "y", new Dictionary<string, object> { ["z"] = 0 }, cells: 8), "x", "y").Panels.Count);
    }

    [Fact]
    public void Fields_that_follow_each_other_tell_of_years_between_and_after()
    {
        var fit = Following.Value;
        Assert.InRange(Parameter(fit, "correlation"), 0.5, 1);
        var rows = FieldData.From(new Dictionary<string, double[]>
        {
            ["x"] = [5, 5, 5, 5], ["y"] = [3, 3, 3, 3], ["z"] = [0, 0, 0, 0], ["year"] = [2003, 2004, 2010, 2100],
        });
        var predicted = fit.Predict(rows, PredictionScale.Link);
        var (mean, rho) = (fit.FixedEffects[0].Estimate, Parameter(fit, "correlation"));
        Assert.Equal(rho * (predicted.Estimate[0] - mean), predicted.Estimate[1] - mean, 1e-6);
        Assert.Equal(Math.Pow(rho, 7) * (predicted.Estimate[0] - mean), predicted.Estimate[2] - mean, 1e-6);
        Assert.True(predicted.StandardError[0] < predicted.StandardError[1] && predicted.StandardError[1] < predicted.StandardError[2]);
        Assert.Equal(4, fit.FieldMap(cells: 6).Groups.Count);
        Assert.Equal(4, fit.PlotMap(cells: 6).Panels.Count);
    }

    [Fact]
    public void Independent_fields_share_their_parameters_and_a_new_year_is_a_stranger()
    {
        var fit = Glmm.Fit("count ~ z + spde(0 + x + y | year, area)", Years.Value, Family.Poisson(), new GlmmOptions { Meshes = Coarse });
        Assert.Equal(2, fit.CovarianceParameters.Count);
        Assert.True(fit.LogLikelihood < Following.Value.LogLikelihood);
        var rows = FieldData.From(new Dictionary<string, double[]> { ["x"] = [5, 5], ["y"] = [3, 3], ["z"] = [0, 0],
            ["year"] = [2003, 2050] });
        var predicted = fit.Predict(rows, PredictionScale.Link);
        Assert.Equal(fit.FixedEffects[0].Estimate, predicted.Estimate[1], 1e-9);
        Assert.True(predicted.StandardError[1] > 1.5 * predicted.StandardError[0]);
    }

    [Fact]
    public void Order_of_years_in_the_data_does_not_matter()
    {
        var rows = Years.Value.Take([.. Enumerable.Range(0, Years.Value.RowCount).Reverse()]);
        var fit = Glmm.Fit("count ~ z + spde(0 + x + y | year, area, follow = \"ar1\")", rows, Family.Poisson(),
            new GlmmOptions { Meshes = Coarse });
        Assert.Equal(Following.Value.LogLikelihood, fit.LogLikelihood, 1e-6);
    }

    [Fact]
    public void Parameters_can_be_held_and_profiled()
    {
        var held = Glmm.Fit("height ~ z + spde(0 + x + y | 1, area)", Data, options: new GlmmOptions { Meshes = Coarse,
            Fixed = [EcoGlmm.Parameter.Covariance("all", "range", 4)] });
        Assert.Equal(4, Parameter(held, "range"), 1e-9);
        Assert.True(held.LogLikelihood <= Gaussian.Value.LogLikelihood + 1e-6);
        Assert.Equal(Gaussian.Value.ParameterCount - 1, held.ParameterCount);
    }

    [Fact]
    public void New_and_conditional_fields_are_simulated()
    {
        var fit = Gaussian.Value;
        var simulated = fit.Simulate(200, 4, SimulationMode.Unconditional);
        var spread = Enumerable.Range(0, Data.RowCount).Average(i => Variance(simulated, i));
        Assert.InRange(spread / (Math.Pow(Parameter(fit, "sd"), 2) + Math.Pow(fit.Sigma, 2)), 0.7, 1.4);
    }

    private static double Variance(double[][] simulated, int row)
    {
        var values = simulated.Select(s => s[row]).ToArray();
        var mean = values.Average();
        return values.Sum(v => (v - mean) * (v - mean)) / (values.Length - 1);
    }

    [Theory]
    [InlineData("height ~ spde(x + y | 1)", "two coordinates alone")]
    [InlineData("height ~ spde(0 + x | 1)", "two coordinates alone")]
    [InlineData("height ~ spde(0 + x + y | 1, shore)", "a mesh called \"shore\"")]
    [InlineData("height ~ spde(0 + x + y | 1, follow = ar1)", "one group of all rows")]
    [InlineData("height ~ spde(0 + x + y | year, follow = cs)", "cannot follow each other by \"cs\"")]
    [InlineData("height ~ spde(0 + x + y | year, edge = 3)", "no argument \"edge\"")]
    [InlineData("height ~ spde(0 + x + nowhere | 1)", "nowhere")]
    [InlineData("height ~ spde(0 + line + x | 1)", "on a line")]
    [InlineData("height ~ spde(0 + lon + lat | 1)", "WithKilometres")]
    [InlineData("height ~ spde(0 + x + y | 1, corner)", "outside the mesh")]
    public void What_cannot_be_is_refused_in_a_sentence(string formula, string words)
    {
        var data = Data.With("line", Data.Numbers("x").Select(v => 2 * v)).With("lon", Data.Numbers("x")).With("lat", Data.Numbers("y"));
        var corner = Mesh.Of([(0, 0), (1, 0), (0, 1)], [(0, 1, 2)]);
        var fault = Assert.Throws<GlmmException>(() => Glmm.Fit(formula, data,
            options: new GlmmOptions { Meshes = new Dictionary<string, Mesh> { ["corner"] = corner } }));
        Assert.Contains(words, fault.Message);
    }

    [Fact]
    public void Degrees_become_kilometres()
    {
        var places = FieldData.From(new Dictionary<string, double[]> { ["lon"] = [10, 11, 10], ["lat"] = [50, 50, 51] })
            .WithKilometres("lon", "lat");
        var (x, y) = (places.Numbers("x"), places.Numbers("y"));
        // One degree of latitude is 111.19 km on the sphere; of longitude at 50° it is cos 50° of that.
        Assert.Equal(111.19, Math.Sqrt(Math.Pow(x[2] - x[0], 2) + Math.Pow(y[2] - y[0], 2)), 0.02);
        Assert.Equal(71.47, Math.Sqrt(Math.Pow(x[1] - x[0], 2) + Math.Pow(y[1] - y[0], 2)), 0.02);
    }
}
