using EcoGlmm.Families;

namespace EcoGlmm.Estimation;

/// <summary>
/// The log-density of every observation given its linear predictors, with the derivatives that the Laplace
/// approximation needs: the family's density, mixed with structural zeros when the model has them,
/// multiplied by prior weights where these multiply the likelihood.
/// </summary>
/// <remarks>
/// A structural zero has probability π = logit⁻¹(ζ): ℓ = log((1 − π) f(y) + π [y = 0]). With t = log f − ζ this is
/// −log(1 + e^ζ) + log f for y ≠ 0, and −log(1 + e^ζ) + ζ + log(1 + eᵗ) for y = 0. A family that cannot give zeros has
/// f(0) = 0, which makes the same formula a hurdle model: its density is then not evaluated at zeros at all.
/// </remarks>
internal sealed partial class ObservationModel
{
    private const int FewestSharedChunks = 8;    // to be worth waking a thread
    private readonly int _chunkSize;
    private readonly Family _family;
    private readonly double[] _y;
    private readonly double[] _familyY;
    private readonly bool _isHurdle;
    private readonly int[] _familyPredictors;
    private readonly int _predictorCount;
    private readonly int _shapeCount;
    private readonly double[] _size;
    private readonly double[]? _weights;
    private readonly double[] _constants;
    private readonly double[]? _baseValue;
    private readonly double[] _chunkSums;
    private readonly long[] _chunkTerms;
    private readonly ParallelOptions _parallel;
    private ShapeOutput? _shapes;

    public ObservationModel(Family family, double[] y, double[] size, double[]? weights, bool zeroInflated,
        bool constantDispersion, int maxThreads, CancellationToken cancellation = default)
    {
        _family = family;
        _chunkSize = family.RowsAtATime;
        _y = y;
        _size = size;
        _weights = weights;
        IsZeroInflated = zeroInflated;
        _isHurdle = zeroInflated && family.CheckResponse(0, 1) is not null;
        _familyY = _isHurdle ? Array.ConvertAll(y, v => v == 0 ? 1 : v) : y;
        HasConstantDispersion = constantDispersion;
        _shapeCount = family.Shapes.Count;
        _familyPredictors = [LinearPredictor.Conditional, LinearPredictor.Dispersion,
            .. Enumerable.Range(LinearPredictor.Shape, _shapeCount)];
        _predictorCount = LinearPredictor.FormulaCount + _shapeCount;
        First = new double[]?[_predictorCount];
        Second = new double[]?[LinearPredictor.PairCount(_predictorCount)];
        Third = new double[]?[LinearPredictor.TripleCount(_predictorCount)];
        _constants = new double[y.Length];
        family.PrepareConstants(_familyY, size, _constants);
        Density = new double[y.Length];
        _baseValue = zeroInflated ? new double[y.Length] : null;
        _chunkSums = new double[(y.Length + _chunkSize - 1) / _chunkSize];
        _chunkTerms = new long[_chunkSums.Length];
        _parallel = new ParallelOptions { MaxDegreeOfParallelism = maxThreads, CancellationToken = cancellation };
    }

    public int Count => _y.Length;

    public Family Family => _family;

    public ReadOnlySpan<double> Response => _y;

    public ReadOnlySpan<double> Size => _size;

    public ReadOnlySpan<double> Weights => _weights;

    public bool IsZeroInflated { get; }

    /// <summary>Whether δ is the same for all observations (it is then read from the first entry).</summary>
    public bool HasConstantDispersion { get; }

    /// <summary>ℓ of each observation, weights included.</summary>
    public double[] Density { get; }

    /// <summary>First derivatives by linear predictor; null where not computed.</summary>
    public double[]?[] First { get; }

    /// <summary>Second derivatives by <see cref="LinearPredictor.Pair"/>.</summary>
    public double[]?[] Second { get; }

    /// <summary>Third derivatives by <see cref="LinearPredictor.Triple"/>.</summary>
    public double[]?[] Third { get; }

    /// <summary>Times that the family has gone over all observations.</summary>
    public int EvaluationCount { get; private set; }

    /// <summary>Terms of series that the family has summed; zero for families in closed form.</summary>
    public long SeriesTerms { get; private set; }

