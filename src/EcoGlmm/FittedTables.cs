using EcoGlmm.Estimation;
using EcoGlmm.Families;
using EcoGlmm.Formulas;
using EcoGlmm.Numerics;
using EcoGlmm.RandomEffects;
using EcoGlmm.RandomEffects.Structures;

namespace EcoGlmm;

/// <summary>Turns an estimate into the tables that users read: names, original units, standard errors.</summary>
internal sealed class FittedTables(ModelSpecification specification, Estimate estimate)
{
    /// <summary>Coefficients β = R⁻¹γ of a linear predictor; aliased ones NaN.</summary>
    public CoefficientTable Coefficients(int predictor)
    {
        var model = estimate.Model;
        if (model.Basis[predictor] is not { } basis) return new CoefficientTable([]);
        var part = predictor switch
        {
            LinearPredictor.Conditional => specification.Conditional,
            LinearPredictor.Dispersion => specification.Dispersion,
            _ => specification.ZeroInflation!,
        };
        var beta = estimate.Psi.AsSpan(model.FixedOffset[predictor], basis.Columns).ToArray();
        basis.ToCoefficients(beta);
        var covariance = CoefficientCovariance.Of(estimate, predictor, predictor);
        var rows = new List<Coefficient>();
        var kept = 0;
        for (var j = 0; j < part.Training.ColumnNames.Length; j++)
        {
            var name = part.Training.ColumnNames[j];
            if (part.Training.Held is { } held && !double.IsNaN(held[j]))
            {
                rows.Add(new Coefficient(name, held[j], double.NaN, double.NaN, double.NaN) { IsFixed = true });
                continue;
            }

            if (part.Training.Aliased[j])
            {
                rows.Add(new Coefficient(name, double.NaN, double.NaN, double.NaN, double.NaN));
                continue;
            }

            var error = Math.Sqrt(covariance[(kept * basis.Columns) + kept]);
            var statistic = beta[kept] / error;
            rows.Add(new Coefficient(name, beta[kept], error, statistic, 2 * SpecialFunctions.NormalCdf(-Math.Abs(statistic))));
            kept++;
        }

        return new CoefficientTable(rows, estimate.Convergence.IsConverged);
    }

    /// <summary>
    /// The family's parameters beside the dispersion, as users read them, with standard errors by the delta method. Thresholds
    /// belong to covariates as they are, not less their means.
    /// </summary>
    public CoefficientTable FamilyCoefficients()
    {
        var model = estimate.Model;
        var at = FittedShapes.Predictors(model, estimate.Psi);
        var count = at.Length;
        if (count == 0) return new CoefficientTable([]);
        var values = ShapeValues(at);
        var slopes = new double[count][];
        for (var s = 0; s < count; s++)
        {
            var (below, above) = ((double[])at.Clone(), (double[])at.Clone());
            var step = 1e-5 * (1 + Math.Abs(at[s]));
            below[s] -= step;
            above[s] += step;
            slopes[s] = [.. ShapeValues(above).Zip(ShapeValues(below), (a, b) => (a - b) / (2 * step))];
        }

        var means = specification.Conditional.Means;
        var shift = MeanPredictor(means);
        var rows = new List<Coefficient>();
        for (var i = 0; i < count; i++)
        {
            var variance = 0.0;
            for (var s = 0; s < count; s++)
            {
                for (var r = 0; r < count; r++) variance += slopes[s][i] * slopes[r][i] * Covariance(s, r);
                var withEffects = CoefficientCovariance.Of(estimate, LinearPredictor.Conditional, LinearPredictor.Shape + s);
                for (var j = 0; j < means.Length; j++) variance += 2 * slopes[s][i] * means[j] * withEffects[j];
            }

            variance += MeanPredictorVariance(means);
            rows.Add(new Coefficient(model.Family.Shapes[i].Name, values[i] + shift, Math.Sqrt(variance), double.NaN, double.NaN));
        }

        return new CoefficientTable(rows, estimate.Convergence.IsConverged);

        double Covariance(int s, int r) =>
            CoefficientCovariance.Of(estimate, LinearPredictor.Shape + s, LinearPredictor.Shape + r)[0];
    }

    private double[] ShapeValues(double[] predictors) =>
        [.. estimate.Model.Family.WithShapes(predictors).Shapes.Select(shape => shape.Value)];

