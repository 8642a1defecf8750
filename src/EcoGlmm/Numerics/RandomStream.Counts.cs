namespace EcoGlmm.Numerics;

internal sealed partial class RandomStream
{
    /// <summary>
    /// Poisson: a sequential search for small means, otherwise algorithm PTRS of Hörmann (1993), <i>The transformed
    /// rejection method for generating Poisson random variables</i>, Insurance: Mathematics and Economics 12.
    /// </summary>
    public double NextPoisson(double mu)
    {
        if (!(mu > 0))
        {
            return mu == 0 ? 0 : double.NaN;
        }

        return mu < 10 ? SearchPoisson(mu) : RejectPoisson(mu);
    }

    /// <summary>Poisson given that it is not zero: the time of the first event, then the events after it.</summary>
    public double NextPositivePoisson(double mu)
    {
        var first = -SpecialFunctions.Log1p(NextDouble() * SpecialFunctions.Expm1(-mu));
        return 1 + NextPoisson(Math.Max(mu - first, 0));
    }

    /// <summary>
    /// Binomial: a sequential search while n · min(p, 1 − p) is small, otherwise algorithm BTRS of Hörmann (1993), <i>The
    /// generation of binomial random variates</i>, Journal of Statistical Computation and Simulation 46.
    /// </summary>
    public double NextBinomial(double n, double p)
    {
        if (p > 0.5)
        {
            return n - NextBinomial(n, 1 - p);
        }

        if (!(p > 0) || n <= 0)
        {
            return double.IsNaN(p) ? double.NaN : 0;
        }

        return n * p < 10 ? SearchBinomial(n, p) : RejectBinomial(n, p);
    }

    /// <summary>Negative binomial with the given mean and size θ (variance μ + μ²/θ), as a gamma mixture of Poissons.</summary>
    public double NextNegativeBinomial(double mu, double size)
    {
        var rate = double.IsInfinity(size) ? mu : mu * (NextGamma(size) / size);
        return NextPoisson(rate);
    }

    /// <summary>
    /// Negative binomial given that it is not zero: by rejection, or where zeros are too many, by a search through the
    /// probabilities.
    /// </summary>
    public double NextPositiveNegativeBinomial(double mu, double size)
    {
        var zero = Math.Exp(-size * SpecialFunctions.Log1p(mu / size));
        var positive = -SpecialFunctions.Expm1(-size * SpecialFunctions.Log1p(mu / size));
        var s = mu / (mu + size);
        while (true)
        {
            if (zero < 0.7 || mu > 1000 * positive)
            {
                var y = NextNegativeBinomial(mu, size);
                if (y > 0)
                {
                    return y;
                }

                continue;
            }

            var u = NextDouble() * positive;
            double k = 1;
            var p = zero * size * s;
            while (u > p && p > 1e-300)
            {
                u -= p;
                p *= s * (size + k) / (k + 1);
                k++;
            }

            if (p > 1e-300)
            {
                return k;
            }
        }
    }

    private double SearchPoisson(double mu)
    {
        var zero = Math.Exp(-mu);
        while (true)
        {
            var u = NextDouble();
            var p = zero;
            double k = 0;
            while (u > p && p > 1e-300)
            {
                u -= p;
                k++;
                p *= mu / k;
            }

            if (p > 1e-300)
            {
                return k;
            }
        }
    }

    private double RejectPoisson(double mu)
    {
        var b = 0.931 + (2.53 * Math.Sqrt(mu));
        var a = -0.059 + (0.02483 * b);
        var inverseAlpha = 1.1239 + (1.1328 / (b - 3.4));
        var vr = 0.9277 - (3.6224 / (b - 2));
        while (true)
        {
            var u = NextDouble() - 0.5;
            var v = NextDouble();
            var us = 0.5 - Math.Abs(u);
            var k = Math.Floor((((2 * a / us) + b) * u) + mu + 0.43);
            if (us >= 0.07 && v <= vr)
            {
                return k;
            }

            if (k < 0 || (us < 0.013 && v > us))
            {
                continue;
            }

            if (Math.Log(v * inverseAlpha / ((a / (us * us)) + b)) <= LogPoisson(k, mu))
            {
                return k;
            }
        }
    }

    // Saddle-point form, Loader (2000): no cancellation for large means.
    private static double LogPoisson(double k, double mu)
    {
        if (k < 10)
        {
            return (k * Math.Log(mu)) - mu - SpecialFunctions.LogFactorial(k);
        }

        var d = (mu - k) / k;
        return (k * SpecialFunctions.Log1pMinusX(d)) - (0.5 * Math.Log(k)) - SpecialFunctions.HalfLogTwoPi
            - SpecialFunctions.StirlingCorrection(k);
    }

    private double SearchBinomial(double n, double p)
    {
        var none = Math.Exp(n * SpecialFunctions.Log1p(-p));
        var odds = p / (1 - p);
        while (true)
        {
            var u = NextDouble();
            var probability = none;
            double k = 0;
            while (u > probability && k <= n)
            {
                u -= probability;
                k++;
                probability *= odds * (n - k + 1) / k;
            }

            if (k <= n)
            {
                return k;
            }
        }
    }

    private double RejectBinomial(double n, double p)
    {
        var q = 1 - p;
        var spq = Math.Sqrt(n * p * q);
        var b = 1.15 + (2.53 * spq);
        var a = -0.0873 + (0.0248 * b) + (0.01 * p);
        var c = (n * p) + 0.5;
        var vr = 0.92 - (4.2 / b);
        var alpha = (2.83 + (5.1 / b)) * spq;
        var logOdds = Math.Log(p / q);
        var mode = Math.Floor((n + 1) * p);
        var atMode = SpecialFunctions.LogFactorial(mode) + SpecialFunctions.LogFactorial(n - mode);
        while (true)
        {
            var u = NextDouble() - 0.5;
            var v = NextDouble();
            var us = 0.5 - Math.Abs(u);
            var k = Math.Floor((((2 * a / us) + b) * u) + c);
            if (us >= 0.07 && v <= vr)
            {
                return k;
            }

            if (k < 0 || k > n)
            {
                continue;
            }

            var bound = atMode - SpecialFunctions.LogFactorial(k) - SpecialFunctions.LogFactorial(n - k)
                + ((k - mode) * logOdds);
            if (Math.Log(v * alpha / ((a / (us * us)) + b)) <= bound)
            {
                return k;
            }
        }
    }
}
