using System.CommandLine;
using EcoGlmm.Formulas;

namespace EcoGlmm.Tool;

/// <summary><c>ecoglmm fit</c>: fits one model to a CSV file and prints its summary.</summary>
internal static class FitCommand
{
    public static Command Create()
    {
        var data = new Argument<string>("data") { Description = "The CSV file (.csv or .csv.gz)." };
        var formula = new Argument<string>("formula")
        {
            Description = "The model, as in R: \"eggs ~ age + offset(log(effort)) + (1 | nest)\".",
        };
        var family = new Option<string>("--family", "-f")
        {
            Description = "The response's distribution: gaussian, poisson, binomial, nbinom2, Gamma, …",
            DefaultValueFactory = _ => "gaussian",
        };
        var link = new Option<string?>("--link") { Description = "The link function; by default the family's own." };
        var zeroInflation = new Option<string>("--zi")
        {
            Description = "The zero-inflation formula, as \"~ 1\".",
            HelpName = "formula",
            DefaultValueFactory = _ => "~ 0",
        };
        var dispersion = new Option<string>("--dispersion")
        {
            Description = "The dispersion formula.",
            HelpName = "formula",
            DefaultValueFactory = _ => "~ 1",
        };
        var weights = new Option<string?>("--weights") { Description = "The column of weights.", HelpName = "column" };
        var offset = new Option<string?>("--offset") { Description = "The column of offsets.", HelpName = "column" };
        var factor = new Option<string[]>("--factor")
        {
            Description = "A column to be treated as categorical although it holds numbers; may be repeated.",
            HelpName = "column",
        };
        var reml = new Option<bool>("--reml") { Description = "Restricted maximum likelihood." };
        var json = new Option<bool>("--json") { Description = "Print everything as JSON instead of the summary." };
        var command = new Command("fit", "Fits a mixed model to a CSV file and prints its summary.")
        {
            data, formula, family, link, zeroInflation, dispersion, weights, offset, factor, reml, json,
        };
        command.SetAction(async (result, cancellation) =>
        {
            try
            {
                var table = FieldData.ReadCsv(result.GetValue(data)!);
                foreach (var column in result.GetValue(factor) ?? [])
                    table = table.AsFactor(column);
                var options = new GlmmOptions
                {
                    ZeroInflation = result.GetValue(zeroInflation)!,
                    Dispersion = result.GetValue(dispersion)!,
                    Weights = result.GetValue(weights),
                    Offset = result.GetValue(offset),
                    Reml = result.GetValue(reml),
                };
                var distribution = Family.Parse(result.GetValue(family)!, result.GetValue(link));
                var fit = await Glmm.FitAsync(
                    result.GetValue(formula)!, table, distribution, options, cancellationToken: cancellation)
                    .ConfigureAwait(false);
                Console.WriteLine(result.GetValue(json) ? fit.ToJson() : fit.ToString());
                return 0;
            }
            catch (GlmmException e)
            {
                throw new ToolException(e.Message);
            }
            catch (OperationCanceledException)
            {
                return Program.Cancelled;
            }
        });
        return command;
    }
}
