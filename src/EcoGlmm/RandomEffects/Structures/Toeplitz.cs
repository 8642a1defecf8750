namespace EcoGlmm.RandomEffects.Structures;

/// <summary>
/// toep: one correlation for each distance between effects in their order. Its parameters are the inverse hyperbolic tangents of the
/// partial autocorrelations π₁ … π_(r−1): any of them between −1 and 1 make a positive definite matrix, and every such matrix is
/// made by one set of them. L is that of a lattice filter: effect t is made of a new variable times √Π(1 − πₖ²) and of those before it.
/// Sources: O. E. Barndorff-Nielsen and G. Schou (1973), On the parametrization of autoregressive models by partial
/// autocorrelations, Journal of Multivariate Analysis 3, 408-419; J. Durbin (1960), The fitting of time-series models, Review of the
/// International Statistical Institute 28, 233-244; J. Makhoul (1977), Stable and efficient lattice methods for linear prediction,
/// IEEE Transactions on Acoustics, Speech, and Signal Processing 25, 423-428.
/// </summary>
internal sealed class Toeplitz(int width) : CorrelationForm(width, width - 1), ISeparateCorrelations
{
    public override IReadOnlyList<CovarianceQuantity> Quantities { get; } =
        [.. Enumerable.Range(1, width - 1).Select(lag => new CovarianceQuantity(CovarianceQuantity.Correlation, $"lag {lag}"))];

    public override bool ShrinksToItself => true;

    public override ISeparateCorrelations? Separate => this;

    /// <summary>Correlations that fall by one half with each step.</summary>
    public override void Start(Span<double> rho)
    {
        rho.Clear();
        if (rho.Length > 0) rho[0] = Math.Atanh(0.5);
    }

    /// <summary>Those of a first-order autoregression, and of one correlation for all pairs.</summary>
    public override IEnumerable<double[]> Alternatives() => base.Alternatives().Concat(new[] { 0.8, 0.4 }.Take(Width > 2 ? 2 : 0)
        .Select(same => Enumerable.Range(0, ParameterCount).Select(k => Math.Atanh(same / (1 + (k * same)))).ToArray()));

    /// <summary>Every other form here is stationary: its correlations depend on the distance alone.</summary>
    public override bool Contains(CorrelationForm smaller) => true;

    /// <summary>
    /// Row by row: f = √Π(1 − πₖ²) e_t goes down the lattice, f ← f + πₖ b⁽ᵏ⁻¹⁾ of the row before, to become effect t, and
    /// b⁽ᵏ⁾ = (1 − πₖ²) b⁽ᵏ⁻¹⁾ of the row before − πₖ f.
    /// </summary>
    public override bool TryFactor(ReadOnlySpan<double> rho, Span<double> l)
    {
        var r = Width;
        l.Clear();
        var backward = new double[r * r];
        for (var t = 0; t < r; t++) Row(rho, t, backward, l.Slice(t * r, r));
        return true;
    }

    public override void PullBack(ReadOnlySpan<double> rho, ReadOnlySpan<double> l, Span<double> bar, Span<double> gradient)
    {
        var r = Width;

        // before[t] holds b⁽ᵏ⁾ of the row before t.
        var before = new double[r][];
        var current = new double[r * r];
        var row = new double[r];
        for (var t = 0; t < r; t++)
        {
            before[t] = (double[])current.Clone();
            Row(rho, t, current, row);
        }

        var (next, own) = (new double[r * r], new double[r * r]);
        for (var t = r - 1; t >= 0; t--)
        {
            // next: the derivatives by b⁽ᵏ⁾ of this row; own: by those of the row before.
            Array.Clear(own);
            var (f, adjoint) = (new double[t + 1, r], new double[r]);
            f[t, t] = Innovation(rho, t);
            for (var k = t; k >= 1; k--)
            {
                var partial = Math.Tanh(rho[k - 1]);
                for (var c = 0; c < r; c++) f[k - 1, c] = f[k, c] + (partial * before[t][((k - 1) * r) + c]);
            }

            for (var c = 0; c < r; c++) adjoint[c] = (c <= t ? bar[(t * r) + c] : 0) + next[c];
            for (var k = 1; k <= t; k++)
            {
                var (partial, slope) = Bounded(rho[k - 1]);
                var sum = 0.0;
                for (var c = 0; c < r; c++)
                {
                    var (b, up) = (before[t][((k - 1) * r) + c], next[(k * r) + c]);
                    sum += (adjoint[c] * b) - (up * ((2 * partial * b) + f[k, c]));
                    own[((k - 1) * r) + c] = (partial * adjoint[c]) + (slope * up);
                    adjoint[c] -= partial * up;
                }

                gradient[k - 1] += sum * slope;
            }

            // d √Π(1 − π²) / d atanh π = −π √Π(1 − π²).
            for (var k = 1; k <= t; k++) gradient[k - 1] -= adjoint[t] * f[t, t] * Math.Tanh(rho[k - 1]);
            (next, own) = (own, next);
        }
    }

