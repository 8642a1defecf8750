using System.Collections;
using EcoGlmm.Estimation;
using EcoGlmm.Families;
using EcoGlmm.Formulas;
using EcoGlmm.Inference;
using EcoGlmm.Marginal;
using EcoGlmm.Model;
using EcoGlmm.Numerics;
using EcoGlmm.Text;

namespace EcoGlmm;

/// <summary>How a marginal mean weighs the levels of the factors that it averages over.</summary>
public enum GridWeights
{
    /// <summary>All combinations alike, as in a balanced design.</summary>
    Equal,

    /// <summary>Each combination by how often it occurs in the rows of the fit.</summary>
    Proportional,
}

/// <summary>How p-values and intervals allow for the number of comparisons made together.</summary>
public enum Adjustment
{
    /// <summary>Not at all.</summary>
    None,

    /// <summary>
    /// Tukey's for all pairs of k means, by the studentized range; exact for means that are independent with one variance, a
    /// little conservative otherwise.
    /// </summary>
    Tukey,

    /// <summary>Holm's (1979) step-down for p-values; intervals by Bonferroni.</summary>
    Holm,

    /// <summary>Bonferroni's.</summary>
    Bonferroni,
}

/// <summary>A mean of the reference grid, or a slope.</summary>
/// <param name="Name">The levels, one after the other.</param>
/// <param name="Levels">The variables kept, and the level of each.</param>
/// <param name="Estimate">The estimate on the scale asked for.</param>
/// <param name="StandardError">Its standard error (by the delta method on the response scale).</param>
/// <param name="Lower">Lower end of the interval, made on the link scale.</param>
/// <param name="Upper">Upper end.</param>
/// <param name="LinkEstimate">The estimate on the scale of the linear predictor.</param>
/// <param name="LinkStandardError">Its standard error.</param>
/// <param name="DegreesOfFreedom">Denominator degrees of freedom; infinite for the normal approximation.</param>
public sealed record MarginalMean(string Name, IReadOnlyDictionary<string, string> Levels, double Estimate, double StandardError,
    double Lower, double Upper, double LinkEstimate, double LinkStandardError, double DegreesOfFreedom);

/// <summary>
/// Estimated marginal means: what the model expects at each level of some factors, averaged on the link scale over the levels of
/// the others, with covariates at their means and all random effects at zero (the typical level). Or slopes on the same grid.
/// </summary>
/// <remarks>R's emmeans and emtrends. NaN where the data do not determine a mean (a combination that never occurred). Immutable, and safe to share among threads.</remarks>
public sealed class MarginalMeans : IReadOnlyList<MarginalMean>, IResultTable
{
    private readonly GridFunctional[] _functionals;
    private readonly MarginalMean[] _means;
    private readonly GlmmFit _fit;
    private readonly ModelPart _part;
    private readonly int _byCount;
    private readonly string? _slopeOf;
    private readonly FixedEffectInference _inference;
    private readonly DenominatorDegrees _degrees;

    internal MarginalMeans(GlmmFit fit, ReferenceGrid grid, GridSpecification specification, PredictionScale scale, GridWeights weights,
        GridVariable? slopeOf, DenominatorDegrees degrees, double level)
    {
        (_fit, _part, _slopeOf, Scale, Level) = (fit, grid.Part, slopeOf?.Name, slopeOf is null ? scale : PredictionScale.Link, level);
        _byCount = specification.By.Count;
        _degrees = degrees;
        _inference = FixedEffectInference.For(fit, degrees, grid.Part);
        Variables = [.. specification.By, .. specification.Compared];
        _functionals = [.. grid.Functionals([.. Variables.Select(grid.Variable)], weights, slopeOf)];
        _means = Array.ConvertAll(_functionals, Mean);
    }

    /// <summary>The scale of <see cref="MarginalMean.Estimate"/>; slopes are always on the link scale.</summary>
    public PredictionScale Scale { get; }

    /// <summary>Coverage of the intervals.</summary>
    public double Level { get; }

    /// <summary>The variables kept, those within whose levels means are compared first.</summary>
    public IReadOnlyList<string> Variables { get; }

    /// <inheritdoc/>
    public int Count => _means.Length;

    /// <inheritdoc/>
    public MarginalMean this[int index] => _means[index];

    /// <summary>A mean by the levels in its name, "Deprived, Male".</summary>
    /// <exception cref="GlmmException">There is none of that name.</exception>
    public MarginalMean this[string name]
    {
        get
        {
            ArgumentNullException.ThrowIfNull(name);
            return Array.Find(_means, m => m.Name == name)
                ?? throw new GlmmException($"There is no marginal mean \"{name}\"{NearestName.Suggestion(name, _means.Select(m => m.Name))}");
        }
    }

