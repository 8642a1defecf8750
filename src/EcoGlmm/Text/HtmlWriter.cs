using System.Net;
using System.Text;

namespace EcoGlmm.Text;

/// <summary>How far something can be trusted; said by a symbol and a word, not by colour alone.</summary>
internal enum Status
{
    Ok,
    Caution,
    Problem,
}

/// <summary>
/// Builds a card of HTML for a notebook. Everything given as text is encoded. Colours come from the page, so that the
/// card fits light and dark themes.
/// </summary>
internal sealed class HtmlWriter
{
    private const string Style =
        """
        <style>
        .ecoglmm{color:inherit;font:14px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif;
          max-width:1100px;text-align:left}
        .ecoglmm.ecoglmm-card{border:1px solid rgba(128,128,128,.35);border-radius:8px;padding:14px 18px;margin:4px 0;box-sizing:border-box}
        .ecoglmm h3{font-size:17px;line-height:1.3;font-weight:600;margin:0 0 4px;color:inherit}
        .ecoglmm h4{font-size:14px;font-weight:600;margin:16px 0 4px;color:inherit}
        .ecoglmm p{margin:4px 0}
        .ecoglmm code,.ecoglmm pre{font:13px/1.45 ui-monospace,"Cascadia Mono",Consolas,Menlo,monospace;
          color:inherit;background:rgba(128,128,128,.12);border-radius:4px}
        .ecoglmm code{padding:1px 5px}.ecoglmm pre{padding:8px 10px;overflow-x:auto;white-space:pre}
        .ecoglmm .ecoglmm-scroll{overflow-x:auto;margin:8px 0;container-type:inline-size}
        .ecoglmm table{border-collapse:collapse;border:0;margin:0;color:inherit;background:transparent;font-size:13px;width:auto}
        .ecoglmm caption{caption-side:top;text-align:left;font-weight:600;padding:4px 0;color:inherit;
          position:sticky;left:0;width:max-content;max-width:100cqw}
        .ecoglmm th,.ecoglmm td{padding:3px 12px 3px 6px;text-align:left!important;border:0;border-bottom:1px solid rgba(128,128,128,.18);
          background:transparent;color:inherit;white-space:nowrap}
        .ecoglmm thead th{border:0;border-bottom:1px solid rgba(128,128,128,.6);font-weight:600;vertical-align:bottom;
          white-space:normal;max-width:9em}
        .ecoglmm tbody th{font-weight:500;white-space:normal;overflow-wrap:break-word;min-width:6em}
        .ecoglmm tbody tr:hover{background:rgba(128,128,128,.1)}
        .ecoglmm .ecoglmm-number{text-align:right!important;font-variant-numeric:tabular-nums;padding:3px 6px 3px 12px}
        .ecoglmm .ecoglmm-note{font-size:12px;opacity:.8;margin:4px 0}
        .ecoglmm dl{display:flex;flex-wrap:wrap;gap:6px 28px;margin:10px 0}
        .ecoglmm dl div{margin:0}
        .ecoglmm dt,.ecoglmm dd{float:none!important;width:auto!important;padding:0}
        .ecoglmm dt{font-size:12px;opacity:.75;font-weight:400;margin:0}
        .ecoglmm dd{margin:0;font-weight:600;font-variant-numeric:tabular-nums}
        .ecoglmm .ecoglmm-badge{display:inline-block;font-size:12px;font-weight:600;line-height:1.6;padding:0 9px;border-radius:10px;
          border:1px solid;margin-left:8px;vertical-align:2px}
        .ecoglmm .ecoglmm-message{border-left:4px solid;border-radius:4px;padding:6px 12px;margin:8px 0}
        .ecoglmm .ecoglmm-ok{border-color:#009E73;background:rgba(0,158,115,.14)}
        .ecoglmm .ecoglmm-caution{border-color:#E69F00;background:rgba(230,159,0,.16)}
        .ecoglmm .ecoglmm-problem{border-color:#D55E00;background:rgba(213,94,0,.18)}
        .ecoglmm.ecoglmm-framed{border-width:3px}
        .ecoglmm.ecoglmm-problem-frame{border-color:#D55E00}
        .ecoglmm.ecoglmm-caution-frame{border-color:#E69F00}
        .ecoglmm.ecoglmm-ok-frame{border-color:#009E73}
        .ecoglmm.ecoglmm-problem-frame table,.ecoglmm.ecoglmm-problem-frame dl{opacity:.55}
        @media (max-width:560px){.ecoglmm.ecoglmm-card{padding:10px}
          .ecoglmm table{font-size:12px}.ecoglmm td{white-space:normal}.ecoglmm tbody th{min-width:5em}
          .ecoglmm th,.ecoglmm td,.ecoglmm .ecoglmm-number{padding:3px}.ecoglmm dl{gap:6px 16px}}
        .ecoglmm summary{cursor:pointer;font-weight:600;margin:8px 0 4px}
        </style>
        """;

