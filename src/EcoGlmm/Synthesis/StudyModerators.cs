using EcoGlmm.Formulas;
using EcoGlmm.Model;
using EcoGlmm.Numerics;

namespace EcoGlmm.Syntheses;

/// <summary>What the effect of treatment may change with from study to study: columns of a design, a row for each study.</summary>
/// <param name="Names">Names of the columns, the intercept's among them.</param>
/// <param name="Columns">Their values, a number for each study.</param>
internal sealed record StudyModerators(string[] Names, double[][] Columns)
{
    /// <summary>The coefficient of the mean effect.</summary>
    public const string Treatment = "treatment";

    /// <summary>The intercept alone.</summary>
    public static StudyModerators None(int studies) => new([Intercept.Name], [[.. Enumerable.Repeat(1.0, studies)]]);

    public int Count => Names.Length;

    /// <summary>Whether there is more than one effect for all studies.</summary>
    public bool IsAny => Names is not [Intercept.Name];

    public bool HasIntercept => Array.IndexOf(Names, Intercept.Name) >= 0;

    /// <summary>What a coefficient is called among those of the effect of treatment.</summary>
    public string Title(int j) => Names[j] == Intercept.Name ? Treatment : $"{Treatment}:{Names[j]}";

    /// <summary>Name of the column of a table that holds a moderator.</summary>
    public string Column(int j) => Names[j] == Intercept.Name ? Treatment : $"moderator{j}";

    /// <summary>The moderators of one study.</summary>
    public double[] Row(int study) => Array.ConvertAll(Columns, c => c[study]);

    /// <summary>Those of some of the studies.</summary>
    public StudyModerators Only(int[] kept) => this with { Columns = Array.ConvertAll(Columns, c => Array.ConvertAll(kept, i => c[i])) };

    /// <summary>Some of the columns.</summary>
    public StudyModerators Named(int[] columns) => new(Array.ConvertAll(columns, j => Names[j]), Array.ConvertAll(columns,
        j => Columns[j]));

    /// <summary>The design of moderators by their formula.</summary>
    /// <param name="formula">"~ latitude + region".</param>
    /// <param name="data">A row for each arm.</param>
    /// <param name="studies">The studies, in order.</param>
    /// <param name="rows">Rows of the two arms of each study.</param>
    /// <exception cref="GlmmException">It cannot be used, or differs between the arms of a study.</exception>
    public static StudyModerators Of(string formula, FieldData data, string[] studies, (int Treated, int Control)[] rows)
    {
        if (!formula.TrimStart().StartsWith('~'))
        {
            throw new GlmmException($"Moderators are given by a formula without a left side, as \"~ latitude\", not \"{formula}\".");
        }

        var response = "study effect";
        while (data.ColumnNames.Contains(response)) response += ".";
        var table = data.With(response, Enumerable.Repeat(0.0, data.RowCount));
        var parsed = ModelFormula.Parse($"{Deparser.Name(response)} {formula}");
        if (parsed.RandomTerms.Count > 0 || parsed.Smooths.Count > 0)
        {
            throw new GlmmException($"Moderators are fixed effects on the effect of treatment; {formula} has random terms or smooths. "
                + "The variation between studies is in the model already.");
        }

        foreach (var name in parsed.RightHandSide.Descend().OfType<NameNode>().Select(n => n.Name).Where(data.ColumnNames.Contains))
        {
            var values = data.Texts(name);
            var apart = Array.FindIndex(rows, r => values[r.Treated] != values[r.Control]);
            if (apart >= 0)
            {
                throw new GlmmException($"The moderator \"{name}\" has different values for the two arms of the study "
                    + $"\"{studies[apart]}\". Moderators belong to studies: give both rows of a study the same value.");
            }
        }

        var found = Design(parsed.Text, table.Take([.. rows.Select(r => r.Treated)]), studies);
        return found.Count + 1 < studies.Length ? found
            : throw new GlmmException($"{studies.Length} studies are too few for {formula}, which has {found.Count} coefficients.");
    }

    private static StudyModerators Design(string formula, FieldData table, string[] studies)
    {
        var specification = ModelSpecification.Create(formula, "~ 0", "~ 1", null, null, null, table);
        if (specification.Rows.Length < table.RowCount)
        {
            var lost = Enumerable.Range(0, table.RowCount).Except(specification.Rows).First();
            throw new GlmmException($"The study \"{studies[lost]}\" has no value of a moderator. Fill it in, or leave the study out.");
        }

        var (names, x, n) = (specification.Conditional.Training.ColumnNames, specification.Conditional.Training.X, table.RowCount);
        if (names.Length * n != x.Length)
        {
            var written = formula[(formula.IndexOf('~', StringComparison.Ordinal) + 1)..].Trim();
            throw new GlmmException($"The moderators of {written} cannot be told apart: one of them is the same "
                + "in all studies, or follows from the others. Leave it out.");
        }

        return new StudyModerators([.. names], [.. Enumerable.Range(0, x.Length / n).Select(j => x[(j * n)..((j + 1) * n)])]);
    }

    /// <summary>χ² of all coefficients but the intercept together, by their covariance matrix.</summary>
    /// <param name="estimates">Estimates.</param>
    /// <param name="covariance">Their covariance matrix.</param>
    public (double Statistic, int Numerator, double PValue) Test(double[] estimates, double[,] covariance)
    {
        int[] tested = [.. Enumerable.Range(0, Count).Where(j => Names[j] != Intercept.Name)];
        if (tested.Length == 0 || !IsAny) return (double.NaN, 0, double.NaN);
        var v = new double[tested.Length * tested.Length];
        for (var a = 0; a < tested.Length; a++)
        {
            for (var b = 0; b < tested.Length; b++) v[a + (b * tested.Length)] = covariance[tested[a], tested[b]];
        }

        var own = Array.ConvertAll(tested, j => estimates[j]);
        if (!DenseCholesky.TryFactor(v, tested.Length)) return (double.NaN, tested.Length, double.NaN);
        var solved = (double[])own.Clone();
        DenseCholesky.Solve(v, tested.Length, solved);
        var statistic = own.Zip(solved, (a, b) => a * b).Sum();
        return (statistic, tested.Length, MathNet.Numerics.SpecialFunctions.GammaUpperRegularized(0.5 * tested.Length, 0.5 * statistic));
    }
}
