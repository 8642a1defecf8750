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

        double g11 = g.D1 * g.D1;
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
