using EcoGlmm.Diagnostics;
using EcoGlmm.Numerics;
using EcoGlmm.Prediction;

namespace EcoGlmm;

/// <summary>
/// Simulated (randomised quantile) residuals: for each row, where the observed response lies among responses simulated from
/// the model, 0 below all of them and 1 above all of them. When the model is right they are uniform on [0, 1], whatever the
/// response distribution, so that one picture (<see cref="Plot()"/>) and one set of tests serve every model.
/// </summary>
/// <remarks>
/// Definitions are those of the R package DHARMa (F. Hartig), after P. K. Dunn and G. K. Smyth (1996), Randomized quantile
/// residuals, Journal of Computational and Graphical Statistics 5, 236-244. Simulations that take much memory are not kept
/// but made again when something asks for them. Immutable, and safe to share among threads: what is computed on demand is
/// computed once, and arrays handed out are copies.
/// </remarks>
public sealed partial class SimulatedResiduals : IResultTable
{
    /// <summary>The seed used when none is given.</summary>
    public const long DefaultSeed = 123;

    private const long RandomisationStream = -101, BootstrapStream = -102, NullStream = -103;

    private readonly double[] _observed;
    private readonly double[] _fitted;
    private readonly double[] _scaled;
    private readonly SimulationSource _simulations;
    private readonly SimulationSource _compared;
    private readonly double[] _comparedObserved;
    private readonly SimulationSummary _summary;
    private readonly SimulationSummary _comparedSummary;
    private readonly RefittedModels? _refits;
    private readonly ResidualRows _rows;
    private readonly ResidualModel? _model;
    private readonly Lazy<(double[] Grid, QuantileCurve[] Curves)> _fittedCurves;

    private SimulatedResiduals(double[] observed, double[] fitted, SimulationSource simulations, bool integerResponse, long seed,
        ResidualMethod method, ResidualRows rows, ResidualModel? model, RefittedModels? refits, bool areRowsDependent,
        double[,]? rotation = null)
    {
        _observed = observed;
        _fitted = fitted;
        IntegerResponse = integerResponse;
        Seed = seed;
        Method = refits is null ? method : ResidualMethod.Traditional;
        _rows = rows;
        _model = model;
        _refits = refits;
        _simulations = simulations;
        _summary = simulations.Summarise(observed, fitted);
        (_comparedObserved, _compared) = (observed, simulations);
        if (refits is not null)
            (_comparedObserved, _compared) = (refits.Observed, SimulationSource.FromMatrix(refits.Residuals));
        if (rotation is not null)
        {
            IsRotated = true;
            (_comparedObserved, var turned) = ResidualRotation.Apply(rotation, observed, simulations.Matrix());
            _compared = SimulationSource.FromMatrix(turned);
        }

        _comparedSummary = _compared == simulations ? _summary : _compared.Summarise(_comparedObserved, new double[observed.Length]);
        _scaled = Method == ResidualMethod.Traditional
            ? TraditionalQuantile.Apply(_compared, _comparedObserved, integerResponse, new RandomStream(seed).Split(RandomisationStream))
            : ProbabilityIntegralTransform(_comparedSummary, _compared.Count, seed);
        _areRowsDependent = areRowsDependent && Method == ResidualMethod.Pit;
        _null = new(SimulatedNullResiduals);
        _fittedCurves = new(() => QuantileSpline.Fit(RankTransform.Apply(_fitted), _scaled, Quartiles));
    }

    /// <summary>The residuals, one for each row, between 0 and 1; uniform when the model is right. A copy: take it once before a
    /// loop.</summary>
    public double[] Scaled => (double[])_scaled.Clone();

    /// <summary>The observed response, one value for each row; a copy.</summary>
    public double[] Observed => (double[])_observed.Clone();

    /// <summary>The fitted (predicted) response, one value for each row, on the scale of the response; a copy.</summary>
    public double[] Fitted => (double[])_fitted.Clone();

    /// <summary>
    /// The simulated responses, [simulation][row]. Simulations of large models are made again, and held in memory from then on,
    /// when this is first asked for.
    /// </summary>
    public SimulatedResponses Simulated => new(_simulations.Matrix());

