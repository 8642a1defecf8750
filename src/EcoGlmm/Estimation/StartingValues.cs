using EcoGlmm.Numerics;
using EcoGlmm.RandomEffects;

namespace EcoGlmm.Estimation;

/// <summary>
/// Where estimation starts: fixed effects of the model without random effects, by iteratively reweighted least squares
/// (McCullagh &amp; Nelder 1989, section 2.5), a moment estimate of the dispersion, and random-effects standard deviations
/// of the size of the working residuals.
/// </summary>
internal static class StartingValues
{
    /// <summary>Starting ψ.</summary>
    /// <param name="model">The model.</param>
    /// <param name="zerosAreStructural">
    /// Whether to take nearly all zeros for structural ones and the rest for little dispersed, rather than half of them.
    /// </param>
    /// <param name="cancellation">Stops between two iterations.</param>
    public static double[] Find(MixedModel model, bool zerosAreStructural = false, CancellationToken cancellation = default)
    {
        var psi = new double[model.ParameterCount];
        var n = model.ObservationCount;
        const int e = LinearPredictor.Conditional;
        var basis = model.Basis[e]!;
        var mu = new double[n];
        var (eta, z, w) = (new double[n], new double[n], new double[n]);
        var family = model.Family;
        var link = family.LocationLink;
        var hurdle = model.IsHurdle || zerosAreStructural;
        for (var i = 0; i < n; i++)
        {
            var y = hurdle && model.Y[i] == 0 ? 1 : model.Y[i];
            mu[i] = family.StartingMean(y, SizeOf(model, i));
            eta[i] = link.LinearPredictor(mu[i]);
        }

        var gamma = new double[basis.Columns];
        var constant = ConstantMean(model, eta);
        var previous = (double[])constant.Clone();

        void Predict(double[] at)
        {
            model.Offset[e]!.CopyTo(eta, 0);
            basis.AddProduct(at, eta);
        }

        // Reweighted least squares can run away where the link is not the family's own.
        double Deviance(double[] at)
        {
            Predict(at);
            var sum = 0.0;
            for (var i = 0; i < n; i++)
            {
                if (hurdle && model.Y[i] == 0) continue;
                sum += (model.Weights?[i] ?? 1) * family.UnitDeviance(model.Y[i], link.At(eta[i]).Mu, 1, SizeOf(model, i));
            }

            return double.IsFinite(sum) ? sum : double.NaN;
        }

        var (slope, variance) = (new double[n], new double[n]);
        if (!family.HasThresholds) Moments(model, hurdle, eta, mu, slope, variance);
        for (var iteration = 0; iteration < Tolerances.ReweightedIterations && !family.HasThresholds; iteration++)
        {
            cancellation.ThrowIfCancellationRequested();
            for (var i = 0; i < n; i++)
            {
                w[i] = z[i] = 0;
                if (hurdle && model.Y[i] == 0) continue;
                var y = family.WeightRole == WeightRole.Trials ? model.Y[i] / SizeOf(model, i) : model.Y[i];
                var weight = (model.Weights?[i] ?? 1) * slope[i] * slope[i] / variance[i];
                var working = eta[i] - model.Offset[e]![i] + ((y - mu[i]) / slope[i]);
                if (!(double.IsFinite(weight) && weight > 0 && double.IsFinite(working))) continue;
                (w[i], z[i]) = (Math.Min(weight, Tolerances.LargestWorkingWeight), working);
            }

            if (!WeightedLeastSquares(basis, w, z, gamma)) break;
            Predict(gamma);
            for (var halving = 0; halving < Tolerances.ReweightedHalvings && !Moments(model, hurdle, eta, mu, slope, variance); halving++)
            {
                // A full step left the link's range: come back towards the last valid coefficients.
                for (var j = 0; j < gamma.Length; j++) gamma[j] = 0.5 * (gamma[j] + previous[j]);
                Predict(gamma);
            }

            var change = 0.0;
            for (var j = 0; j < gamma.Length; j++) change = Math.Max(change, Math.Abs(gamma[j] - previous[j]));
            gamma.CopyTo(previous, 0);
            if (change < Tolerances.ReweightedChange * (1 + gamma.Max(Math.Abs))) break;
        }

        if (!family.HasThresholds)
        {
            if (!(Deviance(gamma) <= Tolerances.WorseThanConstant * Deviance(constant))) constant.CopyTo(gamma, 0);
            Predict(gamma);
        }

        gamma.CopyTo(psi, model.FixedOffset[e]);
        for (var i = 0; i < n; i++) mu[i] = link.At(eta[i]).Mu;
        if (model.Basis[LinearPredictor.Dispersion] is { } dispersion)
        {
            var delta = new double[n];
            Array.Fill(delta, family.StartingDispersion(model.Y, mu, model.Size));
            for (var i = 0; i < n; i++) delta[i] -= model.Offset[LinearPredictor.Dispersion]![i];
            var start = psi.AsSpan(model.FixedOffset[LinearPredictor.Dispersion], dispersion.Columns);
            dispersion.TransposedProduct(delta, start);
            for (var j = 0; j < start.Length; j++) start[j] /= n;
        }

        if (model.Basis[LinearPredictor.ZeroInflation] is { } zeros)
        {
            var fraction = (model.Y.Count(y => y == 0) + 0.5) / (n + 1.0);
            var zeta = new double[n];
            var probability = model.IsHurdle ? fraction : zerosAreStructural ? Tolerances.StructuralShare * fraction
                : Math.Clamp(0.5 * fraction, Tolerances.FewestStructuralZeros, Tolerances.MostStructuralZeros);
            Array.Fill(zeta, Math.Log(probability / (1 - probability)));
            var start = psi.AsSpan(model.FixedOffset[LinearPredictor.ZeroInflation], zeros.Columns);
            zeros.TransposedProduct(zeta, start);
            for (var j = 0; j < start.Length; j++) start[j] /= n;
        }

        if (family.HasThresholds) model.Offset[e]!.CopyTo(eta, 0);
        var shapes = family.StartingShapes(model.Y, eta);
        for (var s = 0; s < shapes.Length; s++)
        {
            var k = LinearPredictor.Shape + s;
            psi[model.FixedOffset[k]] = shapes[s] / model.Basis[k]!.First;
        }

        if (zerosAreStructural && !model.IsHurdle) RegressZeros(model, psi);
        StandardDeviations(model, WorkingSpread(model, eta, mu), psi.AsSpan(model.FixedCount));
        return psi;
    }

