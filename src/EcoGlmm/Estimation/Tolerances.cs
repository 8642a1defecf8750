namespace EcoGlmm.Estimation;

/// <summary>
/// Every tolerance and threshold of the search for a maximum and of the verdict on it, with its unit and its reason. A
/// logarithm of the likelihood is meant where no unit is named.
/// </summary>
internal static class Tolerances
{
    // Comparing maxima. Values of the likelihood carry rounding errors of about 1e-10 for a thousand rows.

    /// <summary>Another maximum counts as higher when it is so by this: well above rounding errors, far below what any reader
    /// sees.</summary>
    public const double HigherMaximum = 1e-7;

    /// <summary>How far below a known maximum a search is that may be on its way there, and by how much the density of a row may differ at
    /// most.</summary>
    public const double NearKnownMaximum = 0.05, NearKnownDensity = 0.1;

    /// <summary>After a search that stalled, another start may end lower by this and still replace it, since it converged.</summary>
    public const double RestartLoss = 1e-6;

    /// <summary>A variance is put to zero when that costs no more than this: rounding errors of two evaluations.</summary>
    public const double BoundaryLoss = 1e-8;

    // The search.

    /// <summary>A step with a refreshed curvature must gain this for another refresh: else BFGS learns more than the guess knows.</summary>
    public const double LeastGain = 2e-3;

    /// <summary>Effects of a level up to which perfect correlations are turned round: each effect is a search of its own.</summary>
    public const int WidestTurned = 5;

    /// <summary>Starts tried after a search that stalled.</summary>
    public const int Restarts = 2;

    /// <summary>Standard deviations of the random effects at these starts: smaller and larger than most that are seen on a log
    /// scale.</summary>
    public static readonly double[] RestartSpreads = [0.1, 1.5];

    /// <summary>Standard deviations of functions of unit size at the starts for variances that act only together.</summary>
    public static readonly double[] JointSpreads = [0.05, 0.3, 2];

    /// <summary>Curvature in a direction of variances that act together, relative to the most curved one, that is none: differences of
    /// gradients have an error of about a thousandth.</summary>
    public const double FlatJointVariances = 1e-3;

    /// <summary>How many of these starts, the likeliest, are followed.</summary>
    public const int JointStarts = 2;

    /// <summary>A step that promises less does not matter to a log-likelihood that is only set against another.</summary>
    public const double LikelihoodAlone = 1e-4;

    /// <summary>Rows above which a maximum at the boundary is taken for the highest where only the likelihood's height is asked for: of few
    /// there may be another within.</summary>
    public const int RowsOfBoundary = 5000;

    /// <summary>Steps of the EM algorithm before quasi-Newton: they bring variances to the right size, then become slow.</summary>
    public const int ExpectationSteps = 2;

    /// <summary>Times that deeper conditional modes are followed: each is a whole search.</summary>
    public const int ModeRounds = 5;

    /// <summary>Iterations for a model with more parameters than rows: it converges soon or, most often, never.</summary>
    public const int IterationsOverfitted = 40;

    /// <summary>Most units that a step moves a linear predictor by on a log or probability scale: beyond, no quadratic model
    /// holds.</summary>
    public const double LongestPredictorStep = 5;

    /// <summary>Most times its own size that a step moves the covariance factor of a term.</summary>
    public const double LongestCovarianceStep = 4;

    /// <summary>The same where all else is profiled out, so that the criterion is smoother.</summary>
    public const double LongestProfiledStep = 5;

    /// <summary>Times that a start without a finite likelihood has its random effects shrunk, each time by
    /// <see cref="Shrinkage"/>.</summary>
    public const int Retreats = 8;

    /// <summary>Moves of such a start by three tenths of the way towards a constant mean: the last is 8 % of the way from it.</summary>
    public const int MovesToTheMean = 8;

    /// <summary>Factor of such a shrinkage.</summary>
    public const double Shrinkage = 0.3;

    /// <summary>Rounding error of a log-density of counts, relative to its largest terms.</summary>
    public const double CountRounding = 1e-16;

    /// <summary>A Newton step that promises less than twice this is not taken after the search: the estimates would not change.</summary>
    public const double SmallestNewtonGain = 1e-12;

    /// <summary>
    /// Passes over the data, for each iteration that is allowed, after which a fit is given up: 10,000 for 500 iterations, of which no fit
    /// of tests/reference takes 700. A count and no clock, so that the same fit ends the same way on any machine.
    /// </summary>
    public const int PassesOfIteration = 20;

