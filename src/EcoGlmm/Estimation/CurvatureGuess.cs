using EcoGlmm.Families;
using EcoGlmm.Numerics;
using EcoGlmm.RandomEffects;
using EcoGlmm.RandomEffects.Structures;

namespace EcoGlmm.Estimation;

/// <summary>
/// A cheap approximation to the Hessian of −log L, which quasi-Newton starts from: for γ the joint Hessian with u
/// eliminated, −Xᵀℓ″X − CᵀH⁻¹C with C = ΛᵀZᵀWX; for θ the diagonal information of a one-way layout,
/// Σ ρ_r ρ_c / λ_rr², ρ = 1 − Var(u | y), where u had variance one before the data.
/// </summary>
internal static class CurvatureGuess
{
    /// <summary>Coefficients above which products of all with all are worth the blocks of a matrix product.</summary>
    private const int ManyCoefficients = 64;

    /// <summary>
    /// The approximation at the last evaluation of the objective (which must have had a gradient); d × d, positive definite. How the
    /// modes move with each fixed effect is written to <paramref name="moves"/>, if there is any, a column of b's length for each.
    /// </summary>
    public static double[] Hessian(MixedModel model, LaplaceObjective objective, double[]? moves = null)
    {
        var d = model.ParameterCount;
        var hessian = new double[d * d];
        objective.Observations.Evaluate(objective.Predictors, DerivativeLevel.Full);
        Fixed(model, objective, hessian, moves);
        Covariance(model, objective.System, hessian);
        if (model.Terms.Any(t => !t.Structure.IsPlain)) Information(model, objective, hessian);
        return hessian;
    }

    /// <summary>Whether the parameters without a NaN on the diagonal have a positive definite Hessian.</summary>
    public static bool IsPositiveDefinite(double[] hessian, int d)
    {
        var factor = WithoutUnusable(hessian, d);
        return DenseCholesky.TryFactor(factor, d);
    }

    /// <summary>Inverse of <see cref="Hessian"/>, of which parameters with a NaN on the diagonal have no part.</summary>
    public static double[] Inverse(double[] hessian, int d)
    {
        var inverse = WithoutUnusable(hessian, d);
        if (DenseCholesky.TryFactor(inverse, d))
        {
            DenseCholesky.Invert(inverse, d);
            if (Array.TrueForAll(inverse, double.IsFinite)) return inverse;
        }

        Array.Clear(inverse);
        for (var j = 0; j < d; j++)
        {
            var h = Math.Abs(hessian[(j * d) + j]);
            inverse[(j * d) + j] = h > 0 && double.IsFinite(1 / h) ? 1 / h : 1;
        }

        return inverse;
    }

    private static double[] WithoutUnusable(double[] hessian, int d)
    {
        var usable = (double[])hessian.Clone();
        for (var j = 0; j < d; j++)
        {
            if (!double.IsNaN(usable[(j * d) + j])) continue;
            for (var i = 0; i < d; i++) usable[(i * d) + j] = usable[(j * d) + i] = i == j ? 1 : 0;
        }

        return usable;
    }

    private static void Fixed(MixedModel model, LaplaceObjective objective, double[] hessian, double[]? moves)
    {
        var d = model.ParameterCount;
        var n = model.ObservationCount;
        var q = objective.System.EffectCount;
        var second = objective.Observations.Second;
        var cross = new double[model.FixedCount * q];
        var (weighted, scratch) = (new double[n], new double[n]);
        foreach (var k in model.ActivePredictors)
        {
            var basis = model.Basis[k]!;
            foreach (var m in model.ActivePredictors)
            {
                if (m > k || second[LinearPredictor.Pair(k, m)] is not { } w) continue;
                var block = new double[basis.Columns * model.Basis[m]!.Columns];
                OrthogonalBasis.WeightedCrossProduct(basis, w, model.Basis[m]!, block);
                for (var j = 0; j < model.Basis[m]!.Columns; j++)
                {
                    for (var i = 0; i < basis.Columns; i++)
                    {
                        var (row, column) = (model.FixedOffset[k] + i, model.FixedOffset[m] + j);
                        hessian[(row * d) + column] = hessian[(column * d) + row] = -block[(j * basis.Columns) + i];
                    }
                }
            }

            for (var j = 0; j < basis.Columns && q > 0; j++)
            {
                var c = cross.AsSpan((model.FixedOffset[k] + j) * q, q);
                var column = basis.Column(j, scratch);
                foreach (var m in model.RandomPredictors)
                {
                    if (second[LinearPredictor.Pair(k, m)] is not { } w) continue;
                    VectorSum.Multiply(w, column, weighted);
                    objective.System.AddZtx(m, weighted, c);
                }

                objective.System.Lambda.MultiplyTransposed(c, c);
                c[objective.System.LatentCount..].Clear();
            }
        }

        if (q > 0) SubtractRandom(model, objective.System, cross, hessian, moves);
    }

