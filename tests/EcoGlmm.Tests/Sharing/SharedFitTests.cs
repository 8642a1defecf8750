using System.Collections.Concurrent;
using System.Diagnostics;
using EcoGlmm.Tests.Estimation;

namespace EcoGlmm.Tests.Sharing;

/// <summary>A fit and its results, shared by many threads, give each of them the bits that they give to one alone.</summary>
public sealed class SharedFitTests
{
    private const int Threads = 16;

    /// <summary>Members that take longer than this alone are called by a few threads only, to keep the test short.</summary>
    private static readonly TimeSpan Long = TimeSpan.FromMilliseconds(15);

    private const int FewThreads = 3;

    private static readonly Dictionary<string, Func<GlmmFit>> Kinds = new()
    {
        ["gaussian REML, slopes"] = () => Glmm.Fit("y ~ x + f + (1 + x | g)", Data(), Family.Gaussian(), new GlmmOptions { Reml = true }),
        ["gaussian ML, dispersion"] = () => Glmm.Fit("y ~ x + f + (1 | g)", Data(), Family.Gaussian(),
            new GlmmOptions { Dispersion = "~ f" }),
        ["gaussian without random effects"] = () => Glmm.Fit("y ~ x + f", Data()),
        ["poisson"] = () => Glmm.Fit("n ~ x + f + (1 | g)", Data(), Family.Poisson()),
        ["zero-inflated negative binomial"] = () =>
            Glmm.Fit("z ~ x + f + (1 | g)", Data(), Family.NegativeBinomial2(), new GlmmOptions { ZeroInflation = "~ 1" }),
        ["crossed bernoulli"] = () => Glmm.Fit("b ~ x + f + (1 | g) + (1 | h)", Data(), Family.Binomial()),
        ["quadrature"] = () => Glmm.Fit("b ~ x + f + (1 | g)", Data(), Family.Binomial(), new GlmmOptions { QuadraturePoints = 9 }),
        ["student t"] = () => Glmm.Fit("y ~ x + f + (1 | g)", Data(), Family.StudentT()),
        ["ordinal"] = () => Glmm.Fit("o ~ x + f + (1 | g)", Data(), Family.Cumulative()),
        ["gamma, identity of the mean by log"] = () => Glmm.Fit("p ~ x + f + (1 | g)", Data(), Family.Gamma(Link.Log)),
    };

