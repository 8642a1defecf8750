namespace EcoGlmm.Families;

/// <summary>Derivatives of ℓ = K − δ + h(x), x = (y − μ) e^−δ: families of location μ and scale e^δ.</summary>
internal static class LocationScale
{
    /// <summary>
    /// Writes those by μ and δ; h1, h2 and h3 are derivatives of h by x, and inverse is e^−δ. By δ, x′ = −x.
    /// </summary>
    public static void Write(double x, double inverse, double h1, double h2, double h3, ref MeanDerivatives d)
    {
        var inverse2 = inverse * inverse;
        var x2 = x * x;
        d.M = -h1 * inverse;
        d.MM = h2 * inverse2;
        d.MMM = -h3 * inverse2 * inverse;
        d.D = (-x * h1) - 1;
        d.MD = (h1 + (x * h2)) * inverse;
        d.MMD = -((2 * h2) + (x * h3)) * inverse2;
        d.DD = (x * h1) + (x2 * h2);
        d.MDD = -(h1 + (3 * x * h2) + (x2 * h3)) * inverse;
        d.DDD = -((x * h1) + (3 * x2 * h2) + (x2 * x * h3));
    }

    /// <summary>Writes those that involve the shape; a trailing s stands for a derivative of h or K by the shape.</summary>
    public static void WriteShape(
        double x, double inverse, double hs, double h1s, double h2s, double hss, double ks, double kss, ref ShapePartials s)
    {
        s.S = ks + hs;
        s.MS = -h1s * inverse;
        s.MMS = h2s * inverse * inverse;
        s.DS = -x * h1s;
        s.SS = kss + hss;
    }
}
