using EcoGlmm.Estimation;
using EcoGlmm.RandomEffects;

namespace EcoGlmm.Inference;

/// <summary>
/// What the levels of a term have in common, P⁻¹, at the estimate, and how it changes with the parameters of P, by differences.
/// </summary>
internal sealed class RelationModel
{
    /// <summary>Steps of differences, as a share of a parameter or of one.</summary>
    private const double Step = 1e-3;

    private readonly Estimate _estimate;
    private readonly int _term;
    private readonly double[] _steps;
    private readonly Func<int, int, double>[] _derivatives;

    public RelationModel(Estimate estimate, int term)
    {
        (_estimate, _term) = (estimate, term);
        var t = estimate.Model.Terms[term];
        _steps = [.. estimate.System.Lambda.PrecisionTheta(term).ToArray().Select(v => Step * Math.Max(1, Math.Abs(v)))];
        Sets = new RelatedSets(t);
        _derivatives = [.. Enumerable.Range(0, _steps.Length).Select(Difference)];
        Relation = t.Structure.Precision is null ? null : At(0, 0);
    }

    /// <summary>Which levels have something in common.</summary>
    public RelatedSets Sets { get; }

    /// <summary>Number of parameters of P.</summary>
    public int Count => _steps.Length;

    /// <summary>P⁻¹; null where levels are independent.</summary>
    public Func<int, int, double>? Relation { get; }

    /// <summary>∂P⁻¹/∂φ_i.</summary>
    public Func<int, int, double> Derivative(int i) => _derivatives[i];

    private Func<int, int, double> Difference(int i)
    {
        var (up, down, h) = (At(i, 1), At(i, -1), _steps[i]);
        return (l, m) => (up(l, m) - down(l, m)) / (2 * h);
    }

    /// <summary>P⁻¹ with a parameter so many steps away.</summary>
    private Func<int, int, double> At(int parameter, int steps)
    {
        var (terms, lambda) = (_estimate.Model.Terms, new CovarianceFactor(_estimate.Model.Terms));
        lambda.CopyFrom(_estimate.System.Lambda);
        if (steps != 0)
        {
            var theta = new double[_estimate.Model.ThetaCount];
            for (var t = 0; t < terms.Count; t++) _estimate.System.Lambda.Theta(t).CopyTo(theta.AsSpan(terms[t].ThetaOffset));
            theta[terms[_term].ThetaOffset + terms[_term].Loadings.ParameterCount + parameter] += steps * _steps[parameter];
            lambda.Set(theta);
        }

        var sets = new RelatedSets(terms[_term]);
        return (l, m) => sets.Relation(lambda, _term, l, m);
    }
}
