using EcoGlmm.Estimation;
using EcoGlmm.Formulas;
using EcoGlmm.Formulas.Smooths;
using EcoGlmm.Model;
using EcoGlmm.Numerics;

namespace EcoGlmm;

/// <summary>The smooths of a fit: effective degrees of freedom, tests, and the posterior covariance of their coefficients.</summary>
internal sealed class FittedSmooths
{
    /// <summary>A random-effect smooth of more levels has no test: it needs the eigenvalues of a matrix of this order.</summary>
    private const int MostTestedLevels = 1500;

    private readonly Estimate _estimate;
    private readonly MixedModel _model;
    private readonly Family _family;
    private readonly JointPosterior _posterior;
    private readonly double _residualDegrees;
    private readonly double[] _gamma;

    /// <summary>Columns of the joint posterior by latent variable, for those of curves.</summary>
    private readonly Dictionary<int, (double[] Fixed, double[] Latent)> _columns = [];

    private FittedSmooths(GlmmFit fit)
    {
        (_estimate, _model, _family) = (fit.Estimate, fit.Estimate.Model, fit.Family);
        _posterior = new JointPosterior(_estimate);
        EffectiveDegrees = _posterior.EffectiveDegrees();
        _residualDegrees = Math.Max(1, _model.InformativeRows - EffectiveDegrees);
        _gamma = _estimate.Psi;
        var all = new List<FittedSmooth>();
        foreach (var (part, design) in Designs(fit.Specification))
        {
            var k = LinearPredictor.Of(part);
            var term = Enumerable.Range(0, _model.Terms.Count).Where(t => _model.Terms[t].Predictor == k).Append(-1).First();
            foreach (var smooth in design.Smooths)
            {
                all.Add(new FittedSmooth(smooth, part, k, smooth.HasRandomTerm ? term++ : -1, design.ColumnsOf(smooth)));
            }
        }

        Fitted = all;
        foreach (var smooth in all.Where(s => s.Design.IsCurve && s.Term >= 0))
        {
            var term = _model.Terms[smooth.Term];
            for (var i = 0; i < term.LatentCount; i++) _columns[term.LatentOffset + i] = _posterior.LatentColumn(term.LatentOffset + i);
        }

        Table = new SmoothTable(all.Select(Summary));
    }

    /// <summary>Of a fit, made once.</summary>
    public static FittedSmooths Of(GlmmFit fit) => fit.Derived(f => new FittedSmooths(f));

    /// <summary>Whether a model has any smooths.</summary>
    public static bool Any(ModelSpecification specification) => Designs(specification).Any(d => d.Design.Smooths.Count > 0);

    private static IEnumerable<(ModelPart Part, PartDesign Design)> Designs(ModelSpecification specification)
    {
        yield return (ModelPart.Conditional, specification.Conditional);
        if (specification.ZeroInflation is { } zeros) yield return (ModelPart.ZeroInflation, zeros);
        yield return (ModelPart.Dispersion, specification.Dispersion);
    }

    public SmoothTable Table { get; }

    public IReadOnlyList<FittedSmooth> Fitted { get; }

    /// <summary>Effective degrees of freedom of the whole conditional part.</summary>
    public double EffectiveDegrees { get; }

    /// <summary>Coefficients of a curve, fixed ones first.</summary>
    public double[] Coefficients(FittedSmooth smooth)
    {
        var basis = _model.Basis[smooth.Predictor]!;
        var beta = _gamma.AsSpan(_model.FixedOffset[smooth.Predictor], basis.Columns).ToArray();
        basis.ToCoefficients(beta);
        var fixedOnes = smooth.Columns.Select(j => j < 0 ? 0 : beta[j]);
        if (smooth.Term < 0) return [.. fixedOnes];
        var term = _model.Terms[smooth.Term];
        var b = new double[_estimate.System.EffectCount];
        _estimate.System.Lambda.Multiply(_estimate.Modes, b);
        return [.. fixedOnes, .. b.AsSpan(term.EffectOffset, term.EffectCount)];
    }

