using EcoGlmm.Formulas;
using EcoGlmm.Numerics;
using EcoGlmm.RandomEffects;

namespace EcoGlmm.Estimation;

/// <summary>
/// A model ready to be estimated: the response, an orthogonal fixed-effects basis and an offset for each linear
/// predictor, and the random-effects terms. The parameter vector is ψ = (γ_η, γ_δ, γ_ζ, γ_σ, …, θ), where γ = Rβ are
/// coefficients of the orthogonal basis.
/// </summary>
internal sealed class MixedModel
{
    /// <param name="family">Family and link.</param>
    /// <param name="y">Response; successes for a binomial.</param>
    /// <param name="size">Trials or precision weights; empty when all are one.</param>
    /// <param name="weights">Multipliers of the log-likelihood; null when all are one.</param>
    /// <param name="conditional">Matrices of the conditional part.</param>
    /// <param name="dispersion">Matrices of the dispersion.</param>
    /// <param name="zeroInflation">Matrices of the zero inflation; null without.</param>
    /// <param name="held">What is held at a value; coefficients and dispersion, which the matrices have taken up, are ignored.</param>
    /// <param name="priors">Priors; null for none.</param>
    /// <param name="cancellation">Stops the factorisation of large designs.</param>
    public MixedModel(Family family, double[] y, double[] size, double[]? weights, PartMatrices conditional,
        PartMatrices? dispersion, PartMatrices? zeroInflation, IReadOnlyList<Parameter>? held = null,
        IReadOnlyList<Prior>? priors = null, CancellationToken cancellation = default)
    {
        Family = family;
        Y = y;
        Size = size;
        Weights = weights;
        PartMatrices?[] parts = [conditional, family.HasDispersion ? dispersion : null, zeroInflation,
            .. family.Shapes.Select(_ => PartMatrices.Constant(y.Length))];
        PredictorCount = parts.Length;
        Basis = new OrthogonalBasis?[PredictorCount];
        Offset = new double[]?[PredictorCount];
        CoefficientNames = new string[PredictorCount][];
        Unit = new double[PredictorCount];
        FixedOffset = new int[PredictorCount];
        var terms = new List<RandomTerm>();
        var at = 0;
        var (effects, latent, theta) = (0, 0, 0);
        for (var k = 0; k < PredictorCount; k++)
        {
            FixedOffset[k] = at;
            if (parts[k] is not { } part) continue;
            var columns = part.Aliased.Count(a => !a);
            Basis[k] = (part.Sparse is { } sparse ? OrthogonalBasis.Of(sparse) : null)
                ?? OrthogonalBasis.Of(part.X, y.Length, columns, cancellation);
            Offset[k] = part.Offset;
            CoefficientNames[k] = [.. part.ColumnNames.Where((_, j) => !part.Aliased[j])];
            at += columns;
            foreach (var g in part.RandomTerms)
            {
                var keepsEffects = held?.Any(h => Restraints.IsOfRandomEffects(h) && h.Part == PartOf(k) && h.Name == g.Group) == true;
                var term = new RandomTerm(PartOf(k), k, g.Group, g.EffectNames, g.Levels, g.Codes, g.Z, g.Structure, effects, latent, theta,
                    keepsEffects, g.Entries)
                {
                    KeepsSigns = held?.Any(h => h.Kind == ParameterKind.Covariance && h.Part == PartOf(k) && h.Name == g.Group) == true,
                    Title = g.Title,
                    Positions = g.Positions,
                    IsCurve = g.IsCurve,
                };
                effects += term.EffectCount;
                latent += term.LatentCount;
                theta += term.ThetaCount;
                terms.Add(term);
            }
        }

        FixedCount = at;
        ThetaCount = theta;
        Terms = terms;
        RandomPredictors = [.. terms.Select(t => t.Predictor).Distinct().Order()];
        ActivePredictors = [.. Enumerable.Range(0, PredictorCount).Where(k => parts[k] is not null)];
        Restraints = new Restraints(this, held ?? [], priors ?? []);
        HasConstantDispersion = dispersion is null || !family.HasDispersion
            || (Basis[LinearPredictor.Dispersion]!.Columns <= 1
                && dispersion.RandomTerms.Length == 0
                && IsConstant(dispersion.X) && IsConstant(dispersion.Offset));
        Array.Fill(Unit, 1);
        if (IsOnResponseScale && !ProfiledEstimator.Handles(this))
        {
            Unit[LinearPredictor.Conditional] = StartingValues.SpreadOfPredictor(this);
        }
    }

