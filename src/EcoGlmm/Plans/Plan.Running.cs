using EcoGlmm.Model;
using EcoGlmm.Plans;

namespace EcoGlmm;

/// <content>Parts, and what they come to.</content>
public sealed partial class Plan
{
    /// <summary>Computes a part, unless its result is there already.</summary>
    /// <param name="part">The part, from 1.</param>
    /// <param name="maxThreads">Most threads; the result does not depend on it.</param>
    /// <param name="cancellationToken">Stops it; nothing is written then but that it was stopped.</param>
    /// <returns>Whether it was computed now; false where its result was there.</returns>
    /// <exception cref="GlmmException">
    /// The plan has no folder or no such part; it was made by another version of EcoGlmm; its data are not those it was made with; the
    /// result cannot be written. What happened is written beside the part too, for <see cref="Status"/>.
    /// </exception>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public bool RunPart(int part, int maxThreads = 1, CancellationToken cancellationToken = default)
    {
        var folder = InFolder();
        if (part < 1 || part > Parts) throw new GlmmException($"The plan has parts 1 to {Parts}, but no part {part}.");
        if (folder.Version != PlanFolder.OwnVersion)
        {
            throw new GlmmException($"The plan was made by EcoGlmm {folder.Version}, and this is {PlanFolder.OwnVersion}: parts of "
                + $"different versions must not be mixed. Compute it with {folder.Version}, or make the plan anew.");
        }

        var (from, count) = PlanFolder.Range(part, Parts, Replicates);
        var path = folder.ResultOf(part);
        if (File.Exists(path) && PartFile.Read(path, folder.Id, from, count).File is not null) return false;
        PartNote.Now("").TryWrite(folder.BeginOf(part));
        try
        {
            Compute(path, folder.Id, from, count, maxThreads, part, cancellationToken);
            PartNote.TryDelete(folder.FailureOf(part));
            return true;
        }
        catch (OperationCanceledException)
        {
            PartNote.Now("It was stopped before its end, by its time limit or by someone. Give it more time, or divide the plan into "
                + "more parts.").TryWrite(folder.FailureOf(part));
            throw;
        }
        catch (Exception e)
        {
            PartNote.Now(e is GlmmException ? e.Message : $"{e.GetType().Name}: {e.Message}").TryWrite(folder.FailureOf(part));
            throw;
        }
        finally
        {
            PartNote.TryDelete(folder.BeginOf(part));
        }
    }

    /// <summary>Computes all parts that have no result yet, in this process, one after the other.</summary>
    /// <param name="maxThreads">Most threads, of which each computes replicates of a part; all processors when null.</param>
    /// <param name="cancellationToken">Stops it; parts that are done are kept.</param>
    /// <returns>The plan, for its result.</returns>
    /// <exception cref="GlmmException">A part failed: as for <see cref="RunPart"/>.</exception>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public Plan Run(int? maxThreads = null, CancellationToken cancellationToken = default)
    {
        using var live = LiveProgress.Start(Description, Parts, cancellation: cancellationToken);
        foreach (var part in Status().Missing)
        {
            RunPart(part, maxThreads ?? Environment.ProcessorCount, live.Cancellation);
            live.Advance();
        }

        return this;
    }

    /// <summary>How far it is: parts that are done, that are missing, that failed and why.</summary>
    /// <exception cref="GlmmException">The plan has no folder.</exception>
    public PlanStatus Status()
    {
        var folder = InFolder();
        var done = new bool[Parts];
        var begun = new string?[Parts];
        var failures = new List<PlanFailure>();
        var remarks = new List<string>();
        var isMerged = ReadMerged() is not null;
        var widths = new SortedSet<int>();
        var running = new Lazy<HashSet<string>?>(SlurmQueue.Running);
        for (var part = 1; part <= Parts; part++)
        {
            var (result, fault) = isMerged ? (null, null) : ReadPart(part);
            if (result is not null) widths.Add(result.VectorBits);
            if (isMerged || result is not null)
            {
                done[part - 1] = true;
                continue;
            }

            if (fault is not null)
            {
                failures.Add(new PlanFailure(part, $"The file {folder.ResultOf(part)} is left out: {fault}. The part is computed again.",
                    "now"));
            }
            else if (PartNote.TryRead(folder.BeginOf(part)) is { } start)
            {
                if (start.HasEnded(running)) failures.Add(new PlanFailure(part, "It was begun, and its process was killed.", start.Where));
                else begun[part - 1] = $"begun {start.Where}";
            }
            else if (PartNote.TryRead(folder.FailureOf(part)) is { } failure)
                failures.Add(new PlanFailure(part, failure.Message, failure.Where));
        }

        if (widths.Count > 1)
            remarks.Add($"Parts were computed on processors of different kinds (vectors of {string.Join(" and ", widths)} bits), which may "
                + "add up in another order: the last digits of the result may differ from those of one machine.");
        if (folder.Version != PlanFolder.OwnVersion && done.Contains(false))
            remarks.Add($"The plan was made by EcoGlmm {folder.Version}, and this is {PlanFolder.OwnVersion}, which will not compute its "
                + "parts.");
        return new PlanStatus(Description, folder.Folder, done, failures, begun, isMerged, remarks);
    }

