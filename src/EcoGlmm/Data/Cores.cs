using System.Runtime.ExceptionServices;

namespace EcoGlmm.Data;

/// <summary>Loops on all cores that fail as a plain loop does.</summary>
internal static class Cores
{
    public static void For(int count, Action<int> body)
    {
        if (count == 1)
        {
            body(0);
            return;
        }
        try
        {
            Parallel.For(0, count, body);
        }
        catch (AggregateException several)
        {
            ExceptionDispatchInfo.Throw(several.InnerExceptions[0]);
        }
    }
}
