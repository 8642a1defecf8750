namespace EcoGlmm.Estimation.Starts;

/// <summary>One way to look for a higher maximum than the one found, from another start.</summary>
/// <typeparam name="TSearch">The kind of search that it needs.</typeparam>
internal interface IStartStrategy<in TSearch>
    where TSearch : LikelihoodSearch
{
    /// <summary>A better point than the best so far, or that one.</summary>
    SearchPoint Improve(TSearch search, SearchPoint best);
}
