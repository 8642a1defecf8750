using EcoGlmm.Data;
using EcoGlmm.Estimation;
using EcoGlmm.Formulas;
using EcoGlmm.Numerics;
using EcoGlmm.Text;

namespace EcoGlmm.Marginal;

/// <summary>Smooths as a figure, a panel each: curves with bands and a rug, surfaces as a map.</summary>
internal sealed class SmoothFigures(GlmmFit fit, double level, bool partialResiduals, bool simultaneous)
{
    private const int CurvePoints = 101;
    private const int SurfacePoints = 34;
    private const int MostRug = 1500;

    private readonly FittedSmooths _smooths = FittedSmooths.Of(fit);
    private readonly SmoothCurves _curves = new(fit);
    private readonly FieldData _rows = fit.Data.Take(fit.Specification.Rows);

    public Figure Draw()
    {
        var drawable = _smooths.Fitted.Where(IsDrawable).ToArray();
        if (drawable.Length == 0)
        {
            throw new GlmmException(_smooths.Fitted.Count == 0
                ? "The model has no smooths. They are written s(x) in its formula."
                : "None of the model's smooths is a curve along one column or a surface over two. Predict() has what they say.");
        }

        var panels = drawable.Select(smooth => smooth.Design.Syntax.Variables.Count == 1 ? Curve(smooth) : Surface(smooth)).ToArray();
        return new Figure(drawable.Length == 1 ? $"Smooth of {fit.Specification.Response.Name}" : $"Smooths of "
            + $"{fit.Specification.Response.Name}", panels)
        {
            Subtitle = $"Effects on the scale of the linear predictor, centred, with {NumberFormat.Significant(100 * level)} % "
                + $"{(simultaneous ? "simultaneous " : "")}bands",
            Columns = Math.Min(drawable.Length, 3),
            PanelHeight = drawable.Length == 1 ? 380 : 300,
        };
    }

    private static bool IsDrawable(FittedSmooth smooth) =>
        smooth.Design.IsCurve && smooth.Design.Syntax.Variables.Count is 1 or 2 && smooth.Design.Syntax.Variables.All(v => v is NameNode)
        && smooth.Design.Syntax.By is null or NameNode;

    private string Title(FittedSmooth smooth)
    {
        var table = _smooths.Table[smooth.Design.Label];
        return $"{smooth.Design.Label}, {NumberFormat.Fixed(table.Edf, 2)} "
            + $"edf{(smooth.Part == ModelPart.Conditional ? "" : $" ({Model.ModelPartNames.InSentence(smooth.Part)})")}";
    }

    private Panel Curve(FittedSmooth smooth)
    {
        var x = _curves.Places(smooth, CurvePoints);
        var curve = _curves.Effect(smooth, x, level);
        var variable = smooth.Design.Syntax.Variables[0].ToString();
        var traces = new List<PanelTrace>();
        if (partialResiduals && smooth.Part == ModelPart.Conditional) traces.Add(Residuals(smooth));
        traces.Add(new LineTrace(x, [.. curve.Select(p => p.Estimate)])
        {
            Name = smooth.Design.Label,
            Color = Palette.Blue,
            Width = 2.5,
            Lower = [.. curve.Select(p => simultaneous ? p.SimultaneousLower : p.Lower)],
            Upper = [.. curve.Select(p => simultaneous ? p.SimultaneousUpper : p.Upper)],
            Text = [.. curve.Select(p => $"{variable} = {NumberFormat.Significant(p.X, 3)}\n{NumberFormat.Significant(p.Estimate, 3)} "
                + $"({NumberFormat.Significant(p.Lower, 3)} to {NumberFormat.Significant(p.Upper, 3)})")],
        });
        var places = _curves.Values(smooth).Distinct().Order().ToArray();
        var step = Math.Max(1, places.Length / MostRug);
        var floor = curve.Min(p => simultaneous ? p.SimultaneousLower : p.Lower);
        var height = 0.03 * (curve.Max(p => p.Upper) - floor);
        traces.Add(new LineTrace([.. places.Where((_, i) => i % step == 0).SelectMany(v => new[] { v, v, double.NaN })],
            [.. places.Where((_, i) => i % step == 0).SelectMany(_ => new[] { floor - height, floor - (2 * height), double.NaN })])
        {
            Name = "data", Color = Palette.Ink, Width = 1, Opacity = 0.5,
        });
        return new Panel(Title(smooth), traces) { XAxis = variable, YAxis = smooth.Design.Label, Shapes = [PanelShape.HorizontalLine(0)] };
    }

