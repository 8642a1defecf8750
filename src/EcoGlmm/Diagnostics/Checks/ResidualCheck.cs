namespace EcoGlmm.Diagnostics;

/// <summary>
/// Something that a check of a model looks for in its residuals: the tests that it makes, what a finding is called, how grave it
/// is, how soon its advice is worth following, and the advice where no change of the model was tried or helped.
/// </summary>
internal abstract class ResidualCheck
{
    /// <summary>What is looked for, in the order of the tests; a new one is added here.</summary>
    public static IReadOnlyList<ResidualCheck> All { get; } =
        [new ScatterCheck(), new ZeroCheck(), new PatternCheck(), new TimeCheck(), new SeriesCheck(), new SpaceCheck(),
            new DistributionCheck(), new OutlierCheck(), new ExtensionCheck()];

    /// <summary>
    /// Whether rows are looked at all together: then random effects of small groups are drawn anew, since about their modes the rows
    /// of a correct model scatter otherwise than the model says.
    /// </summary>
    public virtual bool IsOfAllRows => false;

    /// <summary>Whether it only compares larger models, which is left out where no cures are to be tried.</summary>
    public virtual bool OnlyTriesLargerModels => false;

    /// <summary>The tests; none where there is nothing to test.</summary>
    public abstract IEnumerable<Symptom> Examine(GlmmFit fit, SimulatedResiduals residuals, ChangedFits changed);

    /// <summary>What a significant test is called in the findings.</summary>
    public virtual string NameOf(Symptom symptom) => symptom.Name;

    /// <summary>How grave a significant test is.</summary>
    public virtual CheckStatus StatusOf(Symptom symptom) => CheckStatus.Problem;

    /// <summary>The order in which advice is worth following: what makes other symptoms comes first, from 0 on.</summary>
    public abstract int RankOf(Symptom symptom, Symptoms all);

    /// <summary>What to try, as a sentence.</summary>
    public abstract string AdviceOn(Symptom symptom, Symptoms all);

    /// <summary>Whether the picture of a significant test belongs to the evidence.</summary>
    public virtual bool ShowsChart => false;

    /// <summary>Families to take, in C#, or other words where there is none.</summary>
    protected static string Take(IReadOnlyList<Families.FamilyAlternative> families, string otherwise) =>
        families.Count == 0 ? otherwise : $"take {string.Join(" or ", families.Select(f => f.Code))}";
}

/// <summary>One test of the residuals.</summary>
/// <param name="Check">What it looks for.</param>
/// <param name="Name">What was looked at, as <see cref="CheckFinding.Name"/>.</param>
/// <param name="Test">The test.</param>
internal sealed record Symptom(ResidualCheck Check, string Name, TestResult Test)
{
    /// <summary>The variable that residuals were set against; null where there is none.</summary>
    public Pattern? Pattern { get; init; }

    /// <summary>The series whose neighbours were compared; null where there are none.</summary>
    public Series? Series { get; init; }

    /// <summary>The places whose neighbours were compared; null where there are none.</summary>
    public Places? Places { get; init; }

    /// <summary>The change of the model that was compared; null where none was.</summary>
    public ModelChange? Change { get; init; }

    /// <summary>Its likelihood ratio.</summary>
    public double Ratio { get; init; }

    /// <summary>Whether the statistic, where it is a ratio to what the model expects, is above one.</summary>
    public bool IsMore => Test.Statistic > 1;

    /// <summary>Whether it is below one.</summary>
    public bool IsLess => Test.Statistic < 1;
}
