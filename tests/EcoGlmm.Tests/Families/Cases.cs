namespace EcoGlmm.Tests.Families;

/// <summary>Observations and parameters that put a family through its range: y, size, μ, δ.</summary>
internal static class Cases
{
    public static IEnumerable<(double Y, double Size, double Mu, double Delta)> For(Family family)
    {
        var links = family.Link;
        double[] deltas = family.HasDispersion ? [-1.3, 0.4, 2.5] : [0];
        foreach (var delta in deltas)
        {
            foreach (var (y, size, mu) in Points(family))
            {
                if (family.CheckResponse(y, size) is null && (links != Link.Sqrt || mu > 0))
                {
                    yield return (y, size, mu, delta);
                }
            }
        }
    }

    /// <summary>The family at several values of its shape, if it has one; otherwise itself.</summary>
    public static IEnumerable<Family> Shapes(Family family) => family.Name switch
    {
        "t" => new[] { 0.8, 1.5, 5, 40, 1e4 }.Select(df => family.WithShapes([Math.Log(df)])),
        "tweedie" => new[] { -2.5, -0.6, 0, 0.9, 3 }.Select(sigma => family.WithShapes([sigma])),
        "skewnormal" => new[] { -20, -2.5, 0.1, 1, 6 }.Select(alpha => family.WithShapes([alpha])),
        "nbinom12" => new[] { -2, 0.4, 3, 12 }.Select(sigma => family.WithShapes([sigma])),
        "ordbeta" => [family, family.WithShapes([-0.4, -0.9]), family.WithShapes([-5, 2.2])],
        "cumulative" =>
        [
            family.WithCategories(["no", "yes"]), family.WithCategories(["a", "b", "c"]).WithShapes([-1.3, 0.2]),
            family.WithCategories(["1", "2", "3", "4", "5"]).WithShapes([-2, 0.7, -1.2, 0.1]),
        ],
        _ => [family],
    };

    private static IEnumerable<(double Y, double Size, double Mu)> Points(Family family)
    {
        switch (family.Name)
        {
            case "gaussian":
            case "t":
                double[] means = [0.2, 0.7, 0.95];
                return means.SelectMany(mu => new[] { (0.3, 1.0, mu), (-1.5, 2.5, mu) });
            case var _ when family.WeightRole == WeightRole.Trials:
                double[] probabilities = [0.003, 0.2, 0.6, 0.97];
                return probabilities.SelectMany(p => new[] { (0.0, 1.0, p), (1.0, 1.0, p), (3.0, 10.0, p), (40.0, 40.0, p) });
            case "skewnormal":
                return from mu in new[] { 0.2, 0.95 } from y in new[] { -2.5, 0.3, 1.4, 4 } select (y, 1.0, mu);
            case "cumulative":
                return from eta in new[] { -2.5, -0.3, 0.9, 3 } from y in new[] { 1, 2, 3, 4, 5 } select ((double)y, 1.0, eta);
            case "ordbeta":
                return from p in new[] { 0.05, 0.3, 0.9 } from y in new[] { 0, 0.001, 0.4, 0.97, 1 } select (y, 1.0, p);
            case "beta":
                return from p in new[] { 0.02, 0.3, 0.9 } from y in new[] { 0.001, 0.4, 0.97 } select (y, 1.0, p);
            default:
                return from mu in new[] { 0.04, 0.9, 4.7, 60 }
                       from y in new[] { 0, 1, 2, 7, 19, 33, 150, 0.35, 5.2 }
                       select (y, 1.0, mu);
        }
    }
}
