using System.Collections;
using EcoGlmm.Syntheses;
using EcoGlmm.Text;

namespace EcoGlmm;

/// <summary>How far a synthesis moves without one effect size.</summary>
/// <param name="Name">The effect size.</param>
/// <param name="StudentizedResidual">What it departs from the synthesis of the others by, in standard deviations of such a
/// departure.</param>
/// <param name="Dffits">By how many standard deviations its own fitted value moves.</param>
/// <param name="CookDistance">The squared move of all coefficients, in units of their covariance.</param>
/// <param name="CovarianceRatio">Determinant of the coefficients' covariance without it, over that with it; below 1 it costs
/// precision.</param>
/// <param name="Tau">τ without it.</param>
/// <param name="Q">Cochran's Q without it.</param>
/// <param name="Hat">Its leverage.</param>
/// <param name="Weight">Its weight, in per cent.</param>
/// <param name="IsInfluential">Whether |DFFITS| exceeds 3√(c/(k − c)), the lower tail of χ² of Cook's distance 50 %, or the leverage
/// 3c/k.</param>
public sealed record StudyInfluence(string Name, double StudentizedResidual, double Dffits, double CookDistance, double CovarianceRatio,
    double Tau, double Q,
    double Hat, double Weight, bool IsInfluential);

/// <summary>
/// Influence of each effect size, by fitting the synthesis without it: W. Viechtbauer and M. W.-L. Cheung, Res. Synth. Methods 1 (2010)
/// 112-125.
/// </summary>
/// <remarks>Immutable, and safe to share among threads.</remarks>
public sealed class StudyInfluences : IReadOnlyList<StudyInfluence>, IResultTable
{
    private readonly StudyInfluence[] _rows;

    private StudyInfluences(StudyInfluence[] rows) => _rows = rows;

    /// <inheritdoc/>
    public int Count => _rows.Length;

    /// <inheritdoc/>
    public StudyInfluence this[int index] => _rows[index];

    /// <summary>The influence of an effect size.</summary>
    /// <exception cref="GlmmException">There is none of that name.</exception>
    public StudyInfluence this[string name] => Array.Find(_rows, r => r.Name == name)
        ?? throw new GlmmException($"There is no effect size \"{name}\"{NearestName.Suggestion(name, _rows.Select(r => r.Name))}");

    /// <summary>The table as data, one row each.</summary>
    public FieldData ToFieldData() => FieldData.FromRows(_rows);

    /// <summary>Studentized residuals and Cook's distances.</summary>
    public Figure Plot()
    {
        double[] place = [.. Enumerable.Range(0, Count).Select(i => (double)i)];
        Panel Of(string title, Func<StudyInfluence, double> value, params PanelShape[] shapes) => new(title,
            new PointTrace(Array.ConvertAll(_rows, r => value(r)), [.. place.Reverse()])
        {
            Text = Array.ConvertAll(_rows, r => $"{r.Name}: {NumberFormat.Significant(value(r), 3)}"),
            Colors = Array.ConvertAll(_rows, r => r.IsInfluential ? Palette.Vermillion : Palette.Blue),
            Size = 7,
        })
        {
            XAxis = title,
            YAxis = new Axis { Categories = [.. _rows.Reverse().Select(r => r.Name)], Minimum = -0.7, Maximum = Count - 0.3 },
            Shapes = shapes,
        };
        return new Figure("Influence of each effect size", Of("Studentized "
            + "residual", r => r.StudentizedResidual, PanelShape.VerticalLine(-1.96),
            PanelShape.VerticalLine(0), PanelShape.VerticalLine(1.96)),
            Of("Cook's distance", r => r.CookDistance))
        {
            PanelHeight = 90 + 18 * Count,
            Columns = 2,
            Subtitle = _rows.Any(r => r.IsInfluential) ? "Influential ones in vermillion" : "None is influential by the usual rules",
        };
    }

    /// <inheritdoc/>
    public IEnumerator<StudyInfluence> GetEnumerator() => ((IEnumerable<StudyInfluence>)_rows).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <inheritdoc/>
    public override string ToString() => ResultTable.Text(Table());

    /// <inheritdoc/>
    public string ToHtml() => ResultTable.Html(Table());

