using EcoGlmm.Families;
using EcoGlmm.Numerics;

namespace EcoGlmm;

/// <summary>A response distribution together with its link: what the response is like, given its mean.</summary>
public abstract partial class Family
{
    private protected Family(string name, Link link)
    {
        Name = name;
        Link = link;
    }

    /// <summary>The name that R users know: "poisson", "nbinom2", "Gamma".</summary>
    public string Name { get; }

    /// <summary>The link between the mean and the conditional linear predictor.</summary>
    public Link Link { get; }

    /// <summary>What is said of the family in summaries and checks.</summary>
    internal abstract FamilyWords Words { get; }

    /// <summary>Whether the family has a dispersion parameter, modelled on a log scale as δ.</summary>
    internal abstract bool HasDispersion { get; }

    /// <summary>
    /// The parameters that are the same for all observations beside the dispersion, at the values that moments, draws and
    /// starting values use.
    /// </summary>
    internal virtual IReadOnlyList<FamilyShape> Shapes => [];

    /// <summary>The family at other values of its shapes, given on the unconstrained scale.</summary>
    internal virtual Family WithShapes(ReadOnlySpan<double> predictors) => this;

    /// <summary>A first guess at the shapes from the data, on the unconstrained scale.</summary>
    /// <param name="y">The response.</param>
    /// <param name="eta">Linear predictors of a model without random effects.</param>
    internal virtual double[] StartingShapes(ReadOnlySpan<double> y, ReadOnlySpan<double> eta) =>
        [.. Shapes.Select(shape => shape.Predictor)];

    /// <summary>
    /// Whether the responses are ordered categories, told apart by thresholds, so that η has no intercept.
    /// </summary>
    internal virtual bool HasThresholds => false;

    /// <summary>The family for these categories, in their order; itself unless it <see cref="HasThresholds"/>.</summary>
    internal virtual Family WithCategories(IReadOnlyList<string> categories) => this;

    /// <summary>
    /// What takes η to the μ that <see cref="Mean"/>, <see cref="Variance"/> and <see cref="Draw"/> are given: the link, but
    /// the identity for families with thresholds, whose link takes probabilities.
    /// </summary>
    internal virtual Link LocationLink => Link;

    /// <summary>Whether the response takes integer values only (simulated residuals are then randomised).</summary>
    internal abstract bool IsDiscrete { get; }

    /// <summary>Whether zeros are left out of the distribution, so that a model of zeros beside it is a hurdle.</summary>
    internal virtual bool IsZeroTruncated => false;

    /// <summary>Whether the response is normal around η itself, so that least squares and Laplace's method are exact.</summary>
    internal virtual bool IsNormalAroundPredictor => false;

    /// <summary>Whether observations are normal around their mean, whatever the link.</summary>
    internal virtual bool HasNormalErrors => false;

    /// <summary>Whether the response is normal around its mean with standard deviation φ, whatever the link.</summary>
    internal virtual bool IsNormal => false;

    /// <summary>
    /// Whether it is an exponential family without dispersion at its canonical link, so that the variance is dμ/dη and the score
    /// of a coefficient is a weighted sum of residuals.
    /// </summary>
    internal virtual bool HasCanonicalScores => false;

    /// <summary>The names of ordered categories; empty unless the family <see cref="HasThresholds"/>.</summary>
    internal virtual IReadOnlyList<string> Categories => [];

    /// <summary>P(Y = k) at the linear predictor η, for a category counted from zero, of a family that
    /// <see cref="HasThresholds"/>.</summary>
    internal virtual double Probability(int category, double eta) => double.NaN;

    /// <summary>Whether the response is η plus noise whose distribution does not depend on η, which then is the residual.</summary>
    internal virtual bool HasAdditiveResidual => IsNormalAroundPredictor;

    /// <summary>
    /// Whether, its dispersion and shapes known, it is an exponential family in its mean, so that the expected information on the mean is
    /// one over the
    /// variance.
    /// </summary>
    internal virtual bool IsExponentialDispersion => false;

    /// <summary>Whether the variance of the latent scale is that of a threshold model, the link's own.</summary>
    internal virtual bool IsThresholdModel => HasThresholds;

    /// <summary>The variance of a row's probability of success around its mean, beside that of its trials; NaN where there is
    /// none.</summary>
    internal virtual double ProbabilityVariance(double mu, double phi) => double.NaN;

    /// <summary>Whether the mean may be any number, so that no link can take it out of range.</summary>
    internal virtual bool HasUnboundedMean => false;

    /// <summary>Whether a dispersion of zero is a distribution, too, with a likelihood like others.</summary>
    internal virtual bool HasVanishingDispersion => false;

    /// <summary>What it means that the dispersion runs to a limit of its range, and what to do.</summary>
    /// <param name="isHigh">Whether δ runs up.</param>
    internal virtual ShapeLimit DispersionLimit(bool isHigh) => new(
        $"The dispersion parameter of {Name} runs to its limit.", "Use a simpler family, which this model has become.");

    /// <summary>What may be meant by a response that is not in the support, as a sentence after a blank; empty for nothing.</summary>
    internal virtual string SupportAdvice(double[] y) => "";

    /// <summary>What to take in its place where the data do not look like it.</summary>
    internal virtual FamilyAlternatives Alternatives => FamilyAlternatives.None;

    /// <summary>How many rows a thread evaluates at a time: fewer where the density is a long series.</summary>
    internal virtual int RowsAtATime => 2048;

    /// <summary>What prior weights mean for this family.</summary>
    internal virtual WeightRole WeightRole => WeightRole.LikelihoodMultiplier;

    /// <summary>Null when y (with its size) is in the support; otherwise why it is not, as the end of a sentence.</summary>
    internal abstract string? CheckResponse(double y, double size);

