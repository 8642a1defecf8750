using EcoGlmm.Numerics;

namespace EcoGlmm.Syntheses;

/// <summary>
/// One odds or rate ratio for all studies, or one that changes with moderators alone, with a baseline of its own for each, by maximum
/// likelihood: the baselines are found for a ratio one by one, the ratio by Newton's method.
/// </summary>
internal static class CommonRatio
{
    private const int MostSteps = 100;
    private const double Farthest = 30;

    /// <summary>The deviance: twice what a ratio of its own for each study adds to the log-likelihood.</summary>
    public static double Deviance(StudyArms arms, bool isRate)
    {
        var p = arms.Moderators.Count;
        var x = Enumerable.Range(0, arms.Count).Select(arms.Moderators.Row).ToArray();
        var beta = new double[p];
        double Theta(int i) => x[i].Zip(beta, (a, b) => a * b).Sum();
        for (var step = 0; step < MostSteps; step++)
        {
            var (slope, information) = (new double[p], new double[p * p]);
            for (var i = 0; i < arms.Count; i++)
            {
                var (treated, control) = Expected(arms, i, Theta(i), isRate);
                var v = isRate ? treated : treated * (1 - treated / arms.TreatedSize[i]);
                var w = isRate ? control : control * (1 - control / arms.ControlSize[i]);
                for (var a = 0; a < p; a++)
                {
                    slope[a] += x[i][a] * (arms.TreatedEvents[i] - treated);
                    for (var b = 0; b < p; b++)
                    {
                        information[a + b * p] += x[i][a] * x[i][b] * v * w / (v + w);
                    }
                }
            }

            if (!DenseCholesky.TryFactor(information, p))
            {
                break;
            }

            DenseCholesky.Solve(information, p, slope);
            for (var a = 0; a < p; a++)
            {
                beta[a] += Math.Clamp(slope[a], -2, 2);
            }

            if (slope.Max(Math.Abs) < 1e-12 || Enumerable.Range(0, arms.Count).Max(i => Math.Abs(Theta(i))) > Farthest)
            {
                break;
            }
        }

        double deviance = 0;
        for (var i = 0; i < arms.Count; i++)
        {
            var (treated, control) = Expected(arms, i, Theta(i), isRate);
            deviance += Part(arms.TreatedEvents[i], treated) + Part(arms.ControlEvents[i], control);
            if (!isRate)
            {
                deviance += Part(arms.TreatedSize[i] - arms.TreatedEvents[i], arms.TreatedSize[i] - treated)
                    + Part(arms.ControlSize[i] - arms.ControlEvents[i], arms.ControlSize[i] - control);
            }
        }

        return Math.Max(0, 2 * deviance);
    }

    private static double Part(double observed, double expected) => observed > 0 ? observed * Math.Log(observed / expected) : 0;

    // The expected events of both arms, with the study's total as observed.
    private static (double Treated, double Control) Expected(StudyArms arms, int i, double theta, bool isRate)
    {
        var (n, m) = (arms.TreatedSize[i], arms.ControlSize[i]);
        var total = arms.TreatedEvents[i] + arms.ControlEvents[i];
        if (isRate)
        {
            var share = n * Math.Exp(theta) / (n * Math.Exp(theta) + m);
            return (total * share, total * (1 - share));
        }

        double Total(double a) => n * SpecialFunctions.Logistic(a + theta) + m * SpecialFunctions.Logistic(a);
        double low = -60;
        double high = 60;
        var at = Math.Log((total + 1e-9) / (n + m - total + 1e-9)) - theta / 2;
        for (var step = 0; step < 200; step++)
        {
            var excess = Total(at) - total;
            (low, high) = excess > 0 ? (low, at) : (at, high);
            var p = SpecialFunctions.Logistic(at + theta);
            var q = SpecialFunctions.Logistic(at);
            var next = at - excess / (n * p * (1 - p) + m * q * (1 - q));
            next = next > low && next < high ? next : (low + high) / 2;
            if (Math.Abs(next - at) < 1e-13)
            {
                break;
            }

            at = next;
        }

        return (n * SpecialFunctions.Logistic(at + theta), m * SpecialFunctions.Logistic(at));
    }
}
