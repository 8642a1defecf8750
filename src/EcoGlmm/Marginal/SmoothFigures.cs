using EcoGlmm.Data;
using EcoGlmm.Estimation;
using EcoGlmm.Formulas;
using EcoGlmm.Text;

namespace EcoGlmm.Marginal;

/// <summary>Smooths as a figure, a panel each: curves with bands and a rug, surfaces as a map.</summary>
internal sealed class SmoothFigures(GlmmFit fit, double level, bool partialResiduals, bool simultaneous)
{
    private const int CurvePoints = 101;
    private const int SurfacePoints = 34;
    private const int MostRug = 1500;

    /// <summary>The height of the rug's lines, relative to what is above them.</summary>
    private const double RugShare = 0.03;

    /// <summary>More curves are drawn without bands.</summary>
    private const int MostBands = 4;

    /// <summary>More levels of a factor smooth have one colour.</summary>
    private const int MostColours = 8;

    private readonly FittedSmooths _smooths = FittedSmooths.Of(fit);
    private readonly SmoothCurves _curves = new(fit);
    private readonly FieldData _rows = fit.Data.Take(fit.Specification.Rows);

    public Figure Draw()
    {
        var drawable = _smooths.Fitted.Where(s => IsDrawable(s) || FactorCurves.IsDrawable(s, _rows)).ToArray();
        if (drawable.Length == 0)
        {
            throw new GlmmException(_smooths.Fitted.Count == 0 ? "The model has no smooths. They are written s(x) in its formula."
                : _smooths.Fitted.All(s => s.Design is Formulas.Smooths.RandomEffectSmooth)
                ? "The model's smooths are random effects, which are no curves. PlotRandomEffects() draws them."
                : "None of the model's smooths is a curve along one column or a surface over two. Predict() has what they say.");
        }

        var panels = drawable.SelectMany(smooth => SmoothCurves.ViewsOf(smooth) is { Length: > 0 } views
            ? views[0].Covariates.Count == 1 ? [views.Length == 1 ? Curve(views[0]) : Curves(views)] : views.Select(Surface)
            : [OfLevels(smooth)]).ToArray();
        return new Figure(drawable.Length == 1 ? $"Smooth of {fit.Specification.Response.Name}" : $"Smooths of "
            + $"{fit.Specification.Response.Name}", panels)
        {
            Subtitle = "Effects on the scale of the linear predictor, centred" + (panels.Any(HasBands)
                ? $", with {NumberFormat.Significant(100 * level)} % {(simultaneous ? "simultaneous " : "")}bands" : ""),
            Columns = Math.Min(panels.Length, 3),
            PanelHeight = panels.Length == 1 ? 380 : 300,
        };
    }

    private static bool HasBands(Panel panel) => panel.Traces.OfType<LineTrace>().Any(line => line.Lower is not null);

    private static bool IsDrawable(FittedSmooth smooth) =>
        SmoothCurves.ViewsOf(smooth) is [var view, ..] && view.Covariates.Count is 1 or 2 && view.Covariates.All(v => v is NameNode)
        && view.Piece.Levels.All(l => l.Factor is NameNode) && smooth.Design.Syntax.By is null or NameNode;

    /// <summary>The curves of a factor smooth, one for each level.</summary>
    private Panel OfLevels(FittedSmooth smooth)
    {
        var curves = new FactorCurves(fit, smooth, _rows, CurvePoints);
        var hasColours = curves.Levels.Count <= MostColours;
        var traces = curves.Levels.Select((level, i) => (PanelTrace)new LineTrace(curves.X, curves.Of(level))
        {
            Name = $"{curves.Factor} {level}", ShowInLegend = hasColours, Color = hasColours ? Palette.Cycle(i) : Palette.Blue, Width = 1.5,
            Opacity = hasColours ? 1 : 0.5, Text = [.. curves.X.Select(_ => level)],
        }).ToList();
        var drawn = traces.SelectMany(t => t.Drawn).Where(double.IsFinite).ToArray();
        traces.Add(Rug(curves.Values, drawn.Min(), RugShare * (drawn.Max() - drawn.Min())));
        return new Panel(Title(smooth), traces)
        {
            XAxis = curves.Covariate, YAxis = smooth.Design.Label, Shapes = [PanelShape.HorizontalLine(0)],
        };
    }

    private string Title(FittedSmooth smooth)
    {
        var table = _smooths.Table[smooth.Design.Label];
        return $"{smooth.Design.Label}, {NumberFormat.Fixed(table.Edf, 2)} "
            + $"edf{(smooth.Part == ModelPart.Conditional ? "" : $" ({Model.ModelPartNames.InSentence(smooth.Part)})")}";
    }

    private Panel Curve(SmoothView view)
    {
        var x = _curves.Places(view, CurvePoints);
        var curve = _curves.Effect(view, x, level);
        var traces = new List<PanelTrace>();
        if (partialResiduals && view.Fitted.Part == ModelPart.Conditional) traces.Add(Residuals(view));
        var line = Line(view, curve, Palette.Blue, isBanded: true);
        traces.Add(line);
        // Below whatever is drawn: a rug in the midst of residuals would be taken for data.
        var drawn = traces.SelectMany(t => t.Drawn).Concat(line.Lower!).Concat(line.Upper!).Where(double.IsFinite).ToArray();
        traces.Add(Rug(_curves.Values(view), drawn.Min(), RugShare * (drawn.Max() - drawn.Min())));
        return new Panel(Title(view.Fitted), traces)
        {
            XAxis = view.Covariates[0].ToString(), YAxis = view.Name, Shapes = [PanelShape.HorizontalLine(0)],
        };
    }