    /// <summary>Zero-inflation coefficients from a logistic regression of whether the response is zero.</summary>
    private static void RegressZeros(MixedModel model, double[] psi)
    {
        const int part = LinearPredictor.ZeroInflation;
        var basis = model.Basis[part]!;
        var n = model.ObservationCount;
        var (zeta, z, w) = (new double[n], new double[n], new double[n]);
        var gamma = new double[basis.Columns];
        for (var iteration = 0; iteration < Tolerances.ZeroRegressionIterations; iteration++)
        {
            for (var i = 0; i < n; i++)
            {
                var p = iteration == 0 ? 0.5 : Math.Clamp(1 / (1 + Math.Exp(-zeta[i])), Tolerances.LeastProbability, 1
                    - Tolerances.LeastProbability);
                w[i] = p * (1 - p);
                z[i] = zeta[i] - model.Offset[part]![i] + (((model.Y[i] == 0 ? Tolerances.StructuralShare : 0) - p) / w[i]);
            }

            if (!WeightedLeastSquares(basis, w, z, gamma)) return;
            model.Offset[part]!.CopyTo(zeta, 0);
            basis.AddProduct(gamma, zeta);
        }

        gamma.CopyTo(psi, model.FixedOffset[part]);
    }

    /// <summary>Covariance parameters with each effect as large as <paramref name="spread"/> on the scale of the linear
    /// predictor.</summary>
    public static void StandardDeviations(MixedModel model, double spread, Span<double> theta)
    {
        theta.Clear();
        foreach (var term in model.Terms)
        {
            var spreads = new double[term.Width];
            for (var c = 0; c < term.Width; c++)
            {
                // An effect whose covariate is zero throughout does not enter the likelihood at all.
                if (!IsAbsent(term, c)) spreads[c] = spread;
            }

            term.Structure.Start(spreads, theta.Slice(term.ThetaOffset, term.ThetaCount));
        }
    }

    /// <summary>
    /// Chooses, term by term, among the starting parameters that the precision of related levels offers those with the lowest
    /// criterion: a likelihood can have one maximum for a short and one for a long range.
    /// </summary>
    /// <param name="model">The model.</param>
    /// <param name="start">The parameter vector, θ at its end.</param>
    /// <param name="criterion">What is minimised.</param>
    /// <param name="cancellation">Stops between two evaluations.</param>
    public static void ChooseShapes(MixedModel model, double[] start, Func<double[], double> criterion, CancellationToken cancellation)
    {
        var first = start.Length - model.ThetaCount;
        foreach (var term in model.Terms)
        {
            if (term.Structure.Precision is not { ParameterCount: > 0 } precision) continue;
            var at = first + term.ThetaOffset + term.Loadings.ParameterCount;
            var best = double.PositiveInfinity;
            double[]? chosen = null;
            foreach (var candidate in precision.Candidates())
            {
                cancellation.ThrowIfCancellationRequested();
                var trial = (double[])start.Clone();
                candidate.CopyTo(trial, at);
                var value = criterion(trial);
                if (!(value < best)) continue;
                (best, chosen) = (value, candidate);
            }

            chosen?.CopyTo(start, at);
        }
    }

    private static bool IsAbsent(RandomTerm term, int effect)
    {
        if (term.Z is not { } z) return false;
        for (var i = effect; i < z.Length; i += term.Width)
        {
            if (z[i] != 0) return false;
        }

        return true;
    }

