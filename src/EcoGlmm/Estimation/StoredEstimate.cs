using System.Runtime.InteropServices;
using System.Text;
using EcoGlmm.Families;

namespace EcoGlmm.Estimation;

/// <summary>
/// An estimate as it is written to a file, to the bit: what a fit on another machine needs to go on from this one without searching
/// again. What follows from the data at the estimate (the factorised system, weights, scores) is computed anew.
/// </summary>
internal sealed class StoredEstimate
{
    private const string Magic = "EcoGlmm estimate 1";

    private readonly int _quadraturePoints;
    private readonly bool _isProfiled;
    private readonly double[] _numbers;
    private readonly bool[] _marks;
    private readonly int _parameterCount;
    private readonly double[] _psi;
    private readonly double[] _covariance;
    private readonly double[] _modes;
    private readonly double[]?[] _predictors;
    private readonly Convergence _convergence;

    private StoredEstimate(int quadraturePoints, bool isProfiled, double[] numbers, bool[] marks, int parameterCount, double[] psi,
        double[] covariance, double[] modes, double[]?[] predictors, Convergence convergence)
    {
        (_quadraturePoints, _isProfiled, _numbers, _marks, _parameterCount) = (quadraturePoints, isProfiled, numbers, marks,
            parameterCount);
        (_psi, _covariance, _modes, _predictors, _convergence) = (psi, covariance, modes, predictors, convergence);
    }

    /// <summary>What is to be written of an estimate.</summary>
    public static StoredEstimate Of(Estimate e) => new(e.Model.QuadraturePoints, e.IsProfiled,
        [e.LogLikelihood, e.LogPrior, e.Scale, e.PosteriorScale, e.MonteCarloError],
        [e.IsRestricted, e.IsSimulated, e.IsConditional, e.IsDispersionAtLimit], e.ParameterCount, e.Psi, e.Covariance, e.Modes,
        e.Predictors, e.Convergence);

    public void Write(Stream stream)
    {
        using var writer = new BinaryWriter(stream, Encoding.UTF8, leaveOpen: true);
        writer.Write(Magic);
        writer.Write(_quadraturePoints);
        writer.Write(_isProfiled);
        writer.Write(_parameterCount);
        foreach (var mark in _marks) writer.Write(mark);
        foreach (var array in new[] { _numbers, _psi, _covariance, _modes }) Write(writer, array);
        writer.Write(_predictors.Length);
        foreach (var predictor in _predictors) Write(writer, predictor);
        var c = _convergence;
        writer.Write((int)c.Status);
        writer.Write(c.IsHessianPositiveDefinite);
        writer.Write(c.IsSingular);
        Write(writer, [c.GradientNorm, c.ExpectedImprovement, c.Iterations, c.Evaluations, c.Factorizations]);
        writer.Write(c.Problems.Count);
        foreach (var problem in c.Problems)
        {
            writer.Write(problem.Parameter);
            writer.Write(problem.Message);
            writer.Write(problem.Advice);
        }
    }

    /// <exception cref="GlmmException">The stream holds something else, or ends too early.</exception>
    public static StoredEstimate Read(Stream stream)
    {
        try
        {
            using var reader = new BinaryReader(stream, Encoding.UTF8, leaveOpen: true);
            if (reader.ReadString() != Magic) throw new InvalidDataException("it does not begin as such a file does");
            var (points, isProfiled, count) = (reader.ReadInt32(), reader.ReadBoolean(), reader.ReadInt32());
            var marks = new bool[4];
            for (var k = 0; k < marks.Length; k++) marks[k] = reader.ReadBoolean();
            double[] numbers = ReadArray(reader)!, psi = ReadArray(reader)!, covariance = ReadArray(reader)!, modes = ReadArray(reader)!;
            var predictors = new double[]?[reader.ReadInt32()];
            for (var k = 0; k < predictors.Length; k++) predictors[k] = ReadArray(reader);
            var (status, isDefinite, isSingular) = ((ConvergenceStatus)reader.ReadInt32(), reader.ReadBoolean(), reader.ReadBoolean());
            var c = ReadArray(reader)!;
            var problems = new ConvergenceProblem[reader.ReadInt32()];
            for (var k = 0; k < problems.Length; k++) problems[k] = new(reader.ReadString(), reader.ReadString(), reader.ReadString());
            return new StoredEstimate(points, isProfiled, numbers, marks, count, psi, covariance, modes, predictors,
                new Convergence(status, c[0], c[1], isDefinite, isSingular, (int)c[2], (int)c[3], (int)c[4], problems));
        }
        catch (Exception e) when (e is EndOfStreamException or InvalidDataException or IndexOutOfRangeException or OverflowException)
        {
            throw GlmmException.InFile($"The file is not an estimate of EcoGlmm, or is damaged: {e.Message}", e);
        }
    }