    /// <summary>The same where each pass has a large factorisation: still three times what any fit of tests/reference takes.</summary>
    public const int PassesOfCostlyIteration = 4;

    /// <summary>Operations of factorisations that are taken for granted: some seconds' work.</summary>
    public const double FlopsOfEffort = 1e10;

    /// <summary>
    /// Terms of series, of families whose densities have no closed form, after which a fit is given up: some seconds' work, and ten
    /// times what any fit of tests/reference takes.
    /// </summary>
    public const long SeriesTerms = 150_000_000;

    /// <summary>The same for each row, where there are so many rows that this is more.</summary>
    public const long SeriesTermsOfRow = 200_000;

    /// <summary>
    /// Rows that are evaluated at nodes of quadrature, after which a fit is given up: some seconds' work.
    /// </summary>
    public const double QuadratureRows = 100_000_000;

    /// <summary>Quadratures for each iteration that is allowed, where there are so many rows and nodes that this is more.</summary>
    public const int QuadraturesOfIteration = 2;

    /// <summary>Evaluations of a profiled criterion for each iteration that is allowed, if each is costly.</summary>
    public const double EvaluationsOfCostlyIteration = 0.5;

    /// <summary>Iterations for which passes are granted at least: starts and standard errors take some, too.</summary>
    public const int FewestIterationsOfEffort = 50;

    /// <summary>Newton steps after the search.</summary>
    public const int NewtonSteps = 3;

    /// <summary>Times that average information is taken anew: where it still leads on after these, BFGS knows more of the valley.</summary>
    public const int Refreshes = 15;

    /// <summary>Standard deviation of effects relative to the residual's beyond which the residual is zero, and the criterion lost to
    /// rounding.</summary>
    public const double LargestRelativeEffect = 1e5;

    /// <summary>The same where several terms add to a row.</summary>
    public const double LargestOverlappingEffect = 1e4;

    /// <summary>Where the proportions of the effects are searched: the residual is as good as zero, and rounding errors are a thousandth of
    /// those at the largest.</summary>
    public const double HeldRelativeEffect = 3000;

    /// <summary>Relative to which the residual may be on its way to zero, where the likelihood is so flat that a search takes
    /// long.</summary>
    public const double LargeRelativeEffect = 50;

    /// <summary>Where it is looked at whether the likelihood falls from there: with variances of the residual of a millionth to a sixteenth
    /// of the effects'.</summary>
    public static readonly double[] NearNoResidual = [1000, 200, 30, 10, 4];

    /// <summary>Where it is looked at for another maximum with a residual, or with effects where there are none.</summary>
    public static readonly double[] WithResidual = [10, 3, 1, 0.4, 0.15];

    /// <summary>Operations of a factorisation, and fifty for each row, up to which it is looked at many places: some
    /// milliseconds.</summary>
    public const double FlopsOfManyPlaces = 4e5;

    /// <summary>Standard deviations to look at where one is zero, by those of the other effects of the level or by what counts as
    /// one.</summary>
    public static readonly double[] OffZero = [0.08, 0.25, 0.8];

    /// <summary>What a search may add to the likelihood of a place to begin from.</summary>
    public const double LikelihoodOfSearch = 2;

    /// <summary>The same where standard deviations and correlations are looked for anew.</summary>
    public const double LikelihoodOfLongSearch = 10;

    /// <summary>What a criterion loses by rounding, times the squares of effects relative to the residual.</summary>
    public const double RelativeEffectRounding = 2e-18;

    /// <summary>Evaluations after which a step by average information was a poor one, and how many such there may be.</summary>
    public const int EvaluationsOfDetour = 4, Detours = 2;

    // Conditional modes of the random effects.

    /// <summary>
    /// Points tried for the modes, full Newton steps and shorter ones: from the last point's two or three are usual and twenty many, so
    /// that
    /// this many mean that there are none.
    /// </summary>
    public const int ModeTrials = 200;

    /// <summary>
    /// The last step is taken without another look at the function: after a Newton step the decrement falls to its square, after
    /// a step with an older factor to a fraction.
    /// </summary>
    public const double NewtonDecrement = 1e-9, ReusedDecrement = 1e-16;

    /// <summary>An older factor serves while the decrement falls to this share at each step.</summary>
    public const double LeastContraction = 0.05;

    /// <summary>A decrement below this that no step achieves is lost in rounding errors.</summary>
    public const double RoundedDecrement = 1e-8;