    /// <summary>Takes CᵀH⁻¹C from the block of the fixed effects.</summary>
    private static void SubtractRandom(MixedModel model, RandomEffectsSystem system, double[] cross, double[] hessian, double[]? moves)
    {
        var (d, q, p) = (model.ParameterCount, system.EffectCount, model.FixedCount);
        if (p > ManyCoefficients)
        {
            var products = new double[p * p];
            var all = (double[])cross.Clone();
            for (var a = 0; a < p; a++) system.Solve(all.AsSpan(a * q, q));
            if (moves is not null) all.CopyTo(moves, 0);
            MatrixProduct.AddTransposedProduct(p, p, q, cross, all, products);
            for (var a = 0; a < p; a++)
            {
                for (var b = 0; b <= a; b++)
                {
                    hessian[(a * d) + b] -= products[(a * p) + b];
                    if (a != b) hessian[(b * d) + a] -= products[(a * p) + b];
                }
            }

            return;
        }

        var solved = new double[q];
        for (var a = 0; a < p; a++)
        {
            cross.AsSpan(a * q, q).CopyTo(solved);
            system.Solve(solved);
            if (moves is not null) solved.CopyTo(moves, a * q);
            for (var b = 0; b <= a; b++)
            {
                var sum = 0.0;
                for (var j = 0; j < q; j++) sum += solved[j] * cross[(b * q) + j];
                hessian[(a * d) + b] -= sum;
                if (a != b) hessian[(b * d) + a] -= sum;
            }
        }
    }

    /// <summary>
    /// Average information of θ in the working model, ½ fᵢᵀVfⱼ with V the projection of the random effects, where terms have structures: in
    /// the
    /// place of the diagonal, which bounds it from below by a share.
    /// </summary>
    private static void Information(MixedModel model, LaplaceObjective objective, double[] hessian)
    {
        var (system, d, count) = (objective.System, model.ParameterCount, model.ThetaCount);
        var q = system.EffectCount;
        var (scores, work) = (new double[q], new double[q]);
        foreach (var k in model.RandomPredictors) system.AddZtx(k, objective.Observations.First[k]!, scores);
        var (variates, projected) = (new double[count][], new double[count][]);
        for (var t = 0; t < model.Terms.Count; t++)
        {
            var term = model.Terms[t];
            for (var k = 0; k < term.ThetaCount; k++)
            {
                var c = variates[term.ThetaOffset + k] = new double[q];
                var p = projected[term.ThetaOffset + k] = new double[q];
                WorkingVariate.Of(system, t, k, objective.Modes, scores, work, c);
                system.MultiplyCrossProducts(c, p);
                p.CopyTo(work, 0);
                system.Lambda.MultiplyTransposed(work, work);
                system.Solve(work);
                system.Lambda.Multiply(work, work);
                var fitted = new double[q];
                system.MultiplyCrossProducts(work, fitted);
                for (var j = 0; j < q; j++) p[j] -= fitted[j];
            }
        }

        var information = new double[count * count];
        for (var i = 0; i < count; i++)
        {
            for (var j = 0; j <= i; j++)
            {
                var sum = 0.0;
                for (var k = 0; k < q; k++) sum += variates[i][k] * projected[j][k];
                information[(i * count) + j] = information[(j * count) + i] = 0.5 * sum;
            }
        }

        var factor = (double[])information.Clone();
        for (var j = 0; j < count; j++) factor[(j * count) + j] *= 1 + Tolerances.InformationRidge;
        if (!Array.TrueForAll(information, double.IsFinite) || !DenseCholesky.TryFactor(factor, count)) return;
        for (var i = 0; i < count; i++)
        {
            var at = ((model.FixedCount + i) * d) + model.FixedCount;
            var least = Tolerances.ShareOfGuess * hessian[at + i];
            for (var j = 0; j < count; j++) hessian[at + j] = information[(i * count) + j];
            hessian[at + i] = Math.Max(hessian[at + i] * (1 + Tolerances.InformationRidge), least);
        }
    }

