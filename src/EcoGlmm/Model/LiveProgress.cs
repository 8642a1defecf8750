using System.Diagnostics;
using System.Runtime.ExceptionServices;
using EcoGlmm.Text;

namespace EcoGlmm.Model;

/// <summary>
/// Tells how far a long calculation has come, wherever the user looks: in a bar below the notebook's running cell, or in a
/// line of the terminal that is wiped at the end. Calculations that are over within two seconds stay silent, and so
/// does everything where nobody looks. A calculation within another one leaves the telling to it, and stops with it: its token is
/// cancelled by the host, by the caller and by every calculation that it is a part of.
/// </summary>
/// <example>
/// <code>
/// using var progress = LiveProgress.Start("Bootstrapping", total: 1000, reported, cancellationToken);
/// progress.ForEach(1000, maxThreads, i => …);
/// </code>
/// </example>
internal sealed class LiveProgress : IProgress<FitProgress>, IDisposable
{
    private static readonly TimeSpan FirstLook = TimeSpan.FromSeconds(1), LongEnough = TimeSpan.FromSeconds(2),
        Rhythm = TimeSpan.FromSeconds(0.25);
    private static readonly AsyncLocal<LiveProgress?> Innermost = new();
    private static volatile Func<IRichDisplay, Action<IRichDisplay>?>? _hostDisplay;
    private static volatile Func<CancellationToken>? _hostInterruption;

    /// <summary>Reports of progress for the whole of a calculation.</summary>
    private const int MostReports = 1000;

    private readonly string _what;
    private readonly int _total;
    private readonly Func<IRichDisplay, Action<IRichDisplay>?>? _open;
    private readonly Timer? _timer;
    private readonly LiveProgress? _around;
    private readonly CancellationTokenSource? _linked;
    private readonly IProgress<double>? _reported;
    private readonly Stopwatch _clock = Stopwatch.StartNew();
    private readonly object _gate = new();
    private Action<IRichDisplay>? _update;
    private volatile FitProgress? _last;
    private int _done;
    private volatile bool _ended;

    private LiveProgress(string what, int total, LiveProgress? around, IProgress<double>? reported, CancellationToken[] cancellations)
    {
        _what = what;
        _total = total;
        _around = around;
        _reported = reported;
        var open = _open = around is null ? HostDisplay ?? TerminalLine.Opener : null;
        if (cancellations.Length > 1) _linked = CancellationTokenSource.CreateLinkedTokenSource(cancellations);
        Cancellation = _linked?.Token ?? (cancellations.Length == 1 ? cancellations[0] : CancellationToken.None);
        if (open is not null) _timer = new Timer(_ => Look(), null, FirstLook, Rhythm);
    }

    /// <summary>How a host shows progress; null where there is none, as in a terminal.</summary>
    public static Func<IRichDisplay, Action<IRichDisplay>?>? HostDisplay
    {
        get => _hostDisplay;
        set => _hostDisplay = value;
    }

    /// <summary>Gives the token that a host cancels when the user interrupts; null where there is no host.</summary>
    public static Func<CancellationToken>? HostInterruption
    {
        get => _hostInterruption;
        set => _hostInterruption = value;
    }

    /// <summary>The token of now.</summary>
    public static CancellationToken Interruption => HostInterruption?.Invoke() ?? CancellationToken.None;

    /// <summary>The token of the innermost calculation that is under way here; the host's where there is none.</summary>
    public static CancellationToken Current => Innermost.Value?.Cancellation ?? Interruption;

    /// <summary>What parallel parts of the innermost calculation look at.</summary>
    public static ParallelOptions CurrentParallel(int maxThreads = -1) => new() { MaxDegreeOfParallelism = maxThreads,
        CancellationToken = Current };

    /// <summary>Cancelled when the user interrupts the notebook's cell, the caller cancels, or a calculation around this one is.</summary>
    public CancellationToken Cancellation { get; }

