using System.Text.Json;
using EcoGlmm.Text;

namespace EcoGlmm.Plans;

/// <summary>A simulated likelihood ratio test: a replicate is two fits to a response simulated from the smaller model.</summary>
internal sealed class LikelihoodRatioWork : PlanWork
{
    public const string Name = "likelihood-ratio";

    private readonly Func<CancellationToken, GlmmFit> _fit0;
    private readonly Func<CancellationToken, GlmmFit> _fit1;
    private readonly string _formula0;
    private readonly string _formula1;
    private readonly int _count;
    private readonly long _seed;
    private readonly SimulationMode _mode;
    private readonly double _observed;

    public LikelihoodRatioWork(GlmmFit fit0, GlmmFit fit1, int count, long seed, SimulationMode mode)
    {
        Glmm.CheckLikelihoodRatio(fit0, fit1, count);
        (_fit0, _fit1, _formula0, _formula1) = (_ => fit0, _ => fit1, fit0.Formula, fit1.Formula);
        (_count, _seed, _mode, _observed) = (count, seed, mode, fit1.LogLikelihood - fit0.LogLikelihood);
    }

    private LikelihoodRatioWork(JsonElement json, PlanFiles files)
    {
        _fit0 = new StoredFit(files, json.GetProperty("smaller").GetString()!).Read;
        _fit1 = new StoredFit(files, json.GetProperty("larger").GetString()!).Read;
        _formula0 = json.GetProperty("smallerFormula").GetString()!;
        _formula1 = json.GetProperty("largerFormula").GetString()!;
        (_count, _seed) = (json.GetProperty("count").GetInt32(), json.GetProperty("seed").GetInt64());
        _mode = ModelJson.Enum<SimulationMode>(json, "mode");
        _observed = ModelJson.Numbers(json, "observed")[0];
    }

    public override string Kind => Name;

    public override string What =>
        $"{NumberFormat.Count(_count)} simulations of the likelihood ratio of {_formula1} against {_formula0}";

    public override int Replicates => _count;

    public override Type ResultType => typeof(TestResult);

    public static LikelihoodRatioWork Read(JsonElement json, PlanFiles files) => new(json, files);

    public override void Write(Utf8JsonWriter json, PlanFiles files)
    {
        json.WriteString("smaller", StoredFit.Write(_fit0(default), files));
        json.WriteString("larger", StoredFit.Write(_fit1(default), files));
        json.WriteString("smallerFormula", _formula0);
        json.WriteString("largerFormula", _formula1);
        json.WriteNumber("count", _count);
        json.WriteNumber("seed", _seed);
        json.WriteString("mode", _mode.ToString());
        ModelJson.Exact(json, "observed", [_observed]);
    }

    public override Func<int, CancellationToken, double[]> Prepare(int maxThreads, CancellationToken cancellation)
    {
        var gain = Glmm.SimulatedGains(_fit0(cancellation), _fit1(cancellation), _seed, _mode);
        return (s, stop) => [gain(s, stop)];
    }

    public override object Merge(IReadOnlyList<double[]> replicates) =>
        Glmm.LikelihoodRatioTestOf(_observed, [.. replicates.Select(r => r[0])], _formula0, _formula1);
}
