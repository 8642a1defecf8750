using System.Collections;
using System.Globalization;
using EcoGlmm.Diagnostics;
using EcoGlmm.Numerics;

namespace EcoGlmm;

/// <summary>Several tests of the same residuals, with p-values adjusted for their number by Holm's method.</summary>
/// <remarks>Immutable, and safe to share among threads.</remarks>
public sealed class ResidualTests : IReadOnlyList<TestResult>, IResultTable
{
    private readonly TestResult[] _tests;

    internal ResidualTests(IReadOnlyList<TestResult> tests)
    {
        var adjusted = PValueAdjustment.Holm([.. tests.Select(t => t.PValue)]);
        _tests = [.. tests.Select((t, i) => t with { AdjustedPValue = adjusted[i] })];
    }

    /// <inheritdoc/>
    public int Count => _tests.Length;

    /// <inheritdoc/>
    public TestResult this[int index] => _tests[index];

    /// <summary>The adjustment, in words.</summary>
    internal string Note => string.Create(CultureInfo.InvariantCulture,
        $"Adjusted: by Holm's method for {Count} tests made together; in bold what remains below {TestResult.SignificanceLevel}. The "
        + $"sentences speak of each test by itself.");

    /// <summary>The tests as data, one row each.</summary>
    public FieldData ToFieldData() => TestResult.Table(_tests);

    /// <inheritdoc/>
    public IEnumerator<TestResult> GetEnumerator() => ((IEnumerable<TestResult>)_tests).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>The tests in plain text, each with its sentence.</summary>
    public override string ToString() => string.Join("\n", _tests.Select(test =>
        $"{test.Name}: statistic = {TestResult.FormatStatistic(test.Statistic)}, {test.PValueText}, adjusted {test.AdjustedText}\n  "
        + $"{test.Message}")
        .Append(Note));

    /// <summary>The tests as a table of HTML.</summary>
    public string ToHtml() => "<div>" + TestTable.Html(_tests)
        + $"<p style=\"font:12px system-ui,sans-serif;opacity:.8;margin:4px 0\">{Note}</p></div>";
}
