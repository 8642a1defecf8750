using EcoGlmm.Estimation;
using EcoGlmm.Formulas;
using EcoGlmm.Model;
using EcoGlmm.Numerics;
using EcoGlmm.RandomEffects.Structures;

namespace EcoGlmm;

/// <summary>Turns an estimate into the tables that users read: names, original units, standard errors.</summary>
internal sealed class FittedTables(ModelSpecification specification, Estimate estimate)
{
    /// <summary>What the estimator found, and the coefficients that it was never given because their columns say nothing of their
    /// own.</summary>
    public Convergence Convergence()
    {
        var found = estimate.Convergence;
        var dropped = new List<ConvergenceProblem>();
        foreach (var k in estimate.Model.ActivePredictors)
        {
            if (k >= LinearPredictor.FormulaCount) continue;
            var training = Part(k).Training;
            string[] names = [.. training.ColumnNames.Where((_, j) => training.Aliased[j] && !(training.Held is { } held
                && !double.IsNaN(held[j])))];
            if (names.Length > 0) dropped.Add(Dropped(MixedModel.PartOf(k), names));
        }

        return dropped.Count == 0 ? found : new Convergence(found.Status, found.GradientNorm, found.ExpectedImprovement,
            found.IsHessianPositiveDefinite,
            found.IsSingular, found.Iterations, found.Evaluations, found.Factorizations, [.. found.Problems, .. dropped]);
    }

    private static ConvergenceProblem Dropped(ModelPart part, string[] names)
    {
        const int shown = 10;
        var list = string.Join(", ", names.Take(shown)) + (names.Length > shown ? $" and {names.Length - shown} more" : "");
        return new ConvergenceProblem(string.Join(", ", names),
            $"Dropped from the {ModelPartNames.InSentence(part)} because {(names.Length == 1 ? "it depends" : "they depend")} linearly on "
            + $"the others (rank-deficient design): {list}.",
            "Nothing is lost by that if other terms say the same, or if combinations of levels have no rows; otherwise look for a column "
            + "that is constant or a copy.");
    }

    private PartDesign Part(int predictor) => predictor switch
    {
        LinearPredictor.Conditional => specification.Conditional,
        LinearPredictor.Dispersion => specification.Dispersion,
        _ => specification.ZeroInflation!,
    };

    /// <summary>Coefficients β = R⁻¹γ of a linear predictor; aliased ones NaN.</summary>
    public CoefficientTable Coefficients(int predictor)
    {
        var model = estimate.Model;
        if (model.Basis[predictor] is not { } basis) return new CoefficientTable([]);
        var part = Part(predictor);
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
    public CoefficientTable FamilyParameters()
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
        foreach (var (t, quantities, values) in Enumerable.Range(0, estimate.Model.Terms.Count)
            .Select(t => (t, Quantities(t), QuantityValues(t))))
        {
            var term = estimate.Model.Terms[t];
            if (term.IsCurve) continue;
            int IndexOf(string effect) => Enumerable.Range(0, term.Width).First(i => term.Effects[i] == effect);
            for (var k = 0; k < quantities.Count; k++)
            {
                switch (quantities[k])
                {
                    case { Name: CovarianceQuantity.StandardDeviation, Effect1: var effect }:
                        rows.Add(new VarianceComponent(term.Part, term.Group, effect ?? string.Join(", ", term.Effects), null,
                            values[k], double.NaN)
                        {
                            IsFixed = estimate.Model.Restraints.HoldsQuantity(term, k) || (effect is not null
                                && term.Effects.Contains(effect) && estimate.Model.Restraints.Holds(term, IndexOf(effect),
                                    IndexOf(effect))),
                            IsOfMatrix = term.Loadings.HasFreeEntries,
                        });
                        break;
                    case { Name: CovarianceQuantity.Correlation, Effect1: { } first, Effect2: { } second }:
                        rows.Add(new VarianceComponent(term.Part, term.Group, first, second, double.NaN, values[k])
                        {
                            IsFixed = estimate.Model.Restraints.Holds(term, IndexOf(first), IndexOf(second)),
                            IsOfMatrix = term.Loadings.HasFreeEntries,
                        });
                        break;
                }
            }
        }

        return new VarianceComponentTable(rows);
    }

    private IReadOnlyList<CovarianceQuantity> Quantities(int t) =>
        estimate.Model.Terms[t].Structure.Quantities(estimate.Model.Terms[t].Effects);

    /// <summary>What is told of a term's covariance, at the estimates.</summary>
    private double[] QuantityValues(int t) => estimate.Model.Terms[t].Report(estimate.System.Lambda.Theta(t), estimate.Scale);

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
        foreach (var together in Enumerable.Range(0, terms.Count).Where(t => !terms[t].IsCurve)
            .GroupBy(t => (terms[t].Part, terms[t].Group)))
        {
            var levels = terms[together.First()].GroupLevels;
            var modes = new List<ConditionalMode>(together.Sum(t => terms[t].EffectCount));
            void Add(int t, int l)
            {
                var term = terms[t];
                var found = estimate.System.LevelCovariance(t, l);
                var covariance = term.Scaling is { } scaling ? scaling.ToCovariance(found) : found;
                var (level, position) = term.Positions is { } p ? (p.Groups[p.GroupOf[l]], p.Names[l]) : (term.Levels[l], null);
                for (var e = 0; e < term.Width; e++)
                {
                    var sd = estimate.Scale * Math.Sqrt(Math.Max(0, covariance[(e * term.Width) + e]));
                    modes.Add(new ConditionalMode(level, position ?? term.Effects[e], b[term.EffectOffset + (l * term.Width) + e], sd));
                }
            }

            if (together.All(t => terms[t].Positions is null && terms[t].Levels.Count == levels.Count))
            {
                for (var l = 0; l < levels.Count; l++)
                {
                    foreach (var t in together) Add(t, l);
                }
            }
            else
            {
                foreach (var t in together)
                {
                    for (var l = 0; l < terms[t].Levels.Count; l++) Add(t, l);
                }

                levels = [.. together.SelectMany(t => terms[t].GroupLevels).Distinct()];
            }

            groups.Add(new GroupModes(together.Key.Part, together.Key.Group, levels, modes));
        }

        return new ConditionalModes(groups);
    }
}
