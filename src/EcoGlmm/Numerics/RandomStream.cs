using System.Numerics;
using System.Runtime.CompilerServices;

namespace EcoGlmm.Numerics;

/// <summary>
/// A seeded, splittable stream of random numbers: the same seed gives the same numbers on every machine, and
/// <see cref="Split"/> gives work item i its own stream, whatever thread runs it and in whatever order.
/// </summary>
/// <remarks>
/// xoshiro256++ (Blackman &amp; Vigna 2021, <i>Scrambled linear pseudorandom number generators</i>, ACM TOMS 47), its state
/// filled by SplitMix64 (Steele, Lea &amp; Flood 2014) from a key; a split hashes the key with the index. Not safe
/// for use by several threads at once.
/// </remarks>
internal sealed partial class RandomStream
{
    private const ulong Golden = 0x9e3779b97f4a7c15;

    private ulong _key;
    private ulong _s0;
    private ulong _s1;
    private ulong _s2;
    private ulong _s3;

    /// <summary>A stream with the given seed.</summary>
    public RandomStream(long seed)
        : this(Mix((ulong)seed + Golden))
    {
    }

    private RandomStream(ulong key) => Restart(key);

    /// <summary>Identifies this stream among the splits of a seed: the key of <see cref="BitsAt"/>.</summary>
    public ulong Key => _key;

    /// <summary>
    /// Number <paramref name="index"/> of the SplitMix64 sequence that starts at the key: random bits that can be had in any
    /// order, without those before them.
    /// </summary>
    public static ulong BitsAt(ulong key, int index) => Mix(key + ((ulong)(index + 1) * Golden));

    /// <summary>Becomes the stream that belongs to a key.</summary>
    public void Restart(ulong key)
    {
        this._key = key;
        _s0 = Mix(key += Golden);
        _s1 = Mix(key += Golden);
        _s2 = Mix(key += Golden);
        _s3 = Mix(key + Golden);
    }

    /// <summary>
    /// An independent stream that depends on this stream's seed (or its own place among splits) and the index alone, not
    /// on how many numbers have been drawn.
    /// </summary>
    public RandomStream Split(long index) => new(Mix(_key ^ Mix((ulong)index ^ 0xd1b54a32d192ed03)));

    /// <summary>64 random bits.</summary>
    public ulong NextUInt64() => NextUInt64(ref _s0, ref _s1, ref _s2, ref _s3);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong NextUInt64(ref ulong s0, ref ulong s1, ref ulong s2, ref ulong s3)
    {
        var result = BitOperations.RotateLeft(s0 + s3, 23) + s0;
        var t = s1 << 17;
        s2 ^= s0;
        s3 ^= s1;
        s1 ^= s2;
        s0 ^= s3;
        s2 ^= t;
        s3 = BitOperations.RotateLeft(s3, 45);
        return result;
    }

    /// <summary>Uniform on the open interval (0, 1).</summary>
    public double NextDouble() => Uniform(NextUInt64());

    private static double Uniform(ulong bits) => ((bits >> 12) + 0.5) * (1.0 / 4503599627370496.0);

    /// <summary>The next numbers of <see cref="NextDouble"/>.</summary>
    public void NextDoubles(Span<double> destination)
    {
        // The state in registers.
        var (s0, s1, s2, s3) = (_s0, _s1, _s2, _s3);
        for (var i = 0; i < destination.Length; i++)
            destination[i] = Uniform(NextUInt64(ref s0, ref s1, ref s2, ref s3));
        (_s0, _s1, _s2, _s3) = (s0, s1, s2, s3);
    }

    /// <summary>
    /// A whole number from 0 to n − 1, without bias. Lemire (2019), <i>Fast random integer generation in an interval</i>,
    /// ACM TOMACS 29.
    /// </summary>
    public int NextInt(int n)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(n);
        var range = (ulong)n;
        var high = Math.BigMul(NextUInt64(), range, out var low);
        if (low < range)
        {
            var threshold = (0 - range) % range;
            while (low < threshold)
            {
                high = Math.BigMul(NextUInt64(), range, out low);
            }
        }

        return (int)high;
    }

    /// <summary>Puts the items in random order (Fisher and Yates).</summary>
    public void Shuffle<T>(Span<T> items)
    {
        for (var i = items.Length - 1; i > 0; i--)
        {
            var j = NextInt(i + 1);
            (items[i], items[j]) = (items[j], items[i]);
        }
    }

    private static ulong Mix(ulong z)
    {
        z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
        z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
        return z ^ (z >> 31);
    }
}
