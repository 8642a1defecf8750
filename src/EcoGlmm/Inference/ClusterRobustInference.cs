using EcoGlmm.Estimation;
using EcoGlmm.RandomEffects;
using EcoGlmm.Text;
using MathNet.Numerics.LinearAlgebra;

namespace EcoGlmm.Inference;

/// <summary>
/// Cluster-robust inference on a fit by a <see cref="ClusterSandwich"/>: of Gaussian models with the covariance that the fit gives to the
/// rows of a cluster, of other models with scores of the approximated likelihood and the information on the fixed effects.
/// </summary>
internal sealed class ClusterRobustInference : FixedEffectInference
{
    /// <summary>Rows of a cluster beyond which its dense covariance takes too much memory and time.</summary>
    private const int LargestCluster = 3000;

    private readonly ClusterSandwich _sandwich;

    private ClusterRobustInference(ClusterRobust kind, string words, Vector<double> estimates, ClusterSandwich sandwich,
        Matrix<double> covariance)
        : base(estimates, covariance)
    {
        (Kind, Words, _sandwich) = (kind, words, sandwich);
    }

    public ClusterRobust Kind { get; }

    public string Words { get; }

    public override double DegreesOfFreedom(double[] l) => _sandwich.DegreesOfFreedom(l);

    public override (double Statistic, double Denominator) Joint(Matrix<double> l, Vector<double> difference) =>
        (base.Joint(l, difference).Statistic, Enumerable.Range(0, l.RowCount).Min(k => DegreesOfFreedom(l.Row(k).ToArray())));

    /// <exception cref="GlmmException">Random effects reach over clusters, or the kind is not for this model.</exception>
    public static ClusterRobustInference Of(GlmmFit fit, ClusterRobust kind, string? cluster)
    {
        if (!Enum.IsDefined(kind)) throw new ArgumentOutOfRangeException(nameof(kind));
        RelatedSets[] sets = [.. fit.Estimate.Model.Terms.Select(t => new RelatedSets(t))];
        var (name, clusters) = Clusters(fit, cluster, sets);
        if (clusters.Count < 2)
            throw new GlmmException($"There is only one cluster by {name}. Cluster-robust standard errors need several, better many.");
        var words = $"cluster-robust standard errors ({kind}), {clusters.Count} clusters by {name}";
        var estimates = EstimatesOf(fit, ModelPart.Conditional);
        if (fit.Estimate.IsProfiled && double.IsFinite(fit.LogLikelihood))
        {
            var gaussian = OfGaussian(fit, clusters, kind, estimates, sets);
            return new ClusterRobustInference(kind, words, estimates, gaussian, gaussian.Covariance);
        }

        if (kind == ClusterRobust.CR2)
            throw new GlmmException($"CR2 is for Gaussian models with identity link and constant dispersion, not for {fit.Family}. Use "
                + $"ClusterRobust.CR1.");
        var sandwich = OfScores(fit, clusters, kind);
        return new ClusterRobustInference(kind, words, estimates, sandwich, InCoefficients(fit, sandwich.Covariance));
    }

    /// <summary>In the orthogonal coordinates γ.</summary>
    private static ClusterSandwich OfScores(GlmmFit fit, List<int[]> clusters, ClusterRobust kind)
    {
        var (estimate, model) = (fit.Estimate, fit.Estimate.Model);
        var basis = model.Basis[LinearPredictor.Conditional]!;
        var (n, p) = (model.ObservationCount, basis.Columns);
        var objective = new LaplaceObjective(model, 1, CancellationToken.None);
        objective.StartFrom(estimate.Modes);
        objective.Evaluate(estimate.Psi, new double[model.ParameterCount]);
        var row = objective.RowGradient(LinearPredictor.Conditional).ToArray();
        var scores = clusters.ConvertAll(_ => Vector<double>.Build.Dense(p));
        var scratch = new double[n];
        for (var j = 0; j < p; j++)
        {
            var column = basis.Column(j, scratch);
            for (var c = 0; c < scores.Count; c++)
            {
                foreach (var i in clusters[c]) scores[c][j] -= column[i] * row[i];
            }
        }

        return ClusterSandwich.OfScores(kind, FixedGivenOthers.Covariance(estimate, LinearPredictor.Conditional), scores);
    }

    /// <summary>The covariance of β = R⁻¹γ from that of γ.</summary>
    private static Matrix<double> InCoefficients(GlmmFit fit, Matrix<double> covariance)
    {
        var basis = fit.Estimate.Model.Basis[LinearPredictor.Conditional]!;
        for (var side = 0; side < 2; side++)
        {
            for (var j = 0; j < basis.Columns; j++)
            {
                var column = covariance.Column(j).ToArray();
                basis.ToCoefficients(column);
                covariance.SetColumn(j, column);
            }

            covariance = covariance.Transpose();
        }

        return 0.5 * (covariance + covariance.Transpose());
    }

