using EcoGlmm.Estimation;
using EcoGlmm.Formulas;
using EcoGlmm.Model;

namespace EcoGlmm;

/// <summary>From formula and data to a finished fit: checks the request, prepares the response, chooses the estimator.</summary>
internal static class ModelFitter
{
    public static GlmmFit Fit(string formula, FieldData data, Family family, GlmmOptions options,
        IProgress<FitProgress>? progress, CancellationToken cancellation, GlmmFit? like = null, SearchGoal goal = SearchGoal.Estimates)
    {
        var (specification, response, distribution, settings) = Prepare(formula, data, family, options, cancellation);
        return Fit(specification, response, data, distribution, settings, progress, cancellation, like, goal);
    }

    /// <summary>A fit at an estimate that was found before, on this machine or another, without a search.</summary>
    /// <exception cref="GlmmException">The data or the model are not those of the estimate.</exception>
    public static GlmmFit Restore(string formula, FieldData data, Family family, GlmmOptions options, StoredEstimate stored,
        CancellationToken cancellation)
    {
        var (specification, response, distribution, settings) = Prepare(formula, data, family, options, cancellation);
        var model = Model(specification, response, distribution, settings, cancellation);
        return new GlmmFit(specification, response, data, distribution, settings, stored.Restore(model, settings, cancellation));
    }

    /// <summary>What a fit is made from: the formula's designs and the response, checked.</summary>
    private static (ModelSpecification Specification, ResponseData Response, Family Family, GlmmOptions Options) Prepare(string formula,
        FieldData data, Family family, GlmmOptions options, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(formula);
        ArgumentNullException.ThrowIfNull(data);
        Check(options);
        options = WithoutDispersion(formula, data, family, options, cancellation);
        var specification = ModelSpecification.Create(formula, options.ZeroInflation, options.Dispersion, options.Weights,
            options.Offset, options.Contrasts, data, HeldCoefficients(family, options), family.HasThresholds, cancellation,
            leavesOutZeroWeights: family.WeightRole == WeightRole.Precision, relatedness: options.Relatedness, meshes: options.Meshes);
        if (family.HasThresholds) family = family.WithCategories(OrderedResponse.Of(specification).Categories);
        return (specification, ResponseData.Prepare(specification, family, options), family, options);
    }

    private static MixedModel Model(ModelSpecification specification, ResponseData response, Family family, GlmmOptions options,
        CancellationToken cancellation) =>
        new(family, response.Y, response.Size, response.Multipliers, specification.Conditional.Training,
            specification.Dispersion.Training, specification.ZeroInflation?.Training, options.Fixed, options.Priors, cancellation)
        {
            Solver = options.Control.Solver,
        };

    /// <summary>Fits the model of a fit to its own response with other options.</summary>
    /// <param name="fit">The fit.</param>
    /// <param name="options">The other options.</param>
    /// <param name="cancellation">Stops the search.</param>
    /// <param name="like">A fit to begin from; the fit itself when null.</param>
    public static GlmmFit Again(GlmmFit fit, GlmmOptions options, CancellationToken cancellation = default, GlmmFit? like = null)
    {
        Check(options);
        var specification = ModelSpecification.Create(fit.Formula, options.ZeroInflation, options.Dispersion, options.Weights,
            options.Offset, options.Contrasts, fit.Data, HeldCoefficients(fit.Family, options), fit.Family.HasThresholds, cancellation,
            leavesOutZeroWeights: fit.Family.WeightRole == WeightRole.Precision, relatedness: options.Relatedness, meshes: options.Meshes);
        return Fit(specification, fit.Response, fit.Data, fit.Family, options, null, cancellation, like ?? fit);
    }

