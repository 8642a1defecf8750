using System.Collections;
using EcoGlmm.Estimation;
using EcoGlmm.Inference;
using EcoGlmm.Model;
using EcoGlmm.Numerics;
using EcoGlmm.Prediction;
using EcoGlmm.Text;
using MathNet.Numerics.LinearAlgebra;

namespace EcoGlmm;

/// <summary>A coefficient for one subject and for the population.</summary>
/// <param name="Name">The coefficient.</param>
/// <param name="Subject">What it is for one subject (one level of the random effects): the model's own coefficient.</param>
/// <param name="Population">What it is for the mean over subjects, on the scale of the link.</param>
/// <param name="Ratio">Population over subject: below 1, the effect in the population is weaker than in a subject.</param>
public sealed record PopulationCoefficient(string Name, double Subject, double Population, double Ratio)
{
    /// <summary>Standard error of <see cref="Subject"/>.</summary>
    public double SubjectStandardError { get; init; }

    /// <summary>Standard error of <see cref="Population"/>, with the uncertainty of the variances where the fit has it.</summary>
    public double PopulationStandardError { get; init; }

    /// <summary>Lower end of the interval of <see cref="Population"/>.</summary>
    public double Lower { get; init; }

    /// <summary>Upper end.</summary>
    public double Upper { get; init; }
}

/// <summary>
/// The coefficients for one subject and averaged over subjects, side by side. With a curved link the mean of all subjects answers less
/// steeply than each of them, because they answer at different places.
/// </summary>
/// <remarks>
/// The mean of each row is integrated over the random effects, g(E[h(xβ + zb)]) with g the link and h its inverse, and regressed on the
/// model matrix: D. Hedeker et al. (2018), A note on marginalization of regression parameters from mixed models of binary outcomes,
/// Biometrics 74, 354-361. Standard errors by the delta method.
/// <para>Immutable, and safe to share among threads.</para>
/// </remarks>
public sealed class PopulationAveraged : IReadOnlyList<PopulationCoefficient>, IRichDisplay, IResultTable
{
    private const int Curves = 25;
    private readonly PopulationCoefficient[] _rows;
    private readonly Family _family;
    private readonly string? _ratio;
    private readonly double _level;
    private readonly double[] _middle;

    internal PopulationAveraged(GlmmFit fit, double level)
    {
        var (estimate, model) = (fit.Estimate, fit.Estimate.Model);
        if (fit.Family.HasThresholds)
        {
            throw new GlmmException("Coefficients of ordered categories have no single mean on the scale of the link, one for each "
                + "threshold. See Standardise(...) and PredictProbabilities(..., RandomEffectsUse.Averaged) for the population.");
        }

        (_family, _level) = (fit.Family, level);
        _ratio = FitWords.RatioName(fit.Family, ModelPart.Conditional);
        var parts = new Formulas.PartMatrices?[model.PredictorCount];
        var part = parts[LinearPredictor.Conditional] = fit.Specification.Conditional.Training;
        var response = new MeanResponse(fit.Predictor(), estimate, parts, RandomEffectsUse.Averaged, PredictionScale.Link);
        var n = part.RowCount;
        var p = part.X.Length / n;
        if (p == 0) throw new GlmmException("The model has no fixed effects to average over the population.");
        var x = Matrix<double>.Build.Dense(n, p, (double[])part.X.Clone());
        var projection = (x.Transpose() * x).Inverse() * x.Transpose();
        var eta = Vector<double>.Build.Dense(n);
        var gradients = Enumerable.Range(0, p).Select(_ => new double[model.ParameterCount]).ToArray();
        var variance = new RandomVariance(estimate, LinearPredictor.Conditional, part);
        var variances = new double[n];
        for (var i = 0; i < n; i++)
        {
            var mean = response.MoveTo(i);
            var marginal = fit.Family.Link.LinearPredictor(mean);
            eta[i] = marginal - part.Offset[i];
            var slope = fit.Family.Link.At(marginal).D1;
            for (var j = 0; j < p; j++) response.AddGradient(i, projection[j, i] / slope, gradients[j]);
            variances[i] = variance.Value(i);
        }

        IsAdditive = variances.Length == 0 || variances.Max() - variances.Min() < 1e-8 * Math.Max(1, variances.Max());
        RandomVariance = variances.Average();
        var population = projection * eta;
        var z = SpecialFunctions.NormalQuantile(0.5 + (level / 2));
        var inference = new NormalInference(fit, ModelPart.Conditional);
        var names = fit.FixedEffects.Where(c => !double.IsNaN(c.Estimate) && !c.IsFixed).Select(c => c.Name).ToArray();
        _rows = [.. names.Select((name, j) =>
        {
            var error = Math.Sqrt(MeanResponse.Variance(estimate, gradients[j], null));
            return new PopulationCoefficient(name, inference.Estimates[j], population[j], population[j] / inference.Estimates[j])
            {
                SubjectStandardError = Math.Sqrt(inference.Covariance[j, j]),
                PopulationStandardError = error,
                Lower = population[j] - (z * error),
                Upper = population[j] + (z * error),
            };
        })];
        _middle = ((x * inference.Estimates) + Vector<double>.Build.Dense(part.Offset)).ToArray();
        IsZeroInflated = model.IsZeroInflated;
    }

