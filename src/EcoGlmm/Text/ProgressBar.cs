using System.Globalization;
using System.Net;
namespace EcoGlmm.Text;

/// <summary>How far a calculation has come, at one moment.</summary>
/// <param name="What">What is being done.</param>
/// <param name="Share">The part that is done, from 0 to 1; null if it is not known.</param>
/// <param name="Detail">Where it stands, in words.</param>
/// <param name="Elapsed">Since the start.</param>
/// <param name="Remaining">Expected until the end.</param>
internal sealed record ProgressBar(string What, double? Share, string Detail, TimeSpan Elapsed, TimeSpan Remaining) : IRichDisplay
{
    /// <summary>What takes the bar's place at the end: nothing that can be seen.</summary>
    public static IRichDisplay Gone { get; } = new Nothing();

    public string ToHtml()
    {
        var value = Share is { } share ? $" value=\"{share.ToString("0.###", CultureInfo.InvariantCulture)}\"" : "";
        return $"<div role=\"status\" style=\"color:inherit;font:13px/1.5 system-ui,sans-serif\">"
            + $"<progress max=\"1\"{value} aria-label=\"{WebUtility.HtmlEncode(What)}\" "
            + $"style=\"width:16em;vertical-align:middle\"></progress> {WebUtility.HtmlEncode(ToString())}</div>";
    }

    public override string ToString()
    {
        var left = Share > 0 ? $", {Seconds(Remaining)} to go" : "";
        return $"{What}: {(Detail.Length > 0 ? Detail + ", " : "")}{Seconds(Elapsed)}{left}";
    }

    private static string Seconds(TimeSpan time) => time.TotalSeconds < 100
        ? time.TotalSeconds.ToString("0 s", CultureInfo.InvariantCulture)
        : time.TotalMinutes.ToString("0 min", CultureInfo.InvariantCulture);

    private sealed class Nothing : IRichDisplay
    {
        public string ToHtml() => "<span></span>";

        public override string ToString() => "";
    }
}
