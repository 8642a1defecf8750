using EcoGlmm.Estimation;
using EcoGlmm.Formulas;
using EcoGlmm.Marginal;
using EcoGlmm.Numerics;
using EcoGlmm.Text;
using MathNet.Numerics.LinearAlgebra;

namespace EcoGlmm;

/// <summary>Generalized estimating equations, solved. Immutable; as the last expression of a cell it shows its card.</summary>
/// <remarks>Immutable, and safe to share among threads.</remarks>
public sealed class GeeFit : IRichDisplay
{
    /// <summary>With fewer subjects the robust standard errors are too small by more than about 5 %.</summary>
    private const int ManySubjects = 40;

    private readonly ModelSpecification _specification;
    private readonly double[] _y;
    private readonly double[] _mu;
    private readonly double[] _residuals;
    private readonly Matrix<double>[] _covariance;
    private readonly double[,] _correlation;
    private readonly double[] _parameters;
    private readonly Vector<double> _beta;

    internal GeeFit(ModelSpecification specification, ResponseData response, Family family, string id, string? order, SubjectRows subjects,
        WorkingCorrelation kind, OccasionCorrelation correlation, double? scale)
    {
        (_specification, Family, Id, Order, WorkingCorrelation) = (specification, family, id, order, kind);
        var part = specification.Conditional.Training;
        var n = response.Y.Length;
        var trials = family.WeightRole != WeightRole.LikelihoodMultiplier && response.Size.Length > 0;
        var weights = new double[n];
        _y = new double[n];
        for (var i = 0; i < n; i++)
        {
            weights[i] = (response.Multipliers?[i] ?? 1) * (trials ? response.Size[i] : 1);
            _y[i] = trials && family.WeightRole == WeightRole.Trials ? (response.Size[i] == 0 ? 0 : response.Y[i] / response.Size[i])
                : response.Y[i];
        }

        var equations = new GeeEquations(family, _y, weights, part.X, part.Offset, subjects.Subjects, scale);
        equations.Start();
        equations.Solve(new IndependentOccasions());
        var independence = equations.Bread.Inverse();
        equations.Solve(correlation);
        _beta = equations.Beta;
        (_mu, _residuals, Scale) = (equations.Mu, equations.Residuals, equations.Scale);
        _covariance = [.. Enum.GetValues<GeeStandardErrors>().Select(k => equations.Covariance(correlation, k))];
        var robust = _covariance[(int)GeeStandardErrors.Robust];
        FixedEffects = new CoefficientTable(Rows(part, robust));
        SubjectCount = subjects.Subjects.Length;
        LargestSubject = subjects.Largest;
        _parameters = correlation.Parameters;
        _correlation = correlation.Matrix(Whole(subjects));
        for (var i = 0; i < n; i++) QuasiLogLikelihood += weights[i] * family.QuasiLikelihood(_y[i], _mu[i])!.Value;
        Cic = (independence * robust).Trace();
    }

    /// <summary>The formula.</summary>
    public string Formula => _specification.Formula.ToString();

    /// <summary>Link and variance function.</summary>
    public Family Family { get; }

    /// <summary>The column of subjects.</summary>
    public string Id { get; }

    /// <summary>The column of occasions; null where rows follow one another.</summary>
    public string? Order { get; }

    /// <summary>The kind of working correlation.</summary>
    public WorkingCorrelation WorkingCorrelation { get; }

    /// <summary>Coefficients for the population, on the scale of the link, with robust standard errors.</summary>
    public CoefficientTable FixedEffects { get; }

    /// <summary>Model-based standard errors of the coefficients estimated, in their order: right only if the working correlation
    /// is.</summary>
    public double[] ModelStandardErrors => StandardErrors(GeeStandardErrors.ModelBased);

    /// <summary>The working correlation of a subject with all occasions: [occasion, occasion].</summary>
    public double[,] Correlation => (double[,])_correlation.Clone();

    /// <summary>Its parameters: α, or the correlations of each pair of occasions, the first occasion slowest; none where it is
    /// given.</summary>
    public double[] CorrelationParameters => (double[])_parameters.Clone();

    /// <summary>The scale φ: Var(y) = φ v(μ) / weight. Above 1, counts and proportions are overdispersed.</summary>
    public double Scale { get; }

    /// <summary>
    /// The quasi-likelihood information criterion: −2 Q + 2 CIC, to choose a working correlation or covariates. W. Pan (2001),
    /// Biometrics 57, 120-125.
    /// </summary>
    public double Qic => (-2 * QuasiLogLikelihood) + (2 * Cic);

