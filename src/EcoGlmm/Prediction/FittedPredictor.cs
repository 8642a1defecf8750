using EcoGlmm.Estimation;
using EcoGlmm.Formulas;
using EcoGlmm.Numerics;

namespace EcoGlmm.Prediction;

/// <summary>
/// Predictions from a finished fit. A linear predictor η = xβ + zb̂(ψ) has variance aᵀV a + zᵀ Var(b | y) z, where
/// a = ∂η/∂ψ includes the change of the conditional modes with the parameters and V is the covariance of ψ.
/// Source: Kass &amp; Steffey (1989), JASA 84, 717-726; Kristensen et al. (2016), J. Stat. Softw. 70(5), section 4.
/// </summary>
/// <remarks>Any number of threads may predict at once: what they share is computed once, and only read from then on.</remarks>
internal sealed class FittedPredictor
{
    private readonly ModelSpecification _specification;
    private readonly Estimate _estimate;
    private readonly FieldData _data;
    private readonly MixedModel _model;
    private readonly Lazy<double[]> _modes;
    private readonly Lazy<double[]?[]> _modeDerivatives;
    private readonly Lazy<SeenRange> _seen;

    public FittedPredictor(ModelSpecification specification, Estimate estimate, FieldData data)
    {
        _data = data;
        _specification = specification;
        _estimate = estimate;
        _model = estimate.Model;
        _seen = new Lazy<SeenRange>(() => new SeenRange(Designs, UsedRows));
        _modes = new Lazy<double[]>(ComputeModes);
        _modeDerivatives = new Lazy<double[]?[]>(ComputeModeDerivatives);
    }

    /// <param name="newData">Rows to predict for; those of the fit when null.</param>
    /// <param name="scale">Scale of the predictions.</param>
    /// <param name="use">What is done with random effects.</param>
    /// <param name="level">Coverage.</param>
    /// <param name="chosen">By term, whether its effects count in; all when null.</param>
    public Predictions Predict(FieldData? newData, PredictionScale scale, RandomEffectsUse use, double level, bool[]? chosen = null)
    {
        var conditional = use == RandomEffectsUse.Conditional;
        var parts = Parts(newData, use, scale != PredictionScale.Link);
        if (scale == PredictionScale.ConditionalMean) (parts[LinearPredictor.ZeroInflation], scale) = (null, PredictionScale.Response);
        if (scale == PredictionScale.ZeroProbability) return PredictZeros(newData, parts, use, level, chosen);
        if (use == RandomEffectsUse.Averaged)
            return new AveragedPredictor(this, _estimate, parts).Predict(scale, level, RowsPredicted(newData), Beyond(newData), Shown(use));

        var n = parts[LinearPredictor.Conditional]!.RowCount;
        var z = SpecialFunctions.NormalQuantile(0.5 + (level / 2));
        var (value, error, lower, upper) = (new double[n], new double[n], new double[n], new double[n]);
        var unseen = 0;
        for (var i = 0; i < n; i++)
        {
            if (conditional && parts.Any(p => p is not null && p.RandomTerms.Any(t => t.IsNew(i)))) unseen++;
        }

        var rows = new RowPredictor(this, _estimate, parts, conditional, chosen);
        if (newData is null && chosen is null && (conditional || !_model.HasGroups)) UseKnownCovariances(rows, n);
        var link = _model.Family.Link;
        for (var i = 0; i < n; i++)
        {
            rows.MoveTo(i);
            var eta = rows.Value(LinearPredictor.Conditional);
            var variance = rows.Covariance(LinearPredictor.Conditional, LinearPredictor.Conditional);
            var sd = Math.Sqrt(variance);
            if (scale == PredictionScale.Link)
            {
                (value[i], error[i], lower[i], upper[i]) = (eta, sd, eta - (z * sd), eta + (z * sd));
                continue;
            }

            if (parts[LinearPredictor.ZeroInflation] is null && !_model.Family.HasShiftedMean)
            {
                var point = link.At(eta);
                var (a, b) = (link.At(eta - (z * sd)).Mu, link.At(eta + (z * sd)).Mu);
                (value[i], error[i], lower[i], upper[i]) = (point.Mu, Math.Abs(point.D1) * sd, Math.Min(a, b), Math.Max(a, b));
                continue;
            }

            (value[i], error[i]) = Derived(rows, Mean);
            (lower[i], upper[i]) = Interval(value[i], z * error[i], _model.Family.MeanBounds);
        }

        return new Predictions(value, error, lower, upper, level, unseen)
        {
            Rows = RowsPredicted(newData),
            Beyond = Beyond(newData),
            Shown = Shown(use),
            NewIndividuals = [.. parts.OfType<PartMatrices>().SelectMany(part => part.NewIndividuals).Distinct()],
        };
    }