    public Family Family { get; }

    /// <summary>Response; successes for a binomial.</summary>
    public double[] Y { get; }

    /// <summary>Trials or precision weights; empty when all are one.</summary>
    public double[] Size { get; }

    /// <summary>Multipliers of the log-likelihood; null when all are one.</summary>
    public double[]? Weights { get; }

    public int ObservationCount => Y.Length;

    /// <summary>Rows that enter the likelihood: those whose weight is not zero.</summary>
    public int InformativeRows => Weights?.Count(weight => weight > 0) ?? ObservationCount;

    /// <summary>Whether the linear predictor is in units of the response or of a power of it, rather than on a log or probability
    /// scale.</summary>
    public bool IsOnResponseScale => Family.Link.IsOnResponseScale;

    /// <summary>Number of places for linear predictors, those that the model lacks among them.</summary>
    public int PredictorCount { get; }

    /// <summary>Basis of the fixed effects by linear predictor; null where the model lacks the predictor.</summary>
    public OrthogonalBasis?[] Basis { get; }

    /// <summary>Offsets by linear predictor.</summary>
    public double[]?[] Offset { get; }

    /// <summary>Names of the coefficients of each predictor, those left out for collinearity not among them.</summary>
    public string[]?[] CoefficientNames { get; }

    /// <summary>
    /// What counts as one on the scale of each linear predictor: the spread of the response on the scale of a link that has the
    /// response's units, one on log and probability scales (and where effects are relative to σ).
    /// </summary>
    public double[] Unit { get; }

    /// <summary>Where each predictor's γ begins in ψ.</summary>
    public int[] FixedOffset { get; }

    /// <summary>Length of γ in all; θ begins here.</summary>
    public int FixedCount { get; }

    /// <summary>Length of θ.</summary>
    public int ThetaCount { get; }

    /// <summary>Length of ψ.</summary>
    public int ParameterCount => FixedCount + ThetaCount;

    public IReadOnlyList<RandomTerm> Terms { get; }

    /// <summary>Whether any part has a smooth.</summary>
    public bool HasCurves => Terms.Any(t => t.IsCurve);

    /// <summary>Whether there are random effects beside the wiggly parts of smooths.</summary>
    public bool HasGroups => Terms.Any(t => !t.IsCurve);

    /// <summary>Predictors that have random effects, ascending.</summary>
    public int[] RandomPredictors { get; }

    /// <summary>Predictors that the model has, ascending.</summary>
    public int[] ActivePredictors { get; }

    public bool HasConstantDispersion { get; }

    /// <summary>Points of adaptive Gauss-Hermite quadrature for each random effect; 1 is the Laplace approximation.</summary>
    public int QuadraturePoints { get; set; } = 1;

    /// <summary>How the equations of the random effects are solved.</summary>
    public LinearSolver Solver { get; set; }

    /// <summary>What is held at a value, and priors.</summary>
    public Restraints Restraints { get; }

    public bool IsZeroInflated => Basis[LinearPredictor.ZeroInflation] is not null;

    /// <summary>Whether all zeros are structural, because the family cannot give any.</summary>
    public bool IsHurdle => IsZeroInflated && Family.CheckResponse(0, 1) is not null;

    /// <summary>The model part that a linear predictor belongs to.</summary>
    public static ModelPart PartOf(int predictor) => predictor switch
    {
        LinearPredictor.Conditional => ModelPart.Conditional,
        LinearPredictor.Dispersion => ModelPart.Dispersion,
        _ => ModelPart.ZeroInflation,
    };

    /// <summary>Fixed part and offset of the linear predictor k at ψ.</summary>
    public void FixedPredictor(int k, ReadOnlySpan<double> psi, double[] eta)
    {
        Offset[k]!.CopyTo(eta, 0);
        Basis[k]!.AddProduct(psi.Slice(FixedOffset[k], Basis[k]!.Columns), eta);
    }

    private static bool IsConstant(double[] values) => values.Length == 0 || !values.AsSpan().ContainsAnyExcept(values[0]);
}
