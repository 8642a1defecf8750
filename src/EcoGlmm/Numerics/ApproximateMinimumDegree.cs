using System.Runtime.CompilerServices;

namespace EcoGlmm.Numerics;

/// <summary>
/// A fill-reducing ordering by approximate minimum degree: P. R. Amestoy, T. A. Davis and I. S. Duff, "An approximate
/// minimum degree ordering algorithm", SIAM J. Matrix Anal. Appl. 17 (1996) 886-905. Quotient graph with element
/// absorption (aggressive), mass elimination, and indistinguishable variables found by hashing.
/// </summary>
/// <remarks>
/// In the paper's notation, variable i has the elements E_i and the variables A_i as its neighbours, stored one after the
/// other in one list; element e is the set of variables L_e that eliminating its pivot has linked.
/// </remarks>
internal sealed class ApproximateMinimumDegree
{
    private readonly int n;
    private readonly int[] start;         // of the list of a variable or of an element, in lists
    private readonly int[] length;
    private readonly int[] elementCount;  // |E_i|
    private readonly int[] size;          // columns in a supervariable; negative while in the current L_p; 0 once merged
    private readonly int[] degree;        // approximate external degree; for an element the weight of L_e
    private readonly int[] mark;          // w in the paper; 0 for a dead element
    private readonly int[] mergedInto;    // for variables no longer principal
    private readonly int[] headOfDegree;
    private readonly int[] nextInDegree;
    private readonly int[] previousInDegree;
    private readonly int[] hashHead;
    private readonly int[] hashNext;
    private readonly uint[] hash;
    private int[] lists;
    private int free;
    private int minimumDegree;
    private int flag = 2;
    private int largestElement;

    private ApproximateMinimumDegree(int[] pointers, int[] neighbours)
    {
        n = pointers.Length - 1;
        start = new int[n];
        length = new int[n];
        elementCount = new int[n];
        size = new int[n];
        degree = new int[n];
        mark = new int[n];
        mergedInto = new int[n];
        headOfDegree = new int[n];
        nextInDegree = new int[n];
        previousInDegree = new int[n];
        hashHead = new int[n];
        hashNext = new int[n];
        hash = new uint[n];
        free = neighbours.Length;
        lists = new int[neighbours.Length + neighbours.Length / 5 + n + 1];
        neighbours.CopyTo(lists, 0);
        Array.Fill(size, 1);
        Array.Fill(mark, 1);
        Array.Fill(mergedInto, -1);
        Array.Fill(headOfDegree, -1);
        Array.Fill(hashHead, -1);
        for (int i = 0; i < n; i++)
        {
            start[i] = pointers[i];
            length[i] = degree[i] = pointers[i + 1] - pointers[i];
        }
    }

    /// <summary>
    /// Orders a graph given by the neighbours of each vertex (both directions, no loops, no repeats).
    /// Element k of the result is the vertex to eliminate k-th.
    /// </summary>
    public static int[] Order(int[] pointers, int[] neighbours, CancellationToken cancellation = default) =>
        pointers.Length <= 1 ? [] : new ApproximateMinimumDegree(pointers, neighbours).Run(cancellation);

    private int[] Run(CancellationToken cancellation)
    {
        var pivots = new List<int>(Math.Min(n, 1 << 16));
        var dense = new List<int>();
        int eliminated = 0;
        int denseDegree = (int)Math.Min(n - 1.0, Math.Max(16, 10 * Math.Sqrt(n)));
        for (int i = 0; i < n; i++)
        {
            if (degree[i] == 0)
            {
                pivots.Add(i);
                mark[i] = 0;
                size[i] = 0;
                eliminated++;
            }
            else if (degree[i] > denseDegree)
            {
                // A row linked to nearly everything would be rescanned at every pivot; it comes last anyway.
                dense.Add(i);
                mark[i] = 0;
                size[i] = 0;
                eliminated++;
            }
            else
            {
                InsertByDegree(i);
            }
        }

        int remaining = n - eliminated;
        while (remaining > 0)
        {
            cancellation.ThrowIfCancellationRequested();
            int p = NextPivot();
            pivots.Add(p);
            remaining -= Eliminate(p, remaining);
        }

        return Assemble(pivots, dense);
    }

    private int NextPivot()
    {
        while (headOfDegree[minimumDegree] < 0)
        {
            minimumDegree++;
        }

        int p = headOfDegree[minimumDegree];
        RemoveFromDegree(p);
        return p;
    }

