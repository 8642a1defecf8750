using EcoGlmm.Numerics;
using MathNet.Numerics.LinearAlgebra;

namespace EcoGlmm;

/// <summary>Whether a smooth's basis is large enough.</summary>
/// <param name="Name">The smooth.</param>
/// <param name="BasisDimension">The most degrees of freedom that its basis has, k′.</param>
/// <param name="Edf">Its effective degrees of freedom.</param>
/// <param name="Index">
/// The variance of residuals as differences of neighbours along the covariates tell it, over what they tell in random order: below 1 where
/// neighbours are alike, so that there is a pattern that the smooth has not taken up.
/// </param>
/// <param name="PValue">The share of random orders with a lower variance.</param>
public sealed record BasisCheck(string Name, int BasisDimension, double Edf, double Index, double PValue)
{
    /// <summary>Whether neighbours are alike and the smooth uses nearly all that its basis has.</summary>
    public bool IsTooSmall => PValue < 0.05 && Edf > 0.75 * BasisDimension;
}

/// <summary>How much of a smooth the other terms of the model could say as well; 0 is nothing, 1 all.</summary>
/// <param name="Name">The smooth.</param>
/// <param name="Worst">The largest share of any function of its basis.</param>
/// <param name="Observed">The share of the smooth as it was estimated.</param>
/// <param name="Estimate">The share of its basis as a whole.</param>
public sealed record Concurvity(string Name, double Worst, double Observed, double Estimate);

public static partial class DiagnosticsExtensions
{
    private const int BasisOrders = 400;
    private const int MostBasisRows = 5000;

    /// <summary>
    /// For each curve and surface whether its basis is large enough, by differences of the residuals of neighbours in the covariates.
    /// Source: S. N. Wood (2017), Generalized Additive Models, 2nd edition, section 5.9; R's mgcv calls it k.check.
    /// </summary>
    /// <param name="fit">The fit.</param>
    /// <param name="seed">Seed of the random orders.</param>
    public static BasisCheckTable BasisChecks(this GlmmFit fit, long seed = 1)
    {
        ArgumentNullException.ThrowIfNull(fit);
        var smooths = FittedSmooths.Of(fit);
        var curves = smooths.Fitted.Where(s => s.Design.IsCurve && s.Part == ModelPart.Conditional).ToArray();
        if (curves.Length == 0) return new BasisCheckTable([]);
        var residuals = fit.Residuals(ResidualType.Pearson);
        var rows = fit.Data.Take(fit.Specification.Rows);
        int[] used = [.. Enumerable.Range(0, residuals.Length).Where(i => double.IsFinite(residuals[i]))];
        if (used.Length > MostBasisRows)
        {
            new RandomStream(seed).Shuffle<int>(used);
            used = used[..MostBasisRows];
        }

        return new BasisCheckTable(curves.Select((smooth, at) =>
        {
            var x = smooth.Design.Syntax.Variables.Select(node => fit.Specification.Conditional.Numbers(node, rows)).ToArray();
            var neighbours = Neighbours(Array.ConvertAll(x, values => Array.ConvertAll(used, i => values[i])));
            double[] e = [.. used.Select(i => residuals[i])];
            var observed = Roughness(e, neighbours);
            var random = new RandomStream(seed).Split(at);
            var (sum, lower) = (0.0, 0);
            for (var order = 0; order < BasisOrders; order++)
            {
                random.Shuffle<double>(e);
                var shuffled = Roughness(e, neighbours);
                sum += shuffled;
                if (shuffled < observed) lower++;
            }

            var table = smooths.Table[smooth.Design.Label];
            return new BasisCheck(smooth.Design.Label, table.BasisDimension, table.Edf, observed / (sum / BasisOrders),
                (double)lower / BasisOrders);
        }));
    }

    private static double Roughness(double[] e, (int A, int B)[] neighbours)
    {
        var sum = 0.0;
        foreach (var (a, b) in neighbours) sum += (e[a] - e[b]) * (e[a] - e[b]);
        return sum / (2 * neighbours.Length);
    }

