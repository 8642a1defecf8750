namespace EcoGlmm.Families;

/// <summary>
/// Derivatives of ℓ = A(a) + B(b) + T(φ), a = μφ, b = (1 − μ)φ, with respect to μ and δ = log φ: beta kinds.
/// </summary>
internal static class ShapeDerivatives
{
    public static void Write(
        double p, double q, double phi, in GammaDifference a, in GammaDifference b, in GammaDifference t, ref MeanDerivatives d)
    {
        var square = phi * phi;
        var cube = square * phi;
        d.L = a.F + b.F + t.F;
        d.M = phi * (a.F1 - b.F1);
        d.MM = square * (a.F2 + b.F2);
        d.MMM = cube * (a.F3 - b.F3);

        // Along δ, φ d/dφ: of a, a; so θ-derivatives (Euler's operator) of each part.
        var first = (p * a.F1) + (q * b.F1) + t.F1;
        var second = (p * p * a.F2) + (q * q * b.F2) + t.F2;
        var third = (p * p * p * a.F3) + (q * q * q * b.F3) + t.F3;
        d.D = phi * first;
        d.DD = (square * second) + d.D;
        d.DDD = (cube * third) + (3 * square * second) + d.D;

        var m2 = square * ((p * a.F2) - (q * b.F2));
        var m3 = cube * ((p * p * a.F3) - (q * q * b.F3));
        d.MD = d.M + m2;
        d.MDD = d.M + (3 * m2) + m3;
        d.MMD = (2 * d.MM) + (cube * ((p * a.F3) + (q * b.F3)));
    }
}
