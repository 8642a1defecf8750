using System.Runtime.CompilerServices;
using EcoGlmm.Numerics;

namespace EcoGlmm.Families;

/// <summary>
/// The terms of Σ λʲ / (j!)^ν divided by the largest of them: those near the largest one by one, beyond them runs of ever more terms
/// by <see cref="GaussSumRule"/>, so that counts that spread over millions take a few hundred values. One for each thread, used again.
/// </summary>
internal sealed class ConwayMaxwellTerms
{
    private const double Negligible = 1e-24;

    /// <summary>Terms that are taken one by one on either side of the largest.</summary>
    private const int NearTerms = 64;

    /// <summary>Terms that are taken one by one where they change too fast for a run.</summary>
    private const int TermsAtATime = 32;

    /// <summary>Largest change of a logarithm within a run that the rule follows to rounding.</summary>
    private const double LargestChange = 6;

    /// <summary>No term is above one but for rounding, unless log λ and ν are too large to tell the terms apart.</summary>
    private const double LargestTerm = 1000;

    /// <summary>
    /// Counts below it whose powers are kept from row to row, which share ν as a rule; what is kept has the bits of what is computed.
    /// </summary>
    private const int KnownCounts = 1024;

    /// <summary>Size of log λ and ν log k up to which neither λ nor k^-ν leaves the range of numbers, nor their product.</summary>
    private const double LargestLogFactor = 300;

    private static readonly double[] KnownLogs = [.. Enumerable.Range(0, KnownCounts).Select(k => Math.Log(k))];

    /// <summary>Runs beyond which the terms have no end.</summary>
    private const int MostRuns = 1000;

    private static readonly double MostCounts = Math.ScaleB(1, GaussSumRule.MostPower);

    [ThreadStatic]
    private static ConwayMaxwellTerms? _own;

    private readonly List<Run> _runs = [];
    private double[] _weights = new double[256];
    private double[] _counts = new double[256];
    private double[] _logs = new double[256];
    private readonly double[] _powers = new double[KnownCounts];
    private double _powersOf = double.NaN;
    private double _lambda;
    private int _length;
    private int _runsBelow;
    private double _zeta;
    private double _nu;

    private readonly record struct Run(double Lowest, int Power, int First, int Length);

    /// <summary>The count with the largest term.</summary>
    public double Origin { get; private set; }

    /// <summary>The logarithm of the largest term.</summary>
    public double LogTop { get; private set; }

    /// <summary>log y! of <see cref="Origin"/>.</summary>
    public double LogFactorialOfOrigin { get; private set; }

    /// <summary>Terms, or weights of terms, in no order; a single NaN where they have no end.</summary>
    public ReadOnlySpan<double> Weights => _weights.AsSpan(0, _length);

    /// <summary>Their counts, less <see cref="Origin"/>.</summary>
    public ReadOnlySpan<double> Counts => _counts.AsSpan(0, _length);

    /// <summary>Their log y!, less that of <see cref="Origin"/>.</summary>
    public ReadOnlySpan<double> Logs => _logs.AsSpan(0, _length);

    /// <summary>The terms for log λ and ν, which stay until the thread asks for others.</summary>
    public static ConwayMaxwellTerms Of(double zeta, double nu)
    {
        var terms = _own ??= new();
        terms.Collect(zeta, nu);
        SeriesEffort.Add(terms._length);
        return terms;
    }

    /// <summary>The smallest count with distribution function at least p.</summary>
    public double Quantile(double p)
    {
        double left = 0;
        for (var k = 0; k < _length; k++)
        {
            left += p * _weights[k];
        }

        var last = Origin;
        for (var r = 0; r < _runs.Count; r++)
        {
            // Below the origin they were collected downwards.
            var isBelow = r < _runsBelow;
            var run = _runs[isBelow ? _runsBelow - 1 - r : r];
            double mass = 0;
            for (var k = run.First; k < run.First + run.Length; k++)
            {
                mass += _weights[k];
            }

            if (left <= mass)
            {
                return Within(run, isBelow, left);
            }

            left -= mass;
            last = run.Lowest + (run.Power < 0 ? run.Length : Math.ScaleB(1, run.Power)) - 1;
        }

        return last;
    }

    private double Within(Run run, bool isBelow, double left)
    {
        var lowest = run.Lowest;
        if (run.Power < 0)
        {
            for (var k = 0; k < run.Length - 1; k++, lowest++)
            {
                var w = _weights[isBelow ? run.First + run.Length - 1 - k : run.First + k];
                if (left <= w)
                {
                    break;
                }

                left -= w;
            }

            return lowest;
        }

        var power = run.Power;
        for (; power > GaussSumRule.LeastPower; power--)
        {
            double half = 0;
            var rule = GaussSumRule.OfPower(power - 1);
            for (var k = 0; k < GaussSumRule.Points; k++)
            {
                half += rule.Weights[k] * Term(lowest + rule.Nodes[k], out _);
            }

            if (left > half)
            {
                left -= half;
                lowest += Math.ScaleB(1, power - 1);
            }
        }

        for (var k = (1 << power) - 1; k > 0; k--, lowest++)
        {
            var w = Term(lowest, out _);
            if (left <= w)
            {
                break;
            }

            left -= w;
        }

        return lowest;
    }