    public override double Correlation(ReadOnlySpan<double> rho, int i, int j)
    {
        var values = new double[Width - 1];
        Report(rho, values);
        return values[i - j - 1];
    }

    public override void AddGradient(ReadOnlySpan<double> rho, int i, int j, double factor, Span<double> gradient)
    {
        var (l, bar) = (new double[Width * Width], new double[Width * Width]);
        bar[(i - j) * Width] = factor;
        PullBack(rho, l, bar, gradient);
    }

    /// <summary>The first column of L: correlations with the first effect.</summary>
    public override void Report(ReadOnlySpan<double> rho, Span<double> values)
    {
        var l = new double[Width * Width];
        TryFactor(rho, l);
        for (var k = 0; k < values.Length; k++) values[k] = l[(k + 1) * Width];
    }

    /// <summary>A partial autocorrelation of ±1: the effects from there on follow from those before.</summary>
    public override IEnumerable<StructureLimit> Limits(double[] rho, string title) => StructureLimit.OfPartialCorrelations(rho, title);

    public void ToOwn(ReadOnlySpan<double> x, Span<double> rho)
    {
        var (weights, old) = (new double[x.Length], new double[x.Length]);
        var variance = 1.0;
        for (var k = 0; k < x.Length; k++)
        {
            var sum = Math.Tanh(x[k]);
            for (var j = 0; j < k; j++) sum -= weights[j] * Math.Tanh(x[k - 1 - j]);
            var partial = variance > 0 ? sum / variance : double.NaN;
            rho[k] = k == 0 ? x[0] : Math.Atanh(partial);
            weights.CopyTo(old, 0);
            for (var j = 0; j < k; j++) weights[j] = old[j] - (partial * old[k - 1 - j]);
            weights[k] = partial;
            variance *= 1 - (partial * partial);
        }
    }

    /// <summary>The inverse of ∂ρₖ/∂(atanh π), which is lower triangular, times that of ρ by its inverse hyperbolic tangent.</summary>
    public double[] Jacobian(ReadOnlySpan<double> x)
    {
        var m = x.Length;
        var own = new double[m];
        ToOwn(x, own);
        var (forward, inverse) = (new double[m * m], new double[m * m]);
        for (var k = 0; k < m; k++) AddGradient(own, k + 1, 0, 1, forward.AsSpan(k * m, m));
        for (var j = 0; j < m; j++)
        {
            for (var i = j; i < m; i++)
            {
                var sum = i == j ? Bounded(x[j]).Slope : 0;
                for (var k = j; k < i; k++) sum -= forward[(i * m) + k] * inverse[(k * m) + j];
                inverse[(i * m) + j] = sum / forward[(i * m) + i];
            }
        }

        return inverse;
    }

    /// <summary>By a held correlation v at lag k: v^(j/k) at lag j, or, for v below zero, v, v², … at lags k, 2k, … and none between:
    /// series of their own, of which every k-th effect is one.</summary>
    public void Reconcile(Span<double> x, ReadOnlySpan<bool> isHeld)
    {
        var (own, trial) = (new double[x.Length], x.ToArray());
        for (var from = -1; from < x.Length; from++)
        {
            if (from >= 0 && !isHeld[from]) continue;
            var (lag, value) = (from + 1, from < 0 ? 0 : Math.Tanh(x[from]));
            for (var k = 0; k < x.Length && from >= 0; k++)
            {
                if (isHeld[k]) continue;
                var isMultiple = (k + 1) % lag == 0;
                trial[k] = Math.Atanh(value > 0 ? Math.Pow(value, (k + 1.0) / lag) : isMultiple ? Math.Pow(value, (k + 1) / lag) : 0);
            }

            ToOwn(trial, own);
            if (!Array.TrueForAll(own, double.IsFinite)) continue;
            trial.CopyTo(x);
            return;
        }
    }

    private static double Innovation(ReadOnlySpan<double> rho, int t)
    {
        var product = 1.0;
        for (var k = 0; k < t; k++) product /= Math.Cosh(rho[k]);
        return product;
    }

    /// <summary>Effect t by the variables, and b⁽ᵏ⁾, k ≤ t, of the row before turned to its own.</summary>
    private void Row(ReadOnlySpan<double> rho, int t, double[] backward, Span<double> row)
    {
        var r = Width;
        row.Clear();
        row[t] = Innovation(rho, t);
        for (var k = t; k >= 1; k--)
        {
            // b⁽ᵏ⁾ takes the place of b⁽ᵏ⁾ of the row before, which has been used.
            var (partial, rest) = Bounded(rho[k - 1]);
            for (var c = 0; c < r; c++)
            {
                var b = backward[((k - 1) * r) + c];
                backward[(k * r) + c] = (rest * b) - (partial * row[c]);
                row[c] += partial * b;
            }
        }

        for (var c = 0; c < r; c++) backward[c] = row[c];
    }
}
