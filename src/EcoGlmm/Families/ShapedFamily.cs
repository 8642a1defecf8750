namespace EcoGlmm.Families;

/// <summary>Partial derivatives of ℓ that involve the shape σ: M by the mean μ, D by δ, S by σ.</summary>
internal struct ShapePartials
{
    public double S;
    public double MS;
    public double MMS;
    public double DS;
    public double SS;
}

/// <summary>A family with a dispersion and a shape, given by derivatives with respect to μ, δ and σ.</summary>
internal abstract class ShapedFamily(string name, Link link, MeanRange range) : MeanParameterisedFamily(name, link, range)
{
    private FamilyShape[]? _shapes;

    internal override bool HasDispersion => true;

    internal sealed override IReadOnlyList<FamilyShape> Shapes => _shapes ??= [Shape];

    /// <summary>The shape.</summary>
    internal abstract FamilyShape Shape { get; }

    /// <summary>The family at another value of its shape, given on the unconstrained scale.</summary>
    internal abstract Family WithShape(double predictor);

    internal sealed override Family WithShapes(ReadOnlySpan<double> predictors) => WithShape(predictors[0]);

    internal override void Evaluate(ref LogDensityBlock block, DerivativeLevel level)
    {
        var shape = block.Shape.IsEmpty ? Shape.Predictor : block.Shape[0];
        for (var i = 0; i < block.Y.Length; i++)
        {
            var point = Link.At(block.Eta[i]);
            var derivatives = MeanDerivatives.Impossible;
            ShapePartials partials = default;
            var delta = Math.Clamp(block.Delta[block.Delta.Length > 1 ? i : 0], -650, 650);
            if (IsPossible(point))
            {
                derivatives = default;
                EvaluateAt(block.Y[i], point.Mu, delta, shape, level, ref derivatives, ref partials);
                derivatives.L += block.C.IsEmpty ? Constant(block.Y[i], 1) : block.C[i];
            }

            derivatives.Compose(point, ref block, i, level, true);
            if (level < DerivativeLevel.Gradient || block.Shapes is not { } output)
            {
                continue;
            }

            var at = block.ShapeStart + i;
            output.S[0]![at] = partials.S;
            output.ES[0]![at] = partials.MS * point.D1;
            output.EES[0]![at] = (partials.MMS * point.D1 * point.D1) + (partials.MS * point.D2);
            if (level == DerivativeLevel.Full)
            {
                output.DS[0]![at] = partials.DS;
                output.SS[0]![at] = partials.SS;
            }
        }
    }

    internal override void EvaluateAtMean(
        double y, double size, in LinkPoint at, in DispersionTerms terms, DerivativeLevel level, ref MeanDerivatives d)
    {
        ShapePartials partials = default;
        EvaluateAt(y, at.Mu, terms.Delta, Shape.Predictor, level, ref d, ref partials);
    }

    /// <summary>ℓ less <see cref="Family.Constant"/>, and its derivatives by μ, δ and σ.</summary>
    private protected abstract void EvaluateAt(
        double y, double mu, double delta, double shape, DerivativeLevel level, ref MeanDerivatives d, ref ShapePartials s);
}
