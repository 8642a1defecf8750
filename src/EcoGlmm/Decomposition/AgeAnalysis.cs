using System.Collections;
using EcoGlmm.Data;
using EcoGlmm.Decomposition;

namespace EcoGlmm;

/// <summary>
/// The methods that separate ageing from selective disappearance, side by side on the same rows. As the last expression of a cell it shows
/// a
/// card.
/// </summary>
/// <remarks>Immutable, and safe to share among threads.</remarks>
public sealed class AgeAnalysis : IReadOnlyList<AgeApproach>, IResultTable, IIntervalTable
{
    private readonly AgeApproach[] _approaches;
    private readonly AgeSample _sample;
    private readonly Lazy<AgeCurves?> _curves;

    internal AgeAnalysis(GlmmFit naive, string age, string by, AgeApproach[] approaches, AgeSample sample, double referenceAge,
        bool addedGroup,
        int leftOut, AgeAnalysisOptions options)
    {
        _approaches = approaches;
        _sample = sample;
        Age = age;
        By = by;
        Family = naive.Family;
        Response = naive.Specification.Response.Name;
        ReferenceAge = referenceAge;
        Level = options.Level;
        Warnings = [.. AgeWords.Warnings(this, addedGroup, leftOut)];
        _curves = new Lazy<AgeCurves?>(() => Preferred is { } best && ExpectedResponse.IsDefinedFor(best.Fit!)
            ? AgeCurves.Of(best.Fit!, age, by, sample, options.Level) : null);
    }

    /// <summary>The column of ages.</summary>
    public string Age { get; }

    /// <summary>The column that tells individuals apart.</summary>
    public string By { get; }

    /// <summary>The response, as written in the formula.</summary>
    public string Response { get; }

    /// <summary>Response distribution and link, the same in all methods.</summary>
    public Family Family { get; }

    /// <summary>The age at which slopes of quadratics are given.</summary>
    public double ReferenceAge { get; }

    /// <summary>Coverage of the intervals.</summary>
    public double Level { get; }

    /// <inheritdoc/>
    public int Count => _approaches.Length;

    /// <inheritdoc/>
    public AgeApproach this[int index] => _approaches[index];

    /// <summary>One method.</summary>
    /// <exception cref="GlmmException">It was not asked for.</exception>
    public AgeApproach this[AgeMethod method] => Find(method)
        ?? throw new GlmmException($"The analysis was not asked for {method}; it has "
            + $"{string.Join(", ", _approaches.Select(a => a.Method))}.");

    /// <summary>
    /// The mean-centring method that the figure shows: plain, or with random slopes if these have the smaller AIC, or with the deviation of
    /// the square if that has and its curvature is clear; null if none is usable.
    /// </summary>
    public AgeApproach? Preferred => _approaches.Where(a => a.IsUsable
        && (a.Method is AgeMethod.MeanCentring or AgeMethod.RandomSlopes || AgeWords.IsCurved(a, Level))).MinBy(a => a.Aic);

    /// <summary>How well individuals were followed.</summary>
    public LongitudinalSampling Sampling => _sample.Sampling;

    /// <summary>
    /// The decomposition of population change by Rebke et al. (2010); null where no step of age was lived through by enough individuals.
    /// </summary>
    public PopulationChange? PopulationChange => _sample.Change;

    /// <summary>What to be careful about: sparse sampling, methods that disagree, fits that did not converge.</summary>
    public IReadOnlyList<string> Warnings { get; }

    /// <summary>The answer in a few sentences.</summary>
    public string Conclusion => AgeWords.Conclusion(this);

    internal AgeApproach? Find(AgeMethod method) => Array.Find(_approaches, a => a.Method == method);

    internal AgeSample Sample => _sample;

    internal AgeCurves? Curves => _curves.Value;

    /// <summary>
    /// The figure: mean performance of the individuals present at each age, the trajectory within the average individual with its
    /// confidence
    /// band, individual trajectories behind, and the gap between; beside it the parts of the population's change.
    /// </summary>
    /// <exception cref="GlmmException">No mean-centring method is usable.</exception>
    public Figure Plot() => AgeFigures.Both(this);

    /// <summary>The left panel of <see cref="Plot"/> alone.</summary>
    /// <exception cref="GlmmException">No mean-centring method is usable.</exception>
    public Figure PlotTrajectories() => AgeFigures.Trajectories(this);

    /// <summary>The slopes within individuals by method, with their intervals.</summary>
    public Figure PlotSlopes() => AgeFigures.Slopes(this);

    /// <summary>
    /// Age as a smooth (<see cref="AgeMethod.SmoothCentring"/>): the curve within individuals beside that of age alone and how individuals
    /// differ; and the slope within individuals, with the ages at which it differs from zero.
    /// </summary>
    /// <exception cref="GlmmException">The analysis has no smooth within individuals.</exception>
    public Figure PlotSmooths() => AgeSmoothFigure.Draw(this);

    /// <summary>The table of methods as data, one row a method.</summary>
    public FieldData ToFieldData() => FieldData.FromRows(_approaches.Select(a => new
    {
        Method = a.Method.ToString(), a.Formula,
        Within = a.Within.Estimate, WithinError = a.Within.StandardError, WithinLower = a.Within.Lower, WithinUpper = a.Within.Upper,
        Between = a.Between.Estimate, BetweenError = a.Between.StandardError, BetweenLower = a.Between.Lower,
        BetweenUpper = a.Between.Upper,
        Difference = a.Difference.Estimate, DifferenceError = a.Difference.StandardError,
        DifferenceLower = a.Difference.Lower, DifferenceUpper = a.Difference.Upper,
        a.Test.ChiSquare, a.Test.DegreesOfFreedom, a.Test.PValue, a.Aic,
    }));

    /// <inheritdoc/>
    public IEnumerator<AgeApproach> GetEnumerator() => ((IEnumerable<AgeApproach>)_approaches).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>The answer, the tables and the warnings as plain text.</summary>
    public override string ToString() => AgeText.Draw(this);

    /// <summary>The card: the answer, the figure, the table of methods, the decomposition, what each method assumes.</summary>
    public string ToHtml() => AgeCard.Draw(this);

    /// <summary>Everything as a JSON object with names in camel case; numbers that JSON cannot say are null.</summary>
    /// <param name="indented">Whether to break and indent lines for reading.</param>
    public string ToJson(bool indented = false) => AgeJson.Write(this, indented);
}
