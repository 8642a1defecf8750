using EcoGlmm.Model;
using EcoGlmm.Numerics;
using EcoGlmm.RandomEffects;
using EcoGlmm.Text;

namespace EcoGlmm.Estimation;

/// <summary>
/// Log-density of the priors as a function of ψ: those on coefficients β = R⁻¹γ, on standard deviations, the norms of the rows
/// of M = T⁻¹Λ, and on correlations, log |R| = 2 Σ log |Λ_ii| − 2 Σ log sd_i + constant.
/// </summary>
internal sealed class LogPrior
{
    private readonly MixedModel _model;
    private readonly List<(int Predictor, int Coefficient, Prior Prior)> _coefficients = [];
    private readonly List<(RandomTerm Term, int Effect, Prior Prior)> _deviations = [];
    private readonly List<(RandomTerm Term, Prior Prior)> _correlations = [];
    private readonly List<(RandomTerm Term, int Quantity, Prior Prior)> _quantities = [];

    /// <exception cref="GlmmException">A prior is on something that the model does not have.</exception>
    public LogPrior(MixedModel model, IReadOnlyList<Prior> priors)
    {
        _model = model;
        foreach (var prior in priors)
        {
            if (prior.Group is null) TakeCoefficients(prior);
            else TakeTerms(prior);
        }
    }

    /// <summary>The log-density at ψ; takes its gradient from <paramref name="gradient"/> unless that is empty.</summary>
    public double Add(ReadOnlySpan<double> psi, Span<double> gradient)
    {
        var sum = 0.0;
        foreach (var k in _coefficients.Select(c => c.Predictor).Distinct())
        {
            var basis = _model.Basis[k]!;
            var beta = psi.Slice(_model.FixedOffset[k], basis.Columns).ToArray();
            basis.ToCoefficients(beta);
            var slope = new double[beta.Length];
            foreach (var (_, j, prior) in _coefficients.Where(c => c.Predictor == k))
            {
                var (value, first, _) = prior.LogDensity(beta[j]);
                sum += value;
                slope[j] += first;
            }

            if (gradient.IsEmpty) continue;
            FromCoefficientGradient(basis, slope);
            for (var j = 0; j < slope.Length; j++) gradient[_model.FixedOffset[k] + j] -= slope[j];
        }

        foreach (var term in _deviations.Select(d => d.Term).Concat(_correlations.Select(c => c.Term)).Distinct())
        {
            sum += AddTerm(term, psi.Slice(_model.FixedCount + term.ThetaOffset, term.ThetaCount),
                gradient.IsEmpty ? gradient : gradient.Slice(_model.FixedCount + term.ThetaOffset, term.ThetaCount));
        }

        foreach (var (term, quantity, prior) in _quantities)
        {
            var theta = psi.Slice(_model.FixedCount + term.ThetaOffset, term.ThetaCount).ToArray();
            var (value, first, _) = prior.LogDensity(term.Report(theta, 1)[quantity]);
            sum += value;
            for (var j = 0; j < theta.Length && !gradient.IsEmpty; j++)
                gradient[_model.FixedCount + term.ThetaOffset + j] -= first * Slope(term, theta, quantity, j);
        }

        return sum;
    }

    /// <summary>The derivative of a reported quantity by a parameter, by central differences of two steps, extrapolated: its error is of
    /// the order of the fourth power of a step.</summary>
    private static double Slope(RandomTerm term, double[] theta, int quantity, int j)
    {
        var (h, at) = (1e-3 * Math.Max(0.1, Math.Abs(theta[j])), theta[j]);
        double Difference(double step)
        {
            theta[j] = at + step;
            var above = term.Report(theta, 1)[quantity];
            theta[j] = at - step;
            var below = term.Report(theta, 1)[quantity];
            theta[j] = at;
            return (above - below) / (2 * step);
        }

        return ((4 * Difference(0.5 * h)) - Difference(h)) / 3;
    }

