using EcoGlmm.Data;
using EcoGlmm.Formulas;
using MathNet.Numerics.LinearAlgebra;

namespace EcoGlmm.Inference;

/// <summary>
/// The hypotheses Lβ = 0 of whole terms, for coefficients of any coding.
/// Source: types I to III are SAS's (SAS/STAT, The four types of estimable functions), as lmerTest has them: I and II from the rows of
/// the triangular factor of XᵀX with the columns in such an order that those to be allowed for come first; III as the coefficients
/// under contrasts that sum to zero. Outside Gaussian models XᵀX is not what estimates are uncertain by: there type II is a term's
/// coefficients as they are once those of the terms that contain it are zero, β_A − V_AR V_RR⁻¹ β_R (J. Fox, Applied Regression
/// Analysis and Generalized Linear Models, 3rd ed., ch. 15), as car's Anova has it.
/// </summary>
internal static class TermHypotheses
{
    /// <summary>An entry of L that is smaller, in units of the largest, is rounding.</summary>
    private const double Rounding = 1e-10;

    /// <exception cref="GlmmException">Type III is asked of a design with combinations of levels that never occur.</exception>
    /// <param name="fit">The fit.</param>
    /// <param name="kind">The type.</param>
    /// <param name="covariance">Covariance of the coefficients.</param>
    public static IEnumerable<(string Term, Matrix<double> L)> Of(GlmmFit fit, TestKind kind, Matrix<double> covariance)
    {
        var isByCovariance = kind == TestKind.TypeTwo && !fit.Estimate.IsProfiled;
        var design = fit.Specification.Conditional;
        var assign = Kept(design);
        var labels = design.TermLabels;
        var contrasts = kind == TestKind.TypeThree ? SumToZero(fit, assign) : null;
        var covariates = isByCovariance ? [] : Covariates(fit);
        for (var t = 1; t <= labels.Count; t++)
        {
            int[] own = [.. Enumerable.Range(0, assign.Length).Where(j => assign[j] == t)];
            if (own.Length == 0) continue;
            // A term that none contains is tested by its own coefficients, whatever their coding.
            var isFree = kind != TestKind.TypeOne && !labels.Where((_, other) => other != t - 1).Any(label => Contains(label, labels[t - 1],
                covariates));
            var l = isFree ? Matrix<double>.Build.Dense(own.Length, assign.Length, (i, j) => own[i] == j ? 1 : 0)
                : isByCovariance ? WithoutRelatives(own, [.. Enumerable.Range(0, assign.Length).Where(j => assign[j] > 0
                    && Contains(labels[assign[j] - 1], labels[t - 1], covariates))], covariance)
                : contrasts is null ? Sequential(fit, assign, Before(labels, assign, t, kind, covariates))
                : OwnFirst(Matrix<double>.Build.DenseOfRows(own.Select(j => contrasts.Row(j))), own);
            yield return (labels[t - 1], l);
        }
    }

    /// <summary>A term's coefficients less what they would change if those of the terms that contain it were zero.</summary>
    private static Matrix<double> WithoutRelatives(int[] own, int[] relatives, Matrix<double> covariance)
    {
        Matrix<double> Block(int[] rows, int[] columns) => Matrix<double>.Build.Dense(rows.Length, columns.Length,
            (i, j) => covariance[rows[i], columns[j]]);
        var change = Block(relatives, relatives).Solve(Block(relatives, own));
        var l = Matrix<double>.Build.Dense(own.Length, covariance.RowCount);
        for (var i = 0; i < own.Length; i++)
        {
            l[i, own[i]] = 1;
            for (var j = 0; j < relatives.Length; j++) l[i, relatives[j]] = -change[j, i];
        }

        return l;
    }

    /// <summary>The same hypotheses as differences from the reference level: Satterthwaite's degrees of freedom of several depend on which
    /// combinations express them.</summary>
    private static Matrix<double> OwnFirst(Matrix<double> l, int[] own)
    {
        var block = Matrix<double>.Build.DenseOfColumns(own.Select(l.Column));
        return block.Rank() < own.Length ? l : block.Solve(l).Map(v => Math.Abs(v) < Rounding ? 0 : v);
    }

    /// <summary>The term of each column that was estimated; 0 for the intercept.</summary>
    private static int[] Kept(PartDesign design)
    {
        var aliased = design.Training.Aliased;
        return [.. Enumerable.Range(0, aliased.Length).Where(j => !aliased[j]).Select(j => design.Assign[j])];
    }

