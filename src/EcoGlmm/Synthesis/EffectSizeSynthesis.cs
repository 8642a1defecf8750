using EcoGlmm.Model;
using EcoGlmm.Numerics;
using EcoGlmm.Text;
using MathNet.Numerics.LinearAlgebra;

namespace EcoGlmm.Syntheses;

/// <summary>
/// Synthesis of effect sizes: generalized least squares given the variances that a fit has found. I² by J. P. T. Higgins and S.
/// G. Thompson, Stat. Med. 21 (2002) 1539-1558, for models with moderators as W. Viechtbauer, J. Stat. Softw. 36 (2010)
/// no. 3 has it, by level S. Nakagawa and E. S. A. Santos, Evol. Ecol. 26 (2012) 1253-1274; tests by G. Knapp and J. Hartung, Stat.
/// Med. 22 (2003) 2693-2710.
/// </summary>
internal static class EffectSizeSynthesis
{
    /// <param name="fit">The fit.</param>
    /// <param name="model">Its marginal model.</param>
    /// <param name="options">What was asked for.</param>
    public static SynthesisNumbers Of(GlmmFit fit, MarginalModel model, MetaAnalysisOptions options)
    {
        var n = model.Y.Count;
        var c = model.X.ColumnCount;
        if (n <= c && (model.Directions.Length > 0 || options.KnappHartung))
        {
            throw new GlmmException($"{Names.Count(n, "effect size")} {(n == 1 ? "is" : "are")} too few for "
                + $"{Names.Count(c, "coefficient")} and a variance between studies, of which nothing is left to tell. Leave moderators "
                + "out, or random effects.");
        }

        // W without variance between studies: Q, and the typical sampling variance (n − c) / tr P
        var sampling = model.OfSampling();
        var typical = n > c ? (n - c) / sampling.Projection.Diagonal().Sum() : double.NaN;
        var scale = options.KnappHartung ? Math.Max(model.Quadratic / (n - c), 0) : 1;
        var degrees = options.KnappHartung ? n - c : double.PositiveInfinity;
        double P(double t) => 2 * StudentT.UpperTail(Math.Abs(t), degrees);
        var kept = fit.FixedEffects.Where(k => !double.IsNaN(k.Estimate) && !k.IsFixed).ToArray();
        var rows = kept.Select((k, p) =>
        {
            var error = Math.Sqrt(scale * model.CoefficientCovariance[p, p]);
            return new Coefficient(k.Name, model.Coefficients[p], error, model.Coefficients[p] / error, P(model.Coefficients[p] / error));
        }).ToArray();
        var quantile = SpecialFunctions.NormalQuantile(0.5 + options.Level / 2);
        var names = NamesOf(fit, n);
        var hasScale = options.Scale is not null;
        var tauSquared = model.Directions.Where(d => d.IsVariance).Sum(d => d.Contribution)
            + (hasScale ? fit.Estimate.Predictors[Estimation.LinearPredictor.Dispersion]!.Average(v => Math.Exp(2 * v)) : 0);
        var v = model.Sampling.Diagonal();
        return new SynthesisNumbers
        {
            FixedEffects = new CoefficientTable(rows),
            Estimate = rows[0].Estimate,
            StandardError = rows[0].StandardError,
            TauSquared = tauSquared,
            LogLikelihood = fit.LogLikelihood + (options.Reml ? 0.5 * LogGram(model.X) : 0),
            Level = options.Level,
            Count = n,
            Method = $"Effect sizes with known sampling {(options.IsCovarianceKnown ? "covariances" : "variances")}, by "
                + $"{(options.Reml ? "restricted maximum likelihood" : "maximum likelihood")}"
                + (hasScale ? $", the log of the variance of true effects by {options.Scale}" : "")
                + (options.KnappHartung ? ", tests by Knapp and Hartung" : ""),
            Scale = fit.Specification.Response.Name,
            Fit = fit,
            Refit = null!,
            Model = model,
            TypicalVariance = typical,
            I2 = 100 * tauSquared / (tauSquared + typical),
            Q = sampling.Quadratic,
            ResidualDegrees = n - c,
            Degrees = degrees,
            ModeratorTest = Moderators(model, scale, degrees, kept),
            ScaleEffects = hasScale ? ScaleTable(model) : new CoefficientTable([]),
            Studies = [.. Enumerable.Range(0, n).Select(i =>
                new StudyEffect(names[i], model.Y[i], model.Y[i] - quantile * Math.Sqrt(v[i]), model.Y[i]
                    + quantile * Math.Sqrt(v[i])) { Variance = v[i] })],
        };
    }

    // All coefficients but the intercept; all where there is none.
    private static (double Statistic, int Numerator, double PValue) Moderators(MarginalModel model, double scale, double degrees,
        Coefficient[] kept)
    {
        int[] tested = [.. Enumerable.Range(0, kept.Length).Where(j => kept[j].Name != Intercept.Name)];
        if (tested.Length == 0)
        {
            return (double.NaN, 0, double.NaN);
        }

        var b = Vector<double>.Build.Dense(tested.Length, j => model.Coefficients[tested[j]]);
        var covariance = Matrix<double>.Build.Dense(tested.Length, tested.Length, (i, j) => scale * model.CoefficientCovariance[tested[i],
            tested[j]]);
        var wald = b * covariance.Solve(b);
        var isF = !double.IsInfinity(degrees);
        return (isF ? wald / tested.Length : wald, tested.Length, Inference.FDistribution.UpperTail(wald / tested.Length,
            tested.Length, degrees));
    }

    private static CoefficientTable ScaleTable(MarginalModel model) => new(Enumerable.Range(0, model.Directions.Length)
        .Where(k => model.Directions[k].Term == VarianceDirection.Scale).Select(k =>
    {
        var direction = model.Directions[k];
        var error = Math.Sqrt(model.VarianceCovariance[k, k]);
        var z = direction.Value / error;
        return new Coefficient(direction.Name, direction.Value, error, z, 2 * SpecialFunctions.NormalCdf(-Math.Abs(z)));
    }));

    private static double LogGram(Matrix<double> x) => x.TransposeThisAndMultiply(x).Cholesky().DeterminantLn;

    // By the finest random effect of which the variance is estimated, where each row has a level of its own, else by number.
    private static string[] NamesOf(GlmmFit fit, int n)
    {
        var finest = fit.Specification.Conditional.Training.RandomTerms.FirstOrDefault(t => t.Structure.ParameterCount > 0
            && t.Positions is null && t.Codes.Distinct().Count() == n);
        return [.. Enumerable.Range(0, n).Select(i => finest is null ? $"row {fit.UsedRows[i] + 1}" : finest.Levels[finest.Codes[i]])];
    }
}
