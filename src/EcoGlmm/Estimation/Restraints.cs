using EcoGlmm.Numerics;
using EcoGlmm.RandomEffects;
using EcoGlmm.RandomEffects.Structures;
using EcoGlmm.Text;

namespace EcoGlmm.Estimation;

/// <summary>
/// What keeps parameters from going where the likelihood alone would take them: values that they are held at, and priors.
/// The optimiser works on a vector φ as long as ψ, and equal to it but for correlated random effects of which something is
/// held, which are there as standard deviations and correlations. Coefficients that are held have become offsets before.
/// </summary>
internal sealed partial class Restraints
{
    /// <summary>Halvings of that stretch that leave nothing but rounding errors.</summary>
    private const int Halvings = 100;

    private readonly MixedModel _model;
    private readonly List<SeparatedTerm> _separated = [];
    private readonly HashSet<(RandomTerm, int, int)> _heldComponents = [];
    private readonly bool[] _isHeld;
    private readonly double[] _values;
    private readonly LogPrior? _prior;
    private readonly double[] _psi;
    private readonly double[] _gradient;

    /// <param name="model">The model, its terms and predictors in place.</param>
    /// <param name="held">What is held, coefficients and dispersion not among them.</param>
    /// <param name="priors">The priors.</param>
    /// <exception cref="GlmmException">A name is not one of the model's.</exception>
    public Restraints(MixedModel model, IReadOnlyList<Parameter> held, IReadOnlyList<Prior> priors)
    {
        _model = model;
        _isHeld = new bool[model.ParameterCount];
        _values = new double[model.ParameterCount];
        (_psi, _gradient) = (new double[model.ParameterCount], new double[model.ParameterCount]);
        foreach (var parameter in held.Where(p => p.Kind == ParameterKind.Family)) HoldShape(parameter);
        var named = held.Where(p => p.Kind == ParameterKind.Covariance).Select(AsComponent).ToArray();
        foreach (var together in held.Where(IsOfRandomEffects).Concat(named.Where(IsOfRandomEffects)).GroupBy(TermOf))
            HoldComponents(together.Key, [.. together]);
        HoldQuantities([.. named.Where(p => p.Kind == ParameterKind.Covariance).Select(Find)]);
        if (priors.Count > 0) _prior = new LogPrior(model, priors);
        IsEmpty = _prior is null && !_isHeld.Contains(true);
    }

    /// <summary>Whether nothing is held and there is no prior.</summary>
    public bool IsEmpty { get; }

    /// <summary>The number of elements of ψ that are held.</summary>
    public int HeldCount => _isHeld.Count(h => h);

    public bool HasPrior => _prior is not null;

    /// <summary>Whether an element of φ is held.</summary>
    public bool Holds(int parameter) => _isHeld[parameter];

    /// <summary>Whether a standard deviation (i = j) or a correlation of a term is held.</summary>
    public bool Holds(RandomTerm term, int i, int j) => _heldComponents.Contains((term, Math.Min(i, j), Math.Max(i, j)));

    /// <summary>Whether anything of a term is held.</summary>
    public bool Holds(RandomTerm term) => _heldComponents.Any(h => h.Item1 == term);

    /// <summary>Whether parameters of these kinds belong to random effects.</summary>
    public static bool IsOfRandomEffects(Parameter parameter) =>
        parameter.Kind is ParameterKind.StandardDeviation or ParameterKind.Correlation;

    /// <summary>Sets the held elements of φ.</summary>
    public void Apply(Span<double> phi)
    {
        for (var j = 0; j < phi.Length; j++)
        {
            if (_isHeld[j]) phi[j] = _values[j];
        }

        foreach (var separated in _separated)
        {
            var (from, m) = (From(separated), separated.Term.ThetaCount);
            separated.Reconcile(phi.Slice(from, m), _isHeld.AsSpan(from, m));
        }
    }

    /// <summary>ψ of φ.</summary>
    public double[] ToPsi(ReadOnlySpan<double> phi)
    {
        var psi = phi.ToArray();
        foreach (var separated in _separated)
            separated.ToTheta(Slice(phi, separated), psi.AsSpan(From(separated), separated.Term.ThetaCount));
        return psi;
    }