    /// <summary>Probabilities of structural zeros, with intervals made on the logit scale.</summary>
    private Predictions PredictZeros(FieldData? newData, PartMatrices?[] parts, RandomEffectsUse use, double level, bool[]? chosen)
    {
        if (use == RandomEffectsUse.Averaged && _model.RandomPredictors.Contains(LinearPredictor.ZeroInflation))
        {
            throw new GlmmException("The probability of a structural zero is not averaged over random effects of the zero inflation. "
                + "Use RandomEffectsUse.Conditional or Population.");
        }

        var zero = new PartMatrices?[parts.Length];
        zero[LinearPredictor.ZeroInflation] = parts[LinearPredictor.ZeroInflation];
        var n = zero[LinearPredictor.ZeroInflation]!.RowCount;
        var conditional = use == RandomEffectsUse.Conditional;
        var rows = new RowPredictor(this, _estimate, zero, conditional, chosen);
        if (newData is null && conditional && chosen is null) UseKnownCovariances(rows, n);
        var z = SpecialFunctions.NormalQuantile(0.5 + (level / 2));
        var (value, error, lower, upper) = (new double[n], new double[n], new double[n], new double[n]);
        for (var i = 0; i < n; i++)
        {
            rows.MoveTo(i);
            var eta = rows.Value(LinearPredictor.ZeroInflation);
            var sd = Math.Sqrt(rows.Covariance(LinearPredictor.ZeroInflation, LinearPredictor.ZeroInflation));
            var point = Link.Logit.At(eta);
            (value[i], error[i], lower[i], upper[i]) = (point.Mu, point.D1 * sd, Link.Logit.At(eta - (z * sd)).Mu,
                Link.Logit.At(eta + (z * sd)).Mu);
        }

        var unseen = Enumerable.Range(0, n).Count(i => conditional && zero[LinearPredictor.ZeroInflation]!.RandomTerms.Any(t =>
            t.Codes[i] < 0));
        return new Predictions(value, error, lower, upper, level, unseen)
        {
            Rows = RowsPredicted(newData),
            Beyond = Beyond(newData),
            Shown = Shown(use),
        };
    }

    /// <summary>The probability of each category of an ordered response.</summary>
    public CategoryPredictions PredictProbabilities(FieldData? newData, RandomEffectsUse use, double level)
    {
        var conditional = use == RandomEffectsUse.Conditional;
        var parts = Parts(newData, use, onResponse: true);
        var n = parts[LinearPredictor.Conditional]!.RowCount;
        var categories = _model.Family.Categories;
        var z = SpecialFunctions.NormalQuantile(0.5 + (level / 2));
        double[][] Rows() => [.. Enumerable.Range(0, n).Select(_ => new double[categories.Count])];
        var (value, error, lower, upper) = (Rows(), Rows(), Rows(), Rows());
        var rows = new RowPredictor(this, _estimate, parts, conditional);
        if (newData is null && conditional) UseKnownCovariances(rows, n);
        for (var i = 0; i < n; i++)
        {
            rows.MoveTo(i);
            for (var k = 0; k < categories.Count; k++)
            {
                var category = k;
                (value[i][k], error[i][k]) = Derived(rows, (family, at) =>
                    family.Probability(category, at[LinearPredictor.Conditional]));
                (lower[i][k], upper[i][k]) = Interval(value[i][k], z * error[i][k], (0, 1));
            }
        }

        return new CategoryPredictions(categories, value, error, lower, upper, level) { Rows = RowsPredicted(newData), Shown = Shown(use) };
    }

    private FieldData RowsPredicted(FieldData? newData) => newData ?? UsedRows;

    private FieldData UsedRows => _specification.Rows.Length == _data.RowCount ? _data : _data.Take(_specification.Rows);

    private IEnumerable<PartDesign> Designs => new[] { _specification.Conditional, _specification.ZeroInflation }.OfType<PartDesign>();

    /// <summary>What goes beyond the data, found when it is first asked for; the rows of the fit never do.</summary>
    private Lazy<Extrapolation>? Beyond(FieldData? newData) => newData is null ? null
        : new Lazy<Extrapolation>(() => _seen.Value.Beyond(newData));

    /// <summary>The columns that a table of predictions shows beside them.</summary>
    private string[] Shown(RandomEffectsUse use) =>
    [
        .. Designs.SelectMany(design => design.FixedVariableNames),
        .. use == RandomEffectsUse.Conditional ? Designs.SelectMany(design => design.GroupColumns) : [],
    ];

