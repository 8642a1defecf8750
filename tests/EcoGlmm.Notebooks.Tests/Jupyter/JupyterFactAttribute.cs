namespace EcoGlmm.Notebooks.Tests;

/// <summary>A test that needs Jupyter. Where CI is set it has to be there; elsewhere the test is skipped without it.</summary>
public sealed class JupyterFactAttribute : FactAttribute
{
    public JupyterFactAttribute() => Skip = JupyterServer.ReasonToSkip;
}

/// <summary>The same for a test with data.</summary>
public sealed class JupyterTheoryAttribute : TheoryAttribute
{
    public JupyterTheoryAttribute() => Skip = JupyterServer.ReasonToSkip;
}
