namespace EcoGlmm;

/// <summary>
/// An effect size and its sampling variance, from the summaries that papers print. Formulas are those of metafor's <c>escalc</c> with its
/// defaults, whose names for them stand in brackets.
/// </summary>
/// <param name="Effect">The effect size.</param>
/// <param name="Variance">Its sampling variance.</param>
public readonly record struct EffectSize(double Effect, double Variance)
{
    /// <summary>The standard error.</summary>
    public double StandardError => Math.Sqrt(Variance);

    /// <summary>The difference of two means (MD).</summary>
    /// <param name="mean1">Mean of the first group.</param>
    /// <param name="sd1">Its standard deviation.</param>
    /// <param name="n1">Its individuals.</param>
    /// <param name="mean2">Mean of the second group.</param>
    /// <param name="sd2">Its standard deviation.</param>
    /// <param name="n2">Its individuals.</param>
    public static EffectSize MeanDifference(double mean1, double sd1, double n1, double mean2, double sd2, double n2)
    {
        Groups(sd1, n1, sd2, n2);
        return new(mean1 - mean2, sd1 * sd1 / n1 + sd2 * sd2 / n2);
    }

    /// <summary>The standardised mean difference, Hedges' g with the exact correction for small samples (SMD).</summary>
    /// <inheritdoc cref="MeanDifference"/>
    public static EffectSize Smd(double mean1, double sd1, double n1, double mean2, double sd2, double n2)
    {
        Groups(sd1, n1, sd2, n2);
        var degrees = n1 + n2 - 2;
        var pooled = Spread(Math.Sqrt(((n1 - 1) * sd1 * sd1 + (n2 - 1) * sd2 * sd2) / degrees));
        var g = HedgesCorrection(degrees) * (mean1 - mean2) / pooled;
        return new(g, 1 / n1 + 1 / n2 + g * g / (2 * (n1 + n2)));
    }

    /// <summary>
    /// The standardised mean difference of groups whose standard deviations differ (SMDH): D. G. Bonett, Psychol. Methods 13 (2008) 99-109.
    /// </summary>
    /// <inheritdoc cref="MeanDifference"/>
    public static EffectSize SmdHeteroscedastic(double mean1, double sd1, double n1, double mean2, double sd2, double n2)
    {
        Groups(sd1, n1, sd2, n2);
        var v1 = sd1 * sd1;
        var v2 = sd2 * sd2;
        var sd = Spread(Math.Sqrt((v1 + v2) / 2));
        var correction = HedgesCorrection(n1 + n2 - 2);
        var d = correction * (mean1 - mean2) / sd;
        var s4 = Math.Pow(sd, 4);
        return new(d, correction * correction * (d * d * (v1 * v1 / (n1 - 1) + v2 * v2 / (n2 - 1)) / (8 * s4)
            + (v1 / (n1 - 1) + v2 / (n2 - 1)) / (sd * sd)));
    }

    /// <summary>The log response ratio (ROM): L. V. Hedges, J. Gurevitch and P. S. Curtis, Ecology 80 (1999) 1150-1156.</summary>
    /// <param name="mean1">Mean of the first group, as the treated.</param>
    /// <param name="sd1">Its standard deviation.</param>
    /// <param name="n1">Its individuals.</param>
    /// <param name="mean2">Mean of the second group, as the control.</param>
    /// <param name="sd2">Its standard deviation.</param>
    /// <param name="n2">Its individuals.</param>
    /// <param name="corrected">Whether effect and variance are corrected for small samples: M. J. Lajeunesse, Ecology 96 (2015) 2056-2063,
    /// equations 8 and 9.</param>
    /// <exception cref="GlmmException">The means are not of one sign.</exception>
    public static EffectSize LogResponseRatio(double mean1, double sd1, double n1, double mean2, double sd2, double n2,
        bool corrected = false)
    {
        Groups(sd1, n1, sd2, n2);
        if (!(mean1 / mean2 > 0))
        {
            throw new GlmmException($"A log response ratio needs two means of one sign, not {mean1} and {mean2}. Take the standardised "
                + $"mean difference, EffectSize.Smd.");
        }

        var c1 = sd1 * sd1 / (n1 * mean1 * mean1);
        var c2 = sd2 * sd2 / (n2 * mean2 * mean2);
        var ratio = Math.Log(mean1 / mean2);
        return corrected ? new(ratio + 0.5 * (c1 - c2), c1 + c2 + 0.5 * (c1 * c1 + c2 * c2)) : new(ratio, c1 + c2);
    }

    /// <summary>The log of the ratio of standard deviations, lnVR (VR): S. Nakagawa et al., Methods Ecol. Evol. 6 (2015) 143-152.</summary>
    /// <param name="sd1">Standard deviation of the first group.</param>
    /// <param name="n1">Its individuals.</param>
    /// <param name="sd2">Standard deviation of the second group.</param>
    /// <param name="n2">Its individuals.</param>
    public static EffectSize LnVr(double sd1, double n1, double sd2, double n2)
    {
        Groups(sd1, n1, sd2, n2);
        return new(Math.Log(sd1 / sd2) + 1 / (2 * (n1 - 1)) - 1 / (2 * (n2 - 1)), 1 / (2 * (n1 - 1)) + 1 / (2 * (n2 - 1)));
    }

    /// <summary>The log of the ratio of coefficients of variation, lnCVR (CVR), by the same authors, means and deviations as
    /// independent.</summary>
    /// <inheritdoc cref="MeanDifference"/>
    /// <exception cref="GlmmException">A mean is not positive.</exception>
    public static EffectSize LnCvr(double mean1, double sd1, double n1, double mean2, double sd2, double n2)
    {
        Groups(sd1, n1, sd2, n2);
        if (!(mean1 > 0 && mean2 > 0))
        {
            throw new GlmmException($"Coefficients of variation need positive means, not {mean1} and {mean2}. Take the ratio of standard "
                + $"deviations, EffectSize.LnVr.");
        }

        var spread = LnVr(sd1, n1, sd2, n2);
        return new(spread.Effect - Math.Log(mean1 / mean2), spread.Variance + sd1 * sd1 / (n1 * mean1 * mean1)
            + sd2 * sd2 / (n2 * mean2 * mean2));
    }

    /// <summary>Fisher's z of a correlation (ZCOR).</summary>
    /// <param name="correlation">The correlation, within −1 and 1.</param>
    /// <param name="n">Individuals, more than 3.</param>
    public static EffectSize FisherZ(double correlation, double n)
    {
        if (!(Math.Abs(correlation) < 1 && n > 3))
        {
            throw new GlmmException("Fisher's z needs a correlation between -1 and 1 of more than 3 individuals, not "
                + $"{correlation} of {n}.");
        }

        return new(Math.Atanh(correlation), 1 / (n - 3));
    }

    /// <summary>The log odds ratio (OR).</summary>
    /// <param name="events1">Events of the first group, as the treated.</param>
    /// <param name="n1">Its individuals.</param>
    /// <param name="events2">Events of the second group.</param>
    /// <param name="n2">Its individuals.</param>
    /// <param name="add">What is added to all four cells where one of them is zero; with 0 the effect is then infinite or not a
    /// number.</param>
    public static EffectSize LogOddsRatio(double events1, double n1, double events2, double n2, double add = 0.5)
    {
        var (a, b, c, d) = Cells(events1, n1, events2, n2, add);
        return new(Math.Log(a / b) - Math.Log(c / d), 1 / a + 1 / b + 1 / c + 1 / d);
    }

    /// <summary>The log risk ratio (RR).</summary>
    /// <inheritdoc cref="LogOddsRatio"/>
    public static EffectSize LogRiskRatio(double events1, double n1, double events2, double n2, double add = 0.5)
    {
        var (a, b, c, d) = Cells(events1, n1, events2, n2, add);
        return new(Math.Log(a / (a + b)) - Math.Log(c / (c + d)), 1 / a - 1 / (a + b) + 1 / c - 1 / (c + d));
    }

    /// <summary>The risk difference (RD).</summary>
    /// <inheritdoc cref="LogOddsRatio"/>
    public static EffectSize RiskDifference(double events1, double n1, double events2, double n2, double add = 0.5)
    {
        var (a, b, c, d) = Cells(events1, n1, events2, n2, add);
        return new(a / (a + b) - c / (c + d), a * b / Math.Pow(a + b, 3) + c * d / Math.Pow(c + d, 3));
    }

    /// <summary>The log of the ratio of two rates (IRR).</summary>
    /// <param name="events1">Events of the first group, as the treated.</param>
    /// <param name="exposure1">Its exposure.</param>
    /// <param name="events2">Events of the second group.</param>
    /// <param name="exposure2">Its exposure.</param>
    /// <param name="add">What is added to both numbers of events where one is zero.</param>
    public static EffectSize LogRateRatio(double events1, double exposure1, double events2, double exposure2, double add = 0.5)
    {
        var extra = events1 == 0 || events2 == 0 ? add : 0;
        var (a, b) = (events1 + extra, events2 + extra);
        return new(Math.Log(a / exposure1) - Math.Log(b / exposure2), 1 / a + 1 / b);
    }

    /// <summary>Peto's log odds ratio, from the events expected if groups did not differ (PETO).</summary>
    /// <param name="events1">Events of the first group, as the treated.</param>
    /// <param name="n1">Its individuals.</param>
    /// <param name="events2">Events of the second group.</param>
    /// <param name="n2">Its individuals.</param>
    public static EffectSize PetoLogOddsRatio(double events1, double n1, double events2, double n2)
    {
        var all = n1 + n2;
        var events = events1 + events2;
        var variance = n1 * n2 * events * (all - events) / (all * all * (all - 1));
        return new((events1 - n1 * events / all) / variance, 1 / variance);
    }

    /// <summary>The logit of a proportion (PLO).</summary>
    /// <param name="events">Events.</param>
    /// <param name="n">Individuals.</param>
    /// <param name="add">What is added to events and to individuals without one where either is zero.</param>
    public static EffectSize LogitProportion(double events, double n, double add = 0.5)
    {
        var extra = events == 0 || events == n ? add : 0;
        var (a, b) = (events + extra, n - events + extra);
        return new(Math.Log(a / b), 1 / a + 1 / b);
    }

    /// <summary>The log of a mean (MNLN).</summary>
    /// <param name="mean">A positive mean.</param>
    /// <param name="sd">Standard deviation.</param>
    /// <param name="n">Individuals.</param>
    public static EffectSize LnMean(double mean, double sd, double n) => new(Math.Log(mean), sd * sd / (n * mean * mean));

    /// <summary>The log of a standard deviation (SDLN).</summary>
    /// <param name="sd">Standard deviation.</param>
    /// <param name="n">Individuals.</param>
    public static EffectSize LnSd(double sd, double n) => new(Math.Log(sd) + 1 / (2 * (n - 1)), 1 / (2 * (n - 1)));

    /// <summary>Adds columns of effect sizes and their variances to a table.</summary>
    /// <param name="data">The summaries.</param>
    /// <param name="of">The effect size of a row.</param>
    /// <param name="effect">Name of the column of effect sizes.</param>
    /// <param name="variance">Name of the column of variances.</param>
    /// <example>
    /// <code>
    /// EffectSize.AddTo(plots, r => EffectSize.LogResponseRatio(r.Number("mean_t"), r.Number("sd_t"), r.Number("n_t"), r.Number("mean_c"),
    /// r.Number("sd_c"), r.Number("n_c")))
    /// </code>
    /// </example>
    public static FieldData AddTo(FieldData data, Func<FieldRow, EffectSize> of, string effect = "effect", string variance = "variance")
    {
        ArgumentNullException.ThrowIfNull(data);
        ArgumentNullException.ThrowIfNull(of);
        var sizes = new List<EffectSize>();
        _ = data.Where(row =>
        {
            sizes.Add(of(row));
            return true;
        });
        return data.With(effect, sizes.Select(s => s.Effect)).With(variance, sizes.Select(s => s.Variance));
    }

    // Γ(m/2) / (√(m/2) Γ((m − 1)/2)): L. V. Hedges, J. Educ. Stat. 6 (1981) 107-128
    private static double HedgesCorrection(double degrees) =>
        Math.Exp(Numerics.SpecialFunctions.LogGamma(degrees / 2) - Numerics.SpecialFunctions.LogGamma((degrees - 1) / 2))
        / Math.Sqrt(degrees / 2);

    private static (double A, double B, double C, double D) Cells(double events1, double n1, double events2, double n2, double add)
    {
        var (b, d) = (n1 - events1, n2 - events2);
        if (!(events1 >= 0 && events2 >= 0 && b >= 0 && d >= 0))
        {
            throw new GlmmException($"There cannot be {events1} events of {n1} and {events2} of {n2}.");
        }

        var extra = events1 == 0 || events2 == 0 || b == 0 || d == 0 ? add : 0;
        return (events1 + extra, b + extra, events2 + extra, d + extra);
    }

    private static double Spread(double sd) => sd > 0 ? sd
        : throw new GlmmException("Where all individuals of both groups are alike, there is no standard deviation to measure their "
            + "difference by. Take EffectSize.MeanDifference or LogResponseRatio.");

    private static void Groups(double sd1, double n1, double sd2, double n2)
    {
        if (!(sd1 >= 0 && sd2 >= 0 && n1 >= 2 && n2 >= 2))
        {
            throw new GlmmException($"Standard deviations ({sd1}, {sd2}) are not negative, and groups ({n1}, {n2}) have at least two "
                + $"individuals.");
        }
    }
}

