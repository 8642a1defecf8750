using EcoGlmm.Families;

namespace EcoGlmm
{
    public abstract partial class Family
    {
        /// <summary>
        /// Conway–Maxwell–binomial successes out of n trials: over- (ν &lt; 1) or underdispersed (ν &gt; 1), the binomial at ν = 1; μ is
        /// the mean of the proportion. Default link: logit. Every evaluation sums over 0, 1, …, n.
        /// </summary>
        /// <inheritdoc cref="Gaussian"/>
        public static Family ConwayMaxwellBinomial(Link? link = null) => ConwayMaxwellBinomialFamily.Set.With(link);
    }
}

namespace EcoGlmm.Families
{
    using EcoGlmm.Numerics;

    /// <summary>
    /// Conway–Maxwell–binomial with mean nμ: P(y) ∝ (n choose y)^ν e^{ζy}, with the ζ that gives the mean. Shmueli, Minka, Kadane,
    /// Borle and Boatwright (2005), <i>Applied Statistics</i> 54, 127–142; by its mean as Huang (2017), <i>Statistical Modelling</i>
    /// 17, 359–380. δ = log ν; Sigma reports ν, as glmmTMB's combinomial does.
    /// </summary>
    internal sealed class ConwayMaxwellBinomialFamily(Link link)
        : MeanParameterisedFamily("combinomial", link, MeanRange.UnitInterval)
    {
        /// <summary>ν is kept to e⁻²⁰ … e¹⁰, beyond which the distribution is at its limit to all digits.</summary>
        private const double SmallestDelta = -20, LargestDelta = 10;

        public static FamilySet Set { get; } = new(
            "combinomial", link => new ConwayMaxwellBinomialFamily(link), FamilySet.Probability);

        internal override bool HasDispersion => true;

        internal override bool IsDiscrete => true;

        internal override int RowsAtATime => 64;

        internal override FamilyWords Words { get; } = new("Conway–Maxwell–binomial")
        {
            BeginsWithName = true,
            Dispersion = new("ν", "underdispersed above 1, overdispersed below; 1 is the binomial", "ν"),
        };

        internal override WeightRole WeightRole => WeightRole.Trials;

        internal override ShapeLimit DispersionLimit(bool isHigh) => isHigh
            ? new("The exponent of combinomial runs to infinity: the numbers of successes vary as little as numbers with such means can.",
                "Check the numbers for rounding or a fixed design; standard errors of the other coefficients are those at this limit.")
            : new("The exponent of combinomial runs to zero: the numbers of successes vary more than its distributions with a positive "
                + "exponent do.",
                "Use Family.BetaBinomial(), which can vary more.");

        internal override string? CheckResponse(double y, double size) => SupportCheck.SuccessesOfTrials(y, size);

        internal override double Variance(double mu, double phi, double size) =>
            mu <= 0 || mu >= 1 ? 0 : ConwayMaxwellBinomialSum.At(mu, 1 - mu, Bounded(phi), size).M20 / (size * size);

        // The best mean is y / n itself.
        internal override double UnitDeviance(double y, double mu, double phi, double size)
        {
            var best = y == 0 || y == size ? 0 : LogDensity(y, y / size, Bounded(phi), size);
            return Math.Max(0, 2 * (best - LogDensity(y, mu, Bounded(phi), size)));
        }

        internal override double Draw(RandomStream random, double mu, double phi, double size)
        {
            var u = random.NextDouble();
            return mu <= 0 ? 0 : mu >= 1 ? size : ConwayMaxwellBinomialSum.Quantile(mu, Bounded(phi), size, u);
        }

        internal override double StartingMean(double y, double size) => (y + 0.5) / (size + 1);

        // The variance is about nμ(1 − μ)/ν.
        internal override double StartingDispersion(
            ReadOnlySpan<double> y, ReadOnlySpan<double> mu, ReadOnlySpan<double> size)
        {
            double sum = 0;
            for (var i = 0; i < y.Length; i++)
            {
                var n = size.IsEmpty ? 1 : size[i];
                sum += n > 0 ? (y[i] - (n * mu[i])) * (y[i] - (n * mu[i])) / (n * mu[i] * (1 - mu[i])) : 1;
            }

            return SupportCheck.LogBetween(y.Length / sum, 0.2, 5);
        }

        internal override void PrepareDispersion(double delta, ref DispersionTerms terms)
        {
            terms.Delta = Math.Clamp(delta, SmallestDelta, LargestDelta);
            terms.Phi = Math.Exp(terms.Delta);
        }

        // ℓ = y ζ + ν c(y) − K(ζ, ν), c(y) = log (n choose y): an exponential family. ζ(m, ν) solves ∂K/∂ζ = m = nμ; a = ∂ζ/∂m and
        // b = ∂ζ/∂ν by the implicit function theorem, and ∂ℓ/∂m = (y − m) a. Kij = ∂ⁱ⁺ʲK/∂ζⁱ∂νʲ.
        internal override void EvaluateAtMean(
            double y, double size, in LinkPoint at, in DispersionTerms terms, DerivativeLevel level, ref MeanDerivatives d)
        {
            if (at.Mu <= 0 || at.Complement <= 0)
            {
                // Certain, and so are its neighbours.
                return;
            }

            if (size <= 1)
            {
                // One trial has no dispersion.
                BinomialFamily.EvaluateTrials(y, size, at, ref d);
                return;
            }

            var nu = terms.Phi;
            var m = ConwayMaxwellBinomialSum.At(at.Mu, at.Complement, nu, size);
            var chosen = SpecialFunctions.LogChoose(size, y);
            d.L = (y * m.Zeta) + (nu * chosen) - m.LogSum;
            if (level == DerivativeLevel.Value || m.M20 == 0)
            {
                return;
            }

            var k40 = m.M40 - (3 * m.M20 * m.M20);
            var k31 = m.M31 - (3 * m.M20 * m.M11);
            var k22 = m.M22 - (m.M20 * m.M02) - (2 * m.M11 * m.M11);
            var k13 = m.M13 - (3 * m.M02 * m.M11);
            var a = 1 / m.M20;
            var b = -m.M11 * a;
            var along2 = (m.M30 * b) + m.M21;
            var along1 = (m.M21 * b) + m.M12;
            var am = -m.M30 * a * a * a;
            var an = -a * a * along2;
            var amm = -(k40 * a * a * a * a) - (3 * m.M30 * a * a * am);
            var amn = -(((k40 * b) + k31) * a * a * a) - (3 * m.M30 * a * a * an);
            var bn = -(along1 * a) - (m.M11 * an);
            var ann = (-2 * a * an * along2)
                - (a * a * ((((k40 * b) + k31) * b) + (m.M30 * bn) + (k31 * b) + k22));
            var along1n = (((k31 * b) + k22) * b) + (m.M21 * bn) + (k22 * b) + k13;
            var bnn = -(along1n * a) - (2 * along1 * an) - (m.M11 * ann);

            var r = m.Residual(y, size, at);
            var n = (r * b) + (chosen - m.MeanLogChoose);
            var nn = (r * bn) - ((m.M11 * b) + m.M02);
            var nnn = (r * bnn) - ((along1 * b) + (m.M11 * bn) + (m.M12 * b) + m.M03);

            d.M = size * r * a;
            d.MM = size * size * (-a + (r * am));
            d.MMM = size * size * size * ((-2 * am) + (r * amm));
            d.D = nu * n;
            d.MD = size * nu * r * an;
            d.MMD = size * size * nu * (-an + (r * amn));
            d.DD = (nu * nu * nn) + (nu * n);
            d.MDD = size * r * ((nu * nu * ann) + (nu * an));
            d.DDD = (nu * nu * nu * nnn) + (3 * nu * nu * nn) + (nu * n);
        }

        private static double LogDensity(double y, double mu, double nu, double size)
        {
            if (mu <= 0 || mu >= 1)
            {
                return (mu <= 0 && y == 0) || (mu >= 1 && y == size) ? 0 : double.NegativeInfinity;
            }

            var m = ConwayMaxwellBinomialSum.At(mu, 1 - mu, nu, size);
            return (y * m.Zeta) + (nu * SpecialFunctions.LogChoose(size, y)) - m.LogSum;
        }

        private static double Bounded(double phi) => Math.Clamp(phi, Math.Exp(SmallestDelta), Math.Exp(LargestDelta));
    }

