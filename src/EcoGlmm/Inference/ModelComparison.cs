using System.Collections;
using EcoGlmm.Inference;
using EcoGlmm.Text;

namespace EcoGlmm;

/// <summary>One model of a comparison.</summary>
/// <param name="Name">The name it was given, or what sets its formula, family and options apart from the others'.</param>
/// <param name="Fit">The fit.</param>
/// <param name="ParameterCount">Number of parameters estimated.</param>
/// <param name="LogLikelihood">Maximised log-likelihood; the REML criterion's for REML fits.</param>
/// <param name="Aic">Akaike's information criterion.</param>
/// <param name="DeltaAic">AIC above the best model's; NaN for a fit that did not converge.</param>
/// <param name="Weight">
/// Akaike weight: the model's share of exp(−ΔAIC/2) over all models that converged; NaN for a fit that did not converge.
/// </param>
/// <param name="Aicc">AIC corrected for small samples.</param>
/// <param name="Bic">Bayesian information criterion.</param>
/// <param name="IsConverged">Whether the fit converged.</param>
public sealed record ComparedModel(string Name, GlmmFit Fit, int ParameterCount, double LogLikelihood, double Aic,
    double DeltaAic, double Weight, double Aicc, double Bic, bool IsConverged);

/// <summary>
/// Models of the same observations by AIC, the best first; those that did not converge last, without ΔAIC and weight.
/// </summary>
/// <remarks>Burnham &amp; Anderson (2002), <i>Model Selection and Multimodel Inference</i>, sections 2.6 and 2.9. Immutable, and safe to
/// share among threads.</remarks>
public sealed class ModelComparison : IReadOnlyList<ComparedModel>, IResultTable
{
    private readonly ComparedModel[] _models;
    private readonly bool _mixesDensities;

    private ModelComparison(ComparedModel[] models)
    {
        _models = models;
        _mixesDensities = models.Select(m => m.Fit.Family.IsDiscrete).Distinct().Count() > 1;
    }

    /// <inheritdoc/>
    public int Count => _models.Length;

    /// <inheritdoc/>
    public ComparedModel this[int index] => _models[index];

    /// <summary>The model of that name.</summary>
    /// <exception cref="GlmmException">There is none; the message names the nearest.</exception>
    public ComparedModel this[string name]
    {
        get
        {
            ArgumentNullException.ThrowIfNull(name);
            return Array.Find(_models, m => m.Name == name)
                ?? throw new GlmmException($"There is no model \"{name}\" in the "
                    + $"comparison{NearestName.Suggestion(name, _models.Select(m => m.Name))}");
        }
    }

    /// <summary>
    /// Likelihood-ratio tests: each model against the next larger one that it is a special case of, where both converged.
    /// </summary>
    public LikelihoodRatioTests LikelihoodRatioTests
    {
        get
        {
            var bySize = _models.OrderBy(m => m.ParameterCount).ToArray();
            return new LikelihoodRatioTests(bySize.Select((small, i) => bySize.Skip(i + 1)
                .Select(large => LikelihoodRatioTest.Of($"{small.Name} in {large.Name}", small.Fit, large.Fit))
                .FirstOrDefault(test => test is not null)).OfType<LikelihoodRatioTest>(), "Nested models");
        }
    }

    /// <summary>The table as data, one row a model.</summary>
    public FieldData ToFieldData() => FieldData.From(new Dictionary<string, object>
    {
        ["Name"] = Array.ConvertAll(_models, m => m.Name),
        ["ParameterCount"] = Array.ConvertAll(_models, m => m.ParameterCount),
        ["LogLikelihood"] = Array.ConvertAll(_models, m => m.LogLikelihood),
        ["Aic"] = Array.ConvertAll(_models, m => m.Aic),
        ["DeltaAic"] = Array.ConvertAll(_models, m => m.DeltaAic),
        ["Weight"] = Array.ConvertAll(_models, m => m.Weight),
        ["Aicc"] = Array.ConvertAll(_models, m => m.Aicc),
        ["Bic"] = Array.ConvertAll(_models, m => m.Bic),
        ["IsConverged"] = Array.ConvertAll(_models, m => m.IsConverged),
    });

    /// <inheritdoc/>
    public IEnumerator<ComparedModel> GetEnumerator() => ((IEnumerable<ComparedModel>)_models).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <inheritdoc/>
    public override string ToString() => LikelihoodRatioTests is { Count: > 0 } tests
        ? ResultTable.Text(Table()) + "\n\n" + tests
        : ResultTable.Text(Table());

    /// <inheritdoc/>
    public string ToHtml() => LikelihoodRatioTests is { Count: > 0 } tests
        ? new HtmlWriter(card: false).Table(Table()).Table(TestTables.Of(tests)).ToHtml()
        : ResultTable.Html(Table());