    /// <summary>Pairs that are next to each other: in order along one covariate, the three nearest in several.</summary>
    private static (int A, int B)[] Neighbours(double[][] x)
    {
        const int nearest = 3;
        var n = x[0].Length;
        if (x.Length == 1)
        {
            int[] order = [.. Enumerable.Range(0, n).OrderBy(i => x[0][i])];
            return [.. order.Skip(1).Zip(order, (b, a) => (a, b))];
        }

        var scaled = Array.ConvertAll(x, values =>
        {
            var range = values.Max() - values.Min();
            return Array.ConvertAll(values, v => range > 0 ? v / range : 0);
        });
        var result = new List<(int, int)>(nearest * n);
        var distance = new double[n];
        for (var i = 0; i < n; i++)
        {
            for (var j = 0; j < n; j++)
            {
                distance[j] = j == i ? double.PositiveInfinity : 0;
                foreach (var values in scaled) distance[j] += (values[i] - values[j]) * (values[i] - values[j]);
            }

            var own = i;
            result.AddRange(Enumerable.Range(0, n).Order(Comparer<int>.Create((a, b) => distance[a].CompareTo(distance[b]))).Take(nearest)
                .Select(j => (own, j)));
        }

        return [.. result];
    }

    /// <summary>
    /// For each curve and surface of the conditional part how much of it the fixed effects and the other smooths could say as well, which
    /// makes
    /// its shape uncertain. Source: S. N. Wood (2017), Generalized Additive Models, 2nd edition, section 5.6.3; R's mgcv has it under this
    /// name.
    /// </summary>
    /// <param name="fit">The fit.</param>
    public static ConcurvityTable Concurvity(this GlmmFit fit)
    {
        ArgumentNullException.ThrowIfNull(fit);
        var smooths = FittedSmooths.Of(fit);
        var block = smooths.BlockOf(ModelPart.Conditional);
        var training = fit.Specification.Conditional.Training;
        var n = training.RowCount;
        var columns = FittedSmooths.Columns(training);
        var p = columns.Length / n;
        var x = Matrix<double>.Build.Dense(n, p, columns);
        var gram = x.TransposeThisAndMultiply(x);
        var coefficients = smooths.Coefficients(block);
        var result = new List<Concurvity>();
        var at = block.Columns.Length;
        foreach (var smooth in smooths.Fitted.Where(s => s.Part == ModelPart.Conditional && s.Design.IsCurve))
        {
            var width = smooth.Block.Terms.Length == 0 ? 0 : fit.Estimate.Model.Terms[smooth.Term].Width;
            int[] own = [.. smooth.Columns.Where(j => j >= 0), .. Enumerable.Range(at, width)];
            at += width;
            int[] others = [.. Enumerable.Range(0, p).Except(own)];
            Matrix<double> Part(int[] a, int[] b) => Matrix<double>.Build.Dense(a.Length, b.Length, (i, j) => gram[a[i], b[j]]);
            var inner = Part(others, others);
            for (var j = 0; j < others.Length; j++) inner[j, j] *= 1 + 1e-12;
            var cross = Part(others, own);
            var projected = cross.TransposeThisAndMultiply(inner.Cholesky().Solve(cross));
            var whole = Part(own, own);
            var beta = Vector<double>.Build.Dense(own.Length, i => coefficients[own[i]]);
            // Shares in coordinates in which the basis is orthonormal.
            var l = whole.Cholesky().Factor;
            var half = l.Solve(projected);
            var shares = l.Solve(half.Transpose());
            result.Add(new Concurvity(smooth.Design.Label, Math.Min(1, shares.Evd(Symmetricity.Symmetric).EigenValues.Max(v => v.Real)),
                beta * (projected * beta) / (beta * (whole * beta)), projected.Trace() / whole.Trace()));
        }

        return new ConcurvityTable(result);
    }
}
