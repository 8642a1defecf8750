using System.Collections.Concurrent;

namespace EcoGlmm.Association;

/// <summary>
/// Tests any block of a trait's scan at any time, on any thread: for scans whose blocks are shared out. What the blocks of a chromosome
/// have in common is made when the first of them is asked for.
/// </summary>
internal sealed class ScanTesters
{
    private readonly ScanTrait _trait;
    private readonly Genotypes _markers;
    private readonly ScanBlocks _blocks;
    private readonly ScanRelationship _relationship;
    private readonly int _kept;
    private readonly List<Common> _recent = [];

    /// <param name="trait">The trait.</param>
    /// <param name="markers">The genotypes.</param>
    /// <param name="blocks">Their blocks.</param>
    /// <param name="relationship">The individuals' relationships.</param>
    /// <param name="maxThreads">How many threads may be at different chromosomes.</param>
    public ScanTesters(ScanTrait trait, Genotypes markers, ScanBlocks blocks, ScanRelationship relationship, int maxThreads)
    {
        (_trait, _markers, _blocks, _relationship) = (trait, markers, blocks, relationship);
        _kept = maxThreads;
    }

    /// <summary>The results of a block, and the share of the variance that relationships explain; NaN where it is not known.</summary>
    public (MarkerTests Tests, double Heritability) Test(int block, CancellationToken cancellation)
    {
        var common = CommonOf(block);
        var test = common.Take(this, cancellation);
        var tests = test(block)[0];
        common.Give(test);
        return (tests, common.Heritability);
    }

    private Common CommonOf(int block)
    {
        var first = _markers.Markers[_blocks.Marker(_blocks.All[block].Start)];
        var chromosome = _trait.Options.LeaveOneChromosomeOut ? first.Chromosome : null;
        lock (_recent)
        {
            var found = _recent.Find(c => c.Chromosome == chromosome);
            if (found is not null) return found;
            if (_recent.Count == _kept) _recent.RemoveAt(0);
            _recent.Add(found = new Common(new ScanTrait(_trait.Formula, _trait.Data, _trait.Options), chromosome));
            return found;
        }
    }

    /// <summary>The model without markers against the relationships of a chromosome, and tests that no thread uses now.</summary>
    private sealed class Common(ScanTrait trait, string? chromosome)
    {
        private readonly ConcurrentBag<Func<int, MarkerTests[]>> _free = [];
        private readonly Lock _making = new();
        private Func<Func<int, MarkerTests[]>>? _make;

        public string? Chromosome => chromosome;

        public double Heritability => trait.Heritability;

        public Func<int, MarkerTests[]> Take(ScanTesters of, CancellationToken cancellation)
        {
            if (_free.TryTake(out var test)) return test;
            lock (_making)
            {
                _make ??= ScanRun.Tests([trait], of._markers, of._blocks, of._relationship, chromosome, cancellation);
            }

            return _make();
        }

        public void Give(Func<int, MarkerTests[]> test) => _free.Add(test);
    }
}
