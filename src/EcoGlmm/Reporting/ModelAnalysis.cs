using System.Net;
using System.Text;

namespace EcoGlmm;

/// <summary>
/// A whole analysis of a model on one page: the card, whether it can be believed, what its effects look like, the table and the
/// sentences for a manuscript. Immutable, and safe to share among threads.
/// </summary>
public sealed class ModelAnalysis : IRichDisplay
{
    internal ModelAnalysis(GlmmFit fit, ModelCheck check, IReadOnlyList<Figure> effects, ModelTableOptions options)
    {
        Fit = fit;
        Check = check;
        Effects = effects;
        Table = fit.Table(options);
        Report = fit.Report(options);
    }

    /// <summary>The model.</summary>
    public GlmmFit Fit { get; }

    /// <summary>Whether it can be believed.</summary>
    public ModelCheck Check { get; }

    /// <summary>A figure of the effect of each variable among the fixed effects.</summary>
    public IReadOnlyList<Figure> Effects { get; }

    /// <summary>The table for a manuscript.</summary>
    public PublicationTable Table { get; }

    /// <summary>The sentences for a manuscript.</summary>
    public ModelReport Report { get; }

    /// <inheritdoc/>
    public string ToHtml()
    {
        var html = new StringBuilder("<div class=\"ecoglmm-analysis\">");
        Section("The model", Fit.ToHtml());
        Section("Can it be believed?", Check.ToHtml());
        if (Effects.Count > 0)
            Section("What it says", string.Concat(Effects.Select(f => $"<div style=\"margin:12px 0\">{f.ToHtml()}</div>")));
        Section("For the manuscript", $"{Table.ToHtml()}{Report.ToHtml()}");
        return html.Append("</div>").ToString();

        void Section(string title, string content) => html.Append("<h2>").Append(WebUtility.HtmlEncode(title)).Append("</h2>")
            .Append(content);
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Fit}\n{Check}\n\n{Table}\n{Report}";
}
