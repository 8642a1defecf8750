using System.Collections;
using EcoGlmm.Estimation;
using EcoGlmm.Marginal;
using EcoGlmm.Numerics;
using EcoGlmm.Text;

namespace EcoGlmm;

/// <summary>Where a level stands among the levels of its grouping factor, and how sure that is.</summary>
/// <param name="Level">The level.</param>
/// <param name="Estimate">Its conditional mode: shrunken, adjusted for the covariates of the model.</param>
/// <param name="ExpectedRank">The mean of its rank given the data; 1 is the largest effect.</param>
/// <param name="ProbabilityFirst">The probability of being among the first k.</param>
/// <param name="ProbabilityLast">The probability of being among the last k.</param>
/// <param name="RankLower">Lower end of the interval of its rank.</param>
/// <param name="RankUpper">Upper end.</param>
public sealed record RankedLevel(string Level, double Estimate, double ExpectedRank, double ProbabilityFirst, double ProbabilityLast,
    double RankLower, double RankUpper)
{
    /// <summary>Standard deviation of the effect given the data.</summary>
    public double StandardError { get; init; }

    /// <summary>What its own rows alone would say, without shrinkage; NaN where they determine nothing.</summary>
    public double Raw { get; init; }

    /// <summary>Its rows.</summary>
    public int Records { get; init; }

    /// <summary>
    /// Lower end of the comparison interval: two levels whose intervals do not overlap differ, on average over pairs, at the level asked
    /// for. H. Goldstein &amp; M. Healy (1995), J. R. Stat. Soc. A 158, 175-177.
    /// </summary>
    public double ComparisonLower { get; init; }

    /// <summary>Upper end of the comparison interval.</summary>
    public double ComparisonUpper { get; init; }
}

/// <summary>
/// The levels of a grouping factor by expected rank: a league table that says how little it may know.
/// </summary>
/// <remarks>
/// Ranks are of the joint normal distribution of the effects given the data, the parameters' uncertainty included. Expected ranks are
/// 1 + Σ P(another is larger), N. Laird &amp; T. Louis (1989), J. Educ. Stat. 14, 29-46; probabilities and intervals are by simulation.
/// Ranks of
/// point estimates, raw or shrunken, are misleading: H. Goldstein &amp; D. Spiegelhalter (1996), J. R. Stat. Soc. A 159, 385-443.
/// <para>Immutable, and safe to share among threads.</para>
/// </remarks>
public sealed class Ranking : IReadOnlyList<RankedLevel>, IRichDisplay, IResultTable
{
    /// <summary>Expected ranks are exact up to so many levels, by simulation beyond.</summary>
    private const int MostExact = 1500;
    private const int MostShown = 60;
    private readonly RankedLevel[] _rows;
    private readonly double _level;