    /// <param name="what">What is being done, as a heading: "Fitting y ~ x".</param>
    /// <param name="total">The number of <see cref="Advance"/> calls that make up the whole; 0 if it is not known.</param>
    /// <param name="reported">Told of the share that is done, from 0 to 1.</param>
    /// <param name="cancellation">The caller's.</param>
    public static LiveProgress Start(string what, int total = 0, IProgress<double>? reported = null,
        CancellationToken cancellation = default)
    {
        var around = Innermost.Value;
        CancellationToken[] all = [Interruption, around?.Cancellation ?? CancellationToken.None, cancellation];
        return Innermost.Value = new LiveProgress(what, total, around, reported, [.. all.Where(token => token.CanBeCanceled).Distinct()]);
    }

    /// <summary>
    /// Does so many parts in any order, each of which may start calculations of its own, and counts them. A part that fails ends the
    /// whole with its own exception.
    /// </summary>
    /// <exception cref="OperationCanceledException">The calculation was cancelled.</exception>
    public void ForEach(int count, int maxThreads, Action<int> part)
    {
        try
        {
            Parallel.For(0, count, new ParallelOptions { MaxDegreeOfParallelism = maxThreads, CancellationToken = Cancellation }, i =>
            {
                ThrowIfInterrupted();
                part(i);
                Advance();
            });
        }
        catch (AggregateException failures)
        {
            Cancellation.ThrowIfCancellationRequested();
            ExceptionDispatchInfo.Throw(failures.InnerExceptions[0]);
        }
    }

    /// <summary>Ends the calculation when the user has interrupted the cell; does nothing once the calculation is over.</summary>
    /// <exception cref="OperationCanceledException">The user has interrupted the cell.</exception>
    public void ThrowIfInterrupted()
    {
        if (!_ended) Cancellation.ThrowIfCancellationRequested();
    }

    /// <summary>What counts parts of a calculation as they are done, and ends it when the user wants that.</summary>
    public Action Watch() => () =>
    {
        ThrowIfInterrupted();
        Advance();
    };

    /// <summary>One more part of the whole is done. Parts may end on several threads.</summary>
    public void Advance()
    {
        var done = Interlocked.Increment(ref _done);
        if (_reported is null || _total <= 0) return;
        if (done == _total || done % Math.Max(1, _total / MostReports) == 0) _reported.Report(Math.Min(1, done / (double)_total));
    }

    /// <inheritdoc/>
    public void Report(FitProgress value) => _last = value;

    /// <summary>Takes the display away.</summary>
    public void Dispose()
    {
        if (Innermost.Value == this) Innermost.Value = _around;
        _timer?.Dispose();
        lock (_gate)
        {
            if (!_ended) _update?.Invoke(ProgressBar.Gone);
            _ended = true;
        }

        _linked?.Dispose();
    }

    private void Look()
    {
        // A look that takes longer than the rhythm is not to be overtaken by the next one.
        if (!Monitor.TryEnter(_gate)) return;
        try
        {
            if (_ended) return;
            var now = State();
            if (_update is not null) _update(now);
            else if (_clock.Elapsed + now.Remaining >= LongEnough) _update = _open!(now);
        }
        catch (Exception)
        {
            // A host that cannot show progress must not cost the user the calculation.
            _ended = true;
        }
        finally
        {
            Monitor.Exit(_gate);
        }
    }

    private ProgressBar State()
    {
        var elapsed = _clock.Elapsed;
        if (_total > 0)
        {
            var share = Math.Clamp(Volatile.Read(ref _done) / (double)_total, 0, 1);
            var remaining = share > 0 ? elapsed * ((1 - share) / share) : LongEnough;
            return new ProgressBar(_what, share, $"{NumberFormat.Count(_done)} of {NumberFormat.Count(_total)}", elapsed, remaining);
        }

        // How many iterations a fit will take is not known: one that has run for a second is expected to run for another.
        var detail = _last is { } last
            ? $"{last.Stage}, iteration {last.Iteration}, log-likelihood {NumberFormat.Fixed(last.LogLikelihood, 3)}"
            : "";
        return new ProgressBar(_what, null, detail, elapsed, LongEnough);
    }
}
