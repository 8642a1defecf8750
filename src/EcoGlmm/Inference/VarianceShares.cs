using System.Collections;
using EcoGlmm.Data;
using EcoGlmm.Estimation;
using EcoGlmm.Inference;
using EcoGlmm.Model;
using EcoGlmm.Prediction;
using EcoGlmm.Text;

namespace EcoGlmm;

/// <summary>One part of the variance of a response.</summary>
/// <param name="Component">"fixed effects", a random term as written, or "residual".</param>
/// <param name="Variance">Its variance on the scale of the linear predictor, averaged over rows.</param>
/// <param name="Share">Its share of the sum of all.</param>
/// <param name="Lower">Lower end of the share's interval; NaN without simulations.</param>
/// <param name="Upper">Upper end.</param>
public sealed record VarianceShare(string Component, double Variance, double Share, double Lower, double Upper);

/// <summary>
/// The variance of a response taken apart, on the scale of the linear predictor: what fixed effects explain, each random term
/// (ancestry, space, individuals, years), and the rest, with the distribution's variance on that scale.
/// </summary>
/// <remarks>
/// S. Nakagawa, P. C. D. Johnson &amp; H. Schielzeth (2017), J. R. Soc. Interface 14, 20170213. Intervals are percentiles of a
/// parametric bootstrap.
/// <para>Immutable, and safe to share among threads.</para>
/// </remarks>
public sealed class VarianceShares : IReadOnlyList<VarianceShare>, IResultTable, IIntervalTable
{
    private readonly VarianceShare[] _rows;

    private VarianceShares(VarianceShare[] rows, int simulations, double level, string method)
    {
        _rows = rows;
        (Simulations, Level, Method) = (simulations, level, method);
    }

    /// <summary>Parametric bootstrap fits that the intervals are made from.</summary>
    public int Simulations { get; }

    /// <summary>Coverage of the intervals.</summary>
    public double Level { get; }

    /// <summary>How the residual's variance on the scale of the linear predictor was had.</summary>
    public string Method { get; }

    /// <inheritdoc/>
    public int Count => _rows.Length;

    /// <inheritdoc/>
    public VarianceShare this[int index] => _rows[index];

    /// <summary>A chart of the shares, with intervals where there are any.</summary>
    public Figure Plot()
    {
        var order = _rows.Reverse().ToArray();
        var at = Enumerable.Range(0, order.Length).Select(k => (double)k).ToArray();
        // A bar that lies: a thick line from zero to the share.
        PanelTrace[] bars = [.. order.Select((row, k) =>
            new LineTrace([0, 100 * row.Share], [k, k]) { Color = Palette.SkyBlue, Width = 18 })];
        var points = new PointTrace([.. order.Select(r => 100 * r.Share)], at)
        {
            Color = Palette.Blue,
            Size = 8,
            Text = [.. order.Select(r => $"{r.Component}: {NumberFormat.Fixed(100 * r.Share, 1)} %")],
            XLower = Simulations > 0 ? [.. order.Select(r => 100 * r.Lower)] : null,
            XUpper = Simulations > 0 ? [.. order.Select(r => 100 * r.Upper)] : null,
        };
        return new Figure("Where the variance lies", new Panel(null, [.. bars, points])
        {
            XAxis = new Axis("Share of the variance (%)") { Minimum = 0 },
            YAxis = new Axis { Categories = [.. order.Select(r => r.Component)] },
        })
        {
            PanelHeight = 60 + (46 * order.Length),
            Subtitle = Simulations > 0 ? $"{NumberFormat.Significant(100 * Level)} % intervals by "
                + $"{NumberFormat.Count(Simulations, "parametric bootstrap fit")}" : null,
        };
    }

    /// <summary>One row for each part.</summary>
    public FieldData ToFieldData() => FieldData.FromRows(_rows);

    /// <inheritdoc/>
    public IEnumerator<VarianceShare> GetEnumerator() => ((IEnumerable<VarianceShare>)_rows).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <inheritdoc/>
    public override string ToString() => ResultTable.Text(Table());

    /// <inheritdoc/>
    public string ToHtml() => ResultTable.Html(Table());

    internal static VarianceShares Of(GlmmFit fit, int simulations, long seed, double level)
    {
        var (names, variances, method) = Parts(fit);
        var shares = Shares(variances);
        var (lower, upper, done) = (new double[names.Length], new double[names.Length], 0);
        Array.Fill(lower, double.NaN);
        Array.Fill(upper, double.NaN);
        if (simulations > 0)
        {
            var draws = ParametricBootstrap.Statistics(fit, f => Shares(Parts(f).Variances), simulations, seed);
            for (var k = 0; k < names.Length; k++) (lower[k], upper[k]) = ParametricBootstrap.Percentiles(draws, k, level);
            done = draws.Length;
        }

        return new VarianceShares([.. names.Select((name, k) => new VarianceShare(name, variances[k], shares[k], lower[k], upper[k]))],
            done, level, method);
    }

    private static double[] Shares(double[] variances)
    {
        var total = variances.Sum();
        return Array.ConvertAll(variances, v => v / total);
    }

    private static (string[] Names, double[] Variances, string Method) Parts(GlmmFit fit)
    {
        double? mean = fit.Family.HasThresholds || fit.Family.HasAdditiveResidual
            ? null
            : fit.Predict(scale: PredictionScale.Link, randomEffects: RandomEffectsUse.Averaged).Estimate.Average(fit.Family.Link.Mean);
        var partition = new VariancePartition(fit, mean);
        var terms = fit.Estimate.Model.Terms.Where(t => t.Predictor == LinearPredictor.Conditional).ToArray();
        var random = new RandomVariance(fit.Estimate, LinearPredictor.Conditional, fit.Specification.Conditional.Training);
        var n = fit.Estimate.Model.ObservationCount;
        var (names, variances) = (new List<string>(), new List<double>());
        if (fit.FixedEffects.Any(c => c.Name != Intercept.Name))
        {
            names.Add("fixed effects");
            variances.Add(partition.Fixed);
        }

        foreach (var term in terms)
        {
            names.Add(term.Title);
            variances.Add(Enumerable.Range(0, n).Average(i => random.Value(i, t => ReferenceEquals(t, term))));
        }

        names.Add("residual");
        variances.Add(partition.Distribution);
        return ([.. names], [.. variances], partition.Method);
    }

    private TableContent Table()
    {
        var content = new TableContent("Where the variance lies") { Note = $"On the scale of the linear predictor; the residual is "
            + $"{Method}." }
            .Text("Component").Number("Variance").Number("Share");
        if (Simulations > 0) content.Number("Lower").Number("Upper");
        foreach (var row in _rows)
        {
            content.Row([row.Component, NumberFormat.Significant(row.Variance), NumberFormat.Fixed(row.Share, 3),
                .. Simulations > 0 ? [NumberFormat.Fixed(row.Lower, 3), NumberFormat.Fixed(row.Upper, 3)] : Array.Empty<string>()]);
        }

        return content;
    }
}
