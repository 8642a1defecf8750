using System.Globalization;
using EcoGlmm.Diagnostics;
using EcoGlmm.Numerics;

namespace EcoGlmm;

public sealed partial class SimulatedResiduals
{
    /// <summary>Factors of more levels than this are drawn as mean residuals, not as boxes.</summary>
    private const int MostBoxes = 24;

    /// <summary>The most panels of a faceted figure.</summary>
    private const int MostFacets = 12;

    /// <summary>
    /// Residuals against a column of the data, whether in the model or not, or a grouping factor: points with quantile curves for
    /// numbers, boxes for factors and for numbers of few values, mean residuals for factors of many levels.
    /// </summary>
    /// <param name="predictor">The column or grouping factor.</param>
    /// <param name="by">
    /// Another one, for a panel for each of its levels (the 12 of most rows where there are more); p-values are then adjusted for the
    /// number of panels by Holm's method. Null for a single panel.
    /// </param>
    /// <param name="rank">Whether numbers are replaced by their ranks, which spreads skewed predictors evenly.</param>
    /// <exception cref="GlmmException">The residuals are not of a fitted model, or there is no such column.</exception>
    public Figure Plot(string predictor, string? by = null, bool rank = true)
    {
        ArgumentNullException.ThrowIfNull(predictor);
        var variable = Variable(predictor);
        if (by is null)
        {
            (var test, var draw) = Against(variable, $"Do the residuals depend on {predictor}?", rank);
            return Assemble($"Simulated residuals against {predictor}", draw(test));
        }

        var factor = Variable(by);
        var grouping = Grouping.From(WithMissing(factor.Texts ?? Grouping.AsText(factor.Numbers!)), RowCount);
        int[] shown = [.. Enumerable.Range(0, grouping.Levels.Length)
            .OrderByDescending(g => grouping.Rows[g].Length).Take(MostFacets).Where(g => grouping.Rows[g].Length >= 5).Order()];
        if (shown.Length == 0)
            throw new GlmmException($"No level of {by} has five rows or more, too few for panels of their own. Use Plot(\"{predictor}\").");
        var panels = Adjusted(shown.Select(g =>
            Against(variable, $"{by} {grouping.Levels[g]}", rank, grouping.Rows[g])));
        var figure = Assemble($"Simulated residuals against {predictor}, by {by}", panels);
        var left = shown.Length < grouping.Levels.Length ? $"; {shown.Length} of {grouping.Levels.Length} levels are shown" : "";
        return new Figure(figure.Title, panels)
        {
            Subtitle = $"{figure.Subtitle}; p-values adjusted for {panels.Length} panels{left}",
            Columns = 3,
            PanelHeight = 220,
        };
    }

    /// <summary>
    /// Residuals against the prediction and against every predictor and grouping factor of the model, a panel each; p-values are
    /// adjusted for the number of panels by Holm's method.
    /// </summary>
    /// <param name="rank">Whether numbers are replaced by their ranks.</param>
    /// <exception cref="GlmmException">The residuals are not of a fitted model.</exception>
    public Figure PlotAll(bool rank = true)
    {
        var panels = Adjusted(ModelVariables().Select(v => Against(v.Variable, v.Variable.Name, rank))
            .Prepend(AgainstPrediction("Prediction")));
        return new Figure("Simulated residuals against everything in the model", panels)
        {
            Subtitle = $"{Describe()}; p-values adjusted for {panels.Length} panels",
            Columns = 2,
            PanelHeight = 260,
        };
    }

    /// <summary>Residuals against a numeric predictor, rank-transformed, with quantile curves and their test.</summary>
    /// <param name="predictor">One value for each row.</param>
    /// <param name="name">The predictor's name.</param>
    /// <exception cref="GlmmException">The number of rows differs, or a value is missing.</exception>
    public Figure Plot(double[] predictor, string name)
    {
        ArgumentNullException.ThrowIfNull(predictor);
        ArgumentNullException.ThrowIfNull(name);
        Checked(predictor, "the predictor");
        (var test, var draw) =
            Against(new ResidualPredictor(name, predictor, null), $"Do the residuals depend on {name}?", rank: true);
        return Assemble($"Simulated residuals against {name}", draw(test));
    }

    /// <summary>The residuals in each level of a factor, with the tests of <see cref="TestCategorical(IReadOnlyList{string?})"/>.</summary>
    /// <param name="levels">The level of each row.</param>
    /// <param name="name">The factor's name.</param>
    /// <exception cref="GlmmException">The number of rows differs, or a level is missing.</exception>
    public Figure Plot(IReadOnlyList<string?> levels, string name)
    {
        ArgumentNullException.ThrowIfNull(levels);
        ArgumentNullException.ThrowIfNull(name);
        var grouping = Grouping.From(levels, RowCount);
        return Assemble($"Simulated residuals by {name}", LevelPanel(grouping, name, $"Do the residuals depend on {name}?",
            TestCategorical(grouping)));
    }