    internal static StudyInfluences Of(Synthesis whole, SynthesisNumbers numbers, CancellationToken cancellation)
    {
        if (numbers.Model is not { } model)
        {
            throw new GlmmException("Influence is worked out for effect sizes; for counts LeaveOneOut() tells what each study does.");
        }

        var k = model.Y.Count;
        var c = model.X.ColumnCount;
        var precision = model.CoefficientCovariance.Inverse();
        var determinant = model.CoefficientCovariance.Determinant();
        var hat = model.X * model.CoefficientCovariance * model.WeightedX.Transpose();
        var weights = model.Weights.Diagonal().Sum();
        var rows = new StudyInfluence[k];
        for (var i = 0; i < k; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            var left = i;
            var weight = 100 * model.Weights[i, i] / weights;
            if (k == 2 && c == 1)
            {
                rows[i] = OfPair(numbers, model, i, hat[i, i], weight, determinant);
                continue;
            }

            SynthesisNumbers without;
            try
            {
                without = numbers.Refit([.. Enumerable.Range(0, k).Where(j => j != left)]).Numbers;
            }
            catch (GlmmException)
            {
                without = numbers;
            }

            if (ReferenceEquals(without, numbers) || without.Model!.X.ColumnCount != c)
            {
                rows[i] = new StudyInfluence(numbers.Studies[i].Name, double.NaN, double.NaN, double.NaN, double.NaN, double.NaN,
                    double.NaN, hat[i, i], weight, true);
                continue;
            }

            var others = without.Model;
            var x = model.X.Row(i);
            var spread = model.Sampling[i, i] + without.TauSquared;
            var fitted = x * others.Coefficients;
            var residual = (model.Y[i] - fitted) / Math.Sqrt(spread + x * (others.CoefficientCovariance * x));
            var dffits = (x * model.Coefficients - fitted) / Math.Sqrt(hat[i, i] * spread);
            var move = model.Coefficients - others.Coefficients;
            var cook = move * (precision * move);
            var isInfluential = Math.Abs(dffits) > 3 * Math.Sqrt(c / (double)(k - c))
                || MathNet.Numerics.SpecialFunctions.GammaLowerRegularized(0.5 * c, 0.5 * cook) > 0.5 || hat[i, i] > 3.0 * c / k;
            rows[i] = new StudyInfluence(numbers.Studies[i].Name, residual, dffits, cook, others.CoefficientCovariance.Determinant()
                / determinant, Math.Sqrt(without.TauSquared), without.Q,
                hat[i, i], weight, isInfluential);
        }

        return new StudyInfluences(rows);
    }

    // Of two effect sizes the other one alone is left: its own synthesis, without any heterogeneity.
    private static StudyInfluence OfPair(SynthesisNumbers numbers, MarginalModel model, int i, double leverage, double weight,
        double variance)
    {
        var j = 1 - i;
        var (x, fitted) = (model.X[i, 0], model.X[i, 0] * model.Y[j] / model.X[j, 0]);
        var other = model.Sampling[j, j] / (model.X[j, 0] * model.X[j, 0]);
        var residual = (model.Y[i] - fitted) / Math.Sqrt(model.Sampling[i, i] + (x * x * other));
        var dffits = ((x * model.Coefficients[0]) - fitted) / Math.Sqrt(leverage * model.Sampling[i, i]);
        var move = model.Coefficients[0] - (model.Y[j] / model.X[j, 0]);
        var cook = move * move / variance;
        var isInfluential = Math.Abs(dffits) > 3 || MathNet.Numerics.SpecialFunctions.GammaLowerRegularized(0.5, 0.5 * cook) > 0.5;
        return new StudyInfluence(numbers.Studies[i].Name, residual, dffits, cook, other / variance, 0, 0, leverage, weight, isInfluential);
    }

    private TableContent Table()
    {
        var content = new TableContent("Influence") { Note = "Influential by the usual rules where marked with *." }
            .Text("Without").Number("Stud. residual").Number("DFFITS").Number("Cook's distance").Number("Cov. ratio").Number("τ")
            .Number("Q").Number("Leverage").Number("Weight (%)").Text("");
        foreach (var r in _rows.Take(ResultTable.ShownRows))
        {
            content.Row(r.Name, NumberFormat.Fixed(r.StudentizedResidual, 2), NumberFormat.Fixed(r.Dffits, 2),
                NumberFormat.Fixed(r.CookDistance, 3), NumberFormat.Fixed(r.CovarianceRatio, 2),
                NumberFormat.Significant(r.Tau, 3), NumberFormat.Fixed(r.Q, 1), NumberFormat.Fixed(r.Hat, 3), NumberFormat.Fixed(r.Weight,
                    1), r.IsInfluential ? "*" : "");
        }

        return content;
    }
}
