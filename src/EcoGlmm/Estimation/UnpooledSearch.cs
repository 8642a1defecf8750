using EcoGlmm.Families;
using EcoGlmm.Numerics;

namespace EcoGlmm.Estimation;

/// <summary>
/// The effects of each level of a random term as its own rows alone would have them, all else at its estimate: the maximum of
/// their likelihood without the normal distribution that shrinks conditional modes. By Newton's method, all levels at once.
/// </summary>
internal static class UnpooledSearch
{
    /// <summary>Level × effect in users' units; NaN where the rows of a level do not determine it, or its estimate is infinite.</summary>
    /// <param name="estimate">The estimate, from which the search starts.</param>
    /// <param name="family">The family at the estimate of its shapes.</param>
    /// <param name="index">The term.</param>
    /// <param name="threads">The number of threads.</param>
    public static double[] Find(Estimate estimate, Family family, int index, int threads)
    {
        var model = estimate.Model;
        var term = model.Terms[index];
        var (r, k, n) = (term.Width, term.Predictor, model.ObservationCount);
        var levels = term.Levels.Count;
        var modes = new double[estimate.System.EffectCount];
        estimate.System.Lambda.Multiply(estimate.Modes, modes);
        var b = modes.AsSpan(term.EffectOffset, levels * r).ToArray();
        var start = (double[])b.Clone();
        var predictors = Array.ConvertAll(estimate.Predictors, p => (double[]?)p?.Clone());
        var observations = new ObservationModel(family, model.Y, model.Size, model.Weights, model.IsZeroInflated,
            model.HasConstantDispersion,
            threads);
        var (gradient, information) = (new double[levels * r], new double[levels * r * r]);
        var unit = model.Unit[k];
        for (var step = 0; step < Tolerances.UnpooledSteps; step++)
        {
            observations.Evaluate(predictors, DerivativeLevel.Full);
            Array.Clear(gradient);
            Array.Clear(information);
            var (first, second) = (observations.First[k]!, observations.Second[LinearPredictor.Pair(k, k)]!);
            for (var i = 0; i < n; i++)
            {
                var at = term.Codes[i];
                for (var c = 0; c < r; c++)
                {
                    var z = term.Z is { } zs ? zs[(i * r) + c] : 1;
                    gradient[(at * r) + c] += z * first[i];
                    for (var e = 0; e < r; e++) information[(((at * r) + c) * r) + e] -= z * second[i] * (term.Z?[(i * r) + e] ?? 1);
                }
            }

            var largest = 0.0;
            for (var l = 0; l < levels; l++)
            {
                var own = b.AsSpan(l * r, r);
                if (double.IsNaN(own[0])) continue;
                var h = information.AsSpan(l * r * r, r * r).ToArray();
                var move = gradient.AsSpan(l * r, r).ToArray();
                var size = Enumerable.Range(0, r).Max(c => h[(c * r) + c]);
                if (!DenseCholesky.TryFactor(h, r) || !(Enumerable.Range(0, r).Min(c => h[(c * r) + c]) > Tolerances.UnpooledPivot
                    * Math.Sqrt(size)))
                {
                    own.Fill(double.NaN);
                    continue;
                }

                DenseCholesky.Solve(h, r, move);
                var length = move.Max(Math.Abs);
                var factor = family.Link == Link.Identity ? 1 : Math.Min(1, Tolerances.LongestUnpooledStep * unit / length);
                for (var c = 0; c < r; c++) own[c] += factor * move[c];
                largest = Math.Max(largest, length / unit);
                if (family.Link != Link.Identity && own.ToArray().Any(v => Math.Abs(v) > Tolerances.FarthestUnpooled * unit))
                    own.Fill(double.NaN);
            }

            for (var i = 0; i < n; i++)
            {
                var at = term.Codes[i];
                var eta = estimate.Predictors[k]![i];
                for (var c = 0; c < r; c++)
                {
                    var value = b[(at * r) + c];
                    if (!double.IsNaN(value)) eta += (term.Z?[(i * r) + c] ?? 1) * (value - start[(at * r) + c]);
                }

                predictors[k]![i] = eta;
            }

            if (largest < Tolerances.UnpooledChange) break;
        }

        for (var l = 0; l < levels && term.Scaling is not null; l++) term.Scaling.ToEffects(b.AsSpan(l * r, r));
        return b;
    }
}
