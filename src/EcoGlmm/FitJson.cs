using System.Text;
using System.Text.Json;
using EcoGlmm.Text;

namespace EcoGlmm;

/// <summary>A fit as JSON, for scripts and pipelines.</summary>
internal static class FitJson
{
    public static string Write(GlmmFit fit, bool indented)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = indented }))
        {
            json.WriteStartObject();
            Model(json, fit);
            Data(json, fit);
            Criteria(json, fit);
            Coefficients(json, "fixedEffects", fit.FixedEffects);
            Coefficients(json, "zeroInflationEffects", fit.ZeroInflationEffects);
            Coefficients(json, "dispersionEffects", fit.DispersionEffects);
            Covariance(json, fit);
            Components(json, fit);
            Smooths(json, fit);
            Modes(json, fit);
            Convergence(json, fit.Convergence);
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(stream.GetBuffer(), 0, (int)stream.Length);
    }

    private static void Model(Utf8JsonWriter json, GlmmFit fit)
    {
        json.WriteString("formula", fit.Formula);
        json.WriteString("family", fit.Family.Name);
        json.WriteString("link", fit.Family.Link.Name);
        json.WriteString("estimator", fit.Options.Reml ? "REML" : "ML");
        json.WriteBoolean("isLaplaceApproximation", !fit.Estimate.IsProfiled && fit.Estimate.Model is { Terms.Count: > 0,
            QuadraturePoints: 1 });
        json.WriteStartObject("options");
        json.WriteString("zeroInflation", fit.Options.ZeroInflation);
        json.WriteString("dispersion", fit.Options.Dispersion);
        json.WriteString("weights", fit.Options.Weights);
        json.WriteString("offset", fit.Options.Offset);
        json.WriteBoolean("reml", fit.Options.Reml);
        json.WriteNumber("quadraturePoints", fit.Options.QuadraturePoints);
        json.WriteStartObject("contrasts");
        foreach (var (column, name) in fit.Options.Contrasts ?? new Dictionary<string, string>()) json.WriteString(column, name);
        json.WriteEndObject();
        json.WriteNumber("maxIterations", fit.Options.Control.MaxIterations);
        json.Number("tolerance", fit.Options.Control.Tolerance);
        json.WriteEndObject();
    }

    private static void Data(Utf8JsonWriter json, GlmmFit fit)
    {
        json.WriteString("response", fit.Specification.Response.Name);
        json.WriteNumber("observations", fit.ObservationCount);
        json.WriteNumber("droppedRows", fit.DroppedRowCount);
        json.WriteStartArray("missingByVariable");
        foreach (var (variable, count) in fit.Specification.MissingByVariable)
        {
            json.WriteStartObject();
            json.WriteString("variable", variable);
            json.WriteNumber("count", count);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartArray("groups");
        foreach (var (group, levels) in fit.Groups)
        {
            json.WriteStartObject();
            json.WriteString("name", group);
            json.WriteNumber("levels", levels);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void Criteria(Utf8JsonWriter json, GlmmFit fit)
    {
        json.Number("logLikelihood", fit.LogLikelihood);
        if (fit.Options.Priors.Count > 0) json.Number("logPrior", fit.LogPrior);
        json.Number("deviance", fit.Deviance);
        json.WriteNumber("parameterCount", fit.ParameterCount);
        json.Number("aic", fit.Aic);
        json.Number("aicc", fit.Aicc);
        json.Number("bic", fit.Bic);
        json.Number("sigma", fit.Sigma);
        if (FitWords.HasSingleDispersion(fit) && fit.Family.Words.Dispersion is { } dispersion)
            json.WriteString("sigmaSymbol", dispersion.Symbol);
        json.WriteStartObject("familyParameters");
        foreach (var (name, value) in fit.FamilyParameters) json.Number(name, value);
        json.WriteEndObject();
        json.WriteStartObject("familyParameterStandardErrors");
        foreach (var c in fit.FamilyParameters.Rows) json.Number(c.Name, c.StandardError);
        json.WriteEndObject();
    }

    private static void Coefficients(Utf8JsonWriter json, string name, CoefficientTable table)
    {
        json.WriteStartArray(name);
        foreach (var c in table)
        {
            json.WriteStartObject();
            json.WriteString("name", c.Name);
            json.Number("estimate", c.Estimate);
            json.Number("standardError", c.StandardError);
            json.Number("statistic", c.Statistic);
            json.Number("pValue", c.PValue);
            json.WriteBoolean("dropped", double.IsNaN(c.Estimate));
            json.WriteBoolean("fixed", c.IsFixed);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    /// <summary>The covariance of the fixed effects that were estimated, in the order of the table without the dropped ones.</summary>
    private static void Covariance(Utf8JsonWriter json, GlmmFit fit)
    {
        var covariance = fit.Covariance;
        json.WriteStartArray("covariance");
        for (var i = 0; i < covariance.GetLength(0); i++)
        {
            json.WriteStartArray();
            for (var j = 0; j < covariance.GetLength(1); j++) json.Value(covariance[i, j]);
            json.WriteEndArray();
        }

        json.WriteEndArray();
    }

    private static void Components(Utf8JsonWriter json, GlmmFit fit)
    {
        if (CovarianceReport.IsStructured(fit))
        {
            json.WriteStartArray("covarianceParameters");
            foreach (var c in fit.CovarianceParameters)
            {
                json.WriteStartObject();
                json.WriteString("part", Part(c.Part));
                json.WriteString("group", c.Group);
                json.WriteString("structure", c.Structure);
                json.WriteString("term", c.Term);
                json.WriteString("name", c.Name);
                json.WriteString("effect1", c.Effect1);
                json.WriteString("effect2", c.Effect2);
                json.Number("estimate", c.Estimate);
                json.Number("standardError", c.StandardError);
                json.WriteBoolean("fixed", c.IsFixed);
                json.WriteEndObject();
            }

            json.WriteEndArray();
        }

        json.WriteStartArray("varianceComponents");
        foreach (var c in fit.VarianceComponents)
        {
            json.WriteStartObject();
            json.WriteString("part", Part(c.Part));
            json.WriteString("group", c.Group);
            json.WriteString("term1", c.Term1);
            json.WriteString("term2", c.Term2);
            json.Number("standardDeviation", c.StandardDeviation);
            json.Number("variance", c.Variance);
            json.Number("correlation", c.Correlation);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void Smooths(Utf8JsonWriter json, GlmmFit fit)
    {
        json.WriteStartArray("smooths");
        foreach (var s in fit.Smooths)
        {
            json.WriteStartObject();
            json.WriteString("part", Part(s.Part));
            json.WriteString("name", s.Name);
            json.Number("edf", s.Edf);
            json.Number("referenceDf", s.ReferenceDf);
            json.WriteString("statisticName", s.IsF ? "F" : "chi-square");
            json.Number("statistic", s.Statistic);
            json.Number("pValue", s.PValue);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void Modes(Utf8JsonWriter json, GlmmFit fit)
    {
        json.WriteStartArray("randomEffects");
        foreach (var group in fit.RandomEffects)
        {
            foreach (var mode in group)
            {
                json.WriteStartObject();
                json.WriteString("group", group.Group);
                json.WriteString("part", Part(group.Part));
                json.WriteString("level", mode.Level);
                json.WriteString("term", mode.Term);
                json.Number("mode", mode.Mode);
                json.Number("standardDeviation", mode.StandardDeviation);
                json.WriteEndObject();
            }
        }

        json.WriteEndArray();
    }

    private static void Convergence(Utf8JsonWriter json, Convergence convergence)
    {
        json.WriteStartObject("convergence");
        json.WriteString("status", JsonNamingPolicy.CamelCase.ConvertName(convergence.Status.ToString()));
        json.WriteBoolean("converged", convergence.IsConverged);
        json.WriteBoolean("singular", convergence.IsSingular);
        json.WriteBoolean("hessianPositiveDefinite", convergence.IsHessianPositiveDefinite);
        json.Number("gradientNorm", convergence.GradientNorm);
        json.Number("expectedImprovement", convergence.ExpectedImprovement);
        json.WriteNumber("iterations", convergence.Iterations);
        json.WriteNumber("evaluations", convergence.Evaluations);
        json.WriteNumber("factorizations", convergence.Factorizations);
        json.WriteStartArray("problems");
        foreach (var problem in convergence.Problems)
        {
            json.WriteStartObject();
            json.WriteString("parameter", problem.Parameter);
            json.WriteString("message", problem.Message);
            json.WriteString("advice", problem.Advice);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static string Part(ModelPart part) => JsonNamingPolicy.CamelCase.ConvertName(part.ToString());
}