    /// <summary>Rounding error of the penalised likelihood, as a share of it and of one.</summary>
    public const double ModeRounding = 1e-11;

    /// <summary>Share of the decrease that a Newton step promises, which a step must achieve (Armijo's rule).</summary>
    public const double SufficientDecrease = 1e-4;

    /// <summary>Halvings of such a step: the shortest is then lost in rounding errors.</summary>
    public const int ModeHalvings = 60;

    /// <summary>Steps this short, one after the other, because longer ones have no likelihood: the modes are at the edge of a link's
    /// range.</summary>
    public const double CrampedStep = 1e-3;

    /// <summary>So many of them.</summary>
    public const int CrampedSteps = 3;

    /// <summary>Least weight of a row where the observed weights make no positive definite matrix: rows without information.</summary>
    public const double LeastWeight = 1e-8;

    /// <summary>Points and end, in standard deviations, of the grid over which other modes are looked for: a tenth from each to the
    /// next.</summary>
    public const int ModeGridPoints = 81;

    /// <summary>The end of that grid.</summary>
    public const double ModeGridEnd = 4;

    /// <summary>A mode is deeper when it is so by this: well above rounding errors.</summary>
    public const double DeeperMode = 1e-6;

    // Boundaries.

    /// <summary>
    /// Standard deviations below this, relative to the unit of the linear predictor, may be zero: the likelihood is quadratic in
    /// them there, so that an optimiser comes near zero slowly.
    /// </summary>
    public const double NearBoundary = 0.03;

    /// <summary>Where a search begins that would begin on the boundary: near it, yet where the likelihood has a slope.</summary>
    public const double OffBoundary = 0.1;

    /// <summary>Standard deviations below this, in the same unit, are zero in what is reported.</summary>
    public const double AtBoundary = 1e-4;

    /// <summary>Variances of users' effects below this, in squares of the same unit, are zero in what is reported.</summary>
    public const double ZeroVariance = 1e-8;

    /// <summary>Logit beyond which the probability of a structural zero is all but zero or one (0.0003).</summary>
    public const double StructuralZerosGone = 8;

    // Likelihoods without a maximum.

    /// <summary>Mean log-density, of responses in units of their root mean square, above which they are met perfectly: errors below
    /// e⁻¹⁵.</summary>
    public const double PerfectLogDensity = 15;

    /// <summary>A log dispersion this far below the others' is one of rows that are met perfectly.</summary>
    public const double PerfectDispersion = 10;

    /// <summary>Squared residuals smaller than this share of the squared responses are rounding errors.</summary>
    public const double SmallestResidual = 1e-27;

    /// <summary>Penalised squared residuals smaller than this share of those of the fixed effects alone are too.</summary>
    public const double SmallestPenalisedResidual = 1e-14;

    /// <summary>Offsets that span more than this on a log or probability scale cannot all be right.</summary>
    public const double LongestOffset = 60;

    /// <summary>A mean within this share of the edge of what a family allows lies on it.</summary>
    public const double EdgeOfRange = 1e-4;

    // Starting values.

    /// <summary>Iterations of reweighted least squares, and halvings of a step that leaves the link's range: a start need not be
    /// exact.</summary>
    public const int ReweightedIterations = 25, ReweightedHalvings = 25;

    /// <summary>Reweighted least squares end when no coefficient changes by more than this share: the next change would be about its
    /// square.</summary>
    public const double ReweightedChange = 1e-3;

    /// <summary>How many times the deviance of a constant mean that of a start may be: a fit has less, a step that ran away far
    /// more.</summary>
    public const double WorseThanConstant = 2;

    /// <summary>Largest working weight and squared working residual: one row at the edge of a link must not decide alone.</summary>
    public const double LargestWorkingWeight = 1e12;

    /// <summary>Share of a diagonal that is added to it, so that a column without weight does not stop a start.</summary>
    public const double Ridge = 1e-10;

    /// <summary>Smallest and largest standard deviation of random effects at the start, on log and probability scales.</summary>
    public const double SmallestStartSpread = 0.2, LargestStartSpread = 0.7;

    /// <summary>Share of the zeros that are structural where as many as possible are to be.</summary>
    public const double StructuralShare = 0.9;

    /// <summary>Iterations of the logistic regression of zeros for such a start.</summary>
    public const int ZeroRegressionIterations = 6;

    /// <summary>Standard deviation of a prior that is flat for all purposes, relative to the size of the response.</summary>
    public const double FlatPrior = 1e5;

