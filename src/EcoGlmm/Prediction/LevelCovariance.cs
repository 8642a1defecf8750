using EcoGlmm.Text;

namespace EcoGlmm;

/// <summary>How the effects of one level of a grouping factor vary together given the data and the parameters.</summary>
/// <remarks>Immutable, and safe to share among threads.</remarks>
public sealed class LevelCovariance : IRichDisplay, IResultTable
{
    private readonly double[,] _matrix;

    private LevelCovariance(string group, string level, IReadOnlyList<string> effects, double[,] matrix) =>
        (Group, Level, Effects, _matrix) = (group, level, effects, matrix);

    /// <summary>The grouping factor.</summary>
    public string Group { get; }

    /// <summary>The level.</summary>
    public string Level { get; }

    /// <summary>The effects: rows and columns of <see cref="Matrix"/>.</summary>
    public IReadOnlyList<string> Effects { get; }

    /// <summary>The covariance matrix, on the scale of the linear predictor; a copy.</summary>
    public double[,] Matrix => (double[,])_matrix.Clone();

    /// <summary>The covariance of two effects.</summary>
    /// <exception cref="GlmmException">There is no such effect.</exception>
    public double this[string first, string second] => _matrix[IndexOf(first), IndexOf(second)];

    /// <summary>One row for each effect: its name and its covariances.</summary>
    public FieldData ToFieldData()
    {
        var columns = new Dictionary<string, object> { ["Effect"] = Effects.ToArray() };
        for (var j = 0; j < Effects.Count; j++)
        {
            var at = j;
            columns[Effects[j]] = Enumerable.Range(0, Effects.Count).Select(i => _matrix[i, at]).ToArray();
        }

        return FieldData.From(columns);
    }

    /// <inheritdoc/>
    public override string ToString() => ResultTable.Text(Table());

    /// <inheritdoc/>
    public string ToHtml() => ResultTable.Html(Table());

    /// <summary>S C Sᵀ over all random terms of the factor, C from ΛH⁻¹Λᵀ and S what brings effects to users' units.</summary>
    internal static LevelCovariance Of(GlmmFit fit, string group, string level, ModelPart part)
    {
        var (estimate, model) = (fit.Estimate, fit.Estimate.Model);
        int[] terms = [.. Enumerable.Range(0, model.Terms.Count).Where(t => model.Terms[t].Part == part && model.Terms[t].Group == group)];
        if (terms.Length == 0)
        {
            var groups = model.Terms.Where(t => t.Part == part).Select(t => t.Group).Distinct().ToArray();
            throw new GlmmException($"There is no grouping factor \"{group}\"{NearestName.Suggestion(group, groups)}");
        }

        var effects = new List<string>();
        var directions = new List<double[]>();
        foreach (var t in terms)
        {
            var term = model.Terms[t];
            for (var l = 0; l < term.Levels.Count; l++)
            {
                if ((term.Positions is { } p ? p.Groups[p.GroupOf[l]] : term.Levels[l]) != level) continue;
                // Row e of S: what each effect on the engine's scale adds to effect e.
                var map = new double[term.Width, term.Width];
                for (var f = 0; f < term.Width; f++)
                {
                    var unit = new double[term.Width];
                    unit[f] = 1;
                    term.Scaling?.ToEffects(unit);
                    for (var e = 0; e < term.Width; e++) map[e, f] = unit[e];
                }

                for (var e = 0; e < term.Width; e++)
                {
                    var direction = new double[estimate.System.EffectCount];
                    for (var f = 0; f < term.Width; f++) direction[term.EffectOffset + (l * term.Width) + f] = map[e, f];
                    effects.Add(term.Positions is { } positions ? positions.Names[l] : term.Effects[e]);
                    directions.Add(direction);
                }
            }
        }

        if (directions.Count == 0)
            throw new GlmmException($"The grouping factor \"{group}\" has no level "
                + $"\"{level}\"{NearestName.Suggestion(level, model.Terms[terms[0]].GroupLevels)}");
        var matrix = new double[directions.Count, directions.Count];
        for (var a = 0; a < directions.Count; a++)
        {
            var solved = (double[])directions[a].Clone();
            estimate.System.Lambda.MultiplyTransposed(solved, solved);
            estimate.System.Solve(solved);
            estimate.System.Lambda.Multiply(solved, solved);
            for (var b = 0; b < directions.Count; b++)
            {
                var sum = 0.0;
                for (var k = 0; k < solved.Length; k++) sum += directions[b][k] * solved[k];
                matrix[a, b] = sum * estimate.Scale * estimate.Scale;
            }
        }

        return new LevelCovariance(group, level, effects, matrix);
    }

    private int IndexOf(string effect) => Effects.ToList().IndexOf(effect) is >= 0 and var at ? at
        : throw new GlmmException($"There is no effect \"{effect}\"{NearestName.Suggestion(effect, Effects)}");

    private TableContent Table()
    {
        var content = new TableContent($"Covariance of the effects of {Group} {Level}") { Note =
            "Given the data and the parameters." }.Text("");
        foreach (var effect in Effects) content.Number(effect);
        for (var i = 0; i < Effects.Count; i++)
        {
            content.Row([Effects[i], .. Enumerable.Range(0, Effects.Count).Select(j => NumberFormat.Significant(_matrix[i, j]))]);
        }

        return content;
    }
}
