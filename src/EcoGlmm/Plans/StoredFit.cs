using System.Text.Json;
using EcoGlmm.Estimation;
using EcoGlmm.Text;

namespace EcoGlmm.Plans;

/// <summary>A fit in a plan: its model as JSON, its data and its estimates as files, to the bit.</summary>
internal sealed class StoredFit
{
    private readonly PlanFiles _files;
    private readonly string _model;

    public StoredFit(PlanFiles files, string model) => (_files, _model) = (files, model);

    /// <summary>Writes a fit.</summary>
    /// <returns>The name of the model's file, which names the others.</returns>
    public static string Write(GlmmFit fit, PlanFiles files)
    {
        var name = files.NewName("model", "json");
        var data = files.WriteTable(fit.Data);
        var estimate = files.NewName("start", "bin");
        files.Write(estimate, StoredEstimate.Of(fit.Estimate).Write);
        files.Write(name, stream =>
        {
            using var json = new Utf8JsonWriter(stream, ModelJson.Format);
            json.WriteStartObject();
            json.WriteString("formula", fit.Formula);
            json.WriteString("data", data);
            json.WriteString("start", estimate);
            ModelJson.Write(json, fit.Estimate.Model.Family);
            ModelJson.Write(json, fit.Options, files);
            json.WriteStartObject("startValues");
            foreach (var (part, table) in new[] { ("conditional", fit.FixedEffects), ("zeroInflation", fit.ZeroInflationEffects),
                ("dispersion", fit.DispersionEffects) })
            {
                if (table.Count == 0) continue;
                json.WriteStartObject(part);
                foreach (var c in table) json.Number(c.Name, c.Estimate);
                json.WriteEndObject();
            }

            json.WriteStartArray("randomEffects");
            foreach (var c in fit.VarianceComponents)
            {
                json.WriteStartObject();
                json.WriteString("group", c.Group);
                json.WriteString("term1", c.Term1);
                if (c.Term2 is not null) json.WriteString("term2", c.Term2);
                if (c.Term2 is null) json.Number("standardDeviation", c.StandardDeviation);
                else json.Number("correlation", c.Correlation);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.Number("sigma", fit.Sigma);
            json.Number("logLikelihood", fit.LogLikelihood);
            json.WriteEndObject();
            json.WriteEndObject();
        });
        return name;
    }

    /// <summary>The fit again, without a search.</summary>
    /// <exception cref="GlmmException">A file is not there, or is not what the plan was made with.</exception>
    public GlmmFit Read(CancellationToken cancellation) => _files.Read(_model, stream =>
    {
        using var document = JsonDocument.Parse(stream);
        var root = document.RootElement;
        return ModelFitter.Restore(root.GetProperty("formula").GetString()!, _files.ReadTable(root.GetProperty("data").GetString()!),
            ModelJson.ReadFamily(root), ModelJson.ReadOptions(root, _files), _files.ReadEstimate(root.GetProperty("start").GetString()!),
            cancellation);
    });
}
