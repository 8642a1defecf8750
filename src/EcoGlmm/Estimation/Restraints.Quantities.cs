using EcoGlmm.RandomEffects;
using EcoGlmm.RandomEffects.Structures;
using EcoGlmm.Text;

namespace EcoGlmm.Estimation;

/// <summary>Holding what a covariance structure tells of itself, by name and in the users' units.</summary>
internal sealed partial class Restraints
{
    /// <summary>A change of a parameter, and one of a quantity that comes of rounding.</summary>
    private const double Nudge = 1e-3, Rounding = 1e-10;

    private readonly HashSet<(RandomTerm, int)> _heldQuantities = [];

    /// <summary>Whether one of the quantities that a term's structure tells of is held.</summary>
    public bool HoldsQuantity(RandomTerm term, int quantity) => _heldQuantities.Contains((term, quantity));

    /// <summary>Whether anything of a term is held, be it of its effects or of its levels.</summary>
    public bool HoldsAny(RandomTerm term) => Holds(term) || _heldQuantities.Any(h => h.Item1 == term);

    /// <summary>A deviation or correlation of effects that may have any, by the structure's name for it, is that of the matrix.</summary>
    private Parameter AsComponent(Parameter parameter)
    {
        var terms = TermsOf(parameter);
        if (parameter.Term2 is not (CovarianceQuantity.StandardDeviation or CovarianceQuantity.Correlation)
            || terms.Any(t => !t.Structure.IsPlain && HasOwn(t, parameter))) return parameter;
        foreach (var term in terms.Where(t => t.Loadings.HasFreeEntries))
        {
            var fitting = Matching(term, parameter.Term2, parameter.Term1);
            if (fitting.Length != 1) continue;
            var quantity = term.Structure.Quantities(term.Effects)[fitting[0]];
            if (quantity.Effect1 is null || IsOfLevels(term, fitting[0])) continue;
            return quantity.Effect2 is null
                ? Parameter.StandardDeviation(parameter.Name, quantity.Effect1, parameter.Value, parameter.Part)
                : Parameter.Correlation(parameter.Name, quantity.Effect1, quantity.Effect2, parameter.Value, parameter.Part);
        }

        return parameter;
    }

    /// <summary>Whether a term has what a parameter names, and not among the entries of a matrix of any form.</summary>
    private static bool HasOwn(RandomTerm term, Parameter parameter)
    {
        var fitting = Matching(term, parameter.Term2!, parameter.Term1);
        return fitting.Length == 1 && (!term.Loadings.HasFreeEntries || IsOfLevels(term, fitting[0]));
    }

    /// <summary>Whether a quantity tells of the levels rather than of the effects of one.</summary>
    private static bool IsOfLevels(RandomTerm term, int quantity) => quantity >= term.Loadings.Quantities(term.Effects).Count;

    private RandomTerm[] TermsOf(Parameter parameter)
    {
        var terms = _model.Terms.Where(t => t.Part == parameter.Part && t.Group == parameter.Name).ToArray();
        return terms.Length > 0 ? terms : throw new GlmmException($"The {parameter.Term2} of \"{parameter.Name}\" is to be held, but no "
            + $"random term has that group{NearestName.Suggestion(parameter.Name, _model.Terms.Select(t => t.Group))}");
    }

    private (RandomTerm Term, int Quantity, double Value) Find(Parameter parameter)
    {
        var terms = TermsOf(parameter);
        var own = Array.Find(terms, t => !t.Structure.IsPlain && t.Structure.Quantities(t.Effects).Any(q => q.Name == parameter.Term2))
            ?? terms[0];
        return (own, IndexOf(own, parameter.Term2!, parameter.Term1), parameter.Value);
    }

