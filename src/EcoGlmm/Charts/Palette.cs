namespace EcoGlmm;

/// <summary>
/// Colours that remain apart for colour-blind readers, on white and on black.
/// </summary>
/// <remarks>
/// The eight colours of M. Okabe and K. Ito, "Color Universal Design" (2008); black is left out, since it would vanish
/// in a dark theme: <see cref="Ink"/> takes its place.
/// </remarks>
public static class Palette
{
    /// <summary>The colour of the surrounding text: dark in a light theme, light in a dark one.</summary>
    public const string Ink = "currentColor";

    /// <summary>Okabe and Ito's blue, the first colour of a figure.</summary>
    public const string Blue = "#0072B2";

    /// <summary>Okabe and Ito's vermillion, for what deserves attention.</summary>
    public const string Vermillion = "#D55E00";

    /// <summary>Okabe and Ito's bluish green.</summary>
    public const string Green = "#009E73";

    /// <summary>Okabe and Ito's orange.</summary>
    public const string Orange = "#E69F00";

    /// <summary>Okabe and Ito's sky blue.</summary>
    public const string SkyBlue = "#56B4E9";

    /// <summary>Okabe and Ito's reddish purple.</summary>
    public const string Purple = "#CC79A7";

    /// <summary>Okabe and Ito's yellow; weak on white, so it comes last.</summary>
    public const string Yellow = "#F0E442";

    /// <summary>The colours in the order in which the traces of a panel take them.</summary>
    public static IReadOnlyList<string> Colors { get; } =
        Array.AsReadOnly([Blue, Vermillion, Green, Orange, SkyBlue, Purple, Yellow]);

    internal static string Cycle(int index) => Colors[index % Colors.Count];
}
