using EcoGlmm.Estimation;
using EcoGlmm.Formulas;
using EcoGlmm.Model;
using EcoGlmm.Numerics;
using EcoGlmm.Prediction;
using EcoGlmm.RandomEffects.Structures;
using EcoGlmm.Text;

namespace EcoGlmm.Planning;

/// <summary>
/// Responses of a design without a fit: a formula, rows, and the value of every parameter by the names that tables of intervals have:
/// "x", "sd_(Intercept)|g", "cor_x.(Intercept)|g", "correlation|ar1(0 + week | g)", "sigma", and for other parts "zi_x" and "disp_x".
/// </summary>
internal sealed class DesignSimulator
{
    private const double NearlyOne = 1 - 1e-12;
    private readonly Family _family;
    private readonly double[]?[] _fixed;
    private readonly (int Predictor, GroupingTerm Term, double[] Factor)[] _random;
    private readonly (int Predictor, StructuredEffects Effects)[] _structured;
    private readonly double[] _size;
    private readonly int _n;

    /// <exception cref="GlmmException">A parameter is missing, unknown or out of its range.</exception>
    public DesignSimulator(string formula, FieldData design, IReadOnlyDictionary<string, double> parameters, Family family,
        GlmmOptions options)
    {
        if (family.Shapes.Count > 0)
            throw new GlmmException($"Simulating {family.Name} without a fit needs its {family.Shapes[0].Name}, which cannot be given yet. "
                + $"Fit a model and use fit.Simulate(...).");
        (Data, Response) = WithResponse(formula, design, family);
        Specification = ModelSpecification.Create(formula, options.ZeroInflation, options.Dispersion, options.Weights, options.Offset,
            options.Contrasts, Data, relatedness: options.Relatedness, meshes: options.Meshes);
        _family = family;
        _n = Specification.Rows.Length;
        if (_n < Data.RowCount)
            throw new GlmmException($"{Data.RowCount - _n} rows of the design have a missing value in a variable of the model. A design is "
                + $"complete: leave them out.");
        ResponseData = ResponseData.Prepare(Specification, family, options);
        _size = ResponseData.Size;
        var used = new HashSet<string>(StringComparer.Ordinal);
        double Value(string name, string what)
        {
            used.Add(name);
            return parameters.TryGetValue(name, out var value) && double.IsFinite(value) ? value
                : throw new GlmmException($"The value of \"{name}\" ({what}) is missing. A simulation needs all of "
                    + $"{Names.List([.. ParameterNames(Specification, family)])}.");
        }

        PartDesign?[] parts = [Specification.Conditional, family.HasDispersion ? Specification.Dispersion : null,
            Specification.ZeroInflation];
        string[] prefix = ["", "disp_", "zi_"];
        _fixed = new double[]?[parts.Length];
        var random = new List<(int, GroupingTerm, double[])>();
        var structured = new List<(int, StructuredEffects)>();
        for (var k = 0; k < parts.Length; k++)
        {
            if (parts[k] is not { } part) continue;
            var training = part.Training;
            var eta = _fixed[k] = (double[])training.Offset.Clone();
            if (k == LinearPredictor.Dispersion && IsConstant(training))
            {
                // Every family reports exp(aδ) for some a.
                var sigma = Value("sigma", "the dispersion as the fit's Sigma reports it");
                if (!(sigma > 0)) throw new GlmmException($"\"sigma\" is {sigma}, but a dispersion is above zero.");
                Array.Fill(eta, Math.Log(sigma) / Math.Log(family.Sigma(1)));
            }
            else
            {
                var at = 0;
                for (var j = 0; j < training.ColumnNames.Length; j++)
                {
                    if (training.Aliased[j]) continue;
                    var beta = Value(prefix[k] + training.ColumnNames[j], "a coefficient");
                    for (var i = 0; i < _n; i++) eta[i] += beta * training.X[(at * _n) + i];
                    at++;
                }
            }

            foreach (var term in training.RandomTerms)
            {
                if (IsPlain(term)) random.Add((k, term, Factor(term, prefix[k], Value, parameters, used)));
                else structured.Add((k, Structured(term, prefix[k])));
            }
        }

        StructuredEffects Structured(GroupingTerm term, string before)
        {
            if (!term.Structure.Loadings.HasSeparateQuantities)
            {
                throw new GlmmException($"{term.Title} cannot be simulated without a fit: its loadings are determined together alone. "
                    + "Fit a model and use fit.Simulate(...).");
            }

            return new StructuredEffects(term, _n, quantity =>
            {
                var name = before + quantity.RowName(term.Group, term.Title);
                if (!(term.Structure.Loadings.HasFreeEntries && quantity.Effect2 is not null))
                    return Value(name, $"a parameter of {term.Title}");
                used.Add(name);
                return parameters.GetValueOrDefault(name);
            });
        }

        _random = [.. random];
        _structured = [.. structured];
        if (parameters.Keys.FirstOrDefault(name => !used.Contains(name)) is { } stray)
        {
            var names = ParameterNames(Specification, family);
            throw new GlmmException($"The model has no parameter \"{stray}\"{NearestName.Suggestion(stray, names)} Its parameters are "
                + $"{Names.List([.. names])}.");
        }
    }

