using Microsoft.CodeAnalysis.CSharp;
using Microsoft.DotNet.Interactive;
using Microsoft.DotNet.Interactive.CSharp;
using Microsoft.DotNet.Interactive.Directives;
using Microsoft.DotNet.Interactive.Formatting;

namespace EcoGlmm.Interactive;

/// <summary>The command <c>#!glmm</c>: fits a model and shows its card, without a line of C#.</summary>
internal static class GlmmDirective
{
    public const string Name = "#!glmm";

    private static IEnumerable<string> FamilyNames => Families.FamilyNames.All.Select(family => family.Name).Distinct();

    private static string Help =>
        $"""
        #!glmm --data owls --family nbinom2 --zi "~ 1" --as fit "calls ~ food * sex + offset(log(brood)) + (1 | nest)"

          "formula"       the model in R's notation, in quotes
          --data          the variable that holds the data: a DataFrame, FieldData, DataTable, list of records, …
          --family        {string.Join(", ", FamilyNames)}; gaussian if not given
          --link          the link function; the family's own if not given
          --zi            the formula of the zero inflation, such as "~ 1"
          --dispersion    the formula of the dispersion
          --weights       the column of weights
          --offset        the column of offsets
          --reml          restricted maximum likelihood, for Gaussian models; behind the formula
          --as            the variable to keep the fit in
        """;

    public static void AddTo(CSharpKernel kernel)
    {
        var variables = new NotebookVariables(kernel);
        var directive = new KernelActionDirective(Name)
        {
            Description = "Fits a generalized linear mixed model (EcoGlmm)",
            KernelCommandType = typeof(GlmmCommand),
            Parameters =
            {
                new("--formula", "The model in R's notation, in quotes") { AllowImplicitName = true },
                new KernelDirectiveParameter("--data", "The variable that holds the data: a DataFrame, FieldData, DataTable or list of "
                    + "records")
                    .AddCompletions(() => variables.Tables),
                new KernelDirectiveParameter("--family", "The distribution of the response; gaussian if not given").AddCompletions(() =>
                    FamilyNames),
                new("--link", "The link function; the family's own if not given"),
                new("--zi", "The formula of the zero inflation, such as \"~ 1\""),
                new("--dispersion", "The formula of the dispersion, such as \"~ site\""),
                new KernelDirectiveParameter("--weights", "The column of weights").AddCompletions(() => variables.AllColumns),
                new KernelDirectiveParameter("--offset", "The column of offsets").AddCompletions(() => variables.AllColumns),
                new("--reml", "Restricted maximum likelihood, for Gaussian models") { Flag = true },
                new("--as", "The variable to keep the fit in"),
                new("--help", "What this command takes") { Flag = true },
            },
        };
        kernel.AddDirective<GlmmCommand>(directive, (command, context) => RunAsync(command, context, kernel, variables));
    }

    private static async Task RunAsync(GlmmCommand command, KernelInvocationContext context, CSharpKernel kernel,
        NotebookVariables variables)
    {
        if (command.Help)
        {
            context.DisplayAs(Help, PlainTextFormatter.MimeType);
            return;
        }

        try
        {
            if (command.As is { } name && !SyntaxFacts.IsValidIdentifier(name))
                throw new GlmmException($"--as takes the name of a variable, and \"{name}\" cannot be one.");
            // Off the kernel's own thread: it goes on to take a cancellation.
            var fit = await Task.Run(() => command.Fit(variables.Value)).ConfigureAwait(false);
            context.Display(fit, HtmlFormatter.MimeType, PlainTextFormatter.MimeType);
            if (command.As is not null) await kernel.SetValueAsync(command.As, fit, typeof(GlmmFit)).ConfigureAwait(false);
        }
        catch (GlmmException problem)
        {
            context.Fail(command, message: problem.Message);
        }
        catch (OperationCanceledException)
        {
            context.Fail(command, message: "The fit was cancelled.");
        }
    }
}
