using EcoGlmm.Tests.Association;

namespace EcoGlmm.Tests.Plans;

/// <summary>A scan in parts has the bits of the direct one, whatever it is asked for.</summary>
public sealed class PlannedScanTests : IDisposable
{
    private readonly PlanFixture _files = new();
    private readonly Genotypes _herd = Herd.Open();

    private static Dictionary<string, (string Formula, Func<Genotypes, ScanOptions> Options)> Kinds { get; } = new()
    {
        ["exact"] = ("weight ~ sex + age", _ => new()),
        ["held, leaving chromosomes out"] = ("weight ~ sex", _ => new() { Method = ScanMethod.Held, LeaveOneChromosomeOut = true }),
        ["calibrated, sparse"] = ("weight ~ sex",
            m => new() { Method = ScanMethod.Calibrated, Relationship = m.FamilyRelationshipMatrix(threshold: 0.1) }),
        ["given"] = ("weight ~ 0 + age", m => new() { Relationship = m.RelationshipMatrix(RelationshipKind.Standardised) }),
        ["binomial"] = ("ill ~ sex", _ => new() { Family = Family.Binomial(), LeaveOneChromosomeOut = true }),
        ["interaction"] = ("weight ~ sex + age", _ => new() { Interaction = "age" }),
        ["random effects"] = ("weight ~ sex + (1 | family)", _ => new()),
    };

    public static TheoryData<string> KindNames => [.. Kinds.Keys];

    public void Dispose()
    {
        _herd.Dispose();
        _files.Dispose();
    }

    [Theory]
    [MemberData(nameof(KindNames))]
    public void PartsGiveTheBitsOfTheDirectScan(string kind)
    {
        var (formula, make) = Kinds[kind];
        var options = make(_herd);
        var direct = Glmm.Scan(formula, Herd.Data(), _herd, options);
        var folder = _files.New();
        Plan.Scan(formula, Herd.Data(), _herd, options).ToFolder(folder, 3);
        for (var part = Plan.Open(folder).Parts; part >= 1; part--)
            Assert.True(Plan.Open(folder).RunPart(part, maxThreads: 1 + (part % 2)));
        AssertSame(direct, folder);
    }

    [Fact]
    public void AViewOfSomeMarkersAndIndividualsIsWrittenAsItIs()
    {
        var view = _herd.WithIndividuals(_herd.Individuals.Skip(20).Reverse()).Where(new GenotypeFilter { MinimumFrequency = 0.05 });
        var direct = Glmm.Scan("weight ~ sex", Herd.Data(), view);
        var folder = _files.New();
        Plan.Scan("weight ~ sex", Herd.Data(), view).ToFolder(folder, 2).Run();
        AssertSame(direct, folder);
    }

    [Fact]
    public void WhatCannotBePlannedIsRefusedAndWhatWasChangedIsNotComputed()
    {
        string Refused(string formula, ScanOptions options) =>
            Assert.Throws<GlmmException>(() => Plan.Scan(formula, Herd.Data(), _herd, options)).Message;
        Assert.Contains("leave Output, Part and Parts out", Refused("weight ~ sex", new() { Output = "x.csv" }));
        Assert.Contains("leave Output, Part and Parts out", Refused("weight ~ sex", new() { Parts = 3 }));
        Assert.Contains("has to be one covariate", Refused("weight ~ sex", new() { Interaction = "age" }));
        Assert.Contains("leave a chromosome out", Assert.Throws<GlmmException>(() => Plan.Scan("weight ~ sex", Herd.Data(), _herd,
            new() { Relationship = _herd.RelationshipMatrix(), LeaveOneChromosomeOut = true }).ToFolder(_files.New())).Message);

        var folder = _files.New();
        Plan.Scan("weight ~ sex", Herd.Data(), _herd).ToFolder(folder, 2);
        var calls = Path.Combine(folder, "genotypes.bed");
        var bytes = File.ReadAllBytes(calls);
        bytes[^1] ^= 1;
        File.WriteAllBytes(calls, bytes);
        Assert.Contains("is not the file that the plan was made with",
            Assert.Throws<GlmmException>(() => Plan.Open(folder).RunPart(1)).Message);
        Assert.Contains("is not the file", Plan.Open(folder).Status().Failures.Single().Message);
    }

    private static void AssertSame(AssociationScan direct, string folder)
    {
        var merged = (AssociationScan)Plan.Open(folder).Merge();
        Assert.Equal(direct.Count, merged.Count);
        Assert.Equal(direct.AsEnumerable(), merged);
        Assert.Equal(direct.ToString(), merged.ToString());
        Assert.Equal(direct.AsEnumerable(), Plan.Open(folder).Result<AssociationScan>());
        Assert.Equal(direct.AsEnumerable(), AssociationScan.ReadCsv(Path.Combine(folder, "result.csv")));
    }
}