    /// <summary>Takes the second derivatives of the priors on coefficients from a Hessian by ψ.</summary>
    public void AddCurvature(ReadOnlySpan<double> psi, double[] hessian)
    {
        var d = _model.ParameterCount;
        foreach (var k in _coefficients.Select(c => c.Predictor).Distinct())
        {
            var basis = _model.Basis[k]!;
            var (p, from) = (basis.Columns, _model.FixedOffset[k]);
            var beta = psi.Slice(from, p).ToArray();
            basis.ToCoefficients(beta);
            foreach (var (_, j, prior) in _coefficients.Where(c => c.Predictor == k))
            {
                var curvature = prior.LogDensity(beta[j]).Second;
                var row = new double[p];
                row[j] = 1;
                FromCoefficientGradient(basis, row);
                for (var a = 0; a < p; a++)
                {
                    for (var b = 0; b < p; b++) hessian[((from + a) * d) + from + b] -= curvature * row[a] * row[b];
                }
            }
        }
    }

    /// <summary>R⁻ᵀg, the gradient by γ of what has the gradient g by β; in place.</summary>
    private static void FromCoefficientGradient(OrthogonalBasis basis, double[] g)
    {
        var p = basis.Columns;
        for (var j = 0; j < p; j++)
        {
            for (var i = 0; i < j; i++) g[j] -= basis.R[(j * p) + i] * g[i];
            g[j] /= basis.R[(j * p) + j];
        }
    }

    private double AddTerm(RandomTerm term, ReadOnlySpan<double> theta, Span<double> gradient)
    {
        var r = term.Width;
        var (d, own) = (term.LatentWidth, term.Loadings.ParameterCount);
        var lambda = new double[r * d];
        term.Loadings.Set(theta[..own], lambda);
        var m = InUserUnits(term, lambda);
        var (deviations, slopes) = (new double[r], new double[r]);
        for (var i = 0; i < r; i++)
        {
            for (var c = 0; c < d; c++) deviations[i] += m[(i * d) + c] * m[(i * d) + c];
            deviations[i] = Math.Sqrt(deviations[i]);
        }

        var sum = 0.0;
        foreach (var (_, effect, prior) in _deviations.Where(d => d.Term == term))
        {
            var (value, first, _) = prior.LogDensity(deviations[effect]);
            sum += value;
            slopes[effect] += first;
        }

        var pull = _correlations.Where(c => c.Term == term).Sum(c => c.Prior.First - 1);
        var logDeterminant = 0.0;
        for (var i = 0; i < r && pull != 0; i++)
        {
            logDeterminant += 2 * (Math.Log(Math.Abs(lambda[(i * r) + i]) / (term.Scaling?.T[(i * r) + i] ?? 1)) - Math.Log(deviations[i]));
            slopes[i] -= 2 * pull / deviations[i];
        }

        if (pull != 0) sum += pull * logDeterminant;
        if (gradient.IsEmpty) return sum;

        // ∂sd_i/∂Λ_kc = (T⁻¹)_ik M_ic / sd_i
        var change = new double[r * d];
        for (var k = 0; k < r; k++)
        {
            var unit = new double[r];
            unit[k] = 1;
            term.Scaling?.ToEffects(unit);
            for (var c = 0; c < d; c++)
            {
                for (var i = 0; i < r; i++)
                {
                    if (deviations[i] > 0)
                        change[(k * d) + c] += slopes[i] * unit[i] * term.Structure.LatentScale * m[(i * d) + c] / deviations[i];
                }
            }

            if (pull != 0) change[(k * r) + k] += 2 * pull / lambda[(k * r) + k];
        }

        var packed = new double[own];
        term.Loadings.PullBack(theta[..own], change, packed);
        for (var j = 0; j < packed.Length; j++) gradient[j] -= packed[j];
        return sum;
    }

