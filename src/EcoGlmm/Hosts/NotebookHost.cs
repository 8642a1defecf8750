using EcoGlmm.Model;

namespace EcoGlmm;

/// <summary>
/// What a notebook lends the library. The package's extension for .NET Interactive sets it up; another host may do so in
/// the same way.
/// </summary>
public static class NotebookHost
{
    /// <summary>
    /// Shows something below the running cell and returns what replaces it there, or null where no cell is running. Long
    /// calculations show their progress through it. Null outside notebooks.
    /// </summary>
    public static Func<IRichDisplay, Action<IRichDisplay>?>? LiveDisplay
    {
        get => LiveProgress.HostDisplay;
        set => LiveProgress.HostDisplay = value;
    }

    /// <summary>Gives the token that is cancelled when the user interrupts the running cell. Null outside notebooks.</summary>
    public static Func<CancellationToken>? Interruption
    {
        get => LiveProgress.HostInterruption;
        set => LiveProgress.HostInterruption = value;
    }
}