    /// <summary>xβ at the means of the covariates.</summary>
    private double MeanPredictor(double[] means)
    {
        var basis = estimate.Model.Basis[LinearPredictor.Conditional]!;
        var beta = estimate.Psi.AsSpan(estimate.Model.FixedOffset[LinearPredictor.Conditional], basis.Columns).ToArray();
        basis.ToCoefficients(beta);
        return means.Zip(beta, (x, b) => x * b).Sum();
    }

    private double MeanPredictorVariance(double[] means)
    {
        if (means.Length == 0) return 0;
        var covariance = CoefficientCovariance.Of(estimate, LinearPredictor.Conditional, LinearPredictor.Conditional);
        var variance = 0.0;
        for (var i = 0; i < means.Length; i++)
        {
            for (var j = 0; j < means.Length; j++) variance += means[i] * means[j] * covariance[(j * means.Length) + i];
        }

        return variance;
    }

    public VarianceComponentTable VarianceComponents()
    {
        var rows = new List<VarianceComponent>();
        for (var t = 0; t < estimate.Model.Terms.Count; t++)
        {
            var term = estimate.Model.Terms[t];
            var sigma = Covariance(term, t);
            var r = term.Width;
            for (var i = 0; i < r; i++)
            {
                rows.Add(new VarianceComponent(term.Part, term.Group, term.Effects[i], null, Math.Sqrt(sigma[(i * r) + i]), double.NaN)
                {
                    IsFixed = estimate.Model.Restraints.Holds(term, i, i),
                });
            }

            for (var i = 0; i < r && !term.IsDiagonal; i++)
            {
                for (var j = i + 1; j < r; j++)
                {
                    var correlation = sigma[(i * r) + j] / Math.Sqrt(sigma[(i * r) + i] * sigma[(j * r) + j]);
                    rows.Add(new VarianceComponent(term.Part, term.Group, term.Effects[i], term.Effects[j], double.NaN,
                        Math.Clamp(correlation, -1, 1))
                    {
                        IsFixed = estimate.Model.Restraints.Holds(term, i, j),
                    });
                }
            }
        }

        return new VarianceComponentTable(rows);
    }

    public ConditionalModes ConditionalModes()
    {
        var terms = estimate.Model.Terms;
        var b = new double[estimate.System.EffectCount];
        estimate.System.Lambda.Multiply(estimate.Modes, b);
        foreach (var term in terms.Where(t => t.Scaling is not null))
        {
            for (var l = 0; l < term.Levels.Count; l++) term.Scaling!.ToEffects(b.AsSpan(term.EffectOffset + (l * term.Width), term.Width));
        }

        var groups = new List<GroupModes>();
        foreach (var together in Enumerable.Range(0, terms.Count).GroupBy(t => (terms[t].Part, terms[t].Group)))
        {
            var levels = terms[together.First()].Levels;
            var modes = new List<ConditionalMode>(together.Sum(t => terms[t].EffectCount));
            for (var l = 0; l < levels.Count; l++)
            {
                foreach (var t in together)
                {
                    var term = terms[t];
                    var covariance = InUserUnits(term, estimate.System.LevelCovariance(t, l));
                    for (var e = 0; e < term.Width; e++)
                    {
                        var sd = estimate.Scale * Math.Sqrt(Math.Max(0, covariance[(e * term.Width) + e]));
                        modes.Add(new ConditionalMode(levels[l], term.Effects[e], b[term.EffectOffset + (l * term.Width) + e], sd));
                    }
                }
            }

            groups.Add(new GroupModes(together.Key.Part, together.Key.Group, levels, modes));
        }

        return new ConditionalModes(groups);
    }

    /// <summary>Covariance of the effects of a level, ΛΛᵀ on the scale of the linear predictor: r × r, row-major.</summary>
    private double[] Covariance(RandomTerm term, int index)
    {
        var r = term.Width;
        var lambda = estimate.System.Lambda[index];
        var result = new double[r * r];
        for (var i = 0; i < r; i++)
        {
            for (var j = 0; j < r; j++)
            {
                result[(i * r) + j] = CovarianceQuantity.Product(lambda, term.LatentWidth, i, j) * estimate.Scale * estimate.Scale;
            }
        }

        return InUserUnits(term, result);
    }

    private static double[] InUserUnits(RandomTerm term, ReadOnlySpan<double> covariance) =>
        term.Scaling is { } scaling ? scaling.ToCovariance(covariance) : covariance.ToArray();
}
