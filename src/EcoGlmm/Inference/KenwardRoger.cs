using EcoGlmm.Model;
using MathNet.Numerics.LinearAlgebra;

namespace EcoGlmm.Inference;

/// <summary>
/// Kenward and Roger's adjusted covariance, scaled F-statistic and degrees of freedom.
/// Source: M. Kenward &amp; J. Roger (1997), Biometrics 53, 983-997; U. Halekoh &amp; S. Højsgaard (2014), J. Stat. Softw. 59(9), sections
/// 2 and 3,
/// whose notation is kept.
/// </summary>
internal sealed class KenwardRoger : FixedEffectInference
{
    /// <summary>Eigenvalues of the information, with a diagonal of one, that are more than rounding errors.</summary>
    private const double LeastInformation = 1e-6;

    private readonly Matrix<double> _phi;
    private readonly Matrix<double>[] _phiPPhi;
    private readonly Matrix<double> _w;

    private KenwardRoger(Vector<double> estimates, Matrix<double> phi, Matrix<double> adjusted, Matrix<double>[] phiPPhi, Matrix<double> w)
        : base(estimates, adjusted)
    {
        (_phi, _phiPPhi, _w) = (phi, phiPPhi, w);
    }

    /// <exception cref="GlmmException">The model is not Gaussian with identity link.</exception>
    public static KenwardRoger Of(GlmmFit fit, ModelPart part)
    {
        if (!fit.Estimate.IsProfiled || part != ModelPart.Conditional || !double.IsFinite(fit.LogLikelihood))
        {
            throw new GlmmException("Kenward and Roger's method is for fixed effects of Gaussian models with identity link and constant "
                + $"dispersion, not for {fit.Family}. Use DenominatorDegrees.BetweenWithin, likelihood-ratio tests or the parametric "
                + "bootstrap.");
        }

        if (!fit.Options.Reml) fit = ModelFitter.Again(fit, fit.Options with { Reml = true });
        var sums = new MarginalCovariance(fit);
        var phi = sums.Precision.Inverse();
        var k = sums.First.Count;
        var phiP = sums.First.Select(p => phi * p).ToArray();
        var information = Matrix<double>.Build.Dense(k, k, (i, j) => 0.5 * (sums.Traces[i, j]
            - (2 * Trace(phi, sums.Second[i, j])) + Trace(phiP[i], phiP[j])));
        var w = InverseOf(information);
        var inner = Matrix<double>.Build.Dense(phi.RowCount, phi.ColumnCount);
        for (var i = 0; i < k; i++)
        {
            LiveProgress.Current.ThrowIfCancellationRequested();
            for (var j = 0; j < k; j++)
            {
                inner += w[i, j] * (sums.Second[i, j] - (sums.First[i] * phi * sums.First[j]));
                if (sums.Curvatures[i, j] is { } bend) inner -= w[i, j] / 4 * bend;
            }
        }

        var adjusted = phi + (2 * phi * inner * phi);
        adjusted = 0.5 * (adjusted + adjusted.Transpose());
        return new KenwardRoger(EstimatesOf(fit, part), phi, adjusted, [.. phiP.Select(m => m * phi)], w);
    }

    /// <summary>
    /// The covariance of the variance parameters: what the data say nothing of, one of two effects that overlap or a correlation at its
    /// end, is left out.
    /// </summary>
    private static Matrix<double> InverseOf(Matrix<double> information)
    {
        var scale = information.Diagonal().Map(v => v > 0 ? 1 / Math.Sqrt(v) : 0);
        var eigen = information.MapIndexed((i, j, v) => v * scale[i] * scale[j]).Evd(Symmetricity.Symmetric);
        var inverse = eigen.EigenValues.Map(v => v.Real > LeastInformation ? 1 / v.Real : 0);
        var middle = eigen.EigenVectors * Matrix<double>.Build.DenseOfDiagonalVector(inverse) * eigen.EigenVectors.Transpose();
        return middle.MapIndexed((i, j, v) => v * scale[i] * scale[j]);
    }

    public override double DegreesOfFreedom(double[] l) => Scaled(Matrix<double>.Build.DenseOfRowArrays(l)).Denominator;

    public override (double Statistic, double Denominator) Joint(Matrix<double> l, Vector<double> difference)
    {
        var (scale, denominator) = Scaled(l);
        var wald = difference * (l * Covariance * l.Transpose()).Solve(difference) / l.RowCount;
        return (scale * wald, denominator);
    }

    /// <summary>λ and m, such that λ times Wald's statistic over its degrees of freedom is about F on as many and m.</summary>
    private (double Scale, double Denominator) Scaled(Matrix<double> l)
    {
        double q = l.RowCount;
        var theta = l.Transpose() * (l * _phi * l.Transpose()).Inverse() * l;
        var products = _phiPPhi.Select(m => theta * m).ToArray();
        var (a1, a2) = (0.0, 0.0);
        for (var i = 0; i < products.Length; i++)
        {
            for (var j = 0; j < products.Length; j++)
            {
                a1 += _w[i, j] * products[i].Trace() * products[j].Trace();
                a2 += _w[i, j] * Trace(products[i], products[j]);
            }
        }

        if (!(a2 > 1e-14)) return (1, double.PositiveInfinity);
        var b = (a1 + (6 * a2)) / (2 * q);
        var g = (((q + 1) * a1) - ((q + 4) * a2)) / ((q + 2) * a2);
        var d = (3 * q) + (2 * (1 - g));
        var (c1, c2, c3) = (g / d, (q - g) / d, (q + 2 - g) / d);
        var expected = 1 / (1 - (a2 / q));
        var variance = 2 / q * (1 + (c1 * b)) / (Math.Pow(1 - (c2 * b), 2) * (1 - (c3 * b)));
        var rho = variance / (2 * expected * expected);
        var m = 4 + ((q + 2) / ((q * rho) - 1));
        return (m / (expected * (m - 2)), m);
    }

    private static double Trace(Matrix<double> a, Matrix<double> b)
    {
        var sum = 0.0;
        for (var i = 0; i < a.RowCount; i++)
        {
            for (var j = 0; j < a.ColumnCount; j++) sum += a[i, j] * b[j, i];
        }

        return sum;
    }
}
