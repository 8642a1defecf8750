using EcoGlmm.Families;

namespace EcoGlmm.Tests.Families;

public class DerivativeTests
{
    // Which entry is the derivative of which other, by η or by δ.
    private static readonly (string Derivative, string Of, bool ByDelta)[] Chains =
    [
        ("E", "L", false), ("EE", "E", false), ("EEE", "EE", false),
        ("D", "L", true), ("ED", "E", true), ("EED", "EE", true),
        ("DD", "D", true), ("EDD", "ED", true), ("DDD", "DD", true),
    ];

    public static TheoryData<string, string> FamiliesAndLinks()
    {
        var data = new TheoryData<string, string>();
        foreach (Family family in FamilyNames.All)
        {
            data.Add(family.Name, family.Link.Name);
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(FamiliesAndLinks))]
    public void EachOrderIsTheDerivativeOfTheOrderBelow(string name, string link)
    {
        var family = Family.Parse(name, link);
        foreach (var (y, size, mu, delta) in Cases.For(family))
        {
            double eta = family.Link.LinearPredictor(mu);
            double[] exact = Evaluation.At(family, y, size, eta, delta);
            foreach (var (derivative, of, byDelta) in Chains)
            {
                if (byDelta && !family.HasDispersion)
                {
                    continue;
                }

                int source = Array.IndexOf(Evaluation.Names, of);
                double Function(double h) => byDelta
                    ? Evaluation.At(family, y, size, eta, delta + h)[source]
                    : Evaluation.At(family, y, size, eta + h, delta)[source];

                double step = byDelta ? 0.02 : 0.02 * Math.Min(1, Math.Max(Math.Abs(eta), 1e-3));
                double numeric = Differences.Derivative(Function, step, out double error);
                double value = exact[Array.IndexOf(Evaluation.Names, derivative)];
                double scale = Math.Max(Math.Abs(value), Math.Abs(numeric));
                double rounding = 1e-13 * Math.Abs(exact[source]) / step;
                Assert.True(
                    Math.Abs(value - numeric) <= (1e-7 * scale) + (20 * error) + (20 * rounding) + 1e-12
                        && error <= (1e-5 * scale) + rounding + 1e-9,
                    $"{family} {derivative} at y={y} size={size} mu={mu} delta={delta}: {value} but {numeric} ± {error}");
            }
        }
    }

    [Theory]
    [MemberData(nameof(FamiliesAndLinks))]
    public void LevelsAndBlockLengthsAgree(string name, string link)
    {
        var family = Family.Parse(name, link);
        var cases = Enumerable.Repeat(Cases.For(family).ToArray(), 7).SelectMany(c => c).ToArray();
        int n = cases.Length;
        double delta = cases[0].Delta;
        double[] y = [.. cases.Select(c => c.Y)];
        double[] size = [.. cases.Select(c => c.Size)];
        double[] eta = [.. cases.Select(c => family.Link.LinearPredictor(c.Mu))];
        foreach (var level in Enum.GetValues<DerivativeLevel>())
        {
            foreach (bool constant in new[] { true, false })
            {
                var o = new double[10][];
                for (int k = 0; k < 10; k++)
                {
                    o[k] = new double[n];
                }

                var block = new LogDensityBlock
                {
                    Y = y,
                    Size = size,
                    Eta = eta,
                    Delta = !family.HasDispersion ? [] : constant ? [delta] : [.. cases.Select(c => c.Delta)],
                    L = o[0],
                    E = level >= DerivativeLevel.Mode ? o[1] : [],
                    EE = level >= DerivativeLevel.Mode ? o[2] : [],
                    EEE = level >= DerivativeLevel.Gradient ? o[3] : [],
                    D = level >= DerivativeLevel.Gradient ? o[4] : [],
                    ED = level >= DerivativeLevel.Gradient ? o[5] : [],
                    EED = level >= DerivativeLevel.Gradient ? o[6] : [],
                    DD = level >= DerivativeLevel.Full ? o[7] : [],
                    EDD = level >= DerivativeLevel.Full ? o[8] : [],
                    DDD = level >= DerivativeLevel.Full ? o[9] : [],
                };
                family.Evaluate(ref block, level);
                int filled = level switch
                {
                    DerivativeLevel.Value => 1,
                    DerivativeLevel.Mode => 3,
                    DerivativeLevel.Gradient => 7,
                    _ => 10,
                };
                for (int i = 0; i < n; i++)
                {
                    double[] alone = Evaluation.At(family, y[i], size[i], eta[i], constant ? delta : cases[i].Delta);
                    for (int k = 0; k < filled; k++)
                    {
                        Assert.True(
                            Math.Abs(alone[k] - o[k][i]) <= 1e-11 * Math.Max(1, Math.Abs(alone[k])),
                            $"{family} {level} {Evaluation.Names[k]} at {cases[i]}: {o[k][i]} but alone {alone[k]}");
                    }
                }
            }
        }
    }
}