    /// <summary>The one quantity of a name, of an effect where there are several.</summary>
    private static int IndexOf(RandomTerm term, string name, string? effect) => Matching(term, name, effect) is [var one] ? one
        : throw new GlmmException($"{term.Title} has no one {name}{(effect is null ? "" : $" of {effect}")} to hold; it has "
            + $"{string.Join(", ", term.Structure.Quantities(term.Effects).Select(q => q.Effect1 is null ? q.Name
                : $"{q.Name} of {q.EffectsName}"))}.");

    private static int[] Matching(RandomTerm term, string name, string? effect)
    {
        var quantities = term.Structure.Quantities(term.Effects);
        var at = Enumerable.Range(0, quantities.Count).Where(k => quantities[k].Name == name).ToArray();
        return at.Length > 1 ? [.. at.Where(k => quantities[k].Effect1 == effect || quantities[k].EffectsName == effect)] : at;
    }

    /// <summary>Holds quantities, each at the parameter that it still depends on when those before it are held.</summary>
    private void HoldQuantities(List<(RandomTerm Term, int Quantity, double Value)> wanted)
    {
        foreach (var term in wanted.Select(w => w.Term).Distinct().ToArray())
        {
            // The correlation at lag 1 is the first parameter itself.
            if (term.Loadings.Separate is { } form && wanted.Exists(w => w.Term == term && w.Quantity > term.Loadings.Variances.Count))
                _separated.Add(new SeparatedCorrelations(term, form));
        }

        while (wanted.Count > 0)
        {
            var next = wanted.FindIndex(w => MovingBy(w.Term, w.Quantity).Length <= 1);
            var (term, k, value) = wanted[Math.Max(0, next)];
            var name = $"{term.Structure.Quantities(term.Effects)[k].Name} of {term.Title}";
            if (next < 0)
                throw new GlmmException($"The {name} depends on several parameters, so that it cannot be held at a value by itself.");
            if (!_heldQuantities.Add((term, k)))
                throw new GlmmException($"The {name} is to be held twice.");
            HoldQuantity(term, k, name, value);
            wanted.RemoveAt(next);
        }
    }

    /// <summary>The parameters that a quantity depends on and that are not held.</summary>
    private int[] MovingBy(RandomTerm term, int quantity)
    {
        var theta = PointOf(term);
        var from = _model.FixedCount + term.ThetaOffset;
        return [.. Enumerable.Range(0, theta.Length).Where(j => !_isHeld[from + j]
            && Math.Abs(At(term, quantity, theta, j, theta[j] + Nudge) - At(term, quantity, theta, j, theta[j])) > Rounding)];
    }

    /// <summary>A point of a term's parameters where what is held has its value.</summary>
    private double[] PointOf(RandomTerm term)
    {
        var theta = new double[term.ThetaCount];
        var spread = new double[term.Width];
        Array.Fill(spread, 1);
        term.Structure.Start(spread, theta);
        for (var j = 0; j < theta.Length; j++)
        {
            if (_isHeld[_model.FixedCount + term.ThetaOffset + j]) theta[j] = _values[_model.FixedCount + term.ThetaOffset + j];
        }

        return theta;
    }

    private double At(RandomTerm term, int quantity, double[] theta, int j, double x)
    {
        var point = (double[])theta.Clone();
        point[j] = x;
        var separate = _separated.Find(s => s.Term == term)?.Quantity(quantity, point) ?? double.NaN;
        return !double.IsNaN(separate) ? separate : term.Report(point, 1)[quantity];
    }

    /// <summary>Holds the parameter that a quantity alone depends on at where the quantity has a value.</summary>
    private void HoldQuantity(RandomTerm term, int quantity, string name, double value)
    {
        var (low, high) = term.Structure.Quantities(term.Effects)[quantity].Bounds;
        if (value < low || value > high) throw CannotBe(name, value, low, high);
        var theta = PointOf(term);
        if (MovingBy(term, quantity) is not [var index])
            throw new GlmmException($"The {name} is decided by what else is held, so that it cannot be held at a value, too.");
        var at = _model.FixedCount + term.ThetaOffset + index;
        var own = term.Loadings.ParameterCount;
        if (index < own && term.Loadings.IsScale(index))
        {
            Hold(at, value / At(term, quantity, theta, index, 1));
            return;
        }

        (low, high) = index < own ? (-LevelPrecision.FarthestParameter, LevelPrecision.FarthestParameter)
            : term.Structure.Precision!.Stretch(index - own);
        var (first, last) = (At(term, quantity, theta, index, low), At(term, quantity, theta, index, high));
        var rises = last > first;
        if (!(Math.Min(first, last) <= value && value <= Math.Max(first, last)))
            throw CannotBe(name, value, Math.Min(first, last), Math.Max(first, last));
        for (var halving = 0; halving < Halvings; halving++)
        {
            var middle = 0.5 * (low + high);
            if (At(term, quantity, theta, index, middle) < value == rises) low = middle;
            else high = middle;
        }

        Hold(at, 0.5 * (low + high));
    }

    private static GlmmException CannotBe(string name, double value, double low, double high) => new($"The {name} cannot be held at "
        + $"{NumberFormat.Significant(value)}: it lies between {NumberFormat.Significant(low)} and "
        + $"{(high > 1e9 ? "infinity" : NumberFormat.Significant(high))}.");
}
