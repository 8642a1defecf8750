using EcoGlmm.Estimation;

namespace EcoGlmm.Robustness.Tests.Properties;

/// <summary>Wherever a search begins, it ends at the highest maximum or says that it has none.</summary>
public class StartTests
{
    private const double Nearness = 1e-4;

    private static readonly (string Formula, Family Family)[] Models =
        [("n ~ x + (x | g)", Family.Poisson()), ("cbind(s, t) ~ x + f + (1 | g)", Family.Binomial()),
            ("n ~ x + (1 | g)", Family.NegativeBinomial2())];

    private static void EndsAtTheMaximum(string formula, Family family, Study study, Func<GlmmFit, double[], double[]> start)
    {
        var fit = Glmm.Fit(formula, study.Data(), family);
        Assert.True(fit.Convergence.IsConverged, fit.Convergence.ToString());
        var model = fit.Estimate.Model;
        var found = LaplaceEstimator.Fit(model, new GlmmControl { MaxThreads = 1 }, null, CancellationToken.None,
            start(fit, (double[])fit.Estimate.Psi.Clone()));
        if (found.Convergence.IsConverged)
            Assert.InRange(found.LogLikelihood, fit.LogLikelihood - Nearness, fit.LogLikelihood + Nearness);
        else
            Assert.NotEmpty(found.Convergence.Problems);
    }

    [Theory]
    [InlineData(1e8)]
    [InlineData(1e-8)]
    [InlineData(-1)]
    public void Starts_of_another_scale(double scale) => Study.Always(study =>
    {
        foreach (var (formula, family) in Models)
            EndsAtTheMaximum(formula, family, study, (_, psi) => Array.ConvertAll(psi, p => scale * p));
    }, 1);

    [Fact]
    public void Starts_at_a_saddle_point() => Study.Always(study =>
    {
        // Without random effects, at the best coefficients: the gradient is zero in every parameter, and the likelihood rises to both
        // sides.
        foreach (var (formula, family) in Models)
        {
            EndsAtTheMaximum(formula, family, study, (fit, psi) =>
            {
                var without = Glmm.Fit(formula[..formula.IndexOf(" + (", StringComparison.Ordinal)], study.Data(), family);
                without.Estimate.Psi.AsSpan(0, fit.Estimate.Model.FixedCount).CopyTo(psi);
                psi.AsSpan(fit.Estimate.Model.FixedCount).Clear();
                return psi;
            });
        }
    }, 2);
}
