using EcoGlmm.Families;
using EcoGlmm.Numerics;

namespace EcoGlmm.Prediction;

/// <summary>
/// Draws counts by inversion of their distribution function: the count is the first k with u &lt; F(k). For many draws from one
/// distribution F is tabulated, with a guide that tells for each 256th of the unit interval where to start. H.-C. Chen &amp;
/// Y. Asau (1974), On generating random variates from an empirical distribution, <i>AIIE Transactions</i> 6. A draw depends on
/// the distribution and its random bits alone, whether it comes from the table or not.
/// </summary>
internal sealed class CountTable
{
    private const int GuideBits = 8;

    private long[] _thresholds = new long[128];
    private readonly int[] _guide = new int[1 << GuideBits];

    /// <summary>Tabulates a distribution, with more zeros by a zero inflation.</summary>
    public void Fill(CountRecurrence counts, double zero)
    {
        var f = new DistributionFunction(counts, zero);
        var last = 0;
        while ((_thresholds[last] = f.Threshold) < long.MaxValue)
        {
            f.Next();
            if (++last == _thresholds.Length)
                Array.Resize(ref _thresholds, 2 * last);
        }

        var thresholds = _thresholds;
        for (int cell = 0, k = 0; cell < _guide.Length; cell++)
        {
            while (thresholds[k] <= (long)cell << (63 - GuideBits))
                k++;
            _guide[cell] = k;
        }
    }

    /// <summary>The counts that belong to the random bits 0, 1, … of a key, by the table.</summary>
    public void Draw(ulong key, Span<double> destination)
    {
        var thresholds = _thresholds;
        var guide = _guide;
        for (var s = 0; s < destination.Length; s++)
        {
            var bits = RandomStream.BitsAt(key, s);
            var u = (long)(bits >> 1);
            var k = guide[(int)(bits >> (64 - GuideBits))];

            // Most steps of F lie alone in their 256th: one step without a branch, and more where there are more.
            k += (int)((ulong)(thresholds[k] - u - 1) >> 63);
            while (thresholds[k] <= u)
                k++;
            destination[s] = k;
        }
    }

    /// <summary>The count that belongs to random bits, without a table.</summary>
    public static int Draw(CountRecurrence counts, double zero, ulong bits)
    {
        var u = (long)(bits >> 1);
        var f = new DistributionFunction(counts, zero);
        var k = 0;
        for (; f.Threshold <= u; k++)
            f.Next();
        return k;
    }

    /// <summary>F(k) from k = 0 up, in units of 2⁻⁶³; the largest number from where nothing is left.</summary>
    private struct DistributionFunction
    {
        private readonly CountRecurrence _counts;
        private readonly double _share;
        private double _probability;
        private double _below;
        private int _k;

        public DistributionFunction(CountRecurrence counts, double zero)
        {
            _counts = counts;
            _share = 1 - zero;
            _probability = counts.First == 0 ? counts.Probability : 0;
            _below = zero + (_share * _probability);
            Threshold = Scaled(_below);
        }

        public long Threshold { get; private set; }

        public void Next()
        {
            _k++;
            var ratio = _counts.A + (_counts.B / _k);
            _probability = _k == _counts.First ? _counts.Probability : _probability * ratio;
            _below += _share * _probability;
            var isEnd = _k > _counts.First && ratio < 1 && !(_probability > 1e-20 * (1 - ratio));
            Threshold = isEnd ? long.MaxValue : Scaled(_below);
        }

        private static long Scaled(double probability) => probability >= 1 ? long.MaxValue : (long)(probability * 9223372036854775808.0);
    }
}
