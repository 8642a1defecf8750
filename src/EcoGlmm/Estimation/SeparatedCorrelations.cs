using EcoGlmm.RandomEffects;
using EcoGlmm.RandomEffects.Structures;

namespace EcoGlmm.Estimation;

/// <summary>
/// Correlations by lag, for a term of which one beyond the first is held: in θ each depends on several partial autocorrelations, in x
/// on its own inverse hyperbolic tangent. Standard deviations are as in θ.
/// </summary>
internal sealed class SeparatedCorrelations(RandomTerm term, ISeparateCorrelations form) : SeparatedTerm(term)
{
    private readonly int _scales = term.Loadings.Variances.Count;

    public override void ToTheta(ReadOnlySpan<double> x, Span<double> theta)
    {
        x[.._scales].CopyTo(theta);
        form.ToOwn(x[_scales..], theta[_scales..]);
    }

    public override double[] Jacobian(ReadOnlySpan<double> x)
    {
        var (d, m) = (x.Length, x.Length - _scales);
        var jacobian = new double[d * d];
        for (var i = 0; i < _scales; i++) jacobian[(i * d) + i] = 1;
        var own = form.Jacobian(x[_scales..]);
        for (var i = 0; i < m; i++) own.AsSpan(i * m, m).CopyTo(jacobian.AsSpan(((_scales + i) * d) + _scales));
        return jacobian;
    }

    public override void Reconcile(Span<double> x, ReadOnlySpan<bool> isHeld) => form.Reconcile(x[_scales..], isHeld[_scales..]);

    public override double Quantity(int quantity, ReadOnlySpan<double> x) => quantity < _scales ? double.NaN : Math.Tanh(x[quantity]);
}
