using EcoGlmm.Estimation;
using EcoGlmm.Model;
using MathNet.Numerics.LinearAlgebra;

namespace EcoGlmm.Inference;

/// <summary>
/// What tests of combinations of the fixed effects of one part stand on: their estimates, their covariance, and denominator degrees
/// of freedom. Combinations are in the order of the coefficients estimated.
/// </summary>
internal abstract class FixedEffectInference
{
    protected FixedEffectInference(Vector<double> estimates, Matrix<double> covariance)
    {
        Estimates = estimates;
        Covariance = covariance;
    }

    public Vector<double> Estimates { get; }

    public Matrix<double> Covariance { get; }

    /// <summary>What is used, for a fit.</summary>
    /// <param name="fit">The fit.</param>
    /// <param name="degrees">Where degrees of freedom come from.</param>
    /// <param name="part">The part of the model.</param>
    /// <exception cref="GlmmException">The model has no such degrees of freedom.</exception>
    public static FixedEffectInference For(GlmmFit fit, DenominatorDegrees degrees, ModelPart part = ModelPart.Conditional) =>
        degrees switch
    {
        DenominatorDegrees.Infinite => new NormalInference(fit, part),
        DenominatorDegrees.Satterthwaite => new SatterthwaiteInference(fit, part),
        DenominatorDegrees.KenwardRoger => KenwardRoger.Of(fit, part),
        DenominatorDegrees.BetweenWithin => new BetweenWithin(fit, part),
        DenominatorDegrees.RestrictedBetweenWithin => new BetweenWithin(fit, part, restricted: true),
        _ => throw new ArgumentOutOfRangeException(nameof(degrees)),
    };

    /// <summary>The same for combinations of fixed effects and curves, on a grid: by the normal distribution where the part has
    /// curves.</summary>
    public static FixedEffectInference ForGrid(GlmmFit fit, DenominatorDegrees degrees, ModelPart part) =>
        fit.Estimate.Model.Terms.Any(t => t.IsCurve && t.Part == part) ? new CurveInference(FittedSmooths.Of(fit), part)
        : For(fit, degrees, part);

    /// <summary>The best that the model has for small samples at no cost: Satterthwaite's where it is Gaussian, between-within
    /// else.</summary>
    public static DenominatorDegrees BestOf(GlmmFit fit, ModelPart part = ModelPart.Conditional) =>
        part != ModelPart.Conditional || fit.Estimate.Model.HasCurves || fit.Estimate.Model.Terms.Count == 0 && !fit.Estimate.IsProfiled
        ? DenominatorDegrees.Infinite
            : fit.Estimate.IsProfiled && double.IsFinite(fit.LogLikelihood) ? DenominatorDegrees.Satterthwaite
            : DenominatorDegrees.BetweenWithin;

    /// <summary>What covers best where groups are few, at the cost of a fit: Kenward and Roger's where the model is Gaussian,
    /// between-within with restricted variances else.</summary>
    public static DenominatorDegrees SmallSampleOf(GlmmFit fit) => BestOf(fit) switch
    {
        DenominatorDegrees.Infinite => DenominatorDegrees.Infinite,
        DenominatorDegrees.Satterthwaite when RandomEffects.ConnectedLevels.Obstacle(fit.Estimate.Model.Terms) is null =>
        DenominatorDegrees.KenwardRoger,
        DenominatorDegrees.Satterthwaite => DenominatorDegrees.Satterthwaite,
        _ => DenominatorDegrees.RestrictedBetweenWithin,
    };

    /// <summary>Degrees of freedom of the t-test of lᵀβ; infinite for the normal approximation.</summary>
    public abstract double DegreesOfFreedom(double[] l);

    /// <summary>lᵀβ̂.</summary>
    public double Value(double[] l) => Estimates * Vector<double>.Build.Dense(l);

    /// <summary>√(lᵀCl).</summary>
    public double StandardError(double[] l)
    {
        var v = Vector<double>.Build.Dense(l);
        return Math.Sqrt(v * Covariance * v);
    }

