namespace EcoGlmm.Tests.Architecture;

/// <summary>The layers of src/EcoGlmm, from the ground up: a folder uses its own and those before it.</summary>
public static class Layers
{
    /// <summary>Folders; those of one layer stand together. The empty name is the root: <c>GlmmFit</c> and what it is made of.</summary>
    private static readonly string[][] Order =
    [
        ["Numerics"], ["Text"], ["Model"], ["Charts"], ["Data"], ["Families"], ["Relatedness"], ["RandomEffects"], ["Formulas"],
        ["Estimation"], [""],
        ["Inference", "Prediction", "Diagnostics", "Decomposition", "Marginal", "Synthesis", "Association", "Planning"],
        ["Plans"],
        ["Reporting"],
        ["Hosts"],
    ];

    /// <summary>The layer of a folder, from 0; −1 for one that has no place yet.</summary>
    public static int RankOf(string folder) => Array.FindIndex(Order, layer => layer.Contains(folder));

    public static bool IsUpward(FolderUse use) => RankOf(use.To) > RankOf(use.From);

    /// <summary>A circle among folders, as uses that lead from each to the next and back; empty when there is none.</summary>
    public static IReadOnlyList<FolderUse> Circle(IEnumerable<FolderUse> uses)
    {
        var edges = uses.GroupBy(u => (u.From, u.To)).Select(g => g.First()).ToLookup(u => u.From);
        var done = new HashSet<string>();
        var path = new List<FolderUse>();
        return edges.Select(e => e.Key).Any(Closes) ? path : [];

        bool Closes(string folder)
        {
            if (path.FindIndex(u => u.From == folder) is var at and >= 0)
            {
                path.RemoveRange(0, at);
                return true;
            }

            if (!done.Add(folder)) return false;
            foreach (var use in edges[folder])
            {
                path.Add(use);
                if (Closes(use.To)) return true;
                path.RemoveAt(path.Count - 1);
            }

            return false;
        }
    }
}
