using EcoGlmm.Model;
using EcoGlmm.RandomEffects.Structures;

namespace EcoGlmm.Formulas.Smooths;

/// <summary>s(g, bs = "re"): an effect for each level of a factor or combination of factors, times the numbers among its variables; (1 | g)
/// in other words.</summary>
internal sealed class RandomEffectSmooth : SmoothDesign
{
    private readonly Grouping _grouping;
    private readonly FormulaNode[] _numbers;
    private readonly CovarianceStructure _structure = new("us", new Unstructured(1));

    private RandomEffectSmooth(SmoothSyntax syntax, Grouping grouping, FormulaNode[] numbers) : base(syntax, syntax.Label)
    {
        _grouping = grouping;
        _numbers = numbers;
    }

    public override bool IsCurve => false;

    public static RandomEffectSmooth Learn(LearningSmooth smooth)
    {
        var syntax = smooth.Syntax;
        if (syntax.By is not null)
            throw smooth.Error("A random effect takes no \"by\"", $"Write s({string.Join(", ", syntax.Variables)}, {syntax.By}, bs = "
                + $"\"re\").");
        var (factors, numbers) = smooth.Split();
        foreach (var node in numbers) smooth.Numbers(node);
        var group = factors.Length == 0
            ? new NumberNode(syntax.Call.Position, 1, true)
            : factors.Aggregate((a, b) => new BinaryNode(b.Position, ":", a, b));
        return new RandomEffectSmooth(syntax, Grouping.Learn(group, smooth.Evaluator), numbers);
    }

    /// <inheritdoc/>
    public override SmoothRows Evaluate(Evaluator evaluator, bool[] missing, bool anyLevel)
    {
        var n = evaluator.RowCount;
        var z = new double[n];
        Array.Fill(z, 1);
        foreach (var node in _numbers)
        {
            var values = evaluator.Numbers(node, "s()");
            for (var i = 0; i < n; i++)
            {
                missing[i] |= double.IsNaN(values[i]);
                z[i] *= values[i];
            }
        }

        return new SmoothRows([], new GroupingTerm
        {
            Group = _grouping.Name,
            EffectNames = [_numbers.Length == 0 ? Intercept.Name : string.Join(':', _numbers.Select(v => v.ToString()))],
            Structure = _structure,
            Title = Label,
            Z = z,
            Codes = anyLevel ? Grouping.NoLevels(n) : evaluator.Context.Training ? _grouping.TrainingCodes
            : _grouping.Codes(evaluator, missing),
            Levels = _grouping.Levels,
        });
    }
}
