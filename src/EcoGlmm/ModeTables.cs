using EcoGlmm.Model;
using EcoGlmm.Text;

namespace EcoGlmm;

/// <summary>The tables of conditional modes.</summary>
internal static class ModeTables
{
    private const int ShownRows = 10;

    public static TableContent Of(GroupModes modes) => Modes($"Conditional modes of {modes.Group}",
        [.. modes.Take(ShownRows).Select(m => (modes, m))], modes.Count, manyGroups: false);

    /// <summary>The first modes of each grouping factor.</summary>
    public static TableContent Of(ConditionalModes modes)
    {
        var each = Math.Max(3, ShownRows / Math.Max(1, modes.Count));
        return Modes("Conditional modes of the random effects",
            [.. modes.SelectMany(g => g.Take(each).Select(m => (g, m)))], modes.Sum(g => g.Count), manyGroups: true);
    }

    private static TableContent Modes(string caption, (GroupModes Group, ConditionalMode Mode)[] shown, int count, bool manyGroups)
    {
        var content = new TableContent(caption)
        {
            Note = shown.Length < count ? $"{shown.Length} of {NumberFormat.Count(count)} are shown." : null,
        };
        var parts = shown.Any(s => s.Group.Part != ModelPart.Conditional);
        if (parts) content.Text("Part");
        if (manyGroups) content.Text("Group");
        content.Text("Level").Text("Effect").Number("Mode").Number("Std. dev.");
        var mode = NumberFormat.Column([.. shown.Select(s => s.Mode.Mode)]);
        var sd = NumberFormat.Column([.. shown.Select(s => s.Mode.StandardDeviation)]);
        for (var i = 0; i < shown.Length; i++)
        {
            var (group, m) = shown[i];
            content.Row([.. parts ? [ModelPartNames.InTable(group.Part)] : Array.Empty<string>(),
                .. manyGroups ? [group.Group] : Array.Empty<string>(), m.Level, m.Term, mode[i], sd[i]]);
        }

        return content;
    }
}
