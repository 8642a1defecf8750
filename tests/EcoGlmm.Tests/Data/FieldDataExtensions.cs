namespace EcoGlmm.Tests.Data;

internal static class FieldDataExtensions
{
    /// <summary>The texts as a list: the compiler would compare arrays as spans, which may hold no nulls.</summary>
    public static IReadOnlyList<string?> TextList(this FieldData data, string column) => data.Texts(column);
}
