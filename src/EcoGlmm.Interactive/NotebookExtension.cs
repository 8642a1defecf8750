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
        RegisterFormatters();
        NotebookHost.LiveDisplay = ShowBelowCell;
        NotebookHost.Interruption = () => KernelInvocationContext.Current?.CancellationToken ?? CancellationToken.None;
        // The trace through the library's inside says nothing to the reader of a notebook; the sentence does.
        GlmmException.ShowsTrace = false;

        var root = kernel as CompositeKernel ?? kernel.RootKernel as CompositeKernel;
        var loadedBy = KernelInvocationContext.Current?.HandlingKernel?.Name;
        IEnumerable<Kernel> kernels = root is null ? [kernel] : root.ChildKernels;
        foreach (var csharp in kernels.OfType<CSharpKernel>().ToArray())
        {
            // Loaded again, everything is in place.
            if (csharp.KernelInfo.SupportedDirectives.Any(directive => directive.Name == GlmmDirective.Name)) continue;
            csharp.AddAssemblyReferences(PackageAssemblies.Paths());
            csharp.DeferCommand(new SubmitCode("using EcoGlmm;"));
            GlmmDirective.AddTo(csharp);
            FormulaServices.AddTo(csharp);
        }

        if (loadedBy == FSharpKernel)
            root!.ChildKernels.Single(child => child.Name == FSharpKernel).DeferCommand(new SubmitCode("open EcoGlmm"));
        KernelInvocationContext.Current?.DisplayAs(Greeting, PlainTextFormatter.MimeType);
        await Task.CompletedTask;
    }

    /// <summary>Leaves out the progress of long calculations, which has no place in a notebook that runs unattended.</summary>
    public static void WithoutProgress() => NotebookHost.LiveDisplay = _ => null;

    private static string Greeting =>
        $"EcoGlmm {typeof(GlmmFit).Assembly.GetName().Version!.ToString(3)}: Glmm.Fit(formula, data, family), or #!glmm --help";

    internal static void RegisterFormatters()
    {
        Formatter.Register<IRichDisplay>((shown, writer) => writer.Write(shown.ToHtml()), HtmlFormatter.MimeType);
        Formatter.Register<IRichDisplay>((shown, writer) => writer.Write(shown.ToString()), PlainTextFormatter.MimeType);
        Formatter.SetPreferredMimeTypesFor(typeof(IRichDisplay), HtmlFormatter.MimeType, PlainTextFormatter.MimeType);
    }

    private static Action<IRichDisplay>? ShowBelowCell(IRichDisplay shown)
    {
        if (KernelInvocationContext.Current is not { } context) return null;
        var displayed = context.Display(shown, HtmlFormatter.MimeType);
        return next => displayed.Update(next);
    }
}