    // Turns variable p into an element and returns how many columns went with it.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private int Eliminate(int p, int remaining)
    {
        int pivotSize = size[p];
        size[p] = -pivotSize;
        int weight = FormElement(p, out int elementStart, out int elementEnd);
        largestElement = Math.Max(largestElement, weight);
        RaiseFlag(0);

        MarkExternalWeights(elementStart, elementEnd);
        int absorbed = UpdateVariables(p, elementStart, elementEnd);
        weight -= absorbed;
        pivotSize += absorbed;
        degree[p] = weight;
        RaiseFlag(largestElement);
        MergeIndistinguishable(elementStart, elementEnd);
        remaining -= pivotSize;

        int kept = elementStart;
        for (int q = elementStart; q < elementEnd; q++)
        {
            int i = lists[q];
            int s = -size[i];
            if (s > 0)
            {
                size[i] = s;
                degree[i] = Math.Max(Math.Min(degree[i] + weight - s, remaining - s), 0);
                InsertByDegree(i);
                lists[kept++] = i;
            }
        }

        size[p] = 0;
        length[p] = kept - elementStart;
        if (length[p] == 0)
        {
            mark[p] = 0;
        }

        return pivotSize;
    }

    // L_p = (A_p ∪ ⋃ L_e over e in E_p) \ p; the elements e are absorbed by p.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private int FormElement(int p, out int begin, out int end)
    {
        int weight = 0;
        int elements = elementCount[p];
        if (elements == 0)
        {
            begin = end = start[p];
            int last = start[p] + length[p];
            for (int q = start[p]; q < last; q++)
            {
                Take(lists[q], ref end, ref weight);
            }
        }
        else
        {
            int bound = length[p] - elements;
            for (int q = start[p]; q < start[p] + elements; q++)
            {
                bound += length[lists[q]];
            }

            Reserve(bound);
            begin = end = free;
            int first = start[p];
            for (int k = 0; k < elements; k++)
            {
                int e = lists[first + k];
                int last = start[e] + length[e];
                for (int q = start[e]; q < last; q++)
                {
                    Take(lists[q], ref end, ref weight);
                }

                mark[e] = 0;
            }

            for (int q = first + elements; q < first + length[p]; q++)
            {
                Take(lists[q], ref end, ref weight);
            }

            free = end;
        }

        start[p] = begin;
        length[p] = end - begin;
        elementCount[p] = 0;
        return weight;
    }

    private void Take(int i, ref int end, ref int weight)
    {
        int s = size[i];
        if (s > 0)
        {
            weight += s;
            size[i] = -s;
            lists[end++] = i;
            RemoveFromDegree(i);
        }
    }

    // After this, mark[e] - flag = |L_e \ L_p| for every live element e next to L_p (algorithm 2 of the paper).
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void MarkExternalWeights(int begin, int end)
    {
        for (int q = begin; q < end; q++)
        {
            int i = lists[q];
            int s = -size[i];
            int last = start[i] + elementCount[i];
            for (int r = start[i]; r < last; r++)
            {
                int e = lists[r];
                if (mark[e] >= flag)
                {
                    mark[e] -= s;
                }
                else if (mark[e] != 0)
                {
                    mark[e] = degree[e] + flag - s;
                }
            }
        }
    }

