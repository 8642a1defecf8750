using EcoGlmm.Diagnostics;
using EcoGlmm.Numerics;
using EcoGlmm.Prediction;

namespace EcoGlmm;

public sealed partial class SimulatedResiduals
{
    /// <summary>More operations than these are not done for one p-value.</summary>
    private const double LargestNullWork = 5e8;

    private const string DependenceWarning =
        " Random effects were drawn anew, so that rows of a group are alike, for which this test cannot allow with so many rows: it may "
        + "reject too easily.";

    private readonly bool _areRowsDependent;
    private readonly Lazy<double[][]> _null;

    /// <summary>
    /// A test's p-value from the simulations, in the place of one that takes rows to be independent, where they are not: rows of a
    /// group share its random effect when that was drawn anew. Null where the usual p-value holds, or where this one would take
    /// too long; then the second result is the warning to give.
    /// </summary>
    /// <param name="statistic">Prepares the statistic from the residuals of all rows, large when <see cref="Alternative.Greater"/> is
    /// true.</param>
    /// <param name="observed">The statistic of the data.</param>
    /// <param name="alternative">The alternative hypothesis.</param>
    /// <param name="work">About how many operations the statistic takes.</param>
    private (double? PValue, string Warning) DependentPValue(
        Func<Func<double[], double>> statistic, double observed, Alternative alternative, double work)
    {
        if (!_areRowsDependent)
            return (null, "");
        return NullStatistics(statistic, work) is { } simulated
            ? (SimulationNull.PValue(simulated, observed, alternative), "")
            : (null, DependenceWarning);
    }

    /// <summary>Residuals of each simulation in the place of the data, where rows depend on each other and are not too many; else
    /// null.</summary>
    internal double[][]? NullResiduals => _areRowsDependent && RowCount <= MostNullRows
        && (long)RowCount * Count <= SimulationSource.DefaultKeptValues ? _null.Value : null;

    /// <summary>With more rows the statistics of all simulations take seconds.</summary>
    private const int MostNullRows = 5000;

    private double[]? NullStatistics(Func<Func<double[], double>> statistic, double work) =>
        !_areRowsDependent || (long)RowCount * Count > SimulationSource.DefaultKeptValues || work * Count > LargestNullWork
            ? null
            : SimulationNull.Statistics(_null.Value, statistic());

    private double[][] SimulatedNullResiduals() =>
        SimulationNull.Residuals(_compared.Matrix(), _comparedObserved, new RandomStream(Seed).Split(NullStream));
}
