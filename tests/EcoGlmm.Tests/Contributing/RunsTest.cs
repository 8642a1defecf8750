using EcoGlmm.Numerics;

namespace EcoGlmm.Diagnostics;

/// <summary>A test of residuals, as a method of them. In the library it is public and in the namespace EcoGlmm.</summary>
internal static class RunsTest
{
    /// <summary>
    /// Wald-Wolfowitz test of whether residuals above and below ½ follow each other as in random order, in the order of the rows.
    /// Statistic: the number of runs. A. Wald and J. Wolfowitz (1940), Annals of Mathematical Statistics 11, 147-162.
    /// </summary>
    public static TestResult TestRuns(this SimulatedResiduals residuals)
    {
        ArgumentNullException.ThrowIfNull(residuals);
        bool[] above = [.. residuals.Scaled.Select(r => r > 0.5)];
        double n = above.Length, high = above.Count(a => a), low = n - high;
        double runs = 1 + Enumerable.Range(1, above.Length - 1).Count(i => above[i] != above[i - 1]);
        var mean = 1 + (2 * high * low / n);
        var variance = (mean - 1) * (mean - 2) / (n - 1);
        var p = 2 * NormalDistribution.UpperTail(Math.Abs(runs - mean) / Math.Sqrt(variance));
        var text = TestResult.FormatPValue(p, 0);
        return new TestResult("Runs test (Wald-Wolfowitz)", runs, p, "two.sided", p < TestResult.SignificanceLevel
            ? $"Rows that follow each other are {(runs < mean ? "alike" : "unlike")} ({text}): look for what changes along the data."
            : $"The rows follow each other as in random order ({text}).");
    }
}

/// <summary>The same as a part of Check(): what it is called there, how grave it is, what to try. Joins by a line in
/// ResidualCheck.All.</summary>
internal sealed class RunsCheck : ResidualCheck
{
    public override IEnumerable<Symptom> Examine(GlmmFit fit, SimulatedResiduals residuals, ChangedFits changed) =>
        [new Symptom(this, "Order of the rows", residuals.TestRuns())];

    public override CheckStatus StatusOf(Symptom symptom) => CheckStatus.Caution;

    public override int RankOf(Symptom symptom, Symptoms all) => 4;

    public override string AdviceOn(Symptom symptom, Symptoms all) =>
        "Sort the data by time or place and test that; let the model know what changes along it.";
}
