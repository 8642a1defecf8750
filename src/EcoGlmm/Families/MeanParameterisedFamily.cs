namespace EcoGlmm.Families;

/// <summary>Values that a mean may take.</summary>
internal enum MeanRange
{
    Real,
    Positive,
    UnitInterval,
}

/// <summary>What depends on the dispersion alone, worked out once while it stays the same.</summary>
internal struct DispersionTerms
{
    /// <summary>δ, the linear predictor of the dispersion.</summary>
    public double Delta;

    /// <summary>φ = exp(δ), kept away from zero and infinity.</summary>
    public double Phi;

    /// <summary>A part of ℓ that depends on δ alone, or a coefficient of ℓ, as the family has it.</summary>
    public double K;

    /// <summary>dK/dδ.</summary>
    public double K1;

    /// <summary>d²K/dδ².</summary>
    public double K2;

    /// <summary>d³K/dδ³.</summary>
    public double K3;
}

/// <summary>A family given by the derivatives of its log-density with respect to the mean, good for any link.</summary>
internal abstract class MeanParameterisedFamily(string name, Link link, MeanRange range) : Family(name, link)
{
    /// <summary>Evaluates through the mean; families override it where a link has a faster or stabler form.</summary>
    internal override void Evaluate(ref LogDensityBlock block, DerivativeLevel level)
    {
        var dispersion = HasDispersion;
        var terms = default(DispersionTerms);
        if (dispersion && block.Delta.Length > 0)
        {
            PrepareDispersion(block.Delta[0], ref terms);
        }

        for (var i = 0; i < block.Y.Length; i++)
        {
            if (block.Delta.Length > 1 && i > 0)
            {
                PrepareDispersion(block.Delta[i], ref terms);
            }

            var point = Link.At(block.Eta[i]);
            var derivatives = MeanDerivatives.Impossible;
            var y = block.Y[i];
            var size = block.Size.IsEmpty ? 1 : block.Size[i];
            if (IsPossible(point) || IsCertain(point, y, size))
            {
                derivatives = default;
                EvaluateAtMean(y, size, point, terms, level, ref derivatives);
                derivatives.L += block.C.IsEmpty ? Constant(y, size) : block.C[i];
            }

            derivatives.Compose(point, ref block, i, level, dispersion);
        }
    }

    /// <summary>ℓ less <see cref="Family.Constant"/>, and its derivatives by μ and δ.</summary>
    internal abstract void EvaluateAtMean(
        double y, double size, in LinkPoint at, in DispersionTerms terms, DerivativeLevel level, ref MeanDerivatives d);

    /// <summary>Fills what depends on δ alone.</summary>
    internal virtual void PrepareDispersion(double delta, ref DispersionTerms terms)
    {
        terms.Delta = Math.Clamp(delta, -650, 650);
        terms.Phi = Math.Exp(terms.Delta);
    }

    /// <summary>What a log-likelihood at the best mean may still rise by.</summary>
    private const double BestMeanGain = 1e-14;

    /// <summary>Newton's steps towards the best mean, before the interval that it lies in is halved: it may be at zero.</summary>
    private const int NewtonSteps = 6;

    /// <summary>
    /// 2 (ℓ at the best mean − ℓ) for families of positive mean without a formula for the best mean: Newton's method on log μ, in
    /// which the likelihood has one peak, within an interval that its slopes narrow.
    /// </summary>
    private protected double DevianceFromBestMean(double y, double mu, double phi, double size)
    {
        var terms = default(DispersionTerms);
        PrepareDispersion(Math.Log(phi), ref terms);
        double low = -40;
        var high = Math.Log(y + 1) + 5;
        var middle = y > 0 ? Math.Log(y) : 0.5 * (low + high);
        for (var step = 0; high - low > 1e-9; step++)
        {
            var at = default(MeanDerivatives);
            var point = Link.Log.At(middle);
            EvaluateAtMean(y, size, point, terms, DerivativeLevel.Mode, ref at);
            var slope = at.M * point.Mu;
            var curvature = (at.MM * point.Mu * point.Mu) + slope;
            var isPossible = double.IsFinite(at.L) && !double.IsNaN(at.M);
            if (isPossible && curvature < 0 && slope * slope < -BestMeanGain * curvature) break;

            // Where the observation is impossible there is no slope: the better mean is the one nearer to y.
            var rises = isPossible ? at.M > 0 : Math.Exp(middle) < y;
            low = rises ? middle : low;
            high = rises ? high : middle;
            var newton = middle - (slope / curvature);
            middle = curvature < 0 && newton > low && newton < high && step < NewtonSteps ? newton : 0.5 * (low + high);
        }

        var best = default(MeanDerivatives);
        var here = default(MeanDerivatives);
        EvaluateAtMean(y, size, Link.Log.At(middle), terms, DerivativeLevel.Value, ref best);
        EvaluateAtMean(y, size, Link.Identity.At(mu), terms, DerivativeLevel.Value, ref here);
        return Math.Max(0, 2 * (best.L - here.L));
    }

    /// <summary>Whether a probability has been rounded to one or zero where all or none of the trials succeeded.</summary>
    private bool IsCertain(in LinkPoint at, double y, double size) =>
        range == MeanRange.UnitInterval && WeightRole == WeightRole.Trials
        && ((at.Complement == 0 && at.Mu > 0 && y == size) || (at.Mu == 0 && at.Complement > 0 && y == 0));

    private protected bool IsPossible(in LinkPoint at) => range switch
    {
        MeanRange.Positive => at.Mu > 0 && at.Mu < double.PositiveInfinity,
        MeanRange.UnitInterval => at.Mu > 0 && at.Complement > 0,
        _ => double.IsFinite(at.Mu),
    };
}
