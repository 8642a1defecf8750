using EcoGlmm.Charts;
using EcoGlmm.Hosts;
using EcoGlmm.Text;

namespace EcoGlmm;

/// <summary>Shows results outside a notebook: in the browser, or as a page in a file.</summary>
public static class RichDisplayExtensions
{
    /// <summary>
    /// Opens what a notebook would show in the browser, from a page in the folder for temporary files. Where there is no
    /// browser, it is printed as plain text, with the path of the page.
    /// </summary>
    /// <param name="shown">A fit, a table, residuals, predictions, data.</param>
    /// <returns>The path of the page.</returns>
    /// <exception cref="GlmmException">The page cannot be written.</exception>
    public static string Show(this IRichDisplay shown)
    {
        ArgumentNullException.ThrowIfNull(shown);
        var path = Path.Combine(Path.GetTempPath(), $"ecoglmm-{Guid.NewGuid():N}.html");
        shown.SaveHtml(path);
        if (!BrowserWindow.TryOpen(path))
            Console.WriteLine($"{shown}\nNo browser could be opened here. The page is in {path}.");
        return path;
    }

    /// <summary>Opens a figure in the browser, from a page in the folder for temporary files.</summary>
    /// <param name="figure">The figure.</param>
    /// <returns>The path of the page.</returns>
    /// <exception cref="GlmmException">The page cannot be written.</exception>
    public static string Show(this Figure figure)
    {
        ArgumentNullException.ThrowIfNull(figure);
        var path = Path.Combine(Path.GetTempPath(), $"ecoglmm-{Guid.NewGuid():N}.html");
        figure.SaveHtml(path);
        if (!BrowserWindow.TryOpen(path)) Console.WriteLine($"No browser could be opened here. The figure is in {path}.");
        return path;
    }

    /// <summary>Writes what a notebook would show as a page that stands alone.</summary>
    /// <param name="shown">A fit, a table, residuals, predictions, data.</param>
    /// <param name="path">The file, which is replaced if it exists.</param>
    /// <exception cref="GlmmException">The file cannot be written.</exception>
    public static void SaveHtml(this IRichDisplay shown, string path)
    {
        ArgumentNullException.ThrowIfNull(shown);
        var title = shown is GlmmFit fit ? fit.Formula : shown.GetType().Name;
        PageFile.Save(path, StandalonePage.Write(title, shown.ToHtml()));
    }
}
