using System.Globalization;
using EcoGlmm.Formulas;

namespace EcoGlmm.Estimation;

/// <summary>A response of ordered categories, numbered from 1 in their order.</summary>
/// <param name="Categories">The levels that occur, in order; for a numeric response its values.</param>
/// <param name="Y">The category of each row.</param>
internal sealed record OrderedResponse(IReadOnlyList<string> Categories, double[] Y)
{
    private const int MostCategories = 100;

    /// <exception cref="GlmmException">The response has no categories, or no two.</exception>
    public static OrderedResponse Of(ModelSpecification specification)
    {
        var column = specification.Response;
        if (column.Trials is not null)
        {
            throw GlmmException.InData($"The response {column.Name} gives successes and failures, but ordered categories need one "
                + "column of categories. Use Family.Binomial() for successes and failures.");
        }

        var response = column is { Levels: { } levels, Codes: { } codes }
            ? new OrderedResponse(levels, Array.ConvertAll(codes, code => code + 1.0))
            : OfNumbers(specification);
        var count = response.Categories.Count;
        if (count is >= 2 and <= MostCategories) return response;
        throw GlmmException.InData(count < 2
            ? $"The response {column.Name} is the same in every row ({response.Categories[0]}): ordered categories need at least two."
            : $"The response {column.Name} has {count} different values, too many for ordered categories (at most {MostCategories}). "
                + "For a measurement or a count use another family; or form classes with cut() in the formula.");
    }

    private static OrderedResponse OfNumbers(ModelSpecification specification)
    {
        var values = specification.Response.Y;
        if (ResponseData.Rows(specification, i => values[i] != Math.Floor(values[i])) is { } bad)
        {
            throw GlmmException.InData($"The response {specification.Response.Name} is numeric but not of whole numbers, as ordered "
                + $"categories must be. See {bad}. Form classes with cut() in the formula, or use a family for measurements.");
        }

        double[] distinct = [.. values.Distinct().Order()];
        return new OrderedResponse([.. distinct.Select(v => v.ToString(CultureInfo.InvariantCulture))],
            Array.ConvertAll(values, v => 1.0 + Array.BinarySearch(distinct, v)));
    }
}
