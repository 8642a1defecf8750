using EcoGlmm.Families;
using EcoGlmm.Numerics;
using EcoGlmm.RandomEffects;

namespace EcoGlmm.Estimation;

/// <summary>What kind of point the optimiser ended at, from its gradient and Hessian, and the covariance of ψ there.</summary>
internal sealed class OptimumAssessment
{
    /// <summary>A likelihood that could still rise by this much is not maximised.</summary>
    private const double LargestImprovement = 1e-5;

    /// <summary>A standard error of the log dispersion above this means that the data say nothing about it.</summary>
    private const double LargestStandardError = 30;

    /// <summary>Beyond this a logarithm or a logit is far from the middle of its scale.</summary>
    private const double Far = 6;

    public required ConvergenceStatus Status { get; init; }

    public required double GradientNorm { get; init; }

    public required double ExpectedImprovement { get; init; }

    public required bool IsHessianPositiveDefinite { get; init; }

    public required bool IsSingular { get; init; }

    public required bool IsDispersionAtLimit { get; init; }

    /// <summary>Covariance of ψ, d × d.</summary>
    public required double[] Covariance { get; init; }

    public static OptimumAssessment Of(MixedModel model, double[] psi, double[] gradient, double[] hessian,
        MinimiserStatus status, bool isFinite, List<ConvergenceProblem> problems)
    {
        var d = psi.Length;
        var failed = !isFinite;
        var singular = isFinite && RandomEffectsCheck.ReportSingular(model, psi.AsSpan(model.FixedCount), problems);
        List<int> limits = [.. Enumerable.Range(0, d).Where(model.Restraints.Holds)];
        var dispersionLimit = isFinite && DispersionLimit(model, psi, hessian, problems);
        if (dispersionLimit) limits.Add(model.FixedOffset[LinearPredictor.Dispersion]);
        if (isFinite) limits.AddRange(ShapeLimits(model, psi, hessian, problems));
        var usable = (double[])hessian.Clone();
        foreach (var at in limits)
        {
            for (var i = 0; i < d; i++) usable[(i * d) + at] = usable[(at * d) + i] = double.NaN;
        }

        var (explained, directions) = (new HashSet<int>(), new List<double[]>());
        if (isFinite && Separation.Report(model, psi, usable, problems, explained, directions)) failed = true;
        var indistinguishable = isFinite && RandomEffectsCheck.ReportIndistinguishable(model, problems);
        failed |= indistinguishable;
        var inverse = HessianInverse.Of(usable, d, model.FixedCount);
        Separation.Widen(inverse.Covariance, directions);
        var flat = inverse.FlatParameters.Concat(inverse.UnusableParameters).Where(j => !explained.Contains(j))
            .Where(j => !((singular || indistinguishable) && j >= model.FixedCount) && !limits.Contains(j))
            .Distinct().ToArray();
        if (isFinite && flat.Length > 0)
        {
            failed = true;
            foreach (var name in flat.Select(j => NameOf(model, j)).Distinct())
            {
                problems.Add(new ConvergenceProblem(name,
                    $"The likelihood does not curve at {name}: the data do not determine it, or no maximum was reached.",
                    "Simplify the model: fewer random slopes, fewer factor levels, fewer covariates that say the same."));
            }
        }

        var step = inverse.Multiply(gradient);
        var improvement = 0.0;
        var norm = 0.0;
        for (var j = 0; j < d && step is not null; j++)
        {
            improvement += 0.5 * step[j] * gradient[j];
            var variance = inverse.Values[(j * d) + j];
            if (variance > 0) norm = Math.Max(norm, Math.Abs(gradient[j]) * Math.Sqrt(variance));
        }

        if (isFinite && !(improvement < LargestImprovement))
        {
            failed = true;
            problems.Add(new ConvergenceProblem("",
                status == MinimiserStatus.IterationLimit
                    ? $"The optimiser stopped at its iteration limit; the log-likelihood could still rise by about {improvement:G2}."
                    : $"The optimiser stopped short of the maximum; the log-likelihood could still rise by about {improvement:G2}.",
                "Rescale covariates of very different size, simplify the model, or allow more iterations (GlmmOptions.Control)."));
        }

        return new OptimumAssessment
        {
            Status = failed ? ConvergenceStatus.NotConverged : singular ? ConvergenceStatus.Singular : ConvergenceStatus.Converged,
            GradientNorm = isFinite ? norm : double.NaN,
            ExpectedImprovement = isFinite ? Math.Max(improvement, 0) : double.NaN,
            IsHessianPositiveDefinite = isFinite && flat.Length == 0 && explained.Count == 0 && !indistinguishable,
            IsSingular = singular,
            IsDispersionAtLimit = dispersionLimit,
            Covariance = inverse.Covariance,
        };
    }

