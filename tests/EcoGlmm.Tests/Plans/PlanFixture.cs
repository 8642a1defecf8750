using EcoGlmm.Tests.Estimation;

namespace EcoGlmm.Tests.Plans;

/// <summary>A folder that goes when its test ends, and the data that plans are made of.</summary>
public sealed class PlanFixture : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("ecoglmm-plan-").FullName;
    private int _plans;

    public static FieldData Data { get; } = new TestData(72, 3)
        .Factor("g", i => i % 9)
        .Factor("h", i => i / 9)
        .Factor("f", i => i * 7 % 3)
        .Number("x", i => (i * 13 % 31) - 15)
        .Normal("y", i => (0.3 * (i % 9)) + (0.05 * (i * 13 % 31)))
        .Count("n", i => Math.Exp(0.5 + (0.1 * (i % 9)) + (0.02 * (i * 13 % 31))))
        .Count("z", i => i % 4 == 0 ? 0 : 3 * Math.Exp(0.1 * (i % 9)))
        .Yes("b", i => 1 / (1 + Math.Exp(0.5 - (0.2 * (i % 9)) + (0.03 * ((i * 13 % 31) - 15)))))
        .Number("o", i => ((i % 9) + (i * 11 % 7)) / 5)
        .Number("w", i => 1 + (i % 3))
        .Build();

    public static GlmmFit Poisson { get; } = Glmm.Fit("n ~ x + (1 | g)", Data, Family.Poisson());

    /// <summary>A folder that is not there yet.</summary>
    public string New() => Path.Combine(_folder, $"plan-{++_plans}");

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
