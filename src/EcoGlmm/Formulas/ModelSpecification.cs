using EcoGlmm.Data;
using EcoGlmm.Text;

namespace EcoGlmm.Formulas;

/// <summary>
/// Formulas and data brought together: the rows that can be used, the response, and the design of each part of the
/// model with everything that it learnt from those rows.
/// </summary>
internal sealed class ModelSpecification
{
    /// <summary>Indices, into the data, of the rows with a value for every variable of the model, ascending.</summary>
    public required int[] Rows { get; init; }

    /// <summary>How many rows were left out because a value is missing.</summary>
    public required int DroppedRowCount { get; init; }

    /// <summary>For each variable with missing values how many; a row may count more than once.</summary>
    public required IReadOnlyList<(string Variable, int Count)> MissingByVariable { get; init; }

    public required ModelFormula Formula { get; init; }

    public required ResponseColumn Response { get; init; }

    /// <summary>The weights on <see cref="Rows"/>; null if there are none.</summary>
    public required double[]? Weights { get; init; }

    public required PartDesign Conditional { get; init; }

    /// <summary>Null for <c>~ 0</c>: no zero inflation.</summary>
    public required PartDesign? ZeroInflation { get; init; }

    public required PartDesign Dispersion { get; init; }

    /// <summary>Every column of the data that the model uses, the response and the weights included.</summary>
    public required IReadOnlyList<string> VariableNames { get; init; }

    /// <summary>Learns the design from the rows that are complete over all variables used in any part.</summary>
    /// <param name="conditional">response ~ terms.</param>
    /// <param name="zeroInflation">~ terms; <c>~ 0</c> for none. A dot stands for the terms of the conditional part.</param>
    /// <param name="dispersion">~ terms; <c>~ 1</c> for one parameter.</param>
    /// <param name="weights">The column of weights, if any.</param>
    /// <param name="offset">A column to add to the conditional linear predictor, if any.</param>
    /// <param name="contrasts">Column → "treatment", "sum", "helmert" or "poly", for factors among the fixed effects.</param>
    /// <param name="data">The data.</param>
    /// <param name="cancellation">Stops the building of the design.</param>
    /// <param name="leavesOutZeroWeights">Whether a row of weight zero is left out, because the family divides by the weights.</param>
    /// <param name="held">Coefficients that are held at a value, by part and name; null for none.</param>
    /// <param name="hasThresholds">Whether thresholds of the family take the place of the conditional part's intercept.</param>
    /// <param name="relatedness">What relates the levels of grouping factors, by name; null for nothing.</param>
    /// <param name="meshes">Meshes for fields in space, by name; null for none.</param>
    /// <exception cref="GlmmException">A formula or a column cannot be used.</exception>
    public static ModelSpecification Create(
        string conditional, string zeroInflation, string dispersion, string? weights, string? offset,
        IReadOnlyDictionary<string, string>? contrasts, FieldData data,
        IReadOnlyDictionary<(ModelPart Part, string Name), double>? held = null, bool hasThresholds = false,
        CancellationToken cancellation = default, bool leavesOutZeroWeights = false,
        IReadOnlyDictionary<string, Relatedness>? relatedness = null, IReadOnlyDictionary<string, Mesh>? meshes = null)
    {
        var formula = ModelFormula.Parse(conditional);
        var response = formula.Response ?? throw FormulaError.At(conditional, 0, "The formula has no response",
            "Put the column to explain on the left of the ~: count ~ treatment + (1 | site).");
        var conditionalSyntax = PartSyntax.Create(
            ModelPart.Conditional, formula, response, Checked(offset, "offset", data), data, cancellation);
        var zeroSyntax = OneSided(ModelPart.ZeroInflation, zeroInflation, formula, response, data, cancellation);
        var dispersionSyntax = OneSided(ModelPart.Dispersion, dispersion, formula, response, data, cancellation);

        var variables = new List<string>();
        UnknownColumn.Collect(conditional, response, data, grouping: false, variables);
        PartSyntax[] parts = [conditionalSyntax, zeroSyntax, dispersionSyntax];
        foreach (var name in parts.SelectMany(part => part.VariableNames).Append(Checked(weights, "weights", data)))
        {
            if (name is not null && !variables.Contains(name))
                variables.Add(name);
        }

        var used = new FieldData(variables.ConvertAll(data.Column));
        var usable = new UsableRows(used);
        if (leavesOutZeroWeights && weights is not null)
            usable.LeaveOut($"{weights} = 0", row => used.Column(weights) is NumericColumn numeric && numeric.Values[row] == 0);
        var context = usable.Context(cancellation) with { Relatedness = relatedness, Meshes = meshes };
        if (usable.LeaveOutMissing(response, conditional, context, parts))
            context = usable.Context(cancellation) with { Relatedness = relatedness, Meshes = meshes };
        var codings = Contrasts(contrasts, parts, data);

        return new ModelSpecification
        {
            Rows = usable.Rows,
            DroppedRowCount = data.RowCount - usable.Rows.Length,
            MissingByVariable = usable.MissingByVariable,
            Formula = formula,
            VariableNames = variables,
            Response = ResponseColumn.Learn(response, new Evaluator(conditional, context)),
            Weights = weights is null ? null : CheckedWeights(weights, context),
            Conditional = new PartDesign(conditionalSyntax, offset, context, codings, HeldIn(ModelPart.Conditional), hasThresholds),
            ZeroInflation = zeroSyntax.IsEmpty ? null : new PartDesign(zeroSyntax, null, context, codings, HeldIn(ModelPart.ZeroInflation)),
            Dispersion = new PartDesign(dispersionSyntax, null, context, codings, HeldIn(ModelPart.Dispersion)),
        };

        Dictionary<string, double> HeldIn(ModelPart part) => held is null
            ? []
            : held.Where(h => h.Key.Part == part).ToDictionary(h => h.Key.Name, h => h.Value, StringComparer.Ordinal);
    }