    /// <summary>Whether residuals change with the prediction, each predictor and each grouping factor, whatever their
    /// distribution.</summary>
    internal IEnumerable<(string Name, bool IsGroup, bool IsFactor, TestResult Test)> Patterns()
    {
        var dependent = DependentRows.AreIn(this);
        yield return (Pattern.Prediction, false, false, dependent
            ? DependentRows.Pattern(this, Pattern.Prediction, DependentRows.Along(_fitted), false)
            : PatternTest.Along(Pattern.Prediction, RankTransform.Apply(_fitted), _scaled));
        foreach ((var variable, var isGroup) in ModelVariables())
        {
            if (variable.Numbers is { } numbers && !HasFewValues(numbers))
            {
                yield return (variable.Name, isGroup, false, dependent
                    ? DependentRows.Pattern(this, variable.Name, DependentRows.Along(numbers), false)
                    : PatternTest.Along(variable.Name, RankTransform.Apply(numbers), _scaled));
                continue;
            }

            var levels = Levels(variable, [.. Enumerable.Range(0, RowCount)]);
            yield return (variable.Name, isGroup, true, dependent ? DependentRows.Pattern(this, variable.Name, levels, true)
                : PatternTest.Among(variable.Name, levels, _scaled));
        }
    }

    /// <summary>Predictors, then grouping factors, as factors; those with a level for each row are left out.</summary>
    private IEnumerable<(ResidualPredictor Variable, bool IsGroup)> ModelVariables()
    {
        var model = _model ?? throw new GlmmException(
            "These residuals know no predictors: they are of groups, or of a model fitted elsewhere. Use Plot(values, name).");
        foreach (var name in model.Predictors.Except(model.Groups).Concat(model.Groups))
        {
            var variable = model.Column(name);
            var isGroup = model.Groups.Contains(name);
            if (isGroup && variable.Texts is null)
                variable = variable with { Texts = Grouping.AsText(variable.Numbers!), Numbers = null };
            if (variable.Texts is null || variable.Texts.Distinct().Count() < RowCount)
                yield return (variable, isGroup);
        }
    }

    private (TestResult Test, Func<TestResult, Panel> Draw) AgainstPrediction(string? title)
    {
        if (HasFewValues(_fitted))
            return Against(new ResidualPredictor("Prediction", _fitted, null), title, rank: true);
        var (grid, curves) = _fittedCurves.Value;
        return (QuantileResult(curves), test => ResidualFigures.AgainstPredictor(this, _rows,
            new PanelPredictor("Prediction", _fitted, isRank: true) { IsPrediction = true }, title, (grid, curves), test,
            TestOutliers().IsSignificant, _simulations.Rows));
    }

    /// <summary>The test of residuals against a variable, on some of the rows, and what draws it.</summary>
    private (TestResult Test, Func<TestResult, Panel> Draw) Against(ResidualPredictor variable, string? title, bool rank,
        int[]? subset = null)
    {
        var rows = subset ?? [.. Enumerable.Range(0, RowCount)];
        if (variable.Numbers is { } numbers)
        {
            int[] present = [.. rows.Where(r => double.IsFinite(numbers[r]))];
            if (present.Length < 3)
                throw new GlmmException($"{variable.Name} has a value in only {present.Length} of {rows.Length} rows, too few to set "
                    + $"residuals against it.");
            var values = Array.ConvertAll(present, r => numbers[r]);
            if (!HasFewValues(values))
            {
                var predictor = new PanelPredictor(variable.Name, values, rank, present)
                {
                    Note = present.Length < rows.Length ? $"{rows.Length - present.Length} rows without a value are left out" : null,
                };
                var fit = QuantileSpline.Fit(predictor.Position, Array.ConvertAll(present, r => _scaled[r]), Quartiles);
                return (QuantileResult(fit.Curves), test => ResidualFigures.AgainstPredictor(
                    this, _rows, predictor, title, fit, test, TestOutliers().IsSignificant, _simulations.Rows));
            }
        }

        var grouping = Levels(variable, rows);
        return (TestCategorical(grouping), test => LevelPanel(grouping, variable.Name, title, test));
    }

    /// <summary>The levels of a factor, or of a number of few values, among some of the rows; a missing value is a level of its
    /// own.</summary>
    private static Grouping Levels(ResidualPredictor variable, int[] rows)
    {
        var texts = WithMissing(variable.Texts ?? Grouping.AsText(variable.Numbers!));
        var grouping = Grouping.From(Array.ConvertAll(rows, r => texts[r]), rows.Length);
        var labels = variable.Numbers is null ? grouping.Levels : Array.ConvertAll(grouping.Levels, text =>
            double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var v)
            ? v.ToString("G4", CultureInfo.InvariantCulture) : text);
        return new Grouping(labels, Array.ConvertAll(grouping.Rows, members => Array.ConvertAll(members, k => rows[k])));
    }

    private Panel LevelPanel(Grouping grouping, string name, string? title, TestResult test) => grouping.Levels.Length > MostBoxes
        ? ResidualFigures.ManyLevels(_scaled, grouping, name, title, test)
        : ResidualFigures.AgainstLevels(_scaled, grouping, name, title, test);

    /// <summary>Panels whose p-values are adjusted for their number.</summary>
    private static Panel[] Adjusted(IEnumerable<(TestResult Test, Func<TestResult, Panel> Draw)> panels)
    {
        var all = panels.ToArray();
        var adjusted = PValueAdjustment.Holm([.. all.Select(a => a.Test.PValue)]);
        return [.. all.Select((a, i) => a.Draw(all.Length > 1 ? a.Test with { AdjustedPValue = adjusted[i] } : a.Test))];
    }

    private static string?[] WithMissing(string?[] texts) => Array.ConvertAll(texts, text => text ?? "(missing)");

    /// <summary>DHARMa's rule for drawing boxes: smooth curves misrepresent a predictor of few values.</summary>
    internal static bool HasFewValues(double[] predictor)
    {
        var distinct = predictor.Distinct().Count();
        return distinct == 1 || (distinct < 10 && (double)predictor.Length / distinct > 10);
    }
}
