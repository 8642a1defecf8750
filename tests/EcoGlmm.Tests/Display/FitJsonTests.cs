using System.Text.Json;

namespace EcoGlmm.Tests.Display;

public sealed class FitJsonTests
{
    [Fact]
    public void The_numbers_are_the_fits()
    {
        var fit = Fits.Sleep;
        using var document = JsonDocument.Parse(fit.ToJson());
        var root = document.RootElement;
        Assert.Equal("Reaction ~ Days + (Days | Subject)", root.GetProperty("formula").GetString());
        Assert.Equal("REML", root.GetProperty("estimator").GetString());
        Assert.Equal(180, root.GetProperty("observations").GetInt32());
        Assert.Equal(18, root.GetProperty("groups")[0].GetProperty("levels").GetInt32());
        Assert.Equal(fit.LogLikelihood, root.GetProperty("logLikelihood").GetDouble());
        Assert.Equal(fit.Sigma, root.GetProperty("sigma").GetDouble());
        var days = root.GetProperty("fixedEffects")[1];
        Assert.Equal("Days", days.GetProperty("name").GetString());
        Assert.Equal(fit.FixedEffects["Days"].StandardError, days.GetProperty("standardError").GetDouble());
        Assert.Equal(36, root.GetProperty("randomEffects").GetArrayLength());
        Assert.Equal(fit.RandomEffects["Subject"]["308", "Days"].Mode, root.GetProperty("randomEffects").EnumerateArray()
            .Single(m => m.GetProperty("level").GetString() == "308" && m.GetProperty("term").GetString() == "Days")
            .GetProperty("mode").GetDouble());
        Assert.Equal(fit.Covariance[0, 1], root.GetProperty("covariance")[0][1].GetDouble());
        Assert.Equal("converged", root.GetProperty("convergence").GetProperty("status").GetString());
        Assert.Equal(fit.ToJson(indented: true).Where(c => !char.IsWhiteSpace(c)), fit.ToJson().Where(c => !char.IsWhiteSpace(c)));
    }

    [Fact]
    public void What_JSON_cannot_say_is_null()
    {
        using var document = JsonDocument.Parse(Fits.Hostile.ToJson());
        var twice = document.RootElement.GetProperty("fixedEffects").EnumerateArray().Single(c => c.GetProperty("name")
            .GetString() == "twice");
        Assert.Equal(JsonValueKind.Null, twice.GetProperty("estimate").ValueKind);
        Assert.True(twice.GetProperty("dropped").GetBoolean());
        Assert.Equal(JsonValueKind.Null, document.RootElement.GetProperty("varianceComponents")[0].GetProperty("correlation").ValueKind);
        Assert.Equal(1, document.RootElement.GetProperty("droppedRows").GetInt32());
        Assert.Equal("<script>alert(1)</script>",
            document.RootElement.GetProperty("missingByVariable")[0].GetProperty("variable").GetString());
        Assert.DoesNotContain("<script", Fits.Hostile.ToJson());
    }

    [Fact]
    public void A_failed_fit_says_why()
    {
        using var document = JsonDocument.Parse(Fits.Separated.ToJson());
        var convergence = document.RootElement.GetProperty("convergence");
        Assert.Equal("notConverged", convergence.GetProperty("status").GetString());
        Assert.False(convergence.GetProperty("converged").GetBoolean());
        Assert.NotEqual("", convergence.GetProperty("problems")[0].GetProperty("advice").GetString());
    }
}
