using EcoGlmm.Syntheses;

namespace EcoGlmm;

/// <summary>What studies say together.</summary>
/// <remarks>Immutable, and safe to share among threads.</remarks>
public sealed class Synthesis : IRichDisplay
{
    private readonly SynthesisNumbers _numbers;
    private readonly Lazy<HeterogeneityTable> _heterogeneity;
    private readonly Lazy<ComparedSyntheses> _compared;

    internal Synthesis(SynthesisNumbers numbers)
    {
        _numbers = numbers;
        _heterogeneity = new(() => new HeterogeneityTable(numbers));
        _compared = new(() => ComparedSyntheses.Of(this, numbers));
    }

    internal SynthesisNumbers Numbers => _numbers;

    /// <summary>All coefficients, with standard errors given the variances between studies.</summary>
    public CoefficientTable FixedEffects => _numbers.FixedEffects;

    /// <summary>
    /// The coefficients of the log of the variance of true effects, of a location-scale model (<see cref="MetaAnalysisOptions.Scale"/>),
    /// with standard
    /// errors from the expected information; empty without.
    /// </summary>
    public CoefficientTable ScaleEffects => _numbers.ScaleEffects;

    /// <summary>The mean effect: of the intercept, or the first coefficient; the mean log ratio where counts were put together.</summary>
    public double Estimate => _numbers.Estimate;

    /// <summary>Its standard error.</summary>
    public double StandardError => _numbers.StandardError;

    /// <summary>Lower end of its interval (<see cref="MetaAnalysisOptions.Interval"/> for counts).</summary>
    public double Lower => _numbers.Profile?.Lower ?? (Estimate - Reach(StandardError));

    /// <summary>Upper end of its interval.</summary>
    public double Upper => _numbers.Profile?.Upper ?? (Estimate + Reach(StandardError));

    /// <summary>p-value of no effect.</summary>
    public double PValue => _numbers.Profile?.PValue ?? _numbers.PValue(Estimate / StandardError);

    /// <summary>
    /// τ, the standard deviation of the effect between studies; with effects at several levels, the root of the sum of their
    /// variances (<see cref="Heterogeneity"/> has each); of a location-scale model the root of the mean variance. For a risk difference
    /// on the scale of the log odds ratio; NaN for the beta-binomial model, and for counts of which one study alone tells of the effect.
    /// </summary>
    public double Tau => Math.Sqrt(_numbers.TauSquared);

    /// <summary>
    /// I², the share of the variance of effect sizes that is not from sampling, in per cent (Higgins and Thompson 2002). For counts it is
    /// rough: the sampling variance is that of the studies' effects with half an event added where there is none, as in metafor.
    /// </summary>
    public double I2 => _numbers.I2;

    /// <summary>H², the total over the sampling variance.</summary>
    public double H2 => 1 / (1 - I2 / 100);

    /// <summary>
    /// Cochran's Q, the weighted squares left by a model without variance between studies; for odds and rate ratios from counts the
    /// likelihood-ratio statistic of the same hypothesis, NaN for other measures.
    /// </summary>
    public double Q => _numbers.Q;

    /// <summary>Degrees of freedom of Q.</summary>
    public int QDegreesOfFreedom => _numbers.ResidualDegrees;

    /// <summary>p-value of Q under no heterogeneity; NaN where there are no degrees of freedom.</summary>
    public double QPValue => double.IsNaN(Q) || _numbers.ResidualDegrees < 1 ? double.NaN
        : MathNet.Numerics.SpecialFunctions.GammaUpperRegularized(0.5 * _numbers.ResidualDegrees, 0.5 * Q);

    /// <summary>The test of all moderators together: χ², or F with Knapp and Hartung's method; NaN without moderators.</summary>
    public double ModeratorStatistic => _numbers.ModeratorTest.Statistic;

    /// <summary>Number of coefficients that <see cref="ModeratorStatistic"/> tests.</summary>
    public int ModeratorDegreesOfFreedom => _numbers.ModeratorTest.Numerator;

    /// <summary>p-value of <see cref="ModeratorStatistic"/>.</summary>
    public double ModeratorPValue => _numbers.ModeratorTest.PValue;

    /// <summary>Lower end of the interval for the true effect in a new study.</summary>
    public double PredictionLower => _numbers.Prediction?.Lower ?? Estimate - Reach(Math.Sqrt(StandardError * StandardError
        + _numbers.TauSquared));

    /// <summary>Upper end of it.</summary>
    public double PredictionUpper => _numbers.Prediction?.Upper ?? Estimate + Reach(Math.Sqrt(StandardError * StandardError
        + _numbers.TauSquared));

    /// <summary>The log-likelihood; a restricted one with metafor's constant, ½ log |XᵀX|.</summary>
    public double LogLikelihood => _numbers.LogLikelihood;