    /// <summary>Posterior covariance of <see cref="Coefficients"/> of one curve with those of another, row-major.</summary>
    public double[] Covariance(FittedSmooth first, FittedSmooth second)
    {
        var (p, q) = (first.Columns.Length + LatentCount(first), second.Columns.Length + LatentCount(second));
        var result = new double[p * q];
        // Column by column of the second in spherical coordinates, then in the users'.
        var scale = _estimate.PosteriorScale * _estimate.PosteriorScale;
        var spherical = new double[p * q];
        var basis = _model.Basis[second.Predictor]!;
        for (var c = 0; c < q; c++)
        {
            var (fixedPart, latent) = c < second.Columns.Length
                ? FixedColumn(second, c)
                : _columns[_model.Terms[second.Term].LatentOffset + c - second.Columns.Length];
            var own = ToCoefficients(first, fixedPart, latent);
            for (var i = 0; i < p; i++) spherical[(i * q) + c] = scale * own[i];
        }

        // Latent columns of the second become effects.
        var m = second.Columns.Length;
        for (var i = 0; i < p; i++)
        {
            for (var c = 0; c < m; c++) result[(i * q) + c] = spherical[(i * q) + c];
            if (second.Term < 0) continue;
            var term = _model.Terms[second.Term];
            var lambda = _estimate.System.Lambda[second.Term];
            for (var e = 0; e < term.Width; e++)
            {
                for (var c = 0; c < term.LatentWidth; c++) result[(i * q) + m + e] += lambda[(e * term.LatentWidth) + c] * spherical[(i * q) + m + c];
            }
        }

        return result;
    }

    private int LatentCount(FittedSmooth smooth) => smooth.Term < 0 ? 0 : _model.Terms[smooth.Term].LatentCount;

    /// <summary>The column of the joint posterior of a coefficient β = R⁻¹γ.</summary>
    private (double[] Fixed, double[] Latent) FixedColumn(FittedSmooth smooth, int c)
    {
        var p = _posterior.Parameters.Count;
        var (fixedPart, latent) = (new double[p], new double[_estimate.System.LatentCount]);
        if (smooth.Columns[c] < 0) return (fixedPart, latent);
        var basis = _model.Basis[smooth.Predictor]!;
        // Row of R⁻¹ by which the coefficient follows from γ.
        for (var j = 0; j < basis.Columns; j++)
        {
            var unit = new double[basis.Columns];
            unit[j] = 1;
            basis.ToCoefficients(unit);
            var weight = unit[smooth.Columns[c]];
            if (weight == 0) continue;
            var at = PlaceOf(smooth.Predictor, j);
            var column = _posterior.FixedColumn(at);
            for (var i = 0; i < p; i++) fixedPart[i] += weight * _posterior.FixedCovariance[(i * p) + at];
            for (var u = 0; u < latent.Length; u++) latent[u] += weight * column[u];
        }

        return (fixedPart, latent);
    }

    private int PlaceOf(int predictor, int column)
    {
        var parameter = _model.FixedOffset[predictor] + column;
        for (var i = 0; i < _posterior.Parameters.Count; i++)
        {
            if (_posterior.Parameters[i] == parameter) return i;
        }

        return -1;
    }

    /// <summary>The coefficients of a curve from a vector of γ and u.</summary>
    private double[] ToCoefficients(FittedSmooth smooth, double[] fixedPart, double[] latent)
    {
        var basis = _model.Basis[smooth.Predictor]!;
        var beta = new double[basis.Columns];
        var first = basis.Columns > 0 ? PlaceOf(smooth.Predictor, 0) : -1;
        if (first >= 0) fixedPart.AsSpan(first, basis.Columns).CopyTo(beta);
        basis.ToCoefficients(beta);
        var result = new List<double>(smooth.Columns.Select(j => j < 0 ? 0 : beta[j]));
        if (smooth.Term < 0) return [.. result];
        var term = _model.Terms[smooth.Term];
        var lambda = _estimate.System.Lambda[smooth.Term];
        for (var e = 0; e < term.Width; e++)
        {
            var sum = 0.0;
            for (var c = 0; c < term.LatentWidth; c++) sum += lambda[(e * term.LatentWidth) + c] * latent[term.LatentOffset + c];
            result.Add(sum);
        }

        return [.. result];
    }