    /// <summary>The number of simulations.</summary>
    public int Count => _simulations.Count;

    /// <summary>The number of rows.</summary>
    public int RowCount => _observed.Length;

    /// <summary>The residuals themselves, for those who only read them.</summary>
    internal double[] ScaledValues => _scaled;

    /// <summary>The observed response itself, for those who only read it.</summary>
    internal double[] ObservedValues => _observed;

    /// <summary>The fitted response itself, for those who only read it.</summary>
    internal double[] FittedValues => _fitted;

    /// <summary>The seed of the randomisation (and of the simulations, when a fitted model made them).</summary>
    public long Seed { get; }

    /// <summary>Whether the response takes whole numbers only.</summary>
    public bool IntegerResponse { get; }

    /// <summary>How residuals were read off the simulations.</summary>
    public ResidualMethod Method { get; }

    /// <summary>Whether residuals compare the model's with those of refits to each simulation (parametric bootstrap).</summary>
    public bool IsRefitted => _refits is not null;

    /// <summary>Refits that failed, whose simulations are left out; 0 without refits.</summary>
    public int FailedRefits => _refits?.Failed ?? 0;

    /// <summary>Whether responses were rotated by a covariance before residuals were made: see <see cref="Rotate"/>.</summary>
    public bool IsRotated { get; }

    /// <summary>Residuals from simulations made elsewhere, for example by another package or a Bayesian model.</summary>
    /// <param name="observed">The observed response, one value for each row; at least three rows.</param>
    /// <param name="simulated">Simulated responses, [simulation][row]; at least two, better 250 or more.</param>
    /// <param name="fitted">Predicted response, one value for each row; the mean of the simulations when null.</param>
    /// <param name="integerResponse">
    /// Whether the response takes whole numbers only; when null, whether all observed and simulated values are whole.
    /// </param>
    /// <param name="seed">Seed of the randomisation of ties.</param>
    /// <param name="method">How a residual is read off the simulations of its row.</param>
    /// <exception cref="GlmmException">Lengths do not agree, a value is missing, or there are too few rows or simulations.</exception>
    public static SimulatedResiduals From(
        double[] observed, double[][] simulated, double[]? fitted = null, bool? integerResponse = null, long seed = DefaultSeed,
        ResidualMethod method = ResidualMethod.Pit)
    {
        ArgumentNullException.ThrowIfNull(observed);
        ArgumentNullException.ThrowIfNull(simulated);
        CheckCount(simulated.Length);
        for (var s = 0; s < simulated.Length; s++)
        {
            if (simulated[s] is null || simulated[s].Length != observed.Length)
            {
                var found = simulated[s] is null ? "is null" : $"has {simulated[s].Length} values";
                var hint = simulated.Length == observed.Length
                    ? " Simulations are expected as [simulation][row]; these may be transposed."
                    : "";
                throw new GlmmException($"Simulation {s + 1} {found}, but the observed response has {observed.Length} rows.{hint}");
            }
        }

        simulated = Array.ConvertAll(simulated, s => (double[])s.Clone());
        fitted = fitted is null ? MeanOfSimulations(simulated) : (double[])fitted.Clone();
        return Create((double[])observed.Clone(), fitted, SimulationSource.FromMatrix(simulated),
            integerResponse ?? (AreWhole(observed) && simulated.All(AreWhole)), seed, method, ResidualRows.Plain, null, null, false);
    }

    /// <summary>
    /// Residuals from simulations that need not all be in memory; when these make rows depend on each other, tests that take them to
    /// be independent get their p-values from the simulations.
    /// </summary>
    internal static SimulatedResiduals FromSource(
        double[] observed, double[] fitted, SimulationSource simulations, bool integerResponse, long seed, ResidualRows? rows = null,
        ResidualMethod method = ResidualMethod.Pit, ResidualModel? model = null, RefittedModels? refits = null,
        bool areRowsDependent = false)
    {
        CheckCount(simulations.Count);
        return Create(observed, fitted, simulations, integerResponse, seed, method, rows ?? ResidualRows.Plain, model, refits,
            areRowsDependent);
    }

