using EcoGlmm.Estimation;
using EcoGlmm.Families;
using EcoGlmm.Model;
using EcoGlmm.Numerics;
using EcoGlmm.Prediction;

namespace EcoGlmm.Planning;

/// <summary>Leaves rows out fold by fold, fits the others, and scores what the fit predicts for them.</summary>
internal sealed class CrossValidator(GlmmFit fit, long seed, CancellationToken cancellation)
{
    private const int Nodes = 25;
    private const int Draws = 400;
    private const int DefaultFolds = 10;
    private readonly RandomStream _stream = new(seed);

    /// <exception cref="GlmmException">The model has no scores of this kind.</exception>
    public static void Check(GlmmFit fit)
    {
        if (fit.Family.HasThresholds) throw new GlmmException("Cross-validation of ordered categories is not offered.");
    }

    /// <summary>Rows dealt at random into folds of equal size.</summary>
    public int[] RandomFolds(int folds)
    {
        var n = fit.ObservationCount;
        if (folds < 2 || folds > n)
            throw new GlmmException($"The number of folds lies between 2 and {n}, the number of rows, not {folds}.");
        var order = Enumerable.Range(0, n).ToArray();
        _stream.Split(0).Shuffle<int>(order);
        var result = new int[n];
        for (var k = 0; k < n; k++) result[order[k]] = k % folds;
        return result;
    }

    /// <summary>A fold for each level of a column, or levels dealt into folds.</summary>
    public int[] GroupFolds(string group, int? folds)
    {
        var names = LevelsOf(group);
        var levels = names.Distinct().Order(StringComparer.Ordinal).ToArray();
        if (levels.Length < 2)
        {
            throw new GlmmException($"\"{group}\" has one level, with all rows, which leaves nothing to fit when it is left out. Leave out "
                + "folds of rows (folds: 10) or the levels of another column.");
        }

        _stream.Split(0).Shuffle<string>(levels);
        var fold = levels.Select((level, k) => (level, k)).ToDictionary(l => l.level, l => folds is { } m ? l.k % m : l.k);
        return Array.ConvertAll(names, name => fold[name]);
    }

    /// <summary>The level of each row: of a column, or of a grouping factor that is made of several, "plot:site", or of none.</summary>
    private string[] LevelsOf(string group)
    {
        if (!fit.Data.ColumnNames.Contains(group) && fit.Estimate.Model.Terms.FirstOrDefault(t => t.Group == group && t.Entries is null)
            is { } term)
            return [.. Enumerable.Range(0, fit.ObservationCount).Select(i => term.GroupOf(i) ?? "")];
        var column = fit.Data.Column(group).Take(fit.Specification.Rows);
        return [.. Enumerable.Range(0, column.Length).Select(i => column.TextAt(i) ?? throw new GlmmException($"Row "
            + $"{fit.Specification.Rows[i] + 1} has no value of \"{group}\"."))];
    }

    /// <summary>The folds that were asked for, and what they are in words.</summary>
    public (int[] Folds, string How) Deal(int? folds, string? group) => group is null
        ? (RandomFolds(folds ?? DefaultFolds), $"{folds ?? DefaultFolds} folds of rows at random")
        : (GroupFolds(group, folds), folds is null ? $"Each level of {group} left out" : $"Levels of {group} left out in {folds} folds");

    public CrossValidation Run(int[] folds, string how)
    {
        var count = folds.Max() + 1;
        var scores = new double[count][];
        using var live = LiveProgress.Start("Cross-validating", count, cancellation: cancellation);
        live.ForEach(count, fit.Options.Control.MaxThreads, f => scores[f] = Fold(folds, f, live.Cancellation));
        return Merge(folds, how, scores);
    }

    /// <summary>The scores of the rows of one fold, four of each row in the order of the rows; empty for a fold that could not be
    /// fitted.</summary>
    public double[] Fold(int[] folds, int f, CancellationToken stop)
    {
        var n = folds.Length;
        double[] New() => [.. Enumerable.Repeat(double.NaN, n)];
        var (log, crps, squared, pit) = (New(), New(), New(), New());
        int[] test = [.. Enumerable.Range(0, n).Where(i => folds[i] == f)];
        int[] train = [.. Enumerable.Range(0, n).Where(i => folds[i] != f)];
        try
        {
            var rows = fit.Specification.Rows;
            var options = fit.Options with { Control = fit.Options.Control with { MaxThreads = 1 } };
            var trained = ModelFitter.Fit(fit.Formula, fit.Data.Take(Array.ConvertAll(train, i => rows[i])), fit.Family, options, null,
                stop, fit);
            if (!trained.Convergence.IsConverged) return [];
            Score(trained, test, fit.Data.Take(Array.ConvertAll(test, i => rows[i])), log, crps, squared, pit);
            return [.. test.SelectMany(i => new[] { log[i], crps[i], squared[i], pit[i] })];
        }
        catch (GlmmException)
        {
            // A level of a factor may occur in the rows left out alone: the fold cannot be predicted, and is counted.
            return [];
        }
    }

    /// <summary>The scores of all folds, put where their rows are.</summary>
    public static CrossValidation Merge(int[] folds, string how, IReadOnlyList<double[]> scores)
    {
        var n = folds.Length;
        double[] New() => [.. Enumerable.Repeat(double.NaN, n)];
        var (log, crps, squared, pit) = (New(), New(), New(), New());
        var next = new int[scores.Count];
        for (var i = 0; i < n; i++)
        {
            var (of, at) = (scores[folds[i]], next[folds[i]]);
            if (of.Length == 0) continue;
            (log[i], crps[i], squared[i], pit[i]) = (of[at], of[at + 1], of[at + 2], of[at + 3]);
            next[folds[i]] += 4;
        }

        return new CrossValidation(how, log, crps, squared, pit, folds, scores.Count(s => s.Length == 0));
    }