    /// <param name="specification">The designs.</param>
    /// <param name="response">The response.</param>
    /// <param name="data">The data that they are from.</param>
    /// <param name="family">The family.</param>
    /// <param name="options">The options.</param>
    /// <param name="progress">Told of each iteration.</param>
    /// <param name="cancellation">Stops the search.</param>
    /// <param name="like">A fit of a model that is like this one, for the search to begin from.</param>
    /// <param name="goal">What the fit is for; where all but θ is profiled out it is whole in any case.</param>
    public static GlmmFit Fit(ModelSpecification specification, ResponseData response, FieldData data, Family family,
        GlmmOptions options, IProgress<FitProgress>? progress, CancellationToken cancellation, GlmmFit? like = null,
        SearchGoal goal = SearchGoal.Estimates)
    {
        if (!family.HasDispersion && !specification.Dispersion.IsConstant)
        {
            throw new GlmmException($"The family {family.Name} has no dispersion parameter, so the dispersion formula "
                + $"\"{options.Dispersion}\" has nothing to model. Leave it out, or choose a family with dispersion, such as "
                + "NegativeBinomial2().");
        }

        if (family.HasThresholds && specification.ZeroInflation is not null)
        {
            throw new GlmmException($"The family {family.Name}, of ordered categories, has no zeros to inflate. Leave ZeroInflation out: "
                + "the thresholds already let the lowest category be as frequent as it is.");
        }

        if (family.Shapes.Count > 0 && specification.Dispersion.Training.RandomTerms.Length > 0)
        {
            throw new GlmmException($"The dispersion formula \"{options.Dispersion}\" has random effects, which the family {family.Name}, "
                + $"whose {string.Join(" and ", family.Shapes.Select(shape => shape.Name))} is estimated too, does not take. Leave them "
                + $"out; fixed effects of the dispersion are fine.");
        }

        var model = Model(specification, response, family, options, cancellation);
        model.QuadraturePoints = QuadratureGrid.PointsFor(model, options.QuadraturePoints);
        var profiled = ProfiledEstimator.Handles(model);
        if (options.Reml && family.HasThresholds)
        {
            throw new GlmmException($"REML averages over the fixed effects, from which the thresholds of {family.Name} cannot be "
                + "set apart. Use maximum likelihood (Reml = false).");
        }

        if (options.Reml && model.QuadraturePoints > 1)
        {
            throw new GlmmException("REML averages over the fixed effects by the Laplace approximation, which quadrature points are "
                + "not for. Leave QuadraturePoints out, or use maximum likelihood (Reml = false).");
        }

        if (options.Reml && options.Priors.Any(p => p.Group is null && p.Part == ModelPart.Conditional))
        {
            throw new GlmmException("REML averages over the fixed effects, so that they cannot have a prior too. Use maximum likelihood "
                + "(Reml = false), or leave the prior out.");
        }

        var estimate = profiled ? ProfiledEstimator.Fit(model, options.Reml, options.Control, progress, cancellation,
                like?.Estimate)
            : options.Reml ? RestrictedEstimator.Fit(model, specification, options, progress, cancellation)
            : goal == SearchGoal.Likelihood
                ? LaplaceEstimator.Fit(model, options.Control, progress, cancellation, like: like?.Estimate, goal: goal)
            : QuadratureCheck.Fit(model, options.Control, progress, cancellation, like?.Estimate);
        if (!estimate.IsLikelihoodAlone) estimate = ConditionalErrors.Of(estimate, options.Reml);
        estimate.System.Release();
        return new GlmmFit(specification, response, data, family, options, estimate);
    }

