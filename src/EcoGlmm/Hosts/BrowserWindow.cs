using System.ComponentModel;
using System.Diagnostics;

namespace EcoGlmm.Hosts;

/// <summary>Opens a page in whatever browser the user has.</summary>
internal static class BrowserWindow
{
    /// <returns>False where there is no screen or no browser.</returns>
    public static bool TryOpen(string path)
    {
        try
        {
            if (OperatingSystem.IsWindows())
                return Start(new ProcessStartInfo(path) { UseShellExecute = true });
            if (OperatingSystem.IsMacOS())
                return Start(new ProcessStartInfo("open", [path]));
            var screen = Environment.GetEnvironmentVariable("DISPLAY") ?? Environment.GetEnvironmentVariable("WAYLAND_DISPLAY");
            return !string.IsNullOrEmpty(screen) && Start(new ProcessStartInfo("xdg-open", [path]));
        }
        catch (Exception e) when (e is Win32Exception or InvalidOperationException or PlatformNotSupportedException)
        {
            return false;
        }
    }

    private static bool Start(ProcessStartInfo start)
    {
        using var process = Process.Start(start);
        return process is not null || start.UseShellExecute;
    }
}
