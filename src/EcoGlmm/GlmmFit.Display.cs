namespace EcoGlmm;

public sealed partial class GlmmFit
{
    /// <summary>
    /// A summary in the manner of R's: what was fitted and how, information criteria, random effects, dispersion, fixed
    /// effects with Wald tests. A fit that did not converge says so first.
    /// </summary>
    public override string ToString() => FitText.Draw(this);

    /// <summary>
    /// The summary card: what was fitted on how many rows and groups and whether to trust it; coefficients with 95 %
    /// intervals, and as ratios where the link is a log, logit or cloglog; random effects; notes.
    /// </summary>
    public string ToHtml() => FitCard.Draw(this);

    /// <summary>
    /// Everything about the fit as a JSON object with names in camel case. Numbers that JSON cannot say (NaN, infinity) are
    /// null.
    /// </summary>
    /// <param name="indented">Whether to break and indent lines for reading.</param>
    public string ToJson(bool indented = false) => FitJson.Write(this, indented);
}