    /// <summary>
    /// The sum over 0, …, n of (n choose k)^ν e^{ζk} at the ζ of a given mean, with central moments Mij of the number of successes
    /// and of c = log (n choose k): E[(Y − nμ)ⁱ (c − E c)ʲ].
    /// </summary>
    internal struct ConwayMaxwellBinomialSum
    {
        /// <summary>The change of log odds of the mean below which ζ is found.</summary>
        private const double Accuracy = 1e-14;

        private const int MostSteps = 200;

        [ThreadStatic]
        private static double[]? _logChoose;

        [ThreadStatic]
        private static double[]? _weights;

        [ThreadStatic]
        private static int _trials;

        public double Zeta;
        public double LogSum;
        public double MeanLogChoose;
        public double M20;
        public double M11;
        public double M02;
        public double M30;
        public double M21;
        public double M12;
        public double M03;
        public double M40;
        public double M31;
        public double M22;
        public double M13;

        public static ConwayMaxwellBinomialSum At(double mu, double complement, double nu, double size)
        {
            var n = (int)size;
            var result = default(ConwayMaxwellBinomialSum);
            if (n == 0)
            {
                return result;
            }

            var c = LogChoose(n);
            var w = _weights!;
            var isMirrored = mu > complement;
            var zeta = Solve(isMirrored ? complement : mu, isMirrored ? mu : complement, nu, n, c, w);
            result.Zeta = isMirrored ? -zeta : zeta;
            result.LogSum = Fill(result.Zeta, nu, n, c, w, out var total);
            var mean = n * mu;
            for (var k = 0; k <= n; k++)
            {
                w[k] /= total;
                result.MeanLogChoose += w[k] * c[k];
            }

            for (var k = 0; k <= n; k++)
            {
                // n − k from the other end keeps its digits where nearly all succeed.
                var y = isMirrored ? (n * complement) - (n - k) : k - mean;
                var g = c[k] - result.MeanLogChoose;
                var wy = w[k] * y;
                var wg = w[k] * g;
                result.M20 += wy * y;
                result.M11 += wy * g;
                result.M02 += wg * g;
                result.M30 += wy * y * y;
                result.M21 += wy * y * g;
                result.M12 += wy * g * g;
                result.M03 += wg * g * g;
                result.M40 += wy * y * y * y;
                result.M31 += wy * y * y * g;
                result.M22 += wy * y * g * g;
                result.M13 += wy * g * g * g;
            }

            return result;
        }

