namespace EcoGlmm.RandomEffects.Structures;

/// <summary>A covariance parameter that has run to the end of what it can be, where the likelihood is flat in it.</summary>
/// <param name="Parameter">Its position among the parameters of what says so.</param>
/// <param name="Message">What that means.</param>
/// <param name="Advice">What to try.</param>
internal sealed record StructureLimit(int Parameter, string Message, string Advice)
{
    /// <summary>Inverse hyperbolic tangent beyond which a correlation is ±1: within 4e-5 of it.</summary>
    public const double FarAtanh = 5.4;

    /// <summary>Logit beyond which a correlation or a share is at its end: within 5e-5 of it.</summary>
    public const double FarLogit = 10;

    /// <summary>The limits of a correlation from one step to the next, tanh of the parameter.</summary>
    public static IEnumerable<StructureLimit> OfAutoregression(int parameter, double value, string title)
    {
        if (Math.Abs(value) < FarAtanh) yield break;
        yield return value > 0
            ? new(parameter, $"The correlation of {title} from one step to the next is estimated as one: its effects do not change "
                + "with time.",
                "Write an intercept, (1 | group), in its place.")
            : new(parameter, $"The correlation of {title} from one step to the next is estimated as minus one: its effects only change "
                + $"their sign at each step.",
                "Look at the order of the occasions; a fixed effect of odd and even ones may be what there is.");
    }

    /// <summary>The limits of partial autocorrelations, inverse hyperbolic tangents from the first lag on: what comes after one of ±1 means
    /// nothing.</summary>
    public static IEnumerable<StructureLimit> OfPartialCorrelations(double[] partials, string title)
    {
        var first = Array.FindIndex(partials, t => Math.Abs(t) > FarAtanh);
        if (first < 0) yield break;
        var message = first == 0
            ? $"The correlation of {title} at lag 1 is estimated as {(partials[0] > 0 ? "one" : "minus one")}."
            : $"The correlations of {title} are estimated as a singular matrix: each effect follows from the {first + 1} before it.";
        for (var k = first; k < partials.Length; k++) yield return new(k, message, "Use a structure with fewer correlations: ar1, or cs.");
    }

    /// <summary>The limits of a range, by the least and the largest distance within a group.</summary>
    /// <param name="parameter">Its position.</param>
    /// <param name="correlation">The correlation at the least distance.</param>
    /// <param name="range">The distance over which correlations fall to about a third.</param>
    /// <param name="largest">The largest distance.</param>
    /// <param name="title">The term.</param>
    /// <param name="places">What the distances are between.</param>
    public static IEnumerable<StructureLimit> OfRange(int parameter, double correlation, double range, double largest, string title,
        string places)
    {
        if (correlation < NoCorrelation)
        {
            yield return new(parameter, $"The range of {title} is far shorter than the least distance between {places}: its effects are "
                + $"estimated as independent of each other.",
                "Drop the structure: write an intercept for each of them, or leave the term out where a residual or dispersion says "
                    + "the same.");
        }
        else if (range > LongRange * largest)
        {
            yield return new(parameter, $"The range of {title} is far longer than the largest distance between {places}, so that only the "
                + $"standard deviation relative to it is determined.",
                "Put a trend along the coordinates among the fixed effects, or hold the range with Parameter.Covariance.");
        }
    }

    /// <summary>A correlation below this between the nearest is none.</summary>
    private static readonly double NoCorrelation = Math.Exp(-10);

    /// <summary>A range above this many times the largest distance leaves correlations above 0.99.</summary>
    private const double LongRange = 100;
}