    /// <summary>The curves of the levels of a factor in one panel.</summary>
    private Panel Curves(SmoothView[] views)
    {
        var isBanded = views.Length <= MostBands;
        var curves = Array.ConvertAll(views, view => _curves.Effect(view, _curves.Places(view, CurvePoints), level));
        var traces = views.Select((view, i) => (PanelTrace)Line(view, curves[i], Palette.Cycle(i), isBanded) with
        {
            ShowInLegend = views.Length <= MostColours,
        }).ToList();
        var floor = curves.Min(curve => curve.Min(p => !isBanded ? p.Estimate : simultaneous ? p.SimultaneousLower : p.Lower));
        var top = curves.Max(curve => curve.Max(p => isBanded ? p.Upper : p.Estimate));
        traces.Add(Rug([.. views.SelectMany(_curves.Values)], floor, RugShare * (top - floor)));
        return new Panel(Title(views[0].Fitted), traces)
        {
            XAxis = views[0].Covariates[0].ToString(), YAxis = views[0].Fitted.Design.Label, Shapes = [PanelShape.HorizontalLine(0)],
        };
    }

    private LineTrace Line(SmoothView view, SmoothCurve curve, string color, bool isBanded) =>
        new([.. curve.Select(p => p.X)], [.. curve.Select(p => p.Estimate)])
        {
            Name = view.Piece.Levels.Count == 0 ? view.Name : string.Join(", ", view.Piece.Levels.Select(l => $"{l.Factor} {l.Level}")),
            Color = color,
            Width = 2.5,
            Lower = isBanded ? [.. curve.Select(p => simultaneous ? p.SimultaneousLower : p.Lower)] : null,
            Upper = isBanded ? [.. curve.Select(p => simultaneous ? p.SimultaneousUpper : p.Upper)] : null,
            Text = [.. curve.Select(p =>
                $"{view.Covariates[0]} = {NumberFormat.Significant(p.X, 3)}\n{NumberFormat.Significant(p.Estimate, 3)} "
                + $"({NumberFormat.Significant(p.Lower, 3)} to {NumberFormat.Significant(p.Upper, 3)})")],
        };

    /// <summary>Where the data are, below the curves.</summary>
    private static LineTrace Rug(double[] values, double floor, double height)
    {
        var places = values.Distinct().Order().ToArray();
        var step = Math.Max(1, places.Length / MostRug);
        return new LineTrace([.. places.Where((_, i) => i % step == 0).SelectMany(v => new[] { v, v, double.NaN })],
            [.. places.Where((_, i) => i % step == 0).SelectMany(_ => new[] { floor - height, floor - (2 * height), double.NaN })])
        {
            Name = "data", Color = Palette.Ink, Width = 1, Opacity = 0.5,
        };
    }

    /// <summary>The curve at each row plus the row's working residual.</summary>
    private PointTrace Residuals(SmoothView view)
    {
        var smooth = view.Fitted;
        var functions = FittedSmooths.Functions(fit, smooth, _rows);
        var coefficients = _smooths.Coefficients(smooth.Block);
        var order = coefficients.Length;
        var fitted = fit.Fitted();
        var eta = fit.Estimate.Predictors[LinearPredictor.Conditional]!;
        var isOf = _curves.RowsOf(view);
        var all = ColumnConversion.Numbers(_rows.Column(((NameNode)view.Covariates[0]).Name));
        var (x, y) = (new List<double>(), new List<double>());
        for (var i = 0; i < _rows.RowCount; i++)
        {
            if (!isOf(i)) continue;
            var f = functions.AsSpan(i * order, order);
            var value = 0.0;
            for (var c = 0; c < order; c++) value += f[c] * coefficients[c];
            var residual = (fit.Observed(i) - fitted[i]) / fit.Family.LocationLink.At(eta[i]).D1;
            x.Add(all[i]);
            y.Add(value + residual);
        }

        return new PointTrace(x, y) { Name = "partial residuals", Color = Palette.Ink, Size = 4,
            Opacity = Math.Clamp(60.0 / Math.Max(1, x.Count), 0.25, 0.5) };
    }

    private Panel Surface(SmoothView view)
    {
        var smooth = view.Fitted;
        var names = view.Covariates.Select(v => ((NameNode)v).Name).ToArray();
        var data = Array.ConvertAll(names, name => ColumnConversion.Numbers(_rows.Column(name)));
        double At(int k, int i) => data[k].Min() + ((data[k].Max() - data[k].Min()) * (i + 0.5) / SurfacePoints);
        var count = SurfacePoints * SurfacePoints;
        double[][] grid = [[.. Enumerable.Range(0, count).Select(i => At(0, i % SurfacePoints))], [.. Enumerable.Range(0, count)
            .Select(i => At(1, i / SurfacePoints))]];
        var functions = FittedSmooths.Functions(fit, smooth, _curves.Table(view, grid));
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
        var shown = new double[count];
        Array.Fill(shown, double.NaN);
        foreach (var i in near) shown[i] = values[i];
        return new Panel(Title(smooth),
            new RasterTrace([.. Enumerable.Range(0, SurfacePoints).Select(i => At(0, i))],
                [.. Enumerable.Range(0, SurfacePoints).Select(i => At(1, i))], shown) { Name = view.Name, Colors = RasterColors.Diverging },
            new PointTrace(data[0], data[1]) { Name = "data", Color = Palette.Ink, Size = 2,
                Opacity = Math.Clamp(60.0 / data[0].Length, 0.2, 0.4) })
        {
            XAxis = names[0],
            YAxis = names[1],
        };
    }
}
