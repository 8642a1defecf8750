using EcoGlmm.Estimation;
using EcoGlmm.RandomEffects;
using EcoGlmm.RandomEffects.Structures;

namespace EcoGlmm;

/// <summary>What is told of the covariance parameters of an estimate, with standard errors by the delta method.</summary>
internal static class CovarianceReport
{
    private const double Step = 1e-5;

    /// <summary>Share of the largest slope below which another is rounding of the differences.</summary>
    private const double SmallestSlope = 1e-7;

    /// <summary>Whether any term has a structure beyond us and diag.</summary>
    public static bool IsStructured(GlmmFit fit) => fit.Estimate.Model.Terms.Any(t => !t.IsCurve && !t.Structure.IsPlain);

    /// <summary>What the table of standard deviations and correlations does not show.</summary>
    public static CovarianceParameterTable Others(GlmmFit fit) => new(!IsStructured(fit) ? []
        : fit.CovarianceParameters.Where(p => p.Name != CovarianceQuantity.StandardDeviation && !(p.Name == CovarianceQuantity.Correlation
            && p.Effect2 is not null)));

    public static CovarianceParameterTable Of(Estimate estimate, bool reml)
    {
        var model = estimate.Model;
        var rows = new List<CovarianceParameter>();
        var covariance = ThetaCovariance.Of(estimate, reml);
        for (var t = 0; t < model.Terms.Count; t++)
        {
            var term = model.Terms[t];
            var theta = estimate.System.Lambda.Theta(t).ToArray();
            var values = term.Report(theta, estimate.Scale);
            var errors = Errors(term, theta, estimate.Scale, covariance);
            var quantities = term.Structure.Quantities(term.Effects);
            for (var k = 0; k < values.Length; k++)
            {
                rows.Add(new CovarianceParameter(term.Part, term.Title, quantities[k].Name, values[k], errors[k])
                {
                    Group = term.Group,
                    Structure = term.Structure.Name,
                    Effect1 = quantities[k].Effect1,
                    Effect2 = quantities[k].Effect2,
                    IsFixed = IsHeld(model, term, quantities[k], k),
                });
            }
        }

        return new CovarianceParameterTable(rows);
    }

    private static bool IsHeld(MixedModel model, RandomTerm term, CovarianceQuantity quantity, int k)
    {
        int IndexOf(string? effect) => term.Effects.ToList().FindIndex(e => e == effect);
        var (i, j) = (IndexOf(quantity.Effect1), IndexOf(quantity.Effect2 ?? quantity.Effect1));
        return model.Restraints.HoldsQuantity(term, k) || (quantity.IsOfMatrix && i >= 0 && j >= 0 && model.Restraints.Holds(term, i, j));
    }

    /// <summary>A standard error of a correlation above this is more than a correlation can be off.</summary>
    private const double LargestCorrelationError = 2;

    /// <summary>And one of a scale or a range that is so many times the estimate says that there is none.</summary>
    private const double LargestRelativeError = 100;

    /// <summary>A standard error, unless the likelihood is flat: that of differences then is rounding.</summary>
    private static double Usable(double error, CovarianceQuantity quantity, double estimate)
    {
        var (low, high) = quantity.Bounds;
        var largest = double.IsFinite(high) ? LargestCorrelationError
            : double.IsFinite(low) ? LargestRelativeError * Math.Abs(estimate) : double.PositiveInfinity;
        return error <= largest ? error : double.NaN;
    }

    private static double[] Errors(RandomTerm term, double[] theta, double scale, ThetaCovariance? covariance)
    {
        var count = term.Structure.Quantities(term.Effects).Count;
        var m = theta.Length;
        var values = term.Report(theta, scale);
        var errors = new double[count];
        if (covariance is null)
        {
            Array.Fill(errors, double.NaN);
            return errors;
        }

        // The last slope is that by log σ, which Λ is relative to.
        var slopes = new double[m + 1][];
        for (var j = 0; j < m; j++)
        {
            var h = Step * Math.Max(0.1, Math.Abs(theta[j]));
            var (above, below) = ((double[])theta.Clone(), (double[])theta.Clone());
            above[j] += h;
            below[j] -= h;
            slopes[j] = [.. term.Report(above, scale).Zip(term.Report(below, scale), (a, b) => (a - b) / (2 * h))];
        }

        slopes[m] = [.. term.Report(theta, scale * Math.Exp(Step)).Zip(term.Report(theta, scale * Math.Exp(-Step)), (a, b) =>
            (a - b) / (2 * Step))];
        for (var k = 0; k < count; k++)
        {
            // What hardly moves a quantity, such as a loading of nothing, does not make it uncertain.
            var largest = slopes.Max(s => Math.Abs(s[k]));
            foreach (var s in slopes.Where(s => Math.Abs(s[k]) < SmallestSlope * largest)) s[k] = 0;
            var variance = 0.0;
            var moves = false;
            for (var i = 0; i <= m; i++)
            {
                for (var j = 0; j <= m; j++)
                {
                    if (slopes[i][k] == 0 || slopes[j][k] == 0) continue;
                    moves |= i < m;
                    variance += slopes[i][k] * slopes[j][k] * covariance[i == m ? -1 : term.ThetaOffset + i, j == m
                        ? -1 : term.ThetaOffset + j];
                }
            }

            errors[k] = moves && variance > 0 ? Usable(Math.Sqrt(variance), term.Structure.Quantities(term.Effects)[k], values[k])
                : double.NaN;
        }

        return errors;
    }
}