    /// <summary>The estimate of a model that was set up from the same data, with one evaluation in the place of the search.</summary>
    /// <exception cref="GlmmException">The model has other parameters or rows.</exception>
    public Estimate Restore(MixedModel model, GlmmOptions options, CancellationToken cancellation)
    {
        var rows = _predictors[LinearPredictor.Conditional]!.Length;
        if (model.ParameterCount != _psi.Length || model.PredictorCount != _predictors.Length || model.ObservationCount != rows)
        {
            throw new GlmmException($"The estimates have {_psi.Length} parameters of {rows} rows, but the model has "
                + $"{model.ParameterCount} of {model.ObservationCount}: data or formula are not those that were fitted.");
        }

        model.QuadraturePoints = _quadraturePoints;
        return _isProfiled ? Profiled(model, options, cancellation) : Laplace(model, options, cancellation);
    }

    private Estimate Profiled(MixedModel model, GlmmOptions options, CancellationToken cancellation)
    {
        var criterion = new PenalizedLeastSquares(model, options.Reml, options.Control.MaxThreads, cancellation);
        criterion.Evaluate(_psi.AsSpan(model.FixedCount), new double[model.ThetaCount]);
        criterion.System.MakeUsable();
        var precision = model.Size.Length == 0 ? new double[model.ObservationCount] : [.. model.Size];
        if (model.Size.Length == 0) Array.Fill(precision, 1);
        return With(model, criterion.System,
            [precision, .. new double[]?[LinearPredictor.PairCount(LinearPredictor.FormulaCount) - 1]], []);
    }

    private Estimate Laplace(MixedModel model, GlmmOptions options, CancellationToken cancellation)
    {
        var objective = new LaplaceObjective(model, options.Control.MaxThreads, cancellation);
        objective.StartFrom(_modes);
        objective.Evaluate(_psi, new double[_psi.Length]);
        objective.System.MakeUsable();
        objective.Observations.Evaluate(_predictors, DerivativeLevel.Full);
        var weights = new double[]?[LinearPredictor.PairCount(model.PredictorCount)];
        for (var k = 0; k < weights.Length; k++)
            weights[k] = objective.Observations.Second[k] is { } second ? Array.ConvertAll(second, v => -v) : null;
        var scores = new double[objective.System.EffectCount];
        foreach (var k in model.RandomPredictors) objective.System.AddZtx(k, objective.Observations.First[k]!, scores);
        return With(model, objective.System, weights, scores);
    }

    private Estimate With(MixedModel model, RandomEffects.RandomEffectsSystem system, double[]?[] weights, double[] scores) => new()
    {
        Model = model,
        Psi = _psi,
        LogLikelihood = _numbers[0],
        LogPrior = _numbers[1],
        Scale = _numbers[2],
        PosteriorScale = _numbers[3],
        MonteCarloError = _numbers[4],
        IsRestricted = _marks[0],
        IsSimulated = _marks[1],
        IsConditional = _marks[2],
        IsDispersionAtLimit = _marks[3],
        Covariance = _covariance,
        Modes = _modes,
        Predictors = _predictors,
        System = system,
        Weights = weights,
        Scores = scores,
        IsProfiled = _isProfiled,
        ParameterCount = _parameterCount,
        Convergence = _convergence,
    };

    private static void Write(BinaryWriter writer, double[]? array)
    {
        writer.Write(array?.Length ?? -1);
        if (array is not null) writer.Write(MemoryMarshal.AsBytes<double>(array));
    }

    private static double[]? ReadArray(BinaryReader reader)
    {
        var length = reader.ReadInt32();
        if (length < 0) return null;
        if (length > (reader.BaseStream.Length - reader.BaseStream.Position) / sizeof(double))
            throw new InvalidDataException("it ends too early");
        var array = new double[length];
        reader.BaseStream.ReadExactly(MemoryMarshal.AsBytes(array.AsSpan()));
        return array;
    }
}
