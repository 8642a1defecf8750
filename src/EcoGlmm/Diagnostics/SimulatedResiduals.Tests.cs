using System.Globalization;
using EcoGlmm.Diagnostics;
using EcoGlmm.Numerics;
using EcoGlmm.Prediction;

namespace EcoGlmm;

public sealed partial class SimulatedResiduals
{
    private const string ZeroInflationName = "Zero-inflation test";

    /// <summary>
    /// Kolmogorov-Smirnov test of whether the residuals are uniform. Statistic: the largest distance between their empirical
    /// distribution function and the uniform one. Exact below 100 rows without ties, else from the limiting distribution.
    /// </summary>
    /// <param name="alternative">
    /// As in R's ks.test: <see cref="Alternative.Greater"/> looks for a distribution function above the uniform one
    /// (residuals that are too small), <see cref="Alternative.Less"/> for one below it.
    /// </param>
    /// <remarks>With many rows it finds deviations too small to matter: look at the chart too.</remarks>
    public TestResult TestUniformity(Alternative alternative = Alternative.TwoSided)
    {
        (var d, var p) = KolmogorovSmirnov.Uniform(_scaled, alternative);
        var pText = TestResult.FormatPValue(p, 0);
        var message = p < TestResult.SignificanceLevel
            ? $"The residuals are not uniform ({pText}): overall, the observations are not distributed as the model says."
            : $"The residuals are as uniform as those of a correct model ({pText}).";
        return new TestResult("Uniformity test (Kolmogorov-Smirnov)", d, p, alternative.RName(), message)
        {
            Verdict = p < TestResult.SignificanceLevel ? "not uniform" : "as expected",
            Chart = new TestChart(() => Assemble("Uniformity of the residuals",
                ResidualFigures.UniformQuantiles(_scaled, _rows, [ResidualFigures.TestLine("Uniformity (KS)",
                    TestUniformity(alternative))]))),
        };
    }

    /// <summary>
    /// Test of over- and underdispersion by simulation. Statistic: the variance of observed − fitted, divided by the mean over
    /// simulations of the variance of simulated − fitted; above 1 means overdispersion. The p-value is the share of simulations
    /// at least as extreme.
    /// </summary>
    /// <param name="alternative"><see cref="Alternative.Greater"/> looks for overdispersion alone.</param>
    /// <param name="type">What is compared.</param>
    /// <remarks>
    /// More sensitive when random effects are simulated conditionally on their fitted values. A missing predictor, zero
    /// inflation and single outliers also show as overdispersion.
    /// </remarks>
    /// <exception cref="GlmmException">The Pearson test is asked of residuals that are not of a model fitted here.</exception>
    public TestResult TestDispersion(Alternative alternative = Alternative.TwoSided, DispersionTestType type = DispersionTestType.Simulated)
    {
        if (type == DispersionTestType.PearsonChiSquared)
        {
            (var squares, var degrees) = _model?.Pearson() ?? throw new GlmmException(
                "The Pearson test of dispersion needs the rows of a model that was fitted here; use DispersionTestType.Simulated.");
            return DispersionTest.Pearson(squares, degrees, _model.HasRandomEffects, alternative, Describe());
        }

        (var simulated, var observed) = _refits is { } refits
            ? (refits.Pearson, refits.ObservedPearson)
            : (_summary.Variances, SimulationSums.VarianceAround(_observed, _fitted));
        var test = DispersionTest.Simulated(simulated, observed, alternative, _refits is not null);
        var mean = SimulationSource.Mean(simulated);
        return test with
        {
            Chart = new TestChart(() => Assemble("Dispersion of data and simulations", ResidualFigures.Comparison(
                null, _refits is null ? "Residual variance, as a multiple of the mean simulated one"
                : "Squared Pearson residuals, as a multiple of the mean of refits",
                Array.ConvertAll(simulated, v => v / mean), test.Statistic, whole: false, test))),
        };
    }

