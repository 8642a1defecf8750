using System.Text.Json;
using EcoGlmm.Planning;
using EcoGlmm.Text;

namespace EcoGlmm.Plans;

/// <summary>Cross-validation: a replicate is a fold.</summary>
internal sealed class CrossValidationWork : PlanWork
{
    public const string Name = "cross-validation";

    private readonly Func<CancellationToken, GlmmFit> _fit;
    private readonly string _formula;
    private readonly long _seed;
    private readonly int[] _folds;
    private readonly string _how;

    public CrossValidationWork(GlmmFit fit, int? folds, string? group, long seed)
    {
        CrossValidator.Check(fit);
        (_fit, _formula, _seed) = (_ => fit, fit.Formula, seed);
        (_folds, _how) = new CrossValidator(fit, seed, default).Deal(folds, group);
    }

    private CrossValidationWork(JsonElement json, PlanFiles files)
    {
        _fit = new StoredFit(files, json.GetProperty("model").GetString()!).Read;
        _formula = json.GetProperty("formula").GetString()!;
        _seed = json.GetProperty("seed").GetInt64();
        _how = json.GetProperty("how").GetString()!;
        _folds = [.. json.GetProperty("folds").EnumerateArray().Select(f => f.GetInt32())];
    }

    public override string Kind => Name;

    public override string What => $"Cross-validation of {_formula}, {NumberFormat.Count(Replicates)} folds";

    public override int Replicates => _folds.Max() + 1;

    public override Type ResultType => typeof(CrossValidation);

    public static CrossValidationWork Read(JsonElement json, PlanFiles files) => new(json, files);

    public override void Write(Utf8JsonWriter json, PlanFiles files)
    {
        json.WriteString("model", StoredFit.Write(_fit(default), files));
        json.WriteString("formula", _formula);
        json.WriteNumber("seed", _seed);
        json.WriteString("how", _how);
        json.WriteStartArray("folds");
        foreach (var fold in _folds) json.WriteNumberValue(fold);
        json.WriteEndArray();
    }

    public override Func<int, CancellationToken, double[]> Prepare(int maxThreads, CancellationToken cancellation)
    {
        var validator = new CrossValidator(_fit(cancellation), _seed, cancellation);
        return (f, stop) => validator.Fold(_folds, f, stop);
    }

    public override object Merge(IReadOnlyList<double[]> replicates) => CrossValidator.Merge(_folds, _how, replicates);
}