    /// <summary>Variance of the random effects on the scale of the link, averaged over the rows.</summary>
    public double RandomVariance { get; }

    /// <summary>Whether the random effects have the same variance in every row, as random intercepts have.</summary>
    public bool IsAdditive { get; }

    private bool IsZeroInflated { get; }

    /// <inheritdoc/>
    public int Count => _rows.Length;

    /// <inheritdoc/>
    public PopulationCoefficient this[int index] => _rows[index];

    /// <summary>A coefficient by name.</summary>
    /// <exception cref="GlmmException">There is none of that name.</exception>
    public PopulationCoefficient this[string name]
    {
        get
        {
            ArgumentNullException.ThrowIfNull(name);
            return Array.Find(_rows, r => r.Name == name)
                ?? throw new GlmmException($"There is no coefficient \"{name}\"{NearestName.Suggestion(name, _rows.Select(r => r.Name))}");
        }
    }

    /// <summary>What the difference means, in sentences.</summary>
    public string Explain()
    {
        var words = _family.Link == Link.Identity
            ? "With the identity link an effect for one subject is that for the population: the columns are the same."
            : RandomVariance == 0 ? "The model has no variance between subjects: an effect for one subject is that for the population."
            : _family.Link == Link.Log && IsAdditive
                ? "With a log link and random intercepts, ratios for one subject are those for the population; only the baseline differs, "
                    + $"by the factor exp(σ²/2) = {NumberFormat.Significant(Math.Exp(RandomVariance / 2), 3)}: the mean of all subjects is "
                    + "above the typical one."
            : _family.Link == Link.Log
                ? "With a log link ratios differ between one subject and the population only through random slopes, whose variance grows "
                    + "with the covariate and raises the mean."
            : $"Effects in the population are weaker than in one subject, here {NumberFormat.Significant(Attenuation, 2)} of them: "
                + $"subjects differ (standard deviation {NumberFormat.Significant(Math.Sqrt(RandomVariance), 2)} on the scale of the "
                + "link), so that the mean of their curves is flatter than each. Say what changes for a subject with the first, what "
                + "changes in the population's rate with the second.";
        return IsZeroInflated ? words + " This is of the conditional part; Standardise(...) has the mean with structural zeros." : words;
    }

    /// <summary>The table as data, one row a coefficient.</summary>
    public FieldData ToFieldData() => FieldData.From(new Dictionary<string, object>
    {
        ["Name"] = Array.ConvertAll(_rows, r => r.Name),
        ["Subject"] = Array.ConvertAll(_rows, r => r.Subject),
        ["SubjectStandardError"] = Array.ConvertAll(_rows, r => r.SubjectStandardError),
        ["Population"] = Array.ConvertAll(_rows, r => r.Population),
        ["PopulationStandardError"] = Array.ConvertAll(_rows, r => r.PopulationStandardError),
        ["Lower"] = Array.ConvertAll(_rows, r => r.Lower),
        ["Upper"] = Array.ConvertAll(_rows, r => r.Upper),
        ["Ratio"] = Array.ConvertAll(_rows, r => r.Ratio),
    });

