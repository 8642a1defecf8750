namespace EcoGlmm.Estimation;

/// <summary>
/// What random probes do to estimates: each part of the probes alone has another gradient at the optimum, and would move the
/// estimates by Newton's step; the spread of these steps is the estimates' Monte Carlo error.
/// </summary>
internal static class MonteCarloError
{
    /// <summary>The largest Monte Carlo standard error of a parameter, in standard errors of that parameter; zero for a
    /// factorisation.</summary>
    /// <param name="search">The search; the last evaluation is at the optimum again afterwards.</param>
    /// <param name="optimum">Where it ended.</param>
    public static double Of(LikelihoodSearch search, Optimum optimum)
    {
        var blocks = search.System.ProbeBlocks;
        if (blocks < 2 || optimum.OwnHessian.Length == 0) return 0;
        var d = optimum.Parameters.Length;
        var steps = new double[blocks][];
        for (var block = 0; block < blocks; block++)
        {
            search.System.UseProbeBlock(block);
            steps[block] = StepAt(search, optimum);
        }

        search.System.UseProbeBlock(null);
        StepAt(search, optimum);
        var largest = 0.0;
        for (var j = 0; j < d; j++)
        {
            var variance = optimum.Inverse.Values[(j * d) + j];
            if (!(variance > 0)) continue;
            var mean = steps.Average(s => s[j]);
            var error = Math.Sqrt(steps.Sum(s => (s[j] - mean) * (s[j] - mean)) / (blocks - 1) / blocks);
            largest = Math.Max(largest, error / Math.Sqrt(variance));
        }

        return largest;
    }

    private static double[] StepAt(LikelihoodSearch search, Optimum optimum)
    {
        var gradient = new double[optimum.Parameters.Length];
        search.EvaluateAnew(optimum.Parameters, gradient);
        return optimum.Inverse.Multiply(gradient) ?? gradient;
    }
}
