using EcoGlmm.Estimation;
using EcoGlmm.Formulas;
using EcoGlmm.Model;

namespace EcoGlmm;

/// <summary>A fitted model; as the last expression of a notebook cell it shows its summary card.</summary>
/// <remarks>
/// Immutable: any number of threads may use one fit at the same time, all of its methods included, and each gets the same bits
/// as it would alone. The same holds of every result and figure made from it; arrays handed out are copies.
/// </remarks>
public sealed partial class GlmmFit : IRichDisplay
{
    private readonly ModelSpecification _specification;
    private readonly ResponseData _response;
    private readonly Estimate _estimate;
    private readonly GlmmOptions _options;
    private readonly Lazy<IReadOnlyList<CovarianceParameter>> _covarianceParameters;
    private readonly Lazy<double[,]> _covariance;
    private readonly Lazy<SmoothTable> _smooths;

    internal GlmmFit(ModelSpecification specification, ResponseData response, FieldData data, Family family,
        GlmmOptions options, Estimate estimate)
    {
        _specification = specification;
        _response = response;
        _estimate = estimate;
        _options = options;
        Data = data;
        Family = family.Shapes.Count == 0 ? family : FittedShapes.FamilyAt(estimate.Model, estimate.Psi);
        var tables = new FittedTables(specification, estimate);
        Convergence = tables.Convergence();
        FixedEffects = tables.Coefficients(LinearPredictor.Conditional);
        ZeroInflationEffects = tables.Coefficients(LinearPredictor.ZeroInflation);
        DispersionEffects = tables.Coefficients(LinearPredictor.Dispersion);
        FamilyParameters = new FamilyParameterTable(tables.FamilyParameters());
        VarianceComponents = new VarianceComponentTable(tables.VarianceComponents());
        RandomEffects = tables.ConditionalModes();
        _covarianceParameters = new Lazy<IReadOnlyList<CovarianceParameter>>(() => CovarianceReport.Of(estimate, options.Reml));
        _smooths = new Lazy<SmoothTable>(() => FittedSmooths.Any(specification) ? FittedSmooths.Of(this).Table : new SmoothTable([]));
        Groups = [.. estimate.Model.Terms.Where(t => !t.IsCurve).Select(t => (t.Group, t.GroupLevels.Count)).Distinct()];
        _covariance = new Lazy<double[,]>(() => CoefficientCovariance.OfFixedEffects(estimate));
    }

    /// <summary>The formula of the conditional part, in canonical form.</summary>
    public string Formula => _specification.Formula.ToString();

    /// <summary>Response distribution and link.</summary>
    public Family Family { get; }

    /// <summary>The data that the model was given, rows left out included.</summary>
    public FieldData Data { get; }

    /// <summary>The options that the model was fitted with.</summary>
    public GlmmOptions Options => _options;

    /// <summary>Fixed effects of the conditional part, on the scale of the linear predictor.</summary>
    public CoefficientTable FixedEffects { get; }

    /// <summary>Fixed effects of the zero inflation, on the logit scale; empty without zero inflation.</summary>
    public CoefficientTable ZeroInflationEffects { get; }

    /// <summary>Fixed effects of the dispersion, on the log scale; empty for families without dispersion.</summary>
    public CoefficientTable DispersionEffects { get; }

    /// <summary>Standard deviations and correlations of the random effects.</summary>
    public VarianceComponentTable VarianceComponents { get; }

    /// <summary>
    /// Everything that describes the covariances of the random effects, structure by structure, with standard errors by the delta
    /// method: standard deviations, correlations, ranges, decays, loadings.
    /// </summary>
    public IReadOnlyList<CovarianceParameter> CovarianceParameters => _covarianceParameters.Value;

    /// <summary>The smooths of all parts with their effective degrees of freedom and tests; empty for a model without.</summary>
    public SmoothTable Smooths => _smooths.Value;

    /// <summary>Conditional modes of the random effects with their standard deviations.</summary>
    public ConditionalModes RandomEffects { get; }

    /// <summary>How far the fit can be trusted.</summary>
    public Convergence Convergence { get; }

    /// <summary>
    /// Maximised log-likelihood with all constants; the REML criterion's when fitted by REML. With priors it is the
    /// log-likelihood at the posterior mode, without the log-density of the priors.
    /// </summary>
    public double LogLikelihood => _estimate.LogLikelihood;

