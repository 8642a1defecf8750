using EcoGlmm.Association;

namespace EcoGlmm;

public sealed partial class AssociationScan
{
    /// <summary>
    /// The Manhattan figure: −log₁₀ p of each marker along the genome, with Bonferroni's threshold. Of markers with p above
    /// 0.001 only one is drawn for each spot that several would cover; how many are drawn stands below the title.
    /// </summary>
    public Figure ManhattanFigure() => ScanFigures.Manhattan(this, null, null, null);

    /// <summary>The markers of a region.</summary>
    /// <param name="chromosome">The chromosome.</param>
    /// <param name="from">First position, in base pairs.</param>
    /// <param name="to">Last position.</param>
    /// <exception cref="GlmmException">There are no tested markers in the region.</exception>
    public Figure RegionFigure(string chromosome, long from, long to)
    {
        ArgumentNullException.ThrowIfNull(chromosome);
        return ScanFigures.Manhattan(this, chromosome, from, to);
    }

    /// <summary>
    /// The quantile figure: sorted −log₁₀ p against what they would be if no marker mattered, with the band that holds 95 %
    /// of each under independence. Points above the line from the left on are inflation; only at the right end, associations.
    /// </summary>
    public Figure QuantileFigure() => ScanFigures.Quantiles(this);
}