    // Prunes the lists of the variables of L_p and bounds their external degrees (without L_p itself). Variables without
    // any neighbour outside L_p are eliminated together with p; returns the number of their columns.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private int UpdateVariables(int p, int begin, int end)
    {
        int absorbed = 0;
        for (int q = begin; q < end; q++)
        {
            int i = lists[q];
            int first = start[i];
            int write = first;
            uint sum = 0;
            int external = 0;
            int lastElement = first + elementCount[i];
            int last = first + length[i];
            for (int r = first; r < lastElement; r++)
            {
                int e = lists[r];
                if (mark[e] == 0)
                {
                    continue;
                }

                int outside = mark[e] - flag;
                if (outside > 0)
                {
                    external += outside;
                    lists[write++] = e;
                    sum += (uint)e;
                }
                else
                {
                    mark[e] = 0; // aggressive absorption: L_e is within L_p
                }
            }

            int variables = write;
            for (int r = lastElement; r < last; r++)
            {
                int j = lists[r];
                if (size[j] > 0)
                {
                    external += size[j];
                    lists[write++] = j;
                    sum += (uint)j;
                }
            }

            if (external == 0)
            {
                absorbed -= size[i];
                size[i] = 0;
                mergedInto[i] = p;
                mark[i] = 0;
                continue;
            }

            // p goes in front; at least one entry was dropped (p itself, or an element that it absorbed), so there is room.
            lists[write] = lists[variables];
            lists[variables] = lists[first];
            lists[first] = p;
            elementCount[i] = variables - first + 1;
            length[i] = write - first + 1;
            degree[i] = Math.Min(degree[i], external);
            uint h = sum % (uint)n;
            hash[i] = h;
            hashNext[i] = hashHead[h];
            hashHead[h] = i;
        }

        return absorbed;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void MergeIndistinguishable(int begin, int end)
    {
        for (int q = begin; q < end; q++)
        {
            int first = lists[q];
            if (size[first] >= 0)
            {
                continue;
            }

            uint h = hash[first];
            int i = hashHead[h];
            hashHead[h] = -1;
            for (; i >= 0 && hashNext[i] >= 0; i = hashNext[i])
            {
                // All lists start with the new element, so the comparison begins after it.
                for (int r = start[i] + 1; r < start[i] + length[i]; r++)
                {
                    mark[lists[r]] = flag;
                }

                int before = i;
                for (int j = hashNext[i]; j >= 0;)
                {
                    int following = hashNext[j];
                    if (SameList(i, j))
                    {
                        size[i] += size[j];
                        size[j] = 0;
                        mergedInto[j] = i;
                        mark[j] = 0;
                        hashNext[before] = following;
                    }
                    else
                    {
                        before = j;
                    }

                    j = following;
                }

                RaiseFlag(1);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private bool SameList(int i, int j)
    {
        if (length[i] != length[j] || elementCount[i] != elementCount[j])
        {
            return false;
        }

        for (int r = start[j] + 1; r < start[j] + length[j]; r++)
        {
            if (mark[lists[r]] != flag)
            {
                return false;
            }
        }

        return true;
    }

    private void RaiseFlag(int by)
    {
        if (flag > int.MaxValue - 2 * n - by - 2)
        {
            for (int e = 0; e < n; e++)
            {
                mark[e] = mark[e] == 0 ? 0 : 1;
            }

            flag = 2;
        }
        else
        {
            flag += by;
        }
    }

    private void Reserve(int extra)
    {
        if (free + extra <= lists.Length)
        {
            return;
        }

        // Only principal variables and live elements keep a list.
        long live = 0;
        for (int i = 0; i < n; i++)
        {
            live += size[i] != 0 || mark[i] != 0 ? length[i] : 0;
        }

        var packed = new int[Math.Max(lists.Length, checked((int)(live + live / 4 + extra)))];
        int write = 0;
        for (int i = 0; i < n; i++)
        {
            if (size[i] != 0 || mark[i] != 0)
            {
                Array.Copy(lists, start[i], packed, write, length[i]);
                start[i] = write;
                write += length[i];
            }
        }

        lists = packed;
        free = write;
    }

    private void InsertByDegree(int i)
    {
        int d = degree[i];
        int head = headOfDegree[d];
        nextInDegree[i] = head;
        previousInDegree[i] = -1;
        if (head >= 0)
        {
            previousInDegree[head] = i;
        }

        headOfDegree[d] = i;
        minimumDegree = Math.Min(minimumDegree, d);
    }

    private void RemoveFromDegree(int i)
    {
        int before = previousInDegree[i];
        int after = nextInDegree[i];
        if (before >= 0)
        {
            nextInDegree[before] = after;
        }
        else
        {
            headOfDegree[degree[i]] = after;
        }

        if (after >= 0)
        {
            previousInDegree[after] = before;
        }
    }

    // Each pivot is followed by the variables that were merged into it.
    private int[] Assemble(List<int> pivots, List<int> dense)
    {
        var position = new int[n];
        Array.Fill(position, -1);
        for (int k = 0; k < pivots.Count; k++)
        {
            position[pivots[k]] = k;
        }

        var counts = new int[pivots.Count + 1];
        var home = new int[n];
        foreach (int i in dense)
        {
            position[i] = pivots.Count;
        }

        for (int i = 0; i < n; i++)
        {
            int root = i;
            while (position[root] < 0)
            {
                root = mergedInto[root];
            }

            int k = position[root];
            for (int j = i; position[j] < 0;)
            {
                int up = mergedInto[j];
                mergedInto[j] = root;
                j = up;
            }

            home[i] = k;
            if (k < pivots.Count)
            {
                counts[k + 1]++;
            }
        }

        for (int k = 0; k < pivots.Count; k++)
        {
            counts[k + 1] += counts[k];
        }

        int tail = counts[pivots.Count];
        var order = new int[n];
        for (int i = 0; i < n; i++)
        {
            order[home[i] < pivots.Count ? counts[home[i]]++ : tail++] = i;
        }

        return order;
    }
}
