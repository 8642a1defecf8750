using System.Collections;
using EcoGlmm.Data;
using EcoGlmm.Inference;
using EcoGlmm.Marginal;
using EcoGlmm.Model;
using EcoGlmm.Numerics;
using EcoGlmm.Text;
using MathNet.Numerics.LinearAlgebra;

namespace EcoGlmm;

/// <summary>How a marginal mean weighs the levels of the factors that it averages over.</summary>
public enum GridWeights
{
    /// <summary>All combinations alike, as in a balanced design.</summary>
    Equal,

    /// <summary>Each combination by how often it occurs in the rows of the fit, which count by their weights where it has any (trials, of
    /// proportions).</summary>
    Proportional,
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
/// <remarks>R's emmeans and emtrends. NaN where the data do not determine a mean (a combination that never occurred). Immutable, and safe
/// to share among threads.</remarks>
public sealed class MarginalMeans : IReadOnlyList<MarginalMean>, IResultTable, IIntervalTable
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
        _inference = FixedEffectInference.ForGrid(fit, degrees, grid.Part);
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
                ?? throw new GlmmException($"There is no marginal mean "
                    + $"\"{name}\"{NearestName.Suggestion(name, _means.Select(m => m.Name))}");
        }
    }

    /// <summary>
    /// All pairwise differences on the link scale, within the levels of the variables after the bar; where differences are logs
    /// of ratios (log, logit, cloglog links) the ratios too.
    /// </summary>
    /// <param name="adjustment">How p-values and intervals allow for the number of comparisons within each family. Dunnett's compares with
    /// the first level.</param>
    /// <param name="nullValue">The difference under the null hypothesis, on the link scale: log(2) for a ratio of 2.</param>
    public MarginalContrasts Contrasts(Adjustment adjustment = Adjustment.Tukey, double nullValue = 0) =>
        Contrasts(adjustment == Adjustment.Dunnett ? ContrastMethod.ToControl() : ContrastMethod.Pairwise, adjustment, nullValue);

    /// <summary>Comparisons of the means on the link scale, within the levels of the variables after the bar. R's
    /// emmeans::contrast.</summary>
    /// <param name="method">Which: all pairs, with a control, consecutive, with the mean, polynomial, or by coefficients.</param>
    /// <param name="adjustment">How p-values and intervals allow for their number within each family; as the method has it when
    /// null.</param>
    /// <param name="nullValue">The comparison's value under the null hypothesis, on the link scale.</param>
    /// <exception cref="GlmmException">The method does not fit the means, or the adjustment the method.</exception>
    public MarginalContrasts Contrasts(ContrastMethod method, Adjustment? adjustment = null, double nullValue = 0)
    {
        ArgumentNullException.ThrowIfNull(method);
        var rows = new List<MarginalContrast>();
        var chosen = adjustment ?? method.DefaultAdjustment;
        foreach (var family in _functionals.GroupBy(f => Label(f, 0, _byCount)))
        {
            var members = family.ToArray();
            var contrasts = method.Of([.. members.Select(f => f.Levels.Skip(_byCount).Select(l => l.Level).ToArray())]);
            rows.AddRange(Tests(members, contrasts, chosen, family.Key, method.AreAllPairs, nullValue));
        }

        return new MarginalContrasts(rows, chosen, Level, Ratio, "Contrasts", MarginalContrasts.Difference, nullValue);
    }

    /// <summary>Tests of the means themselves, on the link scale, against a value. R's emmeans::test.</summary>
    /// <param name="nullValue">The value on the link scale: with a log link log(10) for a mean of 10, with a logit link 0 for one
    /// half.</param>
    /// <param name="adjustment">How p-values and intervals allow for the number of means in each family.</param>
    public MarginalContrasts Test(double nullValue = 0, Adjustment adjustment = Adjustment.None)
    {
        var rows = new List<MarginalContrast>();
        foreach (var family in _functionals.GroupBy(f => Label(f, 0, _byCount)))
        {
            var members = family.ToArray();
            var each = members.Select((f, i) => (Label(f, _byCount, Variables.Count), (double[])[.. members.Select((_, j) => i == j
                ? 1.0 : 0)]));
            rows.AddRange(Tests(members, [.. each], adjustment, family.Key, false, nullValue));
        }

        return new MarginalContrasts(rows, adjustment, Level, null, _slopeOf is null ? "Tests of marginal means"
            : $"Tests of slopes of {_slopeOf}", "Estimate", nullValue);
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

    /// <summary>Tests and intervals of combinations of the means of one family.</summary>
    private IEnumerable<MarginalContrast> Tests(GridFunctional[] members, IReadOnlyList<(string Name, double[] Coefficients)> contrasts,
        Adjustment adjustment, string by,
        bool areAllPairs, double nullValue)
    {
        var p = _inference.Covariance.RowCount;
        var draft = contrasts.Select(contrast =>
        {
            var l = new double[p];
            var (estimate, estimable) = (0.0, true);
            for (var i = 0; i < members.Length; i++)
            {
                var c = contrast.Coefficients[i];
                if (c == 0) continue;
                estimable &= members[i].IsEstimable;
                estimate += c * (_inference.Value(members[i].L) + members[i].Constant);
                for (var j = 0; j < p; j++) l[j] += c * members[i].L[j];
            }

            return (contrast.Name, L: l, Estimate: estimable ? estimate : double.NaN, Error: estimable ? _inference.StandardError(l)
                : double.NaN,
                Degrees: _inference.DegreesOfFreedom(l), IsDifference: Math.Abs(contrast.Coefficients.Sum()) < 1e-9);
        }).ToArray();
        var weights = Matrix<double>.Build.DenseOfRowArrays(draft.Select(d => d.L));
        double[] t = [.. draft.Select(d => (d.Estimate - nullValue) / d.Error)];
        var family = new ContrastFamily(t, [.. draft.Select(d => d.Degrees)], members.Length, areAllPairs, weights * _inference.Covariance
            * weights.Transpose());
        var method = ContrastAdjustment.Of(adjustment);
        var values = method.PValues(family);
        return draft.Select((d, i) =>
        {
            var half = d.Error * method.Quantile(family, d.Degrees, Level);
            var ratio = Ratio is not null && d.IsDifference ? Math.Exp(d.Estimate) : double.NaN;
            return new MarginalContrast(d.Name, by, d.Estimate, d.Error, t[i], values[i], d.Estimate - half, d.Estimate + half,
                ratio, ratio * Math.Exp(-half), ratio * Math.Exp(half), d.Degrees, ratio * d.Error);
        });
    }

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
    internal string Explanation => string.Join("; ", Notes) is { Length: > 0 } notes ? Names.Capitalised(notes) : "";

    private string? Ratio => _slopeOf is null ? FitWords.RatioName(_fit.Family, _part) : null;

    private string Caption => _slopeOf is null
        ? "Marginal means of "
            + $"{_fit.Specification.Response.Name}{(_part == ModelPart.Conditional ? "" : $" ({ModelPartNames.InTable(_part)})")}"
        : $"Slopes of {_slopeOf}";

    private IEnumerable<string> Notes
    {
        get
        {
            yield return Scale == PredictionScale.Link ? $"on the {FitWords.Scale(_fit.Family, _part)}" : "on the response scale";
            if (_fit.Estimate.Model.HasGroups) yield return "for the typical level of the random effects";
            if (_part == ModelPart.Conditional && _fit.Estimate.Model.IsZeroInflated)
                yield return "of the conditional part, without zero inflation";
            if (_degrees != DenominatorDegrees.Infinite) yield return DegreesWords.Of(_degrees);
            if (_means.Any(m => double.IsNaN(m.Estimate)))
                yield return "NaN: not estimable, since the combination does not occur in the data";
        }
    }

    private MarginalMean Mean(GridFunctional functional)
    {
        var (eta, error) = functional.IsEstimable ? (_inference.Value(functional.L) + functional.Constant,
            _inference.StandardError(functional.L)) : (double.NaN, double.NaN);
        var df = _inference.DegreesOfFreedom(functional.L);
        var half = StudentT.Quantile(0.5 + (Level / 2), df) * error;
        var levels = functional.Levels.ToDictionary(l => l.Variable, l => l.Level);
        var name = Label(functional, 0, functional.Levels.Count);
        if (Scale == PredictionScale.Link) return new MarginalMean(name, levels, eta, error, eta - half, eta + half, eta, error, df);
        var link = _part switch
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
        string.Join(", ", functional.Levels.Skip(from).Take(to - from).Select(l => l.Level)) is { Length: > 0 } label
            ? label : MarginalContrasts.Overall;
}
