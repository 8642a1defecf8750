using System.Collections;
using EcoGlmm.Text;

namespace EcoGlmm;

/// <summary>One random effect given the data: its most probable value and how sure that is.</summary>
/// <remarks>Immutable, and safe to share among threads.</remarks>
/// <param name="Level">The level of the grouping factor.</param>
/// <param name="Term">The effect: "(Intercept)", "Days".</param>
/// <param name="Mode">The conditional mode (BLUP, for a Gaussian model), on the scale of the linear predictor.</param>
/// <param name="StandardDeviation">Its conditional standard deviation given the data and the parameter estimates, as lme4 reports
/// it.</param>
public sealed record ConditionalMode(string Level, string Term, double Mode, double StandardDeviation);

/// <summary>The conditional modes of one grouping factor, by level and effect.</summary>
/// <remarks>Immutable, and safe to share among threads.</remarks>
public sealed class GroupModes : IReadOnlyList<ConditionalMode>, IResultTable
{
    private readonly ConditionalMode[] _modes;
    private readonly Lazy<Dictionary<(string Level, string Term), ConditionalMode>> _index;

    internal GroupModes(ModelPart part, string group, IReadOnlyList<string> levels, IEnumerable<ConditionalMode> modes)
    {
        Part = part;
        Group = group;
        Levels = levels;
        _modes = [.. modes];
        _index = new(Index);
        Terms = [.. _modes.Select(m => m.Term).Distinct()];
    }

    /// <summary>The part of the model that the effects belong to.</summary>
    public ModelPart Part { get; }

    /// <summary>The grouping factor.</summary>
    public string Group { get; }

    /// <summary>Its levels.</summary>
    public IReadOnlyList<string> Levels { get; }

    /// <summary>The effects of each level.</summary>
    public IReadOnlyList<string> Terms { get; }

    private Dictionary<(string Level, string Term), ConditionalMode> Index()
    {
        var index = new Dictionary<(string Level, string Term), ConditionalMode>(_modes.Length);
        foreach (var mode in _modes) index[(mode.Level, mode.Term)] = mode;
        return index;
    }

    /// <inheritdoc/>
    public int Count => _modes.Length;

    /// <inheritdoc/>
    public ConditionalMode this[int index] => _modes[index];

    /// <summary>One effect of one level.</summary>
    /// <exception cref="GlmmException">There is no such level or effect.</exception>
    public ConditionalMode this[string level, string term]
    {
        get
        {
                ArgumentNullException.ThrowIfNull(level);
                ArgumentNullException.ThrowIfNull(term);
            if (_index.Value.TryGetValue((level, term), out var mode)) return mode;
            if (!Levels.Contains(level))
            {
                throw new GlmmException($"{Group} has no level \"{level}\"{NearestName.Suggestion(level, Levels)}");
            }

            throw new GlmmException($"{Group} has no random effect \"{term}\"; it has {string.Join(", ", Terms)}.");
        }
    }

    /// <summary>One row for each effect of each level, with the columns Part, Group, Level, Term, Mode and StandardDeviation.</summary>
    public FieldData ToFieldData() => Table(this);

    internal static FieldData Table(params GroupModes[] groups) => FieldData.FromRows(groups.SelectMany(group => group, (group, mode) => new
    {
        Part = group.Part.ToString(), group.Group, mode.Level, mode.Term, mode.Mode, mode.StandardDeviation,
    }));

    /// <inheritdoc/>
    public IEnumerator<ConditionalMode> GetEnumerator() => ((IEnumerable<ConditionalMode>)_modes).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <inheritdoc/>
    public override string ToString() => ResultTable.Text(ModeTables.Of(this));

    /// <inheritdoc/>
    public string ToHtml() => ResultTable.Html(ModeTables.Of(this));
}

/// <summary>The conditional modes of all random effects, by grouping factor.</summary>
/// <remarks>Immutable, and safe to share among threads.</remarks>
public sealed class ConditionalModes : IReadOnlyList<GroupModes>, IResultTable
{
    private readonly GroupModes[] _groups;

    internal ConditionalModes(IEnumerable<GroupModes> groups) => _groups = [.. groups];

    /// <inheritdoc/>
    public int Count => _groups.Length;

    /// <summary>Names of the grouping factors.</summary>
    public IReadOnlyList<string> Groups => [.. _groups.Select(g => g.Group).Distinct()];

    /// <inheritdoc/>
    public GroupModes this[int index] => _groups[index];

    /// <summary>The modes of a grouping factor; of the conditional part where the factor is in several.</summary>
    /// <exception cref="GlmmException">The model has no such grouping factor.</exception>
    public GroupModes this[string group]
    {
        get
        {
            ArgumentNullException.ThrowIfNull(group);
            return Array.Find(_groups, g => IsNamed(g, group))
                ?? throw new GlmmException(_groups.Length == 0
                    ? "The model has no random effects."
                    : $"The model has no grouping factor \"{group}\"; it has {string.Join(", ", Groups)}.");
        }
    }

    /// <summary>The modes of a grouping factor in one part of the model.</summary>
    /// <exception cref="GlmmException">That part has no such grouping factor.</exception>
    public GroupModes this[string group, ModelPart part]
    {
        get
        {
            ArgumentNullException.ThrowIfNull(group);
            return Array.Find(_groups, g => IsNamed(g, group) && g.Part == part)
                ?? throw new GlmmException($"The {part} part of the model has no grouping factor \"{group}\".");
        }
    }

    /// <summary>lme4 calls the innermost of three nested factors "c:(b:a)", glmmTMB "c:b:a": either will do.</summary>
    private static bool IsNamed(GroupModes modes, string group) => modes.Group == group
        || modes.Group.Replace("(", "", StringComparison.Ordinal).Replace(")", "", StringComparison.Ordinal) == group;

    /// <summary>One row for each effect of each level of each grouping factor, with the columns Part, Group, Level, Term, Mode and
    /// StandardDeviation.</summary>
    public FieldData ToFieldData() => GroupModes.Table(_groups);

    /// <inheritdoc/>
    public IEnumerator<GroupModes> GetEnumerator() => ((IEnumerable<GroupModes>)_groups).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <inheritdoc/>
    public override string ToString() => ResultTable.Text(ModeTables.Of(this));

    /// <inheritdoc/>
    public string ToHtml() => ResultTable.Html(ModeTables.Of(this));
}
