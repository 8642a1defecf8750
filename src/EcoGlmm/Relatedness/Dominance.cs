namespace EcoGlmm.Relationships;

/// <summary>
/// Relationships by dominance from additive ones: C. C. Cockerham (1954), Genetics 39, 859-882; M. Lynch and B. Walsh (1998),
/// Genetics and Analysis of Quantitative Traits, chapter 7.
/// </summary>
internal static class Dominance
{
    /// <summary>The dominance relationship matrix of some animals, row by row; 1 on its diagonal.</summary>
    public static double[] Between(Pedigree pedigree, int[] animals)
    {
        var parents = animals.SelectMany(i => new[] { pedigree.Sires[i], pedigree.Dams[i] }).Where(p => p >= 0).Distinct()
            .Order().ToArray();
        var additive = pedigree.CovarianceOf(parents);
        var place = parents.Select((parent, at) => (parent, at)).ToDictionary(p => p.parent, p => p.at);
        int Place(int parent) => parent < 0 ? -1 : place[parent];
        double A(int a, int b) => a < 0 || b < 0 ? 0 : additive[(a * parents.Length) + b];
        var sires = Array.ConvertAll(animals, i => Place(pedigree.Sires[i]));
        var dams = Array.ConvertAll(animals, i => Place(pedigree.Dams[i]));
        var n = animals.Length;
        var matrix = new double[n * n];
        for (var i = 0; i < n; i++)
        {
            matrix[(i * n) + i] = 1;
            for (var j = 0; j < i; j++)
            {
                matrix[(i * n) + j] = matrix[(j * n) + i] =
                    0.25 * ((A(sires[i], sires[j]) * A(dams[i], dams[j])) + (A(sires[i], dams[j]) * A(dams[i], sires[j])));
            }
        }
        return matrix;
    }
}
