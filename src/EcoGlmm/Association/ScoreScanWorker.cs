using EcoGlmm.Numerics;

namespace EcoGlmm.Association;

/// <summary>
/// Score tests of blocks of markers in a <see cref="NullGlmm"/>: S = xᵀs, of canonical links s = y − μ, with variance xᵀPx. Where S is more
/// than two standard deviations from zero its tail is found by the saddlepoint of the response's distribution, S having been brought
/// to the variance that the response alone gives it (W. Zhou and others, Nature Genetics 50, 2018, 1335-1341). Belongs to
/// one thread.
/// </summary>
internal sealed class ScoreScanWorker : IMarkerWorker
{
    // Standard deviations from which the normal tail is not trusted
    private const double NormalUpTo = 2;

    private readonly NullGlmm _model;
    private readonly int _n;
    private readonly double[] _raw;
    private readonly double[] _projected;
    private readonly double[] _adjusted;
    private readonly double[] _workspace = GC.AllocateUninitializedArray<double>(MatrixProduct.WorkspaceLength, pinned: true);

    public ScoreScanWorker(NullGlmm model, int blockMarkers)
    {
        _model = model;
        _n = model.Score.Length;
        _raw = GC.AllocateUninitializedArray<double>(_n * blockMarkers, pinned: true);
        _projected = GC.AllocateUninitializedArray<double>(_n * blockMarkers, pinned: true);
        _adjusted = new double[model.Projection.Length];
    }

    /// <summary>The genotypes of a marker of the block, to be filled in before <see cref="Test"/>.</summary>
    public Span<double> Marker(int m) => _raw.AsSpan(m * _n, _n);

    /// <summary>Tests the markers that were filled in; one that is zero throughout has no result.</summary>
    public void Test(int count, MarkerTests[] results)
    {
        var tests = results[0];
        Span<double> variances = stackalloc double[count];
        _model.Variances.Find(_raw, _projected, _workspace, variances);
        for (var m = 0; m < count; m++)
        {
            var g = _raw.AsSpan(m * _n, _n);
            double score = 0;
            var variance = variances[m];
            double total = 0;
            for (var i = 0; i < _n; i++)
            {
                score += g[i] * _model.Score[i];
                total += g[i] * g[i] * _model.Weights[i];
            }

            if (!(variance > 1e-8 * total))
            {
                continue;
            }

            var z = score / Math.Sqrt(variance);
            tests.Beta[m] = score / variance;
            tests.StandardError[m] = 1 / Math.Sqrt(variance);
            tests.Score[m] = UpperTail.ChiSquare(z * z);
            if (Math.Abs(z) > NormalUpTo)
            {
                var own = _model.Projection.Project(g, _adjusted);
                var corrected = Saddlepoint.TwoSided(_model.Distribution, _adjusted, score * Math.Sqrt(own / variance));
                tests.Score[m] = double.IsNaN(corrected) ? tests.Score[m] : corrected;
            }
        }
    }
}
