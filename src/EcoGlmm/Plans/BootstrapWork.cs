using System.Text.Json;
using EcoGlmm.Inference;
using EcoGlmm.Model;
using EcoGlmm.Text;

namespace EcoGlmm.Plans;

/// <summary>The parametric bootstrap of all parameters: a replicate is a refit to a simulated response.</summary>
internal sealed class BootstrapWork : PlanWork
{
    public const string Name = "bootstrap";

    private readonly Func<CancellationToken, GlmmFit> _fit;
    private readonly string _formula;
    private readonly int _count;
    private readonly long _seed;
    private readonly double _level;
    private readonly string? _symbol;
    private readonly (ModelPart Part, string Name, ParameterKind Kind, double Estimate)[] _parameters;

    public BootstrapWork(GlmmFit fit, int count, long seed, double level)
    {
        if (!fit.Convergence.IsConverged)
            throw new GlmmException("The fit did not converge, so that simulating from it says nothing. Mend the model first: "
                + "fit.Convergence says what is wrong.");
        if (count < 1) throw new GlmmException($"The number of simulations must be at least 1, not {count}.");
        _fit = _ => fit;
        (_formula, _count, _seed, _level) = (fit.Formula, count, seed, CoverageLevel.Checked(level));
        _symbol = fit.Family.Words.Dispersion?.Symbol;
        _parameters = [.. FitParameter.Of(fit).Select(p => (p.Part, p.Name, p.Kind, p.Value(fit)))];
    }

    private BootstrapWork(JsonElement json, PlanFiles files)
    {
        _fit = new StoredFit(files, json.GetProperty("model").GetString()!).Read;
        _formula = json.GetProperty("formula").GetString()!;
        (_count, _seed, _level) = (json.GetProperty("count").GetInt32(), json.GetProperty("seed").GetInt64(),
            json.GetProperty("level").GetDouble());
        _symbol = json.GetProperty("dispersionSymbol").GetString();
        var estimates = ModelJson.Numbers(json, "estimates");
        _parameters = [.. json.GetProperty("parameters").EnumerateArray().Select((p, k) => (ModelJson.Enum<ModelPart>(p, "part"),
            p.GetProperty("name").GetString()!, ModelJson.Enum<ParameterKind>(p, "kind"), estimates[k]))];
    }

    public override string Kind => Name;

    public override string What => $"{NumberFormat.Count(_count)} bootstrap fits of {_formula}";

    public override int Replicates => _count;

    public override Type ResultType => typeof(IntervalTable);

    public static BootstrapWork Read(JsonElement json, PlanFiles files) => new(json, files);

    public override void Write(Utf8JsonWriter json, PlanFiles files)
    {
        json.WriteString("model", StoredFit.Write(_fit(default), files));
        json.WriteString("formula", _formula);
        json.WriteNumber("count", _count);
        json.WriteNumber("seed", _seed);
        json.WriteNumber("level", _level);
        json.WriteString("dispersionSymbol", _symbol);
        json.WriteStartArray("parameters");
        foreach (var p in _parameters)
        {
            json.WriteStartObject();
            json.WriteString("part", p.Part.ToString());
            json.WriteString("name", p.Name);
            json.WriteString("kind", p.Kind.ToString());
            json.WriteEndObject();
        }

        json.WriteEndArray();
        ModelJson.Exact(json, "estimates", _parameters.Select(p => p.Estimate));
    }

    public override Func<int, CancellationToken, double[]> Prepare(int maxThreads, CancellationToken cancellation)
    {
        var fit = _fit(cancellation);
        var parameters = FitParameter.Of(fit);
        var replicate = ParametricBootstrap.Replicates(fit, f => [.. parameters.Select(p => p.Value(f))], _seed);
        return (s, stop) => replicate(s, stop) ?? [];
    }

    public override object Merge(IReadOnlyList<double[]> replicates)
    {
        double[][] statistics = [.. replicates.Where(r => r.Length > 0)];
        return IntervalTable.Of(_parameters.Select((p, k) =>
        {
            var (lower, upper) = ParametricBootstrap.Percentiles(statistics, k, _level);
            return new Interval(p.Part, p.Name, p.Estimate, lower, upper) { Kind = p.Kind };
        }), _level).WithSymbol(_symbol);
    }
}