    internal Ranking(GlmmFit fit, string group, int k, string effect, ModelPart part, int draws, long seed, double level)
    {
        var modes = fit.RandomEffects[group, part];
        var terms = fit.Estimate.Model.Terms;
        var term = Enumerable.Range(0, terms.Count).Cast<int?>().FirstOrDefault(t => terms[t!.Value].Part == part && terms[t.Value].Group
            == modes.Group && terms[t.Value].Effects.Contains(effect))
            ?? throw new GlmmException($"{modes.Group} has no random effect \"{effect}\"; it has {string.Join(", ", modes.Terms)}.");
        var m = terms[term].Levels.Count;
        if (m < 2) throw new GlmmException($"{modes.Group} has one level, which leaves nothing to rank.");
        if (k < 1 || k >= m)
            throw new GlmmException($"The number of first and last levels must lie between 1 and {m - 1}, one less than {modes.Group} has "
                + $"levels, not {k}.");
        (Group, Effect, K, _level) = (modes.Group, effect, k, level);
        var e = terms[term].Effects.ToList().IndexOf(effect);
        var distribution = new EffectDistribution(fit, term, e);
        if (terms[term].Entries is not null)
            throw new GlmmException($"Rows of {modes.Group} have several levels each, so that its levels cannot be ranked by their "
                + "own rows.");
        var raw = UnpooledSearch.Find(fit.Estimate, fit.Family, term, fit.Options.Control.MaxThreads);
        var (ranks, expected) = Simulate(distribution, draws, seed);
        var covariance = m <= MostExact ? distribution.Covariance() : null;
        if (covariance is not null) expected = Exact(distribution.Means, covariance);
        var z = SpecialFunctions.NormalQuantile(0.5 + (level / 2));
        var half = covariance is null ? double.NaN : z * ComparisonFactor(covariance);
        _rows = [.. Enumerable.Range(0, m).Select(l =>
        {
            var own = ranks[l];
            Array.Sort(own);
            var sd = covariance is null ? modes[terms[term].Levels[l], effect].StandardDeviation : Math.Sqrt(Math.Max(0, covariance[l, l]));
            return new RankedLevel(terms[term].Levels[l], distribution.Means[l], expected[l],
                own.Count(r => r <= k) / (double)own.Length, own.Count(r => r > m - k) / (double)own.Length,
                own[(int)Math.Floor((1 - level) / 2 * (own.Length - 1))], own[(int)Math.Ceiling((1 + level) / 2 * (own.Length - 1))])
            {
                StandardError = sd,
                Raw = raw[(l * terms[term].Width) + e],
                Records = terms[term].Codes.Count(c => c == l),
                ComparisonLower = distribution.Means[l] - (half * sd),
                ComparisonUpper = distribution.Means[l] + (half * sd),
            };
        }).OrderBy(r => r.ExpectedRank)];
        var variance = fit.VarianceComponents.First(c => c.Part == part && c.Group == modes.Group && c.Term1 == effect
            && string.IsNullOrEmpty(c.Term2)).Variance;
        var middle = _rows.Select(r => r.StandardError * r.StandardError).Order().ElementAt(m / 2);
        Rankability = variance > 0 ? Math.Clamp(1 - (middle / variance), 0, 1) : 0;
    }

    /// <summary>The grouping factor.</summary>
    public string Group { get; }

    /// <summary>The effect that is ranked: "(Intercept)", or a slope.</summary>
    public string Effect { get; }

    /// <summary>How many levels count as first, and as last.</summary>
    public int K { get; }

    /// <summary>
    /// The share of the differences between levels that the data know: 1 less the middle level's variance given the data over the
    /// variance between levels. Below about 0.5, a ranking is mostly noise. H. Lingsma et al. (2010), Int. J. Epidemiol. 39, 1340-1349, in
    /// the form for shrunken estimates.
    /// </summary>
    public double Rankability { get; }

    /// <inheritdoc/>
    public int Count => _rows.Length;

    /// <inheritdoc/>
    public RankedLevel this[int index] => _rows[index];

    /// <summary>The place of a level.</summary>
    /// <exception cref="GlmmException">There is no such level.</exception>
    public RankedLevel this[string level]
    {
        get
        {
            ArgumentNullException.ThrowIfNull(level);
            return Array.Find(_rows, r => r.Level == level)
                ?? throw new GlmmException($"{Group} has no level \"{level}\"{NearestName.Suggestion(level, _rows.Select(r => r.Level))}");
        }
    }

    /// <summary>What may be said, in sentences.</summary>
    public string Explain()
    {
        var m = Count;
        var middle = (m + 1) / 2.0;
        var apart = _rows.Count(r => r.RankUpper < middle || r.RankLower > middle);
        var best = _rows[0];
        var first = $"{Group} {best.Level} is the most likely to be high, but is among the first {(K == 1 ? "" : K + " ")}with probability "
            + $"{NumberFormat.Fixed(best.ProbabilityFirst, 2)}: its rank is between {best.RankLower:0} and {best.RankUpper:0} of {m}.";
        var known = apart == 0 ? $"No level can be told from the middle of the ranks."
            : $"{apart} of {m} levels can be told from the middle of the ranks; the order of the others is not known.";
        var noise = Rankability < 0.5 ? $" Most of the order is noise (rankability {NumberFormat.Fixed(Rankability, 2)})."
            : $" Rankability is {NumberFormat.Fixed(Rankability, 2)}.";
        return $"{first} {known}{noise} Ranks compare levels at equal covariates of the model, and say nothing of why they differ.";
    }

