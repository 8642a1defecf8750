using EcoGlmm.Families;

namespace EcoGlmm;

/// <summary>A link function: η = g(μ), where μ is the mean of the response and η the linear predictor.</summary>
public abstract partial class Link
{
    private protected Link(string name) => Name = name;

    /// <summary>η = μ.</summary>
    public static Link Identity { get; } = new IdentityLink();

    /// <summary>η = log μ: effects multiply the mean.</summary>
    public static Link Log { get; } = new LogLink();

    /// <summary>η = log(μ / (1 − μ)): effects multiply the odds.</summary>
    public static Link Logit { get; } = new LogitLink();

    /// <summary>η = Φ⁻¹(μ), Φ the standard normal distribution function.</summary>
    public static Link Probit { get; } = new ProbitLink();

    /// <summary>η = log(−log(1 − μ)): effects multiply the hazard.</summary>
    public static Link Cloglog { get; } = new CloglogLink();

    /// <summary>η = tan(π(μ − ½)).</summary>
    public static Link Cauchit { get; } = new CauchitLink();

    /// <summary>η = 1/μ.</summary>
    public static Link Inverse { get; } = new InverseLink();

    /// <summary>η = √μ.</summary>
    public static Link Sqrt { get; } = new SqrtLink();

    /// <summary>η = 1/μ².</summary>
    public static Link InverseSquare { get; } = new InverseSquareLink();

    /// <summary>
    /// η = log W(μ), W Lambert's function, so that μ = θ exp(θ) with θ = exp(η): the natural link of the Bell distribution.
    /// </summary>
    public static Link LambertW { get; } = new LambertWLink();

    /// <summary>The name that R users know: "log", "logit", "cloglog", "1/mu^2".</summary>
    public string Name { get; }

    /// <summary>The linear predictor η that gives the mean μ.</summary>
    /// <param name="mu">A mean, on the response scale.</param>
    public abstract double LinearPredictor(double mu);

    /// <summary>The mean μ at the linear predictor η.</summary>
    /// <param name="eta">A linear predictor.</param>
    public double Mean(double eta) => At(eta).Mu;

    /// <summary>dμ/dη at the linear predictor η.</summary>
    /// <param name="eta">A linear predictor.</param>
    public double MeanDerivative(double eta) => At(eta).D1;

    /// <summary>The link of that name.</summary>
    /// <param name="name">R's name of a link: "identity", "log", "logit", "probit", "cloglog", "loglog", "cauchit", "inverse", "sqrt",
    /// "1/mu^2" or "lambertW"; upper and lower case are the same.</param>
    /// <exception cref="GlmmException">There is no link of that name.</exception>
    public static Link Parse(string name) => LinkNames.Find(name);

    /// <inheritdoc/>
    public override string ToString() => Name;

    /// <summary>Whether different linear predictors always give different means.</summary>
    internal virtual bool IsMonotone => true;

    /// <summary>Whether η has the response's units, so that its scale is that of the data.</summary>
    internal virtual bool IsOnResponseScale => false;

    /// <summary>Whether a mean at the edge of its range is an infinite η, so that groups without variation have no estimate.</summary>
    internal virtual bool HasInfiniteEdges => false;

    /// <summary>Whether the mean is infinite at η = 0, so that a normal η has no mean response.</summary>
    internal virtual bool HasPole => false;

    /// <summary>The variance of the latent variable whose threshold the response tells; NaN where the link has none.</summary>
    internal virtual double LatentVariance => double.NaN;

    /// <summary>The variance of the response around its mean, as one on the scale of η.</summary>
    /// <param name="variance">The variance of the response.</param>
    /// <param name="mean">Its mean.</param>
    /// <param name="approximation">How; the link's own way when null.</param>
    /// <exception cref="GlmmException">The approximation is for the log link.</exception>
    internal virtual (double Variance, string Method) OnPredictorScale(double variance, double mean,
        VarianceApproximation? approximation)
    {
        if (approximation is not (null or VarianceApproximation.Delta))
        {
            throw new GlmmException($"The approximation {approximation} is for the log link, not for {Name}. Use "
                + "VarianceApproximation.Delta, or leave it out.");
        }

        var slope = At(LinearPredictor(mean)).D1;
        return (variance / (slope * slope), "delta method, variance/(dμ/dη)²");
    }

    /// <summary>Whether μ is a distribution function of η.</summary>
    internal virtual bool IsDistribution => false;

    /// <summary>How the link is written in C#.</summary>
    internal virtual string Code => $"Link.{char.ToUpperInvariant(Name[0])}{Name[1..]}";

    /// <summary>Whether <see cref="LogMean"/> and <see cref="LogComplement"/> have forms that keep their digits in the tails.</summary>
    internal virtual bool HasLogTails => false;

    /// <summary>log μ with derivatives.</summary>
    internal virtual LogTail LogMean(double eta) => throw new InvalidOperationException($"The link {Name} has no logarithmic tails.");

    /// <summary>log(1 − μ) with derivatives.</summary>
    internal virtual LogTail LogComplement(double eta) => throw new InvalidOperationException($"The link {Name} has no logarithmic tails.");

    /// <summary>log[μ(b) − μ(a)] with derivatives, for ordered categories; links that are no distribution's have none.</summary>
    internal virtual CategoryInterval Between(double a, double b) =>
        throw new InvalidOperationException($"The link {Name} is not the inverse of a distribution function.");

    /// <summary>What the exponential of a coefficient is; null where it has no plain meaning.</summary>
    internal virtual string? RatioName(Family family) => null;

    /// <summary>μ, 1 − μ and the derivatives of μ at η.</summary>
    internal abstract LinkPoint At(double eta);

    /// <summary>μ at several η.</summary>
    internal virtual void Means(ReadOnlySpan<double> eta, Span<double> mu)
    {
        for (var i = 0; i < eta.Length; i++)
            mu[i] = At(eta[i]).Mu;
    }
}
