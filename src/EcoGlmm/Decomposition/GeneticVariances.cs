using EcoGlmm.Estimation;
using EcoGlmm.Numerics;
using EcoGlmm.RandomEffects;
using EcoGlmm.Text;

namespace EcoGlmm.Decomposition;

/// <summary>
/// The variances of a trait: of one term's effects of relatives (additive genetic, phylogenetic), of all random effects and of
/// what is left, on the scale of the linear predictor and on that of the response.
/// Source: P. de Villemereuil, H. Schielzeth, S. Nakagawa &amp; M. B. Morrissey (2016), Genetics 204, 1281-1294; slopes are
/// averaged over rows as by P. C. D. Johnson (2014), Methods Ecol. Evol. 5, 944-946.
/// </summary>
internal sealed class GeneticVariances
{
    /// <summary>Rows over which the observed scale is averaged, at most.</summary>
    private const int MostRows = 60;

    private readonly GlmmFit _fit;
    private readonly MixedModel _model;
    private readonly VarianceParameters _parameters;
    private readonly int[] _rows;
    private readonly (int Index, RandomTerm Term, double[] Moments, double Level)[] _terms;
    private readonly int _own;

    /// <param name="fit">The fit.</param>
    /// <param name="group">The grouping column of the relatives.</param>
    /// <param name="effect">The effect, where the term has several and only rows with it count: "traitweight"; null for all rows.</param>
    /// <exception cref="GlmmException">The model has no such term or effect.</exception>
    public GeneticVariances(GlmmFit fit, string group, string? effect)
    {
        (_fit, _model, _parameters) = (fit, fit.Estimate.Model, new VarianceParameters(fit));
        var own = RelatedTerms.Find(fit, group);
        _rows = RowsOf(own, effect);
        var places = new List<(int, RandomTerm, double[], double)>();
        for (var t = 0; t < _model.Terms.Count; t++)
        {
            var term = _model.Terms[t];
            if (term.Predictor != LinearPredictor.Conditional) continue;
            if (ReferenceEquals(term, own)) _own = places.Count;
            places.Add((t, term, Moments(term), LevelVariance(t, term)));
        }

        _terms = [.. places];
    }

    public VarianceParameters Parameters => _parameters;

    /// <summary>V_A and all variance of the linear predictor that is not the fixed effects'.</summary>
    public (double Additive, double Total) Latent(double[] point)
    {
        var (additive, random) = Random(point);
        return (additive, random + Residual(point));
    }

    /// <summary>The mean of the response, V_A and all variance on its scale, fixed effects held.</summary>
    public (double Mean, double Additive, double Total) Observed(double[] point)
    {
        var (additive, random) = Random(point);
        var family = _fit.Family;
        var (eta, delta) = (new double[_model.ObservationCount], Dispersion(point));
        _parameters.FixedPredictorAt(point, LinearPredictor.Conditional, eta);
        double[]? zeta = null;
        if (_model.IsZeroInflated) _parameters.FixedPredictorAt(point, LinearPredictor.ZeroInflation, zeta = new double[eta.Length]);
        var rule = NormalRule.Of(Math.Sqrt(random));
        var sampled = Sampled(eta);
        var (mean, slope, total) = (0.0, 0.0, 0.0);
        foreach (var i in sampled)
        {
            var phi = delta is null ? 1 : Math.Exp(delta[i]);
            var share = zeta is null ? 1 : 1 / (1 + Math.Exp(zeta[i]));
            var (m, square, d, noise) = (0.0, 0.0, 0.0, 0.0);
            for (var k = 0; k < rule.Shifts.Length; k++)
            {
                var at = family.LocationLink.At(eta[i] + rule.Shifts[k]);
                var value = family.Mean(at.Mu, phi);
                m += rule.Weights[k] * value;
                square += rule.Weights[k] * value * value;
                d += rule.Weights[k] * Slope(family, at, eta[i] + rule.Shifts[k], phi);
                noise += rule.Weights[k] * family.Variance(at.Mu, phi, 1);
            }

            // A structural zero has no variance of its own, and takes its share of the mean.
            mean += share * m / sampled.Length;
            slope += share * d / sampled.Length;
            total += ((share * (square + noise)) - (share * share * m * m)) / sampled.Length;
        }

        return (mean, slope * slope * additive, total);
    }

