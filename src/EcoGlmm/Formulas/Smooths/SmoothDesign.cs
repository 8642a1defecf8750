using EcoGlmm.Text;

namespace EcoGlmm.Formulas.Smooths;

/// <summary>
/// One smooth of a model, learnt from the training rows: columns of fixed effects for the functions that its penalty leaves alone, and a
/// random
/// term for the others.
/// </summary>
internal abstract class SmoothDesign(SmoothSyntax syntax, string label)
{
    /// <summary>As written.</summary>
    public SmoothSyntax Syntax { get; } = syntax;

    /// <summary>Its name: "s(x)", "s(x):fA".</summary>
    public string Label { get; } = label;

    /// <summary>Number of columns of fixed effects.</summary>
    public virtual int FixedCount => 0;

    /// <summary>Whether it is a curve or a surface of the population, which predictions for no group in particular have too.</summary>
    public virtual bool IsCurve => true;

    /// <summary>Whether it has a random term.</summary>
    public virtual bool HasRandomTerm => true;

    /// <summary>The columns of fixed effects on rows, column-major, and the random term.</summary>
    /// <param name="evaluator">Evaluates on the rows wanted.</param>
    /// <param name="missing">Set where a variable is missing.</param>
    /// <param name="anyLevel">Whether the rows are of no group in particular.</param>
    public abstract SmoothRows Evaluate(Evaluator evaluator, bool[] missing, bool anyLevel);

    /// <summary>Lets go of what was kept for the training rows, which have been evaluated.</summary>
    public virtual void Settle()
    {
    }

    /// <summary>Names of the columns of fixed effects.</summary>
    public IEnumerable<string> FixedNames => Enumerable.Range(1, FixedCount).Select(j => $"{Label}.{j}");
}

/// <summary>A smooth on rows.</summary>
/// <param name="Fixed">Rows × columns of fixed effects, column-major.</param>
/// <param name="Random">Its random term; null where it has none.</param>
internal sealed record SmoothRows(double[] Fixed, GroupingTerm? Random);

/// <summary>A smooth while it is learnt.</summary>
/// <param name="Text">The formula.</param>
/// <param name="Syntax">The smooth.</param>
/// <param name="Evaluator">Evaluates on the training rows.</param>
internal sealed record LearningSmooth(string Text, SmoothSyntax Syntax, Evaluator Evaluator)
{
    public GlmmException Error(string fault, string advice) => FormulaError.At(Text, Syntax.Call.Position, fault, advice);

    public GlmmException Error(FormulaNode node, string fault, string advice) => FormulaError.At(Text, node.Position, fault, advice);

    /// <summary>The smooth or smooths that are meant: one for each level of a factor that it is "by".</summary>
    public IEnumerable<SmoothDesign> Learn()
    {
        string[] names = [.. Syntax.Bases];
        foreach (var name in names)
        {
            if (SmoothBasisKind.Find(name) is not null) continue;
            var all = SmoothBasisKind.All.Select(kind => kind.Name).ToArray();
            throw Error($"There is no basis \"{name}\"",
                $"The bases are {string.Join("; ", SmoothBasisKind.All.Select(k => $"\"{k.Name}\", {k.Describe}"))}."
                + NearestName.Suggestion(name, all));
        }

        if (names is ["re"]) return [RandomEffectSmooth.Learn(this)];
        if (names is ["fs"]) return [FactorSmooth.Learn(this)];
        if (names is ["sz"]) return [DifferenceSmooth.Learn(this)];
        if (names.Any(n => n is "re" or "fs" or "sz"))
            throw Error("A product cannot be made with \"re\", \"fs\" or \"sz\"", "Write such a term by itself.");
        return CurveSmooth.Learn(this);
    }

    /// <summary>The variables that are factors, and the others, each in the order written.</summary>
    public (FormulaNode[] Factors, FormulaNode[] Covariates) Split()
    {
        FormulaNode[] factors = [.. Syntax.Variables.Where(v => Evaluator.Evaluate(v) is FactorValue)];
        return (factors, [.. Syntax.Variables.Except(factors)]);
    }

    /// <summary>A covariate as numbers.</summary>
    public double[] Numbers(FormulaNode node)
    {
        if (Evaluator.Evaluate(node) is FactorValue)
        {
            throw Error(node, $"{node} is a factor, and a smooth is a function of numbers",
                $"A smooth for each of its levels is written s(x, by = {node}) or s(x, {node}, bs = \"fs\").");
        }

        var values = Evaluator.Numbers(node, $"{Syntax.Call.Function}()");
        Evaluator.RequireFinite(node, values);
        return values;
    }
}
