using EcoGlmm.Text;

namespace EcoGlmm;

/// <summary>Which combinations of marginal means are compared: what R's emmeans calls a contrast method.</summary>
public abstract class ContrastMethod
{
    private protected ContrastMethod()
    {
    }

    /// <summary>All differences of two, "a - b"; adjusted by Tukey's method.</summary>
    public static ContrastMethod Pairwise { get; } = new PairwiseContrasts();

    /// <summary>Each against the one before it, "b - a"; adjusted by the multivariate t-distribution.</summary>
    public static ContrastMethod Consecutive { get; } = new ConsecutiveContrasts();

    /// <summary>Each against the mean of all, "a effect"; p-values by Benjamini and Hochberg's false discovery rate.</summary>
    public static ContrastMethod ToMean { get; } = new ContrastsToMean();

    /// <summary>
    /// Linear, quadratic and so on, up to the fourth degree, along levels taken as equally far apart; whole numbers as in tables of
    /// orthogonal polynomials; not adjusted.
    /// </summary>
    public static ContrastMethod Polynomial { get; } = new PolynomialContrasts();

    /// <summary>Each against a control, "b - control"; adjusted by Dunnett's method.</summary>
    /// <param name="control">The control's levels as in the name of its mean; the first when null.</param>
    public static ContrastMethod ToControl(string? control = null) => new ContrastsToControl(control);

    /// <summary>Combinations by their coefficients, one for each mean (within the levels after the bar); not adjusted.</summary>
    /// <param name="contrasts">Names and coefficients: ("new against both old", [1, -0.5, -0.5]).</param>
    public static ContrastMethod Custom(params (string Name, double[] Coefficients)[] contrasts)
    {
        ArgumentNullException.ThrowIfNull(contrasts);
        return new CustomContrasts(contrasts);
    }

    /// <summary>
    /// Contrasts of contrasts of means over several variables, "a * b": every contrast of the first variable, and how it differs along
    /// every contrast of the second, "low - high : wet - dry"; with a log or logit link ratios of ratios stand beside. Not adjusted.
    /// </summary>
    /// <param name="methods">One for each variable before the bar, in their order; all pairs of each when there are none.</param>
    public static ContrastMethod Interaction(params ContrastMethod[] methods)
    {
        ArgumentNullException.ThrowIfNull(methods);
        return new InteractionContrasts(methods);
    }

    /// <summary>How the comparisons are adjusted unless something else is asked for.</summary>
    internal virtual Adjustment DefaultAdjustment => Adjustment.None;

    /// <summary>Whether they are all the pairs, which Tukey's method is for.</summary>
    internal virtual bool AreAllPairs => false;

    /// <summary>Names and coefficients for means of given names.</summary>
    internal abstract IReadOnlyList<(string Name, double[] Coefficients)> Of(IReadOnlyList<string> means);

    /// <summary>Names and coefficients for means, each given by its levels of the variables that are compared.</summary>
    internal virtual IReadOnlyList<(string Name, double[] Coefficients)> Of(IReadOnlyList<string[]> levels) =>
        Of([.. levels.Select(l => l.Length == 0 ? MarginalContrasts.Overall : string.Join(", ", l))]);

    private static double[] Difference(int count, int plus, int minus)
    {
        var c = new double[count];
        c[plus] = 1;
        c[minus] -= 1;
        return c;
    }

    private sealed class PairwiseContrasts : ContrastMethod
    {
        internal override Adjustment DefaultAdjustment => Adjustment.Tukey;

        internal override bool AreAllPairs => true;

        internal override IReadOnlyList<(string Name, double[] Coefficients)> Of(IReadOnlyList<string> means) =>
            [.. from i in Enumerable.Range(0, means.Count) from j in Enumerable.Range(i + 1, means.Count - i
                - 1) select ($"{means[i]} - {means[j]}", Difference(means.Count, i, j))];
    }

    private sealed class ConsecutiveContrasts : ContrastMethod
    {
        internal override Adjustment DefaultAdjustment => Adjustment.MultivariateT;

        internal override IReadOnlyList<(string Name, double[] Coefficients)> Of(IReadOnlyList<string> means) =>
            [.. Enumerable.Range(1, Math.Max(0, means.Count - 1)).Select(i => ($"{means[i]} - {means[i - 1]}", Difference(means.Count,
                i, i - 1)))];
    }

