namespace EcoGlmm.Association;

/// <summary>Effects and tests of the markers of one block, by their places in it; NaN where there is nothing to test.</summary>
/// <param name="count">How many markers.</param>
internal sealed class MarkerTests(int count)
{
    public int Count { get; } = count;

    public double[] Frequency { get; } = new double[count];

    public int[] Called { get; } = new int[count];

    public double[] Beta { get; } = NotANumber(count);

    public double[] StandardError { get; } = NotANumber(count);

    public double[] Wald { get; } = NotANumber(count);

    public double[] LikelihoodRatio { get; } = NotANumber(count);

    public double[] Score { get; } = NotANumber(count);

    /// <summary>The result of a marker of the block.</summary>
    public MarkerAssociation Of(Marker marker, int m) => new(marker, Frequency[m], Called[m], Beta[m], StandardError[m], Wald[m],
        LikelihoodRatio[m], Score[m]);

    private static double[] NotANumber(int count)
    {
        var values = new double[count];
        Array.Fill(values, double.NaN);
        return values;
    }
}
