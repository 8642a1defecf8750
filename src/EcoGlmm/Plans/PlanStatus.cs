using EcoGlmm.Plans;
using EcoGlmm.Text;

namespace EcoGlmm;

/// <summary>Why a part of a plan has no result.</summary>
/// <param name="Part">The part, from 1.</param>
/// <param name="Message">What happened, in a sentence.</param>
/// <param name="Where">On which machine and when; empty where that is not known.</param>
public sealed record PlanFailure(int Part, string Message, string Where);

/// <summary>How far a plan has come: a snapshot of its folder.</summary>
/// <remarks>Immutable, and safe to share among threads.</remarks>
public sealed class PlanStatus : IResultTable
{
    private readonly string _what;
    private readonly string _folder;
    private readonly string?[] _begun;

    internal PlanStatus(string what, string folder, bool[] done, IReadOnlyList<PlanFailure> failures, string?[] begun, bool isMerged,
        IReadOnlyList<string> remarks)
    {
        (_what, _folder, _begun, Parts, Failures, IsMerged, Remarks) = (what, folder, begun, done.Length, failures, isMerged, remarks);
        Missing = [.. Enumerable.Range(1, done.Length).Where(p => !done[p - 1])];
    }

    /// <summary>The number of parts.</summary>
    public int Parts { get; }

    /// <summary>Parts that have a whole and proper result.</summary>
    public int Done => Parts - Missing.Count;

    /// <summary>The parts without one, from 1, ascending.</summary>
    public IReadOnlyList<int> Missing { get; }

    /// <summary>Of these, the parts that failed, were killed, or whose result is damaged or foreign.</summary>
    public IReadOnlyList<PlanFailure> Failures { get; }

    /// <summary>The parts that were begun and have not ended, as far as this machine can tell.</summary>
    public IReadOnlyList<int> Running => [.. Enumerable.Range(1, Parts).Where(p => _begun[p - 1] is not null)];

    /// <summary>Whether every part is done.</summary>
    public bool IsComplete => Missing.Count == 0;

    /// <summary>Whether the merged result is there.</summary>
    public bool IsMerged { get; }

    /// <summary>What else there is to know, in sentences.</summary>
    public IReadOnlyList<string> Remarks { get; }

    /// <summary>What to do next, in a sentence.</summary>
    public string Advice => IsMerged ? $"The result is there: ecoglmm merge {_folder}, or Plan.Open(\"{_folder}\").Result()."
        : IsComplete ? $"All parts are done. Put them together: ecoglmm merge {_folder}, or Plan.Open(\"{_folder}\").Result()."
        : (Failures.Count > 0 ? "Mend what the failures tell, if anything, then compute" : "Compute")
            + $" what is missing: bash {_folder}/submit.sh on the cluster, or ecoglmm run-plan {_folder}. What is done is kept."
            + (Running.Count > 0 ? " Parts that run may end by themselves." : "");

    /// <summary>One row for each part, with its state (done, failed, running, missing) and what there is to say of it.</summary>
    public FieldData ToFieldData()
    {
        var missing = Missing.ToHashSet();
        var failures = Failures.ToDictionary(f => f.Part);
        return FieldData.FromRows(Enumerable.Range(1, Parts).Select(p => new
        {
            Part = p,
            State = !missing.Contains(p) ? "done" : failures.ContainsKey(p) ? "failed" : _begun[p - 1] is not null ? "running" : "missing",
            Message = failures.TryGetValue(p, out var f) ? $"{f.Message} ({f.Where})" : _begun[p - 1] ?? "",
        }));
    }

    /// <inheritdoc/>
    public override string ToString()
    {
        var lines = new List<string> { $"{_what}: {NumberFormat.Count(Done)} of {NumberFormat.Count(Parts)} parts done." };
        if (Missing.Count > 0) lines.Add($"Missing: {SlurmScripts.Ranges([.. Missing])}.");
        if (Running.Count > 0) lines.Add($"Begun and not ended (running, or their machine is gone): {SlurmScripts.Ranges([.. Running])}.");
        lines.AddRange(Failures.Take(ResultTable.ShownRows).Select(f => $"Part {f.Part}: {f.Message} ({f.Where})"));
        if (Failures.Count > ResultTable.ShownRows) lines.Add($"… and {Failures.Count - ResultTable.ShownRows} more failures.");
        lines.AddRange(Remarks);
        lines.Add(Advice);
        return string.Join("\n", lines);
    }

    /// <inheritdoc/>
    public string ToHtml()
    {
        var html = new HtmlWriter().Heading($"{_what}: {NumberFormat.Count(Done)} of {NumberFormat.Count(Parts)} parts done");
        if (Failures.Count > 0)
        {
            var table = new TableContent("Failures").Number("Part").Text("What happened").Text("Where");
            foreach (var f in Failures.Take(ResultTable.ShownRows)) table.Row(NumberFormat.Count(f.Part), f.Message, f.Where);
            html.Table(table);
        }

        if (Missing.Count > 0) html.Paragraph($"Missing: {SlurmScripts.Ranges([.. Missing])}.");
        if (Running.Count > 0) html.Paragraph($"Begun and not ended: {SlurmScripts.Ranges([.. Running])}.");
        foreach (var remark in Remarks) html.Paragraph(remark);
        return html.Note(Advice).ToHtml();
    }
}
