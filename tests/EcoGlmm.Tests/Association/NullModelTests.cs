using EcoGlmm.Association;
using EcoGlmm.Numerics;

namespace EcoGlmm.Tests.Association;

/// <summary>Models without markers and their score tests, against what defines them, by plain dense algebra.</summary>
public class NullModelTests
{
    [Theory]
    [InlineData("ill", "ill ~ sex")]
    [InlineData("ticks", "ticks ~ sex + age")]
    public void ScoreTestsAreThoseOfTheirDefinition(string trait, string formula)
    {
        using var herd = Herd.Open();
        var family = trait == "ill" ? Family.Binomial() : Family.Poisson();
        var options = new ScanOptions { Family = family };
        var data = ScanData.Create(formula, Herd.Data(), herd, options);
        var n = data.Y.Length;
        var c = data.Columns;
        var k = Relationship(data, herd, options);
        var model = NullGlmm.Fit(data, family, (x, columns, _) => new AverageInformation([k], x, columns, n, 1),
            CancellationToken.None);
        Assert.True(model.Tau > 0.05);

        // Henderson's equations: covariates explain nothing that is left, and effects are τ K (y − μ)
        var effects = Multiply(k, model.Score, n).Select(v => model.Tau * v).ToArray();
        var eta = data.Y.Zip(model.Score, (y, s) => y - s).Select(m => trait == "ill" ? Math.Log(m / (1 - m)) : Math.Log(m)).ToArray();
        for (var p = 0; p < c; p++)
        {
            Assert.Equal(0, Enumerable.Range(0, n).Sum(i => data.X[i + p * n] * model.Score[i]), 1e-3);
        }

        var rest = eta.Zip(effects, (a, b) => a - b).ToArray();
        var working = Enumerable.Range(0, n).Select(i => eta[i] + model.Score[i] / model.Weights[i]).ToArray();
        var fitted = LeastSquares(data.X, rest, n, c);
        for (var i = 0; i < n; i++)
        {
            Assert.Equal(rest[i], fitted[i], 1e-4);
        }

        // τ is where the restricted likelihood of the working response is largest
        double At(double tau) => Reml(k, [.. model.Weights.Select(w => 1 / w)], tau, data.X, c, working, out _);
        var best = At(model.Tau);
        Assert.True(At(model.Tau * 1.02) < best && At(model.Tau * 0.98) < best);
        Reml(k, [.. model.Weights.Select(w => 1 / w)], model.Tau, data.X, c, working, out var projector);

        var scan = Glmm.Scan(formula, Herd.Data(), herd, options);
        foreach (var name in new[] { "m050", "m001", "m008", "m333" })
        {
            var counts = herd.Counts(name);
            var mean = counts.Where(v => !double.IsNaN(v)).Average();
            var g = data.Individuals.Select(i => double.IsNaN(counts[i]) ? mean : counts[i]).ToArray();
            var score = g.Zip(model.Score, (a, b) => a * b).Sum();
            var variance = g.Zip(Multiply(projector, g, n), (a, b) => a * b).Sum();
            Assert.Equal(score / variance, scan[name].Beta, 1e-4 / Math.Sqrt(variance));
            Assert.Equal(1 / Math.Sqrt(variance), scan[name].StandardError, 1e-5 / Math.Sqrt(variance));
            var normal = 2 * SpecialFunctions.NormalCdf(-Math.Abs(score) / Math.Sqrt(variance));
            Assert.InRange(Math.Log(scan[name].ScoreP) / Math.Log(normal), score * score < 4 * variance ? 0.999 : 0.7, score * score < 4
                * variance ? 1.001 : 1.4);
        }

        Assert.Contains("Family.Binomial()", Assert.Throws<GlmmException>(
            () => Glmm.Scan(formula, Herd.Data(), herd, new ScanOptions { Family = Family.Gamma() })).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void RepeatedRecordsHaveAnEffectOfTheIndividualBesideItsGenes()
    {
        using var herd = Herd.Open();
        var random = new RandomStream(3);
        var rows = Herd.Data().Where(r => !double.IsNaN(r.Number("weight")));
        var some = Enumerable.Range(0, 80).SelectMany(i => new[] { i, i, i }).ToArray();
        var permanent = Enumerable.Range(0, 80).Select(_ => 0.8 * random.NextNormal()).ToArray();
        var records = FieldData.From(new Dictionary<string, object>
        {
            ["animal"] = some.Select(i => rows.Texts("animal")[i]).ToArray(),
            ["day"] = some.Select((_, r) => (double)(r % 3)).ToArray(),
            ["mass"] = some.Select(i => rows.Numbers("weight")[i] + permanent[i] + random.NextNormal()).ToArray(),
        });
        const string formula = "mass ~ day + (1 | animal)";
        var options = new ScanOptions { Relationship = herd.RelationshipMatrix(), Method = ScanMethod.Held, MaxThreads = 1 };
        var scan = Glmm.Scan(formula, records, herd, options);
        var data = ScanData.Create(formula, records, herd, options);
        var n = 240;
        var k = Relationship(data, herd, options);
        var same = new double[n * n];
        for (var i = 0; i < n; i++)
        {
            for (var j = 0; j < n; j++)
            {
                same[i + j * n] = some[i] == some[j] ? 1 : 0;
            }
        }

        // the ratio of the individuals' to the residual variance that was found, from L Lᵀ = I + ρ Z Zᵀ
        var factor = RecordCovariance.Factor(data, (double[])k.Clone(), 1, CancellationToken.None)!;
        var ratio = factor[0] * factor[0] - 1;
        var tau = new ExactScanProbe(k, factor, data).Lambda;
        Assert.True(ratio > 0.1);
        double At(double lambda, double rho, out double[] projector, out double sigma)
        {
            var v = new double[n * n];
            for (var e = 0; e < v.Length; e++)
            {
                v[e] = lambda * k[e] + rho * same[e];
            }

            var log = Reml(v, Enumerable.Repeat(1.0, n).ToArray(), 1, data.X, data.Columns, data.Y, out projector);
            var quadratic = data.Y.Zip(Multiply(projector, data.Y, n), (a, b) => a * b).Sum();
            sigma = quadratic / (n - data.Columns);

            // the scale profiled out
            return log + 0.5 * quadratic - 0.5 * (n - data.Columns) * Math.Log(quadratic);
        }

        var best = At(tau, ratio, out var p, out _);
        foreach (var (a, b) in new[] { (1.03, 1.0), (0.97, 1.0), (1.0, 1.03), (1.0, 0.97) })
        {
            Assert.True(At(tau * a, ratio * b, out _, out _) < best);
        }

        foreach (var name in new[] { "m001", "m050", "m410" })
        {
            var counts = herd.Counts(name);
            var mean = data.Individuals.Distinct().Select(a => counts[a]).Where(v => !double.IsNaN(v)).Average();
            var g = data.Individuals.Select(i => double.IsNaN(counts[i]) ? mean : counts[i]).ToArray();
            var pg = Multiply(p, g, n);
            var expected = pg.Zip(data.Y, (a, b) => a * b).Sum() / pg.Zip(g, (a, b) => a * b).Sum();
            Assert.Equal(expected, scan[name].Beta, 1e-3 * scan[name].StandardError);
        }

        Assert.Contains("240 records of 80 individuals", scan.ToString(), StringComparison.Ordinal);
        Assert.Contains("more than one row", Assert.Throws<GlmmException>(() => Glmm.Scan("mass ~ day", records, herd)).Message,
            StringComparison.Ordinal);
    }

    private sealed class ExactScanProbe
    {
        public ExactScanProbe(double[] k, double[] factor, ScanData data) => Lambda = Math.Exp(new ExactScan(
            DenseRotation.Create((double[])k.Clone(), data.Y.Length, factor, 1, CancellationToken.None), data.Deviations, data.X,
                data.Columns,
            isExact: false).Model.LogLambdaReml);

        public double Lambda { get; }
    }

    private static double[] Relationship(ScanData data, Genotypes herd, ScanOptions options) => RecordCovariance.Whole(
        ScanRelationship.Create(herd, options, _ => { }, CancellationToken.None).OfRows(data, null, CancellationToken.None),
        data.Y.Length);

    private static double[] Multiply(double[] matrix, double[] v, int n)
    {
        var result = new double[n];
        for (var j = 0; j < n; j++)
        {
            for (var i = 0; i < n; i++)
            {
                result[i] += matrix[i + j * n] * v[j];
            }
        }

        return result;
    }

    private static double[] LeastSquares(double[] x, double[] y, int n, int c)
    {
        var design = MathNet.Numerics.LinearAlgebra.Double.DenseMatrix.OfColumnMajor(n, c, x);
        return (design * design.QR().Solve(MathNet.Numerics.LinearAlgebra.Double.DenseVector.OfArray(y))).ToArray();
    }

    // −½ (log |V| + log |XᵀV⁻¹X| + yᵀPy) with V = D + τ K, by MathNet
    private static double Reml(double[] k, double[] diagonal, double tau, double[] x, int c, double[] y, out double[] projector)
    {
        var n = y.Length;
        var v = MathNet.Numerics.LinearAlgebra.Double.DenseMatrix.OfColumnMajor(n, n, k) * tau;
        for (var i = 0; i < n; i++)
        {
            v[i, i] += diagonal[i];
        }

        var design = MathNet.Numerics.LinearAlgebra.Double.DenseMatrix.OfColumnMajor(n, c, x);
        var cholesky = v.Cholesky();
        var inverse = cholesky.Solve(MathNet.Numerics.LinearAlgebra.Double.DenseMatrix.CreateIdentity(n));
        var cross = design.TransposeThisAndMultiply(inverse * design);
        var p = inverse - inverse * design * cross.Inverse() * design.Transpose() * inverse;
        projector = p.ToColumnMajorArray();
        var py = Multiply(projector, y, n);
        return -0.5 * (cholesky.DeterminantLn + Math.Log(cross.Determinant()) + py.Zip(y, (a, b) => a * b).Sum());
    }
}