    public static TheoryData<string> Names => [.. Kinds.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void SixteenThreadsGetTheBitsOfOne(string kind)
    {
        var alone = Kinds[kind]();
        var shared = Kinds[kind]();
        IReadOnlyList<(string Name, Func<object, object?> Call)> members =
        [
            ("Predict(Data)", fit => ((GlmmFit)fit).Predict(((GlmmFit)fit).Data)),
            ("Predict(Data), averaged", fit => ((GlmmFit)fit).Predict(((GlmmFit)fit).Data, randomEffects: RandomEffectsUse.Averaged)),
            .. PublicMembers.Of(typeof(GlmmFit)),
        ];
        Assert.True(members.Count > 45, $"Only {members.Count} members of a fit were found.");
        var results = Compare(kind, members, alone, shared);
        foreach (var (name, one, other) in results.Where(r => IsOfLibrary(r.Alone)).DistinctBy(r => r.Alone.GetType()))
        {
            Compare($"{kind}: {name}", PublicMembers.Of(one.GetType()), one, other);
        }
    }

    [Fact]
    public void FirstPredictionsOfManyThreadsAreThoseOfOne()
    {
        // Long enough a calculation that threads are in the middle of it together, in the first use of the fit and later.
        var data = new TestData(1200, 5).Factor("g", i => i % 300).Factor("h", i => i * 37 % 211).Number("x", i => i * 13 % 31)
            .Count("n", i => Math.Exp(0.3 + (0.01 * (i * 13 % 31)) + (0.004 * (i % 300)))).Build();
        GlmmFit Fit() => Glmm.Fit("n ~ x + (1 | g) + (1 | h)", data, Family.Poisson());
        var expected = Fit().Predict(data).StandardError;
        var shared = Fit();
        var different = 0;
        using var start = new Barrier(Threads);
        var threads = Enumerable.Range(0, Threads).Select(_ => new Thread(() =>
        {
            start.SignalAndWait();
            for (var time = 0; time < 3; time++)
            {
                if (!shared.Predict(data).StandardError.SequenceEqual(expected)) Interlocked.Increment(ref different);
            }
        })).ToList();
        threads.ForEach(t => t.Start());
        threads.ForEach(t => t.Join());
        Assert.Equal(0, different);
    }

    private static bool IsOfLibrary(object result) => result.GetType().Assembly == typeof(GlmmFit).Assembly
        && result is not (GlmmFit or FieldData or Family or Enum) && result.GetType().IsPublic;

    private static List<(string Name, object Alone, object Shared)> Compare(
        string what, IReadOnlyList<(string Name, Func<object, object?> Call)> members, object alone, object shared)
    {
        var expected = new string[members.Count];
        var isLong = new bool[members.Count];
        var results = new List<(string, object, object)>();
        var ofOne = new object?[members.Count];
        for (var m = 0; m < members.Count; m++)
        {
            var started = Stopwatch.GetTimestamp();
            ofOne[m] = members[m].Call(alone);
            expected[m] = Bits.Of(ofOne[m]);
            isLong[m] = Stopwatch.GetElapsedTime(started) > Long;
        }

        var different = new ConcurrentDictionary<string, int>();
        var ofShared = new object?[members.Count];
        using var start = new Barrier(Threads);
        var threads = Enumerable.Range(0, Threads).Select(t => new Thread(() =>
        {
            start.SignalAndWait();

            // Four threads at a time begin with the same members, so that first uses meet.
            var first = t / 4 * members.Count / 4;
            for (var k = 0; k < members.Count; k++)
            {
                var m = (first + k) % members.Count;
                if (isLong[m] && (t + m) % Threads >= FewThreads) continue;
                try
                {
                    var result = members[m].Call(shared);
                    if (Bits.Of(result) != expected[m]) different.AddOrUpdate(members[m].Name, 1, (_, n) => n + 1);
                    ofShared[m] = result;
                }
                catch (Exception e)
                {
                    different.AddOrUpdate($"{members[m].Name}: {(e.InnerException ?? e).Message}", 1, (_, n) => n + 1);
                }
            }
        })).ToList();
        threads.ForEach(t => t.Start());
        threads.ForEach(t => t.Join());
        Assert.True(different.IsEmpty, $"{what}: other bits among threads from "
            + $"{string.Join(", ", different.Select(d => $"{d.Key} ({d.Value} times)"))}.");
        for (var m = 0; m < members.Count; m++)
        {
            if (ofOne[m] is { } one && ofShared[m] is { } other) results.Add((members[m].Name, one, other));
        }

        return results;
    }

    [Fact]
    public void ArraysHandedOutAreCopies()
    {
        var fit = Kinds["poisson"]();
        var predictions = fit.Predict();
        var residuals = fit.SimulatedResiduals(40);
        foreach (var (owner, name) in new (object, string)[]
        {
            (predictions, nameof(Predictions.Estimate)), (predictions, nameof(Predictions.StandardError)),
                (predictions, nameof(Predictions.Lower)),
            (residuals, nameof(SimulatedResiduals.Scaled)), (residuals, nameof(SimulatedResiduals.Observed)),
            (residuals, nameof(SimulatedResiduals.Fitted)),
        })
        {
            var property = owner.GetType().GetProperty(name)!;
            var before = (double[])property.GetValue(owner)!;
            var (kept, handedOut) = ((double[])before.Clone(), (double[])property.GetValue(owner)!);
            Array.Fill(handedOut, -7);
            Assert.Equal(kept, (double[])property.GetValue(owner)!);
        }

        residuals.Simulated[3][0] = -7;
        Assert.NotEqual(-7, residuals.Simulated[3][0]);
        fit.Covariance[0, 0] = -7;
        Assert.True(fit.Covariance[0, 0] > 0);
    }

    [Fact]
    public void NoPublicPropertyHandsOutItsOwnArray()
    {
        // A property of a public type may return an array only if two calls return two arrays.
        var fit = Kinds["crossed bernoulli"]();
        var seen = new HashSet<object>(ReferenceEqualityComparer.Instance);
        var queue = new Queue<object>([fit, fit.Predict(), fit.SimulatedResiduals(40), fit.MarginalMeans("f"), fit.Influence("g")]);
        var own = new SortedSet<string>();
        while (queue.TryDequeue(out var next))
        {
            if (!seen.Add(next)) continue;
            foreach (var property in next.GetType().GetProperties().Where(p => p.GetIndexParameters().Length == 0 && p.GetMethod!.IsPublic))
            {
                var value = property.GetValue(next);
                if (value is Array && property.PropertyType.IsArray && ReferenceEquals(value, property.GetValue(next)))
                    own.Add($"{next.GetType().Name}.{property.Name}");
                if (value is not null && value.GetType().Assembly == typeof(GlmmFit).Assembly && value.GetType().IsPublic)
                    queue.Enqueue(value);
            }
        }

        Assert.Empty(own);
    }

    private static FieldData Data() => new TestData(72, 3)
        .Factor("g", i => i % 9)
        .Factor("h", i => i / 9)
        .Factor("f", i => i * 7 % 3)
        .Number("x", i => (i * 13 % 31) - 15)
        .Normal("y", i => (0.1 * (i % 9)) + (0.05 * (i * 13 % 31)))
        .Count("n", i => Math.Exp(0.5 + (0.1 * (i % 9)) + (0.02 * (i * 13 % 31))))
        .Count("z", i => i % 4 == 0 ? 0 : 3 * Math.Exp(0.1 * (i % 9)))
        .Yes("b", i => 1 / (1 + Math.Exp(0.5 - (0.2 * (i % 9)) + (0.03 * ((i * 13 % 31) - 15)))))
        .Normal("q")
        .Number("p", i => 1 + (i % 9) + (i * 29 % 17 / 5.0))
        .Number("o", i => ((i % 9) + (i * 11 % 7)) / 5)
        .Build();
}
