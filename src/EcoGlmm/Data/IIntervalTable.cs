namespace EcoGlmm.Data;

/// <summary>A table of results with intervals of one level, which a manuscript says in their heading.</summary>
internal interface IIntervalTable : IResultTable
{
    /// <summary>The level of the intervals, such as 0.95.</summary>
    double Level { get; }
}
