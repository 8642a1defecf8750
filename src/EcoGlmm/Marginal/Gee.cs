using EcoGlmm.Estimation;
using EcoGlmm.Formulas;
using EcoGlmm.Marginal;

namespace EcoGlmm;

/// <summary>
/// Generalized estimating equations: regression for the population's mean, without random effects, with standard errors that are
/// right whatever the correlation within subjects. The comparator of a mixed model, whose coefficients are for one subject.
/// </summary>
/// <remarks>
/// K.-Y. Liang &amp; S. Zeger (1986), Longitudinal data analysis using generalized linear models, Biometrika 73, 13-22. Numbers are those
/// of R's geepack: scale and correlations by moments, without subtracting the number of coefficients. Missing records must be missing
/// completely at random, while a mixed model needs them at random only.
/// </remarks>
public static class Gee
{
    /// <summary>Fits generalized estimating equations.</summary>
    /// <param name="formula">Response and fixed effects: "calls ~ sex * food + offset(log(brood))"; no random effects.</param>
    /// <param name="data">The observations, one row each: anything <see cref="FieldData.From(object)"/> takes.</param>
    /// <param name="id">The column that tells subjects (nests, patients) apart; rows need not be sorted.</param>
    /// <param name="family">Gaussian, Poisson, Binomial, Gamma or InverseGaussian, for their link and variance function; Gaussian when
    /// null.</param>
    /// <param name="correlation">How records of one subject are taken to be correlated.</param>
    /// <param name="order">
    /// The column of occasions, for correlations that depend on them: numbers, dates or a factor. Its distinct values are numbered
    /// in their order, and an occasion that a subject lacks is a gap. Without it rows stand in the order of occasions, without gaps.
    /// </param>
    /// <param name="fixedCorrelation">The matrix of <see cref="WorkingCorrelation.Fixed"/>, as large as there are occasions.</param>
    /// <param name="weights">A column of prior weights; the number of trials of binomial proportions.</param>
    /// <param name="scale">
    /// The scale φ, by which the variance is multiplied, where it is known: 1 for Poisson and binomial variances without overdispersion.
    /// Estimated when null.
    /// </param>
    /// <returns>The fit.</returns>
    /// <exception cref="GlmmException">The formula, a column or the correlation cannot be used, or the equations do not
    /// converge.</exception>
    public static GeeFit Fit(string formula, object data, string id, Family? family = null,
        WorkingCorrelation correlation = WorkingCorrelation.Exchangeable, string? order = null, double[,]? fixedCorrelation = null,
        string? weights = null, double? scale = null)
    {
        ArgumentNullException.ThrowIfNull(formula);
        ArgumentNullException.ThrowIfNull(data);
        ArgumentNullException.ThrowIfNull(id);
        if (scale is not null && !(scale > 0 && double.IsFinite(scale.Value)))
            throw new GlmmException($"The scale must be a number above zero, not {scale}. Leave it out to have it estimated.");
        family ??= Family.Gaussian();
        var table = FieldData.From(data);
        if (family.QuasiLikelihood(0.5, 0.5) is null)
        {
            throw new GlmmException("Estimating equations need a family that its mean and variance describe but for a scale: Gaussian, "
                + $"Poisson, Binomial, Gamma or InverseGaussian, not {family.Name}. For overdispersed counts use Family.Poisson(): the "
                + "scale takes overdispersion up.");
        }

        var specification = ModelSpecification.Create(formula, "~ 0", "~ 1", weights, null, null, table);
        if (specification.Conditional.Training.RandomTerms.Length > 0)
        {
            throw new GlmmException($"The formula \"{formula}\" has random effects, but estimating equations have none: write the fixed "
                + "effects alone and name the subjects by id, Gee.Fit(\"…\", data, "
                + $"\"{specification.Conditional.Training.RandomTerms[0].Group}\"). For a mixed model use Glmm.Fit.");
        }

        if (specification.Conditional.Training.X.Length == 0)
            throw new GlmmException($"The formula \"{formula}\" leaves no coefficient to estimate.");
        var response = ResponseData.Prepare(specification, family, new GlmmOptions { Weights = weights });
        if (correlation == WorkingCorrelation.ContinuousAr1 && order is null)
            throw new GlmmException("A correlation that decays with time needs the column of time: order: \"day\".");
        var subjects = new SubjectRows(table, specification.Rows, id, order);
        return new GeeFit(specification, response, family, id, order, subjects, correlation, StructureOf(correlation, subjects,
            fixedCorrelation), scale);
    }

    private static OccasionCorrelation StructureOf(WorkingCorrelation correlation, SubjectRows subjects, double[,]? given) =>
        correlation switch
    {
        WorkingCorrelation.Independence => new IndependentOccasions(),
        WorkingCorrelation.Exchangeable => new ExchangeableOccasions(),
        WorkingCorrelation.Ar1 => new AutoregressiveOccasions(inTime: false),
        WorkingCorrelation.ContinuousAr1 => new AutoregressiveOccasions(inTime: true),
        WorkingCorrelation.Unstructured => new UnstructuredOccasions(subjects.OccasionCount),
        WorkingCorrelation.Fixed => new FixedOccasions(Checked(given, subjects.OccasionCount)),
        _ => throw new ArgumentOutOfRangeException(nameof(correlation)),
    };

    private static double[,] Checked(double[,]? given, int occasions)
    {
        if (given is null)
            throw new GlmmException("A fixed working correlation needs its matrix: fixedCorrelation: new double[,] { { 1, 0.5 }, { "
                + "0.5, 1 } }.");
        if (given.GetLength(0) != given.GetLength(1) || given.GetLength(0) < occasions)
        {
            throw new GlmmException($"The fixed correlation is {given.GetLength(0)} × {given.GetLength(1)}, but there are {occasions} "
                + $"occasions: it must be a square matrix of at least that size.");
        }

        for (var i = 0; i < occasions; i++)
        {
            for (var j = 0; j <= i; j++)
            {
                if (i == j ? given[i, i] != 1 : !(Math.Abs(given[i, j]) < 1) || given[i, j] != given[j, i])
                    throw new GlmmException($"The fixed correlation must be symmetric, with ones along its diagonal and numbers between -1 "
                        + $"and 1 off it; see row {i + 1}, column {j + 1}.");
            }
        }

        return (double[,])given.Clone();
    }
}
