using System.Globalization;
using EcoGlmm.Data;
using EcoGlmm.Text;

namespace EcoGlmm.Formulas;

/// <summary>Counts what a formula asks for before it is built, and refuses what no data of that size can tell.</summary>
internal static class RequestedSize
{
    /// <summary>Up to so many levels or coefficients anything may be tried.</summary>
    private const int FewLevels = 10, FewCoefficients = 100, FewEffects = 2, FewEffectsInAll = 500, FewCovariances = 250;

    /// <summary>Effects of a level that may all be correlated: 25 have 325 variances and covariances.</summary>
    private const int MostCorrelated = 25;

    /// <summary>A column of text in which so large a share of labels are numbers was meant to hold numbers.</summary>
    private const double NearlyAll = 0.9;

    /// <summary>Numbers beside which a word for a missing value is taken for one: two alone may be a code.</summary>
    private const int FewestNumbers = 3;

    private static readonly HashSet<string> WordsForMissing = new(StringComparer.OrdinalIgnoreCase)
        { "NA", "N/A", "#N/A", "NaN", "null", "nil", "missing", "", ".", "-", "--", "?", "*" };

    /// <summary>Looks at the factors among the fixed effects: identifiers, and numbers that a stray text has made a factor.</summary>
    /// <exception cref="GlmmException">A column has too many levels for fixed effects. factor(column) asks for them all the
    /// same.</exception>
    public static void CheckFactors(PartSyntax part, Evaluator evaluator)
    {
        foreach (var variable in part.Terms.Terms.SelectMany(term => term.Variables).Distinct())
        {
            if (part.Terms.Variables[variable] is not NameNode node || !evaluator.Context.Data.TryGetColumn(node.Name, out var column)
                || column is not CategoricalColumn { ExplicitLevels: false } factor)
                continue;
            var used = factor.Codes.Where(code => code >= 0).Distinct().ToArray();
            var texts = used.Where(code => !NumberText.TryParse(factor.Levels[code], out _)).ToArray();
            var numbers = used.Length - texts.Length;
            var isMissing = numbers >= FewestNumbers && texts.All(code => WordsForMissing.Contains(factor.Levels[code].Trim()));
            if (texts.Length > 0 && (isMissing || (used.Length > FewLevels && numbers >= NearlyAll * used.Length)))
            {
                var stray = Names.List(Array.ConvertAll(texts, code => factor.Levels[code]));
                throw evaluator.Error(node,
                    $"{node.Name} holds numbers, and {stray}, which makes it a factor of {Number(used.Length)} levels",
                    "If that stands for a missing value, say so where the data are read (MissingValues of CsvOptions), or correct it and "
                    + $"use AsNumeric(\"{node.Name}\"). If a coefficient for each label is what you want, write factor({node}).");
            }
            if (used.Length <= FewLevels)
                continue;
            if (factor.KeptAsText is { } reason)
            {
                throw evaluator.Error(node, $"{node.Name} looks like numbers, but was kept as text, a factor of {Number(used.Length)} "
                    + $"levels, because {reason}",
                    $"If it was measured, make it numeric with AsNumeric(\"{node.Name}\"); if it names individuals, write (1 | {node}); if "
                    + $"a coefficient for each label is what you want, factor({node}).");
            }
            if (2 * used.Length >= evaluator.RowCount)
            {
                throw evaluator.Error(node, $"{node.Name} has {Number(used.Length)} levels in {Number(evaluator.RowCount)} rows, too many "
                    + $"for a coefficient each",
                    $"What names individuals or places belongs in a random term, (1 | {node}); numbers that were read as text become "
                    + $"numeric with AsNumeric(\"{node.Name}\"). If you want the coefficients all the same, write factor({node}).");
            }
        }
    }

    /// <exception cref="GlmmException">There are more coefficients than rows, and many.</exception>
    public static void CheckCoefficients(string text, int columns, int rows)
    {
        if (columns > rows && columns > FewCoefficients)
        {
            throw new GlmmException($"The formula \"{Shortened(text)}\" asks for {Number(columns)} coefficients, but there are only "
                + $"{Number(rows)} rows to estimate them from. Name the terms and interactions that matter; what has many levels belongs "
                + "in a random term, (1 | factor).");
        }
    }

    /// <exception cref="GlmmException">A random term asks for more effects or covariances than the rows can tell.</exception>
    public static void CheckRandomTerm(string text, RandomTermSyntax term, int effects, int levels, int rows, bool isCorrelated)
    {
        var covariances = (long)effects * (effects + 1) / 2;
        if (isCorrelated && effects > MostCorrelated)
        {
            throw FormulaError.At(text, term.Position,
                $"This random term asks for {Number(effects)} correlated effects of each level, {Number(covariances)} variances "
                + $"and covariances, more than the {MostCorrelated} effects that can be estimated together",
                $"Leave the correlations out, diag({term.Effects} | {term.Group}), or take fewer effects; a factor with many levels may be "
                + "a grouping factor of its own, (1 | f) + (1 | g) + (1 | f:g).");
        }
        if (effects > FewEffects && (long)effects * levels > Math.Max(rows, FewEffectsInAll))
        {
            throw FormulaError.At(text, term.Position,
                $"This random term asks for {Number((long)effects * levels)} effects, {Number(effects)} for each of "
                + $"{Number(levels)} levels, but there are only {Number(rows)} rows",
                "Effects and noise cannot be told apart then. Take fewer effects for each level, for example (1 | g) alone.");
        }
        if (isCorrelated && covariances > Math.Max(rows, FewCovariances))
        {
            throw FormulaError.At(text, term.Position,
                $"This random term asks for {Number(covariances)} variances and covariances of {Number(effects)} effects, but "
                + $"there are only {Number(rows)} rows", "Leave the correlations out with two bars, or take fewer effects.");
        }
    }

    private static string Number(long count) => count.ToString("N0", CultureInfo.InvariantCulture);

    private static string Shortened(string text) => text.Length <= 200 ? text : text[..200] + "…";
}
