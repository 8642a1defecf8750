using EcoGlmm.Numerics;

namespace EcoGlmm.Tests.Estimation;

/// <summary>
/// Series and places with a residual, of which the likelihood often has two maxima: none of a grid over the memory and the share of the
/// effects is higher than the fit, by a dense likelihood of its own.
/// </summary>
public sealed class SeveralMaximaTests
{
    /// <summary>Where a variance is all but zero, maxima differ by less than anyone can tell.</summary>
    private const double Flat = 0.02;

    private static readonly double[] Shares = [0.02, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99, 1 - 1e-9];

    [Theory]
    [InlineData("y ~ 1 + ou(0 + x | g)", false, 0)]
    [InlineData("y ~ 1 + ar1(0 + x | g)", false, 0)]
    [InlineData("y ~ 1 + exp(0 + x + z | g)", true, 205)]
    public void NoPlaceOfAGridIsHigherThanTheFit(string formula, bool isPlane, int first)
    {
        for (var set = first; set < first + 40; set++)
        {
            var random = new RandomStream(set);
            var n = 25 + random.NextInt(35);
            var (decay, residual) = (Math.Exp((3 * random.NextDouble()) - 3), random.NextDouble() < 0.3 ? 0.05 : 0.3 + random.NextDouble());
            double[] x = [.. Enumerable.Range(0, n).Select(i => isPlane ? Math.Round(10 * random.NextDouble(), 2) : i)];
            double[] z = [.. x.Select(_ => isPlane ? Math.Round(10 * random.NextDouble(), 2) : 0)];
            double Distance(int i, int j) => Math.Sqrt(((x[i] - x[j]) * (x[i] - x[j])) + ((z[i] - z[j]) * (z[i] - z[j])));
            double[] Factor(double rate, double share)
            {
                var matrix = new double[n * n];
                for (var i = 0; i < n; i++)
                {
                    for (var j = 0; j < n; j++)
                        matrix[(i * n) + j] = (share * Math.Exp(-rate * Distance(i, j))) + (i == j ? 1 - share + 1e-12 : 0);
                }

                Assert.True(DenseCholesky.TryFactor(matrix, n));
                return matrix;
            }

            double[] noise = [.. x.Select(_ => random.NextNormal())];
            var effects = Factor(decay, 1);
            double[] y = [.. x.Select((_, i) => 5 + Enumerable.Range(0, i + 1).Sum(k => effects[(k * n) + i] * noise[k])
                + (residual * random.NextNormal()))];

            double LogLikelihood(double rate, double share)
            {
                var factor = Factor(rate, share);
                var (one, value) = (Enumerable.Repeat(1.0, n).ToArray(), (double[])y.Clone());
                DenseCholesky.SolveLower(factor, n, one);
                DenseCholesky.SolveLower(factor, n, value);
                var (aa, ab, bb) = (one.Sum(v => v * v), one.Zip(value, (a, b) => a * b).Sum(), value.Sum(v => v * v));
                return -0.5 * (DenseCholesky.LogDeterminant(factor, n) + (n * (1 + Math.Log(2 * Math.PI * (bb - (ab * ab / aa)) / n))));
            }

            var (highest, rateAt, shareAt) = Enumerable.Range(0, 19).Select(k => Math.Exp((0.5 * k) - 6))
                .SelectMany(rate => Shares.Select(share => (LogLikelihood(rate, share), rate, share))).Max();
            var fit = Glmm.Fit(formula, FieldData.From(new Dictionary<string, object>
            {
                ["y"] = y,
                ["x"] = x,
                ["z"] = z,
                ["g"] = Enumerable.Repeat("a", n).ToArray(),
            }), Family.Gaussian());
            Assert.NotEqual(ConvergenceStatus.NotConverged, fit.Convergence.Status);
            Assert.True(fit.LogLikelihood > highest - Flat, 
                $"data {set}: {fit.LogLikelihood}, where {highest} can be had at a decay of {rateAt} and a share of {shareAt}: {fit}");
        }
    }
}
