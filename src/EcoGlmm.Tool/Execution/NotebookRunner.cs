using System.Diagnostics;
using System.Globalization;
using EcoGlmm.Tool.Notebooks;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Scripting;

namespace EcoGlmm.Tool.Execution;

/// <summary>The first cell that failed.</summary>
/// <param name="CellNumber">Its number among the code cells, from 1.</param>
/// <param name="Line">The line of the cell, from 1, when it is known.</param>
/// <param name="Message">What happened.</param>
internal sealed record CellFailure(int CellNumber, int? Line, string Message);

/// <summary>
/// Executes a notebook's code cells from top to bottom and puts their outputs into the notebook. A cell that fails
/// ends the run, unless it carries the tag raises-exception.
/// </summary>
/// <param name="folder">The notebook's folder.</param>
/// <param name="timeoutPerCell">The most time that one cell may take; null for no limit.</param>
/// <param name="progress">Told the number of each code cell as it starts, and how many there are.</param>
/// <param name="packageCache">Where restored package sets are remembered; null for the user's cache.</param>
internal sealed class NotebookRunner(
    string folder, TimeSpan? timeoutPerCell = null, Action<int, int>? progress = null, string? packageCache = null)
{
    /// <summary>Runs the notebook with its folder as the current directory.</summary>
    /// <returns>Null when all cells succeeded.</returns>
    /// <exception cref="OperationCanceledException">The run was cancelled; outputs so far are in the notebook.</exception>
    public async Task<CellFailure?> RunAsync(Notebook notebook, CancellationToken cancellation = default)
    {
        foreach (var cell in notebook.Cells)
        {
            cell.Outputs.Clear();
            cell.ExecutionCount = null;
        }

        var codeCells = notebook.Cells.Where(cell => cell.Kind == CellKind.Code).ToList();
        var callersFolder = Directory.GetCurrentDirectory();
        using var session = new ScriptSession(folder, new PackageResolver(folder, packageCache));
        Directory.SetCurrentDirectory(folder);
        try
        {
            var executed = 0;
            for (var i = 0; i < codeCells.Count; i++)
            {
                var cell = codeCells[i];
                if (string.IsNullOrWhiteSpace(cell.Source))
                    continue;
                progress?.Invoke(i + 1, codeCells.Count);
                cell.ExecutionCount = ++executed;
                var error = await RunCellAsync(session, cell, $"cell {i + 1}", cancellation).ConfigureAwait(false);
                if (error is null)
                    continue;
                cell.Outputs.Add(error);
                cancellation.ThrowIfCancellationRequested();
                if (!cell.MayFail)
                    return new CellFailure(i + 1, error.Line, error.Message);
            }

            return null;
        }
        finally
        {
            Directory.SetCurrentDirectory(callersFolder);
        }
    }

    private async Task<ErrorOutput?> RunCellAsync(
        ScriptSession session, NotebookCell cell, string name, CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        if (timeoutPerCell is { } timeout)
            limit.CancelAfter(timeout);
        var recorder = new OutputRecorder(cell.Outputs);

        // A saved notebook is not to hold how long a fit took, and at the limit a fit ends instead of running on.
        NotebookHost.LiveDisplay = _ => null;
        NotebookHost.Interruption = () => limit.Token;
        using (recorder.Capture())
        {
            try
            {
                // Running code cannot be stopped from outside: at the limit it is left behind, its output dropped.
                await Task.Run(() => RunSegmentsAsync(session, cell, name, recorder, limit.Token), CancellationToken.None)
                    .WaitAsync(limit.Token).ConfigureAwait(false);
                return null;
            }
            catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
            {
                return Error("Interrupted", "The run was cancelled while this cell was running.", null, name);
            }
            catch (OperationCanceledException) when (limit.IsCancellationRequested)
            {
                var seconds = timeoutPerCell!.Value.TotalSeconds.ToString("0.###", CultureInfo.InvariantCulture);
                return Error("Timeout", $"The cell did not finish within {seconds} seconds.", null, name);
            }
            catch (CellException e)
            {
                return Error("DirectiveError", e.Message, e.Line, name);
            }
            catch (CompilationErrorException e)
            {
                var errors = e.Diagnostics.Where(d => d.Severity == DiagnosticSeverity.Error).ToList();
                return Error(
                    "CompilationError",
                    string.Join('\n', errors.Select(Describe)),
                    errors[0].Location.GetLineSpan().StartLinePosition.Line + 1,
                    name);
            }
            catch (Exception e)
            {
                return FromException(e, name);
            }
            finally
            {
                NotebookHost.LiveDisplay = null;
                NotebookHost.Interruption = null;
            }
        }
    }

    private static async Task RunSegmentsAsync(
        ScriptSession session, NotebookCell cell, string name, OutputRecorder recorder, CancellationToken cancellation)
    {
        var clock = Stopwatch.StartNew();
        var segments = CellSegments.Split(cell.Source, cell.Language, out var timed);
        for (var i = 0; i < segments.Count; i++)
        {
            var segment = segments[i];
            if (segment.Language != "csharp")
            {
                var text = segment.Text.Trim('\n');
                recorder.Show(new Dictionary<string, string> { [$"text/{segment.Language}"] = text });
                continue;
            }

            await session.AddReferencesAsync(segment, cancellation).ConfigureAwait(false);
            if (string.IsNullOrWhiteSpace(segment.Text))
                continue;
            var result = await session.RunAsync(segment.Text, name, cancellation).ConfigureAwait(false);
            if (result.Exception is not null)
                throw new UserCodeException(result.Exception);
            if (result.HasValue)
                recorder.Show(ValueFormatter.Format(result.Value), isResult: i == segments.Count - 1 && !timed);
        }

        if (timed)
            recorder.Show(ValueFormatter.Format($"Wall time: {clock.Elapsed.TotalMilliseconds:0.###} ms"));
    }

    private static string Describe(Diagnostic diagnostic)
    {
        var start = diagnostic.Location.GetLineSpan().StartLinePosition;
        var message = diagnostic.GetMessage(CultureInfo.InvariantCulture);
        return $"({start.Line + 1},{start.Character + 1}): {diagnostic.Id}: {message}";
    }

    private static ErrorOutput FromException(Exception exception, string name)
    {
        if (exception is UserCodeException { InnerException: { } thrown })
            exception = thrown;
        if (exception is AggregateException { InnerExceptions: [var only] })
            exception = only;
        var line = new StackTrace(exception, fNeedFileInfo: true).GetFrames()
            .FirstOrDefault(frame => Path.GetFileName(frame.GetFileName()) == name)?.GetFileLineNumber();
        return Error(exception.GetType().Name, exception.Message, line, name);
    }

    // A trace holds no paths of this machine: a saved notebook is the same wherever it was run.
    private static ErrorOutput Error(string kind, string message, int? line, string name) =>
        new(kind, message, line, [$"{kind}: {message}", line is null ? $"  in {name}" : $"  in {name}, line {line}"]);

    /// <summary>Keeps what the user's code threw apart from the tool's own exceptions and cancellation.</summary>
    private sealed class UserCodeException(Exception thrown) : Exception(thrown.Message, thrown);
}
