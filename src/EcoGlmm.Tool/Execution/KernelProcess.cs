using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Threading.Channels;

namespace EcoGlmm.Tool.Execution;

/// <summary>One event of the kernel's protocol.</summary>
/// <param name="Type">Its name: DisplayedValueProduced, CommandSucceeded, …</param>
/// <param name="Content">What it holds.</param>
/// <param name="Token">The token of the command that it belongs to.</param>
internal sealed record KernelEvent(string Type, JsonElement Content, string? Token);

/// <summary>The kernel's process has ended while it was needed.</summary>
internal sealed class KernelEndedException(string message) : Exception(message);

/// <summary>
/// The kernel of .NET notebooks in a process of its own, spoken to by lines of JSON: a command goes in, events come out until
/// the command has succeeded or failed. One command runs at a time.
/// </summary>
internal sealed class KernelProcess : IAsyncDisposable
{
    private static readonly TimeSpan GraceAfterCancel = TimeSpan.FromSeconds(2);

    private readonly Process _process;
    private readonly Channel<KernelEvent> _events = Channel.CreateUnbounded<KernelEvent>();
    private readonly StringBuilder _errors = new();
    private int _commands;

    private KernelProcess(Process process)
    {
        _process = process;
        process.ErrorDataReceived += (_, e) =>
        {
            lock (_errors) _errors.AppendLine(e.Data);
        };
        process.BeginErrorReadLine();
        _ = Task.Run(ReadAsync);
    }

    /// <summary>Starts the kernel; commands may be given at once.</summary>
    /// <param name="command">What <see cref="KernelTool.FindAsync"/> has found.</param>
    /// <param name="defaultLanguage">The language of cells that name none: csharp or fsharp.</param>
    /// <param name="folder">The folder that cells work in.</param>
    /// <exception cref="ToolException">The program cannot be started.</exception>
    public static KernelProcess Start(IReadOnlyList<string> command, string defaultLanguage, string folder)
    {
        var start = new ProcessStartInfo(command[0], [.. command.Skip(1), "stdio", "--default-kernel", defaultLanguage,
            "--working-dir", folder])
        {
            WorkingDirectory = folder, RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true,
            StandardInputEncoding = new UTF8Encoding(false), StandardOutputEncoding = Encoding.UTF8,
        };
        start.Environment["DOTNET_INTERACTIVE_CLI_TELEMETRY_OPTOUT"] = "1";
        start.Environment["DOTNET_INTERACTIVE_SKIP_FIRST_TIME_EXPERIENCE"] = "1";
        start.Environment["DOTNET_NOLOGO"] = "1";
        // Most notebooks are short: code is not measured before it is compiled again.
        start.Environment["DOTNET_TieredPGO"] = "0";
        try
        {
            return new KernelProcess(Process.Start(start)!);
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            throw new ToolException($"The notebook kernel cannot be started ({command[0]}): {e.Message}");
        }
    }

    /// <summary>Runs code to its end.</summary>
    /// <param name="code">The code, magic commands included.</param>
    /// <param name="language">The kernel to run it in.</param>
    /// <param name="told">Told of every event on the way.</param>
    /// <returns>Null when it succeeded, otherwise the event that says why not.</returns>
    /// <exception cref="OperationCanceledException">Cancelled; the kernel has been told to end the code.</exception>
    /// <exception cref="KernelEndedException">The process ended; the message says how.</exception>
    public Task<KernelEvent?> RunAsync(string code, string language, Action<KernelEvent> told, CancellationToken cancellation) =>
        ExecuteAsync("SubmitCode", new JsonObject { ["code"] = code, ["targetKernelName"] = language }, told, cancellation);

    /// <summary>Gives a command of any kind, as <see cref="RunAsync"/> does code.</summary>
    /// <param name="type">The command's name in the protocol.</param>
    /// <param name="command">What it holds.</param>
    /// <param name="told">Told of every event on the way.</param>
    public async Task<KernelEvent?> ExecuteAsync(string type, JsonObject command, Action<KernelEvent> told, CancellationToken cancellation)
    {
        var token = Send(type, command);
        using var patience = new CancellationTokenSource();
        await using var registration = cancellation.Register(() =>
        {
            Send("Cancel", []);
            patience.CancelAfter(GraceAfterCancel);
        }).ConfigureAwait(false);
        while (true)
        {
            KernelEvent next;
            try
            {
                next = await _events.Reader.ReadAsync(patience.Token).ConfigureAwait(false);
            }
            catch (ChannelClosedException)
            {
                throw new KernelEndedException(await EndAsync().ConfigureAwait(false));
            }
            catch (OperationCanceledException)
            {
                throw new OperationCanceledException(cancellation);
            }

            if (next.Token == token && next.Type is ("CommandSucceeded" or "CommandFailed"))
            {
                cancellation.ThrowIfCancellationRequested();
                return next.Type == "CommandFailed" ? next : null;
            }

            told(next);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        try
        {
            if (!_process.HasExited) _process.Kill(entireProcessTree: true);
            await _process.WaitForExitAsync().ConfigureAwait(false);
        }
        catch (InvalidOperationException)
        {
            // It ended in between.
        }

        _process.Dispose();
    }

    private string Send(string type, JsonObject command)
    {
        var token = "cell-" + Interlocked.Increment(ref _commands).ToString(CultureInfo.InvariantCulture);
        var line = new JsonObject { ["token"] = token, ["commandType"] = type, ["command"] = command,
            ["routingSlip"] = new JsonArray() }.ToJsonString();
        try
        {
            lock (_process)
            {
                _process.StandardInput.Write(line + "\n");
                _process.StandardInput.Flush();
            }
        }
        catch (IOException)
        {
            // The process is gone: reading its events tells how.
        }

        return token;
    }

    private async Task ReadAsync()
    {
        while (await _process.StandardOutput.ReadLineAsync().ConfigureAwait(false) is { } line)
        {
            if (Parse(line) is { } read) _events.Writer.TryWrite(read);
        }

        _events.Writer.Complete();
    }

    // What is not an event is the kernel's own chatter.
    private static KernelEvent? Parse(string line)
    {
        if (!line.StartsWith('{')) return null;
        try
        {
            using var json = JsonDocument.Parse(line);
            var root = json.RootElement;
            if (!root.TryGetProperty("eventType", out var type) || !root.TryGetProperty("event", out var content)) return null;
            var token = root.TryGetProperty("command", out var command) && command.ValueKind == JsonValueKind.Object
                && command.TryGetProperty("token", out var text) ? text.GetString() : null;
            return new KernelEvent(type.GetString()!, content.Clone(), token);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private async Task<string> EndAsync()
    {
        await _process.WaitForExitAsync().ConfigureAwait(false);
        string[] said;
        lock (_errors) said = _errors.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return $"The notebook kernel ended unexpectedly (exit code {_process.ExitCode}){(said.Length > 0 ? ": " + said[0] : ".")}";
    }
}
