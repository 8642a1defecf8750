using EcoGlmm.Families;

namespace EcoGlmm.Tests.Families;

public class DerivativeTests
{
    private enum By
    {
        Eta,
        Delta,
        Shape,
    }

    // Which entry is the derivative of which other.
    private static readonly (string Derivative, string Of, By By)[] Chains =
    [
        ("E", "L", By.Eta), ("EE", "E", By.Eta), ("EEE", "EE", By.Eta),
        ("D", "L", By.Delta), ("ED", "E", By.Delta), ("EED", "EE", By.Delta),
        ("DD", "D", By.Delta), ("EDD", "ED", By.Delta), ("DDD", "DD", By.Delta),
        ("S", "L", By.Shape), ("ES", "E", By.Shape), ("EES", "EE", By.Shape), ("DS", "D", By.Shape), ("SS", "S", By.Shape),
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
        foreach (Family family in Cases.Shapes(Family.Parse(name, link)))
        {
            foreach (var (y, size, mu, delta) in Cases.For(family))
            {
                double eta = family.Link.LinearPredictor(mu);
                double[] exact = Evaluation.At(family, y, size, eta, delta);
                if (!double.IsNegativeInfinity(exact[0]))
                {
                    Check(family, y, size, mu, delta, exact);
                }
            }
        }
    }

    private static void Check(Family family, double y, double size, double mu, double delta, double[] exact)
    {
        double eta = family.Link.LinearPredictor(mu);
        double largest = exact.Max(Math.Abs);
        foreach (var (derivative, of, by) in Chains)
        {
            if ((by == By.Delta && !family.HasDispersion) || (by == By.Shape && family.Shape is null))
            {
                continue;
            }

            int source = Array.IndexOf(Evaluation.Names, of);
            double Function(double h) => by switch
            {
                By.Delta => Evaluation.At(family, y, size, eta, delta + h)[source],
                By.Shape => Evaluation.At(family.WithShape(family.Shape!.Predictor + h), y, size, eta, delta)[source],
                _ => Evaluation.At(family, y, size, eta + h, delta)[source],
            };

            double step = by == By.Eta ? 0.02 * Math.Min(1, Math.Max(Math.Abs(eta), 1e-3)) : 0.02;
            double numeric = Differences.Derivative(Function, step, out double error);
            double value = exact[Array.IndexOf(Evaluation.Names, derivative)];
            double scale = Math.Max(Math.Abs(value), Math.Abs(numeric));
            double rounding = 1e-13 * Math.Abs(exact[source]) / step;
            if (family.Link == Link.Identity)
            {
                // Second derivatives by μ are differences of terms of order y/μ².
                rounding += 1e-15 * Math.Abs(y) / (mu * mu * step);
            }

            Assert.True(
                Math.Abs(value - numeric) <= (1e-7 * scale) + (20 * error) + (20 * rounding) + (1e-12 * (1 + largest))
                    && error <= (1e-5 * scale) + rounding + 1e-9,
                $"{family} {derivative} at y={y} size={size} mu={mu} delta={delta} shape={family.Shape?.Value}: {value} but {numeric} ± {error}");
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
                var o = new double[15][];
                for (int k = 0; k < 15; k++)
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
                    S = level >= DerivativeLevel.Gradient ? o[10] : [],
                    ES = level >= DerivativeLevel.Gradient ? o[11] : [],
                    EES = level >= DerivativeLevel.Gradient ? o[12] : [],
                    DS = level >= DerivativeLevel.Full ? o[13] : [],
                    SS = level >= DerivativeLevel.Full ? o[14] : [],
                };
                family.Evaluate(ref block, level);
                int[] filled = level switch
                {
                    DerivativeLevel.Value => [0],
                    DerivativeLevel.Mode => [0, 1, 2],
                    DerivativeLevel.Gradient => [0, 1, 2, 3, 4, 5, 6, 10, 11, 12],
                    _ => [.. Enumerable.Range(0, 15)],
                };
                for (int i = 0; i < n; i++)
                {
                    double[] alone = Evaluation.At(family, y[i], size[i], eta[i], constant ? delta : cases[i].Delta);
                    foreach (int k in filled)
                    {
                        Assert.True(
                            alone[k].Equals(o[k][i]) || Math.Abs(alone[k] - o[k][i]) <= 1e-11 * Math.Max(1, Math.Abs(alone[k])),
                            $"{family} {level} {Evaluation.Names[k]} at {cases[i]}: {o[k][i]} but alone {alone[k]}");
                    }
                }
            }
        }
    }
}
