using EcoGlmm.Estimation;
using EcoGlmm.Formulas;
using EcoGlmm.Numerics;
using EcoGlmm.RandomEffects.Structures;

namespace EcoGlmm.Tests.Estimation;

/// <summary>Small models with simulated responses, built straight from matrices.</summary>
internal static class SimulatedModel
{
    public const int Rows = 120;

    public static PartMatrices Part(RandomStream random, int rows, params GroupingTerm[] terms)
    {
        var x = new double[2 * rows];
        for (var i = 0; i < rows; i++) (x[i], x[rows + i]) = (1, random.NextNormal() * 0.5);
        return new PartMatrices
        {
            RowCount = rows,
            ColumnNames = ["(Intercept)", "x"],
            Aliased = [false, false],
            X = x,
            Offset = Enumerable.Range(0, rows).Select(i => 0.01 * (i % 5)).ToArray(),
            RandomTerms = terms,
        };
    }

    public static PartMatrices Constant(int rows) => new()
    {
        RowCount = rows,
        ColumnNames = ["(Intercept)"],
        Aliased = [false],
        X = Enumerable.Repeat(1.0, rows).ToArray(),
        Offset = new double[rows],
        RandomTerms = [],
    };

    public static GroupingTerm Intercept(string group, int levels, Func<int, int> code, int rows = Rows) =>
        Term(group, levels, code, rows, ["(Intercept)"], "us", (_, _) => 1);

    public static GroupingTerm Term(string group, int levels, Func<int, int> code, int rows, string[] effects,
        string structure, Func<int, int, double> z) => new()
    {
        Group = group,
        EffectNames = effects,
        Structure = new CovarianceStructure(structure, structure == "us" ? new Unstructured(effects.Length) : new Diagonal(effects.Length)),
        Title = group,
        Codes = Enumerable.Range(0, rows).Select(code).ToArray(),
        Levels = Enumerable.Range(0, levels).Select(l => l.ToString()).ToArray(),
        Z = Enumerable.Range(0, rows).SelectMany(i => effects.Select((_, e) => z(i, e))).ToArray(),
    };

    /// <summary>The random structures that every family is checked with, by name.</summary>
    public static GroupingTerm[] Structure(string name, int rows = Rows)
    {
        double Slope(int i, int e) => e == 0 ? 1 : Math.Sin(1.7 * i) + (0.1 * e);
        return name switch
        {
            "none" => [],
            "intercept" => [Intercept("g", 12, i => i % 12, rows)],
            "correlated" => [Term("g", 12, i => i % 12, rows, ["(Intercept)", "x", "w"], "us", Slope)],
            "uncorrelated" => [Term("g", 12, i => i % 12, rows, ["(Intercept)", "x"], "diag", Slope)],
            "crossed" => [Intercept("g", 12, i => i % 12, rows),
                Term("h", 7, i => (i * 5 / 3) % 7, rows, ["(Intercept)", "x"], "us", Slope)],
            "nested" => [Intercept("b:a", 24, i => i % 24, rows), Intercept("a", 6, i => i % 24 / 4, rows)],
            "olre" => [Intercept("g", 8, i => i % 8, rows), Intercept("olre", rows, i => i, rows)],
            _ => throw new ArgumentOutOfRangeException(nameof(name)),
        };
    }

    /// <summary>
    /// A parameter vector near the middle of the parameter space, and a response drawn at its fixed effects.
    /// </summary>
    public static (MixedModel Model, double[] Psi) Draw(Family family, GroupingTerm[] terms, PartMatrices? dispersion = null,
        PartMatrices? zeroInflation = null, double[]? weights = null, int rows = Rows,
        Parameter[]? held = null, Prior[]? priors = null)
    {
        var random = new RandomStream(20240611);
        var conditional = Part(random, rows, terms);
        var name = family.Link.Name;
        var isProbability = family.WeightRole == WeightRole.Trials || family.Name is "beta" or "ordbeta";
        var (intercept, slope) = name switch
        {
            "log" when isProbability => (-0.8, 0.05),
            "identity" when isProbability => (0.5, 0.02),
            "logit" or "probit" or "cauchit" => (0.2, 0.4),
            "cloglog" => (-0.6, 0.3),
            "loglog" => (0.6, 0.3),
            "inverse" => (0.8, 0.05),
            "1/mu^2" => (0.8, 0.05),
            "sqrt" => (1.6, 0.1),
            "identity" => (4.0, 0.2),
            _ => (0.7, 0.4),
        };
        var size = family.WeightRole == WeightRole.Trials
            ? Enumerable.Range(0, rows).Select(i => 1.0 + (i % 4)).ToArray()
            : [];
        var y = new double[rows];
        for (var i = 0; i < rows; i++)
        {
            var eta = intercept + (slope * conditional.X[rows + i]);
            y[i] = family.Draw(random, family.LocationLink.At(eta).Mu, 1.6, size.Length == 0 ? 1 : size[i]);
            if (zeroInflation is not null && random.NextDouble() < 0.25) y[i] = 0;
        }

        var model = new MixedModel(family, y, size, weights, conditional, dispersion ?? Constant(rows), zeroInflation,
            held, priors);
        var psi = new double[model.ParameterCount];
        var beta = new[] { intercept, slope };
        model.Basis[LinearPredictor.Conditional]!.FromCoefficients(beta);
        beta.CopyTo(psi, 0);
        for (var j = 2; j < model.FixedCount; j++) psi[j] = -0.4 + (0.25 * (j % 3));
        for (var s = 0; s < family.Shapes.Count; s++)
        {
            var k = LinearPredictor.Shape + s;
            psi[model.FixedOffset[k]] = (family.Shapes[s].Predictor + 0.3) / model.Basis[k]!.First;
        }

        var spread = name is "inverse" or "1/mu^2" || (isProbability && name is "log" or "identity") ? 0.04 : 0.3;
        for (var j = model.FixedCount; j < psi.Length; j++) psi[j] = spread * (1 - (0.2 * (j % 4)));
        return (model, psi);
    }
}