    /// <summary>The ranking as data, one row a level.</summary>
    public FieldData ToFieldData() => FieldData.From(new Dictionary<string, object>
    {
        ["Level"] = Array.ConvertAll(_rows, r => r.Level),
        ["Estimate"] = Array.ConvertAll(_rows, r => r.Estimate),
        ["StandardError"] = Array.ConvertAll(_rows, r => r.StandardError),
        ["Raw"] = Array.ConvertAll(_rows, r => r.Raw),
        ["Records"] = Array.ConvertAll(_rows, r => (double)r.Records),
        ["ExpectedRank"] = Array.ConvertAll(_rows, r => r.ExpectedRank),
        ["ProbabilityFirst"] = Array.ConvertAll(_rows, r => r.ProbabilityFirst),
        ["ProbabilityLast"] = Array.ConvertAll(_rows, r => r.ProbabilityLast),
        ["RankLower"] = Array.ConvertAll(_rows, r => r.RankLower),
        ["RankUpper"] = Array.ConvertAll(_rows, r => r.RankUpper),
    });

    /// <summary>Ranks with their intervals; effects against the number of records (a funnel); raw estimates against shrunken
    /// ones.</summary>
    public Figure Plot()
    {
        double[] position = [.. Enumerable.Range(0, Count).Select(i => (double)(Count - i))];
        var text = Array.ConvertAll(_rows, r => $"{Group} {r.Level}\nExpected rank {NumberFormat.Fixed(r.ExpectedRank, 1)} "
            + $"({r.RankLower:0} to {r.RankUpper:0})\n{r.Records} records");
        var ranks = new Panel("Ranks", new PointTrace([.. _rows.Select(r => r.ExpectedRank)], position)
        {
            XLower = [.. _rows.Select(r => r.RankLower)],
            XUpper = [.. _rows.Select(r => r.RankUpper)],
            Text = text,
        })
        {
            XAxis = new Axis($"Rank, {NumberFormat.Significant(100 * _level)} % interval"),
            YAxis = Count <= MostShown ? new Axis(Group) { Categories = [.. Enumerable.Reverse(_rows).Select(r => r.Level)], Minimum = -0.7,
                Maximum = Count - 0.3 } : new Axis($"{Group}, sorted"),
        };
        if (Count <= MostShown)
            ranks = ranks with { Traces = [((PointTrace)ranks.Traces[0]) with { Y = [.. position.Select(p => p - 1)] }] };
        double[] records = [.. _rows.Select(r => (double)r.Records)];
        var funnel = new Panel("Funnel", new PointTrace(records, [.. _rows.Select(r => r.Raw)]) { Text = text, Name = "Raw",
            ShowInLegend = true, Color = Palette.Orange },
            new PointTrace(records, [.. _rows.Select(r => r.Estimate)]) { Text = text, Name = "Shrunken", ShowInLegend = true,
                Color = Palette.Blue })
        {
            XAxis = new Axis("Records"),
            YAxis = new Axis("Effect"),
            Shapes = [PanelShape.HorizontalLine(0)],
        };
        var shrinkage = new Panel("Raw and shrunken", new PointTrace([.. _rows.Select(r => r.Raw)], [.. _rows.Select(r => r.Estimate)])
        {
            Text = text,
            YLower = [.. _rows.Select(r => r.ComparisonLower)],
            YUpper = [.. _rows.Select(r => r.ComparisonUpper)],
        })
        {
            XAxis = new Axis("Own rows alone"),
            YAxis = new Axis("Shrunken, comparison interval"),
            Shapes = [PanelShape.HorizontalLine(0)],
        };
        return new Figure($"Ranking of {Group}", ranks, funnel, shrinkage)
        {
            Subtitle = "Intervals of ranks that overlap widely mean that the order is not known",
            PanelHeight = Count <= MostShown ? Math.Clamp(90 + (15 * Count), 260, 900) : 400,
            Columns = 3,
        };
    }