    private static bool DispersionLimit(MixedModel model, double[] psi, double[] hessian, List<ConvergenceProblem> problems)
    {
        const int k = LinearPredictor.Dispersion;
        if (model.Basis[k] is not { Columns: 1 } basis || !model.HasConstantDispersion) return false;
        if (!IsAtLimit(basis.Q[0], psi, model.FixedOffset[k], hessian)) return false;
        var poisson = model.Family.Name is "nbinom1" or "nbinom2";
        if (model.Family.Name == "compois" && psi[model.FixedOffset[k]] * basis.Q[0] < 0)
        {
            problems.Add(new ConvergenceProblem("dispersion",
                "The dispersion of compois runs to zero: the counts vary as little as counts with such means can, between the two nearest whole numbers.",
                "Check the counts for rounding or a fixed design; standard errors of the other coefficients are those at this limit."));
            return true;
        }

        problems.Add(new ConvergenceProblem("dispersion",
            $"The dispersion parameter of {model.Family.Name} runs to its limit{(poisson ? ": the counts vary no more than Poisson counts would" : "")}.",
            poisson ? "Use Family.Poisson(), which this model has become." : "Use a simpler family, which this model has become."));
        return true;
    }

    /// <summary>Reports the shapes that ran to a limit, where their curvature is lost in rounding errors; gives their places in ψ.</summary>
    private static List<int> ShapeLimits(MixedModel model, double[] psi, double[] hessian, List<ConvergenceProblem> problems)
    {
        var found = new List<int>();
        var shapes = FittedShapes.Of(model, psi);
        for (var s = 0; s < shapes.Count; s++)
        {
            var shape = shapes[s];
            var at = model.FixedOffset[LinearPredictor.Shape + s];
            if (model.Restraints.Holds(at)) continue;
            var isFlat = IsFlat(model.Basis[LinearPredictor.Shape + s]!.Q[0], psi, at, hessian);
            var position = Math.Abs(shape.Position);
            var limit = position >= shape.Extreme || (isFlat && position >= Far)
                ? shape.Position > 0 ? shape.AtHighest : shape.AtLowest
                : isFlat && position < 1 ? shape.AtZero : null;
            if (limit is null) continue;
            problems.Add(new ConvergenceProblem(shape.Name, limit.Message, limit.Advice));
            found.Add(at);
        }

        return found;
    }

    /// <summary>Whether the likelihood is flat in a constant predictor, far from the middle of its scale.</summary>
    private static bool IsAtLimit(double basis, double[] psi, int at, double[] hessian) =>
        Math.Abs(basis * psi[at]) >= 3 && IsFlat(basis, psi, at, hessian);

    private static bool IsFlat(double basis, double[] psi, int at, double[] hessian)
    {
        var curvature = hessian.Length == 0 ? double.NaN : hessian[(at * psi.Length) + at] / (basis * basis);
        return !(curvature > 1.0 / (LargestStandardError * LargestStandardError));
    }

    private static string NameOf(MixedModel model, int parameter)
    {
        if (parameter < model.FixedCount)
        {
            foreach (var k in model.ActivePredictors)
            {
                if (parameter >= model.FixedOffset[k] && parameter < model.FixedOffset[k] + model.Basis[k]!.Columns)
                {
                    return k switch
                    {
                        LinearPredictor.Conditional => "the fixed effects",
                        LinearPredictor.Dispersion => "the dispersion",
                        >= LinearPredictor.Shape => $"the family parameter {model.Family.Shapes[k - LinearPredictor.Shape].Name}",
                        _ => "the zero inflation",
                    };
                }
            }
        }

        var at = parameter - model.FixedCount;
        var term = model.Terms.First(t => at >= t.ThetaOffset && at < t.ThetaOffset + t.ThetaCount);
        return $"the covariance of ({string.Join(", ", term.Effects)} | {term.Group})";
    }
}
