using System.Numerics;
using System.Runtime.CompilerServices;

namespace EcoGlmm.Data;

/// <summary>Decimal numbers of more digits than every one of which is a double of its own.</summary>
internal static class LongDecimal
{
    /// <summary>Decimals at most, with which 53 bits of a number are no more than 128.</summary>
    private const int MostDecimals = 22;

    private const int MantissaBits = 52;

    private const int ExponentBias = 1023;

    /// <summary>Below it, and above the next, the shortest text of a number has an exponent.</summary>
    public const double Least = 1e-4;

    private const double Most = 1e15;

    private static readonly (ulong High, ulong Low)[] Reciprocals = [.. Enumerable.Range(0, MostDecimals + 1).Select(Reciprocal)];

    private static readonly UInt128[] PowersOfTen =
        [.. Enumerable.Range(0, MostDecimals + 1).Select(power => (UInt128)BigInteger.Pow(10, power))];

    /// <summary>
    /// Reads digits · 10^−decimals, digits of 16 or 17 places, where that is the shortest text of its number, and of those the nearest: so
    /// that no other such text is the same number.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static bool TryShortest(ulong digits, int decimals, out double number)
    {
        number = 0;
        if (decimals is < 2 or > MostDecimals || digits % 10 == 0)
            return false;
        number = Nearest(digits, decimals);
        var shorter = digits / 10;
        return number is >= Least and < Most && Nearest(shorter, decimals - 1) != number && Nearest(shorter + 1, decimals - 1) != number
            && IsNearest(digits, decimals, number);
    }

    // The nearest double by 128 bits of the power of ten, which are enough (D. Lemire 2021, Number parsing at a gigabyte per second;
    // N. Mushtak and D. Lemire 2023, Fast number parsing without fallback). Neither zero nor subnormal.
    private static double Nearest(ulong digits, int decimals)
    {
        var zeros = BitOperations.LeadingZeroCount(digits);
        digits <<= zeros;
        var (high, low) = Reciprocals[decimals];
        var product = Math.BigMul(digits, high, out var rest);
        const ulong Unsure = (1UL << (64 - MantissaBits - 3)) - 1;
        if ((product & Unsure) == Unsure)
        {
            var more = Math.BigMul(digits, low, out _);
            rest += more;
            product += rest < more ? 1UL : 0;
        }
        var upper = (int)(product >> 63);
        var shift = upper + 64 - MantissaBits - 3;
        var mantissa = product >> shift;
        // Power of two of the leading bit: ⌊−decimals · log₂ 10⌋ + 63.
        var exponent = ((217706 * -decimals) >> 16) + 63 + upper - zeros + ExponentBias;
        // Exactly half way: to the even one.
        if (rest <= 1 && decimals <= 4 && (mantissa & 3) == 1 && mantissa << shift == product)
            mantissa &= ~1UL;
        mantissa = (mantissa + (mantissa & 1)) >> 1;
        if (mantissa >= 2UL << MantissaBits)
        {
            mantissa >>= 1;
            exponent++;
        }
        return BitConverter.UInt64BitsToDouble((mantissa & ((1UL << MantissaBits) - 1)) | ((ulong)exponent << MantissaBits));
    }

    // Whether no other whole number of 10^−decimals is nearer to a double.
    private static bool IsNearest(ulong digits, int decimals, double number)
    {
        var bits = BitConverter.DoubleToUInt64Bits(number);
        var mantissa = (bits & ((1UL << MantissaBits) - 1)) | (1UL << MantissaBits);
        var shift = ExponentBias + MantissaBits - (int)(bits >> MantissaBits);
        if (shift is < 1 or > 100)
            return false;
        var scaled = mantissa * PowersOfTen[decimals];
        var half = UInt128.One << (shift - 1);
        var rest = scaled & ((half << 1) - 1);
        return rest != half && (scaled + half) >> shift == digits;
    }

    // 2^b / 5^power in 128 bits, the first of them 1, and the next larger whole number.
    private static (ulong High, ulong Low) Reciprocal(int power)
    {
        var five = BigInteger.Pow(5, power);
        var bits = (int)(five - 1).GetBitLength();
        var value = power == 0 ? BigInteger.One << 127 : (BigInteger.One << (bits + 127)) / five + 1;
        return ((ulong)(value >> 64), (ulong)(value & ulong.MaxValue));
    }
}
