using EcoGlmm.Data;
using EcoGlmm.Formulas;
using EcoGlmm.Numerics;
using EcoGlmm.Text;

namespace EcoGlmm.Marginal;

/// <summary>
/// Linear functionals of smooths along a covariate, with intervals at each place and of the whole curve: the latter as many standard errors
/// wide as
/// the largest deviation of draws from the posterior is in all but a share of them.
/// Source: D. Ruppert, M. P. Wand &amp; R. J. Carroll (2003), Semiparametric Regression, section 6.5.
/// </summary>
internal sealed class SmoothCurves(GlmmFit fit)
{
    private const int Draws = 10_000;
    private const long Seed = 20030605;

    /// <summary>A step of the differences for a slope, as a share of the covariate's range.</summary>
    private const double Step = 1e-4;

    private readonly FittedSmooths _smooths = FittedSmooths.Of(fit);
    private readonly FieldData _rows = fit.Data.Take(fit.Specification.Rows);

    /// <summary>The smooth of a name, which is a curve of one covariate unless surfaces are wanted too.</summary>
    public FittedSmooth Find(string name, bool curveOnly = true)
    {
        static string Bare(string text) => text.Replace(" ", "", StringComparison.Ordinal);
        var all = _smooths.Fitted;
        var found = all.FirstOrDefault(s => Bare(s.Design.Label) == Bare(name)) ?? throw new GlmmException(all.Count == 0
            ? "The model has no smooths. They are written s(x) in its formula."
            : $"The model has no smooth \"{name}\"; it has {Names.List([.. all.Select(s => s.Design.Label)])}.");
        if (!found.Design.IsCurve || (curveOnly && found.Design.Syntax.Variables is not [NameNode]))
            throw new GlmmException($"{found.Design.Label} is not a curve along one column. Predict() and PlotSmooths() have what "
                + "it says.");
        return found;
    }

    /// <summary>Values of a column, evenly over the rows of the fit (those of its level, for a smooth by a factor).</summary>
    public double[] Places(FittedSmooth smooth, int count)
    {
        var values = Values(smooth);
        var (low, high) = (values.Min(), values.Max());
        return [.. Enumerable.Range(0, count).Select(i => low + ((high - low) * i / (count - 1)))];
    }

    /// <summary>The covariate of a curve in the rows that it is of.</summary>
    public double[] Values(FittedSmooth smooth)
    {
        var values = ColumnConversion.Numbers(_rows.Column(smooth.Design.Syntax.Variables[0].ToString().Trim('`')));
        return smooth.Design is Formulas.Smooths.CurveSmooth { Level: { } level } && LevelsOf(smooth) is { } levels
            ? [.. values.Where((_, i) => levels[i] == level)]
            : values;
    }

    /// <summary>The level of each row by which a smooth differs; null for other smooths.</summary>
    public string[]? LevelsOf(FittedSmooth smooth) => smooth.Design.Syntax.By is NameNode by && _rows.TryGetColumn(by.Name, out var column)
        && ColumnConversion.Factor(column) is { } factor
        ? Array.ConvertAll(factor.Codes, code => code < 0 ? "" : factor.Levels[code])
        : null;

    /// <summary>A table with the covariate at the places given and what the smooth is "by" at its level, or one.</summary>
    public FieldData Table(FittedSmooth smooth, double[] x)
    {
        var syntax = smooth.Design.Syntax;
        var name = ((NameNode)syntax.Variables[0]).Name;
        var columns = new List<FieldColumn> { new NumericColumn(name, x) };
        if (syntax.By is NameNode by && by.Name != name)
        {
            var level = (smooth.Design as Formulas.Smooths.CurveSmooth)?.Level;
            var column = _rows.Column(by.Name);
            if (level is null) columns.Add(new NumericColumn(by.Name, [.. Enumerable.Repeat(1.0, x.Length)]));
            else columns.Add(column.Take([.. Enumerable.Repeat(Array.IndexOf(LevelsOf(smooth)!, level), x.Length)]));
        }

        return new FieldData(columns);
    }

    public SmoothCurve Effect(FittedSmooth smooth, double[] x, double level) =>
        Curve(smooth.Design.Label, smooth, x, level, [(smooth, FittedSmooths.Functions(fit, smooth, Table(smooth, x)))]);