    private void Score(GlmmFit trained, int[] test, FieldData data, double[] log, double[] crps, double[] squared, double[] pit)
    {
        var (estimate, family) = (trained.Estimate, trained.Family);
        var model = estimate.Model;
        var parts = new Formulas.PartMatrices?[model.PredictorCount];
        parts[LinearPredictor.Conditional] = trained.Specification.Conditional.Evaluate(data);
        if (trained.Specification.ZeroInflation is { } zeros) parts[LinearPredictor.ZeroInflation] = zeros.Evaluate(data);
        if (family.HasDispersion && !estimate.IsProfiled)
            parts[LinearPredictor.Dispersion] = trained.Specification.Dispersion.Evaluate(data);
        for (var k = LinearPredictor.Shape; k < parts.Length; k++) parts[k] = Formulas.PartMatrices.Constant(test.Length);
        var rows = new RowPredictor(trained.Predictor(), estimate, parts, conditional: true);
        var m = test.Length;
        var predictors = new double[]?[model.PredictorCount];
        for (var k = 0; k < parts.Length; k++) predictors[k] = parts[k] is null ? null : new double[m];
        if (estimate.IsProfiled) predictors[LinearPredictor.Dispersion] = [.. Enumerable.Repeat(Math.Log(trained.Sigma), m)];
        var (eta, sd) = (new double[m], new double[m]);
        for (var i = 0; i < m; i++)
        {
            rows.MoveTo(i);
            for (var k = 0; k < parts.Length; k++)
            {
                if (parts[k] is not null) predictors[k]![i] = rows.Value(k);
            }

            eta[i] = predictors[LinearPredictor.Conditional]![i];
            sd[i] = Math.Sqrt(Math.Max(0, rows.Covariance(LinearPredictor.Conditional, LinearPredictor.Conditional)));
        }

        var y = Array.ConvertAll(test, i => fit.Response.Y[i]);
        var size = fit.Response.Size.Length == 0 ? [] : Array.ConvertAll(test, i => fit.Response.Size[i]);
        var observations = new ObservationModel(family, y, size, null, model.IsZeroInflated, constantDispersion: false, 1, cancellation);
        var rule = GaussHermiteRule.Of(Nodes);
        var sums = new double[m];
        var largest = Enumerable.Repeat(double.NegativeInfinity, m).ToArray();
        var terms = new double[Nodes][];
        for (var q = 0; q < Nodes; q++)
        {
            for (var i = 0; i < m; i++) predictors[LinearPredictor.Conditional]![i] = eta[i] + (sd[i] * rule.Nodes[q]);
            observations.Evaluate(predictors, DerivativeLevel.Value);
            terms[q] = [.. observations.Density.Select(d => d + rule.LogWeights[q])];
            for (var i = 0; i < m; i++)
                largest[i] = Math.Max(largest[i], double.IsNaN(terms[q][i]) ? double.NegativeInfinity : terms[q][i]);
        }

        for (var i = 0; i < m; i++)
        {
            var sum = terms.Sum(t => double.IsNaN(t[i]) ? 0 : Math.Exp(t[i] - largest[i]));
            log[test[i]] = largest[i] + Math.Log(sum);
            var random = _stream.Split(1 + test[i]);
            Draw(trained, predictors, i, eta[i], sd[i], y[i], size.Length == 0 ? 1 : size[i], random, out crps[test[i]],
                out squared[test[i]], out pit[test[i]]);
        }
    }

    /// <summary>CRPS, squared error of the mean and place of a response among draws of its predictive distribution; proportions for
    /// trials.</summary>
    private static void Draw(GlmmFit trained, double[]?[] predictors, int row, double eta, double sd, double observed, double size,
        RandomStream random,
        out double crps, out double squared, out double pit)
    {
        var family = trained.Family;
        var unit = family.WeightRole == WeightRole.Trials && size > 0 ? size : 1;
        var phi = predictors[LinearPredictor.Dispersion] is { } delta ? Math.Exp(delta[row]) : 1;
        var zero = predictors[LinearPredictor.ZeroInflation] is { } zeta ? 1 / (1 + Math.Exp(-zeta[row])) : 0;
        var draws = new double[Draws];
        var mean = 0.0;
        for (var s = 0; s < Draws; s++)
        {
            var mu = family.LocationLink.At(eta + (sd * random.NextNormal())).Mu;
            mean += (1 - zero) * family.Mean(mu, phi) / Draws;
            draws[s] = zero > 0 && random.NextDouble() < zero ? 0 : family.Draw(random, mu, phi, size) / unit;
        }

        observed /= unit;
        Array.Sort(draws);
        var (below, equal, distance, spread) = (0, 0, 0.0, 0.0);
        for (var s = 0; s < Draws; s++)
        {
            if (draws[s] < observed) below++;
            else if (draws[s] == observed) equal++;
            distance += Math.Abs(draws[s] - observed) / Draws;
            // Σ|x_i − x_j| of sorted values, for the unbiased form.
            spread += ((2.0 * s) - Draws + 1) * draws[s];
        }

        crps = distance - (spread / (Draws * (Draws - 1.0)));
        squared = (observed - mean) * (observed - mean);
        pit = (below + (random.NextDouble() * (equal + 1))) / (Draws + 1);
    }
}
