using EcoGlmm.Families;

namespace EcoGlmm.Tests.Families;

/// <summary>One observation's log-density and derivatives, by name, at (η, δ) and the shapes.</summary>
internal static class Evaluation
{
    public static readonly string[] Names = ["L", "E", "EE", "EEE", "D", "ED", "EED", "DD", "EDD", "DDD"];

    /// <summary>The entries in the order of <see cref="Names"/>.</summary>
    public static double[] At(
        Family family, double y, double size, double eta, double delta, DerivativeLevel level = DerivativeLevel.Full) =>
        At(family, y, size, eta, delta, ShapeArrays(family.Shapes.Count, 1), level);

    /// <summary>The same, with the derivatives by shapes left in <paramref name="shapes"/>.</summary>
    public static double[] At(
        Family family, double y, double size, double eta, double delta, ShapeOutput shapes, DerivativeLevel level = DerivativeLevel.Full)
    {
        var c = new double[1];
        family.PrepareConstants([y], [size], c);
        var o = new double[10];
        var block = new LogDensityBlock
        {
            Y = [y],
            Size = [size],
            Eta = [eta],
            Delta = family.HasDispersion ? [delta] : [],
            C = c,
            L = o.AsSpan(0, 1),
            E = o.AsSpan(1, 1),
            EE = o.AsSpan(2, 1),
            EEE = o.AsSpan(3, 1),
            D = o.AsSpan(4, 1),
            ED = o.AsSpan(5, 1),
            EED = o.AsSpan(6, 1),
            DD = o.AsSpan(7, 1),
            EDD = o.AsSpan(8, 1),
            DDD = o.AsSpan(9, 1),
            Shapes = shapes,
        };
        family.Evaluate(ref block, level);
        return o;
    }

    /// <summary>Space for the derivatives of a number of observations by a number of shapes.</summary>
    public static ShapeOutput ShapeArrays(int shapes, int observations)
    {
        double[][] Make(int count) => [.. Enumerable.Range(0, count).Select(_ => new double[observations])];
        return new ShapeOutput(Make(shapes), Make(shapes), Make(shapes), Make(shapes), Make(shapes * (shapes + 1) / 2));
    }

    /// <summary>The arrays in the order of their names: S by shape, then ES, EES, DS and SS.</summary>
    public static IEnumerable<double[]> Arrays(ShapeOutput output) =>
        output.S.Concat(output.ES).Concat(output.EES).Concat(output.DS).Concat(output.SS).Select(array => array!);

    public static double LogDensity(Family family, double y, double size, double eta, double delta) =>
        At(family, y, size, eta, delta, DerivativeLevel.Value)[0];
}
