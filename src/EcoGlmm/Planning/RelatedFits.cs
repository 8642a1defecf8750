using EcoGlmm.Formulas;
using EcoGlmm.Model;

namespace EcoGlmm.Planning;

/// <summary>
/// Fits of several models to the same rows, the small ones first, each search from the estimates of the fit that is most like it: of a
/// model that lies within it, so that the search begins at that model's likelihood, else from the covariances of terms they share.
/// </summary>
internal static class RelatedFits
{
    /// <summary>Log-likelihoods that differ by less are the same.</summary>
    private const double Noise = 1e-6;

    /// <summary>The fits, in the order of the models.</summary>
    /// <param name="models">Name and formula of each.</param>
    /// <param name="data">Rows that all of them have.</param>
    /// <param name="family">The family.</param>
    /// <param name="options">Options of all, by maximum likelihood.</param>
    /// <param name="live">Told of each fit, and stops them.</param>
    /// <exception cref="GlmmException">A model cannot be fitted.</exception>
    public static (string Name, GlmmFit Fit)[] Of(IReadOnlyList<(string Name, string Formula)> models, FieldData data, Family family,
        GlmmOptions options, LiveProgress live)
    {
        var contents = models.Select(m => Content.Of(ModelSpecification.Create(m.Formula, options.ZeroInflation, options.Dispersion,
            options.Weights, options.Offset, options.Contrasts, data, hasThresholds: family.HasThresholds,
            cancellation: live.Cancellation, relatedness: options.Relatedness, meshes: options.Meshes))).ToArray();
        var fits = new GlmmFit?[models.Count];
        foreach (var k in Enumerable.Range(0, models.Count).OrderBy(k => contents[k].Size))
        {
            live.ThrowIfInterrupted();
            var like = Enumerable.Range(0, models.Count).Where(j => fits[j] is { Convergence.IsConverged: true })
                .OrderByDescending(j => contents[k].Likeness(contents[j])).Select(j => (int?)j).FirstOrDefault();
            fits[k] = Fit(k, like);
            live.Advance();
        }

        return [.. models.Select((m, k) => (m.Name, fits[k]!))];

        GlmmFit Fit(int k, int? like)
        {
            GlmmFit From(GlmmFit? start) => ModelFitter.Fit(models[k].Formula, data, family, options, null, live.Cancellation, start);
            // Where all but the covariances is profiled out, the moments are as near.
            if (like is not { } j || fits[j]!.Estimate.IsProfiled) return From(null);
            var warm = From(fits[j]);
            var isLower = contents[k].Contains(contents[j]) && warm.LogLikelihood < fits[j]!.LogLikelihood - Noise;
            return warm.Convergence.IsConverged && !isLower ? warm : From(null);
        }
    }

    /// <summary>What a model has: columns of the conditional part, and random terms.</summary>
    private sealed record Content(HashSet<string> Columns, HashSet<string> Terms)
    {
        public int Size => Columns.Count + Terms.Count;

        public static Content Of(ModelSpecification specification) => new(
            [.. specification.Conditional.Training.ColumnNames], [.. specification.Formula.RandomTerms.Select(t => t.ToString())]);

        public bool Contains(Content other) => other.Columns.IsSubsetOf(Columns) && other.Terms.IsSubsetOf(Terms);

        /// <summary>How much of the search the other's estimates save.</summary>
        public int Likeness(Content other) => (other.Columns.IsSubsetOf(Columns) ? other.Columns.Count : 0)
            + Terms.Count(other.Terms.Contains);
    }
}
