using EcoGlmm.Text;

namespace EcoGlmm.Estimation.Pathologies;

/// <summary>Some rows of a dispersion formula are met perfectly, so that their dispersion goes to zero.</summary>
internal sealed class PartlyPerfectFit : ISearchPathology
{
    public ConvergenceProblem? Recognise(LaplaceSearch search, SearchPoint found)
    {
        const int k = LinearPredictor.Dispersion;
        var model = search.Model;
        if (model.Family.IsDiscrete || model.Family.HasVanishingDispersion || model.HasConstantDispersion) return null;
        if (model.Basis[k] is not { Columns: > 0 } basis) return null;
        var delta = new double[model.ObservationCount];
        model.FixedPredictor(k, found.Parameters, delta);
        var ordered = (double[])delta.Clone();
        Array.Sort(ordered);
        var precise = model.Family.Sigma(1) > 1 ? -1 : 1;
        var middle = ordered[ordered.Length / 2];
        var perfect = Array.ConvertAll(delta, d => precise * (d - middle) > Tolerances.PerfectDispersion);
        if (!perfect.Contains(true)) return null;
        var rows = perfect.Count(p => p);
        var all = model.CoefficientNames[k]!;
        var names = Enumerable.Range(0, basis.Columns).Where(j => basis.ActsOnlyIn(j, perfect)).Select(j => all[j]).ToArray();
        var parameter = string.Join(", ", names.Length > 0 ? names : all);
        var run = parameter.Contains(", ", StringComparison.Ordinal) ? "run" : "runs";
        return new ConvergenceProblem(parameter,
            $"In the dispersion {parameter} {run} to infinity: where {(names.Length > 0 ? "it acts" : "they act")} the model fits the "
                + $"response perfectly, in {NumberFormat.Count(rows)} {(rows == 1 ? "row" : "rows")}, so that the likelihood has no "
                + "maximum.",
            "Look for groups in which the response does not vary; pool them with others in Dispersion, or leave them out.");
    }
}
