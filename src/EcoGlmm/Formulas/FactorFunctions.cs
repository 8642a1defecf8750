using System.Globalization;
using EcoGlmm.Data;
using EcoGlmm.Text;

namespace EcoGlmm.Formulas;

/// <summary>Functions that make factors, or numbers of factors.</summary>
internal static class FactorFunctions
{
    private const int MostDigits = 22;

    private sealed record Intervals(double[] Breaks, string[]? Labels);

    /// <summary>numFactor(x, y): coordinates, for spatial structures.</summary>
    public static Value NumericFactor(Evaluator evaluator, CallNode call) =>
        new MatrixValue([.. call.Arguments.Select(a => evaluator.Numbers(a.Value, "numFactor()"))],
            [.. call.Arguments.Select(a => a.Value.ToString())]);

    public static Value Factor(Evaluator evaluator, CallNode call)
    {
        var arguments = new CallArguments(evaluator, call, "x", "levels", "labels");
        var factor = arguments.Factor("x");
        if (arguments.Has("levels"))
            factor = Recode(factor, arguments.Texts("levels"));
        else if (evaluator.Context.Training)
            factor = factor.DropUnusedLevels();
        if (!arguments.Has("labels"))
            return factor;
        var known = evaluator.Learn(call, () => factor.Levels);
        var labels = arguments.Texts("labels");
        if (labels.Length != known.Length)
        {
            throw arguments.Invalid("labels", $"has {labels.Length} labels for {known.Length} levels",
                $"The levels are {Names.List(known)}.");
        }
        var renamed = Array.ConvertAll(
            factor.Levels, level => Array.IndexOf(known, level) is >= 0 and var i ? labels[i] : level);
        return new FactorValue(renamed, factor.Codes, factor.IsOrdered);
    }

    /// <summary>A factor whose levels are ordered as they stand, or as they are given.</summary>
    public static Value Ordered(Evaluator evaluator, CallNode call)
    {
        var factor = (FactorValue)Factor(evaluator, call);
        return new FactorValue(factor.Levels, factor.Codes, isOrdered: true);
    }

    public static Value AsNumeric(Evaluator evaluator, CallNode call)
    {
        var arguments = new CallArguments(evaluator, call, "x");
        if (arguments.Value("x") is not FactorValue factor)
            return new NumericValue(arguments.Rows("x"));
        // Labels that are numbers give these numbers; other labels the position of their level.
        var numbers = new double[factor.Levels.Length];
        var learnt = evaluator.Learn(call, () => factor.DropUnusedLevels().Levels);
        var spellNumbers = Array.TrueForAll(learnt, level => NumberText.TryParse(level, out _));
        for (var level = 0; level < numbers.Length; level++)
        {
            if (spellNumbers && NumberText.TryParse(factor.Levels[level], out var number))
                numbers[level] = number;
            else
                numbers[level] = Array.IndexOf(learnt, factor.Levels[level]) is >= 0 and var i ? i + 1 : double.NaN;
        }
        return new NumericValue(Array.ConvertAll(factor.Codes, code => code < 0 ? double.NaN : numbers[code]));
    }

    public static Value AsInteger(Evaluator evaluator, CallNode call)
    {
        var numbers = (NumericValue)AsNumeric(evaluator, call);
        return new NumericValue(Array.ConvertAll(numbers.Values, Math.Truncate));
    }

    public static Value Relevel(Evaluator evaluator, CallNode call)
    {
        var arguments = new CallArguments(evaluator, call, "x", "ref");
        var factor = arguments.Factor("x");
        var order = evaluator.Learn(call, () =>
        {
            var wanted = arguments.Texts("ref") is [var one]
                ? one
                : throw arguments.Invalid("ref", "must be one level", "Name it in quotes.");
            var reference = Array.IndexOf(factor.Levels, wanted);
            if (reference < 0)
            {
                throw arguments.Invalid("ref", $"is \"{wanted}\", which is not a level of {arguments.Node("x")}",
                    $"The levels are {Names.List(factor.Levels)}.");
            }
            return (string[])[wanted, .. factor.Levels.Where(level => level != wanted)];
        });
        return Recode(factor, [.. order, .. factor.Levels.Except(order)]);
    }

    public static Value Cut(Evaluator evaluator, CallNode call)
    {
        var arguments = new CallArguments(evaluator, call, "x", "breaks", "labels", "include.lowest", "right", "dig.lab");
        var x = arguments.Rows("x");
        var right = arguments.Flag("right", true);
        var closed = arguments.Flag("include.lowest", false);
        var learnt = evaluator.Learn(call, () => LearnIntervals(arguments, x, right, closed));
        var b = learnt.Breaks;
        var codes = Array.ConvertAll(x, value => IntervalOf(b, value, right, closed));
        return learnt.Labels is null
            ? new NumericValue(Array.ConvertAll(codes, code => code < 0 ? double.NaN : code + 1))
            : new FactorValue(learnt.Labels, codes);
    }

