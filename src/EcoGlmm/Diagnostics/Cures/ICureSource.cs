namespace EcoGlmm.Diagnostics;

/// <summary>Knows which changes of a model may cure a sickness.</summary>
internal interface ICureSource
{
    /// <summary>The changes worth trying, the likeliest first; none where the symptoms are not those of the sickness.</summary>
    IEnumerable<ModelChange> For(Symptoms symptoms);
}
