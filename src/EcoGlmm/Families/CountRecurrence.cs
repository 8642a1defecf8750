using EcoGlmm.Numerics;

namespace EcoGlmm.Families;

/// <summary>
/// A distribution of counts by its recurrence: P(First) is given, and P(k) = P(k − 1) (A + B/k) after it. These are Panjer's
/// distributions (Poisson, binomial, negative binomial) and their truncations at zero: H. H. Panjer (1981), Recursive evaluation
/// of a family of compound distributions, <i>ASTIN Bulletin</i> 12; B. Sundt &amp; W. S. Jewell (1981), the same.
/// </summary>
internal readonly record struct CountRecurrence(int First, double Probability, double A, double B)
{
    /// <summary>First probabilities below this are not started from: they lose digits.</summary>
    public const double LeastProbability = 1e-290;

    /// <summary>Distributions that reach farther are drawn from in other ways than by inversion.</summary>
    public const int Longest = 1024;

    /// <summary>Whether a count can be found by adding probabilities.</summary>
    public bool CanBeInverted => Probability > LeastProbability && Length < Longest;

    public static CountRecurrence Poisson(double mu) => new(0, Math.Exp(-mu), 0, mu);

    public static CountRecurrence Binomial(double n, double p) =>
        new(0, Math.Exp(n * SpecialFunctions.Log1p(-p)), -p / (1 - p), (n + 1) * p / (1 - p));

    /// <summary>Negative binomial of variance μ + μ²/θ.</summary>
    public static CountRecurrence NegativeBinomial(double mu, double theta)
    {
        if (double.IsInfinity(theta))
            return Poisson(mu);
        var s = mu / (mu + theta);
        return new(0, Math.Exp(-theta * SpecialFunctions.Log1p(mu / theta)), s, (theta - 1) * s);
    }

    /// <summary>The same counts given that they are not zero.</summary>
    public CountRecurrence Positive() => new(1, Probability * (A + B) / (1 - Probability), A, B);

    /// <summary>Makes it one row of several.</summary>
    public void Write(in CountBlock block, int row)
    {
        block.Below[row] = First == 0 ? Probability : 0;
        block.Probability[row] = First == 0 ? Probability : Probability / (A + B);
        block.A[row] = A;
        block.B[row] = B;
    }

    /// <summary>
    /// About where the probabilities have become too small to matter: beyond it less than 10⁻¹⁹ is left.
    /// </summary>
    public double Length
    {
        get
        {
            // Mean and variance of Panjer's distributions; beyond them the tail falls at the rate A.
            double mean = (A + B) / (1 - A), variance = mean / (1 - A);
            return mean + (12 * Math.Sqrt(variance)) + (A > 0 ? -46 / Math.Log(A) : 20);
        }
    }
}