    internal static ModelComparison Of(GlmmFit[] fits, string[]? names)
    {
        ArgumentNullException.ThrowIfNull(fits);
        if (fits.Length == 0 || Array.Exists(fits, f => f is null))
            throw new GlmmException("There is nothing to compare: give at least one fit, and no nulls.");
        names ??= ComparisonNames.Of(fits);
        for (var i = 1; i < fits.Length; i++) RequireComparable(fits[0], names[0], fits[i], names[i]);

        var best = fits.Where(f => f.Convergence.IsConverged).Select(f => f.Aic).DefaultIfEmpty(double.NaN).Min();
        var total = fits.Where(f => f.Convergence.IsConverged).Sum(f => Math.Exp(-0.5 * (f.Aic - best)));
        return new ModelComparison([.. fits.Select((f, i) =>
        {
            var delta = f.Convergence.IsConverged ? f.Aic - best : double.NaN;
            return new ComparedModel(names[i], f, f.ParameterCount, f.LogLikelihood, f.Aic, delta,
                Math.Exp(-0.5 * delta) / total, f.Aicc, f.Bic, f.Convergence.IsConverged);
        }).OrderBy(m => !m.IsConverged).ThenBy(m => m.Aic)]);
    }

    private static void RequireComparable(GlmmFit a, string nameA, GlmmFit b, string nameB)
    {
        var pair = $"\"{nameA}\" and \"{nameB}\"";
        if (a.ObservationCount != b.ObservationCount || (ReferenceEquals(a.Data, b.Data) && !a.Specification.Rows.AsSpan()
            .SequenceEqual(b.Specification.Rows)))
        {
            throw new GlmmException($"{pair} were fitted to different rows ({a.ObservationCount} and {b.ObservationCount}), so their "
                + "likelihoods cannot be compared. A variable with missing values in only one of them takes rows out of it: keep the rows "
                + "that are complete for both (FieldData.Where) and fit both again.");
        }

        if (a.Specification.Response.Name == b.Specification.Response.Name && !a.Response.Y.AsSpan().SequenceEqual(b.Response.Y))
        {
            throw new GlmmException($"{pair} were fitted to different values of {a.Specification.Response.Name}, so their likelihoods "
                + "cannot be compared: other rows, or another order of them. Fit both to the same data.");
        }

        if (!a.Response.Y.AsSpan().SequenceEqual(b.Response.Y) || !Sizes(a).AsSpan().SequenceEqual(Sizes(b))
            || !Multipliers(a).AsSpan().SequenceEqual(Multipliers(b)))
        {
            throw new GlmmException($"{pair} have different responses ({a.Specification.Response.Name} and "
                + $"{b.Specification.Response.Name}), trials or weights, so their likelihoods cannot be compared. A transformed response "
                + "is another response: choose a family or a link instead, such as LogNormal().");
        }

        if (a.Options.Reml != b.Options.Reml)
        {
            throw new GlmmException($"{pair}: one was fitted by REML and the other by maximum likelihood. Fit both with Reml = false.");
        }

        if (a.Options.Reml && !SameFixedEffects(a, b))
        {
            throw new GlmmException($"{pair} were fitted by REML and have different fixed effects; REML likelihoods compare random effects "
                + $"only. Fit both with Reml = false.");
        }
    }

    private static bool SameFixedEffects(GlmmFit a, GlmmFit b)
    {
        var (x, y) = (a.Specification.Conditional.Training, b.Specification.Conditional.Training);
        return x.ColumnNames.AsSpan().SequenceEqual(y.ColumnNames) && x.X.AsSpan().SequenceEqual(y.X);
    }

    private static double[] Sizes(GlmmFit fit) => Expanded(fit.Response.Size.Length == 0 ? null : fit.Response.Size, fit);

    private static double[] Multipliers(GlmmFit fit) => Expanded(fit.Response.Multipliers, fit);

    private static double[] Expanded(double[]? values, GlmmFit fit) =>
        values ?? [.. Enumerable.Repeat(1.0, fit.ObservationCount)];

    private TableContent Table()
    {
        var first = _models[0].Fit;
        var notes = new List<string>
        {
            $"Response {first.Specification.Response.Name}, {NumberFormat.Count(first.ObservationCount, "row")}"
                + (first.Options.Reml ? "; criteria of REML fits" : "") + ".",
        };
        if (_models.Any(m => !m.IsConverged)) notes.Add("A fit that did not converge has no ΔAIC and no weight.");
        if (_mixesDensities)
            notes.Add("Discrete and continuous families stand side by side: a probability and a density compare only roughly.");
        if (_models.Where(m => m.Fit.Estimate.Model.Terms.Count > 0).Select(m => m.Fit.Estimate.Model.QuadraturePoints)
            .Distinct().Count() > 1)
        {
            notes.Add("Some likelihoods are integrated with more quadrature points than others, which changes them too: use the same "
                + "number for all.");
        }

        var content = new TableContent("Model comparison") { Note = string.Join(" ", notes) }
            .Text("Model").Number("df").Number("logLik").Number("AIC").Number("ΔAIC").Number("Weight").Number("BIC").Text("Fit");
        foreach (var m in _models)
        {
            content.Row(m.Name, NumberFormat.Count(m.ParameterCount), NumberFormat.Fixed(m.LogLikelihood, 1), NumberFormat.Fixed(m.Aic, 1),
                m.IsConverged ? NumberFormat.Fixed(m.DeltaAic, 1) : "–", m.IsConverged ? NumberFormat.Fixed(m.Weight, 3) : "–",
                NumberFormat.Fixed(m.Bic, 1), m.Fit.Convergence.Status switch
                {
                    ConvergenceStatus.NotConverged => "✕ DID NOT CONVERGE",
                    ConvergenceStatus.Singular => "! singular",
                    _ => "✓ converged",
                });
        }

        return content;
    }
}
