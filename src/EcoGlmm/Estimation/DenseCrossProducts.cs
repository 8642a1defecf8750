using EcoGlmm.Numerics;
using EcoGlmm.RandomEffects;

namespace EcoGlmm.Estimation;

/// <summary>The fixed effects of a dense design, by their orthogonal basis: D = Q.</summary>
internal sealed class DenseCrossProducts : FixedCrossProducts
{
    /// <summary>What is left of a column's square, as a share, below which it is added up row by row.</summary>
    private const double CancellingShare = 1e-5;

    private readonly OrthogonalBasis _basis;
    private readonly double[]? _weights;
    private readonly int _p;
    private readonly int _q;
    private readonly int _latent;
    private readonly double[] _cross;
    private readonly double[] _lambdaCross;
    private readonly double[] _solution;
    private readonly double[] _b;
    private readonly double[] _score;

    public DenseCrossProducts(OrthogonalBasis basis, RandomEffectsSystem system, double[]? weights, double[] weighted)
        : base(system, basis.Columns)
    {
        (_basis, _weights) = (basis, weights);
        (_p, _q, _latent) = (basis.Columns, system.EffectCount, system.LatentCount);
        Gram = new double[_p * _p];
        _cross = new double[_q * _p];
        _lambdaCross = new double[_q * _p];
        _solution = new double[_q * (_p + 1)];
        _b = new double[_q];
        _score = new double[_q];
        for (var j = 0; j < _p; j++)
        {
            basis.Column(j, weighted).CopyTo(weighted);
            for (var i = 0; i < weights?.Length; i++) weighted[i] *= weights[i];
            basis.TransposedProduct(weighted, Gram.AsSpan(j * _p, _p));
            system.AddZtx(LinearPredictor.Conditional, weighted, _cross.AsSpan(j * _q, _q));
        }
    }

    public override double[] Gram { get; }

    public override double LogDeterminantOfBasis => _basis.LogDeterminant();

    public override void TransposedProduct(ReadOnlySpan<double> x, Span<double> result) => _basis.TransposedProduct(x, result);

    public override void AddProduct(ReadOnlySpan<double> beta, Span<double> result) => _basis.AddProduct(beta, result);

    public override void Eliminate(double[] gram, double[] beside)
    {
        _cross.CopyTo(_lambdaCross, 0);
        for (var j = 0; j < _p; j++) System.Lambda.MultiplyTransposed(Column(_lambdaCross, j), Column(_lambdaCross, j));
        _lambdaCross.CopyTo(_solution, 0);
        beside.CopyTo(Column(_solution, _p));
        System.SolveMany(_solution, _q, _p + 1);
        Column(_solution, _p).CopyTo(beside);
        for (var a = 0; a < _p; a++)
        {
            for (var b = 0; b <= a; b++)
            {
                gram[(b * _p) + a] = gram[(a * _p) + b] = Gram[(a * _p) + b] - Dot(Column(_lambdaCross, a), Column(_solution, b), _latent);
            }
        }

        if (Enumerable.Range(0, _p).Any(a => gram[(a * _p) + a] < CancellingShare * Gram[(a * _p) + a])) EliminateByRows(gram);
    }

    /// <summary>
    /// (D − ZΛS)ᵀW(D − ZΛS) + SᵀPS, which is the same and in error by the square of what S is: where effects are much larger than the
    /// residual the difference of the products has few digits.
    /// </summary>
    private void EliminateByRows(double[] gram)
    {
        var (rows, precision) = (new double[_p][], new double[_p][]);
        for (var a = 0; a < _p; a++)
        {
            (rows[a], precision[a]) = (new double[_basis.Rows], new double[_q]);
            _basis.Column(a, rows[a]).CopyTo(rows[a]);
            System.Lambda.Multiply(Column(_solution, a), _b);
            for (var j = 0; j < _q; j++) _b[j] = -_b[j];
            System.AddZb(LinearPredictor.Conditional, _b, rows[a]);
            System.Lambda.MultiplyPrecision(Column(_solution, a), precision[a]);
        }

        for (var a = 0; a < _p; a++)
        {
            for (var b = 0; b <= a; b++)
            {
                var sum = Dot(Column(_solution, a), precision[b], _latent);
                for (var i = 0; i < rows[a].Length; i++) sum += (_weights is null ? 1 : _weights[i]) * rows[a][i] * rows[b][i];
                gram[(b * _p) + a] = gram[(a * _p) + b] = sum;
            }
        }
    }

    public override void SubtractProjection(ReadOnlySpan<double> u, Span<double> beta)
    {
        for (var a = 0; a < _p; a++) beta[a] -= Dot(Column(_lambdaCross, a), u, _latent);
    }

    public override void SubtractSolutions(ReadOnlySpan<double> beta, Span<double> u)
    {
        for (var a = 0; a < _p; a++)
        {
            for (var j = 0; j < _latent; j++) u[j] -= _solution[(a * _q) + j] * beta[a];
        }
    }

    public override void Transposed(ReadOnlySpan<double> b, Span<double> beta)
    {
        for (var a = 0; a < _p; a++) beta[a] = Dot(Column(_cross, a), b, _q);
    }

    public override void SubtractCross(ReadOnlySpan<double> beta, Span<double> s)
    {
        for (var j = 0; j < _q; j++)
        {
            for (var a = 0; a < _p; a++) s[j] -= _cross[(a * _q) + j] * beta[a];
        }
    }

    public override void EachRestricted(double[] inverse, RestrictedColumn visit)
    {
        var combined = new double[_q];
        for (var a = 0; a < _p; a++)
        {
            Score(Column(_solution, a), _b, _score);
            for (var j = 0; j < _q; j++) _score[j] = _cross[(a * _q) + j] - _score[j];
            Array.Clear(combined);
            for (var b = 0; b < _p; b++)
            {
                for (var j = 0; j < _latent; j++) combined[j] += inverse[(a * _p) + b] * _solution[(b * _q) + j];
            }

            visit(_score, combined, _solution.AsSpan(a * _q, _latent));
        }
    }

    public override void ToBasis(double[] beta)
    {
    }

    public override void ToBasisCovariance(double[] covariance)
    {
    }

    private Span<double> Column(double[] matrix, int j) => matrix.AsSpan(j * _q, _q);

    private static double Dot(ReadOnlySpan<double> x, ReadOnlySpan<double> z, int count)
    {
        var sum = 0.0;
        for (var k = 0; k < count; k++) sum += x[k] * z[k];
        return sum;
    }
}
