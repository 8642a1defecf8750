using EcoGlmm.Association;

namespace EcoGlmm;

public sealed partial class AssociationScan
{
    /// <summary>
    /// The Manhattan figure: −log₁₀ p of each marker along the genome, with Bonferroni's threshold. Of markers with p above
    /// 0.001 only one is drawn for each spot that several would cover; how many are drawn stands below the title.
    /// </summary>
    /// <param name="genes">Genes, of which hovering over a marker tells the nearest; null for none.</param>
    public Figure ManhattanFigure(GeneAnnotation? genes = null) => ScanFigures.Manhattan(this, null, null, null, genes);

    /// <summary>The markers of a region; with the genotypes, coloured by how linked they are with the strongest one, and with the genes
    /// below.</summary>
    /// <param name="chromosome">The chromosome.</param>
    /// <param name="from">First position, in base pairs.</param>
    /// <param name="to">Last position.</param>
    /// <param name="markers">The genotypes of the scan; null for one colour.</param>
    /// <param name="genes">Genes; null for none.</param>
    /// <exception cref="GlmmException">There are no tested markers in the region, or the genotypes lack one of them.</exception>
    public Figure RegionFigure(string chromosome, long from, long to, Genotypes? markers = null, GeneAnnotation? genes = null)
    {
        ArgumentNullException.ThrowIfNull(chromosome);
        return RegionalFigure.Draw(this, chromosome, from, to, markers, genes);
    }

    /// <summary>
    /// The quantile figure: sorted −log₁₀ p against what they would be if no marker mattered, with the band that holds 95 %
    /// of each under independence. Points above the line from the left on are inflation; only at the right end, associations.
    /// </summary>
    public Figure QuantileFigure() => ScanFigures.Quantiles(this);
}
