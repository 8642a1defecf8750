using EcoGlmm.Estimation;
using EcoGlmm.Model;
using EcoGlmm.RandomEffects;
using MathNet.Numerics.LinearAlgebra;

namespace EcoGlmm.Inference;

/// <summary>Covariance of the effects of one level of a term and what it changes with: all r × r.</summary>
/// <param name="Covariance">B, at the estimate.</param>
/// <param name="Derivatives">∂B/∂ρ_k for each parameter of the term.</param>
/// <param name="Curvatures">∂²B/∂ρ_k∂ρ_l; null where B is linear in its parameters.</param>
internal sealed record LevelCovarianceModel(
    Matrix<double> Covariance, IReadOnlyList<Matrix<double>> Derivatives, Matrix<double>[,]? Curvatures)
{
    /// <summary>Steps of differences, as a share of a parameter or of one.</summary>
    private const double Step = 1e-4;

    /// <summary>
    /// Of a term: where any covariance or any variances are allowed in these themselves, in which the marginal covariance is linear; else
    /// in
    /// the structure's own parameters, by differences.
    /// </summary>
    public static LevelCovarianceModel Of(Estimate estimate, int term)
    {
        var t = estimate.Model.Terms[term];
        var (r, d) = (t.Width, t.LatentWidth);
        if (!t.Loadings.HasFreeEntries) return OfStructure(estimate, term);
        var lambda = Matrix<double>.Build.Dense(r, d, (i, j) => estimate.Scale * estimate.System.Lambda[term][(i * d) + j]);
        var derivatives = new List<Matrix<double>>();
        for (var a = 0; a < r; a++)
        {
            for (var b = 0; b <= (t.IsDiagonal ? 0 : a); b++)
            {
                var (i, j) = t.IsDiagonal ? (a, a) : (a, b);
                var unit = Matrix<double>.Build.Dense(r, r);
                unit[i, j] = unit[j, i] = 1;
                derivatives.Add(unit);
            }
        }

        return new LevelCovarianceModel(lambda * lambda.Transpose(), derivatives, null);
    }

    private static LevelCovarianceModel OfStructure(Estimate estimate, int term)
    {
        var t = estimate.Model.Terms[term];
        var (r, d) = (t.Width, t.LatentWidth);
        var theta = estimate.System.Lambda.LoadingsTheta(term).ToArray();
        Matrix<double> At(params (int Parameter, double By)[] moves)
        {
            var point = (double[])theta.Clone();
            foreach (var (parameter, by) in moves) point[parameter] += by;
            var values = new double[r * d];
            t.Loadings.Set(point, values);
            var lambda = Matrix<double>.Build.Dense(r, d, (i, j) => estimate.Scale * values[(i * d) + j]);
            return lambda * lambda.Transpose();
        }

        var h = Array.ConvertAll(theta, v => Step * Math.Max(1, Math.Abs(v)));
        var middle = At();
        var k = theta.Length;
        var curvatures = new Matrix<double>[k, k];
        for (var i = 0; i < k; i++)
        {
            curvatures[i, i] = (At((i, h[i])) - (2 * middle) + At((i, -h[i]))) / (h[i] * h[i]);
            for (var j = 0; j < i; j++)
            {
                curvatures[i, j] = curvatures[j, i] = (At((i, h[i]), (j, h[j])) - At((i, h[i]), (j, -h[j])) - At((i, -h[i]), (j, h[j]))
                    + At((i, -h[i]), (j, -h[j]))) / (4 * h[i] * h[j]);
            }
        }

        return new LevelCovarianceModel(middle, [.. Enumerable.Range(0, k).Select(i => (At((i, h[i])) - At((i, -h[i]))) / (2 * h[i]))],
            curvatures);
    }
}

/// <summary>
/// Sums over the marginal covariance V = ZBZᵀ + σ²W⁻¹ of a Gaussian model and its derivatives V_k, k = 0 … K − 1 for the random
/// effects and K for σ²: Xᵀ V⁻¹ X, P_k = −XᵀV⁻¹V_kV⁻¹X, Q_kl = XᵀV⁻¹V_kV⁻¹V_lV⁻¹X and tr(V⁻¹V_kV⁻¹V_l).
/// </summary>
/// <remarks>
/// Rows that share no level, and have none that are related, are independent, so that everything is summed over connected sets of
/// levels, of q effects each. Where levels are related B is that of the effects of a level times what two levels have in common. Within
/// one, V⁻¹ enters only through S = ZᵀV⁻¹Z = (σ²I + AB)⁻¹A and T = ZᵀV⁻¹X = (σ²I + AB)⁻¹ZᵀWX with A = ZᵀWZ. The part of σ² is had from
/// that of B itself, since V_K = (V − ZBZᵀ)/σ².
/// </remarks>
internal sealed class MarginalCovariance
{
    private const int MostConnectedEffects = 4000;

