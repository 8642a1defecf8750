using System.CommandLine;

namespace EcoGlmm.Tool;

/// <summary>What the commands that fit a model are given: data, formula, family and options.</summary>
internal sealed class ModelArguments
{
    private readonly Argument<string> _data = new("data") { Description = "The CSV file (.csv or .csv.gz)." };

    private readonly Argument<string> _formula = new("formula")
    {
        Description = "The model, as in R: \"eggs ~ age + offset(log(effort)) + (1 | nest)\".",
    };

    private readonly Option<string> _family = new("--family", "-f")
    {
        Description = "The response's distribution: gaussian, poisson, binomial, nbinom2, Gamma, …",
        DefaultValueFactory = _ => "gaussian",
    };

    private readonly Option<string?> _link = new("--link") { Description = "The link function; by default the family's own." };

    private readonly Option<string> _zeroInflation = new("--zi")
    {
        Description = "The zero-inflation formula, as \"~ 1\".",
        HelpName = "formula",
        DefaultValueFactory = _ => "~ 0",
    };

    private readonly Option<string> _dispersion = new("--dispersion")
    {
        Description = "The dispersion formula.",
        HelpName = "formula",
        DefaultValueFactory = _ => "~ 1",
    };

    private readonly Option<string?> _weights = new("--weights") { Description = "The column of weights.", HelpName = "column" };
    private readonly Option<string?> _offset = new("--offset") { Description = "The column of offsets.", HelpName = "column" };

    private readonly Option<string[]> _factor = new("--factor")
    {
        Description = "A column to be treated as categorical although it holds numbers; may be repeated.",
        HelpName = "column",
    };

    private readonly Option<bool> _reml = new("--reml") { Description = "Restricted maximum likelihood." };

    /// <summary>The command with these arguments.</summary>
    public Command AddTo(Command command)
    {
        command.Add(_data);
        command.Add(_formula);
        foreach (var option in new Option[] { _family, _link, _zeroInflation, _dispersion, _weights, _offset, _factor, _reml })
            command.Add(option);
        return command;
    }

    /// <summary>Reads the file and fits the model.</summary>
    /// <exception cref="GlmmException">The file, the formula or a column cannot be used.</exception>
    /// <exception cref="OperationCanceledException">The fit was cancelled.</exception>
    public async Task<GlmmFit> FitAsync(ParseResult result, CancellationToken cancellation)
    {
        var table = FieldData.ReadCsv(result.GetValue(_data)!);
        foreach (var column in result.GetValue(_factor) ?? [])
            table = table.AsFactor(column);
        var options = new GlmmOptions
        {
            ZeroInflation = result.GetValue(_zeroInflation)!,
            Dispersion = result.GetValue(_dispersion)!,
            Weights = result.GetValue(_weights),
            Offset = result.GetValue(_offset),
            Reml = result.GetValue(_reml),
        };
        var distribution = Family.Parse(result.GetValue(_family)!, result.GetValue(_link));
        return await Glmm.FitAsync(result.GetValue(_formula)!, table, distribution, options, cancellationToken: cancellation)
            .ConfigureAwait(false);
    }
}
