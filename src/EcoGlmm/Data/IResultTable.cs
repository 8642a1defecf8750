namespace EcoGlmm;

/// <summary>
/// A table of results, which is data too: to filter, join and save as <see cref="FieldData"/>, or to go on with as a
/// DataFrame (<see cref="ResultData.ToDataFrame"/>).
/// </summary>
public interface IResultTable : IRichDisplay
{
    /// <summary>The table as data, with a column for each quantity.</summary>
    FieldData ToFieldData();
}
