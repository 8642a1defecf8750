namespace EcoGlmm.Estimation.Pathologies;

/// <summary>One reason why a likelihood has no maximum to be found, recognised from where a search has come to.</summary>
internal interface ISearchPathology
{
    /// <summary>What is wrong, in words, with what to try; null when this is not the case.</summary>
    ConvergenceProblem? Recognise(LaplaceSearch search, SearchPoint found);
}