    private Smooth Summary(FittedSmooth smooth)
    {
        var (edf, rank, statistic, p) = !_estimate.Convergence.IsConverged && !_estimate.Modes.All(double.IsFinite)
            ? (double.NaN, double.NaN, double.NaN, double.NaN)
            : smooth.Design.IsCurve && smooth.Columns.Length > 0 ? TestCurve(smooth) : TestRandom(smooth);
        var isF = HasScale && smooth.Part == ModelPart.Conditional;
        return new Smooth(smooth.Design.Label, edf, rank, isF ? statistic / rank : statistic, p)
        {
            Part = smooth.Part,
            IsF = isF,
            BasisDimension = smooth.Columns.Length + LatentCount(smooth),
            Variables = [.. smooth.Design.Syntax.Variables.Select(v => v.ToString())],
            By = smooth.Design.Syntax.By?.ToString(),
        };
    }

    /// <summary>Whether the family has a scale that multiplies its variance, and is estimated.</summary>
    private bool HasScale => _family.HasDispersion && _family.VarianceFunction(0.5, 1, 1) == _family.VarianceFunction(0.5, 2, 1)
        && _family.Variance(0.5, 1, 1) != _family.Variance(0.5, 2, 1);

    private (double Edf, double Rank, double Statistic, double P) TestCurve(FittedSmooth smooth)
    {
        var m = smooth.Columns.Count(j => j >= 0);
        double edf = m, reference = m;
        if (smooth.Term >= 0)
        {
            var term = _model.Terms[smooth.Term];
            for (var i = 0; i < term.LatentCount; i++)
            {
                var column = _columns[term.LatentOffset + i].Latent;
                edf += 1 - column[term.LatentOffset + i];
                reference += 1 - column.Sum(v => v * v);
            }
        }

        var coordinates = ((CurveSmooth)smooth.Design).Coordinates;
        var order = coordinates.Order;
        var t = coordinates.Transform;
        var coefficients = PenaltyAlgebra.Product(t, order, order, Coefficients(smooth), 1);
        var transposed = Transposed(t, order);
        var covariance = PenaltyAlgebra.Product(PenaltyAlgebra.Product(t, order, order, Covariance(smooth, smooth), order), order, order, transposed, order);
        var inverse = Inverse(t, order);
        var information = PenaltyAlgebra.Sandwich(Information(smooth, order), order, inverse, order);
        var (statistic, rank, p) = SmoothTest.Wald(coefficients, information, covariance, Math.Min(reference, order),
            HasScale && smooth.Part == ModelPart.Conditional ? _residualDegrees : double.PositiveInfinity);
        return (edf, rank, statistic, p);
    }

    private static double[] Transposed(double[] t, int n)
    {
        var result = new double[n * n];
        for (var i = 0; i < n; i++)
        {
            for (var j = 0; j < n; j++) result[(j * n) + i] = t[(i * n) + j];
        }

        return result;
    }

    private static double[] Inverse(double[] t, int n)
    {
        var matrix = MathNet.Numerics.LinearAlgebra.Double.DenseMatrix.OfColumnMajor(n, n, Transposed(t, n));
        return matrix.Inverse().Transpose().ToColumnMajorArray();
    }

