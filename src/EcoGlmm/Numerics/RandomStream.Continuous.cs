namespace EcoGlmm.Numerics;

internal sealed partial class RandomStream
{
    private const int Layers = 128;
    private const double TailEdge = 3.442619855899;
    private const double LayerArea = 9.91256303526217e-3;

    private static readonly double[] Edges = LayerEdges();

    /// <summary>Standard normal. Ziggurat with 128 layers: Doornik (2005), <i>An improved ziggurat method</i>.</summary>
    public double NextNormal() => Normal(NextUInt64());

    /// <summary>The next numbers of <see cref="NextNormal"/>.</summary>
    public void NextNormals(Span<double> destination)
    {
        var (s0, s1, s2, s3) = (_s0, _s1, _s2, _s3);
        for (var i = 0; i < destination.Length; i++)
        {
            var bits = NextUInt64(ref s0, ref s1, ref s2, ref s3);
            var layer = (int)(bits & (Layers - 1));
            var x = (((long)(bits >> 11) * (2.0 / 9007199254740992.0)) - 1) * Edges[layer];
            if (Math.Abs(x) >= Edges[layer + 1])
            {
                (_s0, _s1, _s2, _s3) = (s0, s1, s2, s3);
                x = Normal(bits);
                (s0, s1, s2, s3) = (_s0, _s1, _s2, _s3);
            }

            destination[i] = x;
        }

        (_s0, _s1, _s2, _s3) = (s0, s1, s2, s3);
    }

    /// <summary>
    /// The standard normal that belongs to 64 random bits. They suffice for 98 in 100; for the others this stream starts anew
    /// from them.
    /// </summary>
    public double NormalOf(ulong bits)
    {
        var i = (int)(bits & (Layers - 1));
        var x = (((long)(bits >> 11) * (2.0 / 9007199254740992.0)) - 1) * Edges[i];
        if (Math.Abs(x) < Edges[i + 1])
        {
            return x;
        }

        Restart(bits);
        return Normal(bits);
    }

    private double Normal(ulong bits)
    {
        for (; ; bits = NextUInt64())
        {
            var i = (int)(bits & (Layers - 1));
            var u = ((long)(bits >> 11) * (2.0 / 9007199254740992.0)) - 1;
            var x = u * Edges[i];
            if (Math.Abs(x) < Edges[i + 1])
            {
                return x;
            }

            if (i == 0)
            {
                return NormalTail(u < 0);
            }

            var f0 = Math.Exp(-0.5 * ((Edges[i] * Edges[i]) - (x * x)));
            var f1 = Math.Exp(-0.5 * ((Edges[i + 1] * Edges[i + 1]) - (x * x)));
            if (f1 + (NextDouble() * (f0 - f1)) < 1)
            {
                return x;
            }
        }
    }

    /// <summary>Exponential with mean one.</summary>
    public double NextExponential() => -Math.Log(NextDouble());

    /// <summary>
    /// Gamma with the given shape and scale one. Marsaglia &amp; Tsang (2000), <i>A simple method for generating gamma
    /// variables</i>, ACM TOMS 26.
    /// </summary>
    public double NextGamma(double shape) =>
        shape < 1 ? GammaOfLargeShape(shape + 1) * Math.Exp(-NextExponential() / shape) : GammaOfLargeShape(shape);

    /// <summary>Beta(a, b), on [0, 1]; no 0/0 however small the shapes.</summary>
    public double NextBeta(double a, double b)
    {
        if (a >= 1 || b >= 1)
        {
            var x = NextGamma(a);
            return x / (x + NextGamma(b));
        }

        var logX = Math.Log(GammaOfLargeShape(a + 1)) - (NextExponential() / a);
        var logY = Math.Log(GammaOfLargeShape(b + 1)) - (NextExponential() / b);
        return SpecialFunctions.Logistic(logX - logY);
    }

    /// <summary>
    /// Inverse Gaussian with the given mean and λ (variance mean³/λ). Michael, Schucany &amp; Haas (1976), <i>American
    /// Statistician</i> 30, 88–90, with the smaller root in a form that does not cancel.
    /// </summary>
    public double NextInverseGaussian(double mean, double lambda)
    {
        var z = NextNormal();
        var w = mean * z * z / (2 * lambda);
        var ratio = 1 / (1 + w + Math.Sqrt(w * (2 + w)));
        return NextDouble() * (1 + ratio) <= 1 ? mean * ratio : mean / ratio;
    }

    private double GammaOfLargeShape(double shape)
    {
        var d = shape - (1.0 / 3);
        var c = 1 / Math.Sqrt(9 * d);
        while (true)
        {
            var x = NextNormal();
            var v = 1 + (c * x);
            if (v <= 0)
            {
                continue;
            }

            v = v * v * v;
            var u = NextDouble();
            var x2 = x * x;
            if (u < 1 - (0.0331 * x2 * x2) || Math.Log(u) < (0.5 * x2) + (d * (1 - v + Math.Log(v))))
            {
                return d * v;
            }
        }
    }

    private double NormalTail(bool negative)
    {
        double x;
        double y;
        do
        {
            x = NextExponential() / TailEdge;
            y = NextExponential();
        }
        while (y + y < x * x);

        return negative ? -(TailEdge + x) : TailEdge + x;
    }

    private static double[] LayerEdges()
    {
        var edges = new double[Layers + 1];
        var f = Math.Exp(-0.5 * TailEdge * TailEdge);
        edges[0] = LayerArea / f;
        edges[1] = TailEdge;
        for (var i = 2; i < Layers; i++)
        {
            edges[i] = Math.Sqrt(-2 * Math.Log((LayerArea / edges[i - 1]) + f));
            f = Math.Exp(-0.5 * edges[i] * edges[i]);
        }

        return edges;
    }
}