    /// <summary>A shadow at the right edge of what has more to show when it is scrolled, for the class ecoglmm-cue.</summary>
    internal const string ScrollCue =
        """
        <style>@supports (animation-timeline:scroll()){.ecoglmm-cue{
          animation:ecoglmm-cue linear both;animation-timeline:scroll(self inline)}}
        @keyframes ecoglmm-cue{from{box-shadow:inset -16px 0 12px -12px rgba(128,128,128,.9)}to{box-shadow:none}}</style>
        """;

    private readonly StringBuilder _html = new();

    /// <summary>
    /// Begins a card, with its border; or without one, for a lone table. A frame puts the whole card under a verdict: with
    /// <see cref="Status.Problem"/> it has a heavy border and its tables fade.
    /// </summary>
    public HtmlWriter(bool card = true, Status? frame = null) =>
        _html.Append(Style).Append(ScrollCue).Append("<div class=\"ecoglmm").Append(card ? " ecoglmm-card" : "")
            .Append(frame is { } f ? $" ecoglmm-framed {Class(f)}-frame" : "").Append("\">");

    /// <summary>The card's heading, with a badge if there is a verdict.</summary>
    public HtmlWriter Heading(string text, Status? status = null, string? verdict = null)
    {
        _html.Append("<h3>").Append(Encode(text));
        if (status is { } s)
            _html.Append(Badge(s, verdict ?? Word(s)));
        _html.Append("</h3>");
        return this;
    }

    /// <summary>The heading of a part of the card.</summary>
    public HtmlWriter Subheading(string text) => Element("h4", text);

    /// <summary>A paragraph.</summary>
    public HtmlWriter Paragraph(string text) => Element("p", text);

    /// <summary>Small print.</summary>
    public HtmlWriter Note(string text)
    {
        _html.Append("<p class=\"ecoglmm-note\">").Append(Encode(text)).Append("</p>");
        return this;
    }

    /// <summary>A formula or other code in a line of its own.</summary>
    public HtmlWriter Code(string text)
    {
        _html.Append("<p><code>").Append(Encode(text)).Append("</code></p>");
        return this;
    }

    /// <summary>A line of code after what it is.</summary>
    public HtmlWriter LabelledCode(string label, string text)
    {
        _html.Append("<p>").Append(Encode(label)).Append(": <code>").Append(Encode(text)).Append("</code></p>");
        return this;
    }

    /// <summary>Text whose blanks and line ends matter.</summary>
    public HtmlWriter Preformatted(string text) => Element("pre", text);

    /// <summary>A sentence that deserves attention.</summary>
    public HtmlWriter Message(Status status, string text)
    {
        _html.Append("<div role=\"note\" class=\"ecoglmm-message ").Append(Class(status)).Append("\"><strong>")
            .Append(Symbol(status)).Append(' ').Append(Word(status)).Append(".</strong> ").Append(Encode(text)).Append("</div>");
        return this;
    }

    /// <summary>Short facts side by side, each a label over its value.</summary>
    public HtmlWriter Facts(params IEnumerable<(string Label, string Value)> facts)
    {
        _html.Append("<dl>");
        foreach (var (label, value) in facts)
            _html.Append("<div><dt>").Append(Encode(label)).Append("</dt><dd>").Append(Encode(value)).Append("</dd></div>");
        _html.Append("</dl>");
        return this;
    }

    /// <summary>A table, which scrolls sideways, by the keyboard too, where it is too wide.</summary>
    public HtmlWriter Table(TableContent table)
    {
        _html.Append("<div class=\"ecoglmm-scroll ecoglmm-cue\" tabindex=\"0\" role=\"region\" aria-label=\"")
            .Append(Encode(table.Caption ?? "Table"))
            .Append("\">").Append(HtmlTable.Draw(table)).Append("</div>");
        return this;
    }

    /// <summary>A part that the reader can fold out.</summary>
    public HtmlWriter Details(string summary, Action<HtmlWriter> content)
    {
        _html.Append("<details><summary>").Append(Encode(summary)).Append("</summary>");
        content(this);
        _html.Append("</details>");
        return this;
    }

    /// <summary>HTML that is already safe, such as a figure's.</summary>
    public HtmlWriter Html(string html)
    {
        _html.Append(html);
        return this;
    }

    /// <summary>The whole fragment.</summary>
    public string ToHtml() => _html + "</div>";

    /// <summary>A verdict in a few words, with a symbol.</summary>
    public static string Badge(Status status, string text) =>
        $" <span class=\"ecoglmm-badge {Class(status)}\"><span aria-hidden=\"true\">{Symbol(status)}</span> {Encode(text)}</span>";

    private HtmlWriter Element(string name, string text)
    {
        _html.Append('<').Append(name).Append('>').Append(Encode(text)).Append("</").Append(name).Append('>');
        return this;
    }

    private static string Encode(string text) => WebUtility.HtmlEncode(text);

    private static string Class(Status status) => status switch
    {
        Status.Ok => "ecoglmm-ok",
        Status.Caution => "ecoglmm-caution",
        _ => "ecoglmm-problem",
    };

    private static string Symbol(Status status) => status switch
    {
        Status.Ok => "✓",
        Status.Caution => "!",
        _ => "✕",
    };

    private static string Word(Status status) => status switch
    {
        Status.Ok => "OK",
        Status.Caution => "Caution",
        _ => "Problem",
    };
}