    /// <summary>An interval on a scale without bounds: logarithmic above a lower bound, logistic between two.</summary>
    internal static (double Lower, double Upper) Interval(double value, double width, (double Low, double High) bounds)
    {
        var above = value - bounds.Low;
        if (double.IsPositiveInfinity(bounds.High))
        {
            var factor = Math.Exp(width / above);
            return (bounds.Low + (above / factor), bounds.Low + (above * factor));
        }

        var below = bounds.High - value;
        var range = bounds.High - bounds.Low;
        var odds = Math.Exp(width * range / (above * below));
        return (bounds.Low + (range * above / (above + (below * odds))), bounds.Low + (range * above / (above + (below / odds))));
    }

    /// <summary>The rows of the fit have their covariances in the selected inverse already.</summary>
    private void UseKnownCovariances(RowPredictor rows, int n)
    {
        for (var m = 0; m < LinearPredictor.FormulaCount; m++)
        {
            for (var k = 0; k <= m; k++)
            {
                if (!rows.Has(k) || !rows.Has(m)) continue;
                var values = new double[n];
                _estimate.System.PredictorCovariance(k, m, values);
                rows.UseKnownRandomCovariance(k, m, values);
            }
        }
    }

    /// <summary>The mean with zero inflation, truncation and thresholds.</summary>
    private static double Mean(Family family, double[] at)
    {
        var mu = family.LocationLink.At(at[LinearPredictor.Conditional]).Mu;
        return family.Mean(mu, Math.Exp(at[LinearPredictor.Dispersion])) / (1 + Math.Exp(at[LinearPredictor.ZeroInflation]));
    }

    /// <summary>A function of the row's linear predictors and of the family, and its standard error by the delta method.</summary>
    private (double Value, double Error) Derived(RowPredictor rows, Func<Family, double[], double> of)
    {
        int[] predictors = [.. Enumerable.Range(0, _model.PredictorCount).Where(rows.Has)];
        var at = new double[_model.PredictorCount];
        at[LinearPredictor.ZeroInflation] = double.NegativeInfinity;
        foreach (var k in predictors) at[k] = rows.Value(k);
        var hasShapes = rows.Has(_model.PredictorCount - 1) && _model.Family.Shapes.Count > 0;
        double Evaluate() => of(hasShapes ? _model.Family.WithShapes(at.AsSpan(LinearPredictor.Shape)) : _model.Family, at);
        var value = Evaluate();
        var slopes = new double[_model.PredictorCount];
        foreach (var k in predictors)
        {
            var middle = at[k];
            var step = 1e-5 * (1 + Math.Abs(middle));
            at[k] = middle + step;
            slopes[k] = Evaluate();
            at[k] = middle - step;
            slopes[k] = (slopes[k] - Evaluate()) / (2 * step);
            at[k] = middle;
        }

        var variance = 0.0;
        foreach (var k in predictors)
        {
            foreach (var m in predictors) variance += slopes[k] * slopes[m] * rows.Covariance(k, m);
        }

        return (value, Math.Sqrt(variance));
    }

    /// <summary>The matrices of the rows for each linear predictor that the mean depends on.</summary>
    public PartMatrices?[] Parts(FieldData? newData, RandomEffectsUse use, bool onResponse)
    {
        var parts = new PartMatrices?[_model.PredictorCount];
        PartMatrices Of(PartDesign design) => newData is null ? design.Training
            : design.Evaluate(newData, use == RandomEffectsUse.Population, use == RandomEffectsUse.Averaged);
        parts[LinearPredictor.Conditional] = Of(_specification.Conditional);
        if (!onResponse)
        {
            parts[LinearPredictor.Conditional] = NotCentred(parts[LinearPredictor.Conditional]!, _specification.Conditional.Means);
            return parts;
        }

        if (_specification.ZeroInflation is { } zeros) parts[LinearPredictor.ZeroInflation] = Of(zeros);
        if (_model.Family is { HasShiftedMean: true, HasDispersion: true })
            parts[LinearPredictor.Dispersion] = Of(_specification.Dispersion);
        for (var k = LinearPredictor.Shape; k < parts.Length && _model.Family.HasShiftedMean; k++)
        {
            parts[k] = PartMatrices.Constant(parts[LinearPredictor.Conditional]!.RowCount);
        }

        return parts;
    }

