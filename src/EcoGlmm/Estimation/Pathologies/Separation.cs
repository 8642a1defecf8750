using EcoGlmm.Model;
using EcoGlmm.Numerics;

namespace EcoGlmm.Estimation.Pathologies;

/// <summary>
/// Finds coefficients that run to infinity because some rows are predicted perfectly: directions v of the orthogonal
/// coefficients along which the likelihood is flat, measured by the largest change Qv that they make to a linear predictor,
/// and therefore independent of the covariates' units. The coefficients at fault are the large elements of R⁻¹v.
/// Source: Albert &amp; Anderson (1984), On the existence of maximum likelihood estimates in logistic regression models,
/// Biometrika 71, 1-10.
/// </summary>
internal sealed class Separation : IOptimumPathology
{
    private const int NamesShown = 5;

    /// <summary>
    /// Adds a problem for each linear predictor with such coefficients; no structural zeros at all is one that leaves the fit
    /// usable, all others do not.
    /// </summary>
    public void Examine(Optimum optimum)
    {
        var (model, psi) = (optimum.Model, optimum.Parameters);
        foreach (var k in model.ActivePredictors)
        {
            if (!CanSeparate(model, k)) continue;
            var names = CoefficientsAtFault(model, k, psi, optimum.UsableHessian, optimum.FlatDirections);
            if (names.Count == 0) continue;
            for (var j = 0; j < model.Basis[k]!.Columns; j++) optimum.Explained.Add(model.FixedOffset[k] + j);
            optimum.IsCurved = false;
            var vanished = k == LinearPredictor.ZeroInflation && LargestPredictor(model, k, psi) < -Tolerances.StructuralZerosGone;
            var isLimit = k == LinearPredictor.Dispersion && model.Family.HasVanishingDispersion;
            optimum.Problems.Add(vanished ? NoZeroInflation(model) : isLimit ? NoDispersion(model, names) : Problem(model, k, names));
            optimum.HasFailed |= !vanished && !isLimit;
            optimum.IsSingular |= isLimit;
        }
    }

    private static bool CanSeparate(MixedModel model, int k) => k switch
    {
        LinearPredictor.Conditional => model.Family.Link.HasInfiniteEdges,
        LinearPredictor.Dispersion => !model.HasConstantDispersion,
        _ => true,
    };

    private static List<string> CoefficientsAtFault(MixedModel model, int k, double[] psi, double[] hessian,
        List<double[]> directions)
    {
        var basis = model.Basis[k]!;
        var (p, d, from) = (basis.Columns, psi.Length, model.FixedOffset[k]);
        var found = new bool[p];
        if (hessian.Length != d * d || p == 0) return [];
        var vectors = new double[p * p];
        for (var j = 0; j < p; j++)
        {
            for (var i = 0; i < p; i++) vectors[(j * p) + i] = hessian[((from + j) * d) + from + i];
        }

        var curvatures = new double[p];
        if (!HessianInverse.Decompose(vectors, p, curvatures)) return [];
        const double least = 1 / (Tolerances.LargestStandardError * Tolerances.LargestStandardError);
        var change = new double[basis.Rows];
        for (var e = 0; e < p && curvatures[e] < least * basis.Rows; e++)
        {
            var v = vectors.AsSpan(e * p, p);
            Array.Clear(change);
            basis.AddProduct(v, change);
            var largest = 0.0;
            foreach (var x in change) largest = Math.Max(largest, Math.Abs(x));
            var curvature = curvatures[e] / (largest * largest);
            if (!(Math.Abs(curvature) < least)) continue;
            var along = 0.0;
            for (var j = 0; j < p; j++) along += v[j] * psi[from + j];
            if (curvature * along * along * largest * largest * Tolerances.LargestRelativeError
                * Tolerances.LargestRelativeError > 1) continue;
            var direction = new double[d];
            MarkLarge(basis, v, found, direction.AsSpan(from, p));
            directions.Add(direction);
        }

        return [.. Enumerable.Range(0, p).Where(j => found[j]).Select(j => model.CoefficientNames[k]![j])];
    }

    /// <summary>Adds the variance that flat directions have to a covariance of ψ.</summary>
    public static void Widen(double[] covariance, List<double[]> directions)
    {
        foreach (var v in directions)
        {
            for (var i = 0; i < v.Length; i++)
            {
                for (var j = 0; j < v.Length; j++)
                {
                    if (v[i] != 0 && v[j] != 0) covariance[(i * v.Length) + j] += Tolerances.UnknownVariance * v[i] * v[j];
                }
            }
        }
    }