    /// <summary>Coverage of the intervals.</summary>
    public double Level => _numbers.Level;

    /// <summary>How many studies, or effect sizes.</summary>
    public int Count => _numbers.Count;

    /// <summary>Whether estimates are logarithms of ratios.</summary>
    public bool IsLogRatio => _numbers.IsRatio;

    /// <summary>The fit beneath; null for the exact conditional model of odds ratios, which is not a generalized linear one.</summary>
    public GlmmFit? Fit => _numbers.Fit;

    /// <summary>The variance of true effects by level, with standard errors and I² of each.</summary>
    public HeterogeneityTable Heterogeneity => _heterogeneity.Value;

    /// <summary>Tests of the coefficients of effect sizes.</summary>
    /// <param name="test">Which; Satterthwaite's where there are several levels.</param>
    /// <exception cref="GlmmException">Counts were put together.</exception>
    public SynthesisTests CoefficientTests(SynthesisTest test = SynthesisTest.Satterthwaite) => SynthesisTests.Of(_numbers, test);

    /// <summary>Cluster-robust tests of the coefficients of effect sizes: right on average even where the model of their correlations is
    /// wrong.</summary>
    /// <param name="cluster">The column of the clusters, as studies or laboratories.</param>
    /// <param name="kind">CR2 (clubSandwich's), CR1p (metafor's) or another.</param>
    /// <exception cref="GlmmException">Counts were put together, there are too few clusters, or effects of different clusters are
    /// correlated by the model (CR2).</exception>
    public SynthesisTests Robust(string cluster, ClusterRobust kind = ClusterRobust.CR2) =>
        SynthesisTests.Robust(_numbers, cluster, kind);

    /// <summary>
    /// What other methods say of the same counts: half an event added where there is none, studies with zeros left out, Mantel and
    /// Haenszel's and Peto's estimates. The first row is this synthesis.
    /// </summary>
    /// <exception cref="GlmmException">Effect sizes were put together.</exception>
    public ComparedSyntheses CompareMethods() => _compared.Value;

    /// <summary>The synthesis without each of its studies or effect sizes in turn.</summary>
    /// <param name="cancellationToken">Ends it.</param>
    public SynthesisSequence LeaveOneOut(CancellationToken cancellationToken = default) => SynthesisSequence.LeaveOneOut(this, _numbers,
        cancellationToken);

    /// <summary>The synthesis of the first study, of the first two, and so on.</summary>
    /// <param name="order">A column of numbers to order effect sizes by, as years; null, as it must be for counts, is the order of the
    /// data.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public SynthesisSequence Cumulative(string? order = null, CancellationToken cancellationToken = default) =>
        SynthesisSequence.Cumulative(this, _numbers, order, cancellationToken);

    /// <summary>How much each effect size weighs and how far the synthesis moves without it.</summary>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="GlmmException">Counts were put together; <see cref="LeaveOneOut"/> is for them, too.</exception>
    public StudyInfluences Influence(CancellationToken cancellationToken = default) => StudyInfluences.Of(this, _numbers,
        cancellationToken);

    /// <summary>
    /// Whether small studies say something else than large ones: the same model with the standard error as a moderator (Egger's
    /// regression, with all the model's random effects).
    /// </summary>
    /// <param name="byVariance">Whether the sampling variance is the moderator, which suits extrapolating to a study without error.</param>
    /// <exception cref="GlmmException">Counts were put together: standard errors of their effects are functions of the effects.</exception>
    public SmallStudyEffects SmallStudyEffects(bool byVariance = false) => EcoGlmm.SmallStudyEffects.Of(_numbers, byVariance);

    /// <summary>The forest figure: each study's effect with its interval, the mean effect, and where a new study is expected.</summary>
    public Figure ForestFigure() => ForestFigures.Draw(this, _numbers);

    /// <summary>
    /// The funnel figure: effects against standard errors, over regions in which an effect alone would have p below 0.1, 0.05 and 0.01
    /// (J. L. Peters et al., J. Clin. Epidemiol. 61 (2008) 991-996).
    /// </summary>
    public Figure FunnelFigure() => FunnelFigures.Draw(this, _numbers);

    /// <summary>
    /// The orchard figure: all effects, larger the more precise, with the mean effect's interval and where a new study is expected
    /// (S. Nakagawa et al., Res. Synth. Methods 12 (2021) 4-12).
    /// </summary>
    /// <param name="by">A column of names of which each level is drawn on its own, other moderators at their means there; null for one row
    /// of all.</param>
    public Figure OrchardFigure(string? by = null) => OrchardFigures.Draw(this, _numbers, by);

    /// <inheritdoc/>
    public override string ToString() => SynthesisCard.Text(this, _numbers);

    /// <inheritdoc/>
    public string ToHtml() => SynthesisCard.Html(this, _numbers);

    private double Reach(double error) => _numbers.Quantile * error;
}
