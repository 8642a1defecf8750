using System.Text.Json;
using Xunit.Abstractions;

namespace EcoGlmm.Tests.Reference;

/// <summary>Structured random effects against glmmTMB (tests/reference/structures.R).</summary>
public class StructureReferenceTests(ITestOutputHelper output)
{
    private static readonly Dictionary<string, JsonElement> Fits = JsonDocument.Parse(File.ReadAllText(
            Path.Combine(ReferenceFit.RepositoryFolder, "tests", "reference", "structures.json")))
        .RootElement.GetProperty("fits").EnumerateArray().ToDictionary(f => f.GetProperty("name").GetString()!);

    /// <summary>
    /// Fits of which the residual variance and those of the effects have only a sum that is determined: glmmTMB stops somewhere
    /// on the ridge, with the joint Hessian's standard errors.
    /// </summary>
    private static readonly string[] OnRidge = ["sitka us", "sitka diag", "sitka cs", "sitka cs reml", "sitka ar1", "sitka ar1 reml", "orthodont cs"];

    /// <summary>Dispersion or shape at a limit: both stop where the likelihood is flat.</summary>
    private static readonly string[] AtLimit = ["gamma ar1", "meuse mat"];

    public static TheoryData<string> Names => [.. Fits.Keys.Where(name => !AtLimit.Contains(name))];

    [Theory]
    [MemberData(nameof(Names))]
    public void Agrees_with_glmmTMB(string name)
    {
        var reference = Fits[name];
        var clock = System.Diagnostics.Stopwatch.StartNew();
        var fit = Fit(reference);
        output.WriteLine($"{name}: {clock.ElapsedMilliseconds} ms, {fit.Convergence.Status}, {fit.Convergence.Evaluations} evaluations");
        var mine = fit.CovarianceParameters;
        foreach (var c in mine) output.WriteLine($"  {c.Term} {c.Name} {c.Effect1} {c.Effect2} {c.Estimate} ({c.StandardError})");
        foreach (var p in fit.Convergence.Problems) output.WriteLine("  " + p.Message);
        var theirs = reference.GetProperty("logLik").GetDouble();
        output.WriteLine($"  {fit.LogLikelihood} {theirs}");
        var tolerance = 1e-5 + (1e-7 * Math.Abs(theirs));
        Assert.True(fit.LogLikelihood > theirs - tolerance, $"{fit.LogLikelihood} is less than {theirs}");
        if (reference.GetProperty("only").ValueKind == JsonValueKind.String || OnRidge.Contains(name)) return;
        Assert.Equal(theirs, fit.LogLikelihood, tolerance);
        Assert.Equal(reference.GetProperty("parameters").GetInt32(), fit.ParameterCount);
        var p0 = reference.GetProperty("fixed").EnumerateArray().ToArray();
        foreach (var f in p0)
        {
            var c = fit.FixedEffects[f.GetProperty("name").GetString()!];
            if (f.GetProperty("standardError").ValueKind != JsonValueKind.Number) continue;
            var se = f.GetProperty("standardError").GetDouble();
            Assert.Equal(f.GetProperty("estimate").GetDouble(), c.Estimate, 2e-3 * se);
            // Those of a Gaussian identity model are conditional on the variances, where glmmTMB's are not.
            if (!fit.Estimate.IsProfiled) Assert.True(Math.Abs((c.StandardError / se) - 1) < 0.01, $"{c.Name}: standard error {c.StandardError}, {se}");
        }

        foreach (var row in reference.GetProperty("covariance").EnumerateArray())
        {
            string? Text(string key) => row.GetProperty(key).GetString();
            var found = mine.Where(m => m.Part.ToString() == Text("part") && m.Group == Text("group") && m.Structure == Text("structure") && m.Name == Text("name")).ToArray();
            var own = found.Length == 1 ? found[0] : found.Single(m => m.Effect1 == Text("effect1") && m.Effect2 == Text("effect2"));
            var value = row.GetProperty("estimate").GetDouble();
            var error = double.IsNaN(own.StandardError) ? 0.1 * Math.Abs(value) : own.StandardError;
            Assert.Equal(value, own.Estimate, Math.Max(1e-6, 2e-3 * error));
        }
    }

    private static GlmmFit Fit(JsonElement reference)
    {
        string? Text(string key) => reference.GetProperty(key).ValueKind == JsonValueKind.String ? reference.GetProperty(key).GetString() : null;
        var path = Path.Combine(ReferenceFit.RepositoryFolder, "datasets", Text("dataset") + ".csv");
        var data = FieldData.ReadCsv(path);
        if (reference.GetProperty("factors").ValueKind == JsonValueKind.Object)
        {
            foreach (var factor in reference.GetProperty("factors").EnumerateObject())
                data = data.AsFactor(factor.Name, factor.Value.EnumerateArray().Select(l => l.GetString()!));
        }

        var relatedness = new Dictionary<string, Relatedness>();
        if (reference.GetProperty("relatedness").ValueKind == JsonValueKind.Object)
        {
            foreach (var entry in reference.GetProperty("relatedness").EnumerateObject())
                relatedness[entry.Name] = Related(entry.Value);
        }

        var options = new GlmmOptions
        {
            Reml = reference.GetProperty("reml").GetBoolean(),
            ZeroInflation = Text("zeroInflationFormula") ?? "~ 0",
            Dispersion = Text("dispersionFormula") ?? "~ 1",
            Relatedness = relatedness,
        };
        return Glmm.Fit(Text("formula")!, data, Family.Parse(Text("family")!, Text("link")!), options);
    }

    private static Relatedness Related(JsonElement value)
    {
        if (value.GetProperty("kind").GetString() == "tree")
            return PhylogeneticTree.ReadNewick(Path.Combine(ReferenceFit.RepositoryFolder, "datasets", value.GetProperty("file").GetString()!));
        string[] names = [.. value.GetProperty("names").EnumerateArray().Select(n => n.GetString()!)];
        var rows = value.GetProperty("values").EnumerateArray().Select(r => r.EnumerateArray().Select(v => v.GetDouble()).ToArray()).ToArray();
        var matrix = new double[names.Length, names.Length];
        for (var i = 0; i < names.Length; i++)
        {
            for (var j = 0; j < names.Length; j++) matrix[i, j] = rows[i][j];
        }

        return RelationshipMatrix.From(matrix, names);
    }
}