    /// <summary>The curve at each row plus the row's working residual.</summary>
    private PointTrace Residuals(FittedSmooth smooth)
    {
        var functions = FittedSmooths.Functions(fit, smooth, _rows);
        var coefficients = _smooths.Coefficients(smooth.Block);
        var order = coefficients.Length;
        var fitted = fit.Fitted();
        var eta = fit.Estimate.Predictors[LinearPredictor.Conditional]!;
        var level = (smooth.Design as Formulas.Smooths.CurveSmooth)?.Level;
        var all = ColumnConversion.Numbers(_rows.Column(((NameNode)smooth.Design.Syntax.Variables[0]).Name));
        var (x, y) = (new List<double>(), new List<double>());
        for (var i = 0; i < _rows.RowCount; i++)
        {
            var f = functions.AsSpan(i * order, order);
            // Rows of other levels have no share in the curve.
            if (level is not null && !f.ContainsAnyExcept(0)) continue;
            var value = 0.0;
            for (var c = 0; c < order; c++) value += f[c] * coefficients[c];
            var residual = (fit.Observed(i) - fitted[i]) / fit.Family.LocationLink.At(eta[i]).D1;
            x.Add(all[i]);
            y.Add(value + residual);
        }

        return new PointTrace(x, y) { Name = "partial residuals", Color = Palette.Ink, Size = 4,
            Opacity = Math.Clamp(60.0 / Math.Max(1, x.Count), 0.15, 0.5) };
    }

    private Panel Surface(FittedSmooth smooth)
    {
        var names = smooth.Design.Syntax.Variables.Select(v => ((NameNode)v).Name).ToArray();
        var data = Array.ConvertAll(names, name => ColumnConversion.Numbers(_rows.Column(name)));
        double At(int k, int i) => data[k].Min() + ((data[k].Max() - data[k].Min()) * (i + 0.5) / SurfacePoints);
        var count = SurfacePoints * SurfacePoints;
        double[][] grid = [[.. Enumerable.Range(0, count).Select(i => At(0, i % SurfacePoints))], [.. Enumerable.Range(0, count)
            .Select(i => At(1, i / SurfacePoints))]];
        var columns = new List<FieldColumn> { new NumericColumn(names[0], grid[0]), new NumericColumn(names[1], grid[1]) };
        if (smooth.Design.Syntax.By is NameNode by && !names.Contains(by.Name))
        {
            var level = (smooth.Design as Formulas.Smooths.CurveSmooth)?.Level;
            var column = _rows.Column(by.Name);
            var row = level is null ? 0 : Array.IndexOf(_curves.LevelsOf(smooth)!, level);
            columns.Add(level is null ? new NumericColumn(by.Name, [.. Enumerable.Repeat(1.0, count)])
                : column.Take([.. Enumerable.Repeat(row, count)]));
        }

        var functions = FittedSmooths.Functions(fit, smooth, new FieldData(columns));
        var coefficients = _smooths.Coefficients(smooth.Block);
        var values = new double[count];
        for (var i = 0; i < count; i++)
        {
            for (var c = 0; c < coefficients.Length; c++) values[i] += functions[(i * coefficients.Length) + c] * coefficients[c];
        }

        // Places far from all data are left blank: nothing is known of them.
        const double tooFar = 0.1;
        var near = Enumerable.Range(0, count).Where(i => Enumerable.Range(0, data[0].Length).Any(r =>
            Math.Pow((data[0][r] - grid[0][i]) / (data[0].Max() - data[0].Min()), 2) + Math.Pow((data[1][r] - grid[1][i]) / (data[1].Max()
                - data[1].Min()), 2) < tooFar * tooFar)).ToArray();
        var largest = near.Max(i => Math.Abs(values[i]));
        return new Panel(Title(smooth),
            new PointTrace([.. near.Select(i => grid[0][i])], [.. near.Select(i => grid[1][i])])
            {
                Name = smooth.Design.Label,
                Symbol = MarkerSymbol.Square,
                Size = 8.5,
                Colors = [.. near.Select(i => Colour(values[i] / largest))],
                Text = [.. near.Select(i => $"{names[0]} = {NumberFormat.Significant(grid[0][i], 3)}\n{names[1]} = "
                    + $"{NumberFormat.Significant(grid[1][i], 3)}\n{smooth.Design.Label} = {NumberFormat.Significant(values[i], 3)}")],
            },
            new PointTrace(data[0], data[1]) { Name = "data", Color = Palette.Ink, Size = 2,
                Opacity = Math.Clamp(60.0 / data[0].Length, 0.1, 0.4) })
        {
            XAxis = names[0],
            YAxis = names[1],
            Annotations = [new PanelAnnotation($"from {NumberFormat.Significant(near.Min(i => values[i]), 3)} (blue) over zero (white) to "
                + $"{NumberFormat.Significant(near.Max(i => values[i]), 3)} (red)")],
        };
    }

    /// <summary>Blue below zero, white at zero, vermillion above.</summary>
    private static string Colour(double share)
    {
        (int R, int G, int B) end = share < 0 ? (0, 114, 178) : (213, 94, 0);
        var t = Math.Min(1, Math.Abs(share));
        int Mix(int colour) => (int)Math.Round(250 + ((colour - 250) * t));
        return $"#{Mix(end.R):X2}{Mix(end.G):X2}{Mix(end.B):X2}";
    }
}