    /// <summary>
    /// The tasks of the folder's SLURM array that have parts to do, as <c>sbatch --array</c> takes them: "1-3,7"; empty when nothing is
    /// missing.
    /// </summary>
    /// <exception cref="GlmmException">The folder has no scripts of a SLURM job.</exception>
    public string MissingTasks() => SlurmScripts.TasksOf(Status().Missing, SlurmScripts.TasksOf(InFolder().Folder)
        ?? throw new GlmmException($"The folder {Folder} has no scripts of a SLURM job: ToSlurm(…) writes them."));

    /// <summary>
    /// The result of all parts, as the direct call gives it: an <see cref="IntervalTable"/>, a <see cref="PowerAnalysis"/>, a
    /// <see cref="CrossValidation"/>, a <see cref="TestResult"/> or an <see cref="AssociationScan"/>.
    /// </summary>
    /// <exception cref="GlmmException">Parts are missing; the message names them and says what to do.</exception>
    public object Result() => _work.Merge(AllReplicates());

    /// <summary>The result of all parts, as what it is.</summary>
    /// <typeparam name="T">The type of the direct call's result.</typeparam>
    /// <exception cref="GlmmException">Parts are missing, or the plan's result is of another type.</exception>
    public T Result<T>() where T : class => typeof(T).IsAssignableFrom(_work.ResultType) ? (T)Result()
        : throw new GlmmException($"The result of a plan of the kind {Kind} is no {typeof(T).Name}: write "
            + $"Result<{_work.ResultType.Name}>().");

    /// <summary>
    /// Puts the parts together, and writes the result into the folder: as text, as a page, and as CSV where it is a table. From then on
    /// the plan needs the parts' own files no more.
    /// </summary>
    /// <returns>The result, as <see cref="Result()"/> gives it.</returns>
    /// <exception cref="GlmmException">Parts are missing, or the folder cannot be written.</exception>
    public object Merge()
    {
        var folder = InFolder();
        var replicates = AllReplicates();
        var result = _work.Merge(replicates);
        try
        {
            if (ReadMerged() is null) new PartFile(0, replicates, PartFile.OwnVectorBits).Write(folder.Merged, folder.Id);
            var stem = Path.Combine(folder.Folder, "result");
            Text.AtomicFile.WriteText(stem + ".txt", result + "\n");
            if (result is IRichDisplay display)
                Text.AtomicFile.WriteText(stem + ".html", Text.StandalonePage.Write(Description, display.ToHtml()));
            _work.WriteCsv(result, stem + ".csv");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw GlmmException.InFile($"The parts are all there, but the result cannot be written to {folder.Folder}: {e.Message}", e);
        }

        return result;
    }

    private void Compute(string path, byte[] id, int from, int count, int maxThreads, int part, CancellationToken cancellation)
    {
        var replicates = new double[count][];
        using (var live = LiveProgress.Start($"Part {part} of {Parts}: {Description}", count, cancellation: cancellation))
        {
            var replicate = _replicate ??= _work.Prepare(Math.Max(1, maxThreads), live.Cancellation);
            live.ForEach(count, Math.Max(1, maxThreads), k => replicates[k] = replicate(from + k, live.Cancellation));
        }

        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            new PartFile(from, replicates, PartFile.OwnVectorBits).Write(path, id);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw GlmmException.InFile($"Part {part} was computed, but its result cannot be written: {e.Message} Make room, then compute "
                + "what is missing again; the parts that are done are kept.", e);
        }
    }

    private double[][] AllReplicates()
    {
        var folder = InFolder();
        if (ReadMerged() is { } merged) return merged.Replicates;
        var all = new double[Replicates][];
        for (var part = 1; part <= Parts; part++)
        {
            if (ReadPart(part).File is not { } file)
            {
                var status = Status();
                throw new GlmmException($"{Text.Names.Capitalised(Text.NumberFormat.Count(status.Missing.Count, "part"))} of {Parts} "
                    + $"{(status.Missing.Count == 1 ? "is" : "are")} missing: {SlurmScripts.Ranges([.. status.Missing])}. "
                    + (status.Failures.Count > 0 ? $"Part {status.Failures[0].Part}: {status.Failures[0].Message} " : "") + status.Advice);
            }

            file.Replicates.CopyTo(all, file.From);
        }

        return all;
    }

    private (PartFile? File, string? Fault) ReadPart(int part)
    {
        var path = InFolder().ResultOf(part);
        var (from, count) = PlanFolder.Range(part, Parts, Replicates);
        return File.Exists(path) ? PartFile.Read(path, InFolder().Id, from, count) : (null, null);
    }

    private PartFile? ReadMerged() => File.Exists(InFolder().Merged)
        ? PartFile.Read(InFolder().Merged, InFolder().Id, 0, Replicates).File : null;
}
