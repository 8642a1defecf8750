namespace EcoGlmm.Numerics;

/// <summary>Student's t, which is the standard normal for infinitely many degrees of freedom.</summary>
internal static class StudentT
{
    /// <summary>P(T &gt; t).</summary>
    public static double UpperTail(double t, double degreesOfFreedom) => double.IsPositiveInfinity(degreesOfFreedom) || double.IsNaN(t)
        ? SpecialFunctions.NormalCdf(-t)
        : double.IsNaN(degreesOfFreedom) ? double.NaN
        : MathNet.Numerics.Distributions.StudentT.CDF(0, 1, degreesOfFreedom, -t);

    /// <summary>The value that T is below with a probability.</summary>
    public static double Quantile(double probability, double degreesOfFreedom) => double.IsPositiveInfinity(degreesOfFreedom)
        ? SpecialFunctions.NormalQuantile(probability)
        : double.IsNaN(degreesOfFreedom) ? double.NaN
        : MathNet.Numerics.Distributions.StudentT.InvCDF(0, 1, degreesOfFreedom, probability);
}
