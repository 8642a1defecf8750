using System.CommandLine;
using System.Globalization;

namespace EcoGlmm.Tool.Plans;

/// <summary>
/// <c>ecoglmm bootstrap</c>, <c>power</c>, <c>cross-validate</c> and <c>likelihood-ratio</c>: long computations from a fit, here and now or
/// as a plan for a cluster.
/// </summary>
internal static class PlannedCommands
{
    public static NamedCommand[] All =>
    [
        new("bootstrap", Bootstrap), new("power", Power), new("cross-validate", CrossValidate), new("likelihood-ratio", LikelihoodRatio),
    ];

    private static readonly Func<Option<long>> Seed = () => new("--seed")
    {
        Description = "Seed of the random numbers; the same gives the same result.", DefaultValueFactory = _ => 1,
    };

    private static Command Bootstrap()
    {
        var (count, seed) = (Count("--count", "Simulations.", 1000), Seed());
        var level = new Option<double>("--level") { Description = "Coverage of the intervals.", DefaultValueFactory = _ => 0.95 };
        return Create("bootstrap", "Intervals of all parameters by the parametric bootstrap.", [count, seed, level], (fit, r, stop) => (
            () => Plan.Bootstrap(fit, r.GetValue(count), r.GetValue(seed), r.GetValue(level)),
            () => fit.ConfidenceIntervals(IntervalMethod.Bootstrap, r.GetValue(level), r.GetValue(count), r.GetValue(seed),
                cancellationToken: stop)));
    }

    private static Command Power()
    {
        var effect = new Option<string>("--effect") { Description = "The coefficient that is tested.", Required = true };
        var value = new Option<double?>("--value") { Description = "The effect that would matter; the pilot's own by default." };
        var along = new Option<string?>("--along") { Description = "A grouping factor to have more or fewer levels of.",
            HelpName = "column" };
        var levels = new Option<string?>("--levels") { Description = "How many levels: \"20,40,80\"." };
        var alpha = new Option<double>("--alpha") { Description = "Level of the test.", DefaultValueFactory = _ => 0.05 };
        var (count, seed) = (Count("--simulations", "Simulations of each design.", 1000), Seed());
        return Create("power", "The power of a study like this one, by simulation.", [effect, value, along, levels, count, alpha, seed],
            (fit, r, stop) =>
            {
                var options = new PowerOptions { Simulations = r.GetValue(count), Alpha = r.GetValue(alpha), Seed = r.GetValue(seed) };
                var sizes = r.GetValue(levels) is not { } text ? null : Array.ConvertAll(text.Split(','), size =>
                    int.TryParse(size, CultureInfo.InvariantCulture, out var n) ? n
                        : throw new ToolException($"\"{size}\" is not a number of levels: write --levels 20,40,80."));
                return (() => Plan.Power(fit, r.GetValue(effect)!, r.GetValue(value), r.GetValue(along), sizes, options),
                    () => fit.Power(r.GetValue(effect)!, r.GetValue(value), r.GetValue(along), sizes, options, stop));
            });
    }

    private static Command CrossValidate()
    {
        var folds = new Option<int?>("--folds") { Description = "Number of folds; 10, or one for each level of the group." };
        var group = new Option<string?>("--group") { Description = "A column whose levels are left out whole.", HelpName = "column" };
        var seed = Seed();
        return Create("cross-validate", "Scores of the model's predictions of rows left out.", [folds, group, seed], (fit, r, stop) => (
            () => Plan.CrossValidate(fit, r.GetValue(folds), r.GetValue(group), r.GetValue(seed)),
            () => fit.CrossValidate(r.GetValue(folds), r.GetValue(group), r.GetValue(seed), stop)));
    }

    private static Command LikelihoodRatio()
    {
        var larger = new Option<string>("--larger")
        {
            Description = "The larger model, whole or as a change: \". ~ . + age\".", HelpName = "formula", Required = true,
        };
        var (count, seed) = (Count("--count", "Simulations.", 250), Seed());
        return Create("likelihood-ratio", "A simulated likelihood ratio test of the model against a larger one.", [larger, count, seed],
            (fit, r, _) =>
            {
                var other = fit.Update(r.GetValue(larger)!);
                return (() => Plan.SimulateLikelihoodRatioTest(fit, other, r.GetValue(count), r.GetValue(seed)),
                    () => Glmm.SimulateLikelihoodRatioTest(fit, other, r.GetValue(count), r.GetValue(seed)));
            });
    }

    private static Option<int> Count(string name, string description, int usual) =>
        new(name) { Description = description, DefaultValueFactory = _ => usual };

    private static Command Create(string name, string description, Option[] own,
        Func<GlmmFit, ParseResult, CancellationToken, (Func<Plan> Plan, Func<IRichDisplay> Direct)> work)
    {
        var model = new ModelArguments();
        var plan = new PlanArguments();
        var command = model.AddTo(new Command(name, description + " With --slurm FOLDER as a plan for a cluster."));
        foreach (var option in own) command.Add(option);
        plan.AddTo(command);
        command.SetAction((result, cancellation) => FitCommand.Run(async () =>
        {
            var fit = await model.FitAsync(result, cancellation).ConfigureAwait(false);
            var (planned, direct) = work(fit, result, cancellation);
            plan.Do(result, planned, direct);
        }));
        return command;
    }
}
