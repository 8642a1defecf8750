using EcoGlmm.Numerics;

namespace EcoGlmm.Association;

/// <summary>
/// A <see cref="NullModel"/> at one λ. With W = (λ D + I)⁻¹ and P = W − W X (XᵀWX)⁻¹ XᵀW it has what a marker's likelihood
/// needs of the null model: yᵀPy, log-determinants, and the rows that a marker is multiplied by.
/// </summary>
internal sealed class NullPoint
{
    private readonly NullModel _model;
    private readonly double[] _weights;
    private readonly double[] _rows;

    public NullPoint(NullModel model, double logLambda)
    {
        this._model = model;
        LogLambda = logLambda;
        Lambda = Math.Exp(logLambda);
        var n = model.Rows;
        var c = model.Columns;
        _weights = new double[n];
        double logDeterminant = 0;
        double slope = 0;
        for (var i = 0; i < n; i++)
        {
            var variance = Lambda * model.Eigenvalues[i] + 1;
            _weights[i] = 1 / variance;
            logDeterminant += Math.Log(variance);
            slope += Lambda * model.Eigenvalues[i] * _weights[i];
        }

        LogDeterminant = logDeterminant;
        LogDeterminantSlope = slope;
        _rows = Projector(c, out var logCrossproduct);
        LogCrossproduct = logCrossproduct;
        PY = Project(model.Y, _rows);
        var d = model.Eigenvalues;
        var dpy = new double[n];
        double yy = 0;
        double yySlope = 0;
        for (var i = 0; i < n; i++)
        {
            dpy[i] = d[i] * PY[i];
            yy += PY[i] * model.Y[i];
            yySlope -= Lambda * dpy[i] * PY[i];
        }

        YY = yy;
        YYSlope = yySlope;
        PDPY = Project(dpy, _rows);
        RD = new double[c * n];
        RDR = new double[c * c];
        double trace = 0;
        for (var p = 0; p < c; p++)
        {
            for (var i = 0; i < n; i++)
            {
                RD[p * n + i] = _rows[p * n + i] * d[i] * _weights[i];
            }

            for (var q = 0; q < c; q++)
            {
                double sum = 0;
                for (var i = 0; i < n; i++)
                {
                    sum += _rows[p * n + i] * d[i] * _rows[q * n + i];
                }

                RDR[p * c + q] = sum;
            }

            trace += RDR[p * c + p];
        }

        LogCrossproductSlope = -Lambda * trace;
    }

    public double LogLambda { get; }

    public double Lambda { get; }

    /// <summary>yᵀPy, and its derivative by log λ, as all slopes are.</summary>
    public double YY { get; }

    public double YYSlope { get; }

    /// <summary>log |λ D + I|.</summary>
    public double LogDeterminant { get; }

    public double LogDeterminantSlope { get; }

    /// <summary>log |XᵀWX|.</summary>
    public double LogCrossproduct { get; }

    public double LogCrossproductSlope { get; }

    /// <summary>The diagonal of W.</summary>
    public double[] Weights => _weights;

    /// <summary>P y.</summary>
    public double[] PY { get; }

    /// <summary>P D P y.</summary>
    public double[] PDPY { get; }

    /// <summary>R = L⁻¹ XᵀW row by row, with L Lᵀ = XᵀWX, so that P = W − RᵀR.</summary>
    public double[] R => _rows;

    /// <summary>R D W, row by row.</summary>
    public double[] RD { get; }

    /// <summary>R D Rᵀ.</summary>
    public double[] RDR { get; }

    public double Reml => -0.5 * ((_model.Rows - _model.Columns) * Math.Log(YY) + LogDeterminant + LogCrossproduct);

    public double RemlSlope =>
        -0.5 * ((_model.Rows - _model.Columns) * YYSlope / YY + LogDeterminantSlope + LogCrossproductSlope);

    public double Ml => -0.5 * (_model.Rows * Math.Log(YY) + LogDeterminant);

    public double MlSlope => -0.5 * (_model.Rows * YYSlope / YY + LogDeterminantSlope);

    private double[] Projector(int c, out double logDeterminant)
    {
        var n = _model.Rows;
        var weighted = new double[c * n];
        var crossproduct = new double[c * c];
        for (var p = 0; p < c; p++)
        {
            for (var i = 0; i < n; i++)
            {
                weighted[p * n + i] = _model.X[p * n + i] * _weights[i];
            }

            for (var q = 0; q <= p; q++)
            {
                double sum = 0;
                for (var i = 0; i < n; i++)
                {
                    sum += weighted[p * n + i] * _model.X[q * n + i];
                }

                crossproduct[q * c + p] = crossproduct[p * c + q] = sum;
            }
        }

        if (!DenseCholesky.TryFactor(crossproduct, c))
        {
            throw new GlmmException("The covariates depend on each other, so that their effects cannot be told apart. Leave one of "
                + "them out.");
        }

        logDeterminant = DenseCholesky.LogDeterminant(crossproduct, c);

        // forward substitution, all columns of XᵀW at once
        for (var p = 0; p < c; p++)
        {
            for (var q = 0; q < p; q++)
            {
                var l = crossproduct[q * c + p];
                for (var i = 0; i < n; i++)
                {
                    weighted[p * n + i] -= l * weighted[q * n + i];
                }
            }

            for (var i = 0; i < n; i++)
            {
                weighted[p * n + i] /= crossproduct[p * c + p];
            }
        }

        return weighted;
    }

    private double[] Project(double[] v, double[] r)
    {
        var n = v.Length;
        var result = new double[n];
        for (var i = 0; i < n; i++)
        {
            result[i] = _weights[i] * v[i];
        }

        for (var p = 0; p < _model.Columns; p++)
        {
            double along = 0;
            for (var i = 0; i < n; i++)
            {
                along += r[p * n + i] * v[i];
            }

            for (var i = 0; i < n; i++)
            {
                result[i] -= along * r[p * n + i];
            }
        }

        return result;
    }
}