    /// <summary>
    /// Evaluates all observations at the linear predictors given (by <see cref="LinearPredictor"/>), with derivatives
    /// of the family's density to the level asked for; returns Σℓ.
    /// </summary>
    public double Evaluate(double[]?[] predictors, DerivativeLevel level)
    {
        EvaluationCount++;
        Allocate(level);
        var chunks = _chunkSums.Length;
        if (chunks >= FewestSharedChunks && _parallel.MaxDegreeOfParallelism != 1)
        {
            EvaluateInParallel(predictors, level);
        }
        else
        {
            for (var c = 0; c < chunks; c++)
            {
                _parallel.CancellationToken.ThrowIfCancellationRequested();
                EvaluateChunk(predictors, level, c);
            }
        }

        var sum = 0.0;
        foreach (var s in _chunkSums) sum += s;
        foreach (var terms in _chunkTerms) SeriesTerms += terms;
        return sum;
    }

    // Apart, so that evaluation by one thread does not allocate what the lambda captures.
    private void EvaluateInParallel(double[]?[] predictors, DerivativeLevel level) =>
        Parallel.For(0, _chunkSums.Length, _parallel, c => EvaluateChunk(predictors, level, c));

    private void Allocate(DerivativeLevel level)
    {
        void Need(double[]?[] store, int index) => store[index] ??= new double[_y.Length];
        const int e = LinearPredictor.Conditional, d = LinearPredictor.Dispersion, z = LinearPredictor.ZeroInflation;
        if (level >= DerivativeLevel.Mode)
        {
            Need(First, e);
            Need(Second, LinearPredictor.Pair(e, e));
        }

        if (level >= DerivativeLevel.Gradient)
        {
            Need(Third, LinearPredictor.Triple(e, e, e));
            if (_family.HasDispersion)
            {
                Need(First, d);
                Need(Second, LinearPredictor.Pair(e, d));
                Need(Third, LinearPredictor.Triple(e, e, d));
            }
        }

        if (level == DerivativeLevel.Full && _family.HasDispersion)
        {
            Need(Second, LinearPredictor.Pair(d, d));
            Need(Third, LinearPredictor.Triple(e, d, d));
            Need(Third, LinearPredictor.Triple(d, d, d));
        }

        for (var s = LinearPredictor.Shape; s < _predictorCount && level >= DerivativeLevel.Gradient; s++)
        {
            Need(First, s);
            Need(Second, LinearPredictor.Pair(e, s));
            Need(Third, LinearPredictor.Triple(e, e, s));
            if (level < DerivativeLevel.Full) continue;
            if (_family.HasDispersion) Need(Second, LinearPredictor.Pair(d, s));
            for (var r = LinearPredictor.Shape; r <= s; r++) Need(Second, LinearPredictor.Pair(r, s));
        }

        if (_shapeCount > 0 && level >= DerivativeLevel.Gradient) _shapes = ShapesOut();
        if (!IsZeroInflated || level < DerivativeLevel.Mode) return;
        Need(First, z);
        Need(Second, LinearPredictor.Pair(e, z));
        Need(Second, LinearPredictor.Pair(z, z));
        if (level < DerivativeLevel.Gradient) return;
        Need(Third, LinearPredictor.Triple(e, e, z));
        Need(Third, LinearPredictor.Triple(e, z, z));
        Need(Third, LinearPredictor.Triple(z, z, z));
        for (var s = LinearPredictor.Shape; s < _predictorCount; s++)
        {
            Need(Second, LinearPredictor.Pair(z, s));
            Need(Third, LinearPredictor.Triple(e, z, s));
            Need(Third, LinearPredictor.Triple(z, z, s));
        }

        if (!_family.HasDispersion) return;
        Need(Second, LinearPredictor.Pair(d, z));
        Need(Third, LinearPredictor.Triple(e, d, z));
        Need(Third, LinearPredictor.Triple(d, z, z));
        if (level == DerivativeLevel.Full) Need(Third, LinearPredictor.Triple(d, d, z));
    }

