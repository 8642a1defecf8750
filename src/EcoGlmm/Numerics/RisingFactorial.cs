namespace EcoGlmm.Numerics;

/// <summary>
/// The rising factorial θ(θ + 1)…(θ + y − 1) = Γ(θ + y) / Γ(θ) of a whole number y, divided by θʸ, and its
/// derivatives: what negative binomial kinds need, exact to rounding for θ from 1e-300 to 1e300.
/// </summary>
/// <remarks>
/// With aₖ = k / (θ + k), d aₖ / d log θ = −aₖ(1 − aₖ). So with h = log[Γ(θ + y) / (Γ(θ) θʸ)] = Σ log(1 + k/θ), k from
/// 0 to y − 1, the derivatives with respect to log θ are −Σ aₖ, Σ aₖ(1 − aₖ) and −Σ aₖ(1 − aₖ)(1 − 2aₖ). Differences of log Γ
/// and ψ would cancel for large θ; sums do not. Long sums are by the Euler–Maclaurin formula (Abramowitz &amp; Stegun
/// 3.6.28), with the integral in a form that keeps its small terms.
/// </remarks>
internal static class RisingFactorial
{
    // From here on Euler–Maclaurin with seven terms is exact to rounding.
    private const double Smooth = 16;

    // B₁₂ / 12!, without its sign.
    private const double B12 = 691 / 1307674368000.0;

    /// <summary>log[Γ(θ + y) / Γ(θ)].</summary>
    public static double LogRatio(double theta, double y) => ScaledLog(theta, y) + (y == 0 ? 0 : y * Math.Log(theta));

    /// <summary>h = log[Γ(θ + y) / (Γ(θ) θʸ)].</summary>
    public static double ScaledLog(double theta, double y)
    {
        var first = FirstSmooth(theta, y);
        double h = 0;
        double product = 1;
        for (var k = 1; k < first; k++)
        {
            product *= 1 + (k / theta);
            if (product > 1e150)
            {
                h += Math.Log(product);
                product = 1;
            }
        }

        h += Math.Log(product);
        if (double.IsInfinity(h))
        {
            return LogOfTinyStart(theta, y);
        }

        if (first >= y)
        {
            return h;
        }

        var tm = theta + first;
        var tn = theta + y;
        var xn = y / theta;
        var xm = first / theta;
        var integral = xn < 1
            ? (tn * SpecialFunctions.Log1pMinusX(xn)) - (tm * SpecialFunctions.Log1pMinusX(xm)) + (y * xn) - (first * xm)
            : (tn * SpecialFunctions.Log1p(xn)) - (tm * SpecialFunctions.Log1p(xm)) - (y - first);
        var ends = -0.5 * SpecialFunctions.Log1p((y - first) / tm);
        return h + integral + ends + LogEnds(tn) - LogEnds(tm);
    }

    /// <summary>
    /// h and its derivatives with respect to log θ: <paramref name="d1"/>, <paramref name="d2"/>, <paramref name="d3"/>.
    /// </summary>
    public static double ScaledLog(double theta, double y, out double d1, out double d2, out double d3)
    {
        Derivatives(theta, y, out d1, out d2, out d3);
        return ScaledLog(theta, y);
    }

    /// <summary>The derivatives of h with respect to log θ.</summary>
    public static void Derivatives(double theta, double y, out double d1, out double d2, out double d3)
    {
        var first = FirstSmooth(theta, y);
        double s1 = 0;
        double s2 = 0;
        double s3 = 0;
        for (var k = 1; k < first; k++)
        {
            var r = 1 / (theta + k);
            var a = k * r;
            var ab = a * (theta * r);
            s1 += a;
            s2 += ab;
            s3 += ab * ((theta - k) * r);
        }

        if (first < y)
        {
            AddSmoothSums(theta, first, y, ref s1, ref s2, ref s3);
        }

        d1 = -s1;
        d2 = s2;
        d3 = -s3;
    }