    /// <summary>XᵀWX of a curve's functions.</summary>
    private double[] Information(FittedSmooth smooth, int order)
    {
        var n = _model.ObservationCount;
        var result = new double[order * order];
        if (_estimate.Weights[LinearPredictor.Pair(smooth.Predictor, smooth.Predictor)] is not { } w) return result;
        var basis = _model.Basis[smooth.Predictor]!;
        var m = smooth.Columns.Length;
        var columns = new double[m][];
        for (var c = 0; c < m; c++)
        {
            columns[c] = new double[n];
            if (smooth.Columns[c] < 0) continue;
            // The column of X = QR.
            for (var j = 0; j <= smooth.Columns[c]; j++)
            {
                var r = basis.R[(smooth.Columns[c] * basis.Columns) + j];
                for (var i = 0; i < n; i++) columns[c][i] += basis.Q[(j * n) + i] * r;
            }
        }

        var z = smooth.Term < 0 ? [] : _model.Terms[smooth.Term].Z!;
        var width = order - m;
        var row = new double[order];
        for (var i = 0; i < n; i++)
        {
            for (var c = 0; c < m; c++) row[c] = columns[c][i];
            for (var c = 0; c < width; c++) row[m + c] = z[(i * width) + c];
            for (var a = 0; a < order; a++)
            {
                var left = w[i] * row[a];
                if (left == 0) continue;
                for (var b = 0; b < order; b++) result[(a * order) + b] += left * row[b];
            }
        }

        return result;
    }

    private (double Edf, double Rank, double Statistic, double P) TestRandom(FittedSmooth smooth)
    {
        var term = _model.Terms[smooth.Term];
        var q = term.LatentCount;
        var columns = new (double[] Fixed, double[] Latent)[q];
        var edf = 0.0;
        for (var i = 0; i < q; i++)
        {
            columns[i] = _columns.TryGetValue(term.LatentOffset + i, out var known) ? known : _posterior.LatentColumn(term.LatentOffset + i);
            edf += 1 - columns[i].Latent[term.LatentOffset + i];
        }

        if (q > MostTestedLevels) return (edf, q, double.NaN, double.NaN);
        // Everything penalised but other random effects, which vary with the data.
        int[] penalised = [.. Enumerable.Range(0, _model.Terms.Count).Where(t => t == smooth.Term || _model.Terms[t].IsCurve || IsFactorSmooth(t))
            .SelectMany(t => Enumerable.Range(_model.Terms[t].LatentOffset, _model.Terms[t].LatentCount))];
        var (posterior, frequentist) = (new double[q * q], new double[q * q]);
        for (var i = 0; i < q; i++)
        {
            for (var j = 0; j <= i; j++)
            {
                var bayes = columns[i].Latent[term.LatentOffset + j];
                var variance = bayes;
                foreach (var u in penalised) variance -= columns[i].Latent[u] * columns[j].Latent[u];
                posterior[(i * q) + j] = posterior[(j * q) + i] = bayes;
                frequentist[(i * q) + j] = frequentist[(j * q) + i] = variance;
            }
        }

        var u0 = _estimate.Modes.AsSpan(term.LatentOffset, q).ToArray();
        var scale = _estimate.PosteriorScale;
        var (statistic, rank, p) = SmoothTest.Random(u0, posterior, frequentist, scale,
            HasScale && smooth.Part == ModelPart.Conditional ? _residualDegrees : double.PositiveInfinity);
        return (edf, rank, statistic, p);
    }

    private bool IsFactorSmooth(int term) => Fitted.Any(s => s.Term == term && s.Design is FactorSmooth);
}

/// <summary>A smooth and where it stands in the model.</summary>
/// <param name="Design">How it is evaluated.</param>
/// <param name="Part">The part.</param>
/// <param name="Predictor">Its linear predictor.</param>
/// <param name="Term">Its random term; −1 where it has none.</param>
/// <param name="Columns">Its fixed effects among the coefficients of the part; −1 for one that was dropped.</param>
internal sealed record FittedSmooth(SmoothDesign Design, ModelPart Part, int Predictor, int Term, int[] Columns);