    /// <summary>
    /// Test of whether more, or fewer, rows lie outside all simulations than should. Statistic: the number of such rows.
    /// </summary>
    /// <param name="alternative"><see cref="Alternative.Greater"/> looks for too many outliers alone.</param>
    /// <param name="type">
    /// How the expected number is found. DHARMa's default for whole numbers is the bootstrap up to 500 rows and the binomial
    /// test above; here it is <see cref="OutlierTestType.LeaveOneOut"/>, which keeps its level where those do not.
    /// </param>
    /// <param name="margin">Whether to count rows below all simulations, above all of them, or both.</param>
    /// <param name="replicates">How many simulations the bootstrap puts in the place of the data, at most all of them.</param>
    /// <remarks>
    /// An outlier here is a row outside the simulated range, however far; the number falls as the number of simulations rises.
    /// </remarks>
    /// <exception cref="GlmmException">Fewer than two replicates.</exception>
    public TestResult TestOutliers(
        Alternative alternative = Alternative.TwoSided, OutlierTestType type = OutlierTestType.Default,
        OutlierMargin margin = OutlierMargin.Both, int replicates = 100)
    {
        if (replicates < 2)
            throw new GlmmException($"The bootstrap of the outlier test needs at least two replicates, but {replicates} were asked for.");
        (var test, var expected) = OutlierTest.Resolve(type, IntegerResponse) switch
        {
            OutlierTestType.Binomial => (OutlierTest.Binomial(_scaled, Count, alternative, margin), null),
            OutlierTestType.Bootstrap => OutlierTest.Bootstrap(
                _scaled, _compared.Matrix(), alternative, margin, replicates, new RandomStream(Seed).Split(BootstrapStream)),
            _ => OutlierTest.LeaveOneOut(_scaled, _comparedSummary, alternative, margin),
        };
        return test with
        {
            Chart = new TestChart(() => Assemble("Rows outside all simulations", expected is null
                ? OutlierFigure.Histogram(_scaled, Count, margin, test)
                : ResidualFigures.Comparison(null, "Rows outside all others, for each simulation in the place of the data", expected,
                    test.Statistic, whole: true, test))),
        };
    }

    /// <summary>
    /// Test of whether the data have more, or fewer, zeros than the simulations. Statistic: observed zeros divided by the mean
    /// number of simulated zeros; above 1 means zero inflation.
    /// </summary>
    /// <param name="alternative"><see cref="Alternative.Greater"/> looks for too many zeros alone.</param>
    /// <remarks>
    /// Many zeros alone are no zero inflation: what counts is whether the model expects them. Overdispersion also makes zeros.
    /// </remarks>
    public TestResult TestZeroInflation(Alternative alternative = Alternative.TwoSided)
    {
        var zeros = SimulationSums.CountZeros(_observed);
        var test = SimulationTest.Ratio(ZeroInflationName, _summary.Zeros, zeros, alternative, ("too few zeros", "as expected",
            "too many zeros"), (_, p, significant) =>
        {
            var mean = SimulationSource.Mean(_summary.Zeros);
            if (mean == 0 && zeros == 0)
                return $"Neither the data nor the simulations have zeros ({p}).";
            var expected = FormattableString.Invariant($"{mean:0.#}");
            var counts = $"The data have {zeros} {(zeros == 1 ? "zero" : "zeros")} and the simulations {expected} on average";
            return !significant ? $"{counts}: no sign of too many or too few ({p})."
                : zeros > mean ? $"{counts}: more zeros than the model expects ({p})."
                : $"{counts}: fewer zeros than the model expects ({p}).";
        });
        return test with
        {
            Chart = new TestChart(() => Assemble("Zeros in data and simulations",
                ResidualFigures.Comparison(null, "Number of zeros", _summary.Zeros, zeros, whole: true, test))),
        };
    }

    /// <summary>
    /// Test of any number computed from the response, for example its maximum or the count of ones. Statistic: the number for
    /// the data divided by its mean over the simulations. The p-value is the share of simulations at least as extreme.
    /// </summary>
    /// <param name="statistic">Computes the number from the response of all rows, observed or simulated, in row order.</param>
    /// <param name="alternative">Whether to look for values that are too large, too small, or both.</param>
    /// <param name="name">What the number is, for the message.</param>
    /// <exception cref="GlmmException">The statistic is null, or is not a number for the data or a simulation.</exception>
    public TestResult TestGeneric(
        Func<double[], double> statistic, Alternative alternative = Alternative.TwoSided, string name = "statistic")
    {
        ArgumentNullException.ThrowIfNull(statistic);
        ArgumentNullException.ThrowIfNull(name);
        var observed = Checked(statistic((double[])Observed.Clone()), "the observed response");
        var simulated = new double[Count];
        var gate = new object();
        _simulations.ForEach(SimulationSource.WorkerCount(Count), (_, s, values) =>
        {
            // A user's function may keep state of its own, so that it is never called twice at once.
            lock (gate)
                simulated[s] = statistic((double[])values.Clone());
        });
        for (var s = 0; s < Count; s++)
            Checked(simulated[s], $"simulation {s + 1}");
        var test = SimulationTest.Ratio($"Test of {name}", simulated, observed, alternative, ("too small", "as expected",
            "too large"), (_, p, significant) =>
        {
            var values = string.Create(CultureInfo.InvariantCulture, $"The {name} is {observed:0.####} in the data and "
                + $"{SimulationSource.Mean(simulated):0.####} on average in the simulations");
            return significant ? $"{values}: the model does not reproduce it ({p})." : $"{values}: within what the model produces ({p}).";
        });
        return test with
        {
            Chart = new TestChart(() => Assemble($"The {name} of data and simulations",
                ResidualFigures.Comparison(null, $"The {name}", simulated, observed, AreWhole(simulated) && AreWhole([observed]), test))),
        };

        double Checked(double value, string where) => !double.IsNaN(value)
            ? value
            : throw new GlmmException($"The {name} given to TestGeneric is not a number for {where}.");
    }
}