    /// <summary>A bundle of the curves of subjects, from the distribution of the random effects, and their mean, which is
    /// flatter.</summary>
    public Figure Plot()
    {
        var (low, high) = (_middle.Min(), _middle.Max());
        if (!(high > low)) (low, high) = (low - 1, high + 1);
        double[] at = [.. Enumerable.Range(0, 81).Select(k => low + ((high - low) * k / 80))];
        var sd = Math.Sqrt(RandomVariance);
        var average = new ResponseAverage(_family, false, false);
        var (mean, variance, byMean, byVariance) = (new double[LinearPredictor.FormulaCount], new double[LinearPredictor.FormulaCount],
            new double[LinearPredictor.FormulaCount], new double[LinearPredictor.FormulaCount]);
        variance[LinearPredictor.Conditional] = RandomVariance;
        double Mean(double eta)
        {
            mean[LinearPredictor.Conditional] = eta;
            return average.Evaluate(mean, variance, byMean, byVariance);
        }

        var traces = Enumerable.Range(0, Curves).Select(k =>
        {
            var b = sd * SpecialFunctions.NormalQuantile((k + 0.5) / Curves);
            return (PanelTrace)new LineTrace(at, [.. at.Select(eta => _family.Link.Mean(eta + b))]) { Color = Palette.Ink, Opacity = 0.25,
                Width = 1, Name = "Subjects", ShowInLegend = k == 0 };
        });
        return new Figure("One subject and the population", new Panel(null,
            [.. traces, new LineTrace(at, [.. at.Select(_family.Link.Mean)]) { Name = "Typical subject", ShowInLegend = true,
                Color = Palette.Blue, Dash = LineDash.Dash },
                new LineTrace(at, [.. at.Select(Mean)]) { Name = "Mean of all subjects", ShowInLegend = true, Color = Palette.Orange,
                    Width = 3.5 }])
        {
            XAxis = new Axis("Linear predictor of the fixed effects"),
            YAxis = new Axis("Mean response"),
        })
        { Subtitle = "Each thin line is a subject; the thick one is what the population does" };
    }

    /// <inheritdoc/>
    public IEnumerator<PopulationCoefficient> GetEnumerator() => ((IEnumerable<PopulationCoefficient>)_rows).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <inheritdoc/>
    public override string ToString() => ResultTable.Text(Table()) + "\n" + Explain();

    /// <inheritdoc/>
    public string ToHtml() => new HtmlWriter().Heading("One subject and the population").Paragraph(Explain()).Table(Table())
        .Html(Plot().ToHtml()).ToHtml();

    /// <summary>The median ratio of the coefficients other than the intercept.</summary>
    private double Attenuation => _rows.Where(r => r.Name != Intercept.Name || _rows.Length == 1).Select(r => r.Ratio).Order()
        .ToArray() is { Length: > 0 } ratios ? ratios[ratios.Length / 2] : double.NaN;

    private TableContent Table()
    {
        var percent = NumberFormat.Significant(100 * _level);
        var content = new TableContent(null).Text("").Number("One subject").Number("Std. error").Number("Population").Number("Std. error")
            .Number($"Lower {percent} %").Number($"Upper {percent} %").Number("Population / subject");
        if (_ratio is not null) content.Number($"{_ratio}, subject").Number($"{_ratio}, population");
        var cells = NumberFormat.Column([.. _rows.SelectMany(r => new[] { r.Subject, r.SubjectStandardError, r.Population,
            r.PopulationStandardError, r.Lower, r.Upper })], 3);
        for (var j = 0; j < _rows.Length; j++)
        {
            var r = _rows[j];
            content.Row([r.Name, .. cells[(6 * j)..((6 * j) + 6)], NumberFormat.Fixed(r.Ratio, 3),
                .. _ratio is null ? Array.Empty<string>() : r.Name == Intercept.Name ? ["", ""]
                : [NumberFormat.Significant(Math.Exp(r.Subject), 3), NumberFormat.Significant(Math.Exp(r.Population), 3)]]);
        }

        return content;
    }
}
