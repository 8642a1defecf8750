using EcoGlmm.Data;

namespace EcoGlmm.Diagnostics;

/// <summary>Whether residuals of places that are near each other are alike, along every pair of columns that are named like
/// coordinates.</summary>
internal sealed class SpaceCheck : ResidualCheck
{
    /// <summary>Fewer places say nothing about neighbours.</summary>
    private const int FewestPlaces = 20;

    /// <summary>Moran's I takes time with the square of the places: with more it is left to who asks for it.</summary>
    private const int MostPlaces = 4000;

    public override bool ShowsChart => true;

    public override IEnumerable<Symptom> Examine(GlmmFit fit, SimulatedResiduals residuals, ChangedFits changed)
    {
        foreach (var (x, y) in Coordinates.In(fit.Data).Where(c => !IsOfResponse(fit, c.X) && !IsOfResponse(fit, c.Y)))
        {
            var (xs, ys) = (residuals.Variable(x).Numbers!, residuals.Variable(y).Numbers!);
            if (xs.Concat(ys).Any(v => !double.IsFinite(v))) continue;
            var places = xs.Zip(ys).Distinct().ToArray();
            if (places.Length is < FewestPlaces or > MostPlaces) continue;
            var byPlace = residuals;
            if (places.Length < xs.Length)
            {
                var number = places.Select((place, k) => (place, k)).ToDictionary(p => p.place, p => p.k);
                byPlace = residuals.Regroup(xs.Zip(ys, (a, b) => (double)number[(a, b)]).ToArray());
                (xs, ys) = ([.. places.Select(p => p.First)], [.. places.Select(p => p.Second)]);
            }

            var degrees = Coordinates.AreDegrees(x, y, xs, ys);
            if (degrees)
            {
                var flat = FieldData.From(new Dictionary<string, object> { [x] = xs, [y] = ys }).WithKilometres(x, y, "east", "north");
                (xs, ys) = (flat.Numbers("east"), flat.Numbers("north"));
            }

            yield return new Symptom(this, $"Autocorrelation in space along {x} and {y}", byPlace.TestSpatialAutocorrelation(xs, ys))
            {
                Places = new Places(x, y, places.Length, degrees),
            };
        }
    }

    public override int RankOf(Symptom symptom, Symptoms all) => 4;

    public override string AdviceOn(Symptom symptom, Symptoms all) => symptom.Places is { AreDegrees: true } places
        ? $"Let the model know about space: turn degrees into kilometres, data.WithKilometres(\"{places.X}\", \"{places.Y}\"), and add "
            + "spde(0 + x + y | 1)."
        : $"Let the model know about space: add {symptom.Places!.Structures.First()}, or a predictor that changes from place to place.";

    private static bool IsOfResponse(GlmmFit fit, string name) => fit.Specification.Formula.Response?.Descend()
        .Any(node => node is Formulas.NameNode column && column.Name == name) == true;
}

/// <summary>Places whose residuals are alike where they are near.</summary>
/// <param name="X">The first coordinate.</param>
/// <param name="Y">The second.</param>
/// <param name="Count">Number of different places.</param>
/// <param name="AreDegrees">Whether they are longitude and latitude.</param>
internal sealed record Places(string X, string Y, int Count, bool AreDegrees)
{
    /// <summary>With more places a dense matrix of their correlations is slow.</summary>
    private const int MostDense = 300;

    /// <summary>The terms that know about space, the one to begin with first; none for degrees, which are no lengths.</summary>
    public IEnumerable<string> Structures => AreDegrees ? []
        : (Count <= MostDense ? new[] { "exp", "mat" } : ["spde"]).Select(name =>
            $"{name}(0 + {MissingEffects.Quoted(X)} + {MissingEffects.Quoted(Y)} | 1)");
}
