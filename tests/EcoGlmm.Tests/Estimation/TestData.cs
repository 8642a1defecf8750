using EcoGlmm.Numerics;

namespace EcoGlmm.Tests.Estimation;

/// <summary>Small data sets made from formulas of the row number and a seeded generator.</summary>
internal sealed class TestData(int rows, long seed = 1)
{
    private readonly Dictionary<string, object> _columns = [];
    private readonly RandomStream _random = new(seed);

    public TestData Number(string name, Func<int, double> value)
    {
        _columns[name] = Enumerable.Range(0, rows).Select(value).ToArray();
        return this;
    }

    public TestData Factor(string name, Func<int, int> level)
    {
        _columns[name] = Enumerable.Range(0, rows).Select(i => $"{name}{level(i):D3}").ToArray();
        return this;
    }

    public TestData Normal(string name, double sd = 1) => Number(name, _ => sd * _random.NextNormal());

    public TestData Normal(string name, Func<int, double> mean) => Number(name, i => mean(i) + _random.NextNormal());

    public TestData Count(string name, Func<int, double> mean) => Number(name, i => Poisson(mean(i)));

    public TestData Yes(string name, Func<int, double> probability) => Number(name, i => _random.NextDouble() < probability(i) ? 1 : 0);

    public FieldData Build() => FieldData.From(_columns);

    private double Poisson(double mean)
    {
        var count = 0;
        for (var p = _random.NextDouble(); p > Math.Exp(-mean); p *= _random.NextDouble()) count++;
        return count;
    }
}
