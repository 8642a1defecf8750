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
    private readonly int _n;
    private readonly int[] _start;         // of the list of a variable or of an element, in lists
    private readonly int[] _length;
    private readonly int[] _elementCount;  // |E_i|
    private readonly int[] _size;          // columns in a supervariable; negative while in the current L_p; 0 once merged
    private readonly int[] _degree;        // approximate external degree; for an element the weight of L_e
    private readonly int[] _mark;          // w in the paper; 0 for a dead element
    private readonly int[] _mergedInto;    // for variables no longer principal
    private readonly int[] _headOfDegree;
    private readonly int[] _nextInDegree;
    private readonly int[] _previousInDegree;
    private readonly int[] _hashHead;
    private readonly int[] _hashNext;
    private readonly uint[] _hash;
    private int[] _lists;
    private int _free;
    private int _minimumDegree;
    private int _flag = 2;
    private int _largestElement;

    private ApproximateMinimumDegree(int[] pointers, int[] neighbours)
    {
        _n = pointers.Length - 1;
        _start = new int[_n];
        _length = new int[_n];
        _elementCount = new int[_n];
        _size = new int[_n];
        _degree = new int[_n];
        _mark = new int[_n];
        _mergedInto = new int[_n];
        _headOfDegree = new int[_n];
        _nextInDegree = new int[_n];
        _previousInDegree = new int[_n];
        _hashHead = new int[_n];
        _hashNext = new int[_n];
        _hash = new uint[_n];
        _free = neighbours.Length;
        _lists = new int[neighbours.Length + neighbours.Length / 5 + _n + 1];
        neighbours.CopyTo(_lists, 0);
        Array.Fill(_size, 1);
        Array.Fill(_mark, 1);
        Array.Fill(_mergedInto, -1);
        Array.Fill(_headOfDegree, -1);
        Array.Fill(_hashHead, -1);
        for (var i = 0; i < _n; i++)
        {
            _start[i] = pointers[i];
            _length[i] = _degree[i] = pointers[i + 1] - pointers[i];
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
        var pivots = new List<int>(Math.Min(_n, 1 << 16));
        var dense = new List<int>();
        var eliminated = 0;
        var denseDegree = (int)Math.Min(_n - 1.0, Math.Max(16, 10 * Math.Sqrt(_n)));
        for (var i = 0; i < _n; i++)
        {
            if (_degree[i] == 0)
            {
                pivots.Add(i);
                _mark[i] = 0;
                _size[i] = 0;
                eliminated++;
            }
            else if (_degree[i] > denseDegree)
            {
                // A row linked to nearly everything would be rescanned at every pivot; it comes last anyway.
                dense.Add(i);
                _mark[i] = 0;
                _size[i] = 0;
                eliminated++;
            }
            else
            {
                InsertByDegree(i);
            }
        }

        var remaining = _n - eliminated;
        while (remaining > 0)
        {
            cancellation.ThrowIfCancellationRequested();
            var p = NextPivot();
            pivots.Add(p);
            remaining -= Eliminate(p, remaining);
        }

        return Assemble(pivots, dense);
    }

    private int NextPivot()
    {
        while (_headOfDegree[_minimumDegree] < 0)
        {
            _minimumDegree++;
        }

        var p = _headOfDegree[_minimumDegree];
        RemoveFromDegree(p);
        return p;
    }

    // Turns variable p into an element and returns how many columns went with it.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private int Eliminate(int p, int remaining)
    {
        var pivotSize = _size[p];
        _size[p] = -pivotSize;
        var weight = FormElement(p, out var elementStart, out var elementEnd);
        _largestElement = Math.Max(_largestElement, weight);
        RaiseFlag(0);

        MarkExternalWeights(elementStart, elementEnd);
        var absorbed = UpdateVariables(p, elementStart, elementEnd);
        weight -= absorbed;
        pivotSize += absorbed;
        _degree[p] = weight;
        RaiseFlag(_largestElement);
        MergeIndistinguishable(elementStart, elementEnd);
        remaining -= pivotSize;

        var kept = elementStart;
        for (var q = elementStart; q < elementEnd; q++)
        {
            var i = _lists[q];
            var s = -_size[i];
            if (s > 0)
            {
                _size[i] = s;
                _degree[i] = Math.Max(Math.Min(_degree[i] + weight - s, remaining - s), 0);
                InsertByDegree(i);
                _lists[kept++] = i;
            }
        }

        _size[p] = 0;
        _length[p] = kept - elementStart;
        if (_length[p] == 0)
        {
            _mark[p] = 0;
        }

        return pivotSize;
    }

    // L_p = (A_p ∪ ⋃ L_e over e in E_p) \ p; the elements e are absorbed by p.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private int FormElement(int p, out int begin, out int end)
    {
        var weight = 0;
        var elements = _elementCount[p];
        if (elements == 0)
        {
            begin = end = _start[p];
            var last = _start[p] + _length[p];
            for (var q = _start[p]; q < last; q++)
            {
                Take(_lists[q], ref end, ref weight);
            }
        }
        else
        {
            var bound = _length[p] - elements;
            for (var q = _start[p]; q < _start[p] + elements; q++)
            {
                bound += _length[_lists[q]];
            }

            Reserve(bound);
            begin = end = _free;
            var first = _start[p];
            for (var k = 0; k < elements; k++)
            {
                var e = _lists[first + k];
                var last = _start[e] + _length[e];
                for (var q = _start[e]; q < last; q++)
                {
                    Take(_lists[q], ref end, ref weight);
                }

                _mark[e] = 0;
            }

            for (var q = first + elements; q < first + _length[p]; q++)
            {
                Take(_lists[q], ref end, ref weight);
            }

            _free = end;
        }

        _start[p] = begin;
        _length[p] = end - begin;
        _elementCount[p] = 0;
        return weight;
    }

    private void Take(int i, ref int end, ref int weight)
    {
        var s = _size[i];
        if (s > 0)
        {
            weight += s;
            _size[i] = -s;
            _lists[end++] = i;
            RemoveFromDegree(i);
        }
    }

    // After this, mark[e] - flag = |L_e \ L_p| for every live element e next to L_p (algorithm 2 of the paper).
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void MarkExternalWeights(int begin, int end)
    {
        for (var q = begin; q < end; q++)
        {
            var i = _lists[q];
            var s = -_size[i];
            var last = _start[i] + _elementCount[i];
            for (var r = _start[i]; r < last; r++)
            {
                var e = _lists[r];
                if (_mark[e] >= _flag)
                {
                    _mark[e] -= s;
                }
                else if (_mark[e] != 0)
                {
                    _mark[e] = _degree[e] + _flag - s;
                }
            }
        }
    }

    // Prunes the lists of the variables of L_p and bounds their external degrees (without L_p itself). Variables without
    // any neighbour outside L_p are eliminated together with p; returns the number of their columns.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private int UpdateVariables(int p, int begin, int end)
    {
        var absorbed = 0;
        for (var q = begin; q < end; q++)
        {
            var i = _lists[q];
            var first = _start[i];
            var write = first;
            uint sum = 0;
            var external = 0;
            var lastElement = first + _elementCount[i];
            var last = first + _length[i];
            for (var r = first; r < lastElement; r++)
            {
                var e = _lists[r];
                if (_mark[e] == 0)
                {
                    continue;
                }

                var outside = _mark[e] - _flag;
                if (outside > 0)
                {
                    external += outside;
                    _lists[write++] = e;
                    sum += (uint)e;
                }
                else
                {
                    _mark[e] = 0; // aggressive absorption: L_e is within L_p
                }
            }

            var variables = write;
            for (var r = lastElement; r < last; r++)
            {
                var j = _lists[r];
                if (_size[j] > 0)
                {
                    external += _size[j];
                    _lists[write++] = j;
                    sum += (uint)j;
                }
            }

            if (external == 0)
            {
                absorbed -= _size[i];
                _size[i] = 0;
                _mergedInto[i] = p;
                _mark[i] = 0;
                continue;
            }

            // p goes in front; at least one entry was dropped (p itself, or an element that it absorbed), so there is room.
            _lists[write] = _lists[variables];
            _lists[variables] = _lists[first];
            _lists[first] = p;
            _elementCount[i] = variables - first + 1;
            _length[i] = write - first + 1;
            _degree[i] = Math.Min(_degree[i], external);
            var h = sum % (uint)_n;
            _hash[i] = h;
            _hashNext[i] = _hashHead[h];
            _hashHead[h] = i;
        }

        return absorbed;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void MergeIndistinguishable(int begin, int end)
    {
        for (var q = begin; q < end; q++)
        {
            var first = _lists[q];
            if (_size[first] >= 0)
            {
                continue;
            }

            var h = _hash[first];
            var i = _hashHead[h];
            _hashHead[h] = -1;
            for (; i >= 0 && _hashNext[i] >= 0; i = _hashNext[i])
            {
                // All lists start with the new element, so the comparison begins after it.
                for (var r = _start[i] + 1; r < _start[i] + _length[i]; r++)
                {
                    _mark[_lists[r]] = _flag;
                }

                var before = i;
                for (var j = _hashNext[i]; j >= 0;)
                {
                    var following = _hashNext[j];
                    if (SameList(i, j))
                    {
                        _size[i] += _size[j];
                        _size[j] = 0;
                        _mergedInto[j] = i;
                        _mark[j] = 0;
                        _hashNext[before] = following;
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
        if (_length[i] != _length[j] || _elementCount[i] != _elementCount[j])
        {
            return false;
        }

        for (var r = _start[j] + 1; r < _start[j] + _length[j]; r++)
        {
            if (_mark[_lists[r]] != _flag)
            {
                return false;
            }
        }

        return true;
    }

    private void RaiseFlag(int by)
    {
        if (_flag > int.MaxValue - 2 * _n - by - 2)
        {
            for (var e = 0; e < _n; e++)
            {
                _mark[e] = _mark[e] == 0 ? 0 : 1;
            }

            _flag = 2;
        }
        else
        {
            _flag += by;
        }
    }

    private void Reserve(int extra)
    {
        if (_free + extra <= _lists.Length)
        {
            return;
        }

        // Only principal variables and live elements keep a list.
        long live = 0;
        for (var i = 0; i < _n; i++)
        {
            live += _size[i] != 0 || _mark[i] != 0 ? _length[i] : 0;
        }

        var packed = new int[Math.Max(_lists.Length, checked((int)(live + live / 4 + extra)))];
        var write = 0;
        for (var i = 0; i < _n; i++)
        {
            if (_size[i] != 0 || _mark[i] != 0)
            {
                Array.Copy(_lists, _start[i], packed, write, _length[i]);
                _start[i] = write;
                write += _length[i];
            }
        }

        _lists = packed;
        _free = write;
    }

    private void InsertByDegree(int i)
    {
        var d = _degree[i];
        var head = _headOfDegree[d];
        _nextInDegree[i] = head;
        _previousInDegree[i] = -1;
        if (head >= 0)
        {
            _previousInDegree[head] = i;
        }

        _headOfDegree[d] = i;
        _minimumDegree = Math.Min(_minimumDegree, d);
    }

    private void RemoveFromDegree(int i)
    {
        var before = _previousInDegree[i];
        var after = _nextInDegree[i];
        if (before >= 0)
        {
            _nextInDegree[before] = after;
        }
        else
        {
            _headOfDegree[_degree[i]] = after;
        }

        if (after >= 0)
        {
            _previousInDegree[after] = before;
        }
    }

    // Each pivot is followed by the variables that were merged into it.
    private int[] Assemble(List<int> pivots, List<int> dense)
    {
        var position = new int[_n];
        Array.Fill(position, -1);
        for (var k = 0; k < pivots.Count; k++)
        {
            position[pivots[k]] = k;
        }

        var counts = new int[pivots.Count + 1];
        var home = new int[_n];
        foreach (var i in dense)
        {
            position[i] = pivots.Count;
        }

        for (var i = 0; i < _n; i++)
        {
            var root = i;
            while (position[root] < 0)
            {
                root = _mergedInto[root];
            }

            var k = position[root];
            for (var j = i; position[j] < 0;)
            {
                var up = _mergedInto[j];
                _mergedInto[j] = root;
                j = up;
            }

            home[i] = k;
            if (k < pivots.Count)
            {
                counts[k + 1]++;
            }
        }

        for (var k = 0; k < pivots.Count; k++)
        {
            counts[k + 1] += counts[k];
        }

        var tail = counts[pivots.Count];
        var order = new int[_n];
        for (var i = 0; i < _n; i++)
        {
            order[home[i] < pivots.Count ? counts[home[i]]++ : tail++] = i;
        }

        return order;
    }
}