    private static PartSyntax OneSided(
        ModelPart part, string text, ModelFormula conditional, FormulaNode response, FieldData data, CancellationToken cancellation)
    {
        var formula = ModelFormula.Parse(text);
        if (formula.Response is { } own)
        {
            throw FormulaError.At(text, own.Position, "The formula of this part has a response",
                "Only the main formula has one; write ~ terms here.");
        }
        return PartSyntax.Create(part, formula.WithDot(conditional), response, null, data, cancellation);
    }

    private static string? Checked(string? column, string option, FieldData data)
    {
        if (column is null || data.TryGetColumn(column, out _))
            return column;
        throw GlmmException.InData($"There is no column \"{column}\", which was given for the {option}"
            + NearestName.Suggestion(column, data.ColumnNames)
            + $" The {option} must be the name of a column; an expression goes into a column first, with FieldData.With.", column: column);
    }

    private static double[] CheckedWeights(string column, EvaluationContext context)
    {
        if (context.Data.Column(column) is not NumericColumn numeric)
            throw GlmmException.InData($"The weights column \"{column}\" is not numeric. Make it so with AsNumeric.", column: column);
        var bad = Array.FindIndex(numeric.Values, weight => !(weight >= 0 && double.IsFinite(weight)));
        return bad < 0
            ? numeric.Values
            : throw GlmmException.InData($"The weight in row {context.RowNumber(bad)} (column \"{column}\") is "
                + $"{NumberText.Format(numeric.Values[bad])}; weights must be zero or more, and finite.", column: column);
    }

    private static Dictionary<string, Contrast> Contrasts(
        IReadOnlyDictionary<string, string>? contrasts, PartSyntax[] parts, FieldData data)
    {
        var result = new Dictionary<string, Contrast>(StringComparer.Ordinal);
        var known = parts.SelectMany(part => part.Terms.Variables)
            .Select(node => node is NameNode column ? column.Name : node.ToString()).ToHashSet(StringComparer.Ordinal);
        foreach (var (column, name) in contrasts ?? new Dictionary<string, string>())
        {
            if (!known.Contains(column) && !data.TryGetColumn(column, out _))
            {
                throw GlmmException.InData($"Contrasts were given for \"{column}\", which is not in the data"
                    + NearestName.Suggestion(column, known), column: column);
            }
            result.Add(column, Contrast.Parse(name, column));
        }
        return result;
    }
}