    /// <summary>T⁻¹Λ, r × d, row-major.</summary>
    private static double[] InUserUnits(RandomTerm term, double[] lambda)
    {
        var (r, d) = (term.Width, term.LatentWidth);
        var result = new double[r * d];
        var column = new double[r];
        for (var c = 0; c < d; c++)
        {
            for (var i = 0; i < r; i++) column[i] = lambda[(i * d) + c] * term.Structure.LatentScale;
            term.Scaling?.ToEffects(column);
            for (var i = 0; i < r; i++) result[(i * d) + c] = column[i];
        }

        return result;
    }

    private void TakeCoefficients(Prior prior)
    {
        var k = prior.Part switch
        {
            ModelPart.ZeroInflation => LinearPredictor.ZeroInflation,
            ModelPart.Dispersion => LinearPredictor.Dispersion,
            _ => LinearPredictor.Conditional,
        };
        var part = ModelPartNames.InSentence(prior.Part);
        if (prior.Kind == PriorKind.Gamma)
        {
            throw new GlmmException($"{prior}: a Gamma density is for standard deviations. Use Prior.Normal for coefficients, or "
                + $"OnStandardDeviations(group).");
        }

        if (_model.CoefficientNames[k] is not { } names) throw new GlmmException($"{prior}: the model has no {part}.");
        if (prior.Coefficient is { } name && !names.Contains(name))
        {
            throw new GlmmException($"There is no coefficient \"{name}\" among the {part} for the prior "
                + $"{prior}{NearestName.Suggestion(name, names)}");
        }

        for (var j = 0; j < names.Length; j++)
        {
            if (prior.Coefficient is null ? names[j] != Intercept.Name : names[j] == prior.Coefficient) _coefficients.Add((k, j, prior));
        }
    }

    private void TakeQuantities(RandomTerm[] terms, string name, Prior prior)
    {
        var before = _quantities.Count;
        foreach (var term in terms)
        {
            var quantities = term.Structure.Quantities(term.Effects);
            for (var k = 0; k < quantities.Count; k++)
            {
                if (quantities[k].Name == name && (prior.Coefficient is null || quantities[k].Effect1 == prior.Coefficient
                    || quantities[k].EffectsName == prior.Coefficient)) _quantities.Add((term, k, prior));
            }
        }

        if (_quantities.Count > before) return;
        var known = terms.SelectMany(t => t.Structure.Quantities(t.Effects)).Select(q => q.EffectsName is null ? q.Name
            : $"{q.Name} of {q.EffectsName}").Distinct();
        throw new GlmmException($"{prior}: the covariance of {prior.Group} has no such parameter; it has {string.Join(", ", known)}.");
    }

    private void TakeTerms(Prior prior)
    {
        var terms = _model.Terms.Where(t => t.Part == prior.Part).ToArray();
        var mine = Array.FindAll(terms, t => t.Group == prior.Group);
        if (mine.Length == 0)
        {
            throw new GlmmException($"There is no random term of \"{prior.Group}\" for the prior "
                + $"{prior}{NearestName.Suggestion(prior.Group!, terms.Select(t => t.Group))}");
        }

        if (prior.CovarianceParameter is { } name)
        {
            TakeQuantities(mine, name, prior);
            return;
        }

        var found = false;
        foreach (var term in mine)
        {
            if (prior.Kind == PriorKind.Lkj)
            {
                if (term.IsDiagonal || !term.Loadings.HasFreeEntries) continue;
                _correlations.Add((term, prior));
                found = true;
                continue;
            }

            for (var e = 0; e < term.Width; e++)
            {
                if (prior.Coefficient is not null && term.Effects[e] != prior.Coefficient) continue;
                _deviations.Add((term, e, prior));
                found = true;
            }
        }

        if (found) return;
        throw new GlmmException(prior.Kind == PriorKind.Lkj
            ? $"{prior}: the effects of {prior.Group} have no correlations."
            : $"{prior}: the effects of {prior.Group} are {string.Join(", ", mine.SelectMany(t => t.Effects).Distinct())}.");
    }
}
