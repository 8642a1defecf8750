using System.Globalization;

namespace EcoGlmm.Benchmarks;

/// <summary>
/// How often nominal 95 % intervals cover the truth where groups are few: a treatment that differs between groups, many data sets each, by
/// every method that the library has. Markdown.
/// </summary>
internal static class SmallSamples
{
    private const double Treatment = 0.5;

    private static readonly Scenario[] All =
    [
        new("gaussian 6", "Gaussian, REML, 6 groups of 10, sd 1 between and 1 within", 6, 10, 1, Kind.Gaussian),
        new("gaussian 12", "Gaussian, REML, 12 groups of 10, sd 1 between and 1 within", 12, 10, 1, Kind.Gaussian),
        new("gaussian 30", "Gaussian, REML, 30 groups of 10, sd 1 between and 1 within", 30, 10, 1, Kind.Gaussian),
        new("gaussian uneven", "Gaussian, REML, 10 groups of 2 to 20, sd 0.5 between and 1 within", 10, 0, 0.5, Kind.Gaussian),
        new("logistic 6", "Logistic, 6 groups of 8, sd 0.8", 6, 8, 0.8, Kind.Logistic),
        new("logistic 12", "Logistic, 12 groups of 8, sd 0.8", 12, 8, 0.8, Kind.Logistic),
        new("logistic 30", "Logistic, 30 groups of 8, sd 0.8", 30, 8, 0.8, Kind.Logistic),
        new("logistic 100", "Logistic, 100 groups of 4, sd 1.5", 100, 4, 1.5, Kind.Logistic),
        new("poisson 6", "Poisson, 6 groups of 8, mean e, sd 0.6", 6, 8, 0.6, Kind.Poisson),
        new("poisson 12", "Poisson, 12 groups of 8, mean e, sd 0.6", 12, 8, 0.6, Kind.Poisson),
        new("poisson 30", "Poisson, 30 groups of 8, mean e, sd 0.6", 30, 8, 0.6, Kind.Poisson),
        new("nbinom2 12", "Negative binomial, θ = 2, 12 groups of 8, mean e, sd 0.6", 12, 8, 0.6, Kind.NegativeBinomial),
    ];

    private enum Kind
    {
        Gaussian,
        Logistic,
        Poisson,
        NegativeBinomial,
    }

