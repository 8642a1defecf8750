namespace EcoGlmm.Families;

/// <summary>Why a response is not in a family's support, or null; and bounds on starting values.</summary>
internal static class SupportCheck
{
    /// <summary>Share of the trials, or of one, by which a number of successes may miss a whole number: a proportion that a file holds
    /// with six digits or more, times its trials.</summary>
    private const double WholeNumberError = 1e-6;

    /// <summary>Whether a number of successes is whole but for what the digits of a proportion lose.</summary>
    public static bool IsWhole(double y, double size) => Math.Abs(y - Math.Round(y)) <= WholeNumberError * Math.Max(1, size);

    /// <summary>2⁵³: beyond it not every whole number is a <see cref="double"/>.</summary>
    private const double LargestCount = 9007199254740992;

    private const string TooLarge = "counts beyond 9,007,199,254,740,992 cannot be told from their neighbours; give them in larger units";

    public static string? Count(double y) =>
        !(y >= 0 && y == Math.Floor(y) && y < double.PositiveInfinity) ? "counts must be whole numbers of zero or more"
        : y > LargestCount ? TooLarge
        : null;

    public static string? PositiveCount(double y) =>
        !(y >= 1 && y == Math.Floor(y) && y < double.PositiveInfinity)
        ? "counts of a zero-truncated family must be whole numbers of one or more"
        : y > LargestCount ? TooLarge
        : null;

    public static string? Positive(double y) =>
        y > 0 && y < double.PositiveInfinity ? null : "values must be greater than zero";

    public static string? Finite(double y) => double.IsFinite(y) ? null : "values must be finite numbers";

    public static string? SuccessesOfTrials(double y, double size)
    {
        if (!(size >= 0 && size == Math.Floor(size) && size < double.PositiveInfinity))
        {
            return "numbers of trials must be whole numbers of zero or more";
        }

        return y >= 0 && y <= size && IsWhole(y, size)
            ? null
            : "successes must be whole numbers from zero to the number of trials";
    }

    /// <summary>What may be meant by counts that are not whole numbers.</summary>
    public static string OnRates(double[] y) => Array.TrueForAll(y, v => v >= 0)
        ? " For a rate, use the count as the response and offset(log(effort)) in the formula."
        : "";

    /// <summary>The mean of (y − μ)²/μ: one for Poisson counts.</summary>
    public static double MeanScatter(ReadOnlySpan<double> y, ReadOnlySpan<double> mu)
    {
        double sum = 0;
        for (var i = 0; i < y.Length; i++) sum += (y[i] - mu[i]) * (y[i] - mu[i]) / mu[i];
        return sum / y.Length;
    }

    /// <summary>log of a moment estimate, kept to where an optimiser can start.</summary>
    public static double LogBetween(double estimate, double low, double high) =>
        Math.Log(double.IsNaN(estimate) ? 1 : Math.Clamp(estimate, low, high));
}
