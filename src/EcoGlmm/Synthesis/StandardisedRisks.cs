using EcoGlmm.Model;
using EcoGlmm.Numerics;
using MathNet.Numerics.LinearAlgebra;

namespace EcoGlmm.Syntheses;

/// <summary>
/// The risk difference, standardised: the model of the odds ratio gives each study a risk with and without treatment, averaged over
/// the variation of the effect between studies; both are averaged over all individuals of all studies. A study without events has risks of
/// zero by its own baseline and counts with them. Standard errors by the delta method from the covariance of the fixed effects, with the
/// variances between studies held.
/// </summary>
internal static class StandardisedRisks
{
    private const int Points = 31;
    private const double Step = 1e-5;

    public static SynthesisNumbers Of(SynthesisNumbers numbers, StudyArms arms, OneStageModel model, MetaAnalysisOptions options)
    {
        var fit = numbers.Fit!;
        string[] names = [.. fit.FixedEffects.Where(e => !double.IsNaN(e.Estimate) && !e.IsFixed).Select(e => e.Name)];
        var estimates = Array.ConvertAll(names, name => fit.FixedEffects[name].Estimate);
        var treatment = Array.IndexOf(names, StudyModerators.Treatment);
        var baseline = fit.VarianceComponents.FirstOrDefault(v => v.Group == "study" && v.Term1 == Intercept.Name
            && v.Term2 is null)?.Variance ?? 0;
        var tauSquared = double.IsNaN(numbers.TauSquared) ? 0 : numbers.TauSquared;
        var spread = Math.Sqrt(baseline + tauSquared / 4);
        var places = names.Select((name, j) => (name, j)).Where(p => p.j != treatment).ToDictionary(p => p.name, p => p.j);
        int[] informative = [.. Enumerable.Range(0, arms.Count).Where(i => !arms.SaysNothing(i, SynthesisMeasure.OddsRatio))];
        int PlaceOf(int i) => model != OneStageModel.FixedStudies || (informative.Length == 1 && informative[0] == i)
            ? places[Intercept.Name] : places.GetValueOrDefault("factor(study)" + arms.Studies[i], -1);
        var individuals = arms.TreatedSize.Sum() + arms.ControlSize.Sum();

        double Difference(double[] at, double ratio)
        {
            double sum = 0;
            for (var i = 0; i < arms.Count; i++)
            {
                var place = PlaceOf(i);
                if (place >= 0)
                {
                    var share = (arms.TreatedSize[i] + arms.ControlSize[i]) / individuals;
                    sum += share * (Mean(at[place] + 0.5 * ratio, spread) - Mean(at[place] - 0.5 * ratio, spread));
                }
            }

            return sum;
        }

        var estimate = Difference(estimates, estimates[treatment]);
        var gradient = Vector<double>.Build.Dense(names.Length, j =>
        {
            var h = Step * Math.Max(1, Math.Abs(estimates[j]));
            double[] up = [.. estimates];
            double[] down = [.. estimates];
            up[j] += h;
            down[j] -= h;
            return (Difference(up, up[treatment]) - Difference(down, down[treatment])) / (2 * h);
        });
        var covariance = Matrix<double>.Build.DenseOfArray(fit.Covariance);
        var error = Math.Sqrt(gradient * (covariance * gradient));
        var reach = SpecialFunctions.NormalQuantile(0.5 + options.Level / 2) * Math.Sqrt(Math.Pow(numbers.StandardError, 2)
            + tauSquared);
        return numbers with
        {
            FixedEffects = new CoefficientTable([new Coefficient(StudyModerators.Treatment, estimate, error, estimate / error,
                2 * SpecialFunctions.NormalCdf(-Math.Abs(estimate / error))),
                .. fit.FixedEffects.Select(e => e.Name == StudyModerators.Treatment ? e with { Name = "log odds ratio" } : e)]),
            Estimate = estimate,
            StandardError = error,
            Prediction = double.IsNaN(numbers.TauSquared) ? (double.NaN, double.NaN)
                : (Difference(estimates, numbers.Estimate - reach), Difference(estimates, numbers.Estimate + reach)),
            Method = numbers.Method + "; risks averaged over the individuals of all studies",
        };
    }

    // E logistic(η + sz), z standard normal
    private static double Mean(double eta, double s)
    {
        if (s == 0)
        {
            return SpecialFunctions.Logistic(eta);
        }

        var rule = GaussHermiteRule.Of(Points);
        double sum = 0;
        for (var q = 0; q < Points; q++)
        {
            sum += Math.Exp(rule.LogWeights[q]) * SpecialFunctions.Logistic(eta + s * rule.Nodes[q]);
        }

        return sum;
    }
}