    private static FactorValue Recode(FactorValue factor, string[] levels)
    {
        var position = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var i = 0; i < levels.Length; i++)
            position.TryAdd(levels[i], i);
        var newCode = Array.ConvertAll(factor.Levels, level => position.GetValueOrDefault(level, -1));
        return new FactorValue(levels, Array.ConvertAll(factor.Codes, code => code < 0 ? -1 : newCode[code]), factor.IsOrdered);
    }

    private static int IntervalOf(double[] b, double value, bool right, bool closed)
    {
        if (double.IsNaN(value))
            return -1;
        var last = b.Length - 2;
        if (closed && value == (right ? b[0] : b[^1]))
            return right ? 0 : last;
        var found = Array.BinarySearch(b, value);
        var interval = found >= 0 ? right ? found - 1 : found : ~found - 1;
        return interval > last ? -1 : interval;
    }

    private static Intervals LearnIntervals(CallArguments arguments, double[] x, bool right, bool closed)
    {
        var breaks = arguments.Constants("breaks");
        if (breaks.Length == 1)
        {
            if (!Array.Exists(x, double.IsFinite))
                throw arguments.Invalid("x", "has no finite value to divide into intervals",
                    "Give the breaks themselves: cut(x, c(0, 10, 20)).");
            breaks = EqualIntervals(x, arguments.WholeNumber("breaks", 2, 2));
        }
        if (Array.Exists(breaks, double.IsNaN))
            throw arguments.Invalid("breaks", "has a value that is not a number", "Remove it.");
        breaks = [.. breaks.Order()];
        if (breaks.Distinct().Count() != breaks.Length)
            throw arguments.Invalid("breaks", "has the same value twice", "Remove one of them.");
        if (!arguments.Has("labels"))
            return new Intervals(breaks, IntervalLabels(breaks, right, closed, arguments.WholeNumber("dig.lab", 3, 1, MostDigits)));
        if (arguments.Value("labels") is ConstantNumbers { IsLogical: true })
            return new Intervals(breaks, null);
        var labels = arguments.Texts("labels");
        return labels.Length == breaks.Length - 1
            ? new Intervals(breaks, labels)
            : throw arguments.Invalid("labels", $"has {labels.Length} labels for {breaks.Length - 1} intervals",
                "Give one label for each interval.");
    }

    // R widens the range by a thousandth on both sides, so that the extreme values fall inside.
    private static double[] EqualIntervals(double[] x, int count)
    {
        var (low, high) = (double.PositiveInfinity, double.NegativeInfinity);
        foreach (var value in x.Where(double.IsFinite))
            (low, high) = (Math.Min(low, value), Math.Max(high, value));
        var spread = high - low;
        if (spread == 0)
        {
            var around = Math.Abs(low) / 1000;
            return [.. Enumerable.Range(0, count + 1).Select(i => low - around + 2 * around * i / count)];
        }
        var breaks = Enumerable.Range(0, count + 1).Select(i => low + spread / count * i).ToArray();
        breaks[0] = low - spread / 1000;
        breaks[^1] = high + spread / 1000;
        return breaks;
    }

    private static string[] IntervalLabels(double[] breaks, bool right, bool closed, int digits)
    {
        string[] texts;
        do
            texts = Array.ConvertAll(breaks, value => General(value, digits));
        while (texts.Distinct().Count() < texts.Length && digits++ < 12);
        var labels = new string[breaks.Length - 1];
        for (var i = 0; i < labels.Length; i++)
        {
            var open = !right || closed && i == 0 ? '[' : '(';
            var close = right || closed && i == labels.Length - 1 ? ']' : ')';
            labels[i] = $"{open}{texts[i]},{texts[i + 1]}{close}";
        }
        return labels;
    }

    // The %g format of C: so many significant digits, without trailing zeros.
    private static string General(double value, int digits)
    {
        if (value == 0 || double.IsInfinity(value))
            return NumberText.Format(value);
        var scientific = value.ToString("E" + (digits - 1), CultureInfo.InvariantCulture);
        var e = scientific.IndexOf('E');
        var exponent = int.Parse(scientific.AsSpan(e + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        if (exponent >= -4 && exponent < digits)
        {
            var rounded = Math.Round((decimal)value, Math.Min(28, digits - 1 - exponent));
            return Trim(rounded.ToString(CultureInfo.InvariantCulture));
        }
        return Trim(scientific[..e]) + (exponent < 0 ? "e-" : "e+")
               + Math.Abs(exponent).ToString("00", CultureInfo.InvariantCulture);
    }

    private static string Trim(string number) => number.Contains('.') ? number.TrimEnd('0').TrimEnd('.') : number;
}
