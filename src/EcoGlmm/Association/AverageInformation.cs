using EcoGlmm.Numerics;

namespace EcoGlmm.Association;

/// <summary>
/// Restricted maximum likelihood of y = X b + e, var e = D + Σ τₖ Kₖ with dense Kₖ, by average information: A. R. Gilmour,
/// R. Thompson and B. R. Cullis, Biometrics 51 (1995) 1440-1450. P = V⁻¹ − V⁻¹ X (XᵀV⁻¹X)⁻¹ XᵀV⁻¹ is kept.
/// </summary>
/// <remarks>For some thousand rows: each step inverts V.</remarks>
internal sealed unsafe class AverageInformation : VarianceSearch
{
    private readonly double[][] _matrices;
    private readonly double[] _x;
    private readonly int _n;
    private readonly int _columns;
    private readonly BlockProduct.Team? _team;
    private readonly double[] _workspace = GC.AllocateUninitializedArray<double>(MatrixProduct.WorkspaceLength, pinned: true);

    private double[] _p = [];
    private double[] _residual = [];

    /// <param name="matrices">The Kₖ, whole, column-major.</param>
    /// <param name="x">X, column-major.</param>
    /// <param name="columns">Columns of X.</param>
    /// <param name="n">Rows.</param>
    /// <param name="threads">Most threads.</param>
    public AverageInformation(double[][] matrices, double[] x, int columns, int n, int threads)
        : base([], [])
    {
        (this._matrices, this._x, this._columns, this._n) = (matrices, x, columns, n);
        _team = threads > 1 ? new BlockProduct.Team(threads) : null;
        Fixed = new double[columns];
    }

    public override double[] Fixed { get; }

    public override double[] Residual => _residual;

    public override double[] RelatedResidual() => Product(_matrices[0], _residual);

    public override IScoreVariances Variances(int rows)
    {
        if (rows == _n)
        {
            return new DenseVariances(_p, rows);
        }

        var own = new double[(long)rows * rows];
        for (var j = 0; j < rows; j++) _p.AsSpan(j * _n, rows).CopyTo(own.AsSpan(j * rows, rows));
        return new DenseVariances(own, rows);
    }

    protected override void Derivatives(double[] score, double[] information)
    {
        var k = score.Length;
        var working = new double[k][];
        for (var a = 0; a < k; a++)
        {
            var kpy = Product(_matrices[a], Residual);
            working[a] = Product(_p, kpy);
            score[a] = 0.5 * (Inner(Residual, kpy) - Trace(_matrices[a]));
            for (var b = 0; b <= a; b++)
            {
                information[a + b * k] = information[b + a * k] = 0.5 * Inner(kpy, working[b]);
            }
        }
    }

    /// <summary>Brings P, the estimates of b and the likelihood to given τ.</summary>
    protected override void Evaluate(double[] tau)
    {
        var y = Y;
        var v = new double[(long)_n * _n];
        for (var a = 0; a < tau.Length; a++)
        {
            if (tau[a] > 0)
            {
                fixed (double* from = _matrices[a], to = v)
                {
                    for (var j = 0; j < _n; j++)
                    {
                        DensePanel.AddScaled(_n - j, tau[a], from + j + (long)j * _n, to + j + (long)j * _n);
                    }
                }
            }
        }

        for (var i = 0; i < _n; i++)
        {
            v[i + (long)i * _n] += Diagonal[i];
        }

        fixed (double* pv = v, work = _workspace)
        {
            if (!DensePanel.Cholesky(pv, _n, _n, _n, new BlockProduct(work, _team)))
            {
                throw new GlmmException("The variances of the records cannot be estimated: their covariance matrix is singular. Look for "
                    + "individuals that are the same, or leave a random effect out.");
            }
        }

        for (var j = 1; j < _n; j++)
        {
            v.AsSpan(j * _n, j).Clear();
        }

        var logDeterminant = DenseCholesky.LogDeterminant(v, _n);
        DenseCholesky.Invert(v, _n);
        for (var j = 0; j < _n; j++)
        {
            for (var i = 0; i < j; i++)
            {
                v[i + (long)j * _n] = v[j + (long)i * _n];
            }
        }

        var vx = new double[_n * _columns];
        var crossproduct = new double[_columns * _columns];
        for (var p = 0; p < _columns; p++)
        {
            Product(v, _x.AsSpan(p * _n, _n)).CopyTo(vx, p * _n);
            for (var q = 0; q <= p; q++)
            {
                crossproduct[p + q * _columns] = crossproduct[q + p * _columns] = Inner(vx.AsSpan(p * _n, _n), _x.AsSpan(q * _n, _n));
            }
        }

        if (!DenseCholesky.TryFactor(crossproduct, _columns))
        {
            throw new GlmmException("The covariates depend on each other, so that their effects cannot be told apart. Leave one of "
                + "them out.");
        }

        var logCrossproduct = DenseCholesky.LogDeterminant(crossproduct, _columns);
        for (var p = 0; p < _columns; p++)
        {
            Fixed[p] = Inner(vx.AsSpan(p * _n, _n), y);
        }

        DenseCholesky.Solve(crossproduct, _columns, Fixed);

        // P = V⁻¹ − (V⁻¹X L⁻ᵀ)(…)ᵀ with L Lᵀ = XᵀV⁻¹X
        for (var i = 0; i < _n; i++)
        {
            var row = new double[_columns];
            for (var p = 0; p < _columns; p++)
            {
                row[p] = vx[i + p * _n];
            }

            DenseCholesky.SolveLower(crossproduct, _columns, row);
            for (var p = 0; p < _columns; p++)
            {
                vx[i + p * _n] = row[p];
            }
        }

        fixed (double* pv = v, px = vx, work = _workspace)
        {
            new BlockProduct(work, _team).Add(_n, _n, _columns, true, px, _n, false, px, _n, true, pv, _n, ProductShape.Full);
        }

        _p = v;
        _residual = Product(_p, y);
        LogLikelihood = -0.5 * (logDeterminant + logCrossproduct + Inner(_residual, y));
    }

    private double[] Product(double[] matrix, ReadOnlySpan<double> v)
    {
        var result = new double[_n];
        DenseMatrix.Multiply(matrix, _n, v, result);
        return result;
    }

    private double Trace(double[] k)
    {
        double sum = 0;
        fixed (double* a = k, p = _p)
        {
            for (var j = 0; j < _n; j++)
            {
                sum += DensePanel.Dot(_n, a + (long)j * _n, p + (long)j * _n);
            }
        }

        return sum;
    }
}