    private sealed class ContrastsToMean : ContrastMethod
    {
        internal override Adjustment DefaultAdjustment => Adjustment.BenjaminiHochberg;

        internal override IReadOnlyList<(string Name, double[] Coefficients)> Of(IReadOnlyList<string> means)
        {
            var share = 1.0 / means.Count;
            return [.. means.Select((name, i) => ($"{name} effect", (double[])[.. means.Select((_, j) => i == j ? 1 - share : -share)]))];
        }
    }

    private sealed class ContrastsToControl(string? control) : ContrastMethod
    {
        internal override Adjustment DefaultAdjustment => Adjustment.Dunnett;

        internal override IReadOnlyList<(string Name, double[] Coefficients)> Of(IReadOnlyList<string> means)
        {
            var at = control is null ? 0 : means.ToList().IndexOf(control);
            if (at < 0)
                throw new GlmmException($"There is no marginal mean \"{control}\" to be the "
                    + $"control{NearestName.Suggestion(control!, means)}");
            return [.. Enumerable.Range(0, means.Count).Where(i => i != at).Select(i => ($"{means[i]} - {means[at]}",
                Difference(means.Count, i, at)))];
        }
    }

    private sealed class PolynomialContrasts : ContrastMethod
    {
        private const int HighestDegree = 4;

        /// <summary>Tables of orthogonal polynomials have no larger common denominators for up to some 30 levels.</summary>
        private const int MostMultiples = 400;

        private static readonly string[] Degrees = ["linear", "quadratic", "cubic", "quartic"];

        internal override IReadOnlyList<(string Name, double[] Coefficients)> Of(IReadOnlyList<string> means)
        {
            var m = means.Count;
            var found = new List<double[]> { Enumerable.Repeat(1.0, m).ToArray() };
            for (var degree = 1; degree <= Math.Min(HighestDegree, m - 1); degree++)
            {
                // x times the last one, less its projections on all before (Gram and Schmidt).
                double[] next = [.. found[^1].Select((v, i) => v * (i - ((m - 1) / 2.0)))];
                foreach (var before in found)
                {
                    var share = next.Zip(before, (a, b) => a * b).Sum() / before.Sum(b => b * b);
                    for (var i = 0; i < m; i++) next[i] -= share * before[i];
                }

                found.Add(next);
            }

            return [.. found.Skip(1).Select((c, k) => (Degrees[k], Whole(c)))];
        }

        /// <summary>The smallest whole numbers in the same proportions, the last one positive.</summary>
        private static double[] Whole(double[] c)
        {
            var largest = c.Max(Math.Abs);
            var smallest = c.Where(v => Math.Abs(v) > 1e-9 * largest).Min(Math.Abs) * Math.Sign(c[^1]);
            for (var times = 1; times <= MostMultiples; times++)
            {
                double[] scaled = [.. c.Select(v => v / smallest * times)];
                if (Array.TrueForAll(scaled, v => Math.Abs(v - Math.Round(v)) < 1e-6))
                    return Array.ConvertAll(scaled, v => Math.Round(v) + 0.0);
            }

            return [.. c.Select(v => v / smallest)];
        }
    }

    private sealed class CustomContrasts((string Name, double[] Coefficients)[] contrasts) : ContrastMethod
    {
        internal override IReadOnlyList<(string Name, double[] Coefficients)> Of(IReadOnlyList<string> means)
        {
            if (contrasts.Length == 0)
                throw new GlmmException("No contrast is given. Write ContrastMethod.Custom((\"new - old\", [1, -1])).");
            foreach (var (name, coefficients) in contrasts)
            {
                if (coefficients is null || coefficients.Length != means.Count)
                {
                    throw new GlmmException($"The contrast \"{name}\" has {coefficients?.Length ?? 0} coefficients, but there are "
                        + $"{means.Count} means: {Names.List([.. means])}. Give one for each, in this order.");
                }

                if (coefficients.Any(c => !double.IsFinite(c)) || coefficients.All(c => c == 0))
                    throw new GlmmException($"The coefficients of the contrast \"{name}\" must be numbers, not all of them zero.");
            }

            return [.. contrasts.Select(c => (c.Name, (double[])c.Coefficients.Clone()))];
        }
    }
}