    /// <summary>Rows of each cluster; no random effect may belong to two.</summary>
    private static (string Name, List<int[]> Rows) Clusters(GlmmFit fit, string? cluster, RelatedSets[] sets)
    {
        var terms = fit.Estimate.Model.Terms;
        var n = fit.ObservationCount;
        var related = Enumerable.Range(0, terms.Count).FirstOrDefault(k => terms[k].Entries is not null
            || (terms[k].Structure.Precision is not null && sets[k].Count < 2), -1);
        if (related >= 0)
        {
            throw new GlmmException($"Cluster-robust standard errors need independent clusters, but the levels of {terms[related].Title} "
                + "are related to each other.");
        }

        // What is independent of each other in a term: its levels, or the groups that a structure is repeated in.
        int[][] codes = [.. terms.Select((t, k) => Array.ConvertAll(t.Codes, level => sets[k].Set[level]))];
        if (cluster is null)
        {
            var whole = Enumerable.Range(0, terms.Count).DistinctBy(k => terms[k].Group)
                .Where(k => Spanning(terms, codes, sets, codes[k]) is null).ToArray();
            if (whole.Length == 0)
            {
                throw new GlmmException(terms.Count == 0
                    ? "The model has no grouping factor. Name the column of clusters: RobustCovariance(ClusterRobust.CR1, \"site\")."
                    : "Cluster-robust standard errors need independent clusters, but the random effects are crossed: none of the grouping "
                        + "factors contains the others. Name a column of larger clusters.");
            }

            var coarsest = whole.MinBy(k => sets[k].Count);
            return (terms[coarsest].Group, Rows(codes[coarsest]));
        }

        var own = Enumerable.Range(0, terms.Count).FirstOrDefault(k => terms[k].Group == cluster, -1);
        if (own >= 0) return Checked(codes[own]);
        if (!fit.Data.TryGetColumn(cluster, out var column))
            throw new GlmmException($"The data have no column \"{cluster}\"{NearestName.Suggestion(cluster, fit.Data.ColumnNames)}");
        var texts = new Dictionary<string, int>(StringComparer.Ordinal);
        return Checked([.. fit.UsedRows.Select(i =>
        {
            var text = column.TextAt(i) ?? throw new GlmmException($"The column \"{cluster}\" of clusters is missing in row {i + 1}.");
            return texts.TryGetValue(text, out var code) ? code : texts[text] = texts.Count;
        })]);

        (string, List<int[]>) Checked(int[] by) => Spanning(terms, codes, sets, by) is not { } spanning ? (cluster, Rows(by))
            : throw new GlmmException($"The random effects of {spanning} reach over several clusters by {cluster}, so that these are not "
                + $"independent. Take a coarser column of clusters.");

        List<int[]> Rows(int[] by) => [.. Enumerable.Range(0, n).GroupBy(i => by[i]).Select(g => g.ToArray())];
    }

    /// <summary>A term of which what hangs together has rows in two clusters; null where there is none.</summary>
    private static string? Spanning(IReadOnlyList<RandomTerm> terms, int[][] codes, RelatedSets[] sets, int[] clusters)
    {
        for (var t = 0; t < terms.Count; t++)
        {
            var of = new int[sets[t].Count];
            Array.Fill(of, -1);
            for (var i = 0; i < clusters.Length; i++)
            {
                ref var first = ref of[codes[t][i]];
                if (first >= 0 && first != clusters[i]) return terms[t].Title;
                first = clusters[i];
            }
        }

        return null;
    }

    /// <summary>Sums over the clusters of a Gaussian model.</summary>
    private static ClusterSandwich OfGaussian(GlmmFit fit, List<int[]> clusters, ClusterRobust kind, Vector<double> beta,
        RelatedSets[] sets)
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
            return new ClusterRows(xi, v, wx, e);
        });
        return ClusterSandwich.OfRows(kind, precision.Inverse(), pieces);

        double Marginal(int i, int j)
        {
            var sum = i == j ? variance / fit.SizeOf(i) : 0;
            for (var t = 0; t < terms.Count; t++)
            {
                var relation = sets[t].Relation(fit.Estimate.System.Lambda, t, terms[t].Codes[i], terms[t].Codes[j]);
                if (relation == 0) continue;
                var r = terms[t].Width;
                for (var a = 0; a < r; a++)
                {
                    for (var b = 0; b < r; b++)
                        sum += relation * (terms[t].Z is { } z ? z[(i * r) + a] * z[(j * r) + b] : 1) * blocks[t][a, b];
                }
            }

            return sum;
        }
    }
}
