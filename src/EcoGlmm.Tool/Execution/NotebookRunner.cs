using System.Globalization;
using EcoGlmm.Tool.Notebooks;

namespace EcoGlmm.Tool.Execution;

/// <summary>The first cell that failed.</summary>
/// <param name="CellNumber">Its number among the code cells, from 1.</param>
/// <param name="Line">The line of the cell, from 1, when it is known.</param>
/// <param name="Message">What happened.</param>
internal sealed record CellFailure(int CellNumber, int? Line, string Message);

/// <summary>
/// Executes a notebook's code cells from top to bottom in Microsoft's kernel and puts their outputs into the notebook. A cell
/// that fails ends the run, unless it carries the tag raises-exception.
/// </summary>
/// <param name="kernel">The kernel, which may still be starting.</param>
/// <param name="timeoutPerCell">The most time that one cell may take; null for no limit.</param>
/// <param name="progress">Told the number of each code cell as it starts, and how many there are.</param>
internal sealed class NotebookRunner(KernelProcess kernel, TimeSpan? timeoutPerCell = null, Action<int, int>? progress = null)
{
    private bool _hasFormats, _hasPackage;

    /// <summary>Runs the notebook.</summary>
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
        var executed = 0;
        for (var i = 0; i < codeCells.Count; i++)
        {
            var cell = codeCells[i];
            if (string.IsNullOrWhiteSpace(cell.Source))
                continue;
            progress?.Invoke(i + 1, codeCells.Count);
            cell.ExecutionCount = ++executed;
            var error = await RunCellAsync(cell, $"cell {i + 1}", cancellation).ConfigureAwait(false);
            if (error is null)
                continue;
            cell.Outputs.Add(error);
            cancellation.ThrowIfCancellationRequested();
            if (!cell.MayFail || error.Name is Ended or TimedOut)
                return new CellFailure(i + 1, error.Line, error.Message);
        }

        return null;
    }

    private const string Ended = "KernelEnded", TimedOut = "Timeout";

    private async Task<ErrorOutput?> RunCellAsync(NotebookCell cell, string name, CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var recorder = new CellRecorder(cell.Outputs);
        try
        {
            var code = BuiltInPackage.Without(cell.Source, out var isAsked);
            // That the kernel takes a while to start is no fault of the cell.
            if (await PrepareAsync(isAsked, cancellation).ConfigureAwait(false) is { } missing)
                return CellError.Read(Message(missing), name);
            if (timeoutPerCell is { } timeout)
                limit.CancelAfter(timeout);
            if (string.IsNullOrWhiteSpace(code))
                return null;
            var failed = await kernel.RunAsync(code, cell.Language, recorder.Take, limit.Token).ConfigureAwait(false);
            return failed is null ? null : CellError.Read(Message(failed), name);
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            return CellError.Of("Interrupted", "The run was cancelled while this cell was running.", null, name);
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested)
        {
            var seconds = timeoutPerCell!.Value.TotalSeconds.ToString("0.###", CultureInfo.InvariantCulture);
            return CellError.Of(TimedOut, $"The cell did not finish within {seconds} seconds.", null, name);
        }
        catch (KernelEndedException e)
        {
            // Ctrl+C in a terminal reaches the kernel as well, and may reach it first.
            await Task.Delay(TimeSpan.FromSeconds(0.2), CancellationToken.None).ConfigureAwait(false);
            if (cancellation.IsCancellationRequested)
                return CellError.Of("Interrupted", "The run was cancelled while this cell was running.", null, name);
            return CellError.Of(Ended, e.Message, null, name);
        }
    }

    // A kernel whose parent was killed would wait for it, busily, for ever.
    private static string EndWithParent => "new System.Threading.Thread(() => { try { System.Diagnostics.Process.GetProcessById("
        + $"{Environment.ProcessId}).WaitForExit(); }} catch (System.ArgumentException) {{ }} "
        + "System.Diagnostics.Process.GetCurrentProcess().Kill(); }) { IsBackground = true }.Start();\n";

    // Saved outputs hold every value as plain text too, for readers that draw no HTML.
    private async Task<KernelEvent?> PrepareAsync(bool packageIsAsked, CancellationToken cancellation)
    {
        var code = (_hasFormats ? "" : "Microsoft.DotNet.Interactive.Formatting.Formatter.SetPreferredMimeTypesFor(typeof(object), "
            + "\"text/html\", \"text/plain\");\n" + EndWithParent)
            + (packageIsAsked && !_hasPackage ? BuiltInPackage.Code : "");
        if (code.Length == 0)
            return null;
        _hasFormats = true;
        _hasPackage |= packageIsAsked;
        return await kernel.RunAsync(code, "csharp", _ => { }, cancellation).ConfigureAwait(false);
    }

    private static string Message(KernelEvent failed) => failed.Content.TryGetProperty("message", out var message)
        ? message.GetString() ?? "" : "";
}
