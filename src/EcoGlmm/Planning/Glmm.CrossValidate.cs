namespace EcoGlmm;

public static partial class Glmm
{
    /// <summary>Fits a model and scores its predictions of rows left out: in random folds, or whole groups at a time.</summary>
    /// <param name="formula">The model.</param>
    /// <param name="data">The observations.</param>
    /// <param name="family">Gaussian when null.</param>
    /// <param name="options">Options of the fits.</param>
    /// <param name="folds">Number of folds; with a group, null leaves each level out by itself.</param>
    /// <param name="group">A column whose levels are left out whole, which asks for predictions of new groups; null for rows at
    /// random.</param>
    /// <param name="seed">Seed of the folds and of the draws for scores.</param>
    /// <param name="cancellationToken">Stops between fits.</param>
    /// <exception cref="GlmmException">The model cannot be fitted, or the folds cannot be made.</exception>
    public static CrossValidation CrossValidate(string formula, object data, Family? family = null, GlmmOptions? options = null,
        int? folds = null,
        string? group = null, long seed = 1, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(formula);
        ArgumentNullException.ThrowIfNull(data);
        return Fit(formula, FieldData.From(data), family, options).CrossValidate(folds, group, seed, cancellationToken);
    }
}
