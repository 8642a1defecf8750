using EcoGlmm.Formulas;
using EcoGlmm.Numerics;
using EcoGlmm.RandomEffects.Structures;

namespace EcoGlmm.Estimation;

/// <summary>
/// REML for Gaussian models of which σ cannot be profiled out (those with a dispersion formula, or with something held or
/// restrained) and for other families. The fixed effects of the conditional part become random ones with a variance so large that
/// their prior is flat, which is what REML means; the Laplace approximation, which is exact for a Gaussian, integrates over them
/// too. Then the model as it is stands at that maximum, its standard errors of fixed effects conditional on the variance parameters.
/// Source: Harville (1974), Bayesian inference for variance components using only error contrasts, Biometrika 61, 383-385.
/// </summary>
internal static class RestrictedEstimator
{
    private const string FlatGroup = "(fixed effects)";

    public static Estimate Fit(MixedModel model, ModelSpecification specification, GlmmOptions options,
        IProgress<FitProgress>? progress, CancellationToken cancellation)
    {
        const int e = LinearPredictor.Conditional;
        var basis = model.Basis[e]!;
        var p = basis.Columns;
        if (p == 0) return LaplaceEstimator.Fit(model, options.Control, progress, cancellation);
        var size = model.IsOnResponseScale ? Math.Sqrt(model.Y.Average(y => y * y)) : 1;
        var width = Tolerances.FlatPrior * (size > 0 ? size : 1);
        var unrestricted = LaplaceEstimator.Fit(model, options.Control, progress, cancellation);
        var from = (double[])unrestricted.Psi.Clone();
        if (model.Family.HasVanishingDispersion && unrestricted.Convergence.Status != ConvergenceStatus.Converged)
        {
            // What ran off by maximum likelihood may have a place by REML, which the slope out there does not lead to.
            from.AsSpan(model.FixedOffset[LinearPredictor.Dispersion], model.Basis[LinearPredictor.Dispersion]!.Columns).Fill(double.NaN);
        }

        var (integrated, restricted, shared) = Integrate(model, specification, options, width, from, progress, cancellation);

        var psi = new double[model.ParameterCount];
        var flat = integrated.Terms.First(t => t.Group == FlatGroup);
        for (var j = 0; j < p; j++) psi[model.FixedOffset[e] + j] = width * restricted.Modes[flat.LatentOffset + j];
        foreach (var (mine, other) in shared) psi[mine] = restricted.Psi[other];
        var logLikelihood = restricted.LogLikelihood + (p * (Math.Log(width) + (0.5 * Math.Log(2 * Math.PI)))) - basis.LogDeterminant();
        var objective = new LaplaceObjective(model, options.Control.MaxThreads, cancellation);
        var covariance = Covariance(model, integrated, restricted, shared);
        AddFixedEffects(model, objective, psi, covariance);
        return LaplaceDescription.At(objective, model, psi, covariance, logLikelihood, restricted.LogPrior, restricted.ParameterCount + p,
            restricted.IsDispersionAtLimit, restricted.Convergence, isRestricted: true);
    }

    /// <summary>
    /// Covariance of the conditional fixed effects, in the orthogonal coordinates, with the variance parameters where the restricted
    /// Laplace likelihood is greatest: that which the fixed effects are integrated out of, so that variances are not the smaller for what
    /// these take up. For families other than the Gaussian an approximation. Null where it cannot be had.
    /// </summary>
    /// <param name="model">The model.</param>
    /// <param name="specification">What it was made from.</param>
    /// <param name="options">Options of the fit.</param>
    /// <param name="estimate">ψ at the maximum of the likelihood.</param>
    /// <param name="cancellation">Stops the search.</param>
    public static double[]? CovarianceOfFixed(MixedModel model, ModelSpecification specification, GlmmOptions options, double[] estimate,
        CancellationToken cancellation)
    {
        var p = model.Basis[LinearPredictor.Conditional]!.Columns;
        if (p == 0 || model.Terms.Count == 0) return null;
        var first = model.FixedOffset[LinearPredictor.Conditional];
        var width = Tolerances.FlatPriorOnLink * Math.Max(1, estimate.AsSpan(first, p).ToArray().Max(Math.Abs));
        var (_, restricted, shared) = Integrate(model, specification, options, width, estimate, null, cancellation);
        if (!restricted.Convergence.IsConverged) return null;
        var psi = (double[])estimate.Clone();
        foreach (var (mine, other) in shared) psi[mine] = restricted.Psi[other];
        var d = psi.Length;
        var covariance = new double[d * d];
        AddFixedEffects(model, new LaplaceObjective(model, options.Control.MaxThreads, cancellation), psi, covariance);
        var result = new double[p * p];
        for (var i = 0; i < p; i++)
        {
            for (var j = 0; j < p; j++) result[(i * p) + j] = covariance[(i * d) + j];
        }

        return Enumerable.Range(0, p).All(j => result[(j * p) + j] > 0) ? result : null;
    }