    private void Collect(double zeta, double nu)
    {
        (_zeta, _nu, _length) = (zeta, nu, 0);
        _runs.Clear();
        var isInRange = Math.Abs(zeta) <= LargestLogFactor && nu * KnownLogs[^1] <= LargestLogFactor;
        _lambda = isInRange ? Math.Exp(zeta) : double.NaN;
        if (isInRange && nu != _powersOf)
        {
            Array.Fill(_powers, double.NaN);
            _powersOf = nu;
        }

        Origin = Math.Floor(Math.Exp(zeta / nu));
        if (!(Origin < MostCounts))
        {
            Endless();
            return;
        }

        LogFactorialOfOrigin = SpecialFunctions.LogFactorial(Origin);
        LogTop = (Origin * zeta) - (nu * LogFactorialOfOrigin);
        if (!TryCollectBelow())
        {
            Endless();
            return;
        }

        _runsBelow = _runs.Count;
        CollectAbove();
    }

    private bool TryCollectBelow()
    {
        double w = 1;
        double g = 0;
        var count = Origin;
        var single = NearTerms;
        while (count > 0 && w is > Negligible and < LargestTerm)
        {
            if (_runs.Count > MostRuns)
            {
                return false;
            }

            var power = single > 0 ? 0 : PowerBelow(count);
            if (power >= GaussSumRule.LeastPower)
            {
                count -= Math.ScaleB(1, power);
                AddRun(count, power);
                w = Term(count, out g);
                continue;
            }

            var first = _length;
            single = single > 0 ? single : TermsAtATime;
            Reserve(single);
            var (weights, counts, logs, at, origin) = (_weights, _counts, _logs, _length, Origin);
            for (; single > 0 && count > 0 && w > Negligible; single--, at++)
            {
                w /= Ratio(count--, out var log);
                g -= log;
                (weights[at], counts[at], logs[at]) = (w, count - origin, g);
            }

            (single, _length) = (0, at);
            _runs.Add(new Run(count, -1, first, _length - first));
        }

        return w < LargestTerm;
    }

    private void CollectAbove()
    {
        double w = 1;
        double g = 0;
        var count = Origin;
        var single = NearTerms;
        var start = _length;
        Add(1, 0, 0);
        while (w is > Negligible and < LargestTerm)
        {
            if (_runs.Count > MostRuns)
            {
                Endless();
                return;
            }

            var power = single > 0 ? 0 : PowerAbove(count);
            if (power >= GaussSumRule.LeastPower)
            {
                AddRun(count + 1, power);
                count += Math.ScaleB(1, power);
                w = Term(count, out g);
                start = _length;
                continue;
            }

            var lowest = start < _length ? count : count + 1;
            single = single > 0 ? single : TermsAtATime;
            Reserve(single);
            var (weights, counts, logs, at, origin) = (_weights, _counts, _logs, _length, Origin);
            for (; single > 0 && w > Negligible; single--, at++)
            {
                w *= Ratio(++count, out var log);
                g += log;
                (weights[at], counts[at], logs[at]) = (w, count - origin, g);
            }

            (single, _length) = (0, at);
            _runs.Add(new Run(lowest, -1, start, _length - start));
            start = _length;
        }

        if (!(w < LargestTerm))
        {
            Endless();
        }
    }

    // The term of a count over that of the count before.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private double Ratio(double count, out double log)
    {
        if (count >= KnownCounts || double.IsNaN(_lambda))
        {
            log = Math.Log(count);
            return Math.Exp(_zeta - (_nu * log));
        }

        var k = (int)count;
        log = KnownLogs[k];
        var power = _powers[k];
        if (double.IsNaN(power))
            _powers[k] = power = Math.Exp(-_nu * log);
        return _lambda * power;
    }

    // The longest run below a count, at least as far from zero as it is long.
    private int PowerBelow(double count)
    {
        var power = (int)Math.Log2(Math.Max(1, count / 2));
        for (; power >= GaussSumRule.LeastPower; power--)
        {
            var length = Math.ScaleB(1, power);
            if (length * (_zeta - (_nu * Math.Log(count - length))) <= LargestChange)
            {
                break;
            }
        }

        return power;
    }

    private int PowerAbove(double count)
    {
        var power = Math.Min(GaussSumRule.MostPower, (int)Math.Log2(count + 1));
        for (; power >= GaussSumRule.LeastPower; power--)
        {
            var length = Math.ScaleB(1, power);
            if (length * ((_nu * Math.Log(count + length)) - _zeta) <= LargestChange)
            {
                break;
            }
        }

        return power;
    }

    private void AddRun(double lowest, int power)
    {
        var rule = GaussSumRule.OfPower(power);
        _runs.Add(new Run(lowest, power, _length, GaussSumRule.Points));
        for (var k = 0; k < GaussSumRule.Points; k++)
        {
            var count = lowest + rule.Nodes[k];
            var term = Term(count, out var g);
            Add(rule.Weights[k] * term, count - Origin, g);
        }
    }

    private double Term(double count, out double logFactorial)
    {
        logFactorial = SpecialFunctions.LogGamma(count + 1) - LogFactorialOfOrigin;
        return Math.Exp(((count - Origin) * _zeta) - (_nu * logFactorial));
    }

    private void Add(double weight, double count, double logFactorial)
    {
        Reserve(1);
        _weights[_length] = weight;
        _counts[_length] = count;
        _logs[_length++] = logFactorial;
    }

    private void Reserve(int terms)
    {
        if (_length + terms <= _weights.Length)
            return;
        Array.Resize(ref _weights, 2 * _weights.Length);
        Array.Resize(ref _counts, 2 * _counts.Length);
        Array.Resize(ref _logs, 2 * _logs.Length);
    }

    private void Endless()
    {
        _runs.Clear();
        (_length, _runsBelow, LogTop) = (0, 0, double.NaN);
        Add(double.NaN, 0, 0);
    }
}