    /// <summary>
    /// Residuals after rotation: observed and simulated responses are multiplied by the inverse of the Cholesky factor of a
    /// covariance before they are compared, so that rows which are alike (near in time, space or phylogeny) become independent.
    /// Of use where simulations hold such a correlation, and responses are about normal.
    /// </summary>
    /// <remarks>Only the residuals are rotated; tests of dispersion, zeros and user statistics compare responses as they are.</remarks>
    /// <param name="covariance">
    /// Covariance of the rows, symmetric and positive definite; null estimates it from the simulations, which must then be more than
    /// the rows.
    /// </param>
    /// <exception cref="GlmmException">
    /// The matrix is unsuitable, there are too few simulations, or the residuals are from refits or by the traditional method.
    /// </exception>
    public SimulatedResiduals Rotate(double[,]? covariance = null)
    {
        if (Method != ResidualMethod.Pit)
            throw new GlmmException("Only residuals by the probability integral transform, without refits, can be rotated. Make them with "
                + "ResidualMethod.Pit.");
        return new SimulatedResiduals(_observed, _fitted, _simulations, IntegerResponse, Seed, Method, _rows, _model, null,
            _areRowsDependent,
            covariance ?? ResidualRotation.Estimate(_simulations.Matrix()));
    }

    /// <summary>
    /// The residuals as standard normal quantiles: normal when the model is right. Rows outside all simulations become
    /// −<paramref name="outlierValue"/> and +<paramref name="outlierValue"/>, infinite unless given.
    /// </summary>
    public double[] ToNormal(double outlierValue = double.PositiveInfinity) =>
        Array.ConvertAll(_scaled, r => r <= 0 ? -outlierValue : r >= 1 ? outlierValue : NormalDistribution.Quantile(r));

    /// <summary>
    /// Residuals of groups of rows: observed, fitted and simulated responses are summed (or otherwise aggregated) within each
    /// group, and the sums compared. Useful to see which sites, years or individuals the model over- or underpredicts, and to
    /// have one residual for each time or place before testing for autocorrelation.
    /// </summary>
    /// <param name="by">The group of each row. Groups come out in order: numbers by value, other text ordinally.</param>
    /// <param name="aggregate">How the values of a group become one; null for their sum. It may be called from several threads.</param>
    /// <exception cref="GlmmException">The number of rows differs, a group is missing, or there are fewer than three groups.</exception>
    public SimulatedResiduals Regroup(IReadOnlyList<string?> by, Func<double[], double>? aggregate = null)
    {
        ArgumentNullException.ThrowIfNull(by);
        var grouping = Grouping.From(by, RowCount);
        var rows = _simulations;
        double[] Aggregate(double[] values)
        {
            var result = new double[grouping.Levels.Length];
            grouping.Aggregate(values, result, aggregate);
            return result;
        }

        if (grouping.Levels.Length < 3)
            throw new GlmmException($"Regrouping gives {grouping.Levels.Length} groups, but residuals need at least three.");
        var refits = _refits is null ? null
            : _refits with { Observed = Aggregate(_refits.Observed), Residuals = Array.ConvertAll(_refits.Residuals, Aggregate) };
        var groups = aggregate is null ? rows.Sums(grouping.Rows) : SimulationSource.FromWriter(
            (simulation, destination) => grouping.Aggregate(rows.Get(simulation), destination, aggregate), Count, grouping.Levels.Length);
        return FromSource(Aggregate(_observed), Aggregate(_fitted), groups, IntegerResponse, Seed,
            new ResidualRows("Group", group => grouping.Levels[group], "response aggregated by group"), method: Method, refits: refits,
            areRowsDependent: _areRowsDependent);
    }

