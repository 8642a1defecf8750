using EcoGlmm.Tests.Sharing;

namespace EcoGlmm.Cluster.Tests;

/// <summary>A model that takes long enough to be met in the middle of a part, and its bootstrap by the direct call.</summary>
internal static class PlannedModel
{
    private const int Replicates = 96;

    private static readonly Lazy<GlmmFit> Fit = new(() =>
    {
        var design = FieldData.From(Enumerable.Range(0, 1500).Select(i => new
        {
            g = $"g{i % 120}", h = $"h{i * 7 % 41}", x = i * 13 % 31 / 10.0,
        }));
        var y = Glmm.Simulate("n ~ x + (1 + x | g) + (1 | h)", design, new Dictionary<string, double>
        {
            ["(Intercept)"] = 0.5, ["x"] = 0.2, ["sd_(Intercept)|g"] = 0.5, ["sd_x|g"] = 0.2, ["sd_(Intercept)|h"] = 0.4,
        }, Family.Poisson(), seed: 3)[0];
        return Glmm.Fit("n ~ x + (1 + x | g) + (1 | h)", design.With("n", y), Family.Poisson());
    });

    private static readonly Lazy<string> Direct = new(() => 
        Bits.Of(Fit.Value.ConfidenceIntervals(IntervalMethod.Bootstrap, simulations: Replicates, seed: 8)));

    public static Plan Plan => EcoGlmm.Plan.Bootstrap(Fit.Value, Replicates, 8);

    /// <summary>The plan is done and merged, with the bits of the direct call and one result a part.</summary>
    public static void AssertComplete(Plan plan, Func<string> state)
    {
        var status = plan.Status();
        Assert.True(status.IsComplete && status.IsMerged && status.Failures.Count == 0, status + "\n" + state());
        Assert.Equal(Direct.Value, Bits.Of(EcoGlmm.Plan.Open(plan.Folder!).Result<IntervalTable>()));
        Assert.True(File.Exists(Path.Combine(plan.Folder!, "result.csv")));
        Assert.Equal(plan.Parts, ResultTimes(plan).Count);
    }

    public static Dictionary<string, DateTime> ResultTimes(Plan plan) =>
        Directory.GetFiles(Path.Combine(plan.Folder!, "results"), "*.bin", SearchOption.AllDirectories)
            .ToDictionary(f => f, File.GetLastWriteTimeUtc);
}