    /// <summary>The arrays that the family writes its derivatives by shapes to.</summary>
    private ShapeOutput ShapesOut()
    {
        const int e = LinearPredictor.Conditional, d = LinearPredictor.Dispersion;
        int[] shapes = [.. Enumerable.Range(LinearPredictor.Shape, _shapeCount)];
        return new ShapeOutput(
            [.. shapes.Select(s => First[s])],
            [.. shapes.Select(s => Second[LinearPredictor.Pair(e, s)])],
            [.. shapes.Select(s => Third[LinearPredictor.Triple(e, e, s)])],
            [.. shapes.Select(s => Second[LinearPredictor.Pair(d, s)])],
            [.. shapes.SelectMany(s => shapes.Where(r => r <= s), (s, r) => Second[LinearPredictor.Pair(r, s)])]);
    }

    private void EvaluateChunk(double[]?[] predictors, DerivativeLevel level, int chunk)
    {
        var start = chunk * _chunkSize;
        var length = Math.Min(_chunkSize, _y.Length - start);
        var terms = SeriesEffort.Begin();
        EvaluateFamily(predictors, level, start, length);
        _chunkTerms[chunk] = SeriesEffort.Terms - terms;
        if (IsZeroInflated) MixZeros(predictors[LinearPredictor.ZeroInflation]!, level, start, length);
        if (_weights is not null) ApplyWeights(level, start, length);
        var sum = 0.0;
        foreach (var l in Density.AsSpan(start, length)) sum += l;
        _chunkSums[chunk] = sum;
    }

    private void EvaluateFamily(double[]?[] predictors, DerivativeLevel level, int start, int length)
    {
        Span<double> Slice(double[]? store) => store is null ? default : store.AsSpan(start, length);
        const int e = LinearPredictor.Conditional, d = LinearPredictor.Dispersion;
        var delta = predictors[d];
        Span<double> shape = stackalloc double[_shapeCount];
        for (var k = 0; k < _shapeCount; k++) shape[k] = predictors[LinearPredictor.Shape + k]![0];
        var block = new LogDensityBlock
        {
            Y = Slice(_familyY),
            Size = _size.Length == 0 ? default : Slice(_size),
            C = Slice(_constants),
            Eta = Slice(predictors[e]),
            Delta = delta is null ? default : HasConstantDispersion ? delta.AsSpan(0, 1) : Slice(delta),
            Shape = shape,
            L = Slice(IsZeroInflated ? _baseValue : Density),
            E = Slice(First[e]),
            EE = Slice(Second[LinearPredictor.Pair(e, e)]),
            EEE = Slice(Third[LinearPredictor.Triple(e, e, e)]),
            D = Slice(First[d]),
            ED = Slice(Second[LinearPredictor.Pair(e, d)]),
            EED = Slice(Third[LinearPredictor.Triple(e, e, d)]),
            DD = Slice(Second[LinearPredictor.Pair(d, d)]),
            EDD = Slice(Third[LinearPredictor.Triple(e, d, d)]),
            DDD = Slice(Third[LinearPredictor.Triple(d, d, d)]),
            Shapes = _shapes,
            ShapeStart = start,
        };
        _family.Evaluate(ref block, level);
    }

    /// <summary>How many times dispersion and shape together may appear in a derivative that a level brings up to date.</summary>
    private static int NuisanceOrder(DerivativeLevel level) => level switch
    {
        DerivativeLevel.Value or DerivativeLevel.Mode => 0,
        DerivativeLevel.Gradient => 1,
        _ => 3,
    };

    private void ApplyWeights(DerivativeLevel level, int start, int length)
    {
        void Scale(double[]? store)
        {
            if (store is null) return;
            for (var i = start; i < start + length; i++) store[i] *= _weights![i];
        }

        Scale(Density);
        if (level == DerivativeLevel.Value) return;
        var order = NuisanceOrder(level);
        for (var c = 0; c < _predictorCount; c++)
        {
            if (IsNuisance(c) <= order) Scale(First[c]);
            for (var b = 0; b <= c; b++)
            {
                if (IsNuisance(b) + IsNuisance(c) <= order) Scale(Second[LinearPredictor.Pair(b, c)]);
                for (var a = 0; a <= b && level > DerivativeLevel.Mode; a++)
                {
                    if (IsNuisance(a) + IsNuisance(b) + IsNuisance(c) <= order) Scale(Third[LinearPredictor.Triple(a, b, c)]);
                }
            }
        }
    }

    private static int IsNuisance(int predictor) => predictor is LinearPredictor.Dispersion or >= LinearPredictor.Shape ? 1 : 0;
}
