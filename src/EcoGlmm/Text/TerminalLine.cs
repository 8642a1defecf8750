namespace EcoGlmm.Text;

/// <summary>One line of a terminal that is written over and over, and wiped at the end.</summary>
internal static class TerminalLine
{
    private const string Wipe = "\r\u001b[K";

    /// <summary>Null where standard error is no terminal: a log or a pipe is not to be filled with progress.</summary>
    public static Func<IRichDisplay, Action<IRichDisplay>?>? Opener => Console.IsErrorRedirected ? null : Open;

    private static Action<IRichDisplay> Open(IRichDisplay first)
    {
        Write(first);
        return Write;
    }

    private static void Write(IRichDisplay shown)
    {
        var text = shown.ToString();
        var width = Console.IsOutputRedirected ? 79 : Math.Max(20, Console.BufferWidth - 1);
        Console.Error.Write(Wipe + (text.Length <= width ? text : text[..width]));
    }
}
