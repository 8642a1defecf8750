namespace EcoGlmm.Decomposition;

/// <summary>A sum of coefficients with weights.</summary>
internal sealed record Combination(params (string Coefficient, double Weight)[] Parts)
{
    public static Combination operator -(Combination a, Combination b) =>
        new([.. a.Parts, .. b.Parts.Select(part => (part.Coefficient, -part.Weight))]);
}

/// <summary>
/// The terms of a method in the notation of formulas, and which combinations of its coefficients are the slope within individuals,
/// between them, and the difference; the test asks whether all of <c>Nulls</c> are zero.
/// </summary>
/// <param name="Terms">Fixed effects of age.</param>
/// <param name="Within">Slope within individuals at the reference age.</param>
/// <param name="Between">Slope between individuals; null where the method has none.</param>
/// <param name="Difference">What selection adds; null where the method has none.</param>
/// <param name="Nulls">What is zero without selection.</param>
/// <param name="Extra">A further coefficient that the method is there for.</param>
/// <param name="HasRandomSlopes">Whether individuals have slopes of their own.</param>
/// <param name="PerLongevity">How the slope within individuals changes with the mean longevity, itself an estimate; null if it does
/// not.</param>
internal sealed record AgeModel(string Terms, Combination Within, Combination? Between, Combination? Difference, Combination[] Nulls,
    (string Meaning, Combination Value)? Extra = null, bool HasRandomSlopes = false, Combination? PerLongevity = null)
{
    /// <summary>Whether the slope within individuals needs no difference between them, since it is taken from deviations alone.</summary>
    public bool IsCentred => Within.Parts[0].Coefficient.StartsWith("within(", StringComparison.Ordinal);

    /// <summary>The model of a method.</summary>
    /// <param name="method">The method.</param>
    /// <param name="x">Age, as it is written in a formula.</param>
    /// <param name="id">The individual.</param>
    /// <param name="first">Age at first record.</param>
    /// <param name="last">Age at last record.</param>
    /// <param name="age">The reference age.</param>
    /// <param name="longevity">The mean over individuals of age at last record.</param>
    public static AgeModel Of(AgeMethod method, string x, string id, string first, string last, double age, double longevity)
    {
        var (square, within, between) = ($"I({x}^2)", $"within({x}, {id})", $"between({x}, {id})");
        static Combination C(params (string, double)[] parts) => new(parts);
        switch (method)
        {
            case AgeMethod.Naive:
                return new AgeModel(x, C((x, 1)), null, null, []);
            case AgeMethod.NaiveQuadratic:
                return new AgeModel($"{x} + {square}", C((x, 1), (square, 2 * age)), null, null, [],
                    ("curvature: coefficient of age²", C((square, 1))));
            case AgeMethod.MeanCentring or AgeMethod.RandomSlopes:
                var (w, b) = (C((within, 1)), C((between, 1)));
                return new AgeModel($"{within} + {between}", w, b, b - w, [b - w], null, method == AgeMethod.RandomSlopes);
            case AgeMethod.AgeAtLast:
                return new AgeModel($"{x} + {last}", C((x, 1)), C((x, 1), (last, 1)), C((last, 1)), [C((last, 1))]);
            case AgeMethod.AgeAtLastQuadratic:
                return new AgeModel($"{x} + {square} + {last}", C((x, 1), (square, 2 * age)), C((x, 1), (square, 2 * age), (last, 1)),
                    C((last, 1)), [C((last, 1))], ("curvature: coefficient of age²", C((square, 1))));
            case AgeMethod.AgeAtLastByAge:
                var product = $"{x}:{last}";
                return new AgeModel($"{x} * {last}", C((x, 1), (product, longevity)), C((x, 1), (last, 1), (product, age + longevity)),
                    C((last, 1), (product, age)), [C((last, 1)), C((product, 1))],
                    ("change of the slope within individuals per unit of longevity", C((product, 1))), false, C((product, 1)));
            case AgeMethod.MeanCentringByLongevity:
                // No main effect of longevity: within() is orthogonal to whatever differs between individuals.
                var change = $"{within}:{last}";
                var (own, among) = (C((within, 1), (change, longevity)), C((between, 1)));
                return new AgeModel($"{within} + {between} + {change}", own, among, among - own, [among - own, C((change, 1))],
                    ("change of the slope within individuals per unit of longevity", C((change, 1))), true, C((change, 1)));
            case AgeMethod.AgeAtFirstAndLast:
                return new AgeModel($"{x} + {first} + {last}", C((x, 1)), C((x, 1), (first, 1), (last, 1)), C((last, 1)),
                    [C((first, 1)), C((last, 1))], ("selective appearance: coefficient of age at first record", C((first, 1))));
            case AgeMethod.TerminalYear:
                var terminal = $"as.numeric({x} == {last})";
                return new AgeModel($"{x} + {last} + {terminal}", C((x, 1)), C((x, 1), (last, 1)), C((last, 1)), [C((last, 1))],
                    ("terminal effect: step at the last record", C((terminal, 1))));
            case AgeMethod.QuadraticSquaredDeviation:
                var (w2, b2) = ($"I({within}^2)", $"I({between}^2)");
                var (slope, gradient) = (C((within, 1)), C((between, 1), (b2, 2 * age)));
                return new AgeModel($"{within} + {w2} + {between} + {b2}", slope, gradient, gradient - slope, [gradient - slope],
                    ("curvature within individuals", C((w2, 1))));
            default:
                var (ws, bs) = ($"within({square}, {id})", $"between({square}, {id})");
                var (inside, across) = (C((within, 1), (ws, 2 * age)), C((between, 1), (bs, 2 * age)));
                return new AgeModel($"{within} + {ws} + {between} + {bs}", inside, across, across - inside,
                    [C((between, 1)) - C((within, 1)), C((bs, 1)) - C((ws, 1))], ("curvature within individuals", C((ws, 1))));
        }
    }
}