    public FieldData Data { get; }

    /// <summary>The column that the response is written to.</summary>
    public string Response { get; }

    public ModelSpecification Specification { get; }

    public ResponseData ResponseData { get; }

    /// <summary>A response for each row, in the units of the response (successes for cbind(), proportions for proportions).</summary>
    public double[] Draw(RandomStream random)
    {
        var predictors = new double[]?[Math.Max(_fixed.Length, LinearPredictor.FormulaCount)];
        for (var k = 0; k < _fixed.Length; k++) predictors[k] = (double[]?)_fixed[k]?.Clone();
        foreach (var (k, term, factor) in _random)
        {
            var r = term.EffectNames.Length;
            var b = new double[term.Levels.Length * r];
            var z = new double[r];
            for (var l = 0; l < term.Levels.Length; l++)
            {
                for (var e = 0; e < r; e++) z[e] = random.NextNormal();
                for (var e = 0; e < r; e++)
                {
                    for (var f = 0; f <= e; f++) b[(l * r) + e] += factor[(e * r) + f] * z[f];
                }
            }

            var eta = predictors[k]!;
            for (var i = 0; i < _n; i++)
            {
                for (var e = 0; e < r; e++) eta[i] += term.Z[(i * r) + e] * b[(term.Codes[i] * r) + e];
            }
        }

        foreach (var (k, effects) in _structured) effects.AddDraw(random, predictors[k]!);
        var rows = new RowDistributions(_family, predictors, _n);
        var y = new double[_n];
        for (var i = 0; i < _n; i++)
        {
            var size = _size.Length == 0 ? 1 : _size[i];
            y[i] = rows.Zero is { } zero && random.NextDouble() < zero[i] ? 0 : _family.Draw(random, rows.Mean[i], rows.Dispersion
                is { } phi ? phi[i] : 1, size);
            if (ResponseData.IsProportion && size > 0) y[i] /= size;
        }

        return y;
    }

