using System.Collections.Concurrent;
using EcoGlmm.Estimation;
using EcoGlmm.Formulas;
using EcoGlmm.Model;

namespace EcoGlmm;

/// <content>
/// What a finished fit offers to the folders that work from it, beyond what it offers to everyone: the model as it was read, the
/// response, the estimate on the engine's scale, and room for what is worked out from them once. Nothing here changes a fit.
/// </content>
public sealed partial class GlmmFit
{
    private readonly ConcurrentDictionary<Type, Lazy<object>> _derived = new();

    internal ModelSpecification Specification => _specification;

    internal Estimate Estimate => _estimate;

    internal ResponseData Response => _response;

    /// <summary>The response in a row used, in the units of predictions: a proportion for binomial kinds.</summary>
    internal double Observed(int row) => Family.WeightRole == WeightRole.Trials ? _response.Y[row] / SizeOf(row) : _response.Y[row];

    /// <summary>Trials or precision weight of a row used.</summary>
    internal double SizeOf(int row) => _response.Size.Length == 0 ? 1 : _response.Size[row];

    /// <summary>A response of the engine in the units of the user's: successes, or proportions.</summary>
    internal double InUserUnits(double y, int row) => _response.IsProportion ? y / SizeOf(row) : y;

    /// <summary>The linear predictors with the random effects of all groups at zero; the curves of smooths are in them.</summary>
    internal double[]?[] FixedPredictors()
    {
        var model = _estimate.Model;
        var predictors = new double[]?[model.PredictorCount];
        foreach (var k in model.ActivePredictors)
        {
            predictors[k] = new double[model.ObservationCount];
            model.FixedPredictor(k, _estimate.Psi, predictors[k]!);
        }

        if (!model.HasCurves) return predictors;
        var u = (double[])_estimate.Modes.Clone();
        foreach (var term in model.Terms.Where(t => !t.IsCurve)) u.AsSpan(term.LatentOffset, term.LatentCount).Clear();
        var b = new double[_estimate.System.EffectCount];
        _estimate.System.Lambda.Multiply(u, b);
        foreach (var k in model.RandomPredictors) _estimate.System.AddZb(k, b, predictors[k]!);

        return predictors;
    }

    /// <summary>The same model fitted to another response, on one thread and from these estimates: for many such fits side by
    /// side.</summary>
    internal GlmmFit RefitOnOneThread(double[] response, CancellationToken cancellation) => ModelFitter.Fit(_specification,
        _response.With(response, _specification, Family), Data, Family,
        _options with { Control = _options.Control with { MaxThreads = 1 } }, null, cancellation, this);

    /// <summary>As <see cref="Update"/>, with a search that begins from the estimates of a model like the changed one, where it is given,
    /// and that may be for the height of the likelihood alone.</summary>
    internal GlmmFit UpdateFrom(GlmmFit? like, string formula, Family? family, GlmmOptions? options,
        SearchGoal goal = SearchGoal.Estimates) => ModelFitter.Fit(_specification.Formula.Update(formula).ToString(), Data,
        family ?? Family, options ?? _options, null, LiveProgress.Interruption, like?._estimate.IsProfiled == true ? null : like, goal);

    /// <summary>What is worked out from the fit once, when it is first asked for, and shared by all threads from then on.</summary>
    /// <param name="work">Makes it; immutable or safe to share.</param>
    internal T Derived<T>(Func<GlmmFit, T> work) where T : class =>
        (T)_derived.GetOrAdd(typeof(T), _ => new Lazy<object>(() => work(this))).Value;
}
