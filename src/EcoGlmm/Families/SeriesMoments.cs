namespace EcoGlmm.Families;

/// <summary>Central moments of a count Y and of G = log Y!; see <see cref="ConwayMaxwellSeries"/>.</summary>
internal struct SeriesMoments
{
    public double LogSum;
    public double MeanLogFactorial;
    public double M20;
    public double M11;
    public double M02;
    public double M30;
    public double M21;
    public double M12;
    public double M03;
    public double M40;
    public double M31;
    public double M22;
    public double M13;
}