    /// <summary>Standard deviation of the responses taken to the scale of the linear predictor; one when it is zero.</summary>
    public static double SpreadOfPredictor(MixedModel model)
    {
        var values = new List<double>();
        for (var i = 0; i < model.ObservationCount; i++)
        {
            var value = model.Family.LocationLink.LinearPredictor(model.Family.StartingMean(model.Y[i], SizeOf(model, i)));
            if (double.IsFinite(value)) values.Add(value);
        }

        if (values.Count == 0) return 1;
        var mean = values.Average();
        var spread = Math.Sqrt(values.Sum(v => (v - mean) * (v - mean)) / values.Count);
        return spread > 0 && double.IsFinite(spread) ? spread : 1;
    }

    /// <summary>Root mean square of the working residuals, at most one on log and probability scales.</summary>
    private static double WorkingSpread(MixedModel model, double[] eta, double[] mu)
    {
        var sum = 0.0;
        var count = 0;
        for (var i = 0; i < eta.Length; i++)
        {
            var slope = model.Family.LocationLink.At(eta[i]).D1;
            var y = model.Family.WeightRole == WeightRole.Trials ? model.Y[i] / SizeOf(model, i) : model.Y[i];
            var residual = (y - mu[i]) / slope;
            if (!double.IsFinite(residual)) continue;
            sum += Math.Min(residual * residual, Tolerances.LargestWorkingWeight);
            count++;
        }

        var spread = count == 0 ? 1 : Math.Sqrt(sum / count);
        if (!(spread > 0)) spread = 1;
        return model.IsOnResponseScale ? Tolerances.StartShare * spread : Math.Clamp(spread, Tolerances.SmallestStartSpread,
            Tolerances.LargestStartSpread);
    }

    /// <summary>Coefficients of the predictor that is nearest to a constant one, at the mean of the responses' own.</summary>
    public static double[] ConstantMean(MixedModel model)
    {
        var eta = new double[model.ObservationCount];
        for (var i = 0; i < eta.Length; i++)
            eta[i] = model.Family.Link.LinearPredictor(model.Family.StartingMean(model.Y[i], SizeOf(model, i)));
        return ConstantMean(model, eta);
    }

    private static double[] ConstantMean(MixedModel model, double[] eta)
    {
        const int e = LinearPredictor.Conditional;
        var mean = model.Family.LocationLink.LinearPredictor(eta.Average(x => model.Family.LocationLink.At(x).Mu));
        var target = new double[eta.Length];
        for (var i = 0; i < target.Length; i++) target[i] = mean - model.Offset[e]![i];
        var gamma = new double[model.Basis[e]!.Columns];
        model.Basis[e]!.TransposedProduct(target, gamma);
        for (var j = 0; j < gamma.Length; j++) gamma[j] /= target.Length;
        return gamma.All(double.IsFinite) ? gamma : new double[gamma.Length];
    }

    /// <summary>
    /// Means, their slopes and the variances at linear predictors, and whether every mean is one that the family can have; where zeros are
    /// structural, their variances are not asked for.
    /// </summary>
    private static bool Moments(MixedModel model, bool hurdle, double[] eta, double[] mu, double[] slope, double[] variance)
    {
        var (family, link, isValid) = (model.Family, model.Family.LocationLink, true);
        for (var i = 0; i < eta.Length; i++)
        {
            var point = link.At(eta[i]);
            (mu[i], slope[i]) = (point.Mu, point.D1);
            variance[i] = hurdle && model.Y[i] == 0 ? 0 : family.Variance(point.Mu, 1, SizeOf(model, i));
            isValid &= double.IsFinite(eta[i]) && double.IsFinite(variance[i]) && variance[i] >= 0;
        }

        return isValid;
    }

    private static bool WeightedLeastSquares(OrthogonalBasis basis, double[] w, double[] z, double[] gamma)
    {
        var p = basis.Columns;
        var matrix = new double[p * p];
        basis.WeightedCrossProduct(w, matrix);
        var right = new double[z.Length];
        for (var i = 0; i < right.Length; i++) right[i] = w[i] * z[i];
        var solution = new double[p];
        basis.TransposedProduct(right, solution);
        for (var j = 0; j < p; j++) matrix[(j * p) + j] += Tolerances.Ridge * (Tolerances.Smallest + matrix[(j * p) + j]);
        if (!DenseCholesky.TryFactor(matrix, p)) return false;
        DenseCholesky.Solve(matrix, p, solution);
        if (!solution.All(double.IsFinite)) return false;
        solution.CopyTo(gamma, 0);
        return true;
    }

    private static double SizeOf(MixedModel model, int i) => model.Size.Length == 0 ? 1 : model.Size[i];

    private static double Max(this double[] values, Func<double, double> of)
    {
        var max = 0.0;
        foreach (var v in values) max = Math.Max(max, of(v));
        return max;
    }
}