    /// <summary>h for y = 0, 1, 2, …, as far as the span goes.</summary>
    public static void Tabulate(double theta, Span<double> h)
    {
        double sum = 0;
        for (var y = 0; y < h.Length; y++)
        {
            h[y] = y < 2 ? 0 : sum += SpecialFunctions.Log1p((y - 1) / theta);
        }
    }

    /// <summary>The derivatives of h for y = 0, 1, 2, …, as far as the spans go.</summary>
    public static void Tabulate(double theta, Span<double> d1, Span<double> d2, Span<double> d3)
    {
        double s1 = 0;
        double s2 = 0;
        double s3 = 0;
        for (var y = 0; y < d1.Length; y++)
        {
            d1[y] = -s1;
            d2[y] = s2;
            d3[y] = -s3;
            var r = 1 / (theta + y);
            var a = y * r;
            var ab = a * (theta * r);
            s1 += a;
            s2 += ab;
            s3 += ab * ((theta - y) * r);
        }
    }

    // Terms below this are summed one by one.
    private static int FirstSmooth(double theta, double y)
    {
        var start = theta >= Smooth ? 0 : (int)(Smooth - theta) + 1;
        return y <= Math.Max(start, 12) ? (int)y : start;
    }

    // θ so small that k/θ overflows.
    private static double LogOfTinyStart(double theta, double y) =>
        SpecialFunctions.LogGamma(y) - ((y - 1) * Math.Log(theta));

    // Euler–Maclaurin's derivative terms of log T at T = θ + k: B₂ⱼ / (2j)! times the (2j − 1)-th derivative.
    private static double LogEnds(double t) => SpecialFunctions.StirlingCorrection(t);

    private static void AddSmoothSums(double theta, int m, double y, ref double s1, ref double s2, ref double s3)
    {
        var n = y - m;
        var tm = theta + m;
        var tn = theta + y;
        var x = n / tm;
        var pm = theta / tm;
        var pn = theta / tn;
        var am = m / tm;
        var an = y / tn;
        var logMinus = SpecialFunctions.Log1pMinusX(x);
        var dp = pn * x; // pm − pn

        var integral2 = theta * (logMinus + (x * an));
        s1 += (-theta * logMinus) + (n * am);
        s2 += integral2;
        s3 += (theta * dp * (am + an)) - integral2;

        s1 -= 0.5 * (an - am);
        s2 -= 0.5 * ((an * pn) - (am * pm));
        s3 -= 0.5 * ((an * pn * (pn - an)) - (am * pm * (pm - am)));

        AddEnd(pn, tn, 1, ref s1, ref s2, ref s3);
        AddEnd(pm, tm, -1, ref s1, ref s2, ref s3);
    }

    // The summands are 1 − p, p − p², −p + 3p² − 2p³ with p = θ/T, and the j-th derivative of pʳ with respect to k is
    // (−1)ʲ r(r + 1)…(r + j − 1) pʳ / Tʲ; here for j = 1, 3, 5, 7, 9, 11.
    private static void AddEnd(double p, double t, double sign, ref double s1, ref double s2, ref double s3)
    {
        var z = 1 / (t * t);
        var u = sign * p / t;
        var e1 = -u * ((1.0 / 12) - (z * ((6.0 / 720) - (z * ((120.0 / 30240) - (z * ((5040.0 / 1209600)
            - (z * ((362880.0 / 47900160) - (z * B12 * 39916800.0))))))))));
        var e2 = -u * p * ((2.0 / 12) - (z * ((24.0 / 720) - (z * ((720.0 / 30240) - (z * ((40320.0 / 1209600)
            - (z * ((3628800.0 / 47900160) - (z * B12 * 479001600.0))))))))));
        var e3 = -u * p * p * ((3.0 / 12) - (z * ((60.0 / 720) - (z * ((2520.0 / 30240) - (z * ((181440.0 / 1209600)
            - (z * ((19958400.0 / 47900160) - (z * B12 * 3113510400.0))))))))));
        s1 -= e1;
        s2 += e1 - e2;
        s3 += (3 * e2) - e1 - (2 * e3);
    }
}