    /// <summary>
    /// Monte Carlo standard error of <see cref="LogLikelihood"/> where the equations of the random effects were solved by iterations
    /// (<see cref="GlmmControl.Solver"/>); zero where they were factorised.
    /// </summary>
    public double LogLikelihoodError => 0.5 * _estimate.System.LogDeterminantError;

    /// <summary>
    /// The largest Monte Carlo standard error of a parameter where the equations of the random effects were solved by iterations, as
    /// a share of that parameter's standard error: most often that of the standard deviation of a factor with few levels. Zero where
    /// the equations were factorised.
    /// </summary>
    public double EstimateError => _estimate.MonteCarloError;

    /// <summary>
    /// Log-density of <see cref="GlmmOptions.Priors"/> at the estimates, zero without any. Its sum with
    /// <see cref="LogLikelihood"/> is what was maximised, and what glmmTMB gives as the log-likelihood of such a model.
    /// </summary>
    public double LogPrior => _estimate.LogPrior;

    /// <summary>Number of parameters estimated: fixed effects, variances, correlations, dispersion, parameters of the family.</summary>
    public int ParameterCount => _estimate.ParameterCount;

    /// <summary>Number of rows used.</summary>
    public int ObservationCount => _response.Y.Length;

    /// <summary>Number of rows left out because a variable of the model is missing in them.</summary>
    public int DroppedRowCount => _specification.DroppedRowCount;

    /// <summary>Indices, into <see cref="Data"/>, of the rows used, ascending.</summary>
    public int[] UsedRows => (int[])_specification.Rows.Clone();

    /// <summary>Akaike's information criterion.</summary>
    public double Aic => (-2 * LogLikelihood) + (2 * ParameterCount);

    /// <summary>Akaike's information criterion corrected for small samples.</summary>
    public double Aicc
    {
        get
        {
            double k = ParameterCount, n = ObservationCount;
            return n - k - 1 > 0 ? Aic + (2 * k * (k + 1) / (n - k - 1)) : double.PositiveInfinity;
        }
    }

    /// <summary>Bayesian information criterion, with the number of rows as sample size.</summary>
    public double Bic => (-2 * LogLikelihood) + (Math.Log(ObservationCount) * ParameterCount);

    /// <summary>
    /// The dispersion parameter as glmmTMB reports it: the residual standard deviation (Gaussian), θ (nbinom2, variance
    /// μ + μ²/θ), φ (nbinom1, variance μ(1 + φ)), 1/√shape (Gamma) and so on, by family; 1 for families without, NaN when it varies between
    /// rows.
    /// </summary>
    public double Sigma => !Family.HasDispersion ? 1
        : _estimate.Model.HasConstantDispersion ? Family.Sigma(_estimate.Predictors[LinearPredictor.Dispersion]![0])
        : double.NaN;

    /// <summary>
    /// Parameters of the family beside the dispersion, by name, with standard errors: "df" of Student's t, "power" of Tweedie, "psi" of
    /// nbinom12, "shape" of the skew normal, "lower cutpoint" and "upper cutpoint" of ordered beta, thresholds ("Low|Medium") between
    /// ordered categories; empty for most families.
    /// </summary>
    public FamilyParameterTable FamilyParameters { get; }

    /// <summary>Minus twice the log-likelihood.</summary>
    public double Deviance => -2 * LogLikelihood;

    /// <summary>Covariance matrix of the fixed effects of the conditional part that were estimated, row by row in their order; a
    /// copy.</summary>
    public double[,] Covariance => (double[,])_covariance.Value.Clone();

    /// <summary>Levels of each grouping factor, in the order of the random terms.</summary>
    public IReadOnlyList<(string Group, int Levels)> Groups { get; }

    /// <summary>
    /// Fitted means of the rows used, on the scale of the response, with random effects and zero inflation; proportions for
    /// binomial kinds, expected category numbers (from 1) for ordered categories.
    /// </summary>
    public double[] Fitted()
    {
        var n = ObservationCount;
        var fitted = new double[n];
        for (var i = 0; i < n; i++) fitted[i] = ResponseMean(Family, _estimate.Predictors, i);
        return fitted;
    }