    /// <summary>The objective with its penalty at φ, and its gradient by φ, zero for what is held.</summary>
    public double Evaluate(DifferentiableFunction objective, ReadOnlySpan<double> phi, Span<double> gradient)
    {
        if (IsEmpty) return objective(phi, gradient);
        ToPsi(phi).CopyTo(_psi, 0);
        var wantsGradient = !gradient.IsEmpty;
        var value = objective(_psi, wantsGradient ? _gradient : []);
        if (!double.IsFinite(value)) return value;
        if (_prior is not null) value -= _prior.Add(_psi, wantsGradient ? _gradient : []);
        if (!wantsGradient) return value;
        _gradient.CopyTo(gradient);
        foreach (var separated in _separated)
        {
            var m = separated.Term.ThetaCount;
            var jacobian = separated.Jacobian(Slice(phi, separated));
            for (var j = 0; j < m; j++)
            {
                var sum = 0.0;
                for (var i = 0; i < m; i++) sum += jacobian[(i * m) + j] * _gradient[From(separated) + i];
                gradient[From(separated) + j] = sum;
            }
        }

        for (var j = 0; j < gradient.Length; j++)
        {
            if (_isHeld[j]) gradient[j] = 0;
        }

        return value;
    }

    /// <summary>Log-density of the priors at ψ.</summary>
    public double LogPriorAt(double[] psi) => _prior?.Add(psi, []) ?? 0;

    /// <summary>Adds the priors' curvature to a Hessian of −log L by φ, and makes what is held unusable in it.</summary>
    public void Complete(double[] hessian, double[] phi)
    {
        _prior?.AddCurvature(phi, hessian);
        Exclude(hessian);
    }

    /// <summary>Makes what is held unusable in a Hessian by φ.</summary>
    public void Exclude(double[] hessian) => Blank(hessian, double.NaN);

    /// <summary>Makes an inverse Hessian leave alone what is held.</summary>
    public void Freeze(double[] inverse) => Blank(inverse, 0);

    /// <summary>Covariance of ψ from that of φ.</summary>
    public void ToPsi(double[] covariance, double[] phi)
    {
        var d = _isHeld.Length;
        foreach (var separated in _separated)
        {
            var m = separated.Term.ThetaCount;
            var from = From(separated);
            var jacobian = separated.Jacobian(Slice(phi, separated));
            for (var pass = 0; pass < 2; pass++)
            {
                for (var k = 0; k < d; k++)
                {
                    var row = new double[m];
                    for (var j = 0; j < m; j++)
                    {
                        var value = covariance[pass == 0 ? (k * d) + from + j : ((from + j) * d) + k];
                        if (!double.IsNaN(value)) row[j] = value;
                    }

                    for (var i = 0; i < m; i++)
                    {
                        var sum = 0.0;
                        for (var j = 0; j < m; j++) sum += jacobian[(i * m) + j] * row[j];
                        covariance[pass == 0 ? (k * d) + from + i : ((from + i) * d) + k] = sum;
                    }
                }
            }
        }
    }

    private void Blank(double[] matrix, double value)
    {
        var d = _isHeld.Length;
        for (var j = 0; j < d; j++)
        {
            for (var i = 0; i < d && _isHeld[j]; i++) matrix[(i * d) + j] = matrix[(j * d) + i] = value;
        }
    }

    private ReadOnlySpan<double> Slice(ReadOnlySpan<double> phi, SeparatedTerm separated) =>
        phi.Slice(From(separated), separated.Term.ThetaCount);

    private int From(SeparatedTerm separated) => _model.FixedCount + separated.Term.ThetaOffset;

    private void Hold(int at, double value)
    {
        _isHeld[at] = true;
        _values[at] = value;
    }

    /// <summary>Finds the shape's predictor by bisection: its value on the users' scale grows with it.</summary>
    private void HoldShape(Parameter parameter)
    {
        var shapes = _model.Family.Shapes;
        if (shapes.Count > 1)
        {
            throw new GlmmException($"The parameters of the family {_model.Family.Name} ({string.Join(", ", shapes.Select(s => s.Name))}) "
                + "are estimated together, in their order: one of them cannot be held.");
        }

        if (shapes.Count == 0 || shapes[0].Name != parameter.Name)
        {
            throw new GlmmException($"The family {_model.Family.Name} has no parameter \"{parameter.Name}\" to hold"
                + (shapes.Count > 0 ? $"; its parameter is \"{shapes[0].Name}\"." : ". For its dispersion use "
                + "Parameter.Dispersion(value)."));
        }

        double low = -30, high = 30;
        double At(double predictor) => _model.Family.WithShapes([predictor]).Shapes[0].Value;
        if (!(At(low) <= parameter.Value && parameter.Value <= At(high)))
        {
            throw new GlmmException($"The {parameter.Name} of the family {_model.Family.Name} cannot be "
                + $"{Text.NumberFormat.Significant(parameter.Value)}.");
        }

        for (var halving = 0; halving < Halvings; halving++)
        {
            var middle = 0.5 * (low + high);
            if (At(middle) < parameter.Value) low = middle;
            else high = middle;
        }

        var at = _model.FixedOffset[LinearPredictor.Shape];
        Hold(at, 0.5 * (low + high) / _model.Basis[LinearPredictor.Shape]!.First);
    }