    /// <summary>The same on the scale of a link, relative to one or to the largest coefficient of an orthogonal column.</summary>
    public const double FlatPriorOnLink = 1e3;

    /// <summary>Share of the zeros, at first, and what it may be at least and at most, that are taken for structural.</summary>
    public const double FewestStructuralZeros = 0.02, MostStructuralZeros = 0.6;

    /// <summary>Probabilities of a zero are kept this far from zero and one in that regression, so that weights stay finite.</summary>
    public const double LeastProbability = 1e-3;

    /// <summary>Share of the working residuals' spread that random effects start with where the link has the response's units.</summary>
    public const double StartShare = 0.5;

    /// <summary>What is added to a diagonal that may be zero.</summary>
    public const double Smallest = 1e-300;

    // Effects of each level from its own rows alone.

    /// <summary>Steps of Newton's method; quadratic from near, so that more mean an estimate at infinity.</summary>
    public const int UnpooledSteps = 60;

    /// <summary>Longest step, and farthest estimate taken for finite, in units of a log or probability scale.</summary>
    public const double LongestUnpooledStep = 2, FarthestUnpooled = 12;

    /// <summary>A pivot of the information below this share is of effects that the rows of a level do not determine.</summary>
    public const double UnpooledPivot = 1e-5;

    /// <summary>Steps below this end the search: the error is then its square.</summary>
    public const double UnpooledChange = 1e-8;

    // Curvature.

    /// <summary>Step of central and of forward differences of a gradient, in standard errors: errors of a thousandth.</summary>
    public const double CentralStep = 5e-3, ForwardStep = 1e-3;

    /// <summary>How many steps away a point that a search came by may be to stand for a difference.</summary>
    public const double ShortestSecant = 0.02, LongestSecant = 20;

    /// <summary>The shortest where gradients are estimates.</summary>
    public const double ShortestNoisySecant = 0.2;

    /// <summary>Parameters above which differences are forward ones: each costs an evaluation.</summary>
    public const int ManyParameters = 40;

    /// <summary>Orders above which eigenvectors are had by reduction to a tridiagonal matrix rather than by rotations.</summary>
    public const int LargeOrder = 64;

    /// <summary>Eigenvalues of a Hessian with unit diagonal below this, for each parameter, are flat directions.</summary>
    public const double FlatEigenvalue = 1e-9;

    /// <summary>Information about a covariance parameter below this is not one to step by.</summary>
    public const double LeastInformation = 1e-3;

    // The verdict.

    /// <summary>Share of the guess at a parameter's information that average information is not taken to be below: it vanishes where
    /// effects do.</summary>
    public const double ShareOfGuess = 0.1;

    /// <summary>Share of its diagonal that is added to an average-information matrix: no step along a flat direction is longer by it
    /// than by data.</summary>
    public const double InformationRidge = 1e-7;

    /// <summary>Information on a correlation within a level that a step takes for granted: a standard error of ten where a unit or two
    /// are all there is.</summary>
    public const double ShapeInformation = 0.01;

    /// <summary>A likelihood that could still rise by this is not maximised.</summary>
    public const double LargestImprovement = 1e-5;

    /// <summary>A standard error of a linear predictor above this means that the data say nothing about it.</summary>
    public const double LargestStandardError = 30;

    /// <summary>
    /// And a coefficient runs to infinity only where its standard error is that many times the estimate: a steep but proper curve has
    /// both large.
    /// </summary>
    public const double LargestRelativeError = 3;

    /// <summary>Coefficients with less than this share in a flat direction have no part in it.</summary>
    public const double SmallestShare = 0.02;

    /// <summary>Variance given to a linear predictor that the data say nothing about.</summary>
    public const double UnknownVariance = 1e8;

    /// <summary>Beyond this a logarithm or a logit is far from the middle of its scale.</summary>
    public const double FarFromMiddle = 6;

    /// <summary>And up to this it is not far, whatever the likelihood does.</summary>
    public const double NearMiddle = 3;

    /// <summary>Within this of zero a shape that has a meaning there is at zero.</summary>
    public const double AtMiddle = 1;

    /// <summary>Smallest and largest rough standard error, in units of a parameter, that steps of differences are taken in proportion
    /// to.</summary>
    public const double SmallestSpread = 1e-8, LargestSpread = 10;

    /// <summary>Step in θ for differences of the profiled criterion: this share of θ, and at least
    /// <see cref="LeastProfiledSpread"/>.</summary>
    public const double ProfiledSpread = 0.1, LeastProfiledSpread = 0.02;
}
