using System.Collections.Concurrent;
using EcoGlmm.Numerics;
using EcoGlmm.Relationships;

namespace EcoGlmm.RandomEffects.Structures;

/// <summary>
/// The precision of a Matérn field with ν = 1 at the nodes of a mesh, for a standard deviation of one: with κ = √8/range,
/// P = (κ²C + G) C⁻¹ (κ²C + G)/(4πκ²), so that log|P| = 2 log|κ²C + G| − log|C| − m log(4πκ²). Its parameter is log range.
/// Source: F. Lindgren, H. Rue &amp; J. Lindström (2011), J. R. Stat. Soc. B 73, 423-498, equations 2, 4 and 10, α = 2, τ² = 1/(4πκ²).
/// </summary>
internal sealed class MaternField(Mesh mesh)
{
    private const double FourPi = 4 * Math.PI;

    private readonly FiniteElements _elements = mesh.Elements;
    private readonly double _logMass = mesh.Elements.Mass.Sum(Math.Log);
    private readonly ConcurrentBag<SparseCholesky> _idle = [];

    /// <summary>Number of nodes, m.</summary>
    public int Order => _elements.Order;

    /// <summary>The lower triangle of P.</summary>
    public SparsePattern Pattern => _elements.SquarePattern;

    /// <summary>Writes P; log|P| and its derivative by log range, NaN where the range is too far out.</summary>
    public (double Log, double Slope) Set(double logRange, Span<double> values)
    {
        var s = SquaredKappa(logRange);
        var (g, gg) = (_elements.StiffnessInSquare, _elements.StiffnessSquared);
        for (var k = 0; k < values.Length; k++) values[k] = ((2 * g[k]) + (gg[k] / s)) / FourPi;
        for (var i = 0; i < Order; i++) values[Pattern.ColumnPointers[i]] += s * _elements.Mass[i] / FourPi;
        var factor = Rent();
        try
        {
            var h = Operator(s);
            if (!(s > 0) || !double.IsFinite(s) || !factor.TryFactor(h)) return (double.NaN, double.NaN);
            var log = (2 * factor.LogDeterminant) - _logMass - (Order * Math.Log(FourPi * s));
            factor.SelectedInverse(h);
            var trace = 0.0;
            for (var i = 0; i < Order; i++) trace += _elements.Mass[i] * h[_elements.Pattern.ColumnPointers[i]];
            return (log, (-4 * s * trace) + (2 * Order));
        }
        finally
        {
            _idle.Add(factor);
        }
    }

    /// <summary>Σ adjoint_k ∂P_k/∂ log range over the pattern.</summary>
    public double PullBack(double logRange, ReadOnlySpan<double> adjoint)
    {
        var s = SquaredKappa(logRange);
        double mass = 0, square = 0;
        for (var i = 0; i < Order; i++) mass += adjoint[Pattern.ColumnPointers[i]] * _elements.Mass[i];
        for (var k = 0; k < adjoint.Length; k++) square += adjoint[k] * _elements.StiffnessSquared[k];
        return ((-2 * s * mass) + (2 * square / s)) / FourPi;
    }

    /// <summary>The nodes and weights that the field at a place is made of; none outside the mesh.</summary>
    public (int Node, double Weight)[] Weights(double x, double y) => mesh.Weights(x, y);

    /// <summary>wᵀP⁻¹w: the variance of the field where it is made of nodes with weights w.</summary>
    public double Variance(double logRange, IReadOnlyList<(int Node, double Weight)> weights)
    {
        var s = SquaredKappa(logRange);
        var factor = Rent();
        try
        {
            if (!factor.TryFactor(Operator(s))) return 1;
            var z = new double[Order];
            foreach (var (node, weight) in weights) z[node] += weight;
            factor.Solve(z);
            var sum = 0.0;
            for (var i = 0; i < Order; i++) sum += _elements.Mass[i] * z[i] * z[i];
            return FourPi * s * sum;
        }
        finally
        {
            _idle.Add(factor);
        }
    }

    /// <summary>log of a range that is a fraction of the longer side of the mesh.</summary>
    public double LogRange(double fraction)
    {
        var (left, right, bottom, top) = mesh.Bounds;
        return Math.Log(fraction * Math.Max(right - left, top - bottom));
    }

    /// <summary>A range that the mesh cannot show, or beyond all that it covers.</summary>
    public IEnumerable<StructureLimit> Limits(double logRange, string title)
    {
        var (left, right, bottom, top) = mesh.Bounds;
        var range = Math.Exp(logRange);
        return StructureLimit.OfRange(0, Math.Exp(-mesh.ShortestEdge / range), range, Math.Max(right - left, top - bottom), title,
            "nodes of the mesh");
    }

    /// <summary>κ² = 8/range².</summary>
    private static double SquaredKappa(double logRange) => 8 * Math.Exp(-2 * logRange);

    /// <summary>κ²C + G.</summary>
    private double[] Operator(double s)
    {
        var values = (double[])_elements.Stiffness.Clone();
        for (var i = 0; i < Order; i++) values[_elements.Pattern.ColumnPointers[i]] += s * _elements.Mass[i];
        return values;
    }

    /// <summary>A factorisation of its own for each caller at a time.</summary>
    private SparseCholesky Rent()
    {
        if (_idle.TryTake(out var factor)) return factor;
        factor = SparseCholesky.Analyze(_elements.Pattern);
        factor.MaxThreads = 1;
        return factor;
    }
}
