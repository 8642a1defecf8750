using EcoGlmm.Data;
using EcoGlmm.Formulas;
using EcoGlmm.Formulas.Smooths;
using EcoGlmm.Prediction;

namespace EcoGlmm.Marginal;

/// <summary>The curves of s(x, g, bs = "fs") as they were estimated, one for each level.</summary>
internal sealed class FactorCurves
{
    private readonly Dictionary<string, double[]> _curves = new(StringComparer.Ordinal);

    /// <param name="fit">The fit.</param>
    /// <param name="smooth">The smooth, which is drawable.</param>
    /// <param name="rows">The rows of the fit.</param>
    /// <param name="count">Places along the covariate.</param>
    public FactorCurves(GlmmFit fit, FittedSmooth smooth, FieldData rows, int count)
    {
        var design = (FactorSmooth)smooth.Design;
        var (x, g) = Columns(design);
        (Covariate, Factor, Values) = (x.Name, g.Name, ColumnConversion.Numbers(rows.Column(x.Name)));
        var known = Values.Where(double.IsFinite).ToArray();
        X = [.. Enumerable.Range(0, count).Select(i => known.Min() + ((known.Max() - known.Min()) * i / (count - 1)))];
        var levels = rows.Texts(g.Name);
        Levels = [.. design.Levels.Where(l => Array.IndexOf(levels, l) >= 0)];
        var part = smooth.Part == ModelPart.Conditional ? fit.Specification.Conditional
            : smooth.Part == ModelPart.ZeroInflation ? fit.Specification.ZeroInflation! : fit.Specification.Dispersion;
        var modes = new double[fit.Estimate.System.EffectCount];
        fit.Estimate.System.Lambda.Multiply(fit.Estimate.Modes, modes);
        foreach (var level in Levels)
        {
            int[] same = [.. Enumerable.Repeat(Array.IndexOf(levels, level), count)];
            var table = new FieldData([new NumericColumn(x.Name, X), rows.Column(g.Name).Take(same)]);
            var term = new TermRows(fit.Estimate, smooth.Term, part.Evaluate(design, table).Random!);
            var curve = new double[count];
            for (var i = 0; i < count; i++)
            {
                term.MoveTo(i);
                for (var e = 0; e < term.Term.Width; e++) curve[i] += term.WeightsOf(0)[e] * modes[term.EffectOf(0) + e];
            }

            _curves.Add(level, curve);
        }
    }

    /// <summary>The column that the curves are along.</summary>
    public string Covariate { get; }

    /// <summary>The factor that has a curve for each level.</summary>
    public string Factor { get; }

    /// <summary>The covariate's values in the data.</summary>
    public double[] Values { get; }

    /// <summary>Places along it.</summary>
    public double[] X { get; }

    public IReadOnlyList<string> Levels { get; }

    /// <summary>The curve of a level.</summary>
    public double[] Of(string level) => _curves[level];

    /// <summary>Whether a smooth has curves of levels along one column.</summary>
    public static bool IsDrawable(FittedSmooth smooth, FieldData rows) => smooth.Term >= 0 && smooth.Design is FactorSmooth design
        && SmoothCurves.Along(design.Covariates) is [NameNode] && design.Syntax.Variables.OfType<NameNode>().Any(v => IsFactor(v, design))
        && rows.TryGetColumn(Columns(design).Factor.Name, out _);

    private static (NameNode Covariate, NameNode Factor) Columns(FactorSmooth design) =>
        ((NameNode)SmoothCurves.Along(design.Covariates)[0], design.Syntax.Variables.OfType<NameNode>().First(v => IsFactor(v, design)));

    private static bool IsFactor(NameNode node, FactorSmooth design) => !design.Covariates.Contains(node);
}
