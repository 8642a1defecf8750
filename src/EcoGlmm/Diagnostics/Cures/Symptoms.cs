using EcoGlmm.Numerics;

namespace EcoGlmm.Diagnostics;

/// <summary>What the tests of a check found, in the terms that cures are chosen by; and the tests themselves.</summary>
internal sealed class Symptoms
{
    private readonly List<Symptom> _all;

    private Symptoms(GlmmFit fit, SimulatedResiduals residuals, SimulatedResiduals allRows, bool triesLarger, ChangedFits changed)
    {
        Fit = fit;
        Changed = changed;
        Residuals = residuals;
        AllRows = allRows;
        _all = [.. ResidualCheck.All.Where(check => triesLarger || !check.OnlyTriesLargerModels)
            .SelectMany(check => check.Examine(fit, check.IsOfAllRows ? allRows : residuals, changed))];
    }

    public GlmmFit Fit { get; }

    /// <summary>The changed models that were fitted so far.</summary>
    public ChangedFits Changed { get; }

    public SimulatedResiduals Residuals { get; }

    /// <summary>What rows are looked at all together by: about effects drawn anew where groups are small, else the same.</summary>
    public SimulatedResiduals AllRows { get; }

    /// <summary>Every test that was made, p-values not yet adjusted.</summary>
    public IReadOnlyList<Symptom> All => _all;

    /// <summary>What was found, after adjustment for all tests.</summary>
    public IReadOnlyList<Symptom> Found { get; private set; } = [];

    /// <summary>Patterns that were found.</summary>
    public IEnumerable<Pattern> Patterns => Of<PatternCheck>().Select(s => s.Pattern!);

    /// <summary>Whether the data scatter more than the model says.</summary>
    public bool HasMoreScatter => Of<ScatterCheck>().Any(s => s.IsMore);

    /// <summary>Whether they scatter less.</summary>
    public bool HasLessScatter => Of<ScatterCheck>().Any(s => s.IsLess) || Of<SeriesCheck>().Any(s => s.Series!.IsSmoother);

    public bool HasMoreZeros => Of<ZeroCheck>().Any(s => s.IsMore);

    public bool HasFewerZeros => Of<ZeroCheck>().Any(s => s.IsLess);

    /// <summary>Looks at a model with simulations of that number and seed.</summary>
    /// <param name="fit">The model.</param>
    /// <param name="count">Number of simulations.</param>
    /// <param name="seed">Their seed.</param>
    /// <param name="triesLarger">Whether larger models are fitted too, to see if the likelihood prefers them.</param>
    /// <param name="changed">The changed models that were fitted before in the same check; none when null.</param>
    /// <exception cref="GlmmException">The model cannot be simulated from.</exception>
    public static Symptoms Of(GlmmFit fit, int count, long seed, bool triesLarger = true, ChangedFits? changed = null)
    {
        var residuals = ResidualsOf(fit, count, seed);
        return new Symptoms(fit, residuals, residuals.IsRotated || DependentRows.AreIn(residuals) || !SmallGroups.AreIn(fit) ? residuals
            : fit.SimulatedResiduals(new ResidualOptions { Count = count, Seed = seed, Mode = SimulationMode.Unconditional }),
            triesLarger, changed ?? new());
    }

    /// <summary>Rows above which residuals are not rotated unasked: it takes time with their cube.</summary>
    private const int MostRotated = 1500;

    /// <summary>
    /// Residuals about the conditional modes, as DHARMa has them; but where effects that hang together are nearly as many as rows, modes
    /// take up much of what rows scatter. Then residuals of normal errors are rotated by the fitted covariance, and random effects of
    /// other families are drawn anew: counts near zero are no less skewed for being rotated.
    /// </summary>
    private static SimulatedResiduals ResidualsOf(GlmmFit fit, int count, long seed)
    {
        var rows = fit.ObservationCount;
        if (HasEffectsOfRows(fit))
        {
            if (!fit.Family.HasNormalErrors)
                return fit.SimulatedResiduals(new ResidualOptions { Count = count, Seed = seed, Mode = SimulationMode.Unconditional });
            try
            {
                if (rows <= MostRotated)
                    return fit.SimulatedResiduals(new ResidualOptions { Count = count, Seed = seed, Rotate = true });
            }
            catch (GlmmException)
            {
                // A covariance without an inverse, as of rows that repeat each other.
            }
        }

        return fit.SimulatedResiduals(count, seed);
    }

    /// <summary>Whether effects that hang together are nearly as many as rows.</summary>
    public static bool HasEffectsOfRows(GlmmFit fit) => fit.Estimate.Model.Terms.Any(t => !t.IsCurve
        && t.Part == ModelPart.Conditional && t.Structure.Precision is not null && 2 * t.Levels.Count > fit.ObservationCount);

    /// <summary>What a check found.</summary>
    public IEnumerable<Symptom> Of<T>()
        where T : ResidualCheck => Found.Where(s => s.Check is T);

    /// <summary>Whether a check found anything.</summary>
    public bool Has<T>()
        where T : ResidualCheck => Of<T>().Any();

    /// <summary>Adjusts the p-values of all tests together, those made elsewhere among them, and keeps what is significant.</summary>
    /// <returns>The adjusted p-values of those made elsewhere.</returns>
    public double[] Judge(IReadOnlyList<double> others)
    {
        var adjusted = PValueAdjustment.Holm([.. _all.Select(s => s.Test.PValue), .. others]);
        for (var i = 0; i < _all.Count; i++)
            _all[i] = _all[i] with { Test = _all[i].Test with { AdjustedPValue = adjusted[i] } };
        Found = [.. _all.Where(s => s.Test.IsSignificant)];
        return adjusted[_all.Count..];
    }
}
