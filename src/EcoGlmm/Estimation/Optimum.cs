using EcoGlmm.Numerics;

namespace EcoGlmm.Estimation;

/// <summary>
/// The point that a search ended at, with what its pathologies have found out so far; each of them may add problems, take
/// parameters out of the Hessian, and say what follows for the verdict.
/// </summary>
internal sealed class Optimum
{
    private HessianInverse? _inverse;

    /// <param name="model">The model.</param>
    /// <param name="parameters">The vector that was searched.</param>
    /// <param name="thetaOffset">Where θ begins in it.</param>
    /// <param name="value">−log L, less the log-density of the priors.</param>
    /// <param name="gradient">Its gradient.</param>
    /// <param name="hessian">Its Hessian; empty when there is none.</param>
    /// <param name="status">How the search ended.</param>
    public Optimum(MixedModel model, double[] parameters, int thetaOffset, double value, double[] gradient, double[] hessian,
        MinimiserStatus status)
    {
        (Model, Parameters, ThetaOffset, Value, Gradient, Status) = (model, parameters, thetaOffset, value, gradient, status);
        OwnHessian = hessian;
        UsableHessian = (double[])hessian.Clone();
        foreach (var held in Enumerable.Range(0, parameters.Length).Where(j => !model.Restraints.IsEmpty
            && model.Restraints.Holds(j))) PutAtLimit(held);
        foreach (var term in model.Terms.Where(t => t.Loadings.HasJointVariances))
            ExcuseJointVariances([.. Enumerable.Range(thetaOffset + term.ThetaOffset, term.ThetaCount)]);
    }

    /// <summary>While one of some variances that act together is zero, the others need not be told apart.</summary>
    private void ExcuseJointVariances(int[] variances)
    {
        int[] zeros = [.. variances.Where(j => Parameters[j] == 0)], others = [.. variances.Except(zeros)];
        foreach (var zero in zeros) PutAtLimit(zero);
        if (zeros.Length == 0 || OwnHessian.Length == 0) return;
        var (d, m) = (Parameters.Length, others.Length);
        var curvature = new double[m * m];
        for (var a = 0; a < m; a++)
        {
            for (var b = 0; b < m; b++)
                curvature[(a * m) + b] = Parameters[others[a]] * Parameters[others[b]] * OwnHessian[(others[a] * d) + others[b]];
        }

        var values = new double[m];
        if (m > 0 && DenseEigen.TryDecompose(curvature, m, values, 1, CancellationToken.None)
            && values.Min() > Tolerances.FlatJointVariances * values.Max()) return;
        foreach (var other in others) PutAtLimit(other);
    }

    public MixedModel Model { get; }

    public double[] Parameters { get; }

    public int ThetaOffset { get; }

    public ReadOnlySpan<double> Theta => Parameters.AsSpan(ThetaOffset);

    /// <summary>−log L, less the log-density of the priors.</summary>
    public double Value { get; }

    public double[] Gradient { get; }

    public MinimiserStatus Status { get; }

    /// <summary>The Hessian as it was computed.</summary>
    public double[] OwnHessian { get; }

    /// <summary>The Hessian with NaN for parameters that are held or at a limit.</summary>
    public double[] UsableHessian { get; }

    /// <summary>What was found, in the order in which it was.</summary>
    public List<ConvergenceProblem> Problems { get; } = [];

    /// <summary>Parameters that are held or at a limit: the likelihood need not curve in them.</summary>
    public HashSet<int> AtLimit { get; } = [];

    /// <summary>Parameters of which it is known why the likelihood is flat in them.</summary>
    public HashSet<int> Explained { get; } = [];

    /// <summary>Directions of the parameters along which the likelihood is flat.</summary>
    public List<double[]> FlatDirections { get; } = [];

    /// <summary>Whether a variance is zero or a correlation perfect.</summary>
    public bool IsSingular { get; set; }

    /// <summary>Whether two terms mean the same.</summary>
    public bool IsIndistinguishable { get; set; }

    public bool IsDispersionAtLimit { get; set; }

    /// <summary>Whether the likelihood curves in all parameters that are not at a limit.</summary>
    public bool IsCurved { get; set; } = true;

    /// <summary>Whether the estimates cannot be used.</summary>
    public bool HasFailed { get; set; }

    /// <summary>
    /// The inverse of the usable Hessian; from the first use on, no more parameters can be put at a limit.
    /// </summary>
    public HessianInverse Inverse => _inverse ??= HessianInverse.Of(UsableHessian, Parameters.Length, ThetaOffset);

    /// <summary>Takes a parameter out of the Hessian.</summary>
    public void PutAtLimit(int parameter)
    {
        AtLimit.Add(parameter);
        var d = Parameters.Length;
        for (var i = 0; i < d && UsableHessian.Length > 0; i++)
            UsableHessian[(i * d) + parameter] = UsableHessian[(parameter * d) + i] = double.NaN;
    }

    /// <summary>
    /// How far from the maximum this is: by how much the likelihood would still rise by Newton's step, and the largest element
    /// of the gradient in standard errors.
    /// </summary>
    public (double Improvement, double GradientNorm) Remaining()
    {
        var d = Parameters.Length;
        var step = Inverse.Multiply(Gradient);
        var (improvement, norm) = (0.0, 0.0);
        for (var j = 0; j < d && step is not null; j++)
        {
            improvement += 0.5 * step[j] * Gradient[j];
            var variance = Inverse.Values[(j * d) + j];
            if (variance > 0) norm = Math.Max(norm, Math.Abs(Gradient[j]) * Math.Sqrt(variance));
        }

        return (improvement, norm);
    }
}
