using EcoGlmm.Numerics;
using EcoGlmm.RandomEffects;

namespace EcoGlmm.Estimation;

/// <summary>
/// The fixed effects of a sparse design, D = X as users have it: C = ZᵀWX is as sparse as X, and what is dense, S and XᵀV⁻¹X, is worked
/// on in blocks that a result does not depend on the number of threads by.
/// </summary>
internal sealed unsafe class SparseCrossProducts : FixedCrossProducts
{
    private const int ColumnsPerBlock = 48;
    private const int ColumnsPerProduct = 192;

    private readonly OrthogonalBasis _basis;
    private readonly SparseRows _x;
    private readonly int _p;
    private readonly int _q;
    private readonly int _latent;
    private readonly int[] _starts;
    private readonly int[] _rows;
    private readonly double[] _values;
    private readonly double[] _solution;
    private readonly ParallelOptions _parallel;

    public SparseCrossProducts(OrthogonalBasis basis, SparseRows x, RandomEffectsSystem system, double[]? weights, int maxThreads,
        CancellationToken cancellation)
        : base(system, x.Columns)
    {
        _basis = basis;
        _x = x;
        _parallel = new ParallelOptions { MaxDegreeOfParallelism = maxThreads, CancellationToken = cancellation };
        (_p, _q, _latent) = (x.Columns, system.EffectCount, system.LatentCount);
        Gram = x.CrossProduct(weights);
        _solution = new double[(long)_latent * _p];
        _starts = new int[_p + 1];
        var (rows, values) = (new List<int>(), new List<double>());
        var (column, weighted) = (new double[_q], new double[x.Rows]);
        for (var j = 0; j < _p; j++)
        {
            var (at, entries) = x.Column(j);
            var scaled = weighted.AsSpan(0, at.Length);
            for (var e = 0; e < scaled.Length; e++) scaled[e] = (weights?[at.Span[e]] ?? 1) * entries.Span[e];
            Array.Clear(column);
            system.AddZtx(LinearPredictor.Conditional, at.Span, scaled, column);
            for (var i = 0; i < _q; i++)
            {
                if (column[i] == 0) continue;
                rows.Add(i);
                values.Add(column[i]);
            }

            _starts[j + 1] = rows.Count;
        }

        (_rows, _values) = ([.. rows], [.. values]);
    }

    public override double[] Gram { get; }

    public override double LogDeterminantOfBasis => 0;

    public override void TransposedProduct(ReadOnlySpan<double> x, Span<double> result) => _x.TransposedProduct(x, result);

    public override void AddProduct(ReadOnlySpan<double> beta, Span<double> result) => _x.AddProduct(beta, result);

    public override void Eliminate(double[] gram, double[] beside)
    {
        System.Solve(beside);
        EachBlock((from, to) =>
        {
            var (c, b) = (new double[_q], new double[_q]);
            for (var j = from; j < to; j++)
            {
                Array.Clear(c);
                AddColumn(j, 1, c);
                System.Lambda.MultiplyTransposed(c, c);
                System.Solve(c);
                c.AsSpan(0, _latent).CopyTo(Solution(j));
                System.Lambda.Multiply(c, b);
                for (var a = j; a < _p; a++) gram[(j * _p) + a] = Gram[(j * _p) + a] - Dot(a, b);
            }
        });
        for (var j = 0; j < _p; j++)
        {
            for (var a = j + 1; a < _p; a++) gram[(a * _p) + j] = gram[(j * _p) + a];
        }
    }

    public override void SubtractProjection(ReadOnlySpan<double> u, Span<double> beta)
    {
        var b = new double[_q];
        System.Lambda.Multiply(u, b);
        for (var a = 0; a < _p; a++) beta[a] -= Dot(a, b);
    }

    public override void SubtractSolutions(ReadOnlySpan<double> beta, Span<double> u)
    {
        fixed (double* px = u, ps = _solution)
        {
            for (var a = 0; a < _p; a++) DensePanel.AddScaled(_latent, -beta[a], ps + ((long)a * _latent), px);
        }
    }

    public override void Transposed(ReadOnlySpan<double> b, Span<double> beta)
    {
        for (var a = 0; a < _p; a++) beta[a] = Dot(a, b);
    }

    public override void SubtractCross(ReadOnlySpan<double> beta, Span<double> s)
    {
        for (var a = 0; a < _p; a++) AddColumn(a, -beta[a], s);
    }

    public override void EachRestricted(double[] inverse, RestrictedColumn visit)
    {
        var (b, score, padded) = (new double[_q], new double[_q], new double[_q]);
        var combined = new double[Math.Min(ColumnsPerProduct, _p) * _latent];
        var products = new MatrixProductTeam(_parallel.MaxDegreeOfParallelism);
        for (var from = 0; from < _p; from += ColumnsPerProduct)
        {
            var count = Math.Min(ColumnsPerProduct, _p - from);
            _parallel.CancellationToken.ThrowIfCancellationRequested();
            Array.Clear(combined);
            fixed (double* ps = _solution, pi = inverse, pc = combined)
            {
                products.Add(_latent, count, _p, ps, _latent, pi + ((long)from * _p), _p, pc, _latent);
            }

            for (var a = from; a < from + count; a++)
            {
                var solution = Solution(a);
                Score(solution, b, score);
                for (var j = 0; j < _q; j++) score[j] = -score[j];
                AddColumn(a, 1, score);
                combined.AsSpan((a - from) * _latent, _latent).CopyTo(padded);
                visit(score, padded, solution);
            }
        }
    }

    public override void ToBasis(double[] beta) => _basis.FromCoefficients(beta);

    public override void ToBasisCovariance(double[] covariance) => _basis.FromCoefficientCovariance(covariance);

    private void EachBlock(Action<int, int> body)
    {
        var blocks = (_p + ColumnsPerBlock - 1) / ColumnsPerBlock;
        Parallel.For(0, blocks, _parallel, k => body(k * ColumnsPerBlock, Math.Min(_p, (k + 1) * ColumnsPerBlock)));
    }

    private Span<double> Solution(int j) => _solution.AsSpan(j * _latent, _latent);

    private void AddColumn(int j, double factor, Span<double> result)
    {
        for (var e = _starts[j]; e < _starts[j + 1]; e++) result[_rows[e]] += factor * _values[e];
    }

    private double Dot(int j, ReadOnlySpan<double> b)
    {
        var sum = 0.0;
        for (var e = _starts[j]; e < _starts[j + 1]; e++) sum += _values[e] * b[_rows[e]];
        return sum;
    }
}