    /// <summary>A variance of the residual that is as good as zero, as a share of the largest of an effect, and what is taken for
    /// it.</summary>
    private const double VanishingResidual = 1e-6, LeastResidual = 1e-3;

    public MarginalCovariance(GlmmFit fit)
    {
        var estimate = fit.Estimate;
        var terms = estimate.Model.Terms;
        if (terms.FirstOrDefault(t => t.Entries is not null) is { } several)
        {
            throw new GlmmException("Kenward and Roger's method takes each row as one of a single level, which those of "
                + $"{several.Title} are not. Use DenominatorDegrees.Satterthwaite.");
        }

        var n = fit.ObservationCount;
        var x = fit.Specification.Conditional.Training.X;
        var p = x.Length / n;
        var weights = fit.Response.Size.Length == 0 ? [.. Enumerable.Repeat(1.0, n)] : fit.Response.Size;
        var models = Enumerable.Range(0, terms.Count).Select(t => LevelCovarianceModel.Of(estimate, t)).ToArray();
        // What is divided by a residual that is estimated as zero is lost to rounding.
        var largest = models.Select(m => m.Covariance.Diagonal().Maximum()).DefaultIfEmpty().Max();
        var isVanishing = fit.Sigma * fit.Sigma < VanishingResidual * largest;
        var variance = isVanishing ? LeastResidual * largest : fit.Sigma * fit.Sigma;
        var relations = Enumerable.Range(0, terms.Count).Select(t => new RelationModel(estimate, t)).ToArray();
        // Direction 0 is B itself, then the parameters of each term: those within a level, those between levels.
        (int Term, int Index)[] parameters = [(-1, 0), .. models.SelectMany((m, t) =>
            Enumerable.Range(0, m.Derivatives.Count + relations[t].Count).Select(k => (t, k)))];
        var count = parameters.Length;
        var precision = Matrix<double>.Build.Dense(p, p);
        var first = Fill(count, () => Matrix<double>.Build.Dense(p, p));
        var second = Fill(count, () => Fill(count, () => Matrix<double>.Build.Dense(p, p)));
        var bends = new Matrix<double>?[count, count];
        var traces = new double[count, count];
        var trace = new double[count];
        var sets = ConnectedLevels.Of([.. terms], n, [.. relations.Select(r => r.Sets)]);
        foreach (var set in sets)
        {
            LiveProgress.Current.ThrowIfCancellationRequested();
            var q = set.Effects;
            if (q > MostConnectedEffects)
            {
                throw new GlmmException($"Kenward and Roger's method needs matrices as large as the random effects that hang together, {q} "
                    + "here, more than fit. Use DenominatorDegrees.Satterthwaite, which with so many levels hardly differs.");
            }

            var z = set.Design(terms);
            // The library has no empty matrices.
            var (a, zx, xx) = (Matrix<double>.Build.Dense(Math.Max(q, 1), Math.Max(q, 1)), Matrix<double>.Build.Dense(Math.Max(q, 1), p),
                Matrix<double>.Build.Dense(p, p));
            for (var k = 0; k < set.Rows.Length; k++)
            {
                var i = set.Rows[k];
                var w = weights[i];
                foreach (var (c, value) in z[k])
                {
                    foreach (var (d, other) in z[k]) a[c, d] += w * value * other;
                    for (var j = 0; j < p; j++) zx[c, j] += w * value * x[(j * n) + i];
                }

                for (var j = 0; j < p; j++)
                {
                    for (var m = 0; m < p; m++) xx[j, m] += w * x[(j * n) + i] * x[(m * n) + i];
                }
            }

            if (q == 0)
            {
                precision += xx / variance;
                continue;
            }

            Matrix<double> Times(int parameter, Matrix<double> matrix) =>
                set.Multiply(terms, t => Direction(parameters[parameter], t), matrix);
            var inner = Times(0, a).Transpose() + Matrix<double>.Build.DenseDiagonal(q, q, variance);
            var lu = inner.LU();
            var (s, u) = (lu.Solve(a), lu.Solve(zx));
            precision += (xx - (zx.Transpose() * Times(0, u))) / variance;
            var cs = Enumerable.Range(0, count).Select(k => Times(k, s)).ToArray();
            var cu = Enumerable.Range(0, count).Select(k => Times(k, u)).ToArray();
            for (var k = 0; k < count; k++)
            {
                LiveProgress.Current.ThrowIfCancellationRequested();
                trace[k] += cs[k].Trace();
                first[k] -= u.Transpose() * cu[k];
                var left = s * cu[k];
                for (var l = 0; l < count; l++)
                {
                    second[l][k] += cu[l].Transpose() * left;
                    if (Curvature(parameters[k], parameters[l]) is { } curvature)
                        bends[k, l] = (bends[k, l] ?? Matrix<double>.Build.Dense(p, p)) + (u.Transpose() * set.Multiply(terms, t =>
                            parameters[k].Term == t ? curvature : null, u));
                    if (l <= k) traces[k, l] = traces[l, k] += TraceOfProduct(cs[k], cs[l]);
                }
            }
        }

        LevelProduct? Direction((int Term, int Index) parameter, int t)
        {
            if (parameter.Term < 0) return new LevelProduct(models[t].Covariance, relations[t].Relation);
            if (parameter.Term != t) return null;
            var within = models[t].Derivatives.Count;
            return parameter.Index < within ? new LevelProduct(models[t].Derivatives[parameter.Index], relations[t].Relation)
                : new LevelProduct(models[t].Covariance, relations[t].Derivative(parameter.Index - within));
        }

        // Second derivatives by the parameters between levels, whose curvature depends on how they are written, are left out.
        LevelProduct? Curvature((int Term, int Index) k, (int Term, int Index) l) => k.Term >= 0 && k.Term == l.Term
            && Math.Max(k.Index, l.Index) < models[k.Term].Derivatives.Count && models[k.Term].Curvatures is { } curvatures
            ? new LevelProduct(curvatures[k.Index, l.Index], relations[k.Term].Relation) : null;

        Precision = precision;
        // σ²: V_σ = (V − V_B)/σ².
        var residualFirst = -(precision + first[0]) / variance;
        Matrix<double> ResidualSecond(int k) => (-first[k] - second[0][k]) / variance;
        First = [.. first.Skip(1), residualFirst];
        var last = count - 1;
        Second = new Matrix<double>[count, count];
        Traces = new double[count, count];
        Curvatures = new Matrix<double>?[count, count];
        for (var k = 1; k < count; k++)
        {
            for (var l = 1; l < count; l++)
            {
                Second[k - 1, l - 1] = second[k][l];
                Traces[k - 1, l - 1] = traces[k, l];
                Curvatures[k - 1, l - 1] = bends[k, l];
            }

            Second[last, k - 1] = ResidualSecond(k);
            Second[k - 1, last] = Second[last, k - 1].Transpose();
            Traces[last, k - 1] = Traces[k - 1, last] = (trace[k] - traces[0, k]) / variance;
        }

        Second[last, last] = (-residualFirst - ResidualSecond(0).Transpose()) / variance;
        var residualTrace = (n - trace[0]) / variance;
        Traces[last, last] = (residualTrace - ((trace[0] - traces[0, 0]) / variance)) / variance;
    }

    /// <summary>XᵀV⁻¹X.</summary>
    public Matrix<double> Precision { get; }

    /// <summary>P_k.</summary>
    public IReadOnlyList<Matrix<double>> First { get; }

    /// <summary>Q_kl.</summary>
    public Matrix<double>[,] Second { get; }

    /// <summary>R_kl = XᵀV⁻¹V_klV⁻¹X with the second derivatives of V; null where these are zero.</summary>
    public Matrix<double>?[,] Curvatures { get; }

    /// <summary>tr(V⁻¹V_kV⁻¹V_l).</summary>
    public double[,] Traces { get; }

    private static T[] Fill<T>(int count, Func<T> make) => [.. Enumerable.Range(0, count).Select(_ => make())];

    private static double TraceOfProduct(Matrix<double> a, Matrix<double> b)
    {
        var sum = 0.0;
        for (var i = 0; i < a.RowCount; i++)
        {
            for (var j = 0; j < a.ColumnCount; j++) sum += a[i, j] * b[j, i];
        }

        return sum;
    }
}
