using System.Globalization;

namespace EcoGlmm.Benchmarks;

/// <summary>The command line: --name=value options, and names.</summary>
internal sealed class Arguments(string[] args)
{
    /// <summary>What is not an option.</summary>
    public string[] Names { get; } = args.Where(a => !a.StartsWith("--", StringComparison.Ordinal)).ToArray();

    public int Threads => int.Parse(Value("threads") ?? "1", CultureInfo.InvariantCulture);

    public double Seconds => double.Parse(Value("seconds") ?? "5", CultureInfo.InvariantCulture);

    /// <summary>The value of an option; null when it is not given.</summary>
    public string? Value(string name) =>
        args.FirstOrDefault(a => a.StartsWith($"--{name}=", StringComparison.Ordinal))?[(name.Length + 3)..];
}