    private RandomTerm TermOf(Parameter parameter)
    {
        var effects = parameter.Term2 is null ? [parameter.Term1!] : new[] { parameter.Term1!, parameter.Term2 };
        var terms = _model.Terms.Where(t => t.Part == parameter.Part).ToArray();
        if (!Array.Exists(terms, t => t.Group == parameter.Name))
        {
            throw new GlmmException($"A random effect of \"{parameter.Name}\" is to be held, but no random term has that group"
                + NearestName.Suggestion(parameter.Name, terms.Select(t => t.Group)));
        }

        return Array.Find(terms, t => t.Group == parameter.Name && effects.All(e => t.Effects.Contains(e)))
            ?? throw new GlmmException($"No random term of {parameter.Name} has the effect{(effects.Length > 1 ? "s" : "")} "
                + $"{string.Join(" and ", effects)}; they are: "
                + $"{string.Join(", ", terms.Where(t => t.Group == parameter.Name).SelectMany(t => t.Effects).Distinct())}.");
    }

    private void HoldComponents(RandomTerm term, Parameter[] parameters)
    {
        foreach (var parameter in parameters)
        {
            var i = IndexOf(term, parameter.Term1!);
            var j = parameter.Term2 is null ? i : IndexOf(term, parameter.Term2);
            if (!_heldComponents.Add((term, Math.Min(i, j), Math.Max(i, j))))
            {
                throw new GlmmException($"{parameter.Term1} | {term.Group} is to be held twice.");
            }
        }

        if (!term.Loadings.HasFreeEntries)
        {
            HoldQuantities([.. parameters.Select(p => (term, IndexOf(term, p.Kind == ParameterKind.Correlation
                ? CovarianceQuantity.Correlation : CovarianceQuantity.StandardDeviation, p.Term1), p.Value))]);
            return;
        }

        var separated = new SeparatedCovariance(term);
        foreach (var parameter in parameters.Where(p => p.Kind == ParameterKind.StandardDeviation))
        {
            var c = IndexOf(term, parameter.Term1!);
            var scale = term.Scaling?.T[(c * term.Width) + c] ?? 1;
            Hold(_model.FixedCount + BoundaryCandidates.DiagonalIndex(term, c), parameter.Value * scale / term.Structure.LatentScale);
        }

        var correlations = parameters.Where(p => p.Kind == ParameterKind.Correlation).ToArray();
        if (correlations.Length > 0) HoldCorrelations(separated, correlations);
        if (!term.IsDiagonal) _separated.Add(separated);
    }

    private void HoldCorrelations(SeparatedCovariance separated, Parameter[] correlations)
    {
        var term = separated.Term;
        var r = term.Width;
        if (term.IsDiagonal)
        {
            throw new GlmmException($"The effects of {term.Group} have no correlation to hold: they are uncorrelated, or there is "
                + "but one.");
        }

        if (correlations.Length < r * (r - 1) / 2)
        {
            throw new GlmmException($"Of the {r * (r - 1) / 2} correlations of ({string.Join(", ", term.Effects)} | {term.Group}) only "
                + $"{correlations.Length} would be held: hold all of them or none, or write the term as several.");
        }

        var matrix = new double[r * r];
        for (var i = 0; i < r; i++) matrix[(i * r) + i] = 1;
        foreach (var parameter in correlations)
        {
            var (i, j) = (IndexOf(term, parameter.Term1!), IndexOf(term, parameter.Term2!));
            matrix[(i * r) + j] = matrix[(j * r) + i] = parameter.Value;
        }

        var x = new double[term.ThetaCount];
        if (!separated.TrySetCorrelations(matrix, x))
        {
            throw new GlmmException($"The correlations that {term.Group} is to be held at do not go together: their matrix is not positive "
                + $"definite.");
        }

        for (var i = 0; i < r; i++)
        {
            for (var j = 0; j < i; j++) Hold(_model.FixedCount + term.ThetaOffset + separated.Index(i, j), x[separated.Index(i, j)]);
        }
    }

    private static int IndexOf(RandomTerm term, string effect) => term.Effects.ToList().IndexOf(effect);
}
