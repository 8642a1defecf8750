using MathNet.Numerics.LinearAlgebra;

namespace EcoGlmm.Marginal;

/// <summary>
/// Generalized estimating equations Σ DᵀV⁻¹(y − μ) = 0 over subjects, V = φ A^½ R(α) A^½ with A = v(μ)/w, D = ∂μ/∂β, solved by
/// Fisher scoring with moment estimates of φ and α between steps. K.-Y. Liang &amp; S. Zeger (1986), Biometrika 73, 13-22.
/// </summary>
internal sealed class GeeEquations
{
    private const int MostIterations = 300;
    private const double StepTolerance = 1e-10;
    private const int MostHalvings = 12;

    private readonly Family _family;
    private readonly double[] _y;
    private readonly double[] _weights;
    private readonly double[] _x;
    private readonly double[] _offset;
    private readonly Subject[] _subjects;
    private readonly bool _hasFixedScale;
    private readonly int _n;
    private readonly int _p;

    /// <param name="family">Mean and variance function.</param>
    /// <param name="y">The response; a proportion for binomial kinds.</param>
    /// <param name="weights">Prior weights, trials among them.</param>
    /// <param name="x">Model matrix, column-major.</param>
    /// <param name="offset">Offsets.</param>
    /// <param name="subjects">Subjects.</param>
    /// <param name="scale">φ where it is known; estimated when null.</param>
    public GeeEquations(Family family, double[] y, double[] weights, double[] x, double[] offset, Subject[] subjects, double? scale = null)
    {
        (_hasFixedScale, Scale) = (scale is not null, scale ?? 1);
        (_family, _y, _weights, _x, _offset, _subjects) = (family, y, weights, x, offset, subjects);
        (_n, _p) = (y.Length, x.Length / y.Length);
        Beta = Vector<double>.Build.Dense(_p);
        (Mu, Slope, Residuals) = (new double[_n], new double[_n], new double[_n]);
        Bread = Matrix<double>.Build.Dense(_p, _p);
    }

    public Vector<double> Beta { get; private set; }

    /// <summary>Fitted means.</summary>
    public double[] Mu { get; }

    /// <summary>dμ/dη.</summary>
    public double[] Slope { get; }

    /// <summary>(y − μ)/√v(μ).</summary>
    public double[] Residuals { get; }

    /// <summary>φ.</summary>
    public double Scale { get; private set; }

    /// <summary>(Σ DᵀV⁻¹D)⁻¹, the model-based covariance.</summary>
    public Matrix<double> Bread { get; private set; }

    /// <summary>Starts where a generalized linear model of independent rows, one weighted least-squares step from the response,
    /// begins.</summary>
    public void Start()
    {
        for (var i = 0; i < _n; i++)
        {
            Mu[i] = _family.StartingMean(_y[i], 1);
            Slope[i] = _family.LocationLink.At(_family.Link.LinearPredictor(Mu[i])).D1;
        }

        var (a, b) = (Matrix<double>.Build.Dense(_p, _p), Vector<double>.Build.Dense(_p));
        for (var i = 0; i < _n; i++)
        {
            var w = _weights[i] * Slope[i] * Slope[i] / _family.VarianceFunction(Mu[i], 1, 1);
            var z = _family.Link.LinearPredictor(Mu[i]) - _offset[i] + ((_y[i] - Mu[i]) / Slope[i]);
            for (var j = 0; j < _p; j++)
            {
                b[j] += w * z * X(i, j);
                for (var k = 0; k < _p; k++) a[j, k] += w * X(i, j) * X(i, k);
            }
        }

        if (!TryMove(a.Solve(b))) TryMove(Vector<double>.Build.Dense(_p));
    }

    /// <summary>Solves the equations from where they stand.</summary>
    /// <exception cref="GlmmException">They do not converge, or the correlation is not one.</exception>
    public void Solve(OccasionCorrelation correlation)
    {
        UpdateScale();
        var alpha = correlation.Parameters;
        for (var iteration = 0; iteration < MostIterations; iteration++)
        {
            correlation.Estimate(_subjects, Residuals, _weights, Scale);
            var change = alpha.Length != correlation.Parameters.Length ? 1
                : alpha.Length == 0 ? 0 : alpha.Zip(correlation.Parameters, (a, b) => Math.Abs(a - b)).Max();
            alpha = correlation.Parameters;
            var (information, score) = Sums(correlation);
            var step = information.Solve(score);
            var length = step * score;
            if (!double.IsFinite(length)) break;
            var from = Beta;
            var moved = TryMove(from + step);
            for (var half = 0; !moved && half < MostHalvings; half++) moved = TryMove(from + (step *= 0.5));
            if (!moved) break;
            UpdateScale();
            if (length > StepTolerance * StepTolerance * _n || change > StepTolerance) continue;
            Bread = Sums(correlation).Information.Inverse();
            return;
        }

        throw new GlmmException("The estimating equations did not converge: a coefficient may be infinite (a group with one outcome "
            + "alone), or the working correlation too rich for the data. Try WorkingCorrelation.Independence, or leave terms out.");
    }