    /// <summary>
    /// All pairwise differences on the link scale, within the levels of the variables after the bar; where differences are logs
    /// of ratios (log, logit, cloglog links) the ratios too.
    /// </summary>
    /// <param name="adjustment">How p-values and intervals allow for the number of comparisons within each family.</param>
    public MarginalContrasts Contrasts(Adjustment adjustment = Adjustment.Tukey)
    {
        var rows = new List<MarginalContrast>();
        foreach (var family in _functionals.GroupBy(f => Label(f, 0, _byCount)))
        {
            var members = family.ToArray();
            var draft = new List<(string Name, double Estimate, double Error, double Degrees)>();
            for (var i = 0; i < members.Length; i++)
            {
                for (var j = i + 1; j < members.Length; j++)
                {
                    double[] l = [.. members[i].L.Zip(members[j].L, (a, b) => a - b)];
                    var estimable = members[i].IsEstimable && members[j].IsEstimable;
                    draft.Add(($"{Label(members[i], _byCount, Variables.Count)} - {Label(members[j], _byCount, Variables.Count)}",
                        members[i].Estimate - members[j].Estimate, estimable ? _inference.StandardError(l) : double.NaN,
                        _inference.DegreesOfFreedom(l)));
                }
            }

            rows.AddRange(MarginalContrasts.Adjust(draft, members.Length, adjustment, Level, family.Key, Ratio is not null));
        }

        return new MarginalContrasts(rows, adjustment, Level, Ratio);
    }

    /// <summary>The means as data, one row each.</summary>
    public FieldData ToFieldData()
    {
        var columns = new Dictionary<string, object>();
        foreach (var variable in Variables) columns[variable] = Array.ConvertAll(_means, m => m.Levels[variable]);
        columns["Estimate"] = Array.ConvertAll(_means, m => m.Estimate);
        columns["StandardError"] = Array.ConvertAll(_means, m => m.StandardError);
        columns["Lower"] = Array.ConvertAll(_means, m => m.Lower);
        columns["Upper"] = Array.ConvertAll(_means, m => m.Upper);
        return FieldData.From(columns);
    }

    /// <inheritdoc/>
    public IEnumerator<MarginalMean> GetEnumerator() => ((IEnumerable<MarginalMean>)_means).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <inheritdoc/>
    public override string ToString() => ResultTable.Text(EffectTables.Of(this, Caption, Notes));

    /// <inheritdoc/>
    public string ToHtml() => ResultTable.Html(EffectTables.Of(this, Caption, Notes));

    /// <summary>How many of <see cref="Variables"/> stand after the bar.</summary>
    internal int ByCount => _byCount;

    /// <summary>What the means or slopes are called in a heading.</summary>
    internal string Heading => _slopeOf is null ? "Marginal means" : $"Slopes of {_slopeOf}";

    /// <summary>What is on the axis of a chart.</summary>
    internal string Measure => (_slopeOf, Scale) switch
    {
        ({ } slope, _) => $"Slope of {slope} ({FitWords.Scale(_fit.Family, _part)})",
        (_, PredictionScale.Link) => $"{_fit.Specification.Response.Name} ({FitWords.Scale(_fit.Family, _part)})",
        _ => _fit.Specification.Response.Name,
    };

    /// <summary>The notes of the table in one line.</summary>
    internal string Explanation => string.Join("; ", Notes) is { Length: > 0 } notes ? char.ToUpperInvariant(notes[0]) + notes[1..] : "";

    private string? Ratio => _slopeOf is null ? FitWords.RatioName(_fit.Family, _part) : null;

    private string Caption => _slopeOf is null
        ? $"Marginal means of {_fit.Specification.Response.Name}{(_part == ModelPart.Conditional ? "" : $" ({ModelPartNames.InTable(_part)})")}"
        : $"Slopes of {_slopeOf}";

    private IEnumerable<string> Notes
    {
        get
        {
            yield return Scale == PredictionScale.Link ? $"on the {FitWords.Scale(_fit.Family, _part)}" : "on the response scale";
            if (_fit.Estimate.Model.Terms.Count > 0) yield return "for the typical level of the random effects";
            if (_part == ModelPart.Conditional && _fit.Estimate.Model.IsZeroInflated) yield return "of the conditional part, without zero inflation";
            if (_degrees != DenominatorDegrees.Infinite) yield return DegreesWords.Of(_degrees);
            if (_means.Any(m => double.IsNaN(m.Estimate))) yield return "NaN: not estimable, since the combination does not occur in the data";
        }
    }

    private MarginalMean Mean(GridFunctional functional)
    {
        var (eta, error) = (functional.Estimate, functional.IsEstimable ? _inference.StandardError(functional.L) : double.NaN);
        var df = _inference.DegreesOfFreedom(functional.L);
        var half = StudentT.Quantile(0.5 + (Level / 2), df) * error;
        var levels = functional.Levels.ToDictionary(l => l.Variable, l => l.Level);
        var name = Label(functional, 0, functional.Levels.Count);
        if (Scale == PredictionScale.Link) return new MarginalMean(name, levels, eta, error, eta - half, eta + half, eta, error, df);
        Link link = _part switch
        {
            ModelPart.Conditional => _fit.Family.Link,
            ModelPart.ZeroInflation => Link.Logit,
            _ => Link.Log,
        };
        var point = link.At(eta);
        var (a, b) = (link.At(eta - half).Mu, link.At(eta + half).Mu);
        return new MarginalMean(name, levels, point.Mu, Math.Abs(point.D1) * error, Math.Min(a, b), Math.Max(a, b), eta, error, df);
    }

    private static string Label(GridFunctional functional, int from, int to) =>
        string.Join(", ", functional.Levels.Skip(from).Take(to - from).Select(l => l.Level)) is { Length: > 0 } label ? label : "overall";
}
