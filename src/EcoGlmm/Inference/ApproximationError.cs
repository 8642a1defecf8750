using EcoGlmm.Estimation;
using EcoGlmm.Inference;
using EcoGlmm.Text;

namespace EcoGlmm;

/// <summary>
/// How far the approximation that a fit was made by is from the likelihood, and what it does to the estimates.
/// </summary>
/// <remarks>
/// The likelihood is had by importance sampling at the conditional modes, with antithetic draws, set by set of levels that rows connect;
/// it is exact as draws grow. Where random effects are crossed, so that one set has them all, weights of draws would degenerate: there
/// the likelihood is the integral along the densities between the normal approximation and the posterior, and its maximum is found by
/// the scores of draws from the posterior. Shifts are to the maximum of the simulated likelihood, with draws made anew where it lies.
/// <para>Immutable, and safe to share among threads.</para>
/// </remarks>
public sealed class ApproximationError : IRichDisplay
{
    /// <summary>A shift of more of a standard error matters.</summary>
    private const double Notable = 0.2;

    /// <summary>A standard deviation that moves by 5 % matters as much.</summary>
    private const double DeviationWeight = 4;
    private readonly (string Name, double Before, double After, double Error, bool IsDeviation)[] _rows;
    private readonly bool _isExact;
    private readonly string _advice;

    internal ApproximationError(GlmmFit fit, int pairs, long seed, CancellationToken cancellation)
    {
        Method = FitWords.Estimator(fit);
        var parameters = FitParameter.Of(fit);
        if (!Refinement.Applies(fit))
        {
            _isExact = true;
            _rows = [.. parameters.Select(p => (NameOf(p), p.Value(fit), p.Value(fit), 0.0, false))];
            _advice = "";
        }
        else
        {
            var (refined, result) = Refinement.BySimulation(fit, pairs, seed, false, cancellation);
            LogLikelihoodError = fit.LogLikelihood - result.LogLikelihoodBefore;
            MonteCarloError = result.MonteCarloError;
            EffectiveDraws = result.LeastEffective;
            _rows = [.. parameters.Select(p => (NameOf(p), p.Value(fit), p.Value(refined), ErrorOf(fit, p),
                p.Kind == ParameterKind.StandardDeviation))];
            _advice = Refinement.PointsFor(fit) is { } points ? $"use QuadraturePoints = {points}" : "use fit.Refine()";
        }

        Shifts = _rows.ToDictionary(r => r.Name, r => r.After - r.Before);
    }

    /// <summary>How the fit was made.</summary>
    public string Method { get; }

    /// <summary>The fit's log-likelihood less the simulated one at the same estimates: above zero, the approximation is too high.</summary>
    public double LogLikelihoodError { get; }

    /// <summary>Standard error of <see cref="LogLikelihoodError"/> by the draws.</summary>
    public double MonteCarloError { get; }

    /// <summary>The effective number of draws of the set of random effects that has least; infinite where nothing was drawn.</summary>
    public double EffectiveDraws { get; } = double.PositiveInfinity;

    /// <summary>
    /// By parameter ("Days", "sd_(Intercept)|Subject", "sigma"; of other parts with the part before it, "ZeroInflation mined"), the
    /// estimate
    /// that the likelihood has less that of the fit.
    /// </summary>
    public IReadOnlyDictionary<string, double> Shifts { get; }

    /// <summary>What it means, in sentences.</summary>
    public string Explain()
    {
        if (_isExact) return "The likelihood of this model needs no approximation: its error is zero.";
        var trust = EffectiveDraws < 30 ? " The draws are too few for these random effects to be sure of it: ask for more draws." : "";
        var size = $"The log-likelihood is {(LogLikelihoodError >= 0 ? "too high" : "too low")} by "
            + $"{NumberFormat.Significant(Math.Abs(LogLikelihoodError), 2)} (Monte Carlo error "
            + $"{NumberFormat.Significant(MonteCarloError, 2)}).";
        // A standard deviation near zero may be anything small.
        var negligible = 0.05 * _rows.Where(r => r.IsDeviation).Select(r => Math.Max(r.Before, r.After)).DefaultIfEmpty(0).Max();
        double Size((string Name, double Before, double After, double Error, bool IsDeviation) row) => row.Error > 0
            ? Math.Abs(row.After - row.Before) / row.Error
            : row.IsDeviation && negligible > 0
                ? Math.Abs(Math.Log(Math.Max(row.After, negligible) / Math.Max(row.Before, negligible))) * DeviationWeight : 0;
        var worst = _rows.Where(r => r.Error > 0 || r.IsDeviation).OrderByDescending(Size).FirstOrDefault();
        if (worst.Name is null || Size(worst) < Notable)
            return $"{size} No coefficient moves by more than {NumberFormat.Significant(Notable)} of a standard error, no standard "
                + $"deviation by more than 5 %: the approximation may be believed.{trust}";
        var before = NumberFormat.Significant(worst.Before, 3);
        var after = NumberFormat.Significant(worst.After, 3);
        var amount = !worst.IsDeviation
            ? $"{worst.Name} is {before} instead of {after}, off by "
                + $"{NumberFormat.Significant(Math.Abs(worst.After - worst.Before) / worst.Error, 2)} of its standard error"
            : $"{worst.Name} is {(worst.Before > worst.After ? "overstated" : "understated")}, {before} instead of {after}"
                + FactorOf(worst.Before, worst.After);
        return $"{size} {amount}: {_advice}.{trust}";
    }

    /// <inheritdoc/>
    public override string ToString() => Explain() + "\n" + ResultTable.Text(Table());

    /// <inheritdoc/>
    public string ToHtml() => new HtmlWriter().Heading("How good is the approximation?").Paragraph(Explain()).Table(Table()).ToHtml();

    private static string FactorOf(double before, double after) => Math.Max(before, after) / Math.Min(before, after) is var factor
        && factor is > 1.1 and < 100 ? $" (a factor of {NumberFormat.Significant(factor, 2)})" : "";

    private static string NameOf(FitParameter parameter) => parameter.Part == ModelPart.Conditional
        || parameter.Kind == ParameterKind.Dispersion ? parameter.Name : $"{parameter.Part} {parameter.Name}";

    private static double ErrorOf(GlmmFit fit, FitParameter parameter) => parameter.Kind != ParameterKind.Coefficient
        ? 0 : parameter.Part switch
    {
        ModelPart.Conditional => fit.FixedEffects[parameter.Name].StandardError,
        ModelPart.ZeroInflation => fit.ZeroInflationEffects[parameter.Name].StandardError,
        _ => fit.DispersionEffects[parameter.Name].StandardError,
    };

    private TableContent Table()
    {
        var content = new TableContent(null) { Note = $"Fitted by {Method}." }.Text("").Number("Fit").Number("Likelihood").Number("Shift")
            .Number("Shift / std. error");
        var cells = NumberFormat.Column([.. _rows.SelectMany(r => new[] { r.Before, r.After, r.After - r.Before })]);
        for (var k = 0; k < _rows.Length; k++)
            content.Row(_rows[k].Name, cells[3 * k], cells[(3 * k) + 1], cells[(3 * k) + 2], _rows[k].Error > 0
                ? NumberFormat.Fixed((_rows[k].After - _rows[k].Before) / _rows[k].Error, 2) : "");
        return content;
    }
}