    /// <inheritdoc/>
    public IEnumerator<RankedLevel> GetEnumerator() => ((IEnumerable<RankedLevel>)_rows).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <inheritdoc/>
    public override string ToString() => ResultTable.Text(Table()) + "\n" + Explain();

    /// <inheritdoc/>
    public string ToHtml() => new HtmlWriter().Heading($"Ranking of {Group}").Paragraph(Explain()).Table(Table())
        .Html(Plot().ToHtml()).ToHtml();

    private TableContent Table()
    {
        var shown = _rows.Take(MostShown).ToArray();
        var content = new TableContent(null) { Note = shown.Length < Count ? $"The first {MostShown} of {Count}." : null }
            .Text(Group).Number("Records").Number("Raw").Number("Shrunken").Number("Std. error").Number("Expected rank")
            .Number("Rank interval")
            .Number(K == 1 ? "P(first)" : $"P(first {K})").Number(K == 1 ? "P(last)" : $"P(last {K})");
        var cells = NumberFormat.Column([.. shown.SelectMany(r => new[] { r.Raw, r.Estimate, r.StandardError })], 3);
        for (var i = 0; i < shown.Length; i++)
        {
            var r = shown[i];
            content.Row(r.Level, NumberFormat.Count(r.Records), cells[3 * i], cells[(3 * i) + 1], cells[(3 * i) + 2],
                NumberFormat.Fixed(r.ExpectedRank, 1), $"{r.RankLower:0} to {r.RankUpper:0}",
                NumberFormat.Fixed(r.ProbabilityFirst, 2), NumberFormat.Fixed(r.ProbabilityLast, 2));
        }

        return content;
    }

    private static (double[][] Ranks, double[] Expected) Simulate(EffectDistribution distribution, int draws, long seed)
    {
        var m = distribution.Count;
        var ranks = Enumerable.Range(0, m).Select(_ => new double[2 * draws]).ToArray();
        var stream = new RandomStream(seed);
        var (values, order) = (new double[m], new int[m]);
        for (var s = 0; s < draws; s++)
        {
            var deviation = distribution.Draw(stream.Split(s));
            for (var sign = 0; sign < 2; sign++)
            {
                for (var l = 0; l < m; l++)
                    (values[l], order[l]) = (-(distribution.Means[l] + (sign == 0 ? deviation[l] : -deviation[l])), l);
                Array.Sort(values, order);
                for (var r = 0; r < m; r++) ranks[order[r]][(2 * s) + sign] = r + 1;
            }
        }

        return (ranks, [.. ranks.Select(r => r.Average())]);
    }

    /// <summary>1 + Σ P(b_j &gt; b_i); effects that cannot be told apart share their rank.</summary>
    private static double[] Exact(double[] means, double[,] covariance)
    {
        var m = means.Length;
        var expected = new double[m];
        for (var i = 0; i < m; i++)
        {
            expected[i] = 1;
            for (var j = 0; j < m; j++)
            {
                if (i == j) continue;
                var variance = covariance[i, i] + covariance[j, j] - (2 * covariance[i, j]);
                expected[i] += variance > 0 ? SpecialFunctions.NormalCdf((means[j] - means[i]) / Math.Sqrt(variance))
                    : means[j] > means[i] ? 1 : means[j] == means[i] ? 0.5 : 0;
            }
        }

        return expected;
    }

    /// <summary>The mean over pairs of sd(difference) / (sd + sd).</summary>
    private static double ComparisonFactor(double[,] covariance)
    {
        var (sum, count) = (0.0, 0);
        for (var i = 0; i < covariance.GetLength(0); i++)
        {
            for (var j = 0; j < i; j++)
            {
                var both = Math.Sqrt(covariance[i, i]) + Math.Sqrt(covariance[j, j]);
                if (!(both > 0)) continue;
                sum += Math.Sqrt(Math.Max(0, covariance[i, i] + covariance[j, j] - (2 * covariance[i, j]))) / both;
                count++;
            }
        }

        return count == 0 ? double.NaN : sum / count;
    }
}