    /// <summary>−2 Q + 2 p, to choose covariates only.</summary>
    public double Qicu => (-2 * QuasiLogLikelihood) + (2 * _beta.Count);

    /// <summary>Q, the quasi-likelihood as if records were independent and the scale one.</summary>
    public double QuasiLogLikelihood { get; }

    /// <summary>
    /// The correlation information criterion: the trace of the inverse of the model-based covariance under independence with the robust
    /// covariance. L.-Y. Hin &amp; Y.-G. Wang (2009), Stat. Med. 28, 642-658: of two working correlations, the lower.
    /// </summary>
    public double Cic { get; }

    /// <summary>Number of subjects.</summary>
    public int SubjectCount { get; }

    /// <summary>Rows of the subject that has most.</summary>
    public int LargestSubject { get; }

    /// <summary>Number of rows used.</summary>
    public int ObservationCount => _y.Length;

    /// <summary>Fitted means of the rows used; proportions for binomials.</summary>
    public double[] Fitted() => (double[])_mu.Clone();

    /// <summary>(y − μ)/√v(μ) of the rows used.</summary>
    public double[] PearsonResiduals() => (double[])_residuals.Clone();

    /// <summary>The covariance of the coefficients estimated.</summary>
    /// <param name="kind">Which.</param>
    public double[,] Covariance(GeeStandardErrors kind = GeeStandardErrors.Robust) => _covariance[(int)kind].ToArray();

    /// <summary>Standard errors of the coefficients estimated, in their order.</summary>
    /// <param name="kind">Which.</param>
    public double[] StandardErrors(GeeStandardErrors kind = GeeStandardErrors.Robust) => [.. _covariance[(int)kind].Diagonal()
        .Select(Math.Sqrt)];

    /// <summary>
    /// Intervals of the coefficients. By default such as cover with few subjects too: Mancl and DeRouen's standard errors with
    /// Student's t on as many degrees of freedom as there are subjects less coefficients.
    /// </summary>
    /// <param name="kind">Which standard errors.</param>
    /// <param name="level">Coverage.</param>
    public IntervalTable ConfidenceIntervals(GeeStandardErrors kind = GeeStandardErrors.ManclDeRouen, double level = 0.95)
    {
        if (!(level > 0 && level < 1))
            throw new GlmmException($"The level of an interval lies between 0 and 1, for example 0.95, not {level}.");
        var errors = StandardErrors(kind);
        var t = StudentT.Quantile(0.5 + (level / 2), Math.Max(1, SubjectCount - _beta.Count));
        var names = FixedEffects.Where(c => !double.IsNaN(c.Estimate)).Select(c => c.Name).ToArray();
        return IntervalTable.Of(names.Select((name, j) => new Interval(ModelPart.Conditional, name, _beta[j], _beta[j] - (t * errors[j]),
            _beta[j] + (t * errors[j]))), level);
    }

    /// <summary>The population's means, with robust standard errors.</summary>
    /// <param name="newData">The rows to predict; those used when null.</param>
    /// <param name="scale">Scale of the estimates; intervals are made on the scale of the link.</param>
    /// <param name="kind">Which standard errors.</param>
    /// <param name="level">Coverage of the intervals.</param>
    public Predictions Predict(FieldData? newData = null, PredictionScale scale = PredictionScale.Response,
        GeeStandardErrors kind = GeeStandardErrors.Robust, double level = 0.95)
    {
        if (!(level > 0 && level < 1))
            throw new GlmmException($"The level of an interval lies between 0 and 1, for example 0.95, not {level}.");
        var part = newData is null ? _specification.Conditional.Training : _specification.Conditional.Evaluate(newData, fixedOnly: true);
        var n = part.RowCount;
        var z = SpecialFunctions.NormalQuantile(0.5 + (level / 2));
        var (estimate, error, lower, upper) = (new double[n], new double[n], new double[n], new double[n]);
        for (var i = 0; i < n; i++)
        {
            var row = Vector<double>.Build.Dense(_beta.Count, j => part.X[(j * n) + i]);
            var eta = (row * _beta) + part.Offset[i];
            var sd = Math.Sqrt(row * _covariance[(int)kind] * row);
            (estimate[i], error[i], lower[i], upper[i]) = (eta, sd, eta - (z * sd), eta + (z * sd));
            if (scale == PredictionScale.Link) continue;
            var point = Family.Link.At(eta);
            var (a, b) = (Family.Link.Mean(lower[i]), Family.Link.Mean(upper[i]));
            (estimate[i], error[i], lower[i], upper[i]) = (point.Mu, Math.Abs(point.D1) * sd, Math.Min(a, b), Math.Max(a, b));
        }

        return new Predictions(estimate, error, lower, upper, level, 0)
        {
            Rows = newData,
            Shown = [.. _specification.Conditional.FixedVariableNames],
        };
    }

