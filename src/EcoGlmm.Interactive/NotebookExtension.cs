using Microsoft.DotNet.Interactive;
using Microsoft.DotNet.Interactive.Commands;
using Microsoft.DotNet.Interactive.CSharp;
using Microsoft.DotNet.Interactive.Formatting;

namespace EcoGlmm.Interactive;

/// <summary>
/// What a notebook gains by <c>#r "nuget: EcoGlmm"</c>: results drawn as cards, tables and figures, the namespace in scope,
/// the command <c>#!glmm</c>, columns completed inside formulas, progress below a long-running cell.
/// </summary>
public sealed class NotebookExtension : IKernelExtension
{
    private const string FSharpKernel = "fsharp";

    /// <inheritdoc/>
    public async Task OnLoadAsync(Kernel kernel)
    {
        ArgumentNullException.ThrowIfNull(kernel);
        RichDisplayFormatters.Register();
        NotebookHost.LiveDisplay = ShowBelowCell;
        NotebookHost.Interruption = () => KernelInvocationContext.Current?.CancellationToken ?? CancellationToken.None;
        // The trace through the library's inside says nothing to the reader of a notebook; the sentence does.
        GlmmException.ShowsTrace = false;

        var root = kernel as CompositeKernel ?? kernel.RootKernel as CompositeKernel;
        JupyterInterrupt.ListenFor(root ?? kernel);
        Kernel[] kernels = root is null ? [kernel] : [.. root.ChildKernels];
        foreach (var csharp in kernels.OfType<CSharpKernel>())
        {
            // Loaded again, everything is in place.
            if (csharp.KernelInfo.SupportedDirectives.Any(directive => directive.Name == GlmmDirective.Name)) continue;
            var assemblies = PackageAssemblies.Paths();
            csharp.AddAssemblyReferences(assemblies);
            csharp.DeferCommand(new SubmitCode("using EcoGlmm;"));
            GlmmDirective.AddTo(csharp);
            FormulaServices.AddTo(csharp);
            // Whichever language asked for the package, the other one has it too.
            kernels.FirstOrDefault(other => other.Name == FSharpKernel)?.DeferCommand(
                new SubmitCode(string.Join('\n', assemblies.Select(path => $"#r @\"{path}\"").Append("open EcoGlmm"))));
        }

        KernelInvocationContext.Current?.DisplayAs(Greeting, PlainTextFormatter.MimeType);
        await Task.CompletedTask;
    }

    /// <summary>Leaves out the progress of long calculations, which has no place in a notebook that runs unattended.</summary>
    public static void WithoutProgress() => NotebookHost.LiveDisplay = _ => null;

    private static string Greeting =>
        $"EcoGlmm {typeof(GlmmFit).Assembly.GetName().Version!.ToString(3)}: Glmm.Fit(formula, data, family), or #!glmm --help";

    private static Action<IRichDisplay>? ShowBelowCell(IRichDisplay shown)
    {
        if (KernelInvocationContext.Current is not { } context) return null;
        var displayed = context.Display(shown, HtmlFormatter.MimeType);
        return next => displayed.Update(next);
    }
}
