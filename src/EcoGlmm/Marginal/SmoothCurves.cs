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

    /// <summary>The curve of a name along one covariate.</summary>
    public SmoothView Find(string name)
    {
        static string Bare(string text) => text.Replace(" ", "", StringComparison.Ordinal);
        var all = _smooths.Fitted;
        var views = all.SelectMany(ViewsOf).ToArray();
        if (Array.Find(views, v => Bare(v.Name) == Bare(name)) is { } found)
        {
            return found.Covariates is [NameNode] ? found
                : throw new GlmmException($"{found.Name} is not a curve along one column. Predict() and PlotSmooths() have what it says.");
        }

        if (all.FirstOrDefault(s => Bare(s.Design.Label) == Bare(name)) is { } smooth)
        {
            throw new GlmmException(ViewsOf(smooth) is { Length: > 0 } curves
                ? $"{smooth.Design.Label} is made of curves, {Names.List([.. curves.Select(c => $"\"{c.Name}\"")])}: name one of them."
                : $"{smooth.Design.Label} is not a curve along one column. Predict() has what it says.");
        }

        throw new GlmmException(all.Count == 0
            ? "The model has no smooths. They are written s(x) in its formula."
            : $"The model has no smooth \"{name}\"; it has {Names.List([.. all.Select(s => s.Design.Label)])}.");
    }

    /// <summary>The curves that a smooth is made of; none for random effects.</summary>
    public static SmoothView[] ViewsOf(FittedSmooth smooth) => smooth.Design is Formulas.Smooths.CurveSmooth design
        ? [.. design.Pieces.Select(piece => new SmoothView(smooth, Along(design.Covariates), piece))]
        : [];

    /// <summary>The columns that a smooth is seen along: of s(log(x)) it is x.</summary>
    public static IReadOnlyList<FormulaNode> Along(IReadOnlyList<FormulaNode> covariates)
    {
        var columns = covariates.Select(node => node is NameNode || node.Descend().OfType<NameNode>().DistinctBy(n => n.Name).ToArray()
            is not [var only] ? node : only).ToArray();
        return columns.DistinctBy(c => c.ToString()).Count() == columns.Length ? columns : covariates;
    }

    /// <summary>Values of a column, evenly over the rows of the fit (those of its level, for a curve of one).</summary>
    public double[] Places(SmoothView view, int count)
    {
        var values = Values(view);
        var (low, high) = (values.Min(), values.Max());
        return [.. Enumerable.Range(0, count).Select(i => low + ((high - low) * i / (count - 1)))];
    }

    /// <summary>The covariate of a curve in the rows that it is of.</summary>
    public double[] Values(SmoothView view)
    {
        var values = ColumnConversion.Numbers(_rows.Column(((NameNode)view.Covariates[0]).Name));
        var isOf = RowsOf(view);
        return [.. values.Where((_, i) => isOf(i))];
    }

    /// <summary>Which rows of the fit a curve is of.</summary>
    public Func<int, bool> RowsOf(SmoothView view)
    {
        var levels = view.Piece.Levels.Where(l => l.Factor is NameNode).Select(l => (Rows: LevelsOf((NameNode)l.Factor), l.Level))
            .ToArray();
        return row => Array.TrueForAll(levels, l => l.Rows is null || l.Rows[row] == l.Level);
    }

    private string[]? LevelsOf(NameNode factor) => _rows.TryGetColumn(factor.Name, out var column)
        && ColumnConversion.Factor(column) is { } values
        ? Array.ConvertAll(values.Codes, code => code < 0 ? "" : values.Levels[code])
        : null;

    /// <summary>A table with the covariates at the places given, the factors at the levels of the curve, and one for a number that the
    /// smooth
    /// is "by".</summary>
    public FieldData Table(SmoothView view, params double[][] x)
    {
        var columns = view.Covariates.Select((node, k) => (FieldColumn)new NumericColumn(((NameNode)node).Name, x[k])).ToList();
        foreach (var (factor, level) in view.Piece.Levels)
        {
            var node = (NameNode)factor;
            columns.Add(_rows.Column(node.Name).Take([.. Enumerable.Repeat(Array.IndexOf(LevelsOf(node)!, level), x[0].Length)]));
        }

        if (view.Fitted.Design.Syntax.By is NameNode by && columns.TrueForAll(c => c.Name != by.Name))
            columns.Add(new NumericColumn(by.Name, [.. Enumerable.Repeat(1.0, x[0].Length)]));

        // A curve that is averaged over individuals is seen at an individual of one record at each place.
        if (view.Fitted.Design.Syntax.Mean is NameNode mean)
            columns.Add(new CategoricalColumn(mean.Name, [.. Enumerable.Range(0, x[0].Length).Select(i => $"\u001Fplace {i}")],
                [.. Enumerable.Range(0, x[0].Length)]));
        return new FieldData(columns);
    }

    public SmoothCurve Effect(SmoothView view, double[] x, double level) => Curve(view.Name, view, x, level, [(view, Functions(view, x))]);

    public SmoothCurve Slope(SmoothView view, double[] x, double level) =>
        Curve($"slope of {view.Name}", view, x, level, [(view, Slopes(view, x))]);

    private double[] Slopes(SmoothView view, double[] x)
    {
        var step = Step * (x.Max() - x.Min());
        var up = Functions(view, [.. x.Select(v => v + step)]);
        var down = Functions(view, [.. x.Select(v => v - step)]);
        return [.. up.Zip(down, (a, b) => (a - b) / (2 * step))];
    }

    /// <summary>The slope of the sum of two curves of one covariate.</summary>
    public SmoothCurve SlopeOfSum(SmoothView first, SmoothView second, double[] x, double level) =>
        Curve($"slope of {first.Name} + {second.Name}", first, x, level, [(first, Slopes(first, x)), (second, Slopes(second, x))]);

    public SmoothCurve Difference(SmoothView first, SmoothView second, double[] x, double level) =>
        Curve($"{first.Name} − {second.Name}", first, x, level,
        [
            (first, Functions(first, x)),
            (second, [.. Functions(second, x).Select(v => -v)]),
        ]);

    private double[] Functions(SmoothView view, double[] x) => FittedSmooths.Functions(fit, view.Fitted, Table(view, x));

    private SmoothCurve Curve(string name, SmoothView view, double[] x, double level, (SmoothView View, double[] Functions)[] parts)
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
            _smooths.Coefficients(parts[a].View.Fitted.Block).CopyTo(coefficients, row);
            for (int b = 0, column = 0; b < parts.Length; column += widths[b], b++)
            {
                var block = _smooths.Covariance(parts[a].View.Fitted.Block, parts[b].View.Fitted.Block);
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
        return new SmoothCurve(name, view.Covariates[0].ToString()!, level, critical, Enumerable.Range(0, n)
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

/// <summary>A curve or surface of a fitted smooth.</summary>
/// <param name="Fitted">The smooth.</param>
/// <param name="Covariates">What it is a function of.</param>
/// <param name="Piece">Its name and levels.</param>
internal sealed record SmoothView(FittedSmooth Fitted, IReadOnlyList<FormulaNode> Covariates, Formulas.Smooths.CurvePiece Piece)
{
    public string Name => Piece.Name;
}
