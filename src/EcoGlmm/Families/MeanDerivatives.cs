namespace EcoGlmm.Families;

/// <summary>
/// ℓ and its partial derivatives with respect to the mean μ and the dispersion predictor δ: M stands for one
/// differentiation by μ, D for one by δ.
/// </summary>
internal struct MeanDerivatives
{
    public double L;
    public double M;
    public double MM;
    public double MMM;
    public double D;
    public double MD;
    public double MMD;
    public double DD;
    public double MDD;
    public double DDD;

    /// <summary>Writes the derivatives with respect to η and δ, by the chain rule (Faà di Bruno's formula).</summary>
    public readonly void Compose(in LinkPoint g, ref LogDensityBlock block, int i, DerivativeLevel level, bool dispersion)
    {
        block.L[i] = L;
        if (level < DerivativeLevel.Mode)
        {
            return;
        }

        var g11 = g.D1 * g.D1;
        block.E[i] = M * g.D1;
        block.EE[i] = (MM * g11) + (M * g.D2);
        if (level < DerivativeLevel.Gradient)
        {
            return;
        }

        block.EEE[i] = (MMM * g11 * g.D1) + (3 * MM * g.D1 * g.D2) + (M * g.D3);
        if (!dispersion)
        {
            return;
        }

        block.D[i] = D;
        block.ED[i] = MD * g.D1;
        block.EED[i] = (MMD * g11) + (MD * g.D2);
        if (level < DerivativeLevel.Full)
        {
            return;
        }

        block.DD[i] = DD;
        block.EDD[i] = MDD * g.D1;
        block.DDD[i] = DDD;
    }

    /// <summary>
    /// Adds g(t) to ℓ, where t is a function of (μ, δ) and g has the given value and derivatives at it: the chain rule for
    /// two variables.
    /// </summary>
    public void AddFunctionOf(in MeanDerivatives t, double g0, double g1, double g2, double g3)
    {
        L += g0;
        M += g1 * t.M;
        MM += (g2 * t.M * t.M) + (g1 * t.MM);
        MMM += (g3 * t.M * t.M * t.M) + (3 * g2 * t.M * t.MM) + (g1 * t.MMM);
        D += g1 * t.D;
        MD += (g2 * t.M * t.D) + (g1 * t.MD);
        MMD += (g3 * t.M * t.M * t.D) + (g2 * ((t.MM * t.D) + (2 * t.M * t.MD))) + (g1 * t.MMD);
        DD += (g2 * t.D * t.D) + (g1 * t.DD);
        MDD += (g3 * t.M * t.D * t.D) + (g2 * ((t.DD * t.M) + (2 * t.D * t.MD))) + (g1 * t.MDD);
        DDD += (g3 * t.D * t.D * t.D) + (3 * g2 * t.D * t.DD) + (g1 * t.DDD);
    }

    /// <summary>An observation whose mean is outside the range of the family: impossible, and without derivatives.</summary>
    public static MeanDerivatives Impossible { get; } = new()
    {
        L = double.NegativeInfinity,
        M = double.NaN,
        MM = double.NaN,
        MMM = double.NaN,
        D = double.NaN,
        MD = double.NaN,
        MMD = double.NaN,
        DD = double.NaN,
        MDD = double.NaN,
        DDD = double.NaN,
    };
}