    /// <summary>The population's means for the rows of any table that <see cref="FieldData.From(object)"/> takes.</summary>
    /// <inheritdoc cref="Predict(FieldData?, PredictionScale, GeeStandardErrors, double)"/>
    public Predictions Predict(object newData, PredictionScale scale = PredictionScale.Response,
        GeeStandardErrors kind = GeeStandardErrors.Robust, double level = 0.95)
    {
        ArgumentNullException.ThrowIfNull(newData);
        return Predict(FieldData.From(newData), scale, kind, level);
    }

    /// <inheritdoc/>
    public override string ToString() => string.Join("\n", Sentences.Prepend($"Estimating equations: {Formula}, {Family}")
        .Append(ResultTable.Text(Table())));

    /// <inheritdoc/>
    public string ToHtml()
    {
        var html = new HtmlWriter().Heading("Estimating equations (GEE)").Code($"{Formula}, {Family}").Table(Table());
        foreach (var sentence in Sentences) html.Paragraph(sentence);
        return html.ToHtml();
    }

    private IEnumerable<string> Sentences
    {
        get
        {
            yield return $"{NumberFormat.Count(ObservationCount)} rows of {NumberFormat.Count(SubjectCount)} subjects ({Id}), at most "
                + $"{LargestSubject} each. Working correlation: "
                + $"{WorkingCorrelation}{(_parameters.Length == 1 ? $", {NumberFormat.Significant(_parameters[0], 3)}" : "")}; scale "
                + $"{NumberFormat.Significant(Scale, 3)}; QIC {NumberFormat.Fixed(Qic, 1)}.";
            yield return "Coefficients are for the population: what the mean of all subjects does, not what one subject does.";
            if (SubjectCount < ManySubjects)
            {
                yield return $"With {SubjectCount} subjects the robust standard errors are too small, and intervals and p-values made of "
                    + "them too sure. The intervals shown use Mancl and DeRouen's, with Student's t.";
            }
        }
    }

    private TableContent Table()
    {
        var few = SubjectCount < ManySubjects;
        var kind = few ? GeeStandardErrors.ManclDeRouen : GeeStandardErrors.Robust;
        var intervals = ConfidenceIntervals(kind);
        var (errors, model) = (StandardErrors(kind), ModelStandardErrors);
        var content = new TableContent(null).Text("").Number("Estimate").Number(few ? "Mancl-DeRouen s.e." : "Robust s.e.")
            .Number("Model-based s.e.")
            .Number("Lower 95 %").Number("Upper 95 %");
        var cells = NumberFormat.Column([.. intervals.SelectMany((v, j) => new[] { v.Estimate, errors[j], model[j], v.Lower, v.Upper })]);
        for (var j = 0; j < intervals.Count; j++) content.Row([intervals[j].Name, .. cells[(5 * j)..((5 * j) + 5)]]);
        return content;
    }

    private IEnumerable<Coefficient> Rows(PartMatrices part, Matrix<double> robust)
    {
        var at = 0;
        for (var j = 0; j < part.ColumnNames.Length; j++)
        {
            if (part.Aliased[j])
            {
                yield return new Coefficient(part.ColumnNames[j], double.NaN, double.NaN, double.NaN, double.NaN);
                continue;
            }

            var error = Math.Sqrt(robust[at, at]);
            var statistic = _beta[at] / error;
            yield return new Coefficient(part.ColumnNames[j], _beta[at], error, statistic,
                2 * SpecialFunctions.NormalCdf(-Math.Abs(statistic)));
            at++;
        }
    }

    /// <summary>A subject that has every occasion once.</summary>
    private static Subject Whole(SubjectRows subjects)
    {
        var count = subjects.DistinctTimes?.Length ?? subjects.OccasionCount;
        int[] all = [.. Enumerable.Range(0, count)];
        return new Subject(all, all, subjects.DistinctTimes ?? Array.ConvertAll(all, v => (double)v));
    }
}