    /// <summary>Marks the coefficients with a share in a direction, and writes the direction as made of them alone.</summary>
    private static void MarkLarge(OrthogonalBasis basis, ReadOnlySpan<double> direction, bool[] found, Span<double> cleaned)
    {
        var p = basis.Columns;
        direction.CopyTo(cleaned);
        basis.ToCoefficients(cleaned);
        var shares = new double[p];
        for (var j = 0; j < p; j++)
        {
            var squares = 0.0;
            for (var i = 0; i <= j; i++) squares += basis.R[(j * p) + i] * basis.R[(j * p) + i];
            shares[j] = Math.Abs(cleaned[j]) * Math.Sqrt(squares);
        }

        var largest = shares.Max();
        for (var j = 0; j < p; j++)
        {
            if (shares[j] > Tolerances.SmallestShare * largest) found[j] = true;
            else cleaned[j] = 0;
        }

        basis.FromCoefficients(cleaned);
    }

    private static double LargestPredictor(MixedModel model, int k, double[] psi)
    {
        var predictor = new double[model.ObservationCount];
        model.FixedPredictor(k, psi, predictor);
        return predictor.Max();
    }

    private static ConvergenceProblem NoZeroInflation(MixedModel model) => new("zero inflation",
        $"The probability of a structural zero is estimated as zero: there are no more zeros than {model.Family.Name} gives by itself.",
        "Leave ZeroInflation out: the model is the same without it.");

    private static ConvergenceProblem NoDispersion(MixedModel model, List<string> names)
    {
        var limit = model.Family.DispersionLimit(isHigh: false);
        return new ConvergenceProblem(string.Join(", ", names), limit.Message, limit.Advice);
    }

    private static ConvergenceProblem Problem(MixedModel model, int k, List<string> names)
    {
        var list = string.Join(", ", names.Take(NamesShown)) + (names.Count > NamesShown ? $" and {names.Count - NamesShown} more" : "");
        var run = names.Count == 1 ? "runs" : "run";
        var parameter = string.Join(", ", names);
        if (k == LinearPredictor.ZeroInflation)
        {
            return new ConvergenceProblem(parameter,
                $"In the zero inflation {list} {run} to infinity: where they act there are no excess zeros, or nothing but zeros. They "
                + $"have no estimates; the likelihood and the rest of the model are at their best.",
                $"Use fewer terms in ZeroInflation, pool factor levels, or add a weak prior: Priors = [{Suggested(k, names)}] in "
                + $"GlmmOptions.");
        }

        if (k == LinearPredictor.Dispersion)
        {
            return new ConvergenceProblem(parameter,
                $"In the dispersion {list} {run} to infinity: where they act the responses do not vary as {model.Family.Name} allows.",
                $"Use fewer terms in Dispersion, pool factor levels, or add a weak prior: Priors = [{Suggested(k, names)}] in "
                + $"GlmmOptions.");
        }

        if (IsConstant(model))
        {
            return new ConvergenceProblem(parameter, $"The response is the same in every row, so that {list} {run} to infinity.",
                "Check that the response is the column you meant: there is nothing for a model to explain.");
        }

        var suspect = model.Family.WeightRole == WeightRole.Trials ? "with successes alone or failures alone"
            : model.Family.HasThresholds ? "in which the lowest or the highest category alone occurs"
            : "in which every value is zero";
        return new ConvergenceProblem(parameter,
            $"{list} {run} to infinity (complete or quasi-complete separation): somewhere they predict the response perfectly.",
            $"Look for factor levels, or a range of a covariate, {suspect}; pool them, drop them, "
                + $"or keep them finite with a weak prior: Priors = [{Suggested(k, names)}] in GlmmOptions.");
    }

    /// <summary>The prior to type: on the intercept too when that is the one that runs off.</summary>
    private static string Suggested(int k, List<string> names)
    {
        var part = k == LinearPredictor.Conditional ? "" : $"ModelPart.{MixedModel.PartOf(k)}";
        var others = part.Length == 0 ? "Prior.Normal(0, 2.5)" : $"Prior.Normal(0, 2.5).OnPart({part})";
        var intercept = $"Prior.Normal(0, 5).On(\"(Intercept)\"{(part.Length == 0 ? "" : ", " + part)})";
        return !names.Contains(Intercept.Name) ? others : names.Count == 1 ? intercept : $"{others}, {intercept}";
    }

    private static bool IsConstant(MixedModel model)
    {
        if (model.Family.WeightRole != WeightRole.Trials) return ConstantResponse.IsConstant(model);
        return Array.TrueForAll(model.Y, y => y == 0)
            || Enumerable.Range(0, model.Y.Length).All(i => model.Y[i] == (model.Size.Length == 0 ? 1 : model.Size[i]));
    }
}
