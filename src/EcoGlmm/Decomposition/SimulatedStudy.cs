using EcoGlmm.Text;

namespace EcoGlmm;

/// <summary>A simulated study: what the field book holds, and the truth behind it.</summary>
/// <remarks>Immutable, and safe to share among threads.</remarks>
public sealed class SimulatedStudy : IRichDisplay
{
    internal SimulatedStudy(FieldStudyDesign design, long seed, FieldData records, FieldData individuals, double[] yearEffects,
        double[] linearPredictor)
    {
        Design = design;
        Seed = seed;
        Records = records;
        Individuals = individuals;
        YearEffects = yearEffects;
        LinearPredictor = linearPredictor;
    }

    /// <summary>The design, which holds the true parameters.</summary>
    public FieldStudyDesign Design { get; }

    /// <summary>The seed.</summary>
    public long Seed { get; }

    /// <summary>
    /// One row a record, by individual and year: <c>id</c> (factor), <c>year</c> (from 1), <c>cohort</c> (the year in which the individual
    /// came of age), <c>age</c>, <c>performance</c>; <c>failures</c> where there are several trials, with <c>performance</c> the successes;
    /// <c>effort</c> where it varies.
    /// </summary>
    public FieldData Records { get; }

    /// <summary>
    /// The truth about each individual, whether it was ever recorded or not: <c>id</c>, <c>cohort</c>, <c>quality</c> (qᵢ), <c>slope</c>
    /// (AgeSlope + sᵢ), <c>ageAtRecruitment</c> (missing for one that died before), <c>lifespan</c> (age in its last year of life, also
    /// beyond
    /// the end of the study), <c>records</c>.
    /// </summary>
    public FieldData Individuals { get; }

    /// <summary>The true effect of each year.</summary>
    public IReadOnlyList<double> YearEffects { get; }

    /// <summary>The true linear predictor of each record, with every effect in it and the logarithm of effort.</summary>
    public IReadOnlyList<double> LinearPredictor { get; }

    /// <summary>The true slope in age within the average individual, at an age.</summary>
    /// <param name="age">The age; it matters only with <see cref="FieldStudyDesign.AgeQuadratic"/>.</param>
    public double WithinSlopeAt(double age) => Design.AgeSlope + (2 * Design.AgeQuadratic * (age - Design.FirstAge));

    /// <inheritdoc/>
    public override string ToString() =>
        $"Simulated study of {Design.Years} years: {Records.RowCount} records of {Recorded} individuals "
        + $"({Individuals.RowCount} came of age), {Design.Family ?? Family.Gaussian()}. The average individual changes by "
        + $"{NumberFormat.Significant(Design.AgeSlope)} per year of age on the link scale.\n\n{Records}";

    /// <inheritdoc/>
    public string ToHtml() => new HtmlWriter().Heading("Simulated field study")
        .Paragraph($"Seed {Seed}. {Design.Family ?? Family.Gaussian()}; performance and its effects on the scale of the link.")
        .Facts(
            ("years", NumberFormat.Count(Design.Years)),
            ("records", NumberFormat.Count(Records.RowCount)),
            ("individuals recorded", NumberFormat.Count(Recorded)),
            ("came of age", NumberFormat.Count(Individuals.RowCount)),
            ("true slope within individuals", NumberFormat.Significant(Design.AgeSlope)),
            ("SD of quality", NumberFormat.Significant(Design.QualitySd)),
            ("survival on quality (logit per SD)", NumberFormat.Significant(Design.SurvivalQuality)),
            ("survival on ageing (logit per SD)", NumberFormat.Significant(Design.SurvivalAgeing)))
        .Html(Records.ToHtml()).ToHtml();

    private int Recorded => Individuals.Numbers("records").Count(n => n > 0);
}
