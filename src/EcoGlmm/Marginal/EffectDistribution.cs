using EcoGlmm.Estimation;
using EcoGlmm.Numerics;
using MathNet.Numerics.LinearAlgebra;

namespace EcoGlmm.Marginal;

/// <summary>
/// The joint distribution of one effect of all levels of a grouping factor given the data: normal around the conditional modes, with
/// the covariance given the parameters and what the parameters' own uncertainty moves the modes by.
/// </summary>
internal sealed class EffectDistribution
{
    private readonly Estimate _estimate;
    private readonly int _offset;
    private readonly int _width;
    private readonly double[] _weights;
    private readonly double[][] _jacobian;
    private readonly Matrix<double> _parameters;

    /// <param name="fit">The fit.</param>
    /// <param name="term">Index of the random term.</param>
    /// <param name="effect">Index of the effect within it.</param>
    public EffectDistribution(GlmmFit fit, int term, int effect)
    {
        _estimate = fit.Estimate;
        var t = _estimate.Model.Terms[term];
        (_offset, _width) = (t.EffectOffset, t.Width);
        Count = t.Levels.Count;
        // The user's effect as a combination of those that are estimated.
        _weights = new double[_width];
        for (var k = 0; k < _width; k++)
        {
            var unit = new double[_width];
            unit[k] = 1;
            t.Scaling?.ToEffects(unit);
            _weights[k] = unit[effect];
        }

        Means = Of(fit.Predictor().Modes());
        var derivatives = fit.Predictor().ModeDerivatives();
        int[] known = [.. Enumerable.Range(0, derivatives.Length).Where(j => derivatives[j] is not null)];
        _jacobian = Array.ConvertAll(known, j => Of(derivatives[j]!));
        var d = _estimate.Model.ParameterCount;
        _parameters = known.Length == 0 ? Matrix<double>.Build.Dense(1, 1)
            : Root(Matrix<double>.Build.Dense(known.Length, known.Length, (a, b) => _estimate.Covariance[(known[b] * d) + known[a]] is var v
                && double.IsNaN(v) ? 0 : v));
    }

    /// <summary>Number of levels.</summary>
    public int Count { get; }

    /// <summary>Conditional modes.</summary>
    public double[] Means { get; }

    /// <summary>A deviation from the means.</summary>
    public double[] Draw(RandomStream random)
    {
        var system = _estimate.System;
        var u = new double[system.LatentCount];
        for (var i = 0; i < u.Length; i++) u[i] = random.NextNormal();
        system.SolveFactorTransposed(u);
        var b = new double[system.EffectCount];
        system.Lambda.Multiply(u, b);
        var result = Of(b);
        for (var l = 0; l < Count; l++) result[l] *= _estimate.Scale;
        var z = Vector<double>.Build.Dense(_parameters.RowCount, _ => random.NextNormal());
        var change = _parameters * z;
        for (var j = 0; j < _jacobian.Length; j++)
        {
            for (var l = 0; l < Count; l++) result[l] += change[j] * _jacobian[j][l];
        }

        return result;
    }

    /// <summary>The covariance of all levels, Count × Count. A solve for each level.</summary>
    public double[,] Covariance()
    {
        var result = new double[Count, Count];
        var square = _estimate.Scale * _estimate.Scale;
        var system = _estimate.System;
        var (column, latent) = (new double[system.EffectCount], new double[system.LatentCount]);
        for (var l = 0; l < Count; l++)
        {
            Array.Clear(column);
            for (var k = 0; k < _width; k++) column[_offset + (l * _width) + k] = _weights[k];
            system.Lambda.MultiplyTransposed(column, latent);
            system.Solve(latent);
            system.Lambda.Multiply(latent, column);
            var own = Of(column);
            for (var m = 0; m < Count; m++) result[m, l] = square * own[m];
        }

        if (_jacobian.Length == 0) return result;
        var spread = Matrix<double>.Build.Dense(Count, _jacobian.Length, (l, j) => _jacobian[j][l]) * _parameters;
        var more = spread * spread.Transpose();
        for (var l = 0; l < Count; l++)
        {
            for (var m = 0; m < Count; m++) result[l, m] += more[l, m];
        }

        return result;
    }

    private double[] Of(double[] effects)
    {
        var result = new double[Count];
        for (var l = 0; l < Count; l++)
        {
            for (var k = 0; k < _width; k++) result[l] += _weights[k] * effects[_offset + (l * _width) + k];
        }

        return result;
    }

    /// <summary>A square root of a covariance that rounding may have made a little indefinite.</summary>
    private static Matrix<double> Root(Matrix<double> covariance)
    {
        var eigen = covariance.Evd(Symmetricity.Symmetric);
        return eigen.EigenVectors * Matrix<double>.Build.DenseOfDiagonalVector(eigen.EigenValues.Map(v => Math.Sqrt(Math.Max(0, v.Real))));
    }
}
