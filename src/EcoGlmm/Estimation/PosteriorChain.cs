using EcoGlmm.Families;
using EcoGlmm.Numerics;
using EcoGlmm.RandomEffects;

namespace EcoGlmm.Estimation;

/// <summary>
/// A Markov chain of the random effects u given the response at one ψ, or of a density between their posterior p and its normal
/// approximation q at the conditional modes, q¹⁻ᵗpᵗ.
/// </summary>
/// <remarks>
/// With d = u − û, log q is −½dᵀHd: each row's log-density ℓ replaced by the parabola ℓ̂ + ℓ′dη − ½dηᵀW dη, and the same normal density
/// of u. The remainder Σ(ℓ − parabola) is then all that sets p and q apart. A sweep moves the levels of each term, which are independent
/// given the other terms' effects, by a proposal that has q's conditional mean and precision and the tails of a t distribution; then all
/// effects together along q, by a step whose size the acceptance decides. What such a chain costs does not grow with the dimension as
/// the variance of importance weights does, which is exponential. Sources: G. O. Roberts &amp; S. K. Sahu (1997), J. R. Stat. Soc. B 59,
/// 291-317 (blocks); S. L. Cotter, G. O. Roberts, A. M. Stuart &amp; D. White (2013), Stat. Sci. 28, 424-446 (the step along q).
/// </remarks>
internal sealed class PosteriorChain
{
    private const double DegreesOfT = 6;

    /// <summary>Share of the joint steps that should be accepted.</summary>
    private const double WantedAcceptance = 0.3;

    private readonly ObservationModel _observations;
    private readonly RandomEffectsSystem _system;
    private readonly MixedModel _model;
    private readonly RandomStream _random;
    private readonly CancellationToken _cancellation;
    private readonly Block[] _blocks;
    private readonly double[] _modes;
    private readonly double[]?[] _atModes;
    private readonly double[]?[] _slope;
    private readonly double[]?[] _curvature;
    private readonly double[]?[] _trial;
    private readonly double[] _there;
    private readonly double[] _normal;
    private readonly double[] _exact;
    private readonly double[] _trialNormal;
    private readonly double[] _draw;
    private readonly double[] _b;
    private double _jointStep = 1;

    /// <param name="model">The model.</param>
    /// <param name="at">Its Laplace approximation, evaluated with a gradient at the ψ that the chain is for; its factor is used.</param>
    /// <param name="random">What draws.</param>
    /// <param name="cancellation">Stops between two moves.</param>
    public PosteriorChain(MixedModel model, LaplaceObjective at, RandomStream random, CancellationToken cancellation)
    {
        (_model, _system, _random, _cancellation) = (model, at.System, random, cancellation);
        _observations = new ObservationModel(model.Family, model.Y, model.Size, model.Weights, model.IsZeroInflated,
            model.HasConstantDispersion, 1, cancellation);
        var n = model.ObservationCount;
        _modes = (double[])at.Modes.Clone();
        Effects = (double[])_modes.Clone();
        _atModes = Array.ConvertAll(at.Predictors, p => (double[]?)p?.Clone());
        Predictors = Array.ConvertAll(at.Predictors, p => (double[]?)p?.Clone());
        _trial = Array.ConvertAll(at.Predictors, p => (double[]?)p?.Clone());
        (_slope, _curvature) = (new double[]?[model.PredictorCount], new double[]?[LinearPredictor.PairCount(model.PredictorCount)]);
        foreach (var a in model.RandomPredictors)
        {
            _slope[a] = (double[])at.Observations.First[a]!.Clone();
            foreach (var b in model.RandomPredictors) _curvature[LinearPredictor.Pair(a, b)] = (double[])at.Weight(a, b).Clone();
        }

        (_normal, _exact, _trialNormal) = (new double[n], new double[n], new double[n]);
        (_draw, _b) = (new double[_system.LatentCount], new double[_system.EffectCount]);
        _blocks = [.. model.Terms.Select((t, k) => new Block(t, _system.Lambda[k], _curvature, n)).Where(b => b.X.Length > 0)];
        _observations.Evaluate(Predictors, DerivativeLevel.Value);
        _there = (double[])_observations.Density.Clone();
    }

    /// <summary>t: the density is q at 0, the posterior at 1.</summary>
    public double Share { get; set; } = 1;

    /// <summary>The effects u where the chain is.</summary>
    public double[] Effects { get; }

    /// <summary>The linear predictors there.</summary>
    public double[]?[] Predictors { get; }