    /// <summary>Names of all parameters that a simulation needs.</summary>
    public static List<string> ParameterNames(ModelSpecification specification, Family family)
    {
        var result = new List<string>();
        void Add(PartDesign? part, string prefix, bool coefficients)
        {
            if (part is null) return;
            if (coefficients)
                result.AddRange(part.Training.ColumnNames.Where((_, j) => !part.Training.Aliased[j]).Select(name => prefix + name));
            foreach (var term in part.Training.RandomTerms)
            {
                if (!IsPlain(term))
                {
                    result.AddRange(StructuredEffects.Names(term).Select(name => prefix + name));
                    continue;
                }

                result.AddRange(term.EffectNames.Select(e => prefix + CovarianceQuantity.DeviationName(e, term.Group)));
                if (term.Structure.Loadings.IsDiagonal) continue;
                for (var e = 1; e < term.EffectNames.Length; e++)
                {
                    for (var f = 0; f < e; f++)
                        result.Add(prefix + CovarianceQuantity.CorrelationName(term.EffectNames[f], term.EffectNames[e], term.Group));
                }
            }
        }

        Add(specification.Conditional, "", true);
        if (family.HasDispersion)
        {
            var constant = IsConstant(specification.Dispersion.Training);
            if (constant) result.Add("sigma");
            Add(specification.Dispersion, "disp_", !constant);
        }

        Add(specification.ZeroInflation, "zi_", true);
        return result;
    }

    private static bool IsPlain(GroupingTerm term) => term.Structure.IsPlain && term.Entries is null;

    private static bool IsConstant(PartMatrices training) => training.ColumnNames is [Intercept.Name] && training.RandomTerms.Length == 0
        && training.Offset.All(v => v == 0);

    /// <summary>The lower-triangular factor of the covariance of a level's effects, row-major; correlations are zero unless
    /// given.</summary>
    private static double[] Factor(GroupingTerm term, string prefix,
        Func<string, string, double> value, IReadOnlyDictionary<string, double> parameters, HashSet<string> used)
    {
        var r = term.EffectNames.Length;
        var sd = Array.ConvertAll(term.EffectNames, e => value(prefix + CovarianceQuantity.DeviationName(e, term.Group),
            "a standard deviation between levels"));
        var bad = Array.FindIndex(sd, s => s < 0);
        if (bad >= 0)
            throw new GlmmException($"The standard deviation of {term.EffectNames[bad]} of {term.Group} is {sd[bad]}, below zero.");
        var correlation = new double[r * r];
        for (var e = 0; e < r; e++)
        {
            correlation[(e * r) + e] = 1;
            for (var f = 0; f < e && !term.Structure.Loadings.IsDiagonal; f++)
            {
                var name = prefix + CovarianceQuantity.CorrelationName(term.EffectNames[f], term.EffectNames[e], term.Group);
                used.Add(name);
                correlation[(e * r) + f] = correlation[(f * r) + e] = NearlyOne * parameters.GetValueOrDefault(name);
            }
        }

        if (!DenseCholesky.TryFactor(correlation, r))
            throw new GlmmException($"The correlations of the effects of {term.Group} do not go together: no such covariance exists.");
        var factor = new double[r * r];
        for (var e = 0; e < r; e++)
        {
            for (var f = 0; f <= e; f++) factor[(e * r) + f] = sd[e] * correlation[(f * r) + e];
        }

        return factor;
    }

    /// <summary>The design with a column for the response that any model can be set up with.</summary>
    private static (FieldData Data, string Response) WithResponse(string formula, FieldData design, Family family)
    {
        if (design.RowCount == 0) throw new GlmmException("The design has no rows.");
        var left = formula.Split('~')[0].Trim();
        var name = left.StartsWith("cbind(", StringComparison.Ordinal) ? left["cbind(".Length..].Split(',')[0].Trim() : left;
        if (name.Length == 0 || name.Any(c => !char.IsLetterOrDigit(c) && c is not ('_' or '.')))
        {
            throw new GlmmException($"The response of \"{formula}\" must be the name of a column to be written, or cbind(name, trials - "
                + $"name), not {left}.");
        }

        var low = family.CheckResponse(0, 1) is null ? 0 : family.CheckResponse(0.3, 1) is null ? 0.3 : 1;
        var high = family.CheckResponse(1, 1) is null ? 1 : 0.6;
        return (design.With(name, Enumerable.Range(0, design.RowCount).Select(i => i % 2 == 0 ? low : high)), name);
    }
}
