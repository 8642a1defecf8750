using System.Text.Json;
using EcoGlmm.Tests.Reference;

namespace EcoGlmm.Tests.Decomposition;

/// <summary>The methods against the same models fitted in R with columns made by hand: tests/reference/decomposition.R.</summary>
public sealed class DecompositionReferenceTests
{
    private static readonly JsonElement Reference = JsonDocument.Parse(File.ReadAllText(
        Path.Combine(ReferenceFit.RepositoryFolder, "tests", "reference", "decomposition.json"))).RootElement;

    private static readonly FieldData Patients = FieldData.ReadCsv(Path.Combine(ReferenceFit.RepositoryFolder, "datasets", "pbcseq.csv"))
        .With("years", row => row.Number("day") / 365.25)
        .With("agenow", row => row.Number("age") + (row.Number("day") / 365.25));

    public static TheoryData<string, string, string> Cases()
    {
        var cases = new TheoryData<string, string, string>();
        foreach (var fit in Reference.GetProperty("fits").EnumerateArray())
            cases.Add(fit.GetProperty("method").GetString()!, fit.GetProperty("response").GetString()!, fit.GetProperty("age")
                .GetString()!);
        return cases;
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Coefficients_errors_and_likelihood_are_those_of_R(string method, string response, string age)
    {
        var expected = Reference.GetProperty("fits").EnumerateArray().Single(f => f.GetProperty("method").GetString() == method
            && f.GetProperty("response").GetString() == response && f.GetProperty("age").GetString() == age);
        var family = Family.Parse(expected.GetProperty("family").GetString()!, expected.GetProperty("link").GetString());
        var chosen = Enum.Parse<AgeMethod>(method);
        var analysis = SelectiveDisappearance.Analyze($"{response} ~ {age} + (1 | id)", Patients, age, "id", family,
            analysis: new AgeAnalysisOptions { Methods = [chosen] });
        var fit = analysis[chosen].Fit!;
        Assert.True(analysis[chosen].IsUsable);
        Assert.Equal(expected.GetProperty("logLik").GetDouble(), fit.LogLikelihood, 1e-4);
        var coefficients = expected.GetProperty("coefficients").EnumerateArray().ToArray();
        Assert.Equal(coefficients.Select(c => c.GetProperty("name").GetString()), fit.FixedEffects.Names);
        foreach (var c in coefficients)
        {
            var (found, error) = (fit.FixedEffects[c.GetProperty("name").GetString()!], c.GetProperty("standardError").GetDouble());
            Assert.Equal(c.GetProperty("estimate").GetDouble(), found.Estimate, 1e-3 * error);
            Assert.Equal(error, found.StandardError, 0.01 * error);
        }

        if (expected.TryGetProperty("difference", out var difference) && difference.ValueKind == JsonValueKind.Object
            && difference.TryGetProperty("estimate", out var value)
            && chosen is AgeMethod.MeanCentring or AgeMethod.RandomSlopes)
        {
            var error = difference.GetProperty("standardError").GetDouble();
            Assert.Equal(value.GetDouble(), analysis[chosen].Difference.Estimate, 1e-3 * error);
            Assert.Equal(error, analysis[chosen].Difference.StandardError, 0.01 * error);
        }
    }

    [Fact]
    public void Population_change_is_taken_apart_as_by_the_definition()
    {
        var whole = Patients.With("year", row => Math.Floor(row.Number("years")));
        var change = SelectiveDisappearance.Analyze("albumin ~ year + (1 | id)", whole, "year", "id",
            analysis: new AgeAnalysisOptions { Methods = [AgeMethod.Naive] }).PopulationChange!;
        var expected = Reference.GetProperty("steps").EnumerateArray().Where(step => step.GetProperty("both").GetInt32() >= 10).ToArray();
        Assert.Equal(expected.Length, change.Steps.Count);
        foreach (var (step, r) in change.Steps.Zip(expected))
        {
            Assert.Equal(r.GetProperty("both").GetInt32(), step.Both);
            Assert.Equal(r.GetProperty("total").GetDouble(), step.Total, 1e-10);
            Assert.Equal(r.GetProperty("within").GetDouble(), step.Within, 1e-10);
            Assert.Equal(r.GetProperty("leaving").GetDouble() + r.GetProperty("arriving").GetDouble(), step.Disappearance + step.Appearance
                + step.Gaps, 1e-10);
        }

        Assert.Equal(change.Total.Estimate, change.Within.Estimate + change.Disappearance.Estimate + change.Appearance.Estimate
            + change.Gaps.Estimate, 1e-10);
        Assert.InRange(change.Within.Estimate, change.Within.Lower, change.Within.Upper);
    }
}
