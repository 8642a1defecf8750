using EcoGlmm.Families;

namespace EcoGlmm.Syntheses;

/// <summary>
/// A synthesis of effect sizes as it was asked for: it can be fitted, and fitted again to fewer rows or with one more moderator.
/// The known part of the variance is the fit's dispersion where errors are independent; else a random effect of known covariance
/// stands for it, less a share of the variances that is left to the dispersion, so that the model stays one with a residual. With
/// moderators of the scale that known part is the family's, and the fit's dispersion the scatter of true effects.
/// </summary>
internal sealed class EffectSizeModel(string formula, FieldData table, SamplingErrors errors, MetaAnalysisOptions options)
{
    private const string Row = "sampling_row";
    private const string Error = "sampling_error";
    private const string Residual = "sampling_residual";

    public Synthesis Fit()
    {
        var glmm = (options.Glmm ?? new GlmmOptions()) with { Reml = options.Reml };
        var isStructured = errors.Covariance is not null;
        foreach (var name in new[] { Row, Error, Residual }.Where(table.ColumnNames.Contains))
        {
            throw new GlmmException($"The column \"{name}\" has a name that a synthesis needs for itself; rename it.");
        }

        if ((isStructured || options.Scale is not null) && Array.Exists(errors.Variances, double.IsNaN))
        {
            return At([.. Enumerable.Range(0, table.RowCount).Where(i => !double.IsNaN(errors.Variances[i]))], formula, null).Fit();
        }

        GlmmFit fit;
        if (options.Scale is { } scale && !isStructured)
        {
            fit = Glmm.Fit(formula, table.With(Residual, errors.Variances), new SampledGaussianFamily(), glmm with
            {
                Dispersion = scale, Weights = Residual,
            });
        }
        else if (!isStructured)
        {
            var column = errors.Column ?? Residual;
            var data = errors.Column is null ? table.With(Residual, errors.Variances) : table;
            fit = Glmm.Fit(formula, data, Family.Gaussian(), glmm with { Dispersion = $"~ 0 + offset(log({Quoted(column)}) / 2)" });
        }
        else
        {
            fit = FitStructured(glmm);
        }

        var model = MarginalModel.Of(fit, errors.Of([.. fit.UsedRows]), isStructured ? Error : null, options.Scale is not null);
        var numbers = EffectSizeSynthesis.Of(fit, model, options with { IsCovarianceKnown = errors.Covariance is not null });
        int[] used = [.. fit.UsedRows];
        return new Synthesis(numbers with
        {
            Refit = kept => At([.. kept.Select(i => used[i])], formula, null).Fit(),
            WithModerator = values => At(used, Insert(formula, SmallStudyEffects.Predictor), values).Fit(),
            Ordering = column => OrderOf(column, used),
            Clusters = column => ClustersOf(column, used),
        });
    }

    private GlmmFit FitStructured(GlmmOptions glmm)
    {
        var n = table.RowCount;
        if (n > RelationshipMatrix.MostLevels)
        {
            throw new GlmmException($"A covariance matrix of {n} sampling errors is too large.");
        }

        string[] names = [.. Enumerable.Range(1, n).Select(i => i.ToString("D6", System.Globalization.CultureInfo.InvariantCulture))];
        var share = errors.IndependentShare();
        var known = new double[n, n];
        for (var i = 0; i < n; i++)
        {
            for (var j = 0; j < n; j++)
            {
                known[i, j] = errors.Covariance![i, j];
            }

            known[i, i] = (1 - share) * errors.Variances[i];
        }

        var related = new Dictionary<string, Relatedness>(glmm.Relatedness ?? new Dictionary<string, Relatedness>()) { [Error] =
            RelationshipMatrix.From(known, names) };
        var data = table.With(Row, names).With(Residual, errors.Variances.Select(v => share * v));
        glmm = glmm with { Relatedness = related };
        var structured = $"{formula} + equalto(0 + {Row} | 1, {Error})";
        return options.Scale is { } scale
            ? Glmm.Fit(structured, data, new SampledGaussianFamily(), glmm with { Dispersion = scale, Weights = Residual })
            : Glmm.Fit(structured, data, Family.Gaussian(), glmm with { Dispersion = $"~ 0 + offset(log({Residual}) / 2)" });
    }

    private EffectSizeModel At(int[] rows, string at, double[]? moderator)
    {
        var kept = new HashSet<int>(rows);
        var row = -1;
        var part = table.Where(_ => kept.Contains(++row));
        int[] inOrder = [.. kept.Order()];
        return new EffectSizeModel(at, moderator is null ? part : part.With(SmallStudyEffects.Predictor, moderator),
            errors.Rows(inOrder), options);
    }

    private double[] OrderOf(string column, int[] used)
    {
        var values = table.Numbers(column);
        return Array.ConvertAll(used, i => values[i]);
    }

    private string[] ClustersOf(string column, int[] used)
    {
        var values = table.Texts(column);
        return Array.ConvertAll(used, i => values[i] ?? throw new GlmmException($"Row {i + 1} has no value of \"{column}\", so that it "
            + $"belongs to no cluster."));
    }

    private static string Insert(string formula, string term)
    {
        var at = formula.IndexOf('~', StringComparison.Ordinal);
        return $"{formula[..at]}~ {term} + {formula[(at + 1)..]}";
    }

    private static string Quoted(string column) => column.All(c => char.IsLetterOrDigit(c) || c is '_' or '.') ? column : $"`{column}`";
}