    /// <summary>The robust covariance of a kind.</summary>
    /// <remarks>
    /// With s = DᵀV⁻¹(y − μ) and A = DᵀV⁻¹D of a subject and M the sum of A, DᵀV⁻¹(I − H)⁻ᵏ = (I − A M⁻¹)⁻ᵏ DᵀV⁻¹, so that no matrix
    /// is larger than the number of coefficients.
    /// </remarks>
    public Matrix<double> Covariance(OccasionCorrelation correlation, GeeStandardErrors kind)
    {
        if (kind == GeeStandardErrors.ModelBased) return Bread;
        var meat = Matrix<double>.Build.Dense(_p, _p);
        var root = Bread.Inverse().Cholesky().Factor;
        var inverseRoot = root.Inverse();
        foreach (var subject in _subjects)
        {
            var (a, s) = Terms(subject, correlation);
            if (kind != GeeStandardErrors.Robust)
            {
                var eigen = (inverseRoot * a * inverseRoot.Transpose()).Evd(Symmetricity.Symmetric);
                var power = kind == GeeStandardErrors.ManclDeRouen ? -1.0 : -0.5;
                // A subject that alone determines a coefficient has leverage one: its residual says nothing, and it adds none.
                var diagonal = eigen.EigenValues.Map(v => v.Real > 1 - 1e-9 ? 0 : Math.Pow(1 - v.Real, power));
                s = root * (eigen.EigenVectors * (diagonal.PointwiseMultiply(eigen.EigenVectors.Transpose() * (inverseRoot * s))));
            }

            meat += s.OuterProduct(s);
        }

        return Bread * meat * Bread;
    }

    private double X(int i, int j) => _x[(j * _n) + i];

    private bool TryMove(Vector<double> beta)
    {
        for (var i = 0; i < _n; i++)
        {
            var eta = _offset[i];
            for (var j = 0; j < _p; j++) eta += X(i, j) * beta[j];
            var point = _family.LocationLink.At(eta);
            var variance = _family.VarianceFunction(point.Mu, 1, 1);
            if (!(variance > 0) || !double.IsFinite(variance) || !double.IsFinite(point.D1)) return false;
            Mu[i] = point.Mu;
            Slope[i] = point.D1;
            Residuals[i] = (_y[i] - point.Mu) / Math.Sqrt(variance);
        }

        Beta = beta;
        return true;
    }

    private void UpdateScale()
    {
        if (_hasFixedScale) return;
        var (sum, weight) = (0.0, 0.0);
        for (var i = 0; i < _n; i++)
        {
            sum += _weights[i] * Residuals[i] * Residuals[i];
            weight += _weights[i];
        }

        Scale = sum / weight;
    }

    private (Matrix<double> Information, Vector<double> Score) Sums(OccasionCorrelation correlation)
    {
        var (information, score) = (Matrix<double>.Build.Dense(_p, _p), Vector<double>.Build.Dense(_p));
        foreach (var subject in _subjects)
        {
            var (a, s) = Terms(subject, correlation);
            information += a;
            score += s;
        }

        return (information, score);
    }

    /// <summary>DᵀV⁻¹D and DᵀV⁻¹(y − μ) of a subject.</summary>
    private (Matrix<double> A, Vector<double> S) Terms(Subject subject, OccasionCorrelation correlation)
    {
        var n = subject.Rows.Length;
        var columns = new double[n * (_p + 1)];
        for (var k = 0; k < n; k++)
        {
            var i = subject.Rows[k];
            var root = Math.Sqrt(_weights[i]);
            var d = root * Slope[i] / Math.Sqrt(_family.VarianceFunction(Mu[i], 1, 1));
            for (var j = 0; j < _p; j++) columns[(j * n) + k] = d * X(i, j);
            columns[(_p * n) + k] = root * Residuals[i];
        }

        var solved = (double[])columns.Clone();
        if (!correlation.TrySolve(subject, solved))
        {
            throw new GlmmException("The working correlation is not positive definite: its estimates do not go together. "
                + "Try WorkingCorrelation.Exchangeable, or Independence, whose robust standard errors are right too.");
        }

        var (a, s) = (Matrix<double>.Build.Dense(_p, _p), Vector<double>.Build.Dense(_p));
        for (var j = 0; j < _p; j++)
        {
            for (var m = 0; m <= _p; m++)
            {
                var sum = 0.0;
                for (var k = 0; k < n; k++) sum += columns[(j * n) + k] * solved[(m * n) + k];
                if (m < _p) a[j, m] = sum / Scale; else s[j] = sum / Scale;
            }
        }

        return (a, s);
    }
}
