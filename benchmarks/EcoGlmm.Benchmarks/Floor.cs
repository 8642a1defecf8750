using System.Diagnostics;
using System.Globalization;
using EcoGlmm.Estimation;
using EcoGlmm.Families;

namespace EcoGlmm.Benchmarks;

/// <summary>
/// How far a fit is from the least that it can take: its time over that of the numeric factorisations and passes of the family
/// over the observations that it did, each timed bare; and over those with the selected inverses of its gradients.
/// </summary>
internal static class Floor
{
    public static void Run(Arguments arguments)
    {
        Console.WriteLine();
        Console.WriteLine("| model | fit (ms) | factorisations | ms each | selected inverses | ms each | family passes | ms each | fit "
            + "over factorisations and passes | … and inverses |");
        Console.WriteLine("|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|");
        foreach (var model in BenchmarkModel.Chosen(arguments))
        {
            var data = model.Read();
            var fit = model.Fit(data, arguments.Threads);
            var seconds = Least(() => model.Fit(data, arguments.Threads), arguments.Seconds);
            var estimate = fit.Estimate;
            var (system, glmm) = (estimate.System, estimate.Model);
            var traces = glmm.Terms.Select(t => new double[t.Width * t.Width]).ToArray();
            var factor = Least(() => system.TryFactor(), arguments.Seconds / 4);
            var inverse = Least(() => system.SelectedInverse(traces), arguments.Seconds / 4);
            var pass = 0.0;
            if (estimate.FamilyPasses > 0)
            {
                var observations = new ObservationModel(glmm.Family, glmm.Y, glmm.Size, glmm.Weights, glmm.IsZeroInflated,
                    glmm.HasConstantDispersion, arguments.Threads);
                pass = Least(() => observations.Evaluate(estimate.Predictors, DerivativeLevel.Mode), arguments.Seconds / 4);
            }

            var (factors, inverses, passes) = (fit.Convergence.Factorizations, estimate.Gradients, estimate.FamilyPasses);
            var floor = (factors * factor) + (passes * pass);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"| {model.Name} | {1e3 * seconds:F2} | {factors} | {1e3 * factor:F4} | {inverses} | {1e3 * inverse:F4} | {passes} | "
                + $"{1e3 * pass:F4} | {seconds / floor:F1} | {seconds / (floor + (inverses * inverse)):F1} |"));
        }
    }

    private static double Least(Action action, double budget)
    {
        var (least, total) = (double.PositiveInfinity, 0.0);
        for (var repeat = 0; repeat < 100_000; repeat++)
        {
            var from = Stopwatch.GetTimestamp();
            action();
            var seconds = Stopwatch.GetElapsedTime(from).TotalSeconds;
            least = Math.Min(least, seconds);
            total += seconds;
            if (repeat >= 3 && total > budget) break;
        }

        return least;
    }
}
