using System.Globalization;
using System.Text;

namespace EcoGlmm.Tests.Reference;

/// <summary>Gathers what differs from a reference, so that one failure shows it all.</summary>
internal sealed class Comparison(string name)
{
    private const int MostDifferencesShown = 12;
    private readonly List<string> _differences = [];

    public void Add(string difference) => _differences.Add(difference);

    public void Near(string what, double expected, double actual, double tolerance)
    {
        // Written so that NaN is a difference.
        if (!(Math.Abs(expected - actual) <= tolerance))
        {
            _differences.Add(string.Create(CultureInfo.InvariantCulture,
                $"{what}: R {expected:R}, EcoGlmm {actual:R}, difference {actual - expected:G3} over {tolerance:G3}"));
        }
    }

    /// <summary>Compares the leading values, each to a share of itself and of the typical size of all.</summary>
    public void NearRelative(string what, IReadOnlyList<double?>? expected, double[] actual, double share)
    {
        if (expected is null)
            return;
        var typical = expected.Average(value => Math.Abs(value ?? 0));
        for (var i = 0; i < expected.Count; i++)
        {
            if (expected[i] is { } value)
                Near($"{what} {i}", value, actual[i], share * (Math.Abs(value) + 0.1 * typical) + 1e-9);
        }
    }

    public void NearRelative(string what, double[] expected, double[] actual, double share) =>
        NearRelative(what, Array.ConvertAll(expected, value => (double?)value), actual, share);

    public void Done()
    {
        if (_differences.Count == 0)
            return;
        var message = new StringBuilder().AppendLine(CultureInfo.InvariantCulture, $"{name}: {_differences.Count} differences");
        foreach (var difference in _differences.Take(MostDifferencesShown))
            message.AppendLine(difference);
        Assert.Fail(message.ToString());
    }
}
