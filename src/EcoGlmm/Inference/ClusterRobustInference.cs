using EcoGlmm.Data;
using EcoGlmm.Estimation;
using EcoGlmm.Formulas;
using EcoGlmm.RandomEffects;
using EcoGlmm.Text;
using MathNet.Numerics.LinearAlgebra;

namespace EcoGlmm.Inference;

/// <summary>
/// The sandwich M (Σ_i s_i s_iᵀ) M over independent clusters. Gaussian models: s_i = X_iᵀV_i⁻¹A_i(y_i − X_iβ̂), M = (XᵀV⁻¹X)⁻¹, with A_i
/// for
/// CR2 as in J. Pustejovsky &amp; E. Tipton (2018), J. Bus. Econ. Stat. 36, 672-683, equations 5 and 6, for weights that are the inverse of
/// the working covariance, and degrees of freedom by their equation 11. Other models: s_i is a cluster's score of the approximated
/// likelihood, M the inverse of the information on the fixed effects.
/// </summary>
internal sealed class ClusterRobustInference : FixedEffectInference
{
    private const int LargestCluster = 3000;
    private readonly Func<double[], double> _degrees;

    private ClusterRobustInference(ClusterRobust kind, string words,
        Vector<double> estimates, Matrix<double> covariance, Func<double[], double> degrees)
        : base(estimates, covariance)
    {
        (Kind, Words, _degrees) = (kind, words, degrees);
    }

    public ClusterRobust Kind { get; }

    public string Words { get; }

    public override double DegreesOfFreedom(double[] l) => _degrees(l);

    public override (double Statistic, double Denominator) Joint(Matrix<double> l, Vector<double> difference) =>
        (base.Joint(l, difference).Statistic, Enumerable.Range(0, l.RowCount).Min(k => _degrees(l.Row(k).ToArray())));

    /// <exception cref="GlmmException">Random effects reach over clusters, or the kind is not for this model.</exception>
    public static ClusterRobustInference Of(GlmmFit fit, ClusterRobust kind, string? cluster)
    {
        if (!Enum.IsDefined(kind)) throw new ArgumentOutOfRangeException(nameof(kind));
        var (name, clusters) = Clusters(fit, cluster);
        if (clusters.Count < 2)
            throw new GlmmException($"There is only one cluster by {name}. Cluster-robust standard errors need several, better many.");
        var words = $"cluster-robust standard errors ({kind}), {clusters.Count} clusters by {name}";
        var estimates = EstimatesOf(fit, ModelPart.Conditional);
        var factor = kind == ClusterRobust.CR1 ? clusters.Count / (clusters.Count - 1.0) : 1;
        if (fit.Estimate.IsProfiled && double.IsFinite(fit.LogLikelihood))
        {
            var gaussian = new GaussianClusters(fit, clusters, kind == ClusterRobust.CR2, estimates);
            return new ClusterRobustInference(kind, words, estimates, factor * gaussian.Covariance,
                kind == ClusterRobust.CR2 ? gaussian.DegreesOfFreedom : _ => clusters.Count - 1);
        }

        if (kind == ClusterRobust.CR2)
            throw new GlmmException($"CR2 is for Gaussian models with identity link and constant dispersion, not for {fit.Family}. Use "
                + $"ClusterRobust.CR1.");
        return new ClusterRobustInference(kind, words, estimates, factor * OfScores(fit, clusters), _ => clusters.Count - 1);
    }

    private static Matrix<double> OfScores(GlmmFit fit, List<int[]> clusters)
    {
        var (estimate, model) = (fit.Estimate, fit.Estimate.Model);
        var basis = model.Basis[LinearPredictor.Conditional]!;
        var (n, p) = (model.ObservationCount, basis.Columns);
        var objective = new LaplaceObjective(model, 1, CancellationToken.None);
        objective.StartFrom(estimate.Modes);
        objective.Evaluate(estimate.Psi, new double[model.ParameterCount]);
        var row = objective.RowGradient(LinearPredictor.Conditional).ToArray();
        var middle = Matrix<double>.Build.Dense(p, p);
        var scores = Matrix<double>.Build.Dense(p, clusters.Count);
        var scratch = new double[n];
        for (var j = 0; j < p; j++)
        {
            var column = basis.Column(j, scratch);
            for (var c = 0; c < clusters.Count; c++)
            {
                foreach (var i in clusters[c]) scores[j, c] -= column[i] * row[i];
            }
        }

        for (var c = 0; c < clusters.Count; c++)
        {
            var s = scores.Column(c);
            middle += s.OuterProduct(s);
        }

        // In the orthogonal coordinates γ, β = R⁻¹γ.
        var bread = FixedGivenOthers.Covariance(estimate, LinearPredictor.Conditional);
        var sandwich = bread * middle * bread;
        for (var side = 0; side < 2; side++)
        {
            for (var j = 0; j < p; j++)
            {
                var column = sandwich.Column(j).ToArray();
                basis.ToCoefficients(column);
                sandwich.SetColumn(j, column);
            }

            sandwich = sandwich.Transpose();
        }

        return 0.5 * (sandwich + sandwich.Transpose());
    }

