namespace EcoGlmm.Robustness.Tests;

/// <summary>Two hundred calculations are cancelled at odd moments while the machine is busy: each ends, and by that exception
/// alone.</summary>
public class CancellationLoadTests
{
    private const int Cancellations = 200;

    [Fact]
    public async Task Two_hundred_cancellations()
    {
        var study = new Properties.Study(40, 8, 5).Data();
        var fit = Glmm.Fit("n ~ x + (1 | g)", study, Family.Poisson());
        var normal = Glmm.Fit("y ~ x * z + (x | g) + (1 | f)", study, null, new GlmmOptions { Reml = true });
        var careers = FieldStudy.Simulate(new FieldStudyDesign(), 1).Records;
        var herd = Genotypes.Simulate(new PopulationDesign { Individuals = 300, Markers = 3000 });
        using var stop = new CancellationTokenSource();
        var load = Enumerable.Range(0, Environment.ProcessorCount).Select(_ => Task.Run(() =>
        {
            while (!stop.IsCancellationRequested)
                Thread.SpinWait(10_000);
        })).ToArray();
        Action<CancellationToken>[] calculations =
        [
            token => Glmm.FitAsync("n ~ x * z * f + (x | g)", study, Family.NegativeBinomial2(), cancellationToken: token)
                .GetAwaiter().GetResult(),
            token => Glmm.FitAsync("n ~ x + (x + z | g)", study, Family.Poisson(), new GlmmOptions { QuadraturePoints = 9 },
                cancellationToken: token).GetAwaiter().GetResult(),
            token => Glmm.FitAsync("y ~ x + (x | g) + (1 | f)", study, cancellationToken: token).GetAwaiter().GetResult(),
            token => fit.Bootstrap(f => [f.LogLikelihood], 5000, cancellationToken: token),
            token => fit.ConfidenceIntervals(IntervalMethod.Profile, cancellationToken: token),
            token => fit.Influence("g", exact: true, cancellationToken: token),
            token => fit.Simulate(20_000, 1, SimulationMode.Unconditional, cancellationToken: token),
            token => fit.SimulatedResiduals(20_000, cancellationToken: token),
            token => fit.Check(cancellationToken: token),
            token => fit.CrossValidate(group: "g", cancellationToken: token),
            token => fit.Power("x", cancellationToken: token),
            token => normal.CoefficientTests(DenominatorDegrees.KenwardRoger, cancellationToken: token),
            token => normal.LikelihoodRatioTests(token),
            token => normal.Report(cancellationToken: token),
            token => Glmm.Select([("one", "n ~ x + (1 | g)"), ("two", "n ~ x * z * f + (x + z | g)")], study, Family.NegativeBinomial1(),
                cancellationToken: token),
            token => SelectiveDisappearance.Analyze("performance ~ age + (1 | id)", careers, "age", "id", cancellationToken: token),
            token => Glmm.ScanAsync("trait ~ sex", herd.Data, herd.Genotypes, cancellationToken: token).GetAwaiter().GetResult(),
        ];
        var random = new Random(3);
        var cancelled = 0;
        for (var i = 0; i < Cancellations; i++)
        {
            using var source = new CancellationTokenSource(random.Next(1, 60));
            var calculation = calculations[i % calculations.Length];
            try
            {
                await Task.Run(() => calculation(source.Token)).WaitAsync(TimeSpan.FromMinutes(3));
            }
            catch (OperationCanceledException)
            {
                Assert.True(source.IsCancellationRequested);
                cancelled++;
            }
        }
        await stop.CancelAsync();
        await Task.WhenAll(load);
        Assert.True(cancelled > Cancellations / 4, $"Only {cancelled} were cancelled before they ended.");
        // What was cancelled has left nothing behind.
        Assert.Equal(fit.LogLikelihood, Glmm.Fit("n ~ x + (1 | g)", study, Family.Poisson()).LogLikelihood);
    }
}