    public SmoothCurve Slope(FittedSmooth smooth, double[] x, double level)
    {
        var step = Step * (x.Max() - x.Min());
        var up = FittedSmooths.Functions(fit, smooth, Table(smooth, [.. x.Select(v => v + step)]));
        var down = FittedSmooths.Functions(fit, smooth, Table(smooth, [.. x.Select(v => v - step)]));
        return Curve($"slope of {smooth.Design.Label}", smooth, x, level, [(smooth, [.. up.Zip(down, (a, b) => (a - b) / (2 * step))])]);
    }

    public SmoothCurve Difference(FittedSmooth first, FittedSmooth second, double[] x, double level) =>
        Curve($"{first.Design.Label} − {second.Design.Label}", first, x, level,
        [
            (first, FittedSmooths.Functions(fit, first, Table(first, x))),
            (second, [.. FittedSmooths.Functions(fit, second, Table(second, x)).Select(v => -v)]),
        ]);

    private SmoothCurve Curve(string name, FittedSmooth smooth, double[] x, double level, (FittedSmooth Smooth, double[] Functions)[] parts)
    {
        var n = x.Length;
        var widths = Array.ConvertAll(parts, p => p.Functions.Length / n);
        var order = widths.Sum();
        var functions = new double[n * order];
        var coefficients = new double[order];
        var covariance = new double[order * order];
        for (int a = 0, row = 0; a < parts.Length; row += widths[a], a++)
        {
            for (var i = 0; i < n; i++) parts[a].Functions.AsSpan(i * widths[a], widths[a]).CopyTo(functions.AsSpan((i * order) + row));
            _smooths.Coefficients(parts[a].Smooth.Block).CopyTo(coefficients, row);
            for (int b = 0, column = 0; b < parts.Length; column += widths[b], b++)
            {
                var block = _smooths.Covariance(parts[a].Smooth.Block, parts[b].Smooth.Block);
                for (var i = 0; i < widths[a]; i++)
                    block.AsSpan(i * widths[b], widths[b]).CopyTo(covariance.AsSpan(((row + i) * order) + column));
            }
        }

        var (value, error) = (new double[n], new double[n]);
        for (var i = 0; i < n; i++)
        {
            var f = functions.AsSpan(i * order, order);
            var variance = 0.0;
            for (var a = 0; a < order; a++)
            {
                value[i] += f[a] * coefficients[a];
                for (var b = 0; b < order; b++) variance += f[a] * covariance[(a * order) + b] * f[b];
            }

            error[i] = Math.Sqrt(Math.Max(0, variance));
        }

        var z = SpecialFunctions.NormalQuantile(0.5 + (level / 2));
        var critical = Critical(functions, covariance, error, n, order, level, z);
        return new SmoothCurve(name, smooth.Design.Syntax.Variables[0].ToString(), level, critical, Enumerable.Range(0, n)
            .Select(i => new SmoothPoint(x[i], value[i], error[i],
            value[i] - (z * error[i]), value[i] + (z * error[i]), value[i] - (critical * error[i]), value[i] + (critical * error[i]))));
    }

    private static double Critical(double[] functions, double[] covariance, double[] error, int n, int order, double level, double least)
    {
        // V = U D Uᵀ, draws U D^½ z.
        var (vectors, values) = ((double[])covariance.Clone(), new double[order]);
        if (!DenseEigen.TryDecompose(vectors, order, values, 1, CancellationToken.None)) return double.NaN;
        var scaled = new double[n * order];
        for (var i = 0; i < n; i++)
        {
            for (var c = 0; c < order && error[i] > 0; c++)
            {
                var sum = 0.0;
                for (var a = 0; a < order; a++) sum += functions[(i * order) + a] * vectors[(c * order) + a];
                scaled[(i * order) + c] = sum * Math.Sqrt(Math.Max(0, values[c])) / error[i];
            }
        }

        var random = new RandomStream(Seed);
        var largest = new double[Draws];
        var draw = new double[order];
        for (var d = 0; d < Draws; d++)
        {
            for (var c = 0; c < order; c++) draw[c] = random.NextNormal();
            for (var i = 0; i < n; i++)
            {
                var sum = 0.0;
                for (var c = 0; c < order; c++) sum += scaled[(i * order) + c] * draw[c];
                largest[d] = Math.Max(largest[d], Math.Abs(sum));
            }
        }

        Array.Sort(largest);
        return Math.Max(least, largest[(int)Math.Ceiling(level * Draws) - 1]);
    }
}
