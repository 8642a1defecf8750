namespace EcoGlmm.Tests.Display;

public sealed class RichDisplayExtensionsTests
{
    private static readonly GlmmFit Fit = Glmm.Fit("y ~ x",
        Enumerable.Range(0, 30).Select(i => new { y = i % 5, x = i % 7 / 7.0 }).ToArray(), Family.Poisson());

    [Fact]
    public void Every_result_can_be_saved_as_a_page()
    {
        var path = Path.Combine(Path.GetTempPath(), $"ecoglmm-test-{Guid.NewGuid():N}.html");
        foreach (var shown in new IRichDisplay[] { Fit, Fit.FixedEffects, Fit.Predict(), Fit.SimulatedResiduals(20), Fit.Data,
            Fit.Convergence })
        {
            shown.SaveHtml(path);
            var html = File.ReadAllText(path);
            Assert.StartsWith("<!DOCTYPE html>", html);
            Assert.Contains("prefers-color-scheme: dark", html);
        }

        File.Delete(path);
        Assert.Contains("/nowhere/at/all.html", Assert.Throws<GlmmException>(() => Fit.SaveHtml("/nowhere/at/all.html")).Message);
    }

    [Fact]
    public async Task A_fit_with_its_own_progress_reports_to_it()
    {
        var reports = new List<FitProgress>();
        var rows = FieldData.From(Enumerable.Range(0, 90).Select(i => new { y = (i * 7 % 5) + (i % 6), x = i % 10 / 10.0, g = "n"
            + (i % 9) }).ToArray());
        await Glmm.FitAsync("y ~ x + (1 | g)", rows, Family.Poisson(), progress: new Listener(reports));
        Assert.NotEmpty(reports);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() =>
            Glmm.FitAsync("y ~ x + (1 | g)", rows, Family.Poisson(), cancellationToken: new CancellationToken(canceled: true)));
    }

    private sealed class Listener(List<FitProgress> reports) : IProgress<FitProgress>
    {
        public void Report(FitProgress value)
        {
            lock (reports) reports.Add(value);
        }
    }
}
