using EcoGlmm.Estimation;
using MathNet.Numerics.LinearAlgebra;

namespace EcoGlmm.Inference;

/// <summary>
/// Between-within degrees of freedom. Each column of the model matrix belongs to the grouping factor with the fewest levels in all of
/// whose levels it is constant, or to the rows. A combination has the fewest degrees of its columns.
/// </summary>
internal sealed class BetweenWithin : FixedEffectInference
{
    private readonly double[] _degrees;

    /// <param name="fit">The fit.</param>
    /// <param name="part">The part of the model.</param>
    /// <param name="restricted">Whether standard errors are with variance parameters by the restricted likelihood.</param>
    public BetweenWithin(GlmmFit fit, ModelPart part, bool restricted = false)
        : base(EstimatesOf(fit, part), restricted ? Restricted(fit, part) : CovarianceOf(fit, part))
    {
        var design = part == ModelPart.Conditional ? fit.Specification.Conditional
            : throw new GlmmException("Between-within degrees of freedom are for fixed effects of the conditional part.");
        var n = fit.ObservationCount;
        var x = design.Training.X;
        var p = x.Length / n;
        var groups = fit.Estimate.Model.Terms.Where(t => !t.IsCurve && t.Entries is null && t.Levels.Count < n).DistinctBy(t => t.Group)
            .Select(t => (t.Codes, Count: t.Levels.Count)).OrderBy(g => g.Count).ToArray();
        var stratum = new int[p];
        for (var j = 0; j < p; j++)
        {
            var column = x.AsSpan(j * n, n).ToArray();
            var at = Array.FindIndex(groups, g => IsConstant(column, g.Codes, g.Count));
            stratum[j] = at < 0 ? groups.Length : at;
        }

        var rows = (double)n - (groups.Length == 0 ? 0 : groups[^1].Count) - stratum.Count(s => s == groups.Length);
        _degrees = Array.ConvertAll(stratum, s => Math.Max(1, s == groups.Length ? rows : groups[s].Count - stratum.Count(other =>
            other == s)));
    }

    public override double DegreesOfFreedom(double[] l) =>
        Enumerable.Range(0, l.Length).Where(j => l[j] != 0).Select(j => _degrees[j]).DefaultIfEmpty(double.NaN).Min();

    public override (double Statistic, double Denominator) Joint(Matrix<double> l, Vector<double> difference) =>
        (base.Joint(l, difference).Statistic, Enumerable.Range(0, l.RowCount).Min(i => DegreesOfFreedom(l.Row(i).ToArray())));

    /// <summary>By the restricted likelihood; the model's own where there is none.</summary>
    private static Matrix<double> Restricted(GlmmFit fit, ModelPart part)
    {
        if (part != ModelPart.Conditional)
            throw new GlmmException("Between-within degrees of freedom are for fixed effects of the conditional part.");
        return fit.Derived(f => new RestrictedCovariance(f)).Matrix ?? CovarianceOf(fit, part);
    }

    /// <summary>Covariance of the conditional fixed effects in users' coordinates by the restricted likelihood; null where there is
    /// none.</summary>
    private sealed class RestrictedCovariance
    {
        public RestrictedCovariance(GlmmFit fit)
        {
            var model = fit.Estimate.Model;
            var packed = fit.Options.Reml ? null : RestrictedEstimator.CovarianceOfFixed(model, fit.Specification, fit.Options,
                fit.Estimate.Psi, CancellationToken.None);
            if (packed is null) return;
            var basis = model.Basis[LinearPredictor.Conditional]!;
            var p = basis.Columns;
            var matrix = Matrix<double>.Build.Dense(p, p, packed);
            for (var side = 0; side < 2; side++)
            {
                for (var j = 0; j < p; j++)
                {
                    var column = matrix.Column(j).ToArray();
                    basis.ToCoefficients(column);
                    matrix.SetColumn(j, column);
                }

                matrix = matrix.Transpose();
            }

            Matrix = 0.5 * (matrix + matrix.Transpose());
        }

        public Matrix<double>? Matrix { get; }
    }

    private static bool IsConstant(double[] column, int[] codes, int levels)
    {
        var first = new double[levels];
        Array.Fill(first, double.NaN);
        for (var i = 0; i < column.Length; i++)
        {
            ref var value = ref first[codes[i]];
            if (double.IsNaN(value)) value = column[i];
            else if (value != column[i]) return false;
        }

        return true;
    }
}
