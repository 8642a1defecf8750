using System.Globalization;

namespace EcoGlmm.Formulas;

/// <summary>
/// Functions of a numeric column that take statistics from its finite values in the training table and keep them for other rows.
/// </summary>
internal static class LearningFunctions
{
    private const int HighestDegree = 50;

    private sealed record Standardisation(double Center, double Scale);

    /// <summary>A number of the training rows, for use within an expression: I(x - mean(x)).</summary>
    public static Func<Evaluator, CallNode, Value> Statistic(Func<double[], double> statistic) => (evaluator, call) =>
    {
        var x = new CallArguments(evaluator, call, "x").Rows("x");
        return new ConstantNumbers([evaluator.Learn(call, () =>
            x.Where(double.IsFinite).ToArray() is { Length: > 0 } known ? statistic(known) : double.NaN)]);
    };

    public static Value Scale(Evaluator evaluator, CallNode call)
    {
        var arguments = new CallArguments(evaluator, call, "x", "center", "scale");
        var x = arguments.Rows("x");
        var learnt = evaluator.Learn(call, () => LearnScale(arguments, x));
        return new NumericValue(Array.ConvertAll(x, value => (value - learnt.Center) / learnt.Scale));
    }

    public static Value Center(Evaluator evaluator, CallNode call)
    {
        var x = new CallArguments(evaluator, call, "x").Rows("x");
        var center = evaluator.Learn(call, () => Mean(x));
        return new NumericValue(Array.ConvertAll(x, value => value - center));
    }

    public static Value Poly(Evaluator evaluator, CallNode call)
    {
        var arguments = new CallArguments(evaluator, call, "x", "degree", "raw", "simple");
        if (arguments.Has("degree") && arguments.Value("degree") is not ConstantNumbers)
            throw arguments.Invalid("degree", "must be a whole number", "Polynomials are of one column: poly(x, 2).");
        var degree = arguments.ColumnCount("degree", 1, 1);
        var x = arguments.Rows("x");
        if (arguments.Flag("raw", false))
        {
            var powers = Enumerable.Range(1, degree).Select(k => Array.ConvertAll(x, value => Math.Pow(value, k)));
            return Matrix([.. powers]);
        }
        var basis = evaluator.Learn(call, () =>
        {
            if (x.Where(double.IsFinite).Distinct().Take(degree + 1).Count() <= degree)
            {
                throw arguments.Invalid("degree", "must be less than the number of different values",
                    $"{arguments.Node("x")} has no more than {degree} of them.");
            }
            var learnt = PolynomialBasis.Learn(x, degree);
            if (!learnt.IsOrthonormal(x))
            {
                throw arguments.Invalid("degree", $"is too high: rounding leaves no basis of {degree} polynomials over these values",
                    "Take a lower degree, or a spline such as ns(x, df = 5), which follows curves better.");
            }
            return learnt;
        });
        return Matrix(basis.Evaluate(x));
    }

    public static Value NaturalSpline(Evaluator evaluator, CallNode call)
    {
        var arguments = new CallArguments(evaluator, call, "x", "df", "knots", "intercept", "Boundary.knots");
        return Spline(arguments, degree: 3, natural: true);
    }

    public static Value BSpline(Evaluator evaluator, CallNode call)
    {
        var arguments = new CallArguments(evaluator, call, "x", "df", "knots", "degree", "intercept", "Boundary.knots");
        return Spline(arguments, arguments.WholeNumber("degree", 3, 1, HighestDegree), natural: false);
    }

    private static MatrixValue Spline(CallArguments arguments, int degree, bool natural)
    {
        var x = arguments.Rows("x");
        var basis = arguments.Evaluator.Learn(arguments.Call, () => LearnSpline(arguments, x, degree, natural));
        return Matrix(basis.Evaluate(x));
    }