    /// <summary>Residuals of the groups of a column of the data, or a grouping factor of the model.</summary>
    /// <param name="by">The column or factor, without missing values.</param>
    /// <param name="aggregate">How the values of a group become one; null for their sum.</param>
    /// <exception cref="GlmmException">The residuals are not of a fitted model, or there is no such column.</exception>
    public SimulatedResiduals Regroup(string by, Func<double[], double>? aggregate = null)
    {
        ArgumentNullException.ThrowIfNull(by);
        var column = Variable(by);
        return Regroup(column.Texts ?? Grouping.AsText(column.Numbers!), aggregate);
    }

    /// <inheritdoc cref="Regroup(IReadOnlyList{string?}, Func{double[], double}?)"/>
    public SimulatedResiduals Regroup(IReadOnlyList<double> by, Func<double[], double>? aggregate = null)
    {
        ArgumentNullException.ThrowIfNull(by);
        return Regroup(Grouping.AsText(by), aggregate);
    }

    /// <inheritdoc cref="Regroup(IReadOnlyList{string?}, Func{double[], double}?)"/>
    public SimulatedResiduals Regroup(IReadOnlyList<int> by, Func<double[], double>? aggregate = null)
    {
        ArgumentNullException.ThrowIfNull(by);
        return Regroup(Grouping.AsText(by), aggregate);
    }

    private static SimulatedResiduals Create(
        double[] observed, double[] fitted, SimulationSource simulations, bool integerResponse, long seed, ResidualMethod method,
        ResidualRows rows, ResidualModel? model, RefittedModels? refits, bool areRowsDependent)
    {
        if (observed.Length < 3)
            throw new GlmmException($"Residual tests need at least three rows, but there are {observed.Length}.");
        if (fitted.Length != observed.Length)
            throw new GlmmException($"There are {fitted.Length} fitted values for {observed.Length} observed rows; one is needed for "
                + "each row.");
        CheckFinite(observed, "The observed response");
        CheckFinite(fitted, "The fitted response");
        return new SimulatedResiduals((double[])observed.Clone(), (double[])fitted.Clone(), simulations, integerResponse, seed,
            method, rows,
            model, refits, areRowsDependent);
    }

    /// <summary>A variable by its name, on the rows of the residuals.</summary>
    internal ResidualPredictor Variable(string name)
    {
        return _model?.Column(name) ?? throw new GlmmException(
            $"These residuals know no data to look \"{name}\" up in: they are of groups, or of a model fitted elsewhere. Give the values "
            + $"themselves.");
    }

    private static void CheckCount(int count)
    {
        if (count < 2)
            throw new GlmmException($"Simulated residuals need at least two simulations, but there are {count}. 250 are usual, 1000 "
                + $"steadier.");
    }

    private static void CheckFinite(double[] values, string what)
    {
        var row = Array.FindIndex(values, v => !double.IsFinite(v));
        if (row >= 0)
            throw new GlmmException($"{what} has no finite value at row {row + 1}. Leave out the rows with missing values before making "
                + $"residuals.");
    }

    private static bool AreWhole(double[] values) => Array.TrueForAll(values, v => Math.Floor(v) == v);

    private static double[] MeanOfSimulations(double[][] simulated)
    {
        var mean = new double[simulated[0].Length];
        foreach (var simulation in simulated)
        {
            for (var i = 0; i < mean.Length; i++)
                mean[i] += simulation[i] / simulated.Length;
        }

        return mean;
    }

    /// <summary>
    /// The share of simulations below the observed value; where some equal it, a uniform draw between the shares below and at
    /// or below. One draw is spent on every row, so that a row's randomisation does not depend on other rows' ties.
    /// </summary>
    private static double[] ProbabilityIntegralTransform(SimulationSummary summary, int count, long seed)
    {
        var random = new RandomStream(seed).Split(RandomisationStream);
        var scaled = new double[summary.Less.Length];
        for (var i = 0; i < scaled.Length; i++)
        {
            var lower = summary.Less[i] / (double)count;
            var upper = (summary.Less[i] + summary.Equal[i]) / (double)count;
            var u = random.NextDouble();
            scaled[i] = summary.Equal[i] == 0 ? lower : lower + u * (upper - lower);
        }

        return scaled;
    }
}
