using EcoGlmm.Relationships;

namespace EcoGlmm.Tests.Relationships;

/// <summary>Trees against ape (tests/reference/relatedness.R), and what a wrong one is told.</summary>
public sealed class PhylogeneticTreeTests
{
    private static SparsePrecision At(TreePrecision model, params double[] phi)
    {
        var values = new double[model.Pattern.NonZeros];
        var logDeterminant = model.Evaluate(phi, values);
        return new SparsePrecision(model.Pattern, values, logDeterminant);
    }

    [Fact]
    public void Covariances_of_the_tips_are_those_of_ape()
    {
        foreach (var expected in RelatednessReference.Read().Trees)
        {
            var tree = PhylogeneticTree.Parse(expected.Newick);
            Assert.Equal(expected.Tips, tree.Tips);
            Check(expected.Vcv, tree.Precision);
            Check(expected.Pagel, At(new PagelTree(tree.Nodes), PagelTree.Phi(expected.Lambda)));
            Check(expected.Ou, At(new OrnsteinUhlenbeckTree(tree.Nodes), Math.Log(expected.Alpha)));
            Assert.Equal(Enumerable.Range(0, expected.Tips.Length).Max(i => expected.Vcv[i][i]), tree.Height, 1e-12);

            void Check(double[][] covariance, SparsePrecision precision)
            {
                var n = expected.Tips.Length;
                var inverse = PedigreeTests.Dense(precision).Inverse();
                for (var i = 0; i < n; i++)
                {
                    for (var j = 0; j < n; j++)
                        Assert.Equal(covariance[i][j], inverse[i, j], 1e-10 * (1 + tree.Height));
                }
                Assert.Equal(-Math.Log(inverse.Determinant()), precision.LogDeterminant, 1e-7);
            }
        }
    }

    [Fact]
    public void Derivatives_by_the_parameter_agree_with_differences()
    {
        var tree = PhylogeneticTree.Parse("(((a:1,b:1.2):0.4,c:0.7):0.5,(d:2,e:0.1):0.3,f:1);");
        TreePrecision[] models = [new PagelTree(tree.Nodes), new OrnsteinUhlenbeckTree(tree.Nodes)];
        var stream = new Random(4);
        foreach (var model in models)
        {
            foreach (var phi in new[] { -0.4, 0.0, 0.7 })
            {
                var weights = Enumerable.Range(0, model.Pattern.NonZeros).Select(_ => stream.NextDouble() - 0.5).ToArray();
                const double Step = 1e-5;
                double Value(double at)
                {
                    var precision = At(model, at);
                    return precision.Values.Zip(weights, (p, w) => p * w).Sum() + (0.3 * precision.LogDeterminant);
                }
                var difference = (Value(phi + Step) - Value(phi - Step)) / (2 * Step);
                Assert.Equal(difference, model.PullBack([phi], weights, 0.3), 1e-7 * (1 + Math.Abs(difference)));
            }
        }
    }

    [Fact]
    public void Lambda_of_zero_is_a_star()
    {
        var tree = PhylogeneticTree.Parse("((a:1,b:1):0.5,(c:0.3,d:0.9):0.7);");
        var inverse = PedigreeTests.Dense(At(new PagelTree(tree.Nodes), 0)).Inverse();
        Assert.Equal(0, inverse[0, 1], 1e-12);
        Assert.Equal(1.5, inverse[0, 0], 1e-12);
    }

    [Fact]
    public void Labels_comments_and_nexus_are_read()
    {
        var tree = PhylogeneticTree.Parse("[a tree]\n(('Parus major''s':1[&rate=2],Sitta_europaea:1.0e0)0.95:5E-1,\n "
            + "'a(b)':1.5)root:0.1 ;");
        Assert.Equal(["Parus major's", "Sitta_europaea", "a(b)"], tree.Tips);
        Assert.Equal(1.5, tree.Height, 1e-12);
        Assert.True(tree.IsUltrametric);
        Assert.Equal(1, tree.IndexOf("Sitta europaea"));
        Assert.Equal(4, tree.Names.Count);

        var nexus = PhylogeneticTree.Parse("""
            #NEXUS
            begin taxa; dimensions ntax=3; taxlabels a b c; end;
            begin trees;
              translate 1 'Homo sapiens', 2 Pan_troglodytes [the chimpanzee], 3 Gorilla;
              tree best = [&R] ((1:1,2:1):2,3:3);
            end;
            """);
        Assert.Equal(["Homo sapiens", "Pan_troglodytes", "Gorilla"], nexus.Tips);
        Assert.Equal(3, nexus.Height);
    }

