using System.Diagnostics;
using EcoGlmm.Text;

namespace EcoGlmm.Hosts;

/// <summary>
/// Tells how far a long calculation has come, wherever the user looks: in a bar below the notebook's running cell, or in a
/// line of the terminal that is wiped at the end. Calculations that are over within two seconds stay silent, and so
/// does everything where nobody looks. A calculation within another one leaves the telling to it.
/// </summary>
/// <example>
/// <code>
/// using var progress = LiveProgress.Start("Bootstrapping", total: 1000);
/// Parallel.For(0, 1000, i =>
/// {
///     progress.ThrowIfInterrupted();
///     …
///     progress.Advance();
/// });
/// </code>
/// </example>
internal sealed class LiveProgress : IProgress<FitProgress>, IDisposable
{
    private static readonly TimeSpan FirstLook = TimeSpan.FromSeconds(1), LongEnough = TimeSpan.FromSeconds(2), Rhythm = TimeSpan.FromSeconds(0.25);
    private static readonly AsyncLocal<LiveProgress?> Outermost = new();

    private readonly string _what;
    private readonly int _total;
    private readonly Func<IRichDisplay, Action<IRichDisplay>?>? _open;
    private readonly Timer? _timer;
    private readonly Stopwatch _clock = Stopwatch.StartNew();
    private readonly object _gate = new();
    private Action<IRichDisplay>? _update;
    private volatile FitProgress? _last;
    private int _done;
    private volatile bool _ended;

    private LiveProgress(string what, int total, Func<IRichDisplay, Action<IRichDisplay>?>? open, CancellationToken cancellation)
    {
        _what = what;
        _total = total;
        _open = open;
        Cancellation = cancellation;
        if (open is not null) _timer = new Timer(_ => Look(), null, FirstLook, Rhythm);
    }

    /// <summary>Cancelled when the user interrupts the notebook's cell.</summary>
    public CancellationToken Cancellation { get; }

    /// <param name="what">What is being done, as a heading: "Fitting y ~ x".</param>
    /// <param name="total">The number of <see cref="Advance"/> calls that make up the whole; 0 if it is not known.</param>
    public static LiveProgress Start(string what, int total = 0)
    {
        var cancellation = NotebookHost.Interruption?.Invoke() ?? CancellationToken.None;
        var isOutermost = Outermost.Value is null;
        var progress = new LiveProgress(what, total, isOutermost ? NotebookHost.LiveDisplay ?? TerminalLine.Opener : null, cancellation);
        if (isOutermost) Outermost.Value = progress;
        return progress;
    }

    /// <summary>Ends the calculation when the user has interrupted the cell; does nothing once the calculation is over.</summary>
    /// <exception cref="OperationCanceledException">The user has interrupted the cell.</exception>
    public void ThrowIfInterrupted()
    {
        if (!_ended) Cancellation.ThrowIfCancellationRequested();
    }

    /// <summary>One more part of the whole is done. Parts may end on several threads.</summary>
    public void Advance() => Interlocked.Increment(ref _done);

    /// <inheritdoc/>
    public void Report(FitProgress value) => _last = value;

    /// <summary>Takes the display away.</summary>
    public void Dispose()
    {
        if (Outermost.Value == this) Outermost.Value = null;
        _timer?.Dispose();
        lock (_gate)
        {
            if (!_ended) _update?.Invoke(ProgressBar.Gone);
            _ended = true;
        }
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
