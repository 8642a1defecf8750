using EcoGlmm.Estimation;
using EcoGlmm.Formulas;
using EcoGlmm.Prediction;
using EcoGlmm.Text;

namespace EcoGlmm;

/// <summary>
/// The field of a term <c>spde(0 + x + y | g)</c> on a raster over the places of the data, on the scale of the linear predictor,
/// with standard errors given the estimates of the parameters.
/// </summary>
/// <remarks>Immutable, and safe to share among threads.</remarks>
public sealed class FieldMap : IResultTable
{
    private readonly double[] _x;
    private readonly double[] _y;
    private readonly double[][] _estimate;
    private readonly double[][] _error;
    private readonly (double X, double Y)[][] _places;
    private readonly MeshPlace _field;

    private FieldMap(MeshPlace field, string title, IReadOnlyList<string> groups, double[] x, double[] y, double[][] estimate,
        double[][] error, (double, double)[][] places)
    {
        (_field, Term, Groups, _x, _y, _estimate, _error, _places) = (field, title, groups, x, y, estimate, error, places);
    }

    /// <summary>The term as written.</summary>
    public string Term { get; }

    /// <summary>The groups that have a field each, in the order of the maps; "all" where there is one for all rows.</summary>
    public IReadOnlyList<string> Groups { get; }

    /// <summary>The centres of the raster's columns.</summary>
    public IReadOnlyList<double> X => Array.AsReadOnly(_x);

    /// <summary>The centres of its rows, upwards.</summary>
    public IReadOnlyList<double> Y => Array.AsReadOnly(_y);

    /// <summary>The field of a group, row by row from the lowest Y; NaN outside the mesh.</summary>
    /// <param name="group">One of <see cref="Groups"/>; the first when null.</param>
    /// <exception cref="GlmmException">There is no such group.</exception>
    public double[] Estimate(string? group = null) => (double[])_estimate[IndexOf(group)].Clone();

    /// <summary>Standard errors of the field of a group, in the same order.</summary>
    /// <param name="group">One of <see cref="Groups"/>; the first when null.</param>
    /// <exception cref="GlmmException">There is no such group.</exception>
    public double[] StandardError(string? group = null) => (double[])_error[IndexOf(group)].Clone();

    /// <summary>A row for each cell of each group: the group, the two coordinates, Estimate and StandardError.</summary>
    public FieldData ToFieldData()
    {
        var cells = _x.Length * _y.Length;
        double[] Each(Func<int, double> of) => [.. Enumerable.Range(0, Groups.Count * cells).Select(of)];
        return FieldData.From(new Dictionary<string, object>
        {
            [_field.Group ?? "group"] = Enumerable.Range(0, Groups.Count * cells).Select(k => Groups[k / cells]).ToArray(),
            [_field.X] = Each(k => _x[k % cells % _x.Length]),
            [_field.Y] = Each(k => _y[k % cells / _x.Length]),
            ["Estimate"] = Each(k => _estimate[k / cells][k % cells]),
            ["StandardError"] = Each(k => _error[k / cells][k % cells]),
        });
    }

    /// <summary>
    /// The field as a map with the places of the data, and its standard error beside it; a map for each group, without their standard
    /// errors, where there are several.
    /// </summary>
    public Figure Plot() => FieldMapFigure.Draw(this, _field, _places, _estimate, _error);

    /// <inheritdoc/>
    public override string ToString() => $"Field of {Term} on a raster of {_x.Length} × {_y.Length} cells, from "
        + $"{NumberFormat.Significant(_estimate.SelectMany(v => v).Where(double.IsFinite).DefaultIfEmpty(double.NaN).Min())} to "
        + $"{NumberFormat.Significant(_estimate.SelectMany(v => v).Where(double.IsFinite).DefaultIfEmpty(double.NaN).Max())}.";

    /// <inheritdoc/>
    public string ToHtml() => Plot().ToHtml();

