namespace EcoGlmm.Inference;

/// <summary>Arguments that several methods check alike.</summary>
internal static class Checked
{
    /// <summary>A number of simulations or draws.</summary>
    /// <exception cref="GlmmException">It is less than one.</exception>
    public static int Count(int count, string what) => count >= 1
        ? count : throw new GlmmException($"The number of {what} must be at least 1, not {count}.");
}
