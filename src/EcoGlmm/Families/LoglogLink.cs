using EcoGlmm.Families;

namespace EcoGlmm
{
    public abstract partial class Link
    {
        /// <summary>η = −log(−log μ): the complementary log-log link of failures; means leave zero fast and near one slowly.</summary>
        public static Link Loglog { get; } = new LoglogLink();
    }
}

namespace EcoGlmm.Families
{
    /// <summary>μ(η) = 1 − G(−η), G the inverse of the complementary log-log link: the distribution function of the largest
    /// value.</summary>
    internal sealed class LoglogLink() : Link("loglog")
    {
        public override double LinearPredictor(double mu) => -Math.Log(-Math.Log(mu));

        internal override bool IsDistribution => true;

        internal override bool HasInfiniteEdges => true;

        internal override double LatentVariance => Math.PI * Math.PI / 6;

        internal override bool HasLogTails => true;

        internal override LogTail LogMean(double eta) => LogTail.CloglogFailure(-eta).Reflected();

        internal override LogTail LogComplement(double eta) => LogTail.CloglogSuccess(-eta).Reflected();

        internal override LinkPoint At(double eta)
        {
            var m = Math.Exp(Math.Min(-eta, 300));
            var mu = Math.Exp(-m);
            var d1 = m * mu;
            return new(mu, -Numerics.SpecialFunctions.Expm1(-m), d1, d1 * (m - 1), d1 * (1 + (m * (m - 3))));
        }

        // log[G(−a) − G(−b)]: the two thresholds change places, and derivatives by the upper one are those by the lower one there,
        // which with those by the upper one and by η add to zero.
        internal override CategoryInterval Between(double a, double b)
        {
            var g = CategoryInterval.Gumbel(-b, -a);
            return new(g.L, -g.E, g.EE, -g.EEE, g.E + g.B, -(g.EE + g.EB), g.EEE + g.EEB, g.EE + (2 * g.EB) + g.BB);
        }
    }
}
