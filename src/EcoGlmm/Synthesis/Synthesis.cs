using EcoGlmm.Syntheses;
using EcoGlmm.Text;

namespace EcoGlmm;

/// <summary>What studies say together.</summary>
public sealed class Synthesis : IRichDisplay
{
    private readonly SynthesisNumbers _numbers;

    internal Synthesis(SynthesisNumbers numbers) => _numbers = numbers;

    /// <summary>All coefficients, with standard errors given the variances between studies.</summary>
    public CoefficientTable FixedEffects => _numbers.FixedEffects;

    /// <summary>The mean effect: of the intercept, or the first coefficient; the mean log ratio where counts were put together.</summary>
    public double Estimate => _numbers.Estimate;

    /// <summary>Its standard error.</summary>
    public double StandardError => _numbers.StandardError;

    /// <summary>Lower end of its interval.</summary>
    public double Lower => Estimate - Reach(StandardError);

    /// <summary>Upper end of its interval.</summary>
    public double Upper => Estimate + Reach(StandardError);

    /// <summary>p-value of no effect.</summary>
    public double PValue => _numbers.PValue(Estimate / StandardError);

    /// <summary>
    /// τ, the standard deviation of the effect between studies; with effects at several levels, the root of the sum of their
    /// variances (<see cref="Fit"/> has each).
    /// </summary>
    public double Tau => Math.Sqrt(_numbers.TauSquared);

    /// <summary>
    /// I², the share of the variance of effect sizes that is not from sampling, in per cent (Higgins and Thompson 2002); NaN where
    /// counts were put together, which have no one sampling variance.
    /// </summary>
    public double I2 => _numbers.I2;

    /// <summary>H², the total over the sampling variance; NaN where counts were put together.</summary>
    public double H2 => 1 / (1 - I2 / 100);

    /// <summary>Cochran's Q, the weighted squares left by a model without variance between studies; NaN for counts.</summary>
    public double Q => _numbers.Q;

    /// <summary>p-value of Q under no heterogeneity.</summary>
    public double QPValue => double.IsNaN(Q) ? double.NaN : MathNet.Numerics.SpecialFunctions.GammaUpperRegularized(0.5 * _numbers.ResidualDegrees, 0.5 * Q);

    /// <summary>Lower end of the interval for the true effect in a new study.</summary>
    public double PredictionLower => Estimate - Reach(Math.Sqrt(StandardError * StandardError + _numbers.TauSquared));

    /// <summary>Upper end of it.</summary>
    public double PredictionUpper => Estimate + Reach(Math.Sqrt(StandardError * StandardError + _numbers.TauSquared));

    /// <summary>The log-likelihood; a restricted one with metafor's constant, ½ log |XᵀX|.</summary>
    public double LogLikelihood => _numbers.LogLikelihood;

    /// <summary>Coverage of the intervals.</summary>
    public double Level => _numbers.Level;

    /// <summary>How many studies, or effect sizes.</summary>
    public int Count => _numbers.Count;

    /// <summary>The fit beneath; null for the exact conditional model of odds ratios, which is not a generalized linear one.</summary>
    public GlmmFit? Fit => _numbers.Fit;

    /// <summary>The forest figure: each study's effect with its interval, the mean effect, and where a new study is expected.</summary>
    public Figure ForestFigure() => ForestFigures.Draw(this, _numbers.Studies);

    /// <inheritdoc/>
    public override string ToString() => SynthesisCard.Text(this, _numbers);

    /// <inheritdoc/>
    public string ToHtml() => SynthesisCard.Html(this, _numbers);

    private double Reach(double error) => _numbers.Quantile * error;
}