    internal static double ResponseMean(Family family, double[]?[] predictors, int i)
    {
        var mu = family.LocationLink.At(predictors[LinearPredictor.Conditional]![i]).Mu;
        var phi = predictors[LinearPredictor.Dispersion] is { } delta ? Math.Exp(delta[i]) : 1;
        var mean = family.Mean(mu, phi);
        return predictors[LinearPredictor.ZeroInflation] is { } zeta ? mean / (1 + Math.Exp(zeta[i])) : mean;
    }

    /// <summary>Residuals of the rows used.</summary>
    /// <param name="type">Response: observed − fitted. Pearson: that over the square root of the variance function. Deviance: signed roots
    /// of the deviance's terms.</param>
    /// <exception cref="GlmmException">Deviance residuals are asked of a zero-inflated model, for which they are not defined.</exception>
    public double[] Residuals(ResidualType type = ResidualType.Pearson)
    {
        var predictors = _estimate.Predictors;
        if (type == ResidualType.Deviance && predictors[LinearPredictor.ZeroInflation] is not null)
        {
            throw new GlmmException("Deviance residuals are not defined for a zero-inflated model. Use Pearson residuals, or better "
                + "SimulatedResiduals().");
        }

        var fitted = Fitted();
        var result = new double[fitted.Length];
        for (var i = 0; i < result.Length; i++)
        {
            var size = SizeOf(i);
            var y = Family.WeightRole == WeightRole.Trials ? _response.Y[i] / size : _response.Y[i];
            // No trials, no observed proportion.
            if (double.IsNaN(y))
            {
                result[i] = double.NaN;
                continue;
            }

            var weight = _response.Multipliers?[i] ?? 1;
            var mu = Family.LocationLink.At(predictors[LinearPredictor.Conditional]![i]).Mu;
            var phi = predictors[LinearPredictor.Dispersion] is { } delta ? Math.Exp(delta[i]) : 1;
            result[i] = type switch
            {
                ResidualType.Response => y - fitted[i],
                ResidualType.Pearson => (y - fitted[i]) * Math.Sqrt(weight / PearsonVariance(i, mu, phi, fitted[i])),
                ResidualType.Deviance => Math.Sign(y - fitted[i]) * Math.Sqrt(weight * Family.UnitDeviance(_response.Y[i], mu, phi, size)),
                _ => throw new ArgumentOutOfRangeException(nameof(type)),
            };
        }

        return result;
    }

    /// <summary>
    /// The variance function, which leaves the dispersion factor out where the variance is proportional to it (as R does) and one
    /// dispersion holds for all rows; where it differs between rows, the variance itself. With the variance of structural zeros
    /// where there are any.
    /// </summary>
    internal double PearsonVariance(int i, double mu, double phi, double fitted)
    {
        var size = SizeOf(i);
        var variance = _estimate.Model.HasConstantDispersion ? Family.VarianceFunction(mu, phi, size) : Family.Variance(mu, phi, size);
        if (_estimate.Predictors[LinearPredictor.ZeroInflation] is not { } zeta) return variance;
        var zeroProbability = 1 / (1 + Math.Exp(-zeta[i]));
        var mean = Family.Mean(mu, phi);
        return ((1 - zeroProbability) * (Family.Variance(mu, phi, size) + (mean * mean))) - (fitted * fitted);
    }

    /// <summary>Fits a changed formula to the same data: ". ~ . + age", ". ~ . - (1 | year)".</summary>
    /// <param name="formula">The change, in the notation of R's update.</param>
    /// <param name="family">Another family; the same when null.</param>
    /// <param name="options">Other options; the same when null.</param>
    public GlmmFit Update(string formula, Family? family = null, GlmmOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(formula);
        return Glmm.Fit(_specification.Formula.Update(formula).ToString(), Data, family ?? Family, options ?? _options);
    }

    /// <summary>Fits the same model to another response, for example a simulated one.</summary>
    /// <param name="response">One value for each of the rows used, in the units of the original (successes for cbind()).</param>
    public GlmmFit Refit(double[] response)
    {
        ArgumentNullException.ThrowIfNull(response);
        return ModelFitter.Fit(_specification, _response.With(response, _specification, Family), Data, Family, _options, null,
            LiveProgress.Interruption, this);
    }
}

/// <summary>Kinds of residuals.</summary>
public enum ResidualType
{
    /// <summary>Observed minus fitted.</summary>
    Response,

    /// <summary>Observed minus fitted over the square root of the variance function.</summary>
    Pearson,

    /// <summary>Signed square roots of the contributions to the deviance.</summary>
    Deviance,
}
