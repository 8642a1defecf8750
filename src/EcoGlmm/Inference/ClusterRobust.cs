using EcoGlmm.Model;

namespace EcoGlmm;

/// <summary>
/// Kinds of standard errors that hold whatever the variances and correlations within clusters are, as long as clusters are independent and
/// there are many of them. R's clubSandwich, by the same names.
/// </summary>
public enum ClusterRobust
{
    /// <summary>
    /// The sandwich itself; too small with few clusters. Degrees of freedom are Satterthwaite's for Gaussian models with identity link, as
    /// for CR2 and as clubSandwich has them, else m − 1 for m clusters.
    /// </summary>
    CR0,

    /// <summary>Times m/(m − 1) for m clusters, with the degrees of freedom of CR0.</summary>
    CR1,

    /// <summary>Times m/(m − p) for m clusters and p coefficients, with m − p degrees of freedom, as metafor's <c>robust()</c>.</summary>
    CR1p,

    /// <summary>
    /// Residuals adjusted such that the sandwich is unbiased if the model is right, with Satterthwaite degrees of freedom: for few
    /// clusters. Gaussian models with identity link, and syntheses of effect sizes. R. Bell &amp; D. McCaffrey (2002), Survey Methodology
    /// 28, 169-181; J. Pustejovsky &amp; E. Tipton (2018), J. Bus. Econ. Stat. 36, 672-683.
    /// </summary>
    CR2,
}

/// <summary>Cluster-robust covariances and tests of a fit.</summary>
public static class ClusterRobustExtensions
{
    /// <summary>
    /// The cluster-robust covariance of the fixed effects of the conditional part that were estimated, in their order. Of generalized
    /// models it holds the variance parameters at their estimates.
    /// </summary>
    /// <param name="fit">The fit.</param>
    /// <param name="kind">The kind.</param>
    /// <param name="cluster">A column whose values tell independent clusters apart; the coarsest grouping factor when null.</param>
    /// <exception cref="GlmmException">Random effects reach over clusters, or the kind is not for this model.</exception>
    public static double[,] RobustCovariance(this GlmmFit fit, ClusterRobust kind, string? cluster = null)
    {
        ArgumentNullException.ThrowIfNull(fit);
        return Inference.ClusterRobustInference.Of(fit, kind, cluster).Covariance.ToArray();
    }

    /// <summary>Tests of the fixed effects with cluster-robust standard errors; degrees of freedom are those of the
    /// kind.</summary>
    /// <inheritdoc cref="RobustCovariance"/>
    /// <param name="fit">The fit.</param>
    /// <param name="kind">The kind.</param>
    /// <param name="cluster">A column whose values tell independent clusters apart; the coarsest grouping factor when null.</param>
    /// <param name="level">Coverage of the intervals.</param>
    public static CoefficientTests CoefficientTests(this GlmmFit fit, ClusterRobust kind, string? cluster = null, double level = 0.95)
    {
        ArgumentNullException.ThrowIfNull(fit);
        return new CoefficientTests(fit, Inference.ClusterRobustInference.Of(fit, kind, cluster), CoverageLevel.Checked(level));
    }
}
