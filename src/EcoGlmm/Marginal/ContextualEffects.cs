using System.Collections;
using EcoGlmm.Inference;
using EcoGlmm.Marginal;
using EcoGlmm.Numerics;
using EcoGlmm.Text;

namespace EcoGlmm;

/// <summary>A covariate's effect within groups and between them.</summary>
/// <param name="Name">The coefficient of the model.</param>
/// <param name="Within">What a difference of one unit between rows of the same group goes with.</param>
/// <param name="Between">What a difference of one unit between the means of groups goes with.</param>
/// <param name="Difference">Between less within: the contextual effect, zero if random effects do not depend on the covariate.</param>
/// <param name="StandardError">Its standard error.</param>
/// <param name="PValue">Two-sided test that it is zero (Mundlak's).</param>
public sealed record ContextualEffect(string Name, double Within, double Between, double Difference, double StandardError, double PValue)
{
    /// <summary>The model's own coefficient, a mean of both where they are taken as the same.</summary>
    public double Combined { get; init; }

    /// <summary>Standard error of <see cref="Combined"/>.</summary>
    public double CombinedStandardError { get; init; }

    /// <summary>Standard error of <see cref="Within"/>.</summary>
    public double WithinStandardError { get; init; }

    /// <summary>Standard error of <see cref="Between"/>.</summary>
    public double BetweenStandardError { get; init; }

    /// <summary>Degrees of freedom of the test.</summary>
    public double DegreesOfFreedom { get; init; }

    /// <summary>
    /// Hausman's test that the model's coefficient is the one within, for comparison; NaN where its variance comes out negative. J. Hausman
    /// (1978), Econometrica 46, 1251-1271.
    /// </summary>
    public double HausmanPValue { get; init; }
}

/// <summary>
/// Is a covariate's effect within groups that between them? A mixed model takes random effects to be independent of covariates. Where rich
/// hospitals adopt early, or old birds hold the good territories, they are not, and the one coefficient mixes two.
/// </summary>
/// <remarks>
/// The model is fitted again with the group's mean of each covariate beside it: Y. Mundlak (1978), On the pooling of time series and
/// cross section data, Econometrica 46, 69-85. All covariates at once. The effect within is free of everything about the groups that
/// does not change; what confounds within groups, it cannot tell.
/// <para>Immutable, and safe to share among threads.</para>
/// </remarks>
public sealed class ContextualEffects : IReadOnlyList<ContextualEffect>, IRichDisplay, IResultTable
{
    private readonly ContextualEffect[] _rows;

    internal ContextualEffects(GlmmFit fit, string? group)
    {
        var means = new GroupMeans(fit, group);
        Group = means.Group;
        if (means.Columns.Count == 0)
        {
            _rows = [];
            return;
        }

        var extended = means.Fit();
        Extended = extended;
        var inference = FixedEffectInference.For(extended, FixedEffectInference.BestOf(extended));
        string[] names = [.. extended.FixedEffects.Where(c => !double.IsNaN(c.Estimate) && !c.IsFixed).Select(c => c.Name)];
        var rows = new List<ContextualEffect>();
        foreach (var (name, added) in means.Columns)
        {
            var (own, mean) = (Array.IndexOf(names, name), Array.IndexOf(names, added));
            if (own < 0 || mean < 0) continue;
            double[] Unit(params int[] at) => [.. Enumerable.Range(0, names.Length).Select(j => at.Contains(j) ? 1.0 : 0)];
            var (within, difference) = (inference.Estimates[own], inference.Estimates[mean]);
            var error = inference.StandardError(Unit(mean));
            var df = inference.DegreesOfFreedom(Unit(mean));
            var combined = fit.FixedEffects[name];
            var withinError = inference.StandardError(Unit(own));
            var hausman = (withinError * withinError) - (combined.StandardError * combined.StandardError);
            rows.Add(new ContextualEffect(name, within, within + difference, difference, error,
                2 * StudentT.UpperTail(Math.Abs(difference / error), df))
            {
                Combined = combined.Estimate,
                CombinedStandardError = combined.StandardError,
                WithinStandardError = withinError,
                BetweenStandardError = inference.StandardError(Unit(own, mean)),
                DegreesOfFreedom = df,
                HausmanPValue = hausman > 0 ? FDistribution.UpperTail(Math.Pow(within - combined.Estimate, 2) / hausman, 1,
                    double.PositiveInfinity) : double.NaN,
            });
        }

        _rows = [.. rows];
    }

    /// <summary>The grouping factor.</summary>
    public string Group { get; }

    /// <summary>The fit with the means of groups beside the covariates; null where no covariate varies both within and between
    /// groups.</summary>
    public GlmmFit? Extended { get; }

    /// <inheritdoc/>
    public int Count => _rows.Length;

    /// <inheritdoc/>
    public ContextualEffect this[int index] => _rows[index];

