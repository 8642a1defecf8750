using EcoGlmm.Tests.Estimation;

namespace EcoGlmm.Tests.Inference;

/// <summary>Whatever may take long can be stopped, and says so by the one exception that means it.</summary>
public class CancellationTests
{
    private static readonly GlmmFit Fit = Glmm.Fit("n ~ x + (1 | g)", new TestData(400).Normal("x").Factor("g", i => i / 8)
        .Count("n", i => 1 + (i / 8 % 5)).Number("age", i => 1 + (i % 8)).Build(), Family.Poisson());

    private const int Endless = 1_000_000;

    private static readonly Dictionary<string, Action<CancellationToken>> Calculations = new()
    {
        ["bootstrap"] = token => Fit.Bootstrap(f => [f.LogLikelihood], 50_000, cancellationToken: token),
        ["bootstrap intervals"] = token => Fit.ConfidenceIntervals(IntervalMethod.Bootstrap, simulations: 50_000, cancellationToken: token),
        ["profile"] = token => { while (true) Fit.ConfidenceIntervals(IntervalMethod.Profile, cancellationToken: token); },
        ["influence"] = token => { while (true) Fit.Influence("g", exact: true, cancellationToken: token); },
        ["simulate"] = token => { while (true) Fit.Simulate(20_000, 1, cancellationToken: token); },
        ["simulate anew"] = token => { while (true) Fit.Simulate(20_000, 1, SimulationMode.Unconditional, cancellationToken: token); },
        ["residuals"] = token => { while (true) Fit.SimulatedResiduals(20_000, cancellationToken: token); },
        ["refitted residuals"] = token => Fit.SimulatedResiduals(new ResidualOptions { Count = 20_000, Refit = true },
            cancellationToken: token),
        ["age"] = token => { while (true) Glmm.Fit("n ~ age + (1 | g)", Fit.Data, Family.Poisson()).AnalyzeAge("age", "g",
            cancellationToken: token); },
        ["wide"] = token => Glmm.FitAsync("n ~ .^2", Wide, Family.Poisson(), cancellationToken: token).GetAwaiter().GetResult(),
    };

    private static FieldData Wide => FieldData.From(Enumerable.Range(0, 60).ToDictionary(j => j == 0 ? "n" : $"x{j}",
        j => Enumerable.Range(0, 2500).Select(i => j == 0 ? i % 5 : Math.Sin(i * (j + 0.7))).ToArray()));

    public static TheoryData<string> Names => [.. Calculations.Keys];

    /// <summary>On a thread of its own, cancelled by this one: nothing waits for a thread of the pool, which other tests keep
    /// busy.</summary>
    [Theory]
    [MemberData(nameof(Names))]
    public void It_stops(string name)
    {
        using var source = new CancellationTokenSource();
        Exception? seen = null;
        var thread = new Thread(() => seen = Record.Exception(() => Calculations[name](source.Token))) { IsBackground = true };
        thread.Start();
        Thread.Sleep(100);
        source.Cancel();

        Assert.True(thread.Join(TimeSpan.FromMinutes(2)), $"{name} went on.");
        Assert.IsType<OperationCanceledException>(seen, exactMatch: false);
    }

    [Fact]
    public void The_hosts_stop_button_reaches_calculations_within_calculations()
    {
        using var source = new CancellationTokenSource();
        // The host is one for all tests: only what flows from here sees the token.
        var mine = new AsyncLocal<CancellationToken> { Value = source.Token };
        NotebookHost.Interruption = () => mine.Value;
        try
        {
            var fits = 0;
            Assert.ThrowsAny<OperationCanceledException>(() => Fit.Bootstrap(f =>
            {
                if (Interlocked.Increment(ref fits) == 5) source.Cancel();
                return [f.LogLikelihood];
            }, Endless / 100));
            Assert.InRange(fits, 5, 200);
        }
        finally
        {
            NotebookHost.Interruption = null;
        }
    }

    [Theory]
    [InlineData("n ~ x + (1 | g)", "poisson")]
    [InlineData("n ~ x + (x | g)", "gaussian")]
    [InlineData("n ~ s(x) + (1 | g)", "poisson")]
    public async Task A_fit_outlives_the_token_that_it_was_made_with(string formula, string family)
    {
        using var source = new CancellationTokenSource();
        var plain = Glmm.Fit(formula, Fit.Data, Family.Parse(family));
        var fit = await Glmm.FitAsync(formula, Fit.Data, Family.Parse(family), cancellationToken: source.Token);
        await source.CancelAsync();

        Assert.Equal(plain.Predict().StandardError[3], fit.Predict().StandardError[3]);
        Assert.Equal(plain.ConfidenceIntervals()[0].Lower, fit.ConfidenceIntervals()[0].Lower);
        Assert.Equal(plain.RandomEffects["g"][0].StandardDeviation, fit.RandomEffects["g"][0].StandardDeviation);
        Assert.Equal(plain.Refine(50).LogLikelihood, fit.Refine(50).LogLikelihood);
    }

    [Fact]
    public void What_a_statistic_throws_is_what_is_thrown() =>
        Assert.Throws<InvalidTimeZoneException>(() => Fit.Bootstrap(_ => throw new InvalidTimeZoneException(), 20));

    [Fact]
    public void Progress_goes_from_nothing_to_everything()
    {
        var seen = new System.Collections.Concurrent.ConcurrentQueue<double>();
        Fit.Bootstrap(f => [f.LogLikelihood], 40, progress: new Immediate(seen.Enqueue));
        Assert.Equal(40, seen.Count);
        Assert.All(seen, share => Assert.InRange(share, 0, 1));
        Assert.Contains(1.0, seen);
    }

    private sealed class Immediate(Action<double> report) : IProgress<double>
    {
        public void Report(double value) => report(value);
    }
}
