using System.Globalization;

namespace EcoGlmm.Relationships;

/// <summary>
/// A tree as arrays: each node's parent and the length of the branch from it. Tips come first, in the order in which they were
/// written, then inner nodes, the root last.
/// </summary>
internal sealed class TreeNodes
{
    /// <summary>What a branch of length zero is taken as, by the tree's height: its precision stays finite.</summary>
    private const double ShortestBranch = 1e-8;

    private TreeNodes(string[] names, int[] parents, double[] lengths, int[] tips, int zeroLengths)
    {
        (Names, Parents, Lengths, Tips, ZeroLengths) = (names, parents, lengths, tips, zeroLengths);
        IsTip = new bool[names.Length];
        foreach (var tip in tips)
            IsTip[tip] = true;
    }

    /// <summary>Nodes that were checked before.</summary>
    public static TreeNodes Of(string[] names, int[] parents, double[] lengths, int[] tips, int zeroLengths) =>
        new(names, parents, lengths, tips, zeroLengths);

    public string[] Names { get; }

    /// <summary>The parent of each node; −1 for the root, which stands last.</summary>
    public int[] Parents { get; }

    /// <summary>The length of the branch to the parent; 0 for the root.</summary>
    public double[] Lengths { get; }

    public int[] Tips { get; }

    public bool[] IsTip { get; }

    /// <summary>Branches that were written with length zero.</summary>
    public int ZeroLengths { get; }

    public int Root => Names.Length - 1;

    /// <summary>Nodes with every parent before its children: the root first.</summary>
    public int[] FromRoot()
    {
        var children = new int[Names.Length + 1];
        foreach (var parent in Parents)
        {
            if (parent >= 0)
                children[parent + 1]++;
        }
        for (var i = 0; i < Names.Length; i++)
            children[i + 1] += children[i];
        var child = new int[Names.Length];
        var next = children.AsSpan(0, Names.Length).ToArray();
        for (var i = 0; i < Parents.Length; i++)
        {
            if (Parents[i] >= 0)
                child[next[Parents[i]]++] = i;
        }
        var order = new int[Names.Length];
        order[0] = Root;
        var count = 1;
        for (var at = 0; at < count; at++)
        {
            for (var k = children[order[at]]; k < children[order[at] + 1]; k++)
                order[count++] = child[k];
        }
        return order;
    }

    /// <summary>The distance of each node from the root.</summary>
    public double[] Depths()
    {
        var depths = new double[Names.Length];
        foreach (var node in FromRoot())
        {
            if (Parents[node] >= 0)
                depths[node] = depths[Parents[node]] + Lengths[node];
        }
        return depths;
    }

    public TreeNodes Scaled(double factor) =>
        new(Names, Parents, Array.ConvertAll(Lengths, length => length * factor), Tips, ZeroLengths);

    /// <summary>Checks a parsed tree and numbers its nodes.</summary>
    /// <exception cref="GlmmException">A branch has no length or a negative one, or a tip has no name or another's.</exception>
    public static TreeNodes From(ParsedTree tree, string source)
    {
        var n = tree.Parents.Count;
        var childCount = new int[n];
        foreach (var parent in tree.Parents)
        {
            if (parent >= 0)
                childCount[parent]++;
        }
        var taken = CheckTips(tree, childCount, source);
        CheckLengths(tree, source);
        var number = new int[n];
        var tips = Enumerable.Range(0, n).Where(i => childCount[i] == 0).ToArray();
        var inner = Enumerable.Range(0, n).Where(i => childCount[i] > 0 && tree.Parents[i] >= 0).ToArray();
        var root = tree.Parents.IndexOf(-1);
        int[] order = [.. tips, .. inner, root];
        for (var i = 0; i < n; i++)
            number[order[i]] = i;
        var labels = InnerLabels(tree, childCount);
        var names = new string[n];
        for (var i = 0; i < n; i++)
        {
            var node = order[i];
            names[i] = childCount[node] == 0 ? tree.Labels[node]! : InnerName(labels[node], i + 1, taken);
        }
        var parents = Array.ConvertAll(order, node => tree.Parents[node] < 0 ? -1 : number[tree.Parents[node]]);
        var lengths = Array.ConvertAll(order, node => tree.Parents[node] < 0 ? 0 : tree.Lengths[node]!.Value);
        var built = new TreeNodes(names, parents, lengths, [.. Enumerable.Range(0, tips.Length)], 0);
        var depths = built.Depths();
        var height = built.Tips.Max(tip => depths[tip]);
        if (!(height > 0))
            throw new GlmmException($"{source} has a tree whose branches all have length zero; species then do not differ.");
        var zero = 0;
        for (var i = 0; i < built.Root; i++)
        {
            if (lengths[i] > ShortestBranch * height)
                continue;
            zero++;
            lengths[i] = ShortestBranch * height;
        }
        return new TreeNodes(names, parents, lengths, built.Tips, zero);
    }

    private static HashSet<string> CheckTips(ParsedTree tree, int[] childCount, string source)
    {
        var taken = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < childCount.Length; i++)
        {
            if (childCount[i] > 0)
                continue;
            if (string.IsNullOrWhiteSpace(tree.Labels[i]))
                throw new GlmmException($"{source} has a tip without a name at {tree.Where(i)}; every tip needs the name of its species.");
            if (!taken.Add(tree.Labels[i]!))
                throw new GlmmException($"{source} has two tips called \"{tree.Labels[i]}\", the second at {tree.Where(i)}; keep one "
                    + "of them.");
        }
        if (taken.Count < 2)
            throw new GlmmException($"{source} has a tree with a single tip; it takes two species or more to be related.");
        return taken;
    }

    private static void CheckLengths(ParsedTree tree, string source)
    {
        var missing = 0;
        var example = -1;
        for (var i = 0; i < tree.Parents.Count; i++)
        {
            if (tree.Parents[i] < 0)
                continue;
            if (tree.Lengths[i] is not { } length)
            {
                missing++;
                example = example < 0 ? i : example;
            }
            else if (length < 0)
            {
                throw new GlmmException(string.Create(CultureInfo.InvariantCulture,
                    $"{source} has a branch of negative length, {length}, at {tree.Where(i)}; branch lengths are times or amounts of "
                    + $"change."));
            }
        }
        if (missing == tree.Parents.Count - 1)
        {
            throw new GlmmException($"{source} has a tree without branch lengths (\"a:1.5\"), which say how long species have been apart; "
                + "take a dated tree, or give it lengths, for instance by ape's compute.brlen.");
        }
        if (missing > 0)
        {
            throw new GlmmException($"{source} has {missing} {(missing == 1 ? "branch" : "branches")} without a length, the first at "
                + $"{tree.Where(example)}; write it after a colon, as in \"a:1.5\".");
        }
    }

    /// <summary>Labels of inner nodes that can serve as names: support values are numbers, and some labels stand twice.</summary>
    private static string?[] InnerLabels(ParsedTree tree, int[] childCount)
    {
        var counts = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var label in tree.Labels)
        {
            if (label is not null)
                counts[label] = counts.GetValueOrDefault(label) + 1;
        }
        return [.. tree.Labels.Select((label, i) => childCount[i] > 0 && !string.IsNullOrWhiteSpace(label) && counts[label] == 1
            && !double.TryParse(label, NumberStyles.Float, CultureInfo.InvariantCulture, out _) ? label : null)];
    }

    private static string InnerName(string? label, int number, HashSet<string> taken)
    {
        if (label is not null && taken.Add(label))
            return label;
        var name = $"node {number}";
        while (!taken.Add(name))
            name += "'";
        return name;
    }
}
