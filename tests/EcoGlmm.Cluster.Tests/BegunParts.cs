using System.Globalization;

namespace EcoGlmm.Cluster.Tests;

/// <summary>Finds the parts of a plan that are being computed, by the notes that they leave.</summary>
internal static class BegunParts
{
    /// <summary>Waits for a part that is being computed, on a node or anywhere.</summary>
    public static (int Part, int Process) Wait(Plan plan, string? node, Func<string> state)
    {
        var found = (0, 0);
        Shell.Until(() => TryFind(plan, node, out found), $"a part on {node ?? "any machine"}", state);
        return found;
    }

    private static bool TryFind(Plan plan, string? node, out (int Part, int Process) found)
    {
        found = (0, 0);
        var folder = Path.Combine(plan.Folder!, "begun", "0000");
        if (!Directory.Exists(folder)) return false;
        foreach (var file in Directory.GetFiles(folder, "part-*.txt"))
        {
            try
            {
                var cells = File.ReadLines(file).First().Split('\t');
                if (node is not null && cells[1] != node) continue;
                found = (int.Parse(Path.GetFileNameWithoutExtension(file)["part-".Length..], CultureInfo.InvariantCulture),
                    int.Parse(cells[2], CultureInfo.InvariantCulture));
                return true;
            }
            catch (Exception e) when (e is IOException or InvalidOperationException)
            {
                // Its part has ended meanwhile.
            }
        }

        return false;
    }
}