    /// <summary>Rows of each cluster; no random effect may belong to two.</summary>
    private static (string Name, List<int[]> Rows) Clusters(GlmmFit fit, string? cluster)
    {
        var terms = fit.Estimate.Model.Terms;
        var n = fit.ObservationCount;
        if (ConnectedLevels.Obstacle(terms) is { } title)
            throw new GlmmException($"Cluster-robust standard errors need independent clusters, but the levels of {title} are related to "
                + $"each other.");
        if (cluster is null)
        {
            var coarsest = terms.DistinctBy(t => t.Group).Where(t => Spanning(terms, t.Codes) is null).MinBy(t => t.Levels.Count)
                ?? throw new GlmmException(terms.Count == 0
                    ? "The model has no grouping factor. Name the column of clusters: RobustCovariance(ClusterRobust.CR1, \"site\")."
                    : "Cluster-robust standard errors need independent clusters, but the random effects are crossed: none of the grouping "
                        + "factors contains the others. Name a column of larger clusters.");
            return (coarsest.Group, Rows(coarsest.Codes));
        }

        if (terms.FirstOrDefault(t => t.Group == cluster) is { } own) return Checked(own.Codes);
        if (!fit.Data.TryGetColumn(cluster, out var column))
            throw new GlmmException($"The data have no column \"{cluster}\"{NearestName.Suggestion(cluster, fit.Data.ColumnNames)}");
        var texts = new Dictionary<string, int>(StringComparer.Ordinal);
        return Checked([.. fit.UsedRows.Select(i =>
        {
            var text = column.TextAt(i) ?? throw new GlmmException($"The column \"{cluster}\" of clusters is missing in row {i + 1}.");
            return texts.TryGetValue(text, out var code) ? code : texts[text] = texts.Count;
        })]);

        (string, List<int[]>) Checked(int[] codes) => Spanning(terms, codes) is not { } spanning ? (cluster, Rows(codes))
            : throw new GlmmException($"The random effects of {spanning} reach over several clusters by {cluster}, so that these are not "
                + $"independent. Take a coarser column of clusters.");

        List<int[]> Rows(int[] codes) => [.. Enumerable.Range(0, n).GroupBy(i => codes[i]).Select(g => g.ToArray())];
    }

    /// <summary>A term of which one level has rows in two clusters; null where there is none.</summary>
    private static string? Spanning(IReadOnlyList<RandomTerm> terms, int[] codes)
    {
        foreach (var t in terms)
        {
            var of = new int[t.Levels.Count];
            Array.Fill(of, -1);
            for (var i = 0; i < codes.Length; i++)
            {
                if (of[t.Codes[i]] >= 0 && of[t.Codes[i]] != codes[i]) return t.Title;
                of[t.Codes[i]] = codes[i];
            }
        }

        return null;
    }

    /// <summary>Sums over the clusters of a Gaussian model.</summary>
    private sealed class GaussianClusters
    {
        private readonly Matrix<double> _m;
        private readonly List<(Matrix<double> X, Matrix<double> V, Matrix<double> Half)> _parts = [];

