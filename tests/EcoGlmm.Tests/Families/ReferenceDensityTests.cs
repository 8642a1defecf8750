using System.Text.Json;
using EcoGlmm.Families;

namespace EcoGlmm.Tests.Families;

/// <summary>Log-densities against R's, from tests/reference/families.R.</summary>
public class ReferenceDensityTests
{
    private static readonly Dictionary<string, List<Row>> Rows = Read();

    public static TheoryData<string, string> FamiliesAndLinks()
    {
        var data = new TheoryData<string, string>();
        foreach (var family in FamilyNames.All)
        {
            if (Rows.ContainsKey(Key(family)))
            {
                data.Add(family.Name, family.Link.Name);
            }
        }

        return data;
    }

    /// <summary>Families whose densities have a reference of their own.</summary>
    private static readonly string[] Elsewhere = ["truncated_genpois", "truncated_compois", "combinomial"];

    [Fact]
    public void No_family_is_without_a_reference()
    {
        var without = FamilyNames.All.GroupBy(f => f.Name).Where(links => links.All(f => !Rows.ContainsKey(Key(f))))
            .Select(links => links.Key);
        Assert.Equal(Elsewhere.Order(), without.Order());
        Assert.All(Rows, rows => Assert.InRange(rows.Value.Count, 20, int.MaxValue));
        Assert.All(Rows.Keys, key => Assert.Contains(FamilyNames.All, f => Key(f) == key));
    }

    [Theory]
    [MemberData(nameof(FamiliesAndLinks))]
    public void TheLogDensityIsRs(string name, string link)
    {
        var any = Family.Parse(name, link);
        var compared = 0;
        foreach (var row in Rows[Key(any)])
        {
            var family = WithShape(any, row.Shape);
            if (row.Mu < 0 && family.LocationLink != Link.Identity)
            {
                continue;
            }

            var size = row.Size;
            var eta = family.LocationLink.LinearPredictor(row.Mu);
            if (!(Math.Abs(family.LocationLink.Mean(eta) - row.Mu) <= 1e-6 * Math.Abs(row.Mu)))
            {
                continue;
            }

            // The mean must be one the link can give. What the link's own rounding of μ does to ℓ is no fault of the
            // density's, and y η and log y! cannot be rounded finer than they are.
            var o = Evaluation.At(family, row.Y, size, eta, row.Delta);
            var rounding = 4e-16 * (1 + Math.Abs(eta)) * Math.Abs(o[1]);
            var tolerance = (1e-13 * Math.Abs(row.LogDensity)) + 1e-11 + rounding + (1e-15 * row.Y * (1 + Math.Abs(eta)));
            Assert.True(
                Math.Abs(o[0] - row.LogDensity) <= tolerance,
                $"{family} at {row}: {o[0]:R}, off by {o[0] - row.LogDensity}");
            compared++;
        }

        // Rows are left out for means that the link cannot give; most are ones that it can.
        Assert.True(compared >= Rows[Key(any)].Count / 3, $"{any}: only {compared} of {Rows[Key(any)].Count} rows were compared.");
    }

    // Thresholds are on the scale of the link, so that each link has densities of its own.
    private static string Key(Family family) =>
        family.Name is "cumulative" or "ordbeta" ? $"{family.Name}.{family.Link}" : family.Name;

    private static Family WithShape(Family family, double shape) => family.Name switch
    {
        "t" or "nbinom12" => family.WithShapes([Math.Log(shape)]),
        "tweedie" => family.WithShapes([Math.Log((shape - 1) / (2 - shape))]),
        "skewnormal" => family.WithShapes([shape]),
        "ordbeta" => family.WithShapes([shape, Math.Log(3.5)]),
        "cumulative" => family.WithCategories(["1", "2", "3", "4"]).WithShapes([shape, Math.Log(0.8), Math.Log(1.9)]),
        _ => family,
    };

    private static Dictionary<string, List<Row>> Read()
    {
        using var json = JsonDocument.Parse(File.ReadAllText(ReferenceFiles.Path("families.json")));
        var rows = new Dictionary<string, List<Row>>();
        foreach (var e in json.RootElement.GetProperty("rows").EnumerateArray())
        {
            double Number(string key) =>
                e.TryGetProperty(key, out var v) && v.ValueKind == JsonValueKind.Number ? v.GetDouble() : double.NaN;

            var family = e.GetProperty("family").GetString()!;
            if (!rows.TryGetValue(family, out var list))
            {
                rows[family] = list = [];
            }

            list.Add(new(Number("y"), Number("size"), Number("mu"), Number("delta"), Number("shape"), Number("logDensity")));
        }

        return rows;
    }

    private sealed record Row(double Y, double Size, double Mu, double Delta, double Shape, double LogDensity);
}