    public static void Run(Arguments arguments)
    {
        var count = int.Parse(arguments.Value("count") ?? "400", CultureInfo.InvariantCulture);
        var slow = int.Parse(arguments.Value("slow") ?? "100", CultureInfo.InvariantCulture);
        var refits = int.Parse(arguments.Value("refits") ?? "199", CultureInfo.InvariantCulture);
        string[] chosen = [.. arguments.Names.Skip(1)];
        foreach (var scenario in All.Where(s => chosen.Length == 0 || chosen.Contains(s.Name.Replace(' ', '-'))))
        {
            var methods = Methods(scenario, refits);
            var results = new (double Lower, double Upper)?[methods.Length, count];
            var sds = new double[count];
            Parallel.For(0, count, new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount }, k =>
            {
                var data = scenario.Simulate(new Random((7919 * k) + 1));
                GlmmFit fit;
                try
                {
                    fit = scenario.Fit(data);
                }
                catch (GlmmException)
                {
                    return;
                }

                if (!fit.Convergence.IsConverged) return;
                sds[k] = fit.VarianceComponents[0].StandardDeviation;
                for (var m = 0; m < methods.Length; m++)
                {
                    if (methods[m].IsSlow && k >= slow) continue;
                    try
                    {
                        results[m, k] = methods[m].Interval(fit);
                    }
                    catch (GlmmException)
                    {
                        // Counted as left out.
                    }
                }
            });

            Console.WriteLine($"\n### {scenario.Title}\n");
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"Mean estimated standard deviation between groups: "
                + $"{sds.Average():0.00} (truth {scenario.Deviation:0.0#})\n"));
            Console.WriteLine("| interval of | method | covers % | ± | mean width | data sets |\n|---|---|--:|--:|--:|--:|");
            for (var m = 0; m < methods.Length; m++)
            {
                var truth = methods[m].OfMean ? scenario.Difference : Treatment;
                var intervals = Enumerable.Range(0, count).Select(k => results[m, k]).Where(r => r is { } i
                    && double.IsFinite(i.Upper - i.Lower)).Select(r => r!.Value).ToArray();
                if (intervals.Length == 0) continue;
                var share = intervals.Average(i => i.Lower <= truth && truth <= i.Upper ? 1.0 : 0);
                var error = 2 * Math.Sqrt(Math.Max(share * (1 - share), 1e-4) / intervals.Length);
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| "
                    + $"{(methods[m].OfMean ? "standardised difference" : "coefficient")} | {methods[m].Name} | {100 * share:0.0} | "
                    + $"{100 * error:0.0} | {intervals.Average(i => i.Upper - i.Lower):0.00} | {intervals.Length} |"));
            }
        }
    }

    private static Method[] Methods(Scenario scenario, int refits)
    {
        static (double, double) Of(CoefficientTests tests) => (tests["treatmentnew"].Lower, tests["treatmentnew"].Upper);
        static (double, double) Row(IntervalTable table) => (table["treatmentnew"].Lower, table["treatmentnew"].Upper);
        var result = new List<Method> { new("Wald", false, false, f => Row(f.ConfidenceIntervals())) };
        if (scenario.Kind == Kind.Gaussian)
        {
            result.Add(new("Satterthwaite", false, false, f => Of(f.CoefficientTests(DenominatorDegrees.Satterthwaite))));
            result.Add(new("Kenward-Roger", false, false, f => Of(f.CoefficientTests(DenominatorDegrees.KenwardRoger))));
        }
        else
        {
            result.Add(new("between-within t", false, false, f => Of(f.CoefficientTests(DenominatorDegrees.BetweenWithin))));
        }

        result.Add(new("SmallSample", false, false, f => Row(f.ConfidenceIntervals(IntervalMethod.SmallSample))));
        result.Add(new("cluster-robust " + (scenario.Kind == Kind.Gaussian ? "CR2" : "CR1"), false, false,
            f => Of(f.CoefficientTests(scenario.Kind == Kind.Gaussian ? ClusterRobust.CR2 : ClusterRobust.CR1))));
        if (scenario.Kind == Kind.Logistic)
        {
            result.Add(new("Wald, 15 points", false, false, f => Row(Quadrature(f).ConfidenceIntervals())));
            result.Add(new("SmallSample, 15 points", false, false,
                f => Row(Quadrature(f).ConfidenceIntervals(IntervalMethod.SmallSample))));
        }

        result.Add(new("profile", false, true, f => Row(f.ConfidenceIntervals(IntervalMethod.Profile))));
        result.Add(new($"bootstrap, percentiles of {refits}", false, true,
            f => Row(f.ConfidenceIntervals(IntervalMethod.Bootstrap, simulations: refits))));
        result.Add(new("default", true, false, f => (f.Standardise("treatment").Effects[0].Lower,
            f.Standardise("treatment").Effects[0].Upper)));
        return [.. result];

        static GlmmFit Quadrature(GlmmFit f) => Glmm.Fit(f.Formula, f.Data, f.Family, f.Options with { QuadraturePoints = 15 });
    }

    private sealed record Method(string Name, bool OfMean, bool IsSlow, Func<GlmmFit, (double Lower, double Upper)> Interval);

    private sealed record Scenario(string Name, string Title, int Groups, int Size, double Deviation, Kind Kind)
    {
        private double Intercept => Kind switch { Kind.Logistic => -0.5, Kind.Gaussian => 0, _ => 1 };

        /// <summary>The difference of the population's means.</summary>
        public double Difference => Kind switch
        {
            Kind.Gaussian => Treatment,
            Kind.Logistic => Averaged(Intercept + Treatment) - Averaged(Intercept),
            _ => Math.Exp(0.5 * Deviation * Deviation) * (Math.Exp(Intercept + Treatment) - Math.Exp(Intercept)),
        };

        public GlmmFit Fit(FieldData data) => Glmm.Fit("y ~ treatment + (1 | g)", data, Kind switch
        {
            Kind.Gaussian => Family.Gaussian(),
            Kind.Logistic => Family.Binomial(),
            Kind.Poisson => Family.Poisson(),
            _ => Family.NegativeBinomial2(),
        }, new GlmmOptions { Reml = Kind == Kind.Gaussian, Control = new GlmmControl { MaxThreads = 1 } });

        public FieldData Simulate(Random random)
        {
            double Normal() => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
            var rows = new List<(string, string, double)>();
            for (var g = 0; g < Groups; g++)
            {
                var eta = Intercept + (g % 2 * Treatment) + (Deviation * Normal());
                for (var i = 0; i < (Size > 0 ? Size : 2 + (2 * g)); i++)
                {
                    rows.Add(($"g{g}", g % 2 == 1 ? "new" : "control", Kind switch
                    {
                        Kind.Gaussian => eta + Normal(),
                        Kind.Logistic => random.NextDouble() < 1 / (1 + Math.Exp(-eta)) ? 1 : 0,
                        Kind.Poisson => Poisson(Math.Exp(eta)),
                        _ => Poisson(Math.Exp(eta) * (-Math.Log(1 - random.NextDouble()) - Math.Log(1 - random.NextDouble())) / 2),
                    }));
                }
            }

            return FieldData.From(rows.Select(r => new { g = r.Item1, treatment = r.Item2, y = r.Item3 }));

            double Poisson(double mean)
            {
                var (k, p, limit) = (0, random.NextDouble(), Math.Exp(-mean));
                for (; p > limit; k++) p *= random.NextDouble();
                return k;
            }
        }

        private double Averaged(double eta)
        {
            var (sum, weight) = (0.0, 0.0);
            for (var z = -8.0; z <= 8; z += 0.02)
            {
                var w = Math.Exp(-0.5 * z * z);
                sum += w / (1 + Math.Exp(-eta - (Deviation * z)));
                weight += w;
            }

            return sum / weight;
        }
    }
}
