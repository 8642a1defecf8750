using EcoGlmm.Numerics;

namespace EcoGlmm.Families;

/// <summary>
/// The series W of the Tweedie density for 1 &lt; p &lt; 2, y &gt; 0, and derivatives of its logarithm. With a = (2 − p)/(p − 1),
/// W = Σ_j w_j, log w_j = j z − log j! − log Γ(aj), z = a log y + (1 + a)(log(1 + a) − δ) − log a.
/// Dunn &amp; Smyth (2005), Series evaluation of Tweedie exponential dispersion model densities, <i>Statistics and
/// Computing</i> 15, 267–280.
/// </summary>
/// <remarks>
/// With J distributed as w_j / W, derivatives of log W are cumulants of ∂ log w_J. The terms rise to one peak near
/// y^(2−p) / ((2 − p)φ) and fall on either side of it, summed until they no longer count. Where the peak is wide, every hth
/// term times h gives the same sum: for a smooth bell the error is of order exp(−2π²(width/h)²). The shape
/// enters as σ = logit(p − 1), for which a = exp(−σ).
/// </remarks>
internal sealed class TweedieSeries
{
    private const int TableLength = 2048;

    /// <summary>Terms below e⁻⁴⁰ of the largest do not count.</summary>
    private const double Negligible = -40;

    [ThreadStatic]
    private static TweedieSeries? _current;

    private readonly double[] _logGamma = new double[TableLength];
    private readonly double[] _digamma = new double[TableLength];
    private readonly double[] _trigamma = new double[TableLength];

    private TweedieSeries()
    {
    }

    /// <summary>log W.</summary>
    public double Value { get; private set; }

    /// <summary>∂ log W/∂δ, and higher derivatives.</summary>
    public double D { get; private set; }

    public double DD { get; private set; }

    public double DDD { get; private set; }

    /// <summary>∂ log W/∂σ, and second derivatives.</summary>
    public double S { get; private set; }

    public double DS { get; private set; }

    public double SS { get; private set; }

    private double A { get; set; }

    /// <summary>The series at that shape; what depends on the shape alone is kept from one observation to the next.</summary>
    public static TweedieSeries At(double a)
    {
        var series = _current ??= new TweedieSeries();
        if (series.A != a)
        {
            series.A = a;
            Array.Fill(series._logGamma, double.NaN);
            Array.Fill(series._digamma, double.NaN);
        }

        return series;
    }

    /// <summary>Sums the series for one response y &gt; 0.</summary>
    public void Sum(double y, double delta, bool derivatives)
    {
        var logY = Math.Log(y);
        var b = logY + Math.Log(1 + A) - delta + 1;
        var z = (A * (b - 1)) + Math.Log(1 + A) - delta - Math.Log(A);
        var zs = 1 - (A * b);
        var zss = A * (b + (A / (1 + A)));

        // (2 − p) = a/(1 + a).
        var peak = Math.Exp(Math.Min((A / (1 + A) * logY) - delta, 600)) * (1 + A) / A;
        var centre = Math.Max(1, Math.Round(peak));
        var stride = Math.Max(1, Math.Floor(Math.Sqrt(centre / (1 + A)) / 3));
        var reference = LogTerm(centre, z);
        var slope = derivatives ? Slope(centre, zs) : 0;
        var sums = default(Sums);
        for (var j = centre; j >= 1; j -= stride)
        {
            if (!Add(j))
            {
                break;
            }
        }

        for (var j = centre + stride; ; j += stride)
        {
            if (!Add(j))
            {
                break;
            }
        }

        SeriesEffort.Add(sums.Terms);
        Value = reference + Math.Log(stride * sums.W);
        if (derivatives)
        {
            Cumulants(sums, centre, slope);
        }

        bool Add(double j)
        {
            var log = LogTerm(j, z) - reference;
            if (!(log > Negligible))
            {
                return false;
            }

            var w = Math.Exp(log);
            sums.Terms++;
            sums.W += w;
            if (derivatives)
            {
                var distance = j - centre;
                var t = Slope(j, zs) - slope;
                sums.J += w * distance;
                sums.JJ += w * distance * distance;
                sums.JJJ += w * distance * distance * distance;
                sums.T += w * t;
                sums.TT += w * t * t;
                sums.JT += w * distance * t;
                sums.Curvature += w * Curvature(j, zss);
            }

            return true;
        }
    }

    private void Cumulants(in Sums sums, double centre, double slope)
    {
        var j = sums.J / sums.W;
        var variance = (sums.JJ / sums.W) - (j * j);
        var third = (sums.JJJ / sums.W) - (3 * j * sums.JJ / sums.W) + (2 * j * j * j);
        var t = sums.T / sums.W;
        var c = 1 + A;
        D = -c * (centre + j);
        DD = c * c * variance;
        DDD = -c * c * c * third;
        S = slope + t;
        SS = (sums.TT / sums.W) - (t * t) + (sums.Curvature / sums.W);
        DS = (A * (centre + j)) - (c * ((sums.JT / sums.W) - (j * t)));
    }

    private double LogTerm(double j, double z) => (j * z) - SpecialFunctions.LogFactorial(j) - LogGamma(j);

    /// <summary>∂ log w_j/∂σ.</summary>
    private double Slope(double j, double zs)
    {
        Digamma(j, out var first, out _);
        return j * (zs + (A * first));
    }

    /// <summary>∂² log w_j/∂σ².</summary>
    private double Curvature(double j, double zss)
    {
        Digamma(j, out var first, out var second);
        return j * (zss - (A * (first + (A * j * second))));
    }

    private double LogGamma(double j)
    {
        if (j >= TableLength)
        {
            return SpecialFunctions.LogGamma(A * j);
        }

        ref var entry = ref _logGamma[(int)j];
        if (double.IsNaN(entry))
        {
            entry = SpecialFunctions.LogGamma(A * j);
        }

        return entry;
    }

    private void Digamma(double j, out double first, out double second)
    {
        if (j >= TableLength)
        {
            first = SpecialFunctions.Digamma(A * j);
            second = SpecialFunctions.Trigamma(A * j);
            return;
        }

        var k = (int)j;
        if (double.IsNaN(_digamma[k]))
        {
            _digamma[k] = SpecialFunctions.Digamma(A * j);
            _trigamma[k] = SpecialFunctions.Trigamma(A * j);
        }

        first = _digamma[k];
        second = _trigamma[k];
    }

    private struct Sums
    {
        public int Terms;
        public double W;
        public double J;
        public double JJ;
        public double JJJ;
        public double T;
        public double TT;
        public double JT;
        public double Curvature;
    }
}