    /// <summary>The effects of a covariate, by the name of its coefficient.</summary>
    /// <exception cref="GlmmException">It is not in the table, because it does not vary both within and between groups.</exception>
    public ContextualEffect this[string name]
    {
        get
        {
            ArgumentNullException.ThrowIfNull(name);
            return Array.Find(_rows, r => r.Name == name)
                ?? throw new GlmmException($"\"{name}\" is not among the coefficients whose covariate varies both within and between the "
                    + $"levels of {Group}{NearestName.Suggestion(name, _rows.Select(r => r.Name))}");
        }
    }

    /// <summary>A sentence for each covariate.</summary>
    public string Explain() => _rows.Length == 0
        ? $"No covariate of the fixed effects varies both within and between the levels of {Group}: there is nothing to tell apart."
        : string.Join("\n", _rows.Select(Sentence)) + (_rows.Length > 0 ? "\nThis is association: what changes together with a covariate "
            + "within a level confounds the effect within too." : "");

    /// <summary>The table as data, one row a covariate.</summary>
    public FieldData ToFieldData() => FieldData.From(new Dictionary<string, object>
    {
        ["Name"] = Array.ConvertAll(_rows, r => r.Name),
        ["Within"] = Array.ConvertAll(_rows, r => r.Within),
        ["Between"] = Array.ConvertAll(_rows, r => r.Between),
        ["Combined"] = Array.ConvertAll(_rows, r => r.Combined),
        ["Difference"] = Array.ConvertAll(_rows, r => r.Difference),
        ["StandardError"] = Array.ConvertAll(_rows, r => r.StandardError),
        ["PValue"] = Array.ConvertAll(_rows, r => r.PValue),
        ["HausmanPValue"] = Array.ConvertAll(_rows, r => r.HausmanPValue),
    });

    /// <summary>The effects within, between, and as the model has them, with 95 % intervals, a panel for each covariate.</summary>
    public Figure Plot()
    {
        var panels = _rows.Select(r =>
        {
            double[] estimate = [r.Between, r.Combined, r.Within];
            double[] error = [r.BetweenStandardError, r.CombinedStandardError, r.WithinStandardError];
            return new Panel(r.Name, new PointTrace(estimate, [0, 1, 2])
            {
                XLower = [.. estimate.Zip(error, (e, s) => e - (1.96 * s))],
                XUpper = [.. estimate.Zip(error, (e, s) => e + (1.96 * s))],
                Size = 9,
            })
            {
                YAxis = new Axis { Categories = ["between", "as one", "within"], Minimum = -0.7, Maximum = 2.7 },
                XAxis = new Axis("Effect on the scale of the link"),
                Shapes = [PanelShape.VerticalLine(0)],
                Annotations = [new PanelAnnotation($"difference {NumberFormat.PEquals(r.PValue)}")],
            };
        });
        return new Figure($"Within and between {Group}", [.. panels]) { PanelHeight = 170 };
    }

    /// <inheritdoc/>
    public IEnumerator<ContextualEffect> GetEnumerator() => ((IEnumerable<ContextualEffect>)_rows).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <inheritdoc/>
    public override string ToString() => (_rows.Length == 0 ? "" : ResultTable.Text(Table()) + "\n") + Explain();

    /// <inheritdoc/>
    public string ToHtml()
    {
        var html = new HtmlWriter().Heading($"Within and between {Group}");
        foreach (var sentence in Explain().Split('\n')) html.Paragraph(sentence);
        return _rows.Length == 0 ? html.ToHtml() : html.Table(Table()).Html(Plot().ToHtml()).ToHtml();
    }

    internal string Sentence(ContextualEffect r)
    {
        static string N(double v) => NumberFormat.Significant(v, 3);
        return r.PValue < 0.05
            ? $"{r.Name}: {N(r.Within)} within the levels of {Group}, {N(r.Between)} between them; they differ "
                + $"({NumberFormat.PEquals(r.PValue)}), so that levels with more of it differ otherwise too, and the model's "
                + $"{N(r.Combined)} is neither. For what happens to a level when it changes, read the first: within(…, {Group}) + "
                + $"between(…, {Group}) in the formula separates them."
            : $"{r.Name}: {N(r.Within)} within the levels of {Group}, {N(r.Between)} between them; no difference is seen "
                + $"({NumberFormat.PEquals(r.PValue)}), but one from {N(r.Difference - (1.96 * r.StandardError))} to "
                + $"{N(r.Difference + (1.96 * r.StandardError))} cannot be excluded.";
    }

    private TableContent Table()
    {
        var content = new TableContent(null).Text("").Number("Within").Number("Between").Number("As one").Number("Difference")
            .Number("Std. error").Number("p").Number("Hausman p");
        var cells = NumberFormat.Column([.. _rows.SelectMany(r => new[] { r.Within, r.Between, r.Combined, r.Difference,
            r.StandardError })], 3);
        for (var k = 0; k < _rows.Length; k++)
            content.Row([_rows[k].Name, .. cells[(5 * k)..((5 * k) + 5)], NumberFormat.PValue(_rows[k].PValue),
                double.IsNaN(_rows[k].HausmanPValue) ? "" : NumberFormat.PValue(_rows[k].HausmanPValue)]);
        return content;
    }
}
