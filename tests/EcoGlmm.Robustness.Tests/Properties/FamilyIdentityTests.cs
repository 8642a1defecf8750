using EcoGlmm.Families;
using EcoGlmm.Numerics;

namespace EcoGlmm.Robustness.Tests.Properties;

/// <summary>What must not matter does not, in any family: units, order, direction, what is counted once or in copies.</summary>
public class FamilyIdentityTests
{
    private const int Groups = 12, RowsOfGroup = 8, Trials = 6;

    private const double LogLikelihoods = 2e-5;

    public static TheoryData<string> Names => Where(_ => true);

    public static TheoryData<string> WithTrials => Where(family => family.WeightRole == WeightRole.Trials);

    public static TheoryData<string> WithCopies => Where(family => family.WeightRole == WeightRole.LikelihoodMultiplier);

    public static TheoryData<string> WithUnits => Where(family => !family.IsDiscrete && !family.Link.IsDistribution);

    public static TheoryData<string> WithMirror => Where(family => family.HasThresholds || family.HasUnboundedMean
        || family.WeightRole == WeightRole.Trials || (!family.IsDiscrete && family.Link.IsDistribution));

    public static TheoryData<string> Truncated => Where(family => family.IsZeroTruncated);

    [Theory]
    [MemberData(nameof(Names))]
    public void The_order_of_rows_levels_and_terms(string name)
    {
        var sample = Sample.Of(name);
        var order = Enumerable.Range(0, sample.Data.RowCount).ToArray();
        new Random(4).Shuffle(order);
        var shuffled = sample.Data.With("order", order.Select(i => (double)i)).SortBy("order")
            .AsFactor("f", ["c", "a", "b"]).AsFactor("g", [.. sample.Data.Levels("g").Reverse()]);

        Same(sample.Fit("x + f + (1 | g)"), sample.Fit("(1 | g) + f + x", shuffled));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Units_of_a_covariate(string name)
    {
        const double unit = -1e6;
        var sample = Sample.Of(name);

        Same(sample.Fit("x + (1 | g)"), sample.Fit("x + (1 | g)", sample.Data.With("x", row => unit * row.Number("x"))), 0, 1 / unit);
    }

    [Theory]
    [MemberData(nameof(WithUnits))]
    public void Units_of_the_response(string name)
    {
        const double unit = 1000;
        var sample = Sample.Of(name);
        var jacobian = sample.Data.Numbers("y").Count(y => y != 0) * Math.Log(unit);
        var scaled = sample.Data.With("y", row => unit * row.Number("y"));

        Same(sample.Fit("x + (1 | g)"), sample.Fit("x + (1 | g)", scaled), jacobian, sample.Family.Link == Link.Identity ? unit : 1);
    }

    [Theory]
    [MemberData(nameof(WithMirror))]
    public void The_direction_of_the_response(string name)
    {
        var sample = Sample.Of(name);
        var mirrored = sample.Family.HasThresholds ? sample.Data.AsFactor("o", [.. sample.Data.Levels("o").Reverse()])
            : sample.Data.With("y", row => sample.Mirrored(row.Number("y"))).With("m", row => Trials - row.Number("y"));

        Same(sample.Fit("x + (1 | g)"), sample.Fit("x + (1 | g)", mirrored), 0, -1);
    }

    [Theory]
    [MemberData(nameof(WithCopies))]
    public void Weights_and_copies_of_rows(string name)
    {
        var sample = Sample.Of(name);
        var weighted = sample.Data.With("w", row => 1.0 + (row.Index % 3));
        var copies = FieldData.From(Enumerable.Range(0, sample.Data.RowCount).SelectMany(i => Enumerable.Repeat(i, 1 + (i % 3)))
            .Select(i => new { y = sample.Data.Numbers("y")[i], o = sample.Data.Texts("o")[i], x = sample.Data.Numbers("x")[i] })
            .ToArray());
        if (sample.Family.HasThresholds) copies = copies.AsFactor("o", sample.Data.Levels("o"));

        Same(sample.Fit("x", weighted, new GlmmOptions { Weights = "w" }), sample.Fit("x", copies));
    }

    [Theory]
    [MemberData(nameof(WithTrials))]
    public void Proportions_with_weights_and_successes_with_failures(string name)
    {
        var sample = Sample.Of(name);
        var shares = sample.Data.With("share", row => row.Number("y") / Trials).With("size", _ => (double)Trials);

        Same(sample.Fit("x + (1 | g)"),
            Converged(Glmm.Fit("share ~ x + (1 | g)", shares, sample.Family, new GlmmOptions { Weights = "size" })));
    }

    [Theory]
    [MemberData(nameof(Truncated))]
    public void A_truncated_family_does_not_see_zeros(string name)
    {
        var sample = Sample.Of(name);
        const int every = 5;
        var zeros = sample.Data.With("y", row => row.Index % every == 0 ? 0 : row.Number("y"));
        var positive = zeros.Where(row => row.Number("y") > 0);
        var (n, k) = ((double)zeros.RowCount, (double)positive.RowCount);
        var binary = (k * Math.Log(k / n)) + ((n - k) * Math.Log(1 - (k / n)));

        Same(sample.Fit("x + (1 | g)", positive), sample.Fit("x + (1 | g)", zeros, new GlmmOptions { ZeroInflation = "~ 1" }), -binary);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Simulated_means(string name)
    {
        const int simulations = 1000;
        var sample = Sample.Of(name);
        var fit = sample.Fit("x");
        var simulated = fit.Simulate(simulations, seed: 5);
        var fitted = sample.Family.HasThresholds ? Scores(fit) : fit.Fitted();
        var scale = sample.Family.WeightRole == WeightRole.Trials ? Trials : 1;
        var deviations = Enumerable.Range(0, fitted.Length).Select(i =>
        {
            var values = simulated.Select(row => row[i] / scale).ToArray();
            var mean = values.Average();
            return (mean - fitted[i]) / Math.Sqrt(values.Sum(v => (v - mean) * (v - mean)) / simulations / simulations);
        }).ToArray();

        Assert.InRange(deviations.Select(Math.Abs).Max(), 0, 5);
        Assert.InRange(deviations.Average(d => d * d), 0.5, 1.6);
    }

    /// <summary>The mean number of the category, counted from one, that the probabilities give.</summary>
    private static double[] Scores(GlmmFit fit)
    {
        var eta = fit.Estimate.Predictors[0]!;
        return Array.ConvertAll(eta, e => Enumerable.Range(0, fit.Family.Categories.Count)
            .Sum(k => (k + 1) * fit.Family.Probability(k, e)));
    }

    private static TheoryData<string> Where(Func<Family, bool> condition) =>
        [.. FamilyNames.All.DistinctBy(family => family.Name).Where(condition).Select(family => family.Name)];

    private static GlmmFit Converged(GlmmFit fit)
    {
        Assert.True(fit.Convergence.IsConverged, $"{fit.Formula}, {fit.Family}: {fit.Convergence}");
        return fit;
    }

    private static void Same(GlmmFit one, GlmmFit other, double difference = 0, double slope = 1)
    {
        Assert.Equal(one.LogLikelihood, other.LogLikelihood + difference, LogLikelihoods);
        var (expected, actual) = (one.FixedEffects["x"], other.FixedEffects["x"]);
        Assert.InRange(Math.Abs(expected.Estimate - (actual.Estimate / slope)), 0, 2e-3 * expected.StandardError);
        Assert.InRange(actual.StandardError / Math.Abs(slope) / expected.StandardError, 0.98, 1.02);
    }

    /// <summary>Data that a family has drawn itself, around means that depend on x and on the group.</summary>
    private sealed record Sample(Family Family, FieldData Data)
    {
        public static Sample Of(string name)
        {
            var all = FamilyNames.All.Where(f => f.Name == name).ToArray();
            var family = all[0].HasUnboundedMean || all[0].Link.IsDistribution ? all[0]
                : Array.Find(all, f => f.Link == Link.Log) ?? all[0];

            // Shapes within their range, so that a fit finds them there.
            var source = name switch
            {
                "t" => family.WithShapes([Math.Log(4)]),
                "skewnormal" => family.WithShapes([2]),
                "cumulative" => family.WithCategories(["1", "2", "3", "4"]),
                _ => family,
            };
            var phi = Math.Exp(family.Link.IsDistribution ? 1.5 : 0.3);
            var random = new RandomStream(7);
            var groups = Enumerable.Range(0, Groups).Select(_ => 0.5 * random.NextNormal()).ToArray();
            return new Sample(family, FieldData.From(Enumerable.Range(0, Groups * RowsOfGroup).Select(i =>
            {
                var x = random.NextNormal();
                var mu = source.LocationLink.At(0.4 + (0.5 * x) + groups[i / RowsOfGroup]).Mu;
                var y = source.Draw(random, mu, phi, family.WeightRole == WeightRole.Trials ? Trials : 1);
                return new { y, m = Trials - y, o = $"{y}", x, f = "abc"[i % 3].ToString(), g = $"g{i / RowsOfGroup:D2}" };
            }).ToArray()));
        }

        public GlmmFit Fit(string terms, FieldData? data = null, GlmmOptions? options = null)
        {
            var response = Family.HasThresholds ? "o" : Family.WeightRole == WeightRole.Trials ? "cbind(y, m)" : "y";
            return Converged(Glmm.Fit($"{response} ~ {terms}", data ?? Data, Family, options));
        }

        public double Mirrored(double y) => Family.WeightRole == WeightRole.Trials ? Trials - y : Family.HasUnboundedMean ? -y : 1 - y;
    }
}
