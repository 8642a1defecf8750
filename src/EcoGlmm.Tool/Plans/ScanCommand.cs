using System.CommandLine;

namespace EcoGlmm.Tool.Plans;

/// <summary><c>ecoglmm scan</c>: tests markers for associations with a trait, here and now or as a plan for a cluster.</summary>
internal sealed class ScanCommand
{
    private readonly Argument<string> _data = new("data") { Description = "The CSV file of the individuals (.csv or .csv.gz)." };
    private readonly Argument<string> _formula = new("formula") { Description = "Trait and covariates: \"weight ~ sex + age\"." };

    private readonly Option<string> _genotypes = new("--genotypes", "-g")
    {
        Description = "The genotypes: PLINK's .bed, a .vcf or .vcf.gz, or a table.", HelpName = "file", Required = true,
    };

    private readonly Option<string?> _individual = new("--individual") { Description = "The column of names.", HelpName = "column" };

    private readonly Option<ScanMethod> _method = new("--method")
    {
        Description = "Variances at each marker anew (exact), as without markers (held), or calibrated score tests for large samples.",
    };

    private readonly Option<string?> _family = new("--family", "-f")
    {
        Description = "The trait's distribution where it is no quantity: binomial, poisson, cumulative.",
    };

    private readonly Option<string?> _interaction = new("--interaction")
    {
        Description = "A covariate that markers' effects may change with.", HelpName = "column",
    };

    private readonly Option<bool> _leaveOut = new("--leave-one-chromosome-out")
    {
        Description = "Test each chromosome against relationships by the others.",
    };

    private readonly Option<string?> _relationship = new("--relationship")
    {
        Description = "A relationship matrix as CSV; by default it is made from the markers.", HelpName = "file",
    };

    private readonly Option<double> _frequency = new("--min-frequency") { Description = "Leave markers with a rarer allele out." };

    private readonly Option<double> _missing = new("--max-missing")
    {
        Description = "Leave markers out of which more calls are missing.", DefaultValueFactory = _ => 1,
    };

    private readonly Option<string?> _output = new("--output", "-o")
    {
        Description = "A CSV file that grows as the scan goes on; the same call after a kill goes on there.", HelpName = "file",
    };

    private readonly Option<bool> _overwrite = new("--overwrite")
    {
        Description = "Results of another scan in the output may be overwritten.",
    };

    private readonly PlanArguments _plan = new();

    public static Command Create() => new ScanCommand().Command();

    private Command Command()
    {
        var command = new Command("scan", "Tests markers for associations with a trait. With --slurm FOLDER as a plan for a cluster.")
        {
            _data, _formula, _genotypes, _individual, _method, _family, _interaction, _leaveOut, _relationship, _frequency, _missing,
            _output, _overwrite,
        };
        _plan.AddTo(command);
        command.SetAction((result, cancellation) => FitCommand.Run(() => Task.Run(() => Scan(result, cancellation), cancellation)));
        return command;
    }

    private void Scan(ParseResult result, CancellationToken cancellation)
    {
        using var all = Genotypes.Open(result.GetValue(_genotypes)!);
        var markers = all.Where(new GenotypeFilter
        {
            MinimumFrequency = result.GetValue(_frequency), MaximumMissing = result.GetValue(_missing),
        });
        var (formula, table) = (result.GetValue(_formula)!, FieldData.ReadCsv(result.GetValue(_data)!));
        var options = new ScanOptions
        {
            Individual = result.GetValue(_individual),
            Method = result.GetValue(_method),
            Family = result.GetValue(_family) is { } family ? Family.Parse(family) : null,
            Interaction = result.GetValue(_interaction),
            LeaveOneChromosomeOut = result.GetValue(_leaveOut),
            Relationship = result.GetValue(_relationship) is { } file ? RelationshipMatrix.ReadCsv(file) : null,
            Output = result.GetValue(_output),
            Overwrite = result.GetValue(_overwrite),
        };
        _plan.Do(result, () => Plan.Scan(formula, table, markers, options),
            () => Glmm.ScanAsync(formula, table, markers, options, cancellationToken: cancellation).GetAwaiter().GetResult());
    }
}
