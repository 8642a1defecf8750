using System.Collections.Concurrent;
using MathNet.Numerics;
using MathNet.Numerics.LinearAlgebra;

namespace EcoGlmm.Tests.Estimation;

/// <summary>Covariances by their definitions, in the simplest words.</summary>
internal static class NaturalCovariances
{
    private static readonly ConcurrentDictionary<double, Matrix<double>> OfNodes = new();

    /// <summary>2^(1−ν)/Γ(ν) xᵛ K_ν(x).</summary>
    public static double Matern(double x, double shape) => x == 0 ? 1
        : Math.Pow(2, 1 - shape) / SpecialFunctions.Gamma(shape) * Math.Pow(x, shape) * SpecialFunctions.BesselK(shape, x);

    /// <summary>Additive relationships by the tabular method: parents stand before their offspring, −1 for one that is not known.</summary>
    public static double[,] Tabular((int Sire, int Dam)[] parents)
    {
        var a = new double[parents.Length, parents.Length];
        double Of(int i, int j) => i < 0 || j < 0 ? 0 : a[i, j];
        for (var i = 0; i < parents.Length; i++)
        {
            var (sire, dam) = parents[i];
            for (var j = 0; j < i; j++) a[i, j] = a[j, i] = 0.5 * (Of(sire, j) + Of(dam, j));
            a[i, i] = 1 + (0.5 * Of(sire, dam));
        }

        return a;
    }

    /// <summary>
    /// The correlation-like covariance of two places of a Matérn field of smoothness one on a mesh, of nominal variance one:
    /// Q = (κ⁴C + 2κ²G + GC⁻¹G)/(4πκ²), κ = √8/range, C lumped. Lindgren, Rue and Lindström (2011), equation 10.
    /// </summary>
    public static double OnMesh(Mesh mesh, double range, (double X, double Y) first, (double X, double Y) second)
    {
        var covariance = OfNodes.GetOrAdd(range, r => Precision(mesh, Math.Sqrt(8) / r).Inverse());
        var sum = 0.0;
        foreach (var (i, wi) in mesh.Weights(first.X, first.Y))
        {
            foreach (var (j, wj) in mesh.Weights(second.X, second.Y)) sum += wi * wj * covariance[i, j];
        }

        return sum;
    }

    private static Matrix<double> Precision(Mesh mesh, double kappa)
    {
        var nodes = mesh.Nodes;
        var (mass, stiffness) = (new double[nodes.Count], Matrix<double>.Build.Dense(nodes.Count, nodes.Count));
        foreach (var (a, b, c) in mesh.Triangles)
        {
            int[] corners = [a, b, c];
            (double X, double Y) Edge(int from, int to) => (nodes[to].X - nodes[from].X, nodes[to].Y - nodes[from].Y);
            var (u, v) = (Edge(a, b), Edge(a, c));
            var area = 0.5 * Math.Abs((u.X * v.Y) - (u.Y * v.X));
            foreach (var i in corners) mass[i] += area / 3;
            // The slope of a corner's function lies across the edge that the corner is not on.
            (double X, double Y)[] across = [Edge(b, c), Edge(c, a), Edge(a, b)];
            for (var i = 0; i < 3; i++)
            {
                for (var j = 0; j < 3; j++)
                    stiffness[corners[i], corners[j]] += ((across[i].X * across[j].X) + (across[i].Y * across[j].Y)) / (4 * area);
            }
        }

        var k2 = kappa * kappa;
        var diagonal = Matrix<double>.Build.DenseOfDiagonalArray(mass);
        var inverse = Matrix<double>.Build.DenseOfDiagonalArray(Array.ConvertAll(mass, m => 1 / m));
        return ((k2 * k2 * diagonal) + (2 * k2 * stiffness) + (stiffness * inverse * stiffness)) / (4 * Math.PI * k2);
    }
}