    /// <summary>Σ(ℓ − parabola) there.</summary>
    public double Remainder
    {
        get
        {
            var sum = 0.0;
            for (var i = 0; i < _exact.Length; i++) sum += _exact[i] - _normal[i];
            return sum;
        }
    }

    /// <summary>Moves every effect, term by term, and then all together.</summary>
    /// <param name="adapts">Whether the joint step learns from it, which it may only before draws count.</param>
    public void Sweep(bool adapts)
    {
        foreach (var block in _blocks)
        {
            _cancellation.ThrowIfCancellationRequested();
            Move(block);
        }

        // A system that is solved by iterations has no factor to draw by: then the terms move alone.
        if (!_system.IsIterative || _blocks.Length == 0) MoveTogether(adapts);
    }

    private void Move(Block block)
    {
        var (term, d, a) = (block.Term, block.Term.LatentWidth, block.Term.Predictor);
        var (codes, x, acc, delta, change) = (term.Codes, block.X, block.Product, block.Delta, block.Change);
        var n = codes.Length;
        // H(u − û), the term's part.
        for (var j = 0; j < acc.Length; j++) acc[j] = Effects[term.LatentOffset + j] - _modes[term.LatentOffset + j];
        for (var i = 0; i < n; i++)
        {
            var g = 0.0;
            foreach (var b in _model.RandomPredictors)
                g += _curvature[LinearPredictor.Pair(a, b)]![i] * (Predictors[b]![i] - _atModes[b]![i]);
            for (var c = 0; c < d; c++) acc[(codes[i] * d) + c] += x[(i * d) + c] * g;
        }

        for (var l = 0; l < change.Length; l++)
        {
            var factor = block.Factor.AsSpan(l * d * d, d * d);
            var product = acc.AsSpan(l * d, d);
            var step = delta.AsSpan(l * d, d);
            var old = block.Old;
            product.CopyTo(old);
            DenseCholesky.Solve(factor, d, old);
            var (formOld, formNew) = (0.0, 0.0);
            for (var c = 0; c < d; c++) formOld += old[c] * product[c];
            var stretch = Math.Sqrt(DegreesOfT / (2 * _random.NextGamma(0.5 * DegreesOfT)));
            for (var c = 0; c < d; c++)
            {
                step[c] = stretch * _random.NextNormal();
                formNew += step[c] * step[c];
            }

            DenseCholesky.SolveLowerTransposed(factor, d, step);
            var squares = 0.0;
            for (var c = 0; c < d; c++)
            {
                step[c] -= old[c];
                var u = Effects[term.LatentOffset + (l * d) + c];
                squares += step[c] * ((2 * u) + step[c]);
            }

            change[l] = (-0.5 * squares) + (0.5 * (DegreesOfT + d) * Math.Log((1 + (formNew / DegreesOfT)) / (1 + (formOld / DegreesOfT))));
        }

        var (from, to) = (Predictors[a]!, _trial[a]!);
        for (var i = 0; i < n; i++)
        {
            var eta = from[i];
            for (var c = 0; c < d; c++) eta += x[(i * d) + c] * delta[(codes[i] * d) + c];
            to[i] = eta;
        }

        Predictors[a] = to;
        Evaluate(Predictors);
        Predictors[a] = from;
        var density = _observations.Density;
        for (var i = 0; i < n; i++)
        {
            var remainder = density[i] - _trialNormal[i] - _exact[i] + _normal[i];
            change[codes[i]] += _trialNormal[i] - _normal[i] + (Share * remainder);
        }

        for (var l = 0; l < change.Length; l++)
        {
            var accepts = Math.Log(_random.NextDouble()) < change[l];
            change[l] = accepts ? 1 : 0;
            for (var c = 0; c < d && accepts; c++) Effects[term.LatentOffset + (l * d) + c] += delta[(l * d) + c];
        }

        for (var i = 0; i < n; i++)
        {
            if (change[codes[i]] > 0) (from[i], _normal[i], _exact[i]) = (to[i], _trialNormal[i], density[i]);
        }
    }