    /// <summary>The F-statistic of Lβ = r and its denominator degrees of freedom; Wald's χ² over its degrees of freedom where they are
    /// infinite.</summary>
    /// <param name="l">L, a row for each hypothesis, linearly independent.</param>
    /// <param name="difference">Lβ̂ − r.</param>
    public virtual (double Statistic, double Denominator) Joint(Matrix<double> l, Vector<double> difference)
    {
        var statistic = difference * (l * Covariance * l.Transpose()).Solve(difference) / l.RowCount;
        return (statistic, double.PositiveInfinity);
    }

    protected static Vector<double> EstimatesOf(GlmmFit fit, ModelPart part)
    {
        var predictor = LinearPredictor.Of(part);
        var basis = fit.Estimate.Model.Basis[predictor] ?? throw new GlmmException($"The model has no {ModelPartNames.InSentence(part)}.");
        var beta = fit.Estimate.Psi.AsSpan(fit.Estimate.Model.FixedOffset[predictor], basis.Columns).ToArray();
        basis.ToCoefficients(beta);
        return Vector<double>.Build.Dense(beta);
    }

    protected static Matrix<double> CovarianceOf(GlmmFit fit, ModelPart part)
    {
        var predictor = LinearPredictor.Of(part);
        var p = fit.Estimate.Model.Basis[predictor]!.Columns;
        return Matrix<double>.Build.Dense(p, p, CoefficientCovariance.Of(fit.Estimate, predictor, predictor));
    }
}

/// <summary>Fixed effects and the coefficients of the curves of a part, by the normal approximation to their posterior.</summary>
internal sealed class CurveInference(FittedSmooths smooths, ModelPart part) : FixedEffectInference(
    Vector<double>.Build.Dense(smooths.Coefficients(smooths.BlockOf(part))),
    Matrix<double>.Build.Dense(smooths.Coefficients(smooths.BlockOf(part)).Length, smooths.Coefficients(smooths.BlockOf(part)).Length,
        smooths.Covariance(smooths.BlockOf(part), smooths.BlockOf(part))))
{
    public override double DegreesOfFreedom(double[] l) => double.PositiveInfinity;
}

/// <summary>The normal approximation.</summary>
internal sealed class NormalInference(GlmmFit fit, ModelPart part) : FixedEffectInference(EstimatesOf(fit, part), CovarianceOf(fit, part))
{
    public override double DegreesOfFreedom(double[] l) => double.PositiveInfinity;
}

/// <summary>
/// Satterthwaite's; for several hypotheses by the degrees of freedom of the independent combinations that they are equivalent to.
/// Source: A. Kuznetsova, P. B. Brockhoff &amp; R. H. B. Christensen (2017), J. Stat. Softw. 82(13), section 2.2.
/// </summary>
internal sealed class SatterthwaiteInference(GlmmFit fit, ModelPart part) : FixedEffectInference(EstimatesOf(fit, part),
    CovarianceOf(fit, part))
{
    /// <summary>Degrees of freedom that differ by less are the same.</summary>
    private const double Same = 1e-8;
    private readonly Satterthwaite _degrees = Satterthwaite.For(fit, part);

    public override double DegreesOfFreedom(double[] l) => _degrees.DegreesOfFreedom(l);

    public override (double Statistic, double Denominator) Joint(Matrix<double> l, Vector<double> difference)
    {
        var eigen = (l * Covariance * l.Transpose()).Evd(Symmetricity.Symmetric);
        var rotated = eigen.EigenVectors.Transpose();
        var q = l.RowCount;
        var statistic = 0.0;
        var degrees = new double[q];
        for (var m = 0; m < q; m++)
        {
            var value = rotated.Row(m) * difference;
            statistic += value * value / eigen.EigenValues[m].Real / q;
            degrees[m] = _degrees.DegreesOfFreedom((rotated.Row(m) * l).ToArray());
        }

        return (statistic, Together(degrees));
    }

    /// <summary>Degrees of freedom of the mean of squared t-variables such that its expectation is that of F.</summary>
    private static double Together(double[] degrees)
    {
        var q = degrees.Length;
        if (degrees.Max() - degrees.Min() < Same) return degrees.Average();
        if (degrees.Any(v => v <= 2)) return 2;
        var expected = degrees.Sum(v => v / (v - 2));
        return 2 * expected / (expected - q);
    }
}