        /// <param name="fit">The fit.</param>
        /// <param name="clusters">Rows of each cluster.</param>
        /// <param name="adjust">Whether residuals are adjusted (CR2).</param>
        /// <param name="beta">β̂.</param>
        public GaussianClusters(GlmmFit fit, List<int[]> clusters, bool adjust, Vector<double> beta)
        {
            if (clusters.Max(c => c.Length) is > LargestCluster and var size)
                throw new GlmmException($"Cluster-robust standard errors need a matrix as large as the rows of a cluster, {size} here, "
                    + $"more than {LargestCluster}.");
            var n = fit.ObservationCount;
            var x = fit.Specification.Conditional.Training.X;
            var offset = fit.Specification.Conditional.Training.Offset;
            var p = x.Length / n;
            var terms = fit.Estimate.Model.Terms;
            var blocks = Enumerable.Range(0, terms.Count).Select(t => LevelCovarianceModel.Of(fit.Estimate, t).Covariance).ToArray();
            var variance = fit.Sigma * fit.Sigma;
            var precision = Matrix<double>.Build.Dense(p, p);
            var pieces = clusters.ConvertAll(rows =>
            {
                var xi = Matrix<double>.Build.Dense(rows.Length, p, (k, j) => x[(j * n) + rows[k]]);
                var v = Matrix<double>.Build.Dense(rows.Length, rows.Length, (a, b) => Marginal(rows[a], rows[b]));
                var e = Vector<double>.Build.Dense(rows.Length, k => fit.Response.Y[rows[k]] - offset[rows[k]]) - (xi * beta);
                var wx = v.Cholesky().Solve(xi);
                precision += xi.TransposeThisAndMultiply(wx);
                return (X: xi, V: v, E: e, Wx: wx);
            });
            _m = precision.Inverse();
            var middle = Matrix<double>.Build.Dense(p, p);
            foreach (var (xi, v, e, wx) in pieces)
            {
                // Aᵀ V⁻¹ X, rows × p: what turns residuals into a score.
                var half = adjust ? Adjustment(xi, v).TransposeThisAndMultiply(wx) : wx;
                var score = half.TransposeThisAndMultiply(e);
                middle += score.OuterProduct(score);
                if (adjust) _parts.Add((xi, v, half));
            }

            Covariance = _m * middle * _m;

            double Marginal(int i, int j)
            {
                var sum = i == j ? variance / fit.SizeOf(i) : 0;
                for (var t = 0; t < terms.Count; t++)
                {
                    if (terms[t].Codes[i] != terms[t].Codes[j]) continue;
                    var r = terms[t].Width;
                    for (var a = 0; a < r; a++)
                    {
                        for (var b = 0; b < r; b++) sum += (terms[t].Z is { } z ? z[(i * r) + a] * z[(j * r) + b] : 1) * blocks[t][a, b];
                    }
                }

                return sum;
            }
        }

        public Matrix<double> Covariance { get; }

        /// <summary>(Σ P_ii)² / Σ P_ij² with P_ij = δ_ij g_iᵀV_ig_i − g_iᵀX_iMX_jᵀg_j, g_i = A_iᵀV_i⁻¹X_iMl.</summary>
        public double DegreesOfFreedom(double[] l)
        {
            var ml = _m * Vector<double>.Build.Dense(l);
            var g = _parts.ConvertAll(part => part.Half * ml);
            var xg = _parts.Select((part, i) => part.X.TransposeThisAndMultiply(g[i])).ToArray();
            var (trace, squares) = (0.0, 0.0);
            for (var i = 0; i < g.Count; i++)
            {
                var mx = _m * xg[i];
                for (var j = 0; j < g.Count; j++)
                {
                    var value = (i == j ? g[i] * _parts[i].V * g[i] : 0) - (mx * xg[j]);
                    squares += value * value;
                    if (i == j) trace += value;
                }
            }

            return trace * trace / squares;
        }

        /// <summary>A = Dᵀ (D(V − XMXᵀ)Dᵀ)^{+½} D with V = DᵀD.</summary>
        private Matrix<double> Adjustment(Matrix<double> x, Matrix<double> v)
        {
            var d = v.Cholesky().Factor.Transpose();
            var eigen = (d * (v - (x * _m * x.Transpose())) * d.Transpose()).Evd(Symmetricity.Symmetric);
            var largest = eigen.EigenValues.Max(value => value.Real);
            var root = eigen.EigenVectors * Matrix<double>.Build.DenseDiagonal(x.RowCount, x.RowCount, k =>
                eigen.EigenValues[k].Real > 1e-10 * largest ? 1 / Math.Sqrt(eigen.EigenValues[k].Real) : 0)
                * eigen.EigenVectors.Transpose();
            return d.Transpose() * root * d;
        }
    }
}
