using System.Collections;
using EcoGlmm.Data;
using EcoGlmm.Numerics;
using EcoGlmm.Syntheses;
using EcoGlmm.Text;

namespace EcoGlmm;

/// <summary>How the coefficients of a synthesis are tested.</summary>
public enum SynthesisTest
{
    /// <summary>By the normal distribution, as if the variances between studies were known.</summary>
    Normal,

    /// <summary>By Student's t with as many degrees of freedom as there are effect sizes less coefficients.</summary>
    StudentT,

    /// <summary>
    /// The same, with standard errors that follow how effect sizes scatter: G. Knapp and J. Hartung, Stat. Med. 22 (2003) 2693-2710. For
    /// one effect size a study.
    /// </summary>
    KnappHartung,

    /// <summary>
    /// By Student's t with degrees of freedom from how uncertain the variances are: 2f²/Var(f) for the variance f of an estimate, Var(f)
    /// from the expected information.
    /// </summary>
    Satterthwaite,
}

/// <summary>The tests of the coefficients of a synthesis.</summary>
/// <remarks>Immutable, and safe to share among threads.</remarks>
public sealed class SynthesisTests : IReadOnlyList<CoefficientTest>, IResultTable, IIntervalTable
{
    private readonly CoefficientTest[] _rows;

    private SynthesisTests(IEnumerable<CoefficientTest> rows, string method, double level) => (_rows, Method, Level) = ([.. rows],
        method, level);

    /// <summary>What was done, in words.</summary>
    public string Method { get; }

    /// <summary>Coverage of the intervals.</summary>
    public double Level { get; }

    /// <inheritdoc/>
    public int Count => _rows.Length;

    /// <inheritdoc/>
    public CoefficientTest this[int index] => _rows[index];

    /// <summary>The test of a coefficient.</summary>
    /// <exception cref="GlmmException">There is no such coefficient.</exception>
    public CoefficientTest this[string name] => Array.Find(_rows, r => r.Name == name)
        ?? throw new GlmmException($"There is no coefficient \"{name}\"{NearestName.Suggestion(name, _rows.Select(r => r.Name))}");

    /// <summary>The tests as data, one row each.</summary>
    public FieldData ToFieldData() => FieldData.FromRows(_rows);

    /// <inheritdoc/>
    public IEnumerator<CoefficientTest> GetEnumerator() => ((IEnumerable<CoefficientTest>)_rows).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <inheritdoc/>
    public override string ToString() => ResultTable.Text(Table());

    /// <inheritdoc/>
    public string ToHtml() => ResultTable.Html(Table());

    internal static SynthesisTests Of(SynthesisNumbers numbers, SynthesisTest test)
    {
        var model = numbers.Model ?? throw new GlmmException("These tests are for effect sizes; coefficients of counts are tested by the "
            + "normal distribution, in FixedEffects.");
        var c = model.X.ColumnCount;
        var residual = model.Y.Count - c;
        var scale = test == SynthesisTest.KnappHartung ? model.Quadratic / residual : 1;
        return new SynthesisTests(numbers.FixedEffects.Select((k, j) => Row(k.Name, k.Estimate,
            Math.Sqrt(scale * model.CoefficientCovariance[j, j]), test switch
        {
            SynthesisTest.Normal => double.PositiveInfinity,
            SynthesisTest.Satterthwaite => SynthesisDegrees.Satterthwaite(model, j),
            _ => residual,
        }, numbers.Level)), test switch
        {
            SynthesisTest.Normal => "Normal approximation",
            SynthesisTest.StudentT => "Student's t",
            SynthesisTest.KnappHartung => "Knapp and Hartung's method",
            _ => "Degrees of freedom by Satterthwaite's method",
        }, numbers.Level);
    }

    internal static SynthesisTests Robust(SynthesisNumbers numbers, string cluster, ClusterRobust kind)
    {
        if (numbers.Model is not { } model || numbers.Clusters is not { } clusters)
        {
            throw new GlmmException("Cluster-robust tests are for effect sizes. Counts of two arms have one study a cluster.");
        }

        var robust = ClusteredErrors.Of(model, clusters(cluster), kind, cluster);
        return new SynthesisTests(numbers.FixedEffects.Select((k, j) => Row(k.Name, k.Estimate, robust.Errors[j], robust.Degrees[j],
            numbers.Level)),
            $"Cluster-robust ({kind}), {Names.Count(robust.Clusters, "cluster")} of {cluster}", numbers.Level);
    }

    private static CoefficientTest Row(string name, double estimate, double error, double degrees, double level)
    {
        var half = StudentT.Quantile(0.5 + level / 2, degrees) * error;
        return new CoefficientTest(name, estimate, error, degrees, estimate / error, 2 * StudentT.UpperTail(Math.Abs(estimate / error),
            degrees), estimate - half, estimate + half);
    }

    private TableContent Table()
    {
        var content = new TableContent(null) { Note = Method + "." }.Text("Coefficient").Number("Estimate").Number("Std. error")
            .Number("df").Number("t").Number("p");
        ResultTable.Ends(content, Level);
        foreach (var r in _rows)
        {
            content.Row(r.Name, NumberFormat.Significant(r.Estimate), NumberFormat.Significant(r.StandardError, 3),
                double.IsInfinity(r.DegreesOfFreedom) ? "∞" : NumberFormat.Fixed(r.DegreesOfFreedom, 1),
                NumberFormat.Fixed(r.Statistic, 2), NumberFormat.PValue(r.PValue), NumberFormat.Significant(r.Lower),
                NumberFormat.Significant(r.Upper));
        }

        return content;
    }
}
