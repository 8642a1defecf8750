using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace EcoGlmm.Benchmarks;

/// <summary>Times what follows a fit, on the models and tasks of benchmarks/R/time_inference.R, on one thread.</summary>
internal static class InferenceTiming
{
    /// <summary>Prints a Markdown table of processor milliseconds beside R's, read from the lines that the R script printed.</summary>
    public static void Run(string? against)
    {
        var others = against is null ? [] : File.ReadLines(against).Where(l => l.StartsWith('{'))
            .Select(l => JsonDocument.Parse(l).RootElement)
            .ToDictionary(e => e.GetProperty("task").GetString()!, e => e.GetProperty("seconds").GetDouble());
        Console.WriteLine("| task | EcoGlmm (ms) | R (ms) | times faster |");
        Console.WriteLine("|---|--:|--:|--:|");
        foreach (var (task, run) in Tasks())
        {
            var own = 1000 * Processor(run);
            var other = others.TryGetValue(task, out var seconds) ? 1000 * seconds : double.NaN;
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {task} | {own:F2} | {other:F0} | {other / own:F0} |"));
        }
    }

    private static (string Task, Action Run)[] Tasks()
    {
        var options = new GlmmOptions { Control = new GlmmControl { MaxThreads = 1 } };
        static FieldData Read(string name) => FieldData.ReadCsv(Path.Combine(Repository.Folder, "datasets", name + ".csv"));
        var sleep = Glmm.Fit("Reaction ~ Days + (Days | Subject)", Read("sleepstudy"), null, options);
        var cbpp = Glmm.Fit("cbind(incidence, size - incidence) ~ period + (1 | herd)", Read("cbpp").AsFactor("period"),
            Family.Binomial(), options);
        var chicks = Glmm.Fit("weight ~ Time * Diet + (Time | Chick)", Read("chickweight").AsFactor("Diet"), null, options);
        var owls = Glmm.Fit("SiblingNegotiation ~ FoodTreatment * SexParent + offset(log(BroodSize)) + (1 | Nest)", Read("owls"),
            Family.NegativeBinomial2(), options);
        var salamanders = Glmm.Fit("count ~ mined * spp + DOY + (1 | site)", Read("salamanders"), Family.Poisson(), options);
        var reml = options with { Reml = true };
        var sleepReml = Glmm.Fit("Reaction ~ Days + (Days | Subject)", Read("sleepstudy"), null, reml);
        var chickReml = Glmm.Fit("weight ~ Time * Diet + (Time | Chick)", Read("chickweight").AsFactor("Diet"), null, reml);
        var oatsReml = Glmm.Fit("Y ~ V * N + (1 | B/V)", Read("oats"), null, reml);
        var sites = FieldData.From(Enumerable.Range(0, 100).Select(i => new { site = $"s{i / 5}", treatment = i / 5 % 2 == 0
            ? "new" : "control" }));
        var truth = new Dictionary<string, double> { ["(Intercept)"] = 1, ["treatmentnew"] = 0.4, ["sd_(Intercept)|site"] = 0.3 };
        return
        [
            ("Kenward-Roger, sleepstudy", () => sleepReml.CoefficientTests(DenominatorDegrees.KenwardRoger).ToString()),
            ("Kenward-Roger, chickweight", () => chickReml.CoefficientTests(DenominatorDegrees.KenwardRoger).ToString()),
            ("Kenward-Roger, oats", () => oatsReml.CoefficientTests(DenominatorDegrees.KenwardRoger).ToString()),
            ("bootstrap of 1000, owls negative binomial",
                () => owls.ConfidenceIntervals(IntervalMethod.Bootstrap, simulations: 1000).ToString()),
            ("power by 1000 simulations, 20 sites of 5 counts", () => Glmm.Power("calls ~ treatment + (1 | site)", [("20", (object)sites)],
                truth, "treatmentnew",
                Family.Poisson(), power: new PowerOptions { Simulations = 1000 }).ToString()),
            ("marginal means, owls", () => owls.MarginalMeans("FoodTreatment | SexParent").ToString()),
            ("marginal means and Tukey contrasts, salamanders", () =>
            {
                var means = salamanders.MarginalMeans("spp | mined", PredictionScale.Link);
                _ = means.ToString() + means.Contrasts();
            }),
            ("R2 and intraclass correlation, cbpp", () => _ = cbpp.RSquared().ToString() + cbpp.Repeatability("herd", 0)),
            ("R2 and intraclass correlation, sleepstudy", () => _ = sleep.RSquared().ToString() + sleep.Repeatability("Subject", 0)),
            ("Satterthwaite, sleepstudy", () => sleep.CoefficientTests().ToString()),
            ("Satterthwaite, chickweight", () => chicks.CoefficientTests().ToString()),
            ("profile intervals, sleepstudy", () => sleep.ConfidenceIntervals(IntervalMethod.Profile).ToString()),
            ("profile intervals, cbpp", () => cbpp.ConfidenceIntervals(IntervalMethod.Profile).ToString()),
            ("profile intervals, chickweight", () => chicks.ConfidenceIntervals(IntervalMethod.Profile).ToString()),
            ("bootstrap of 200, sleepstudy", () => sleep.ConfidenceIntervals(IntervalMethod.Bootstrap, simulations: 200).ToString()),
            ("bootstrap of 200, cbpp", () => cbpp.ConfidenceIntervals(IntervalMethod.Bootstrap, simulations: 200).ToString()),
        ];
    }

    /// <summary>Processor seconds of one call: the mean over the later half of the calls of two seconds, at least six.</summary>
    private static double Processor(Action run)
    {
        var marks = new List<TimeSpan> { Environment.CpuUsage.TotalTime };
        for (var total = Stopwatch.StartNew(); marks.Count < 7 || total.Elapsed.TotalSeconds < 2;)
        {
            run();
            marks.Add(Environment.CpuUsage.TotalTime);
        }

        var middle = marks.Count / 2;
        return (marks[^1] - marks[middle]).TotalSeconds / (marks.Count - 1 - middle);
    }
}