    /// <summary>The fit of the model with its conditional fixed effects as random ones of a flat prior.</summary>
    private static (MixedModel Integrated, Estimate Restricted, List<(int Mine, int Other)> Shared) Integrate(MixedModel model,
        ModelSpecification specification,
        GlmmOptions options, double width, double[] from, IProgress<FitProgress>? progress, CancellationToken cancellation)
    {
        var basis = model.Basis[LinearPredictor.Conditional]!;
        var part = specification.Conditional.Training;
        string[] names = [.. Enumerable.Range(1, basis.Columns).Select(j => $"b{j}")];
        var integrated = new MixedModel(model.Family, model.Y, model.Size, model.Weights,
            new PartMatrices
            {
                RowCount = part.RowCount,
                ColumnNames = [],
                Aliased = [],
                X = [],
                Offset = part.Offset,
                RandomTerms = [.. part.RandomTerms, FlatTerm(basis, names)],
            },
            specification.Dispersion.Training, specification.ZeroInflation?.Training,
            [.. options.Fixed, .. names.Select(name => Parameter.StandardDeviation(FlatGroup, name, width))], options.Priors);
        var shared = SharedParameters(model, integrated);
        var start = StartingValues.Find(integrated);
        var heldFrom = integrated.Terms.Where(integrated.Restraints.Holds).Select(t => integrated.FixedCount + t.ThetaOffset)
            .Append(int.MaxValue).Min();

        // A variance that maximum likelihood puts at zero may be positive by REML, and its derivative is zero at zero: it starts afresh.
        var zeros = model.Terms.SelectMany(t => t.Loadings.Variances.Select(own => model.FixedCount + t.ThetaOffset + own))
            .Where(at => from[at] == 0).ToHashSet();
        foreach (var (mine, other) in shared)
        {
            if (double.IsFinite(from[mine]) && other < heldFrom && !zeros.Contains(mine)) start[other] = from[mine];
        }

        return (integrated, LaplaceEstimator.Fit(integrated, options.Control, progress, cancellation, start), shared);
    }

    /// <summary>
    /// Evaluates the objective of the model as it is at ψ, and completes a covariance by that of the fixed effects, conditional on
    /// the variance parameters.
    /// </summary>
    private static void AddFixedEffects(MixedModel model, LaplaceObjective objective, double[] psi, double[] covariance)
    {
        var d = psi.Length;
        if (!double.IsFinite(objective.Evaluate(psi, new double[d]))) return;
        var p = model.Basis[LinearPredictor.Conditional]!.Columns;
        var hessian = CurvatureGuess.Hessian(model, objective);
        for (var i = 0; i < d; i++)
        {
            for (var j = 0; j < d; j++)
            {
                if (i >= p || j >= p) hessian[(i * d) + j] = i == j ? 1 : 0;
            }
        }

        var inverse = CurvatureGuess.Inverse(hessian, d);
        for (var i = 0; i < p; i++)
        {
            for (var j = 0; j < p; j++) covariance[(i * d) + j] = inverse[(i * d) + j];
        }
    }

    /// <summary>Positions in ψ of what both models have: all but the fixed effects of the conditional part.</summary>
    private static List<(int Mine, int Other)> SharedParameters(MixedModel model, MixedModel integrated)
    {
        var shared = new List<(int, int)>();
        foreach (var k in model.ActivePredictors.Where(k => k != LinearPredictor.Conditional))
        {
            for (var j = 0; j < model.Basis[k]!.Columns; j++) shared.Add((model.FixedOffset[k] + j, integrated.FixedOffset[k] + j));
        }

        var others = integrated.Terms.Where(t => t.Group != FlatGroup).ToArray();
        for (var t = 0; t < model.Terms.Count; t++)
        {
            for (var j = 0; j < model.Terms[t].ThetaCount; j++)
            {
                shared.Add((model.FixedCount + model.Terms[t].ThetaOffset + j, integrated.FixedCount + others[t].ThetaOffset + j));
            }
        }

        return shared;
    }

    private static double[] Covariance(MixedModel model, MixedModel integrated, Estimate restricted, List<(int Mine, int Other)> shared)
    {
        var d = model.ParameterCount;
        var other = integrated.ParameterCount;
        var covariance = new double[d * d];
        foreach (var (i, a) in shared)
        {
            foreach (var (j, b) in shared) covariance[(i * d) + j] = restricted.Covariance[(a * other) + b];
        }

        return covariance;
    }

    private static GroupingTerm FlatTerm(OrthogonalBasis basis, string[] names)
    {
        var (n, p) = (basis.Rows, basis.Columns);
        var (z, scratch) = (new double[n * p], new double[n]);
        for (var j = 0; j < p; j++)
        {
            var column = basis.Column(j, scratch);
            for (var i = 0; i < n; i++) z[(i * p) + j] = column[i];
        }

        return new GroupingTerm
        {
            Group = FlatGroup,
            EffectNames = names,
            Structure = new CovarianceStructure(Diagonal.Kind.Name, new Diagonal(p)),
            Title = FlatGroup,
            Z = z,
            Codes = new int[n],
            Levels = ["all"],
        };
    }
}
