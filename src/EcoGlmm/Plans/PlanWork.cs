using System.Text.Json;

namespace EcoGlmm.Plans;

/// <summary>
/// A computation of replicates that do not depend on each other: what each of them computes, and how their results become one.
/// One file for each kind; a new one joins by a line in <see cref="Kinds"/>.
/// </summary>
internal abstract class PlanWork
{
    /// <summary>How the kinds are read back, by their names.</summary>
    public static IReadOnlyDictionary<string, Func<JsonElement, PlanFiles, PlanWork>> Kinds { get; } =
        new Dictionary<string, Func<JsonElement, PlanFiles, PlanWork>>
        {
            [BootstrapWork.Name] = BootstrapWork.Read,
            [PowerWork.Name] = PowerWork.Read,
            [CrossValidationWork.Name] = CrossValidationWork.Read,
            [LikelihoodRatioWork.Name] = LikelihoodRatioWork.Read,
            [ScanWork.Name] = ScanWork.Read,
        };

    /// <summary>The kind's name: "bootstrap".</summary>
    public abstract string Kind { get; }

    /// <summary>What is computed, in words: "1,000 bootstrap fits of y ~ x + (1 | g)".</summary>
    public abstract string What { get; }

    /// <summary>The number of replicates.</summary>
    public abstract int Replicates { get; }

    /// <summary>The type of the merged result.</summary>
    public abstract Type ResultType { get; }

    /// <summary>Writes the kind's parameters, and its models and data as files of their own.</summary>
    public abstract void Write(Utf8JsonWriter json, PlanFiles files);

    /// <summary>
    /// Reads models and data, and gives what computes replicates by their numbers, on any thread: numbers, of which there may be none.
    /// </summary>
    /// <param name="maxThreads">Most threads for what is done once, before the replicates.</param>
    /// <param name="cancellation">Stops it.</param>
    public abstract Func<int, CancellationToken, double[]> Prepare(int maxThreads, CancellationToken cancellation);

    /// <summary>The result of all replicates in their order: that of the direct call, to the bit.</summary>
    public abstract object Merge(IReadOnlyList<double[]> replicates);

    /// <summary>Writes a result as CSV, where it is a table.</summary>
    public virtual void WriteCsv(object result, string path)
    {
        if (result is IResultTable table) table.ToFieldData().WriteCsv(path);
    }
}