        /// <summary>y − nμ, from the failures where these are few.</summary>
        public readonly double Residual(double y, double size, in LinkPoint at) =>
            at.Mu > at.Complement ? (size * at.Complement) - (size - y) : y - (size * at.Mu);

        /// <summary>The least k with P(Y ≤ k) above <paramref name="u"/>.</summary>
        public static double Quantile(double mu, double nu, double size, double u)
        {
            var n = (int)size;
            if (n == 0)
            {
                return 0;
            }

            At(mu, 1 - mu, nu, size);
            var w = _weights!;
            double below = 0;
            for (var k = 0; k < n; k++)
            {
                below += w[k];
                if (u < below)
                {
                    return k;
                }
            }

            return n;
        }

        /// <summary>ζ ≤ 0 for a mean of at most one half: Newton's method on the log odds of the mean, kept in a bracket.</summary>
        private static double Solve(double mu, double complement, double nu, int n, double[] c, double[] w)
        {
            var target = Math.Log(mu / complement);
            var low = double.NegativeInfinity;
            double high = 0;
            var zeta = Math.Min(0, target);
            for (var step = 0; step < MostSteps && mu < complement; step++)
            {
                Fill(zeta, nu, n, c, w, out var total);
                double mean = 0;
                for (var k = 1; k <= n; k++)
                {
                    mean += k * w[k];
                }

                mean /= total;
                var variance = mean * mean * w[0] / total;
                for (var k = 1; k <= n; k++)
                {
                    variance += (k - mean) * (k - mean) * (w[k] / total);
                }

                var error = Math.Log(mean / (n - mean)) - target;
                if (!(Math.Abs(error) > Accuracy * (1 + Math.Abs(target))))
                {
                    return zeta;
                }

                if (error > 0)
                {
                    high = zeta;
                }
                else
                {
                    low = zeta;
                }

                var slope = variance * n / (mean * (n - mean));
                var next = zeta - (error / slope);
                if (!(next > low && next < high))
                {
                    next = double.IsNegativeInfinity(low) ? (2 * zeta) - 1 : 0.5 * (low + high);
                }

                if (next == zeta)
                {
                    return zeta;
                }

                zeta = next;
            }

            return mu < complement ? zeta : 0;
        }

        /// <summary>The terms over the largest of them, their sum, and the logarithm of the whole.</summary>
        private static double Fill(double zeta, double nu, int n, double[] c, double[] w, out double total)
        {
            var largest = double.NegativeInfinity;
            for (var k = 0; k <= n; k++)
            {
                w[k] = (nu * c[k]) + (zeta * k);
                largest = Math.Max(largest, w[k]);
            }

            total = 0;
            for (var k = 0; k <= n; k++)
            {
                w[k] = Math.Exp(w[k] - largest);
                total += w[k];
            }

            return largest + Math.Log(total);
        }

        /// <summary>log (n choose k) of all k, kept while rows of as many trials follow each other; with room for the terms.</summary>
        private static double[] LogChoose(int n)
        {
            if (_logChoose is not { } table || table.Length <= n)
            {
                _logChoose = table = new double[(2 * n) + 2];
                _weights = new double[table.Length];
                _trials = -1;
            }

            if (_trials != n)
            {
                for (var k = 0; k <= n; k++)
                {
                    table[k] = SpecialFunctions.LogChoose(n, k);
                }

                _trials = n;
            }

            return table;
        }
    }
}