/// <summary>Covariance matrices of sampling errors of effect sizes that are not independent.</summary>
public static class SamplingCovariance
{
    /// <summary>
    /// One correlation between the errors of effect sizes of a cluster, such as a study that measured several outcomes on the same
    /// individuals.
    /// </summary>
    /// <param name="variances">Sampling variances.</param>
    /// <param name="clusters">The cluster of each.</param>
    /// <param name="correlation">The correlation within a cluster; where it is not known, try several.</param>
    /// <returns>A row and a column for each effect size.</returns>
    /// <exception cref="GlmmException">The lists differ in length, or the correlation is not within −1 and 1.</exception>
    public static double[,] Clustered(IReadOnlyList<double> variances, IReadOnlyList<string?> clusters, double correlation)
    {
        ArgumentNullException.ThrowIfNull(variances);
        ArgumentNullException.ThrowIfNull(clusters);
        if (!(correlation is > -1 and < 1))
        {
            throw new GlmmException($"The correlation of sampling errors must lie between -1 and 1, not at {correlation}.");
        }

        return Of(variances, clusters, (i, j) => correlation * Math.Sqrt(variances[i] * variances[j]));
    }

    /// <summary>
    /// Effect sizes that share a control group: their covariance is the control group's part of the variance, as sd²/(n·mean²) for log
    /// response ratios and 1/n for standardised mean differences.
    /// </summary>
    /// <param name="variances">Sampling variances.</param>
    /// <param name="controls">The control group of each.</param>
    /// <param name="shared">The control group's part of each variance.</param>
    /// <exception cref="GlmmException">The lists differ in length, or a part is not less than its variance.</exception>
    public static double[,] SharedControl(IReadOnlyList<double> variances, IReadOnlyList<string?> controls, IReadOnlyList<double> shared)
    {
        ArgumentNullException.ThrowIfNull(variances);
        ArgumentNullException.ThrowIfNull(controls);
        ArgumentNullException.ThrowIfNull(shared);
        var bad = Enumerable.Range(0, Math.Min(shared.Count, variances.Count)).FirstOrDefault(i =>
            !(shared[i] >= 0 && shared[i] < variances[i]), -1);
        if (shared.Count != variances.Count || bad >= 0)
        {
            throw new GlmmException(bad >= 0
                ? $"The control group's part of the variance in row {bad + 1} is {shared[bad]}, which is not less than the variance "
                    + $"{variances[bad]}."
                : $"There are {variances.Count} variances, but {shared.Count} parts of control groups.");
        }

        return Of(variances, controls, (i, j) => Math.Sqrt(shared[i] * shared[j]));
    }

    private static double[,] Of(IReadOnlyList<double> variances, IReadOnlyList<string?> clusters, Func<int, int, double> covariance)
    {
        if (clusters.Count != variances.Count)
        {
            throw new GlmmException($"There are {variances.Count} variances, but {clusters.Count} names of clusters.");
        }

        var n = variances.Count;
        var matrix = new double[n, n];
        for (var i = 0; i < n; i++)
        {
            matrix[i, i] = variances[i];
            for (var j = 0; j < i; j++)
            {
                if (clusters[i] is not null && clusters[i] == clusters[j])
                {
                    matrix[i, j] = matrix[j, i] = covariance(i, j);
                }
            }
        }

        return matrix;
    }
}
