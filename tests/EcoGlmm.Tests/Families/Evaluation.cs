using EcoGlmm.Families;

namespace EcoGlmm.Tests.Families;

/// <summary>One observation's log-density and derivatives, by name, at (η, δ) and the shapes.</summary>
internal static class Evaluation
{
    public static readonly string[] Names = ["L", "E", "EE", "EEE", "D", "ED", "EED", "DD", "EDD", "DDD", "S", "ES", "EES", "DS", "SS"];

    /// <summary>The entries in the order of <see cref="Names"/>.</summary>
    public static double[] At(
        Family family, double y, double size, double eta, double delta, DerivativeLevel level = DerivativeLevel.Full)
    {
        double[] c = new double[1];
        family.PrepareConstants([y], [size], c);
        var o = new double[15];
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
            S = o.AsSpan(10, 1),
            ES = o.AsSpan(11, 1),
            EES = o.AsSpan(12, 1),
            DS = o.AsSpan(13, 1),
            SS = o.AsSpan(14, 1),
        };
        family.Evaluate(ref block, level);
        return o;
    }

    public static double LogDensity(Family family, double y, double size, double eta, double delta) =>
        At(family, y, size, eta, delta, DerivativeLevel.Value)[0];
}
