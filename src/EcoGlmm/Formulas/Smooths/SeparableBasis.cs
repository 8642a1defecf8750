namespace EcoGlmm.Formulas.Smooths;

/// <summary>
/// t2(): a tensor product in which each product of the penalised and the free functions of the margins has a penalty of its own, which is a
/// multiple of the identity. The free functions of a margin are constants and others, centred. What one of them counts beside another is
/// not told by the penalty; it is as in mgcv, where axes are set to unit mean square first of which one alone is seen by the basis's first
/// function.
/// Source: S. N. Wood, F. Scheipl &amp; J. J. Faraway (2013), Straightforward intermediate rank tensor product smoothing in mixed models,
/// Statistics and Computing 23, 341-360.
/// </summary>
internal sealed class SeparableBasis : SmoothBasis
{
    private readonly (SmoothBasis Basis, int First, int Dimensions)[] _bases;

    /// <summary>For each margin from its basis to penalised functions, then free ones, constants last: k × k, row-major.</summary>
    private readonly double[][] _transforms;
    private readonly int[] _penalised;

    /// <summary>The columns: for each the function of each margin.</summary>
    private readonly int[][] _columns;

    private SeparableBasis((SmoothBasis Basis, int First, int Dimensions)[] bases, double[][] x)
    {
        _bases = bases;
        _penalised = Array.ConvertAll(bases, b => b.Basis.Count - b.Basis.NullDimension);
        _transforms = Array.ConvertAll(bases, b => Natural(b.Basis, x[b.First..(b.First + b.Dimensions)]));
        Count = bases.Aggregate(1, (k, b) => k * b.Basis.Count);
        NullDimension = bases.Aggregate(1, (k, b) => k * b.Basis.NullDimension);
        var all = Enumerable.Range(0, Count).Select(Functions).ToArray();
        int PartOf(int[] functions) => Enumerable.Range(0, bases.Length).Sum(k => functions[k] < _penalised[k] ? 1 << k : 0);
        _columns = [.. all.OrderByDescending(PartOf)];
        Penalties = [.. _columns.Select(PartOf).Where(p => p > 0).Distinct().Select(part =>
        {
            var s = new double[Count * Count];
            for (var c = 0; c < Count; c++) s[(c * Count) + c] = PartOf(_columns[c]) == part ? 1 : 0;
            return s;
        })];
        Penalty = new double[Count * Count];
        for (var c = 0; c < Count; c++) Penalty[(c * Count) + c] = PartOf(_columns[c]) > 0 ? 1 : 0;
    }

    public override int Count { get; }

    public override double[] Penalty { get; }

    public override IReadOnlyList<double[]> Penalties { get; }

    public override int NullDimension { get; }

    public static SeparableBasis Learn(IReadOnlyList<(SmoothBasis Basis, int First, int Dimensions)> bases, double[][] x) =>
        new([.. bases], x);

    public override bool IsTestedCentred => true;

    /// <summary>Only the free functions take part in the constraint, so that the penalties stay what they are.</summary>
    public override double[]? Constraint(double[][] x)
    {
        var means = SmoothColumns.Means(this, x);
        for (var c = 0; c < Count - NullDimension; c++) means[c] = 0;
        return means;
    }

    public override void Settle()
    {
        foreach (var (basis, _, _) in _bases) basis.Settle();
    }

    private int[] Functions(int column)
    {
        var functions = new int[_bases.Length];
        for (var k = _bases.Length - 1; k >= 0; k--)
        {
            functions[k] = column % _bases[k].Basis.Count;
            column /= _bases[k].Basis.Count;
        }

        return functions;
    }

    private static double[] Natural(SmoothBasis basis, double[][] x)
    {
        var (n, k, free) = (x[0].Length, basis.Count, basis.NullDimension);
        var r = k - free;
        var (values, t) = PenaltyAlgebra.Eigen(basis.Penalty, k);
        for (var j = 0; j < r; j++)
        {
            for (var i = 0; i < k; i++) t[(i * k) + j] /= Math.Sqrt(values[j]);
        }

        Turn(t, k, r, Axes(t, k, r));
        var raw = new double[n * k];
        basis.Evaluate(x, raw);
        var columns = SmoothColumns.Times(raw, n, k, t, k);
        var penalised = Math.Sqrt(columns.AsSpan(0, n * r).ToArray().Sum(v => v * v) / (n * r));
        for (var j = 0; j < k; j++)
        {
            var size = j < r ? penalised : Math.Sqrt(columns.AsSpan(j * n, n).ToArray().Sum(v => v * v) / n);
            for (var i = 0; i < k && size > 0; i++) t[(i * k) + j] /= size;
        }

        columns = SmoothColumns.Times(raw, n, k, t, k);
        // Free functions: those with mean zero by falling variance, then the constant.
        var gram = new double[free * free];
        for (var a = 0; a < free; a++)
        {
            for (var b = 0; b < free; b++)
            {
                var first = columns.AsSpan((r + a) * n, n);
                var second = columns.AsSpan((r + b) * n, n);
                double sum = 0, meanFirst = 0, meanSecond = 0;
                for (var i = 0; i < n; i++) (meanFirst, meanSecond) = (meanFirst + (first[i] / n), meanSecond + (second[i] / n));
                for (var i = 0; i < n; i++) sum += (first[i] - meanFirst) * (second[i] - meanSecond);
                gram[(a * free) + b] = sum / n;
            }
        }

        if (free > 0) Turn(t, k, r, PenaltyAlgebra.Eigen(gram, free).Vectors);
        return t;
    }

    // Orthonormal axes of the free functions: each the nearest to the first function of the basis that the axes before it leave out.
    private static double[] Axes(double[] t, int k, int r)
    {
        const double least = 1e-7;
        var free = k - r;
        var axes = new double[free * free];
        var found = 0;
        for (var i = 0; i < k && found < free; i++)
        {
            var own = t.AsSpan((i * k) + r, free).ToArray();
            for (var a = 0; a < found; a++)
            {
                double along = 0;
                for (var c = 0; c < free; c++) along += own[c] * axes[(c * free) + a];
                for (var c = 0; c < free; c++) own[c] -= along * axes[(c * free) + a];
            }

            var length = Math.Sqrt(own.Sum(v => v * v));
            if (length < least) continue;
            for (var c = 0; c < free; c++) axes[(c * free) + found] = own[c] / length;
            found++;
        }

        return axes;
    }

    private static void Turn(double[] t, int k, int r, double[] rotation)
    {
        var free = k - r;
        for (var i = 0; i < k; i++)
        {
            var row = Enumerable.Range(0, free).Select(c => Enumerable.Range(0, free).Sum(a => t[(i * k) + r + a] * rotation[(a * free)
                + c])).ToArray();
            row.CopyTo(t, (i * k) + r);
        }
    }

    public override void Evaluate(double[][] x, Span<double> result)
    {
        var n = x[0].Length;
        var parts = new double[_bases.Length][];
        for (var k = 0; k < parts.Length; k++)
        {
            var (basis, first, dimensions) = _bases[k];
            var raw = new double[n * basis.Count];
            basis.Evaluate(x[first..(first + dimensions)], raw);
            parts[k] = SmoothColumns.Times(raw, n, basis.Count, _transforms[k], basis.Count);
        }

        for (var c = 0; c < Count; c++)
        {
            var column = result.Slice(c * n, n);
            column.Fill(1);
            for (var k = 0; k < parts.Length; k++)
            {
                var own = parts[k].AsSpan(_columns[c][k] * n, n);
                for (var i = 0; i < n; i++) column[i] *= own[i];
            }
        }
    }
}