    /// <summary>
    /// A dispersion of ~ 0 holds the residual standard deviation at all but nothing, as glmmTMB does: for models whose random
    /// effects, one for each row or more, are the residuals.
    /// </summary>
    private static GlmmOptions WithoutDispersion(string formula, FieldData data, Family family, GlmmOptions options,
        CancellationToken cancellation)
    {
        // So small that likelihoods differ by less than 1e-8 a row, so large that curvatures keep their digits.
        const double share = 1e-5;

        // What glmmTMB takes, the fourth root of the machine's precision, unless the response is itself as small, or very much larger.
        const double Small = 1.220703125e-4;
        if (!ModelFormula.IsEmpty(options.Dispersion)) return options;
        options = options with { Dispersion = "~ 1" };
        if (!family.HasDispersion) return options;
        if (!family.IsNormal)
        {
            throw new GlmmException($"The dispersion \"~ 0\" leaves a Gaussian model without residuals of its own; {family.Name} cannot do "
                + "without its dispersion. Write \"~ 1\", or hold it at a value: Fixed = [Parameter.Dispersion(value)].");
        }

        var y = ModelSpecification.Create(formula, options.ZeroInflation, options.Dispersion, options.Weights, options.Offset,
            options.Contrasts,
            data, HeldCoefficients(family, options), cancellation: cancellation, leavesOutZeroWeights: true,
            relatedness: options.Relatedness,
            meshes: options.Meshes).Response.Y;
        var mean = y.Average();
        var spread = Math.Sqrt(y.Average(v => (v - mean) * (v - mean)));
        var least = spread > 0 ? share * spread : share;
        var sigma = Small <= 1e-3 * spread ? Math.Max(Small, least) : least;
        return options with { Fixed = [.. options.Fixed, Parameter.Dispersion(sigma)] };
    }

    /// <summary>Coefficients that are held, the intercept of a dispersion that is held among them.</summary>
    private static Dictionary<(ModelPart Part, string Name), double> HeldCoefficients(Family family, GlmmOptions options)
    {
        var held = new Dictionary<(ModelPart Part, string Name), double>();
        foreach (var parameter in options.Fixed)
        {
            if (parameter.Kind == ParameterKind.Coefficient)
            {
                if (parameter.Part == ModelPart.ZeroInflation && ModelFormula.IsEmpty(options.ZeroInflation))
                {
                    throw new GlmmException($"The coefficient \"{parameter.Name}\" of the zero inflation is to be held, but the model has "
                        + $"no zero inflation.");
                }

                if (!held.TryAdd((parameter.Part, parameter.Name), parameter.Value))
                    throw new GlmmException($"The coefficient \"{parameter.Name}\" is to be held twice.");
            }

            if (parameter.Kind != ParameterKind.Dispersion) continue;
            if (!family.HasDispersion) throw new GlmmException($"The family {family.Name} has no dispersion to hold at a value.");
            if (!ModelFormula.IsConstant(options.Dispersion))
            {
                throw new GlmmException($"With the dispersion formula \"{options.Dispersion}\" there is no single dispersion to hold: hold "
                    + $"its coefficients, Parameter.Coefficient(name, value, ModelPart.Dispersion).");
            }

            // Every family reports exp(aδ) for some a.
            held[(ModelPart.Dispersion, Intercept.Name)] = Math.Log(parameter.Value) / Math.Log(family.Sigma(1));
        }

        return held;
    }

    private static void Check(GlmmOptions options)
    {
        if (options.Fixed is null || options.Priors is null || options.Fixed.Contains(null!) || options.Priors.Contains(null!))
        {
            throw new GlmmException("The lists Fixed and Priors cannot be or contain null; leave them out for none.");
        }

        if (options.ZeroInflation is null || options.Dispersion is null)
        {
            throw new GlmmException("The formulas ZeroInflation and Dispersion cannot be null; for no zero inflation write \"~ 0\", for a "
                + "constant dispersion \"~ 1\".");
        }

        if (options.QuadraturePoints is < 1 or > QuadratureGrid.MaxPoints)
        {
            throw new GlmmException($"QuadraturePoints must lie between 1 (the Laplace approximation) and {QuadratureGrid.MaxPoints}, not "
                + $"{options.QuadraturePoints}.");
        }

        if (options.Control is not { } control) throw new GlmmException("Control cannot be null; leave it out for the defaults.");
        if (control.MaxIterations < 1) throw new GlmmException($"MaxIterations must be at least 1, not {control.MaxIterations}.");
        if (control.MaxThreads < 1) throw new GlmmException($"MaxThreads must be at least 1, not {control.MaxThreads}.");
        if (!(control.Tolerance > 0 && control.Tolerance < 1))
        {
            throw new GlmmException($"Tolerance must lie between 0 and 1, for example 1e-9, not "
                + $"{control.Tolerance.ToString(System.Globalization.CultureInfo.InvariantCulture)}.");
        }
    }
}