    [Theory]
    [InlineData("((a:1,b:1):1,c:1;", "line 1, column 1, a parenthesis is opened here and not closed")]
    [InlineData("((a:1,b:1):1,c:1)", "no \";\" at its end")]
    [InlineData("((a:1,b:1):1,c:1));", "line 1, column 18, this parenthesis closes nothing")]
    [InlineData("((a:1,b:x):1,\nc:1);", "line 1, column 9, after \":\" a branch length should follow, but here stands \"x\"")]
    [InlineData("((a:1 b:1):1,c:1);", "\",\" or \")\" is missing before \"b\"")]
    [InlineData("((a:1,b:1):1,\n 'c:1);", "line 2, column 2, a quote is opened here and never closed")]
    [InlineData("((a,b),c);", "without branch lengths")]
    [InlineData("((a:1,b):1,c:1);", "1 branch without a length")]
    [InlineData("((a:1,b:-1):1,c:1);", "negative length, -1, at line 1, column 9")]
    [InlineData("((a:1,b:1):1,a:1);", "two tips called \"a\"")]
    [InlineData("((a:1,:1):1,c:1);", "a tip without a name")]
    [InlineData("(a:1,b:1);(a:1,b:1);", "holds 2 trees")]
    [InlineData("hello", "a tree starts with \"(\"")]
    [InlineData("  ", "holds no tree")]
    [InlineData("((a:0,b:0):0,c:0);", "all have length zero")]
    public void A_wrong_tree_is_told_where(string newick, string expected) =>
        Assert.Contains(expected, Assert.Throws<GlmmException>(() => PhylogeneticTree.Parse(newick)).Message);

    [Fact]
    public void Species_missing_from_the_tree_are_told_with_the_nearest_names()
    {
        var tree = PhylogeneticTree.Parse("((Parus_major:1,Sitta_europaea:1):1,Corvus_corax:2);");
        var fault = Assert.Throws<GlmmException>(() => tree.Locate(["Parus major", "Corvus corvax"], "species")).Message;
        Assert.Contains("1 level of \"species\" is not in the tree: \"Corvus corvax\"", fault);
        Assert.Contains("\"Corvus_corax\" for \"Corvus corvax\"", fault);
    }

    [Fact]
    public void Branches_of_length_zero_stay_finite()
    {
        var tree = PhylogeneticTree.Parse("((a:1,b:0):0.5,c:1.5);");
        Assert.True(double.IsFinite(tree.Precision.LogDeterminant));
        Assert.Equal(0.5, tree.ToRelationshipMatrix(["b"])["b", "b"], 1e-6);
        Assert.Contains("length zero", tree.ToString());
    }

    [Fact]
    public void Deep_trees_do_not_overflow()
    {
        const int depth = 20_000;
        var text = new string('(', depth) + "t0:1" + string.Concat(Enumerable.Range(1, depth).Select(i => $",t{i}:1):1"));
        var tree = PhylogeneticTree.Parse(text[..^2] + ";");
        Assert.Equal(depth + 1, tree.Tips.Count);
        Assert.Equal(0, tree.Precision.LogDeterminant, 1e-9);
    }

    [Fact]
    public void A_tree_scaled_to_unit_height_has_height_one() =>
        Assert.Equal(1, PhylogeneticTree.Parse("((a:1,b:1):0.5,(c:0.3,d:0.9):0.7);").ScaledToUnitHeight().Height, 1e-15);
}
