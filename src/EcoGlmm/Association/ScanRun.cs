namespace EcoGlmm.Association;

/// <summary>Scans, block by block: of quantitative traits by the linear mixed model, of others by score tests.</summary>
internal static class ScanRun
{
    /// <summary>Scans traits; those of the same rows together, so that markers are read and turned once.</summary>
    /// <returns>A scan for each trait, in their order.</returns>
    public static AssociationScan[] Run(
        IReadOnlyList<ScanTrait> traits, Genotypes markers, ScanOptions options, Action<ScanProgress> progress,
            CancellationToken cancellation)
    {
        foreach (var trait in traits)
        {
            trait.Check(markers);
        }

        var relationship = ScanRelationship.Create(markers, options, progress, cancellation);
        try
        {
            foreach (var trait in traits)
            {
                trait.Open(markers, relationship.Given);
            }

            var left = traits.ToList();
            var done = 0;
            while (left.Count > 0)
            {
                var together = left.Where(t => t == left[0] || t.IsOfTheSameRowsAs(left[0])).ToArray();
                left.RemoveAll(together.Contains);
                done = Run(together, markers, options, relationship, done, progress, cancellation);
            }
        }
        finally
        {
            foreach (var trait in traits)
            {
                trait.Output?.Dispose();
            }
        }

        return [.. traits.Select(t => new AssociationScan(t.Rows, t.Describe(markers)))];
    }

    // Traits of the same rows; done is how many markers were tested so far, for the progress.
    private static int Run(ScanTrait[] traits, Genotypes markers, ScanOptions options, ScanRelationship relationship, int done,
        Action<ScanProgress> progress, CancellationToken cancellation)
    {
        var blocks = ScanBlocks.Of(markers, traits[0].Data.Y.Length, options.LeaveOneChromosomeOut);
        var (first, to) = blocks.Part(options.Part, options.Parts);
        var from = first + traits.Min(t => t.Output?.BlocksDone ?? 0);
        var total = done + blocks.All.Skip(from).Take(Math.Max(0, to - from)).Sum(b => b.Count);
        while (from < to)
        {
            var chromosome = options.LeaveOneChromosomeOut ? markers.Markers[blocks.Marker(blocks.All[from].Start)].Chromosome : null;
            var end = from;
            while (end < to && (chromosome is null || markers.Markers[blocks.Marker(blocks.All[end].Start)].Chromosome == chromosome))
            {
                end++;
            }

            progress(new ScanProgress("model without markers", done, total));
            var makeTester = Tests(traits, markers, blocks, relationship, chromosome, cancellation);
            OrderedBlocks.Run(from, end, options.MaxThreads, makeTester, (block, tests) =>
            {
                for (var k = 0; k < traits.Length; k++)
                {
                    traits[k].Take(markers, blocks, block, first, tests[k]);
                }

                progress(new ScanProgress("markers", done += tests[0].Count, total));
            }, cancellation);
            from = end;
        }

        foreach (var trait in traits) trait.PutInOrder(blocks, first);
        return done;
    }

    /// <summary>What makes a thread's own tests of blocks, by their numbers, of traits of the same rows.</summary>
    /// <param name="traits">The traits, which are told their heritability.</param>
    /// <param name="markers">The genotypes.</param>
    /// <param name="blocks">The blocks.</param>
    /// <param name="relationship">The individuals' relationships.</param>
    /// <param name="chromosome">The chromosome whose markers do not count; null for none.</param>
    /// <param name="cancellation">Ends it.</param>
    public static Func<Func<int, MarkerTests[]>> Tests(ScanTrait[] traits, Genotypes markers, ScanBlocks blocks,
        ScanRelationship relationship, string? chromosome, CancellationToken cancellation) => traits[0].Options.Family is { } family
        ? ScoreTests(traits[0], family, markers, blocks, relationship, chromosome, cancellation)
        : LinearTests(traits, markers, blocks, relationship, chromosome, cancellation);

    private static Func<Func<int, MarkerTests[]>> LinearTests(
        ScanTrait[] traits, Genotypes markers, ScanBlocks blocks, ScanRelationship relationship, string? chromosome,
            CancellationToken cancellation)
    {
        var options = traits[0].Options;
        var data = traits[0].Data;
        var (rotation, hasEffects, diagonal) = relationship.Rotation(data, chromosome, cancellation);
        var scans = new ExactScan[traits.Length];
        for (var k = 0; k < traits.Length; k++)
        {
            scans[k] = new ExactScan(rotation, traits[k].Data.Deviations, traits[k].Data.X, traits[k].Data.Columns,
                options.Method == ScanMethod.Exact);
            var lambda = Math.Exp(scans[k].Model.LogLambdaReml) * diagonal;
            traits[k].Heritability = double.IsNaN(traits[k].Heritability) && !hasEffects ? lambda / (lambda + 1) : traits[k].Heritability;
        }

        var isCentred = data.Specification.Conditional.HasIntercept;
        var size = ScanBlocks.Size(data.Y.Length);
        if (traits[0].Environment() is { } environment)
        {
            return () => new ScanBlockTester(new InteractionScanWorker(scans[0], environment, size), data, markers, blocks, isCentred).Test;
        }

        if (options.Method == ScanMethod.Calibrated)
        {
            var calibrated = new CalibratedScan(scans[0], data, markers, isCentred);
            return () => new CalibratedTester(calibrated, data, markers, blocks).Test;
        }

        return () => new ScanBlockTester(new ExactScanWorker(scans, size), data, markers, blocks, isCentred, traits.Length).Test;
    }

    private static Func<Func<int, MarkerTests[]>> ScoreTests(
        ScanTrait trait, Family family, Genotypes markers, ScanBlocks blocks, ScanRelationship relationship, string? chromosome,
            CancellationToken cancellation)
    {
        var data = trait.Data;
        if (data.Specification.Conditional.Training.RandomTerms.Length > 0)
        {
            throw new GlmmException($"A scan of a {family.Name} trait has no random effects beside relationships. Leave the terms with a "
                + $"bar out of the formula.");
        }

        var search = relationship.Search(data, chromosome, cancellation);
        var model = family.HasThresholds ? NullOrdinal.Fit(data, family, search, cancellation)
            : NullGlmm.Fit(data, family, search, cancellation);
        var isCentred = data.Specification.Conditional.HasIntercept;
        return () => new ScanBlockTester(new ScoreScanWorker(model, ScanBlocks.Size(data.Y.Length)), data,
            markers, blocks, isCentred)
            .Test;
    }
}