    private static double Slope(Family family, Families.LinkPoint at, double eta, double phi)
    {
        if (!family.HasShiftedMean) return at.D1;
        const double Step = 1e-5;
        return (family.Mean(family.LocationLink.At(eta + Step).Mu, phi) - family.Mean(family.LocationLink.At(eta - Step).Mu, phi))
            / (2 * Step);
    }

    private (double Own, double All) Random(double[] point)
    {
        var factor = _parameters.FactorAt(point);
        var scale = _parameters.ScaleSquaredAt(point);
        var (own, all) = (0.0, 0.0);
        for (var k = 0; k < _terms.Length; k++)
        {
            var (index, term, moments, level) = _terms[k];
            var lambda = factor[index];
            var (r, d) = (term.Width, term.LatentWidth);
            var variance = 0.0;
            for (var c = 0; c < d; c++)
            {
                for (var i = 0; i < r; i++)
                {
                    for (var j = 0; j < r; j++) variance += lambda[(i * d) + c] * lambda[(j * d) + c] * moments[(i * r) + j];
                }
            }

            variance *= level * scale;
            all += variance;
            if (k == _own) own = variance;
        }

        return (own, all);
    }

    /// <summary>The variance that the linear predictor is missed by: that of a Gaussian, none elsewhere.</summary>
    private double Residual(double[] point)
    {
        if (!_fit.Family.HasAdditiveResidual) return 0;
        if (Dispersion(point) is not { } delta) return 0;
        return _rows.Average(i => _fit.Family.Variance(0, Math.Exp(delta[i]), 1));
    }

    /// <summary>The linear predictor of the dispersion at a point; null for families without one.</summary>
    private double[]? Dispersion(double[] point)
    {
        if (!_fit.Family.HasDispersion) return null;
        var delta = new double[_model.ObservationCount];
        if (_fit.Estimate.IsProfiled)
        {
            // φ of the Gaussian family is its standard deviation.
            Array.Fill(delta, 0.5 * Math.Log(_parameters.ScaleSquaredAt(point)));
            return delta;
        }

        _parameters.FixedPredictorAt(point, LinearPredictor.Dispersion, delta);
        return delta;
    }

    private int[] RowsOf(RandomTerm own, string? effect)
    {
        var all = Enumerable.Range(0, _model.ObservationCount);
        if (effect is null) return [.. all];
        var at = Array.IndexOf([.. own.Effects], effect);
        if (at < 0)
        {
            throw new GlmmException($"The relatives of \"{own.Group}\" have no effect "
                + $"\"{effect}\"{NearestName.Suggestion(effect, own.Effects)} They have {Names.List([.. own.Effects])}.");
        }

        var z = _fit.Specification.Conditional.Training.RandomTerms[_model.Terms.Where(t => t.Predictor == LinearPredictor.Conditional)
            .ToList().IndexOf(own)].Z;
        return [.. all.Where(i => z[(i * own.Width) + at] != 0)];
    }

    /// <summary>The mean of zzᵀ over rows, in the coordinates of Λ.</summary>
    private double[] Moments(RandomTerm term)
    {
        var r = term.Width;
        if (term.Z is not { } z)
        {
            if (term.Entries is not { } entries || term.Structure.Precision is not null) return [1];
            return [_rows.Average(i => Enumerable.Range(entries.Starts[i], entries.Starts[i + 1] - entries.Starts[i])
                .Sum(e => entries.Weights[e] * entries.Weights[e]))];
        }

        var moments = new double[r * r];
        foreach (var row in _rows)
        {
            for (var i = 0; i < r; i++)
            {
                for (var j = 0; j < r; j++) moments[(i * r) + j] += z[(row * r) + i] * z[(row * r) + j] / _rows.Length;
            }
        }

        return moments;
    }

    /// <summary>The variance of a level's latent variable: of relatives that of the base population, or the mean over rows.</summary>
    private double LevelVariance(int index, RandomTerm term)
    {
        if (term.Structure.Precision is not { } precision || term.Entries is not null) return 1;
        if (RelatedTerms.Of(_fit, term) is Pedigree) return term.Structure.LatentScale * term.Structure.LatentScale;
        var phi = _fit.Estimate.System.Lambda.PrecisionTheta(index).ToArray();
        return _rows.Average(i => precision.Variance(phi, term.Codes[i]));
    }

    private int[] Sampled(double[] eta)
    {
        var order = _rows.OrderBy(i => eta[i]).ToArray();
        var count = Math.Min(order.Length, MostRows);
        return [.. Enumerable.Range(0, count).Select(r => order[(int)((r + 0.5) * order.Length / count)])];
    }
}