    /// <summary>Covariates as users have them: on the scale of the link η is xβ, which thresholds as users read them belong to.</summary>
    private static PartMatrices NotCentred(PartMatrices part, double[] means)
    {
        if (means.Length == 0) return part;
        var x = (double[])part.X.Clone();
        for (var at = 0; at < x.Length; at++) x[at] += means[at / part.RowCount];
        return new PartMatrices
        {
            RowCount = part.RowCount,
            ColumnNames = part.ColumnNames,
            Aliased = part.Aliased,
            X = x,
            Offset = part.Offset,
            RandomTerms = part.RandomTerms,
        };
    }

    /// <summary>b̂ on the scale of the linear predictor; not to be written to.</summary>
    public double[] Modes() => _modes.Value;

    /// <summary>
    /// db̂/dψ_j for each parameter in the orthogonal coordinates; null for parameters without a covariance. Not to be written to.
    /// </summary>
    public double[]?[] ModeDerivatives() => _modeDerivatives.Value;

    private double[] ComputeModes()
    {
        var b = new double[_estimate.System.EffectCount];
        _estimate.System.Lambda.Multiply(_estimate.Modes, b);
        return b;
    }

    private double[]?[] ComputeModeDerivatives()
    {
        var system = _estimate.System;
        var q = system.EffectCount;
        var derivatives = new double[]?[_model.ParameterCount];
        var n = _model.ObservationCount;
        var (weighted, scratch) = (new double[n], new double[n]);
        foreach (var m in _model.ActivePredictors)
        {
            if (_estimate.IsConditional && !JointPosterior.Includes(_model, m)) continue;
            var basis = _model.Basis[m]!;
            for (var j = 0; j < basis.Columns; j++)
            {
                var at = _model.FixedOffset[m] + j;
                if (!HasCovariance(at)) continue;
                var change = new double[q];
                var column = basis.Column(j, scratch);
                foreach (var k in _model.RandomPredictors)
                {
                    if (_estimate.Weights[LinearPredictor.Pair(k, m)] is not { } w) continue;
                    for (var i = 0; i < n; i++) weighted[i] = -w[i] * column[i];
                    system.AddZtx(k, weighted, change);
                }

                system.Lambda.MultiplyTransposed(change, change);
                system.Solve(change);
                system.Lambda.Multiply(change, change);
                derivatives[at] = change;
            }
        }

        for (var t = 0; t < _model.Terms.Count && !_estimate.IsConditional; t++)
        {
            var term = _model.Terms[t];
            for (var j = 0; j < term.ThetaCount; j++)
            {
                var at = _model.FixedCount + term.ThetaOffset + j;
                if (!HasCovariance(at)) continue;
                derivatives[at] = ThetaDerivative(t, j);
            }
        }

        return derivatives;
    }

    private bool HasCovariance(int parameter) =>
        !double.IsNaN(_estimate.Covariance[(parameter * _model.ParameterCount) + parameter]);

    /// <summary>db̂/dθ_j = ΛH⁻¹(∂Λᵀ Zᵀℓ′ − ΛᵀZᵀWZ ∂Λ û) + ∂Λ û, and −ΛH⁻¹ ∂P û for a parameter of the levels' precision.</summary>
    private double[] ThetaDerivative(int t, int j)
    {
        var term = _model.Terms[t];
        var system = _estimate.System;
        var q = system.EffectCount;
        var own = term.Loadings.ParameterCount;
        var result = new double[q];
        if (j >= own)
        {
            var varying = term.Structure.Precision!;
            system.Lambda.AddPrecisionChange(t, Unit(varying.ParameterCount, j - own), _estimate.Modes, result);
            for (var k = 0; k < q; k++) result[k] = -result[k];
            system.Solve(result);
            system.Lambda.Multiply(result, result);
            return result;
        }

        var slope = new double[term.Width * term.LatentWidth];
        term.Loadings.Change(system.Lambda.LoadingsTheta(t), Unit(own, j), slope);
        var direct = new double[q];
        system.Lambda.Multiply(t, slope, _estimate.Modes, direct);
        system.MultiplyCrossProducts(direct, result);
        system.Lambda.MultiplyTransposed(result, result);
        var scores = new double[q];
        system.Lambda.MultiplyTransposed(t, slope, _estimate.Scores, scores);
        for (var k = 0; k < q; k++) result[k] = scores[k] - result[k];
        system.Solve(result);
        system.Lambda.Multiply(result, result);
        for (var k = 0; k < q; k++) result[k] += direct[k];
        return result;
    }

    private static double[] Unit(int length, int at)
    {
        var unit = new double[length];
        unit[at] = 1;
        return unit;
    }
}