    private static SplineBasis LearnSpline(CallArguments arguments, double[] x, int degree, bool natural)
    {
        var intercept = arguments.Flag("intercept", false);
        var finite = x.Where(double.IsFinite).Order().ToArray();
        if (finite.Length == 0 || finite[0] == finite[^1])
            throw arguments.Invalid("x", "must have at least two different values",
                "A spline of a constant says nothing.");
        double[] boundary = [finite[0], finite[^1]];
        if (arguments.Has("Boundary.knots"))
        {
            boundary = [.. arguments.Constants("Boundary.knots").Order()];
            if (boundary.Length != 2 || boundary[0] == boundary[1])
                throw arguments.Invalid("Boundary.knots", "must be two different numbers", "Write c(lowest, highest).");
            finite = [.. finite.Where(value => value >= boundary[0] && value <= boundary[1])];
        }
        double[] knots = [];
        if (arguments.Has("knots"))
        {
            knots = [.. arguments.Constants("knots").Order()];
            if (knots.Any(knot => !(knot > boundary[0] && knot < boundary[1])))
                throw arguments.Invalid("knots", "must lie between the boundary knots",
                    $"These are {boundary[0]:R} and {boundary[1]:R}.");
        }
        else if (arguments.Has("df"))
        {
            var least = natural ? 1 + (intercept ? 1 : 0) : degree + (intercept ? 1 : 0);
            var count = arguments.ColumnCount("df", least, least) - least;
            knots = [.. Enumerable.Range(1, count).Select(i => Quantile(finite, i / (count + 1.0)))];
        }
        return new SplineBasis(knots, boundary[0], boundary[1], degree, intercept, natural);
    }

    private static Standardisation LearnScale(CallArguments arguments, double[] x)
    {
        var center = Setting(arguments, "center") ?? Mean(x);
        var scale = Setting(arguments, "scale");
        if (scale is null)
        {
            scale = RootMeanSquare(x, center);
            if (scale == 0)
                throw arguments.Invalid("x", "does not vary, so that it cannot be scaled",
                    "Leave it out of the formula.");
        }
        return new Standardisation(center, scale.Value);
    }

    // FALSE means none of it, TRUE or nothing the statistic of the data (null), a number that number.
    private static double? Setting(CallArguments arguments, string parameter)
    {
        if (!arguments.Has(parameter))
            return null;
        if (arguments.Value(parameter) is ConstantNumbers { IsLogical: true, Values: [var flag] })
            return flag != 0 ? null : parameter == "center" ? 0 : 1;
        return arguments.Number(parameter, 0);
    }

    /// <summary>The root mean square about a centre, with n − 1, as R's scale() divides by.</summary>
    public static double RootMeanSquare(double[] x, double center)
    {
        var (sum, count) = (0.0, 0);
        foreach (var value in x)
        {
            if (!double.IsFinite(value))
                continue;
            sum += (value - center) * (value - center);
            count++;
        }
        return Math.Sqrt(sum / Math.Max(1, count - 1));
    }

    // In two passes, as R does: the second adds what rounding lost in the first.
    public static double Mean(double[] x)
    {
        var (sum, count) = (0.0, 0);
        foreach (var value in x)
        {
            if (!double.IsFinite(value))
                continue;
            sum += value;
            count++;
        }
        var mean = sum / count;
        var rest = 0.0;
        foreach (var value in x)
            rest += double.IsFinite(value) ? value - mean : 0;
        return mean + rest / count;
    }

    // Type 7 of R. J. Hyndman & Y. Fan (1996), Sample quantiles in statistical packages, The American Statistician 50.
    public static double Quantile(double[] sorted, double probability)
    {
        var h = (sorted.Length - 1) * probability;
        var below = (int)Math.Floor(h);
        var fraction = h - below;
        return below + 1 < sorted.Length ? sorted[below] + fraction * (sorted[below + 1] - sorted[below]) : sorted[^1];
    }

    private static MatrixValue Matrix(double[][] columns) =>
        new(columns, [.. Enumerable.Range(1, columns.Length).Select(i => i.ToString(CultureInfo.InvariantCulture))]);
}
