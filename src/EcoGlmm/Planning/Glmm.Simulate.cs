using EcoGlmm.Inference;
using EcoGlmm.Numerics;
using EcoGlmm.Planning;

namespace EcoGlmm;

public static partial class Glmm
{
    /// <summary>
    /// Simulates responses of a design without a fit: random effects are drawn for each simulation. glmmTMB's simulate_new.
    /// </summary>
    /// <param name="formula">The model: "y ~ x + (1 | g)". The response need not be in the design.</param>
    /// <param name="design">The rows: covariates, grouping factors, trials.</param>
    /// <param name="parameters">
    /// Every parameter by name: "(Intercept)", "x", "sd_(Intercept)|g", "cor_x.(Intercept)|g" (zero where left out), those of structures as
    /// <see cref="InferenceExtensions.VarianceIntervals"/> names them ("correlation|ar1(0 + week | g)", "range|exp(0 + x + y | 1)"),
    /// "sigma" (the dispersion as <see cref="GlmmFit.Sigma"/> reports it), "zi_(Intercept)" and "disp_x" of other parts.
    /// </param>
    /// <param name="family">Gaussian when null.</param>
    /// <param name="options">Formulas of the other parts, weights, offset, contrasts, relatives and meshes.</param>
    /// <param name="count">Number of simulations.</param>
    /// <param name="seed">The same seed gives the same responses.</param>
    /// <returns>[simulation][row], in the units of the response (successes for cbind(), proportions for proportions).</returns>
    /// <exception cref="GlmmException">A parameter is missing, unknown or out of its range; the message lists all.</exception>
    public static double[][] Simulate(string formula, object design, IReadOnlyDictionary<string, double> parameters, Family? family = null,
        GlmmOptions? options = null, int count = 1, long seed = 1)
    {
        ArgumentNullException.ThrowIfNull(formula);
        ArgumentNullException.ThrowIfNull(design);
        ArgumentNullException.ThrowIfNull(parameters);
        var simulator = new DesignSimulator(formula, FieldData.From(design), parameters, family ?? Family.Gaussian(), options
            ?? new GlmmOptions());
        var stream = new RandomStream(seed);
        return [.. Enumerable.Range(0, Checked.Count(count, "simulations")).Select(s => simulator.Draw(stream.Split(s)))];
    }
}
