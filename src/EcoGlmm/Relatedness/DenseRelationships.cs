using System.Globalization;
using EcoGlmm.Numerics;
using EcoGlmm.Text;

namespace EcoGlmm.Relationships;

/// <summary>Checks and inverts a dense relationship matrix, block by block where its levels fall into unrelated families.</summary>
internal static class DenseRelationships
{
    /// <summary>How far two entries that should be one may differ, by the size of the diagonal: files of six digits.</summary>
    private const double Asymmetry = 1e-5;

    /// <summary>
    /// A pivot of the Cholesky factor smaller than this, by the mean of the diagonal, is a singular matrix: half of the digits
    /// of its inverse would be noise.
    /// </summary>
    private const double LeastPivot = 1e-8;

    /// <summary>What is added to the diagonal of a singular matrix, by its mean; the next only where one was not enough.</summary>
    private static readonly double[] Ridges = [0, 1e-6, 1e-5, 1e-4];

    /// <summary>Entries of the inverse below this, by the diagonal, are rounding, and left out.</summary>
    private const double Rounding = 1e-11;

    /// <summary>Refuses numbers that are not finite, a name twice, asymmetry and a diagonal that is not positive; then makes it exactly
    /// symmetric.</summary>
    /// <exception cref="GlmmException">As said.</exception>
    public static void Check(double[] matrix, string[] names)
    {
        var n = names.Length;
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var name in names)
        {
            if (string.IsNullOrWhiteSpace(name))
                throw new GlmmException("A row of the relationship matrix has no name; every level needs one.");
            if (!seen.Add(name))
                throw new GlmmException($"The relationship matrix has two rows called \"{name}\"; give each level one row.");
        }
        var largest = 0.0;
        for (var i = 0; i < n; i++)
        {
            var diagonal = matrix[(i * n) + i];
            largest = Math.Max(largest, Math.Abs(diagonal));
            if (!(diagonal > 0))
            {
                throw new GlmmException($"The relationship matrix has {Text(diagonal)} on its diagonal, at \"{names[i]}\"; "
                    + "a level's relationship with itself is positive, about 1 or 1 + F.");
            }
        }
        for (var i = 0; i < n; i++)
        {
            for (var j = 0; j < i; j++)
            {
                var (a, b) = (matrix[(i * n) + j], matrix[(j * n) + i]);
                if (!double.IsFinite(a) || !double.IsFinite(b))
                    throw new GlmmException($"The relationship matrix holds {Text(double.IsFinite(a) ? b : a)} between \"{names[i]}\" and "
                        + $"\"{names[j]}\"; every entry must be a number.");
                if (Math.Abs(a - b) > Asymmetry * largest)
                {
                    throw new GlmmException($"The relationship matrix is not symmetric: {Text(a)} in row \"{names[i]}\", column "
                        + $"\"{names[j]}\", but {Text(b)} in row \"{names[j]}\", column \"{names[i]}\". If one of them "
                        + "is wrong, correct it; if only half of the matrix is filled, copy it to the other; if both are estimates, use "
                        + "the mean of the matrix and its transpose.");
                }
                matrix[(i * n) + j] = matrix[(j * n) + i] = 0.5 * (a + b);
            }
        }
    }

    /// <summary>The inverse, what was added to the diagonal for it, and a sentence about that.</summary>
    /// <exception cref="GlmmException">The matrix is not positive definite, nor is it with a little on its diagonal.</exception>
    public static (SparsePrecision Precision, double Ridge, string? Note) Invert(RelationshipEntries matrix)
    {
        var n = matrix.Order;
        var mean = 0.0;
        for (var i = 0; i < n; i++)
            mean += matrix.At(i, i) / n;
        var families = matrix.Families();
        CheckSizes(families);
        foreach (var ridge in Ridges)
        {
            if (TryInvert(matrix, families, ridge * mean, LeastPivot * mean) is not { } precision)
                continue;
            return (precision, ridge * mean, ridge == 0 ? null
                : $"The matrix is singular or nearly so: {Text(ridge * mean)} was added to its diagonal (whose mean is {Text(mean)}).");
        }
        throw new GlmmException("The relationship matrix is not positive definite, and adding a ten-thousandth to its diagonal does "
            + "not help: some combination of its levels has a negative variance, so that these cannot be covariances. A matrix of pairwise "
            + "similarities or one with gaps filled in is often so; take the nearest positive definite one (R: Matrix::nearPD), or compute "
            + "it from the markers or the pedigree.");
    }

    private static SparsePrecision? TryInvert(RelationshipEntries matrix, List<int[]> families, double ridge, double leastPivot)
    {
        var rows = new List<int>();
        var columns = new List<int>();
        var entries = new List<double>();
        var logDeterminant = 0.0;
        foreach (var members in families)
        {
            var m = members.Length;
            var block = matrix.Block(members);
            for (var i = 0; i < m; i++)
                block[(i * m) + i] += ridge;
            if (!DenseCholesky.TryFactor(block, m))
                return null;
            for (var i = 0; i < m; i++)
            {
                if (block[(i * m) + i] * block[(i * m) + i] < leastPivot)
                    return null;
            }
            logDeterminant -= DenseCholesky.LogDeterminant(block, m);
            DenseCholesky.Invert(block, m);
            for (var j = 0; j < m; j++)
            {
                for (var i = j; i < m; i++)
                {
                    var entry = block[(j * m) + i];
                    if (Math.Abs(entry) <= Rounding * Math.Sqrt(block[(j * m) + j] * block[(i * m) + i]))
                        continue;
                    rows.Add(members[i]);
                    columns.Add(members[j]);
                    entries.Add(entry);
                }
            }
        }
        var pattern = SparsePattern.FromPairs(matrix.Order, [.. rows], [.. columns]);
        var values = new double[pattern.NonZeros];
        for (var e = 0; e < entries.Count; e++)
            values[pattern.IndexOf(rows[e], columns[e])] = entries[e];
        return new SparsePrecision(pattern, values, logDeterminant);
    }

    private static void CheckSizes(List<int[]> families)
    {
        var largest = families.Max(f => f.Length);
        if (largest > RelationshipMatrix.MostLevels)
        {
            throw new GlmmException($"The relationship matrix holds {Names.Count(largest, "level")} that are all related through one "
                + "another, too many "
                + "to invert. Leave weak relationships out with a higher threshold: Thresholded(0.1).");
        }
    }

    private static string Text(double value) => value.ToString("G6", CultureInfo.InvariantCulture);
}
