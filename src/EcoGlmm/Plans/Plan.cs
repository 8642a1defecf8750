using EcoGlmm.Plans;
using EcoGlmm.Text;

namespace EcoGlmm;

/// <summary>
/// A long computation that falls into parts which do not depend on each other, written to a folder: for the tasks of a cluster, for
/// processes of one machine, or for tonight. Its merged result has the bits of the direct call, whatever the number of parts, and
/// whichever of them were killed and computed again in between.
/// </summary>
/// <remarks>
/// Random numbers are those of each replicate's number. A part writes its result whole or not at all; one that is there already is not
/// computed again, and two processes that compute the same part write the same. Immutable, and safe to share among threads.
/// </remarks>
/// <example>
/// <code>
/// Plan.Bootstrap(fit, 10_000).ToSlurm("owls-bootstrap", new SlurmOptions { Parts = 200, Time = "30", Partition = "short" });
/// // bash owls-bootstrap/submit.sh, and when it is done:
/// var intervals = Plan.Open("owls-bootstrap").Result&lt;IntervalTable&gt;();
/// </code>
/// </example>
public sealed partial class Plan : IRichDisplay
{
    private const int DefaultParts = 100;

    private readonly PlanWork _work;
    private readonly PlanFolder? _folder;
    private volatile Func<int, CancellationToken, double[]>? _replicate;

    private Plan(PlanWork work, PlanFolder? folder) => (_work, _folder) = (work, folder);

    /// <summary>What kind of computation it is: "bootstrap", "power", "cross-validation", "likelihood-ratio", "scan".</summary>
    public string Kind => _work.Kind;

    /// <summary>What is computed, in words.</summary>
    public string Description => _work.What;

    /// <summary>The number of replicates: refits, simulated studies, folds, blocks of markers.</summary>
    public int Replicates => _work.Replicates;

    /// <summary>The number of parts; 0 for a plan that has no folder yet.</summary>
    public int Parts => _folder?.Parts ?? 0;

    /// <summary>Its folder; null for a plan that has none yet.</summary>
    public string? Folder => _folder?.Folder;

    /// <summary>The plan of a folder.</summary>
    /// <param name="folder">A folder that <see cref="ToFolder"/> or <see cref="ToSlurm"/> wrote, here or on another machine.</param>
    /// <exception cref="GlmmException">There is no plan, or it is damaged.</exception>
    public static Plan Open(string folder)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(folder);
        var (at, work) = PlanFolder.Open(folder);
        return new Plan(work, at);
    }

    /// <summary>Writes the plan to a new folder, to be computed by <see cref="Run"/> or <c>ecoglmm run-plan</c>.</summary>
    /// <param name="folder">A folder that holds no plan yet.</param>
    /// <param name="parts">Into how many parts it is divided, at most one for each replicate; 100 when null.</param>
    /// <returns>The plan in its folder.</returns>
    /// <exception cref="GlmmException">There is a plan already, the folder cannot be written, or the model cannot be put into a
    /// plan.</exception>
    public Plan ToFolder(string folder, int? parts = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(folder);
        if (parts is < 1) throw new GlmmException($"A plan has at least one part, not {parts}.");
        return new Plan(_work, PlanFolder.Write(folder, _work, Math.Min(parts ?? DefaultParts, Replicates)));
    }

    /// <summary>
    /// Writes the plan to a new folder with the scripts of a SLURM array job and of a job that puts its parts together:
    /// <c>bash FOLDER/submit.sh</c> submits both, and submits only what is missing when it is run again. The folder may be copied to
    /// the cluster.
    /// </summary>
    /// <param name="folder">A folder that holds no plan yet.</param>
    /// <param name="options">Parts, time, memory, partition and more; defaults when null.</param>
    /// <returns>The plan in its folder.</returns>
    /// <exception cref="GlmmException">An option cannot be used, or as for <see cref="ToFolder"/>.</exception>
    public Plan ToSlurm(string folder, SlurmOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(folder);
        var scripts = new SlurmScripts(options ?? new SlurmOptions(), Description, Replicates);
        var plan = ToFolder(folder, scripts.Parts);
        try
        {
            scripts.Write(plan.Folder!);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw GlmmException.InFile($"The scripts of the plan cannot be written to {plan.Folder}: {e.Message}", e);
        }

        return plan;
    }

    /// <inheritdoc/>
    public override string ToString() => _folder is null
        ? $"{Description}. A plan without a folder: ToFolder(…) or ToSlurm(…) writes it." : Status().ToString();

    /// <inheritdoc/>
    public string ToHtml() => _folder is null ? new HtmlWriter().Heading(Description)
        .Note("A plan without a folder: ToFolder(…) or ToSlurm(…) writes it.").ToHtml() : Status().ToHtml();

    private PlanFolder InFolder() => _folder
        ?? throw new GlmmException("The plan has no folder yet: write it with ToFolder(\"…\") or ToSlurm(\"…\").");
}
