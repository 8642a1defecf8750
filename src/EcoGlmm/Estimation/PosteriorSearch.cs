using EcoGlmm.Numerics;

namespace EcoGlmm.Estimation;

/// <summary>
/// The maximum of a likelihood whose score is had by draws: quasi-Newton steps until they are small, then steps with more draws whose
/// ends are averaged.
/// </summary>
/// <remarks>
/// Averaged steps keep the accuracy of all of their draws together, whatever the curvature that they were made with (B. T. Polyak &amp;
/// A. B. Juditsky, 1992, SIAM J. Control Optim. 30, 838-855).
/// </remarks>
internal sealed class PosteriorSearch
{
    private const int MostApproaches = 15;
    private const int Averaged = 4;

    /// <summary>Draws of the log-likelihood of a fit, which is compared with others, for each of a score.</summary>
    private const int FinalDraws = 4;

    /// <summary>Standard errors that a step may have.</summary>
    private const double LongestStep = 2;

    /// <summary>A step of less of a standard error is small.</summary>
    private const double Small = 0.15;

    /// <summary>A step of more of a standard error tells the curvature, with the noise of the score.</summary>
    private const double Telling = 0.3;

    /// <summary>A step of the differences of scores for the Hessian, in standard errors.</summary>
    private const double HessianStep = 0.5;

    private readonly MixedModel _model;
    private readonly PosteriorScore _score;
    private readonly double[] _inverse;
    private readonly double[] _spread;
    private readonly int _draws;
    private readonly RandomStream _random;

    /// <param name="model">The model.</param>
    /// <param name="objective">Its Laplace approximation.</param>
    /// <param name="inverse">Covariance of ψ, about: steps begin with it.</param>
    /// <param name="spread">Standard errors of ψ, about.</param>
    /// <param name="draws">Draws of a score.</param>
    /// <param name="seed">The same seed gives the same result.</param>
    /// <param name="cancellation">Stops between two moves.</param>
    public PosteriorSearch(MixedModel model, LaplaceObjective objective, double[] inverse, double[] spread, int draws, long seed,
        CancellationToken cancellation)
    {
        (_model, _inverse, _spread, _draws, _random) = (model, inverse, spread, draws, new RandomStream(seed));
        _score = new PosteriorScore(model, objective, spread, cancellation);
    }

    /// <summary>log L at the start, its Monte Carlo error, and the draws that it is worth.</summary>
    public (double Value, double Error, double Effective) Before { get; private set; }

    /// <summary>log L at the maximum.</summary>
    public double Found { get; private set; }

    /// <summary>Covariance of ψ at the maximum; null where the Hessian is not positive definite.</summary>
    public double[]? Covariance { get; private set; }

    /// <summary>Moves ψ to the maximum; false where none can be reached.</summary>
    public bool Run(double[] psi, bool wantsCovariance)
    {
        Before = _score.LogLikelihood(psi, _draws, _random.Split(0));
        if (!double.IsFinite(Before.Value) || !Approach(psi)) return false;
        var sum = new double[psi.Length];
        var gradient = new double[psi.Length];
        for (var round = 0; round < Averaged; round++)
        {
            if (!Gradient(psi, gradient, _draws, _random.Split(100 + round))) return false;
            var step = Step(gradient);
            for (var j = 0; j < psi.Length; j++)
            {
                sum[j] += psi[j] + step[j];
                psi[j] = sum[j] / (round + 1);
            }
        }

        Found = _score.LogLikelihood(psi, wantsCovariance ? FinalDraws * _draws : _draws, _random.Split(1)).Value;
        if (wantsCovariance)
        {
            // The same numbers for every step: the differences have less noise than the scores.
            Covariance = RefinedEstimator.Covariance((x, g) => Gradient(x, g, _draws, _random.Split(2)) ? 0 : double.NaN, psi, _spread,
                HessianStep);
        }

        return double.IsFinite(Found);
    }

    private bool Approach(double[] psi)
    {
        var d = psi.Length;
        var (gradient, last, moved) = (new double[d], new double[d], (double[]?)null);
        for (var round = 0; round < MostApproaches; round++)
        {
            if (!Gradient(psi, gradient, Math.Max(100, _draws / 4), _random.Split(10 + round)))
            {
                // No modes so far out: half of the way back.
                if (moved is null) return false;
                for (var j = 0; j < d; j++) psi[j] -= moved[j] *= 0.5;
                continue;
            }

            if (moved is not null && Longest(moved) > Telling) Learn(moved, [.. gradient.Zip(last, (a, b) => a - b)]);
            moved = Step(gradient);
            for (var j = 0; j < d; j++) psi[j] += moved[j];
            gradient.CopyTo(last, 0);
            if (Longest(moved) < Small) return true;
        }

        return false;
    }

    private double Longest(double[] step) => step.Zip(_spread, (a, s) => Math.Abs(a) / s).Max();

    /// <summary>The quasi-Newton step, shortened where it is long.</summary>
    private double[] Step(double[] gradient)
    {
        var d = gradient.Length;
        var step = new double[d];
        for (var i = 0; i < d; i++)
        {
            for (var j = 0; j < d; j++) step[i] -= _inverse[(i * d) + j] * gradient[j];
        }

        var scale = Math.Min(1, LongestStep / Math.Max(1e-300, Longest(step)));
        for (var i = 0; i < d; i++) step[i] *= scale;
        return step;
    }

    /// <summary>BFGS, where the step has met curvature.</summary>
    private void Learn(double[] s, double[] y)
    {
        var d = s.Length;
        var by = new double[d];
        for (var i = 0; i < d; i++)
        {
            for (var j = 0; j < d; j++) by[i] += _inverse[(i * d) + j] * y[j];
        }

        var (sy, yby) = (s.Zip(y, (a, b) => a * b).Sum(), y.Zip(by, (a, b) => a * b).Sum());
        if (!(sy > 0.05 * yby) || !(yby > 0)) return;
        for (var i = 0; i < d; i++)
        {
            for (var j = 0; j < d; j++)
                _inverse[(i * d) + j] += ((1 + (yby / sy)) * s[i] * s[j] / sy) - (((s[i] * by[j]) + (by[i] * s[j])) / sy);
        }
    }

    private bool Gradient(ReadOnlySpan<double> psi, Span<double> gradient, int draws, RandomStream random)
    {
        var finite = true;
        _model.Restraints.Evaluate((x, g) =>
        {
            finite = _score.Gradient(x, g, draws, random);
            return finite ? 0 : double.NaN;
        }, psi, gradient);
        return finite;
    }
}