    /// <summary>The columns to allow for, and those of the term.</summary>
    private static (int[] Before,
        int[] Own) Before(IReadOnlyList<string> labels, int[] assign, int term, TestKind kind, HashSet<string> covariates)
    {
        bool Counts(int t) => t == 0 || (t != term && (kind == TestKind.TypeOne ? t < term : !Contains(labels[t - 1], labels[term - 1],
            covariates)));
        int[] all = [.. Enumerable.Range(0, assign.Length)];
        return ([.. all.Where(j => Counts(assign[j]))], [.. all.Where(j => assign[j] == term)]);
    }

    /// <summary>
    /// Whether a term contains another: it has the same covariates, and all of its factors and more. A factor is not contained in its
    /// interaction with a covariate, which it can do without.
    /// </summary>
    private static bool Contains(string label, string part, HashSet<string> covariates)
    {
        var (whole, own) = (label.Split(':'), part.Split(':'));
        return whole.Where(covariates.Contains).ToHashSet().SetEquals(own.Where(covariates.Contains))
            && own.All(whole.Contains) && whole.Length > own.Length;
    }

    /// <summary>The variables of the fixed effects that are numbers.</summary>
    private static HashSet<string> Covariates(GlmmFit fit)
    {
        string[] factors = ["factor", "as.factor", "ordered", "interaction", "relevel", "cut"];
        bool IsFactor(FormulaNode node) => node switch
        {
            NameNode name => fit.Data.TryGetColumn(name.Name, out var column) && column is CategoricalColumn or LogicalColumn,
            CallNode call => factors.Contains(call.Function),
            _ => false,
        };
        return [.. fit.Specification.Conditional.FixedExpressions.Where(node => !IsFactor(node)).Select(node => node.ToString()!)];
    }

    /// <summary>Rows of the triangular factor with ones along its diagonal: each own column, those before it partialled out, regressed on
    /// all.</summary>
    private static Matrix<double> Sequential(GlmmFit fit, int[] assign, (int[] Before, int[] Own) columns)
    {
        var n = fit.ObservationCount;
        var x = Matrix<double>.Build.Dense(n, assign.Length, (double[])fit.Specification.Conditional.Training.X.Clone());
        var rows = new List<Vector<double>>();
        var before = columns.Before.Select(j => x.Column(j)).ToList();
        foreach (var j in columns.Own)
        {
            var own = x.Column(j);
            if (before.Count > 0)
            {
                var known = Matrix<double>.Build.DenseOfColumnVectors(before);
                own -= known * known.QR().Solve(own);
            }

            before.Add(x.Column(j));
            var row = x.TransposeThisAndMultiply(own) / (own * own);
            var largest = row.AbsoluteMaximum();
            rows.Add(row.Map(v => Math.Abs(v) < Rounding * largest ? 0 : v));
        }

        return Matrix<double>.Build.DenseOfRowVectors(rows);
    }

    /// <summary>The coefficients under sum-to-zero contrasts as combinations of those of the fit.</summary>
    private static Matrix<double> SumToZero(GlmmFit fit, int[] assign)
    {
        var design = fit.Specification.Conditional;
        if (design.Training.Held is null && design.Training.Aliased.Contains(true))
        {
            throw new GlmmException("Tests of type III average over all combinations of levels, but some do not occur in the data, so that "
                + "coefficients were dropped. Use TestKind.TypeTwo, or compare marginal means that can be estimated.");
        }

        var offsets = design.OffsetTexts.ToHashSet();
        var contrasts = design.FixedExpressions.Select(v => v is NameNode name ? name.Name : v.ToString()!).Where(v => !offsets.Contains(v))
            .Distinct().ToDictionary(v => v, _ => "sum");
        var other = ModelSpecification.Create(fit.Formula, "~ 0", "~ 1", null, null, contrasts,
            fit.Data.Take(fit.Specification.Rows)).Conditional;
        var n = fit.ObservationCount;
        var x = Matrix<double>.Build.Dense(n, assign.Length, (double[])design.Training.X.Clone());
        var sum = Matrix<double>.Build.Dense(n, other.Training.X.Length / n, (double[])other.Training.X.Clone());
        if (sum.ColumnCount != x.ColumnCount || !Kept(other).SequenceEqual(assign))
            throw new GlmmException("Tests of type III need a model whose terms are the same under contrasts that sum to zero: keep the "
                + "intercept and all main effects in the formula, and hold no coefficient. Otherwise use TestKind.TypeTwo.");
        // X_sum B_sum = X B, so that B_sum = (X_sum⁺ X) B.
        var l = sum.QR().Solve(x);
        return l.Map(v => Math.Abs(v) < Rounding ? 0 : v);
    }
}