    private void MoveTogether(bool adapts)
    {
        for (var j = 0; j < _draw.Length; j++) _draw[j] = _random.NextNormal();
        _system.SolveFactorTransposed(_draw);
        var keep = Math.Sqrt(1 - (_jointStep * _jointStep));
        for (var j = 0; j < _draw.Length; j++) _draw[j] = (keep * (Effects[j] - _modes[j])) + (_jointStep * _draw[j]);
        _system.Lambda.Multiply(_draw, _b);
        foreach (var k in _model.RandomPredictors)
        {
            _atModes[k]!.CopyTo(_trial[k]!, 0);
            _system.AddZb(k, _b, _trial[k]!);
        }

        Evaluate(_trial);
        var (density, change) = (_observations.Density, 0.0);
        for (var i = 0; i < density.Length; i++) change += density[i] - _trialNormal[i] - _exact[i] + _normal[i];
        var accepts = Math.Log(_random.NextDouble()) < Share * change;
        if (adapts)
        {
            // Stochastic approximation: steps stand still where the share accepted is the wanted one.
            _jointStep = Math.Clamp(_jointStep * Math.Exp(accepts ? 0.1 * (1 - WantedAcceptance) : -0.1 * WantedAcceptance), 0.01, 1);
        }

        if (!accepts) return;
        for (var j = 0; j < _draw.Length; j++) Effects[j] = _modes[j] + _draw[j];
        foreach (var k in _model.RandomPredictors) _trial[k]!.CopyTo(Predictors[k]!, 0);
        _trialNormal.CopyTo(_normal, 0);
        density.CopyTo(_exact, 0);
    }

    private void Evaluate(double[]?[] predictors)
    {
        _observations.Evaluate(predictors, DerivativeLevel.Value);
        var (density, there) = (_observations.Density, _there);
        for (var i = 0; i < density.Length; i++) density[i] = double.IsNaN(density[i]) ? double.NegativeInfinity : density[i] - there[i];
        Parabolas(predictors, _trialNormal);
    }

    /// <summary>The rows' parabolas less ℓ̂, which is taken from ℓ too.</summary>
    private void Parabolas(double[]?[] predictors, double[] into)
    {
        Array.Clear(into);
        foreach (var a in _model.RandomPredictors)
        {
            var (eta, mode, slope) = (predictors[a]!, _atModes[a]!, _slope[a]!);
            foreach (var b in _model.RandomPredictors)
            {
                var (other, otherMode, w) = (predictors[b]!, _atModes[b]!, _curvature[LinearPredictor.Pair(a, b)]!);
                for (var i = 0; i < into.Length; i++) into[i] -= 0.5 * w[i] * (eta[i] - mode[i]) * (other[i] - otherMode[i]);
            }

            for (var i = 0; i < into.Length; i++) into[i] += slope[i] * (eta[i] - mode[i]);
        }
    }

    /// <summary>A term whose levels are independent given the others: the rows of ZΛ, and the factor of each level's precision under
    /// q.</summary>
    private sealed class Block
    {
        public Block(RandomTerm term, double[] lambda, double[]?[] curvature, int n)
        {
            Term = term;
            if (term.Entries is not null || term.Structure.Precision is not null)
            {
                (X, Factor) = ([], []);
                return;
            }

            var (r, d) = (term.Width, term.LatentWidth);
            X = new double[n * d];
            Factor = new double[term.Levels.Count * d * d];
            for (var l = 0; l < term.Levels.Count; l++)
            {
                for (var c = 0; c < d; c++) Factor[(l * d * d) + (c * d) + c] = 1;
            }

            var w = curvature[LinearPredictor.Pair(term.Predictor, term.Predictor)]!;
            for (var i = 0; i < n; i++)
            {
                var x = X.AsSpan(i * d, d);
                for (var e = 0; e < r; e++)
                {
                    var z = term.Z is { } values ? values[(i * r) + e] : 1;
                    for (var c = 0; c < d && z != 0; c++) x[c] += z * lambda[(e * d) + c];
                }

                var at = term.Codes[i] * d * d;
                for (var c = 0; c < d; c++)
                {
                    for (var e = 0; e < d; e++) Factor[at + (c * d) + e] += w[i] * x[c] * x[e];
                }
            }

            for (var l = 0; l < term.Levels.Count; l++)
            {
                // A block of H, which is positive definite; rounding alone could make it fail, and q would then be the wrong guide.
                if (!DenseCholesky.TryFactor(Factor.AsSpan(l * d * d, d * d), d)) X = [];
            }

            (Product, Delta) = (new double[term.LatentCount], new double[term.LatentCount]);
            (Change, Old) = (new double[term.Levels.Count], new double[d]);
        }

        public RandomTerm Term { get; }

        public double[] X { get; }

        public double[] Factor { get; }

        public double[] Product { get; } = [];

        public double[] Delta { get; } = [];

        public double[] Change { get; } = [];

        public double[] Old { get; } = [];
    }
}