    /// <summary>
    /// Log-density and derivatives for a run of observations, to the level asked for. Where η gives a mean that the
    /// family cannot have (a negative mean of counts), ℓ is −∞ and the derivatives are NaN.
    /// </summary>
    internal abstract void Evaluate(ref LogDensityBlock block, DerivativeLevel level);

    /// <summary>
    /// The part of an observation's log-density that depends on neither η nor δ: log y! and its like.
    /// </summary>
    internal virtual double Constant(double y, double size) => 0;

    /// <summary>The size of the largest terms that a count's log-density is a difference of, which decides how it is rounded.</summary>
    internal virtual double LargestTerm(double y) => IsDiscrete ? Math.Abs(y) * Math.Log(1 + Math.Abs(y)) : 0;

    /// <summary>
    /// Fills <see cref="LogDensityBlock.C"/>, once for the life of a model. <paramref name="size"/> may be empty: all ones.
    /// </summary>
    internal void PrepareConstants(ReadOnlySpan<double> y, ReadOnlySpan<double> size, Span<double> c)
    {
        for (var i = 0; i < y.Length; i++)
        {
            c[i] = Constant(y[i], size.IsEmpty ? 1 : size[i]);
        }
    }

    /// <summary>
    /// What is reported as the fit's σ, by glmmTMB's definition: exp(δ), except where the family says otherwise; one for
    /// a family without dispersion.
    /// </summary>
    internal virtual double Sigma(double delta) => HasDispersion ? Math.Exp(delta) : 1;

    /// <summary>E[Y] as a function of μ = link⁻¹(η) and φ = exp(δ): μ itself except for truncated families.</summary>
    internal virtual double Mean(double mu, double phi) => mu;

    /// <summary>Var[Y] (of a proportion's numerator divided by its trials, for binomial kinds).</summary>
    internal abstract double Variance(double mu, double phi, double size);

    /// <summary>
    /// What Pearson residuals are scaled by, as in R: the variance, without the dispersion where the variance is
    /// proportional to it.
    /// </summary>
    internal virtual double VarianceFunction(double mu, double phi, double size) => Variance(mu, phi, size);

    /// <summary>
    /// The quasi-likelihood of one response, ∫ (y − t)/v(t) dt up to μ with terms of y alone left out, where mean and variance
    /// function v(μ) describe the family but for a scale; null for the others. P. McCullagh &amp; J. Nelder (1989), Generalized
    /// Linear Models, table 9.1.
    /// </summary>
    internal virtual double? QuasiLikelihood(double y, double mu) => null;

    /// <summary>Whether E[Y] is not link⁻¹(η), as for truncated families.</summary>
    internal virtual bool HasShiftedMean => false;

    /// <summary>What E[Y] lies between where <see cref="HasShiftedMean"/>.</summary>
    internal virtual (double Low, double High) MeanBounds => (0, double.PositiveInfinity);

    /// <summary>
    /// One observation's contribution to the deviance, at least zero: 2 (ℓ at the best possible mean − ℓ) times φ where
    /// the family's variance is proportional to φ, as R's dev.resids. <paramref name="size"/> counts in; likelihood
    /// multipliers do not.
    /// </summary>
    internal abstract double UnitDeviance(double y, double mu, double phi, double size);

    /// <summary>One draw of the response (successes, for binomial kinds).</summary>
    internal abstract double Draw(RandomStream random, double mu, double phi, double size);

    /// <summary>The probabilities of counts from the first up, for families that have a short recurrence for them.</summary>
    internal virtual CountRecurrence? Counts(double mu, double phi, double size) => null;

    /// <summary>The same for several rows.</summary>
    internal virtual void Counts(in CountBlock block)
    {
        for (var i = 0; i < block.Mean.Length; i++)
        {
            var phi = block.Dispersion.Length > 1 ? block.Dispersion[i] : block.Dispersion.Length == 1 ? block.Dispersion[0] : 1;
            if (Counts(block.Mean[i], phi, block.Size.Length == 0 ? 1 : block.Size[i]) is { CanBeInverted: true } counts)
                counts.Write(block, i);
            else
                block.Below[i] = double.NaN;
        }
    }

    /// <summary>A mean near y, inside the range of the link: where iteratively reweighted least squares starts.</summary>
    internal abstract double StartingMean(double y, double size);

    /// <summary>A first guess at δ from the data, given fitted means.</summary>
    internal virtual double StartingDispersion(ReadOnlySpan<double> y, ReadOnlySpan<double> mu, ReadOnlySpan<double> size) => 0;

    /// <summary>R's way of writing it: "nbinom2 (log)".</summary>
    public override string ToString() => $"{Name} ({Link})";

    /// <summary>Adds the constants to the log-densities, when a kernel has left them out.</summary>
    private protected void AddConstants(ref LogDensityBlock block)
    {
        if (block.C.IsEmpty)
        {
            for (var i = 0; i < block.Y.Length; i++)
            {
                block.L[i] += Constant(block.Y[i], block.Size.IsEmpty ? 1 : block.Size[i]);
            }

            return;
        }

        for (var i = 0; i < block.Y.Length; i += VectorMath.Width)
        {
            VectorMath.Store(VectorMath.Load(block.L, i) + VectorMath.Load(block.C, i), block.L, i);
        }
    }
}

/// <summary>What prior weights mean for a family.</summary>
internal enum WeightRole
{
    /// <summary>Each observation's log-likelihood is multiplied by its weight.</summary>
    LikelihoodMultiplier,

    /// <summary>Weights are numbers of trials, responses proportions.</summary>
    Trials,

    /// <summary>The residual variance of observation i is σ²/wᵢ.</summary>
    Precision,
}
