using System.Xml.Linq;

namespace EcoGlmm.Tests.Model;

/// <summary>The documentation of every result says what it promises to threads.</summary>
public class SharingPromiseTests
{
    [Fact]
    public void Every_result_says_whether_threads_may_share_it()
    {
        var members = XDocument.Load(Path.ChangeExtension(typeof(GlmmFit).Assembly.Location, ".xml")).Root!.Element("members")!.Elements()
            .ToDictionary(m => m.Attribute("name")!.Value, m => m.Value);
        Type[] results = [.. typeof(GlmmFit).Assembly.GetExportedTypes().Where(t => !t.IsInterface
            && (typeof(IResultTable).IsAssignableFrom(t) || typeof(IRichDisplay).IsAssignableFrom(t)))];
        Assert.InRange(results.Length, 30, int.MaxValue);
        Assert.Empty(results.Where(t => !members["T:" + t.FullName].Contains("thread", StringComparison.Ordinal)).Select(t => t.Name));
    }
}
