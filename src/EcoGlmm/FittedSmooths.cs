using EcoGlmm.Estimation;
using EcoGlmm.Formulas;
using EcoGlmm.Formulas.Smooths;

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

    /// <summary>The functions of a smooth on rows, in the order of its coefficients: rows × coefficients, row-major.</summary>
    public static double[] Functions(GlmmFit fit, FittedSmooth smooth, FieldData rows)
    {
        var design = Designs(fit.Specification).First(d => d.Part == smooth.Part).Design;
        var (fixedColumns, random) = design.Evaluate(smooth.Design, rows);
        var (n, m) = (rows.RowCount, smooth.Columns.Length);
        var width = random?.EffectNames.Length ?? 0;
        var result = new double[n * (m + width)];
        for (var i = 0; i < n; i++)
        {
            for (var c = 0; c < m; c++) result[(i * (m + width)) + c] = fixedColumns[(c * n) + i];
            for (var c = 0; c < width; c++) result[(i * (m + width)) + m + c] = random!.Z[(i * width) + c];
        }

        return result;
    }

    /// <summary>Fixed columns followed by the functions of the curves of a part, column-major, as <see cref="BlockOf"/> has their
    /// coefficients.</summary>
    public static double[] Columns(PartMatrices part)
    {
        var n = part.RowCount;
        var curves = part.RandomTerms.Where(t => t.IsCurve).ToArray();
        var result = new double[part.X.Length + curves.Sum(t => t.Z.Length)];
        part.X.CopyTo(result, 0);
        var at = part.X.Length;
        foreach (var curve in curves)
        {
            var width = curve.EffectNames.Length;
            for (var c = 0; c < width; c++, at += n)
            {
                for (var i = 0; i < n; i++) result[at + i] = curve.Z[(i * width) + c];
            }
        }

        return result;
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

    /// <summary>All fixed effects of a part and its curves.</summary>
    public SmoothBlock BlockOf(ModelPart part)
    {
        var k = LinearPredictor.Of(part);
        return new SmoothBlock(k, [.. Enumerable.Range(0, _model.Basis[k]!.Columns)],
            [.. Enumerable.Range(0, _model.Terms.Count).Where(t => _model.Terms[t].Predictor == k && _model.Terms[t].IsCurve)]);
    }

    /// <summary>Coefficients: fixed ones, then effects.</summary>
    public double[] Coefficients(SmoothBlock block)
    {
        var basis = _model.Basis[block.Predictor]!;
        var beta = _gamma.AsSpan(_model.FixedOffset[block.Predictor], basis.Columns).ToArray();
        basis.ToCoefficients(beta);
        var b = new double[_estimate.System.EffectCount];
        _estimate.System.Lambda.Multiply(_estimate.Modes, b);
        return [.. block.Columns.Select(j => j < 0 ? 0 : beta[j]),
            .. block.Terms.SelectMany(t => b.AsSpan(_model.Terms[t].EffectOffset, _model.Terms[t].EffectCount).ToArray())];
    }

    /// <summary>Posterior covariance of <see cref="Coefficients"/> of one block with those of another, row-major.</summary>
    public double[] Covariance(SmoothBlock first, SmoothBlock second)
    {
        var (p, q) = (OrderOf(first), OrderOf(second));
        var result = new double[p * q];
        var scale = _estimate.PosteriorScale * _estimate.PosteriorScale;
        for (var c = 0; c < second.Columns.Length; c++) Add(c, 1, FixedColumn(second, c));
        var at = second.Columns.Length;
        foreach (var t in second.Terms)
        {
            // Column by column in spherical coordinates, which Λ turns into effects.
            var term = _model.Terms[t];
            var lambda = _estimate.System.Lambda[t];
            for (var c = 0; c < term.LatentWidth; c++)
            {
                var own = ToCoefficients(first, _columns[term.LatentOffset + c]);
                for (var e = 0; e < term.Width; e++)
                {
                    var weight = scale * lambda[(e * term.LatentWidth) + c];
                    for (var i = 0; i < p && weight != 0; i++) result[(i * q) + at + e] += weight * own[i];
                }
            }

            at += term.Width;
        }

        return result;

        void Add(int column, double weight, (double[] Fixed, double[] Latent) from)
        {
            var own = ToCoefficients(first, from);
            for (var i = 0; i < p; i++) result[(i * q) + column] += scale * weight * own[i];
        }
    }

    private int OrderOf(SmoothBlock block) => block.Columns.Length + block.Terms.Sum(t => _model.Terms[t].Width);

    /// <summary>The column of the joint posterior of a coefficient β = R⁻¹γ.</summary>
    private (double[] Fixed, double[] Latent) FixedColumn(SmoothBlock block, int c)
    {
        var p = _posterior.Parameters.Count;
        var (fixedPart, latent) = (new double[p], new double[_estimate.System.LatentCount]);
        var first = PlaceOf(block.Predictor);
        if (block.Columns[c] < 0 || first < 0) return (fixedPart, latent);
        var basis = _model.Basis[block.Predictor]!;
        // The row of R⁻¹ by which the coefficient follows from γ.
        for (var j = 0; j < basis.Columns; j++)
        {
            var unit = new double[basis.Columns];
            unit[j] = 1;
            basis.ToCoefficients(unit);
            var weight = unit[block.Columns[c]];
            if (weight == 0) continue;
            var column = _posterior.FixedColumn(first + j);
            for (var i = 0; i < p; i++) fixedPart[i] += weight * _posterior.FixedCovariance[(i * p) + first + j];
            for (var u = 0; u < latent.Length; u++) latent[u] += weight * column[u];
        }

        return (fixedPart, latent);
    }

    /// <summary>Where the fixed effects of a predictor begin in the posterior; −1 where they are not in it.</summary>
    private int PlaceOf(int predictor)
    {
        for (var i = 0; i < _posterior.Parameters.Count; i++)
        {
            if (_posterior.Parameters[i] == _model.FixedOffset[predictor] && JointPosterior.Includes(_model, predictor)) return i;
        }

        return -1;
    }

    /// <summary>The coefficients of a block from a vector of γ and u.</summary>
    private double[] ToCoefficients(SmoothBlock block, (double[] Fixed, double[] Latent) from)
    {
        var basis = _model.Basis[block.Predictor]!;
        var beta = new double[basis.Columns];
        var first = basis.Columns > 0 ? PlaceOf(block.Predictor) : -1;
        if (first >= 0) from.Fixed.AsSpan(first, basis.Columns).CopyTo(beta);
        basis.ToCoefficients(beta);
        var result = new List<double>(block.Columns.Select(j => j < 0 ? 0 : beta[j]));
        foreach (var t in block.Terms)
        {
            var term = _model.Terms[t];
            var lambda = _estimate.System.Lambda[t];
            for (var e = 0; e < term.Width; e++)
            {
                var sum = 0.0;
                for (var c = 0; c < term.LatentWidth; c++) sum += lambda[(e * term.LatentWidth) + c] * from.Latent[term.LatentOffset + c];
                result.Add(sum);
            }
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
            BasisDimension = smooth.Columns.Length + (smooth.Term < 0 ? 0 : _model.Terms[smooth.Term].LatentCount),
            Variables = [.. smooth.Design.Syntax.Variables.Select(v => v.ToString())],
            By = smooth.Design.Syntax.By?.ToString(),
        };
    }

    /// <summary>Whether the family has a scale that multiplies its variance, and is estimated.</summary>
    private bool HasScale
    {
        get
        {
            if (!_family.HasDispersion || !_family.IsExponentialDispersion) return false;
            double Ratio(double mu) => _family.Variance(mu, 2, 1) / _family.Variance(mu, 1, 1);
            return Math.Abs(Ratio(0.25) - Ratio(0.75)) < 1e-9 && Ratio(0.25) != 1;
        }
    }

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
        var coefficients = PenaltyAlgebra.Product(t, order, order, Coefficients(smooth.Block), 1);
        var transposed = PenaltyAlgebra.Transposed(t, order);
        var covariance = PenaltyAlgebra.Product(PenaltyAlgebra.Product(t, order, order, Covariance(smooth.Block, smooth.Block), order),
            order, order, transposed, order);
        var inverse = PenaltyAlgebra.Inverse(t, order);
        var information = PenaltyAlgebra.Sandwich(Information(smooth, order), order, inverse, order);
        var (statistic, rank, p) = SmoothTest.Wald(coefficients, information, covariance, Math.Min(reference, order),
            HasScale && smooth.Part == ModelPart.Conditional ? _residualDegrees : double.PositiveInfinity);
        return (edf, rank, statistic, p);
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
            basis.AddProduct(basis.R.AsSpan(smooth.Columns[c] * basis.Columns, basis.Columns), columns[c]);
        }

        var z = smooth.Term < 0 ? [] : _model.Terms[smooth.Term].Z!;
        var width = order - m;
        var (row, means) = (new double[order], new double[order]);
        if (((CurveSmooth)smooth.Design).IsTestedCentred)
        {
            for (var c = 0; c < m; c++) means[c] = columns[c].Sum() / n;
            for (var i = 0; i < n; i++)
            {
                for (var c = 0; c < width; c++) means[m + c] += z[(i * width) + c] / n;
            }
        }

        for (var i = 0; i < n; i++)
        {
            for (var c = 0; c < m; c++) row[c] = columns[c][i] - means[c];
            for (var c = 0; c < width; c++) row[m + c] = z[(i * width) + c] - means[m + c];
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
            columns[i] = _columns.TryGetValue(term.LatentOffset + i, out var known)
                ? known : _posterior.LatentColumn(term.LatentOffset + i);
            edf += 1 - columns[i].Latent[term.LatentOffset + i];
        }

        if (q > MostTestedLevels) return (edf, q, double.NaN, double.NaN);
        // Everything penalised but other random effects, which vary with the data.
        int[] penalised = [.. Enumerable.Range(0, _model.Terms.Count).Where(t => t == smooth.Term || _model.Terms[t].IsCurve
            || IsFactorSmooth(t))
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
internal sealed record FittedSmooth(SmoothDesign Design, ModelPart Part, int Predictor, int Term, int[] Columns)
{
    /// <summary>Its coefficients.</summary>
    public SmoothBlock Block { get; } = new(Predictor, Columns, Term < 0 ? [] : [Term]);
}

/// <summary>Coefficients of one linear predictor: some of its fixed effects, and the effects of some curves.</summary>
/// <param name="Predictor">The linear predictor.</param>
/// <param name="Columns">Fixed effects; −1 for one that was dropped.</param>
/// <param name="Terms">Random terms.</param>
internal sealed record SmoothBlock(int Predictor, int[] Columns, int[] Terms);
