namespace EcoGlmm.Tests.Families;

/// <summary>Central differences extrapolated to step zero (Ridders 1982).</summary>
internal static class Differences
{
    public static double Derivative(Func<double, double> f, double step, out double error)
    {
        const int Rows = 7;
        const double Ratio = 1.6;
        var a = new double[Rows, Rows];
        var best = double.NaN;
        error = double.PositiveInfinity;
        for (var i = 0; i < Rows; i++)
        {
            var h = step * Math.Pow(Ratio, -i);
            a[0, i] = (f(h) - f(-h)) / (2 * h);
            var factor = Ratio * Ratio;
            for (var j = 1; j <= i; j++)
            {
                a[j, i] = ((a[j - 1, i] * factor) - a[j - 1, i - 1]) / (factor - 1);
                factor *= Ratio * Ratio;
                var e = Math.Max(Math.Abs(a[j, i] - a[j - 1, i]), Math.Abs(a[j, i] - a[j - 1, i - 1]));
                if (e <= error)
                {
                    error = e;
                    best = a[j, i];
                }
            }
        }

        return best;
    }
}
