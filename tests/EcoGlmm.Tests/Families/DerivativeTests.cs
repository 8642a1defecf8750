using EcoGlmm.Families;

namespace EcoGlmm.Tests.Families;

public class DerivativeTests
{
    private enum By
    {
        Eta,
        Delta,
    }

    // Which entry is the derivative of which other.
    private static readonly (string Derivative, string Of, By By)[] Chains =
    [
        ("E", "L", By.Eta), ("EE", "E", By.Eta), ("EEE", "EE", By.Eta),
        ("D", "L", By.Delta), ("ED", "E", By.Delta), ("EED", "EE", By.Delta),
        ("DD", "D", By.Delta), ("EDD", "ED", By.Delta), ("DDD", "DD", By.Delta),
    ];

    public static TheoryData<string, string> FamiliesAndLinks()
    {
        var data = new TheoryData<string, string>();
        foreach (var family in FamilyNames.All)
        {
            data.Add(family.Name, family.Link.Name);
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(FamiliesAndLinks))]
    public void EachOrderIsTheDerivativeOfTheOrderBelow(string name, string link)
    {
        foreach (var family in Cases.Shapes(Family.Parse(name, link)))
        {
            foreach (var (y, size, mu, delta) in Cases.For(family))
            {
                var eta = family.LocationLink.LinearPredictor(mu);
                var exact = Evaluation.At(family, y, size, eta, delta);
                if (!double.IsNegativeInfinity(exact[0]))
                {
                    Check(family, y, size, mu, delta, exact);
                    CheckShapes(family, y, size, mu, delta);
                }
            }
        }
    }

    private static void Check(Family family, double y, double size, double mu, double delta, double[] exact)
    {
        var eta = family.LocationLink.LinearPredictor(mu);
        var largest = exact.Max(Math.Abs);
        foreach (var (derivative, of, by) in Chains)
        {
            if (by == By.Delta && !family.HasDispersion)
            {
                continue;
            }

            var source = Array.IndexOf(Evaluation.Names, of);
            double Function(double h) => by switch
            {
                By.Delta => Evaluation.At(family, y, size, eta, delta + h)[source],
                _ => Evaluation.At(family, y, size, eta + h, delta)[source],
            };

            var step = by == By.Eta ? 0.02 * Math.Min(1, Math.Max(Math.Abs(eta), 1e-3)) : 0.02;

            // Steps stay well within the edge that these links have for a probability.
            if (by == By.Eta && family.WeightRole == WeightRole.Trials && !family.Link.IsDistribution)
            {
                step = Math.Min(step, 0.05 * (1 - mu));
            }

            var numeric = Differences.Derivative(Function, step, out var error);
            var value = exact[Array.IndexOf(Evaluation.Names, derivative)];
            var where = $"{family} {derivative} at y={y} size={size} mu={mu} delta={delta}";
            Compare(family, y, mu, value, numeric, error, exact[source], largest, step, where);
        }
    }

    // S by each shape, ES, EES, DS, and SS by pairs.
    private static void CheckShapes(Family family, double y, double size, double mu, double delta)
    {
        var eta = family.LocationLink.LinearPredictor(mu);
        double[] predictors = [.. family.Shapes.Select(shape => shape.Predictor)];
        var count = predictors.Length;
        var exact = Evaluation.ShapeArrays(count, 1);
        var at = Evaluation.At(family, y, size, eta, delta, exact);
        var largest = at.Max(Math.Abs);
        for (var k = 0; k < count; k++)
        {
            void Of(string name, double value, Func<ShapeOutput, double[], double> source)
            {
                double Function(double h)
                {
                    var moved = (double[])predictors.Clone();
                    moved[k] += h;
                    var shapes = Evaluation.ShapeArrays(count, 1);
                    var o = Evaluation.At(family.WithShapes(moved), y, size, eta, delta, shapes);
                    return source(shapes, o);
                }

                var numeric = Differences.Derivative(Function, 0.02, out var error);
                var where = $"{family} {name}{k} at y={y} mu={mu} delta={delta} shapes={string.Join(", ", predictors)}";
                Compare(family, y, mu, value, numeric, error, source(exact, at), largest, 0.02, where);
            }

            Of("S", exact.S[k]![0], (_, o) => o[0]);
            Of("ES", exact.ES[k]![0], (_, o) => o[1]);
            Of("EES", exact.EES[k]![0], (_, o) => o[2]);
            if (family.HasDispersion)
            {
                Of("DS", exact.DS[k]![0], (_, o) => o[4]);
            }

            for (var l = 0; l < count; l++)
            {
                var other = l;
                var value = exact.SS[l <= k ? (k * (k + 1) / 2) + l : (l * (l + 1) / 2) + k]![0];
                Of($"S{l}", value, (shapes, _) => shapes.S[other]![0]);
            }
        }
    }

    private static void Compare(
        Family family, double y, double mu, double value, double numeric, double error, double source, double largest,
        double step, string where)
    {
        var scale = Math.Max(Math.Abs(value), Math.Abs(numeric));
        var rounding = 1e-13 * Math.Abs(source) / step;
        if (family.Link == Link.Identity)
        {
            // Second derivatives by μ are differences of terms of order y/μ².
            rounding += 1e-15 * Math.Abs(y) / (mu * mu * step);
        }

        Assert.True(
            Math.Abs(value - numeric) <= (1e-7 * scale) + (20 * error) + (20 * rounding) + (1e-12 * (1 + largest))
                && error <= (1e-5 * scale) + rounding + 1e-9,
            $"{where}: {value} but {numeric} ± {error}");
    }

    [Theory]
    [MemberData(nameof(FamiliesAndLinks))]
    public void LevelsAndBlockLengthsAgree(string name, string link)
    {
        var family = Cases.Shapes(Family.Parse(name, link)).Last();
        var cases = Enumerable.Repeat(Cases.For(family).ToArray(), 7).SelectMany(c => c).ToArray();
        var n = cases.Length;
        var delta = cases[0].Delta;
        double[] y = [.. cases.Select(c => c.Y)];
        double[] size = [.. cases.Select(c => c.Size)];
        double[] eta = [.. cases.Select(c => family.LocationLink.LinearPredictor(c.Mu))];
        foreach (var level in Enum.GetValues<DerivativeLevel>())
        {
            foreach (var constant in new[] { true, false })
            {
                var o = new double[10][];
                for (var k = 0; k < 10; k++)
                {
                    o[k] = new double[n];
                }

                var shapes = Evaluation.ShapeArrays(family.Shapes.Count, n);
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
                    Shapes = level >= DerivativeLevel.Gradient ? shapes : null,
                };
                family.Evaluate(ref block, level);
                int[] filled = level switch
                {
                    DerivativeLevel.Value => [0],
                    DerivativeLevel.Mode => [0, 1, 2],
                    DerivativeLevel.Gradient => [0, 1, 2, 3, 4, 5, 6],
                    _ => [.. Enumerable.Range(0, 10)],
                };
                for (var i = 0; i < n; i++)
                {
                    var shapesAlone = Evaluation.ShapeArrays(family.Shapes.Count, 1);
                    var alone = Evaluation.At(family, y[i], size[i], eta[i], constant ? delta : cases[i].Delta, shapesAlone, level);
                    Assert.All(Evaluation.Arrays(shapesAlone).Zip(Evaluation.Arrays(shapes)), pair =>
                        Assert.Equal(level < DerivativeLevel.Gradient ? 0 : pair.First[0], pair.Second[i],
                            1e-11 * Math.Max(1, Math.Abs(pair.First[0]))));
                    foreach (var k in filled)
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
