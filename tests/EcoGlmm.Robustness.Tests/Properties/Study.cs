using CsCheck;

namespace EcoGlmm.Robustness.Tests.Properties;

/// <summary>A study to fit models to: its size and what its numbers are drawn from.</summary>
internal sealed record Study(int Groups, int RowsOfGroup, int Seed)
{
    public static readonly Gen<Study> Any = Gen.Select(Gen.Int[6, 14], Gen.Int[4, 9], Gen.Int[0, 1_000_000], (groups, rows, seed) =>
        new Study(groups, rows, seed));

    public int Rows => Groups * RowsOfGroup;

    /// <summary>x, z, a factor f, the group g, its halves h nested in g, Gaussian y, positive p, counts n, successes s and failures
    /// t.</summary>
    public FieldData Data()
    {
        var random = new Random(Seed);
        double Normal() => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
        double Poisson(double mean)
        {
            var (k, p, limit) = (0, 1.0, Math.Exp(-mean));
            while ((p *= random.NextDouble()) > limit)
                k++;
            return k;
        }
        var group = Enumerable.Range(0, Groups).Select(_ => 0.6 * Normal()).ToArray();
        var rows = Enumerable.Range(0, Rows).Select(i =>
        {
            var (g, x, z) = (i / RowsOfGroup, Normal(), random.NextDouble());
            var eta = 0.4 + (0.5 * x) + group[g];
            var trials = 3 + random.Next(6);
            var successes = Enumerable.Range(0, trials).Count(_ => random.NextDouble() < 1 / (1 + Math.Exp(-eta)));
            return new
            {
                x, z, f = "abc"[i % 3].ToString(), g = $"g{g}", h = (i % 2 == 0 ? "left" : "right"), y = eta + (0.7 * Normal()),
                    p = Math.Exp(eta + (0.4 * Normal())),
                n = Poisson(Math.Exp(eta)), s = (double)successes, t = (double)(trials - successes),
            };
        });
        return FieldData.From(rows.ToArray());
    }

    /// <summary>Holds the property for so many studies, the same in every run.</summary>
    public static void Always(Action<Study> property, int cases = 4)
    {
        for (var i = 0; i < cases; i++)
            Any.Sample(property, seed: $"0000ecoglm{(char)('a' + i)}0", iter: 1, threads: 1);
    }
}
