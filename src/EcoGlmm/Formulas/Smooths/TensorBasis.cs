using EcoGlmm.Model;
using EcoGlmm.Numerics;

namespace EcoGlmm.Formulas.Smooths;

/// <summary>
/// A tensor product of bases: te() with a penalty for each, ti() without the functions of fewer covariates. Source: S. N. Wood (2006),
/// Low-rank scale-invariant tensor product smooths, Biometrics 62, 1025-1036.
/// </summary>
internal sealed class TensorBasis : SmoothBasis
{
    private readonly Margin[] _margins;

    private TensorBasis(Margin[] margins)
    {
        _margins = margins;
        Count = margins.Aggregate(1, (k, m) => k * m.Count);
        NullDimension = margins.Aggregate(1, (d, m) => d * m.NullDimension);
        Penalties = [.. margins.Select((_, k) => margins.Select((m, j) => j == k ? (m.Penalty, m.Count)
            : (PenaltyAlgebra.Identity(m.Count), m.Count))
            .Aggregate((a, b) => (PenaltyAlgebra.Kronecker(a.Item1, a.Item2, b.Item1, b.Item2), a.Item2 * b.Item2)).Item1)];
        Penalty = new double[Count * Count];
        foreach (var penalty in Penalties)
        {
            for (var i = 0; i < penalty.Length; i++) Penalty[i] += penalty[i];
        }
    }

    public override int Count { get; }

    public override double[] Penalty { get; }

    public override IReadOnlyList<double[]> Penalties { get; }

    public override int NullDimension { get; }

    /// <param name="bases">The bases, each of some of the covariates in order.</param>
    /// <param name="x">The covariates in the training rows.</param>
    /// <param name="isInteraction">Whether each basis is centred first.</param>
    public static TensorBasis Learn(IReadOnlyList<(SmoothBasis Basis, int First, int Dimensions)> bases, double[][] x,
        bool isInteraction) =>
        new([.. bases.Select(b => new Margin(b.Basis, b.First, b.Dimensions, x, isInteraction))]);

    public override void Evaluate(double[][] x, Span<double> result)
    {
        var n = x[0].Length;
        var parts = Array.ConvertAll(_margins, m => m.Evaluate(x));
        for (var c = 0; c < Count; c++)
        {
            var column = result.Slice(c * n, n);
            column.Fill(1);
            var rest = c;
            for (var k = _margins.Length - 1; k >= 0; k--)
            {
                var own = parts[k].AsSpan(rest % _margins[k].Count * n, n);
                rest /= _margins[k].Count;
                for (var i = 0; i < n; i++) column[i] *= own[i];
            }
        }
    }

    public override void Settle()
    {
        foreach (var margin in _margins) margin.Settle();
    }

    /// <summary>One basis of the product, its coefficients values of the function, so that the other penalties act on these.</summary>
    private sealed class Margin
    {
        private readonly SmoothBasis _basis;
        private readonly int _first;
        private readonly int _dimensions;

        /// <summary>From the basis to the coordinates of the product: k × count, row-major; null where they are the same.</summary>
        private readonly double[]? _transform;

        public Margin(SmoothBasis basis, int first, int dimensions, double[][] x, bool isCentred)
        {
            (_basis, _first, _dimensions) = (basis, first, dimensions);
            var k = basis.Count;
            (Count, NullDimension, Penalty) = (k, basis.NullDimension, basis.Penalty);
            if (isCentred)
            {
                _transform = PenaltyAlgebra.Complement(SmoothColumns.Means(basis, x[first..(first + dimensions)]));
                (Count, NullDimension) = (k - 1, Math.Max(0, NullDimension - 1));
            }

            if (dimensions == 1 && !basis.HasValuesAsCoefficients)
                _transform = InValues(basis, _transform ?? PenaltyAlgebra.Identity(k), Count, x[first].Min(), x[first].Max());
            if (_transform is not null) Penalty = PenaltyAlgebra.Sandwich(Penalty, k, _transform, Count);
            var largest = PenaltyAlgebra.Eigen(Penalty, Count).Values[0];
            Penalty = Array.ConvertAll(Penalty, value => value / largest);
        }

        public int Count { get; }

        public int NullDimension { get; }

        public double[] Penalty { get; }

        public double[] Evaluate(double[][] x)
        {
            var n = x[0].Length;
            var values = new double[n * _basis.Count];
            _basis.Evaluate(x[_first..(_first + _dimensions)], values);
            return _transform is null ? values : SmoothColumns.Times(values, n, _basis.Count, _transform, Count);
        }

        public void Settle() => _basis.Settle();

        /// <summary>Coefficients that are the values at as many even places: T B⁻¹ with B the functions there.</summary>
        private static double[] InValues(SmoothBasis basis, double[] transform, int count, double from, double to)
        {
            var places = new double[count];
            for (var i = 0; i < count; i++) places[i] = from + ((to - from) * i / (count - 1));
            var raw = new double[count * basis.Count];
            basis.Evaluate([places], raw);
            var columns = SmoothColumns.Times(raw, count, basis.Count, transform, count);
            var b = MathNet.Numerics.LinearAlgebra.Double.DenseMatrix.Build.Dense(count, count, columns);
            var svd = b.Svd();
            if (svd.S[count - 1] / svd.S[0] < 1e-10) return transform;
            var inverse = svd.VT.Transpose() * MathNet.Numerics.LinearAlgebra.Double.DenseMatrix.Build.Diagonal(count, count, j =>
                1 / svd.S[j]) * svd.U.Transpose();
            return PenaltyAlgebra.Product(transform, basis.Count, count, inverse.Transpose().ToColumnMajorArray(), count);
        }
    }
}

/// <summary>Columns of a basis on the rows of a table, column-major.</summary>
internal static class SmoothColumns
{
    /// <summary>The mean of each function over the rows.</summary>
    public static double[] Means(SmoothBasis basis, double[][] x)
    {
        var n = x[0].Length;
        var columns = new double[n * basis.Count];
        basis.Evaluate(x, columns);
        var means = new double[basis.Count];
        for (var j = 0; j < means.Length; j++)
        {
            var sum = 0.0;
            foreach (var value in columns.AsSpan(j * n, n)) sum += value;
            means[j] = sum / n;
        }

        return means;
    }

    /// <summary>X T for X n × k column-major and T k × p row-major: n × p, column-major.</summary>
    public static double[] Times(double[] x, int n, int k, double[] t, int p)
    {
        var result = new double[n * p];
        Parallel.For(0, p, LiveProgress.CurrentParallel(), c =>
        {
            var to = result.AsSpan(c * n, n);
            for (var j = 0; j < k; j++)
            {
                if (t[(j * p) + c] is not 0 and var weight) VectorSum.AddScaled(weight, x.AsSpan(j * n, n), to);
            }
        });
        return result;
    }
}