    /// <summary>Fills the diagonal of the θ block; needs the system's selected inverse.</summary>
    public static void Covariance(MixedModel model, RandomEffectsSystem system, double[] hessian)
    {
        var d = (int)Math.Round(Math.Sqrt(hessian.Length));
        var first = d - model.ThetaCount;
        for (var t = 0; t < model.Terms.Count; t++)
        {
            var term = model.Terms[t];
            var diagonal = term.Loadings.HasFreeEntries ? OfMatrix(term, t, system) : OfFunction(term, t, system);
            for (var k = 0; k < term.ThetaCount; k++)
            {
                var at = first + term.ThetaOffset + k;
                hessian[(at * d) + at] = k < diagonal.Length && double.IsFinite(diagonal[k]) && diagonal[k] > Tolerances.LeastInformation
                    ? diagonal[k] : 1;
            }
        }
    }

    /// <summary>The information of the entries of an unstructured or diagonal Λ.</summary>
    private static double[] OfMatrix(RandomTerm term, int t, RandomEffectsSystem system)
    {
        var r = term.Width;
        var lambda = system.Lambda[t];
        var information = new double[r * r];
        for (var l = 0; l < term.Levels.Count; l++)
        {
            for (var row = 0; row < r; row++)
            {
                for (var c = 0; c <= row; c++)
                {
                    var product = Informed(lambda, system.LevelVariance(t, l, row), r, row)
                        * Informed(lambda, system.LevelVariance(t, l, c), r, c);
                    var scale = lambda[(row * r) + row];
                    information[(row * r) + c] += (row == c ? 2 : 1) * product / (scale * scale);
                }
            }
        }

        var diagonal = new double[term.Loadings.ParameterCount];
        term.Loadings.PullBack(system.Lambda.LoadingsTheta(t), information, diagonal);
        return diagonal;
    }

    /// <summary>The information of the parameters of any Λ: each changes the standard deviations of effects, and their mixture.</summary>
    private static double[] OfFunction(RandomTerm term, int t, RandomEffectsSystem system)
    {
        var (r, q) = (term.Width, term.LatentWidth);
        var lambda = system.Lambda[t];
        var informed = new double[r];
        for (var l = 0; l < term.Levels.Count; l++)
        {
            for (var e = 0; e < r; e++)
            {
                var share = Math.Clamp(1 - (system.LevelVariance(t, l, e) / CovarianceQuantity.Product(lambda, q, e, e)), 0, 1);
                informed[e] += share * share;
            }
        }

        var count = term.Loadings.ParameterCount;
        var (direction, change, diagonal) = (new double[count], new double[r * q], new double[count]);
        for (var k = 0; k < count; k++)
        {
            direction[k] = 1;
            term.Loadings.Change(system.Lambda.LoadingsTheta(t), direction, change);
            direction[k] = 0;
            for (var e = 0; e < r; e++)
                diagonal[k] += informed[e] * CovarianceQuantity.Product(change, q, e, e) / CovarianceQuantity.Product(lambda, q, e, e);
        }

        return diagonal;
    }

    /// <summary>Share of an effect's variance that the data of its level have removed.</summary>
    private static double Informed(double[] lambda, double given, int r, int e)
    {
        var variance = 0.0;
        for (var c = 0; c <= e; c++) variance += lambda[(e * r) + c] * lambda[(e * r) + c];
        return Math.Clamp(1 - (given / variance), 0, 1);
    }
}
