using System.Collections.Concurrent;
using System.Text.Json;
using EcoGlmm.Planning;
using EcoGlmm.Text;

namespace EcoGlmm.Plans;

/// <summary>Power by simulation: a replicate is one simulated study of one design.</summary>
internal sealed class PowerWork : PlanWork
{
    public const string Name = "power";

    private readonly string _formula;
    private readonly (string Name, int Rows, double Size, Func<FieldData> Table)[] _designs;
    private readonly Dictionary<string, double> _parameters;
    private readonly string _effect;
    private readonly Family _family;
    private readonly GlmmOptions _options;
    private readonly PowerOptions _power;

    public PowerWork(string formula, IEnumerable<(string Name, object Design)> designs, IReadOnlyDictionary<string, double> parameters,
        string effect, Family family, GlmmOptions options, PowerOptions power)
    {
        if (power.ResumeFile is not null)
            throw new GlmmException("A plan keeps each simulation's result itself: leave PowerOptions.ResumeFile out.");
        (_formula, _effect, _family, _options, _power) = (formula, effect, family, options, power);
        _parameters = new Dictionary<string, double>(parameters, StringComparer.Ordinal);
        var all = new List<(string, int, double, Func<FieldData>)>();
        foreach (var (name, design) in designs)
        {
            var table = FieldData.From(design);
            var simulator = Glmm.PowerSimulator(formula, table, parameters, effect, family, options);
            _ = Simulation(simulator);
            all.Add((name, simulator.Data.RowCount, Glmm.SizeOfDesign(name, all.Count), () => table));
        }

        _designs = all.Count > 0 ? [.. all] : throw new GlmmException("There is no design to simulate.");
        _ = checked(_designs.Length * power.Simulations);
    }

    private PowerWork(JsonElement json, PlanFiles files)
    {
        _formula = json.GetProperty("formula").GetString()!;
        _effect = json.GetProperty("effect").GetString()!;
        (_family, _options) = (ModelJson.ReadFamily(json), ModelJson.ReadOptions(json, files));
        double Number(string name) => ModelJson.Numbers(json, name)[0];
        _power = new PowerOptions
        {
            Simulations = json.GetProperty("simulations").GetInt32(),
            Alpha = Number("alpha"),
            Seed = json.GetProperty("seed").GetInt64(),
            Degrees = json.GetProperty("degrees").GetString() is { } degrees ? Enum.Parse<DenominatorDegrees>(degrees) : null,
            Target = Number("target") is var target && double.IsNaN(target) ? null : target,
            Precision = Number("precision"),
            MaxThreads = 1,
        };
        var values = ModelJson.Numbers(json, "values");
        _parameters = json.GetProperty("parameters").EnumerateArray().Select((p, k) => (Name: p.GetString()!, Value: values[k]))
            .ToDictionary(p => p.Name, p => p.Value, StringComparer.Ordinal);
        _designs = [.. json.GetProperty("designs").EnumerateArray().Select(d => (d.GetProperty("name").GetString()!,
            d.GetProperty("rows").GetInt32(), d.GetProperty("size").GetDouble(),
            (Func<FieldData>)(() => files.ReadTable(d.GetProperty("data").GetString()!))))];
    }

    public override string Kind => Name;

    public override string What => $"Power for {_effect} in {_formula}: {NumberFormat.Count(_power.Simulations)} simulations of "
        + (_designs.Length == 1 ? "the design" : $"each of {_designs.Length} designs");

    public override int Replicates => _designs.Length * _power.Simulations;

    public override Type ResultType => typeof(PowerAnalysis);

    public static PowerWork Read(JsonElement json, PlanFiles files) => new(json.Clone(), files);

    public override void Write(Utf8JsonWriter json, PlanFiles files)
    {
        json.WriteString("formula", _formula);
        json.WriteString("effect", _effect);
        ModelJson.Write(json, _family);
        ModelJson.Write(json, _options, files);
        json.WriteNumber("simulations", _power.Simulations);
        json.WriteNumber("seed", _power.Seed);
        json.WriteString("degrees", _power.Degrees?.ToString());
        ModelJson.Exact(json, "alpha", [_power.Alpha]);
        ModelJson.Exact(json, "target", [_power.Target ?? double.NaN]);
        ModelJson.Exact(json, "precision", [_power.Precision]);
        json.Texts("parameters", _parameters.Keys);
        ModelJson.Exact(json, "values", _parameters.Values);
        json.WriteStartArray("designs");
        foreach (var (name, rows, size, table) in _designs)
        {
            json.WriteStartObject();
            json.WriteString("name", name);
            json.WriteNumber("rows", rows);
            json.WriteNumber("size", size);
            json.WriteString("data", files.WriteTable(table()));
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    public override Func<int, CancellationToken, double[]> Prepare(int maxThreads, CancellationToken cancellation)
    {
        var simulations = new ConcurrentDictionary<int, Lazy<PowerSimulation>>();
        return (k, _) => simulations.GetOrAdd(k / _power.Simulations, d => new Lazy<PowerSimulation>(() => Simulation(
            Glmm.PowerSimulator(_formula, _designs[d].Table(), _parameters, _effect, _family, _options))))
            .Value.Replicate(k % _power.Simulations);
    }

    public override object Merge(IReadOnlyList<double[]> replicates) => new PowerAnalysis(_effect, _parameters[_effect], _power.Alpha,
        _designs.Select((design, d) => PowerSimulation.Merge(design.Name, design.Rows, design.Size, _parameters[_effect], _power,
            [.. replicates.Skip(d * _power.Simulations).Take(_power.Simulations)])));

    private PowerSimulation Simulation(DesignSimulator simulator) =>
        new(simulator.Draw, PowerSimulation.Fitter(simulator, _family, _options), _effect, _parameters[_effect], _power);
}
