namespace EcoGlmm.Tests.Association;

/// <summary>Scans by families: sparse relationships, calibrated score tests.</summary>
public class SparseScanTests
{
    private static readonly Lazy<RelationshipMatrix> Families = new(() =>
    {
        using var herd = Herd.Open();
        return herd.FamilyRelationshipMatrix(threshold: 0.1);
    });

    [Fact]
    public void RelationshipsWithinFamiliesAreThoseOfTheWholeMatrix()
    {
        using var herd = Herd.Open();
        Assert.Equal("p1f1", herd.Families[0]);
        var whole = herd.RelationshipMatrix(RelationshipKind.Standardised);
        var one = herd.FamilyRelationshipMatrix(threshold: 0.1, maxThreads: 1);
        Assert.True(one.IsSparse);
        Assert.False(whole.IsSparse);
        var related = 0;
        for (var i = 0; i < 240; i++)
        {
            for (var j = 0; j <= i; j++)
            {
                var (a, b) = (herd.Individuals[i], herd.Individuals[j]);
                var expected = i == j || (herd.Families[i] == herd.Families[j] && whole[a, b] >= 0.1) ? whole[a, b] : 0;
                Assert.Equal(expected, one[a, b], 1e-10);
                Assert.Equal(one[a, b], Families.Value[a, b]);
                related += i != j && expected != 0 ? 1 : 0;
            }
        }

        Assert.InRange(related, 24 * 20, 24 * 45);

        // families by another column, and a view of some individuals
        var view = herd.WithIndividuals(herd.Individuals.Skip(100).Reverse());
        Assert.Equal(herd.Families[100], view.Families[^1]);
        var none = view.FamilyRelationshipMatrix(view.Individuals);
        Assert.Equal(0, none[view.Individuals[0], view.Individuals[1]]);
        Assert.Contains("239 individuals", Assert.Throws<GlmmException>(() => herd.FamilyRelationshipMatrix(herd.Families.Skip(1))).Message,
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(ScanMethod.Exact)]
    [InlineData(ScanMethod.Held)]
    public void AScanByFamiliesIsThatOfTheSameMatrixWhole(ScanMethod method)
    {
        using var herd = Herd.Open();
        var dense = RelationshipMatrix.From(Families.Value.ToArray(), herd.Individuals);
        var options = new ScanOptions { Method = method, Relationship = Families.Value };
        var sparse = Glmm.Scan("weight ~ sex + age", Herd.Data(), herd, options);
        var whole = Glmm.Scan("weight ~ sex + age", Herd.Data(), herd, options with { Relationship = dense });
        for (var j = 0; j < sparse.Count; j++)
        {
            if (double.IsNaN(whole[j].Beta))
            {
                Assert.True(double.IsNaN(sparse[j].Beta));
                continue;
            }

            // restricted likelihoods do not notice that the whole matrix is centred
            Assert.Equal(whole[j].Beta, sparse[j].Beta, 1e-6 * whole[j].StandardError);
            Assert.Equal(whole[j].StandardError, sparse[j].StandardError, 1e-6 * whole[j].StandardError);
            Assert.Equal(whole[j].WaldP, sparse[j].WaldP, 1e-5 * whole[j].WaldP);
        }

        Assert.Contains("given sparse relationships", sparse.ToString(), StringComparison.Ordinal);
    }

    /// <summary>Illness, counts and grades by families: as with the same matrix whole, and linear in the number of families.</summary>
    [Theory]
    [InlineData("ill ~ sex", "binomial")]
    [InlineData("ticks ~ sex + age", "poisson")]
    [InlineData("grade ~ sex", "cumulative")]
    public void ScoreTestsByFamiliesAreThoseOfTheSameMatrixWhole(string formula, string family)
    {
        using var herd = Herd.Open();
        var data = Herd.Data().With("grade", r => r.Number("ticks") > 4 ? 3.0 : r.Number("ticks") > 1 ? 2 : 1);
        var dense = RelationshipMatrix.From(Families.Value.ToArray(), herd.Individuals);
        var options = new ScanOptions { Family = Family.Parse(family), Relationship = Families.Value };
        var sparse = Glmm.Scan(formula, data, herd, options);
        var whole = Glmm.Scan(formula, data, herd, options with { Relationship = dense });
        Assert.True(Compared(whole, sparse, marker => marker.ScoreP) > 300);
    }

    /// <summary>A dense matrix of so many would take 29 GB.</summary>
    [Fact]
    public void AnIllnessOfManyFamiliesIsScannedWithoutADenseMatrix()
    {
        const int n = 60_000;
        var random = new Random(3);
        var names = Enumerable.Range(0, n).Select(i => $"i{i}").ToArray();
        var table = FieldData.From(new Dictionary<string, object>
        {
            ["id"] = names,
            ["m1"] = names.Select(_ => (double)(random.Next(2) + random.Next(2))).ToArray(),
            ["m2"] = names.Select(_ => random.NextDouble() < 0.01 ? 1.0 : 0).ToArray(),
        });
        var data = FieldData.From(new Dictionary<string, object>
        {
            ["id"] = names, ["ill"] = table.Numbers("m1").Select(m => random.NextDouble() < 0.02 + 0.02 * m ? 1.0 : 0).ToArray(),
        });
        using var markers = Genotypes.From(table, "id");
        var pairs = FieldData.From(new Dictionary<string, object>
        {
            ["a"] = names.Where((_, i) => i % 2 == 0).ToArray(), ["b"] = names.Where((_, i) => i % 2 == 1).ToArray(),
            ["r"] = Enumerable.Repeat(0.5, n / 2).ToArray(),
        });
        var scan = Glmm.Scan("ill ~ 1", data, markers, new ScanOptions
        {
            Individual = "id", Family = Family.Binomial(), Relationship = RelationshipMatrix.FromPairs(pairs, "a", "b", "r"),
        });
        Assert.True(scan["m1"].ScoreP < 1e-10);
        Assert.InRange(scan["m1"].Beta, 0.4, 0.8);
        Assert.True(scan["m2"].ScoreP > 1e-3);
    }

    /// <summary>Several records of an individual, families tied together by a random effect: as with the same matrix whole.</summary>
    [Theory]
    [InlineData("weight ~ sex + day + (1 | animal)", ScanMethod.Exact)]
    [InlineData("weight ~ sex + day + (1 | animal)", ScanMethod.Held)]
    [InlineData("weight ~ sex + day + (1 | animal) + (1 | pen)", ScanMethod.Exact)]
    public void RepeatedRecordsByFamiliesAreThoseOfTheSameMatrixWhole(string formula, ScanMethod method)
    {
        using var herd = Herd.Open();
        var markers = herd.Where(m => m.Position % 3 == 0);
        var random = new Random(5);
        var own = herd.Individuals.ToDictionary(i => i, _ => random.NextDouble() - 0.5);
        var data = Herd.Data();
        var name = data.ColumnNames.First(c => data.Texts(c).Any(t => t == herd.Individuals[0]));
        int[] rows = [.. Enumerable.Range(0, data.RowCount).SelectMany(i => Enumerable.Repeat(i, 1 + (i % 3)))];
        var repeated = data.Take(rows).With("animal", r => r.Text(name))
            .With("day", Enumerable.Range(0, rows.Length).Select(i => (double)(i % 5)))
            .With("pen", r => r.Text("family") is { } f ? f[..^1] : null);
        repeated = repeated.With("weight", r => r.Number("weight") + (3 * own[r.Text(name)!]) + random.NextDouble());
        var dense = RelationshipMatrix.From(Families.Value.ToArray(), herd.Individuals);
        var options = new ScanOptions { Method = method, Relationship = Families.Value, Individual = "animal" };
        var sparse = Glmm.Scan(formula, repeated, markers, options);
        var whole = Glmm.Scan(formula, repeated, markers, options with { Relationship = dense });
        Assert.True(sparse.Count > 50);
        Assert.True(Compared(whole, sparse, marker => marker.WaldP) > 50);
        if (method == ScanMethod.Held)
        {
            var calibrated = Glmm.Scan(formula, repeated, markers, options with { Method = ScanMethod.Calibrated });
            for (var j = 0; j < sparse.Count; j++)
            {
                // beyond two standard deviations variances are computed as they are
                var z = calibrated[j].Beta / calibrated[j].StandardError;
                if (Math.Abs(z) > 2.5) Assert.Equal(sparse[j].Beta, calibrated[j].Beta, 1e-7 * sparse[j].StandardError);
            }
        }
    }

    [Theory]
    [InlineData("weight ~ sex + age", true)]
    [InlineData("weight ~ 0 + age", true)]
    [InlineData("weight ~ 1", false)]
    public void CalibratedTestsAreTheHeldOnesWhereItMatters(string formula, bool isSparse)
    {
        using var herd = Herd.Open();
        var relationship = isSparse ? Families.Value : RelationshipMatrix.From(Families.Value.ToArray(), herd.Individuals);
        var options = new ScanOptions { Method = ScanMethod.Held, Relationship = relationship };
        var held = Glmm.Scan(formula, Herd.Data(), herd, options);
        var calibrated = Glmm.Scan(formula, Herd.Data(), herd, options with { Method = ScanMethod.Calibrated });
        var three = Glmm.Scan(formula, Herd.Data(), herd, options with { Method = ScanMethod.Calibrated, MaxThreads = 3 });
        Assert.Equal(calibrated.AsEnumerable(), three.AsEnumerable());
        double ratios = 0;
        var exact = 0;
        for (var j = 0; j < held.Count; j++)
        {
            if (double.IsNaN(held[j].Beta))
            {
                Assert.True(double.IsNaN(calibrated[j].Beta));
                continue;
            }

            var z = calibrated[j].Beta / calibrated[j].StandardError;
            if (Math.Abs(z) > 2.5)
            {
                exact++;
                Assert.Equal(held[j].Beta, calibrated[j].Beta, 1e-7 * held[j].StandardError);
            }
            else if (Math.Abs(z) < 2)
            {
                Assert.InRange(calibrated[j].Beta / held[j].Beta, 0.4, 2.5);
            }

            ratios += Math.Log(calibrated[j].StandardError / held[j].StandardError) / held.Count;
            Assert.True(double.IsNaN(calibrated[j].WaldP) && calibrated[j].ScoreP > 0);
        }

        Assert.True(exact > 3);
        Assert.InRange(ratios, -0.05, 0.05);
        Assert.InRange(calibrated.Lambda() / held.Lambda(), 0.85, 1.15);
    }

    /// <summary>Markers whose estimates, errors and p-values were found to be the same by both matrices.</summary>
    private static int Compared(AssociationScan whole, AssociationScan sparse, Func<MarkerAssociation, double> p)
    {
        var compared = 0;
        for (var j = 0; j < sparse.Count; j++)
        {
            if (double.IsNaN(whole[j].Beta)) continue;
            compared++;
            Assert.Equal(whole[j].Beta, sparse[j].Beta, 1e-4 * whole[j].StandardError);
            Assert.Equal(whole[j].StandardError, sparse[j].StandardError, 1e-4 * whole[j].StandardError);
            Assert.Equal(p(whole[j]), p(sparse[j]), 1e-3 * p(whole[j]));
        }

        return compared;
    }
}
