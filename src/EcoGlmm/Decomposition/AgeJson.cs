using System.Text;
using System.Text.Json;
using EcoGlmm.Text;

namespace EcoGlmm.Decomposition;

/// <summary>An analysis as JSON.</summary>
internal static class AgeJson
{
    public static string Write(AgeAnalysis analysis, bool indented)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = indented }))
        {
            json.WriteStartObject();
            json.WriteString("response", analysis.Response);
            json.WriteString("age", analysis.Age);
            json.WriteString("by", analysis.By);
            json.WriteString("family", analysis.Family.Name);
            json.WriteString("link", analysis.Family.Link.Name);
            json.Number("level", analysis.Level);
            json.Number("referenceAge", analysis.ReferenceAge);
            json.WriteString("conclusion", analysis.Conclusion);
            json.Texts("warnings", analysis.Warnings);
            Sampling(json, analysis.Sampling);
            json.WriteStartArray("methods");
            foreach (var approach in analysis) Approach(json, approach);
            json.WriteEndArray();
            Change(json, analysis.PopulationChange);
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(stream.GetBuffer(), 0, (int)stream.Length);
    }

    private static void Sampling(Utf8JsonWriter json, LongitudinalSampling sampling)
    {
        json.WriteStartObject("sampling");
        json.WriteNumber("records", sampling.Records);
        json.WriteNumber("individuals", sampling.Individuals);
        json.WriteNumber("followedIndividuals", sampling.FollowedIndividuals);
        json.Number("meanRecords", sampling.MeanRecords);
        json.Number("medianRecords", sampling.MedianRecords);
        json.Number("meanAge", sampling.MeanAge);
        json.Number("withinShare", sampling.WithinShare);
        json.Number("meanFirstAge", sampling.MeanFirstAge);
        json.Number("firstAgeSd", sampling.FirstAgeSd);
        json.Number("meanLastAge", sampling.MeanLastAge);
        json.Number("lastAgeSd", sampling.LastAgeSd);
        json.Number("missedShare", sampling.MissedShare);
        json.WriteEndObject();
    }

    private static void Approach(Utf8JsonWriter json, AgeApproach approach)
    {
        json.WriteStartObject();
        json.WriteString("method", JsonNamingPolicy.CamelCase.ConvertName(approach.Method.ToString()));
        json.WriteString("name", approach.Name);
        json.WriteString("source", approach.Source);
        json.WriteString("assumption", approach.Assumption);
        json.WriteString("formula", approach.Formula);
        json.WriteBoolean("usable", approach.IsUsable);
        json.WriteString("unavailable", approach.Unavailable);
        Slope(json, "within", approach.Within);
        Slope(json, "between", approach.Between);
        Slope(json, "difference", approach.Difference);
        json.Number("chiSquare", approach.Test.ChiSquare);
        json.WriteNumber("degreesOfFreedom", approach.Test.DegreesOfFreedom);
        json.Number("pValue", approach.Test.PValue);
        json.WriteString("extraMeaning", approach.ExtraMeaning);
        Slope(json, "extra", approach.Extra ?? AgeSlope.None);
        json.Number("aic", approach.Aic);
        Curve(json, "curve", approach.Curve);
        Curve(json, "rate", approach.Rate);
        Curve(json, "selection", approach.Selection);
        json.WriteEndObject();
    }

    private static void Curve(Utf8JsonWriter json, string name, SmoothCurve? curve)
    {
        if (curve is null) return;
        json.WriteStartArray(name);
        foreach (var p in curve)
        {
            json.WriteStartObject();
            json.Number("age", p.X);
            json.Number("estimate", p.Estimate);
            json.Number("standardError", p.StandardError);
            json.Number("lower", p.Lower);
            json.Number("upper", p.Upper);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void Slope(Utf8JsonWriter json, string name, AgeSlope slope)
    {
        json.WriteStartObject(name);
        json.Number("estimate", slope.Estimate);
        json.Number("standardError", slope.StandardError);
        json.Number("lower", slope.Lower);
        json.Number("upper", slope.Upper);
        json.WriteEndObject();
    }

    private static void Change(Utf8JsonWriter json, PopulationChange? change)
    {
        json.WritePropertyName("populationChange");
        if (change is null)
        {
            json.WriteNullValue();
            return;
        }

        json.WriteStartObject();
        (string Name, BootstrapInterval Value)[] parts = [("total", change.Total), ("within", change.Within),
            ("disappearance", change.Disappearance),
            ("appearance", change.Appearance), ("gaps", change.Gaps), ("withinSlope", change.WithinSlope)];
        foreach (var (name, value) in parts)
        {
            json.WriteStartObject(name);
            json.Number("estimate", value.Estimate);
            json.Number("lower", value.Lower);
            json.Number("upper", value.Upper);
            json.WriteEndObject();
        }

        json.WriteStartArray("steps");
        foreach (var step in change.Steps)
        {
            json.WriteStartObject();
            json.Number("fromAge", step.FromAge);
            json.Number("toAge", step.ToAge);
            json.WriteNumber("both", step.Both);
            json.WriteNumber("lost", step.Lost);
            json.WriteNumber("new", step.New);
            json.Number("total", step.Total);
            json.Number("within", step.Within);
            json.Number("disappearance", step.Disappearance);
            json.Number("appearance", step.Appearance);
            json.Number("gaps", step.Gaps);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }
}
