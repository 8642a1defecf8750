using System.Runtime.InteropServices;
using Microsoft.DotNet.Interactive;
using Microsoft.DotNet.Interactive.Commands;

namespace EcoGlmm.Interactive;

/// <summary>
/// Jupyter's stop button sends SIGINT to the kernel, which takes it for the end of its life: the notebook's variables would be
/// gone. Here it cancels the cells that run or wait, and the kernel lives on.
/// </summary>
internal static class JupyterInterrupt
{
    private static PosixSignalRegistration? _registration;

    /// <summary>Listens where the process is a kernel of Jupyter; elsewhere Ctrl+C ends a process as it did.</summary>
    public static void ListenFor(Kernel root)
    {
        if (OperatingSystem.IsWindows() || !Environment.GetCommandLineArgs().Contains("jupyter")) return;
        var registration = PosixSignalRegistration.Create(PosixSignal.SIGINT, context =>
        {
            context.Cancel = true;
            _ = root.SendAsync(new Cancel());
            // The runtime calls the handlers one after the other on a thread that is there for this signal, the last registered
            // first. The next one is the host's, which shuts the kernel down: it must not get its turn.
            Thread.Sleep(Timeout.Infinite);
        });
        Interlocked.Exchange(ref _registration, registration)?.Dispose();
    }
}