    internal static FieldMap Of(GlmmFit fit, string? group, int cells, ModelPart part)
    {
        if (cells is < 2 or > 1000) throw new GlmmException($"A map has 2 to 1000 cells on its longer side, not {cells}.");
        var model = fit.Estimate.Model;
        var t = Enumerable.Range(0, model.Terms.Count).FirstOrDefault(k => model.Terms[k].Part == part && FieldOf(fit, k) is not null, -1);
        if (t < 0)
        {
            throw new GlmmException("The model has no field on a mesh to draw a map of. A term such as spde(0 + x + y | 1) is one; "
                + "predictions of any model are drawn by PlotMap(rows, \"x\", \"y\").");
        }

        var (term, field) = (model.Terms[t], FieldOf(fit, t)!);
        var all = term.Positions!.Groups;
        var chosen = group is null ? [.. Enumerable.Range(0, all.Count)] : new[] { all.ToList().IndexOf(group) };
        if (chosen[0] < 0) throw new GlmmException($"The field has no group \"{group}\"{NearestName.Suggestion(group!, all)}");
        var m = field.Mesh.NodeCount;
        var places = Places(term.Entries!, field.Mesh, m, all.Count);
        var (x, y) = MapRaster.Axes(places.SelectMany(p => p), cells);
        var modes = fit.Predictor().Modes();
        var (estimate, error) = (new double[chosen.Length][], new double[chosen.Length][]);
        var system = fit.Estimate.System;
        var work = new double[system.EffectCount];
        for (var k = 0; k < chosen.Length; k++)
        {
            (estimate[k], error[k]) = (new double[x.Length * y.Length], new double[x.Length * y.Length]);
            for (var cell = 0; cell < estimate[k].Length; cell++)
            {
                var weights = field.Mesh.Weights(x[cell % x.Length], y[cell / x.Length]);
                (estimate[k][cell], error[k][cell]) = (double.NaN, double.NaN);
                if (weights.Length == 0) continue;
                Array.Clear(work);
                var value = 0.0;
                foreach (var (node, weight) in weights)
                {
                    var at = term.EffectOffset + (chosen[k] * m) + node;
                    value += weight * modes[at];
                    work[at] = weight;
                }

                estimate[k][cell] = value;
                if (chosen.Length > 1 && chosen.Length * estimate[k].Length > MostErrors) continue;
                system.Lambda.MultiplyTransposed(work, work);
                system.Solve(work);
                system.Lambda.Multiply(work, work);
                error[k][cell] = fit.Estimate.Scale * Math.Sqrt(Math.Max(0, weights.Sum(w => w.Weight * work[term.EffectOffset
                    + (chosen[k] * m) + w.Node])));
            }
        }

        return new FieldMap(field, term.Title, [.. chosen.Select(g => all[g])], x, y, estimate, error, [.. chosen.Select(g => places[g])]);
    }

    /// <summary>Standard errors of more cells than this, in all groups, are left out: each takes a solution of the model's
    /// equations.</summary>
    private const int MostErrors = 200_000;

    /// <summary>The mesh of a term; null for terms without one.</summary>
    internal static MeshPlace? FieldOf(GlmmFit fit, int term)
    {
        var (terms, specification) = (fit.Estimate.Model.Terms, fit.Specification);
        var part = terms[term].Predictor switch
        {
            LinearPredictor.Conditional => specification.Conditional,
            LinearPredictor.Dispersion => specification.Dispersion,
            LinearPredictor.ZeroInflation => specification.ZeroInflation,
            _ => null,
        };
        return part?.Training.RandomTerms[terms.Take(term).Count(t => t.Predictor == terms[term].Predictor)].Field;
    }

    /// <summary>The places of the rows of each group: where the weighted mean of their nodes lies.</summary>
    private static (double X, double Y)[][] Places(RandomEffects.TermEntries entries, Mesh mesh, int m, int groups)
    {
        var nodes = mesh.Nodes;
        var places = new HashSet<(double, double)>[groups];
        for (var g = 0; g < groups; g++) places[g] = [];
        for (var i = 0; i + 1 < entries.Starts.Length; i++)
        {
            double x = 0, y = 0;
            for (var e = entries.Starts[i]; e < entries.Starts[i + 1]; e++)
            {
                x += entries.Weights[e] * nodes[entries.Levels[e] % m].X;
                y += entries.Weights[e] * nodes[entries.Levels[e] % m].Y;
            }

            places[entries.Levels[entries.Starts[i]] / m].Add((x, y));
        }

        return Array.ConvertAll(places, p => p.ToArray());
    }

    private int IndexOf(string? group)
    {
        if (group is null) return 0;
        var at = Groups.ToList().IndexOf(group);
        return at >= 0 ? at : throw new GlmmException($"The map has no group \"{group}\"{NearestName.Suggestion(group, Groups)}");
    }
}
