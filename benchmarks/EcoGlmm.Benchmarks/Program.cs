using EcoGlmm.Benchmarks;

// dotnet run -c Release --project benchmarks/EcoGlmm.Benchmarks -- COMMAND [--threads=1] ...; benchmarks/README.md explains.
var arguments = new Arguments(args);
switch (arguments.Names.FirstOrDefault())
{
    case "reading":
        ReadingBenchmark.Run(arguments);
        break;
    case "growth":
        Growth.Run(arguments);
        break;
    case "crossed":
        CrossedAtRandom.Run(arguments);
        break;
    case "large":
        LargeModels.Run(arguments);
        break;
    case "kernels":
        Kernels.Run();
        break;
    case "floor":
        Floor.Run(arguments);
        break;
    case "threads":
        ThreadTable.Run(arguments);
        break;
    case "selection":
        SelectionBenchmark.Run(arguments);
        break;
    case "calibration-data":
        CalibrationBenchmark.WriteData(arguments);
        break;
    case "calibration":
        CalibrationBenchmark.Run(arguments);
        break;
    case "quantiles":
        QuantileBenchmark.Run(arguments);
        break;
    case "advice":
        AdviceBenchmark.Run(arguments);
        break;
    case "check":
        CheckTiming.Run(arguments);
        break;
    case "residuals-data":
        ResidualTiming.WriteData(args[1]);
        break;
    case "residuals":
        ResidualTiming.Run(args[1], args.ElementAtOrDefault(2));
        break;
    case "residuals-anew":
        ResidualTiming.RunUnconditional(args[1]);
        break;
    case "relatives":
        RelativesBenchmark.Run(arguments);
        break;
    case "structures":
        StructuresBenchmark.Run(arguments);
        break;
    case "references":
        ReferenceTiming.Run(arguments);
        break;
    case "smooths":
        SmoothsBenchmark.Run(arguments);
        break;
    case "space":
        SpaceBenchmark.Run(arguments);
        break;
    case "inference":
        InferenceTiming.Run(args.ElementAtOrDefault(1));
        break;
    case "syntheses":
        SynthesisBenchmark.Run(arguments);
        break;
    case "genomes":
        GenomesBenchmark.Run(arguments);
        break;
    case "genomes-calibration":
        GenomesCalibration.Run(arguments);
        break;
    case "genomes-power":
        GenomesPower.Run(arguments);
        break;
    case "approximation":
        ApproximationBenchmark.Run(arguments);
        break;
    case "small-samples":
        SmallSamples.Run(arguments);
        break;
    default:
        SideBySide.Run(arguments);
        break;
}
