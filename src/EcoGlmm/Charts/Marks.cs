namespace EcoGlmm;

/// <summary>The symbol that marks a point.</summary>
public enum MarkerSymbol
{
    /// <summary>A disc.</summary>
    Circle,

    /// <summary>A square.</summary>
    Square,

    /// <summary>A square on its corner.</summary>
    Diamond,

    /// <summary>A triangle that points up.</summary>
    Triangle,

    /// <summary>A diagonal cross.</summary>
    Cross,

    /// <summary>A five-pointed star.</summary>
    Star,
}

/// <summary>How a line is broken.</summary>
public enum LineDash
{
    /// <summary>Unbroken.</summary>
    Solid,

    /// <summary>Dashes.</summary>
    Dash,

    /// <summary>Dots.</summary>
    Dot,
}
