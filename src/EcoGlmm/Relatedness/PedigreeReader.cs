using EcoGlmm.Text;

namespace EcoGlmm.Relationships;

/// <summary>Reads a pedigree from a table: finds out who is who, refuses contradictions, puts parents first.</summary>
internal sealed class PedigreeReader
{
    /// <summary>What stands for an unknown parent besides a missing value.</summary>
    private static readonly string[] UnknownMarks = ["", "0", "*", ".", "NA"];

    private const int NoRow = -1;

    private readonly FieldData _data;
    private readonly string _id;
    private readonly string _sire;
    private readonly string _dam;
    private readonly string[] _groups;
    private readonly HashSet<string> _unknown;
    private readonly Dictionary<string, int> _index = new(StringComparer.Ordinal);
    private readonly List<string> _names = [];
    private readonly List<int> _row = [];
    private readonly List<int> _sires = [];
    private readonly List<int> _dams = [];
    private readonly List<int> _sireGroups = [];
    private readonly List<int> _damGroups = [];

    private PedigreeReader(FieldData data, string id, string sire, string dam, string[] groups)
    {
        (_data, _id, _sire, _dam, _groups) = (data, id, sire, dam, groups);
        _unknown = new HashSet<string>(UnknownMarks, StringComparer.Ordinal);
    }

    public static PedigreeRecords Read(FieldData data, string id, string sire, string dam, bool hermaphrodites, string[] groups)
    {
        if (id == sire || id == dam || sire == dam)
        {
            throw new GlmmException("A pedigree needs three columns: one for the animal, one for its father and one for its mother; "
                + $"the names given are {Names.List([id, sire, dam])}.");
        }
        var reader = new PedigreeReader(data, id, sire, dam, groups);
        reader.ReadRows();
        if (!hermaphrodites)
            reader.RefuseTwoSexes();
        return reader.InOrder();
    }

    private void ReadRows()
    {
        var ids = Trimmed(_id);
        var sires = Trimmed(_sire);
        var dams = Trimmed(_dam);
        // An animal may be called 0 or *, and then that is no sign for an unknown one.
        for (var row = 0; row < ids.Length; row++)
        {
            if (string.IsNullOrEmpty(ids[row]))
                throw new GlmmException($"Row {row + 1} of the pedigree has no name in column \"{_id}\"; every animal needs one.");
            if (Array.IndexOf(_groups, ids[row]) >= 0)
            {
                throw new GlmmException($"Row {row + 1} of the pedigree is about \"{ids[row]}\", which is named as a genetic group; "
                    + "a group has no row of its own.");
            }
            _unknown.Remove(ids[row]!);
        }
        foreach (var name in ids)
        {
            if (_index.TryAdd(name!, _names.Count))
                Add(name!);
        }
        for (var row = 0; row < ids.Length; row++)
            SetParents(row, _index[ids[row]!], sires[row], dams[row]);
    }

    private string?[] Trimmed(string column) => Array.ConvertAll(_data.Texts(column), text => text?.Trim());

    private void Add(string name)
    {
        _names.Add(name);
        _row.Add(NoRow);
        _sires.Add(-1);
        _dams.Add(-1);
        _sireGroups.Add(-1);
        _damGroups.Add(-1);
    }

    private void SetParents(int row, int animal, string? sireName, string? damName)
    {
        var (sire, sireGroup) = Parent(sireName);
        var (dam, damGroup) = Parent(damName);
        if (sire == animal || dam == animal)
        {
            throw new GlmmException($"Row {row + 1} of the pedigree makes \"{_names[animal]}\" its own "
                + $"{(sire == animal ? "father" : "mother")}; correct it, or leave that parent empty.");
        }
        if (_row[animal] == NoRow)
        {
            _row[animal] = row;
            (_sires[animal], _dams[animal], _sireGroups[animal], _damGroups[animal]) = (sire, dam, sireGroup, damGroup);
            return;
        }
        Agree(row, animal, "father", sire, sireGroup, _sires[animal], _sireGroups[animal]);
        Agree(row, animal, "mother", dam, damGroup, _dams[animal], _damGroups[animal]);
    }

    private void Agree(int row, int animal, string parent, int now, int groupNow, int before, int groupBefore)
    {
        if (now == before && groupNow == groupBefore)
            return;
        string Called(int index, int group) => index >= 0 ? $"\"{_names[index]}\"" : group >= 0 ? $"\"{_groups[group]}\"" : "unknown";
        throw new GlmmException($"\"{_names[animal]}\" stands in the pedigree twice, on rows {_row[animal] + 1} and {row + 1}, with "
            + $"different parents: its {parent} is {Called(before, groupBefore)} on the first and {Called(now, groupNow)} on the second. "
            + "Keep the row that is right, or give two animals two names.");
    }

    private (int Index, int Group) Parent(string? name)
    {
        if (name is null || _unknown.Contains(name))
            return (-1, -1);
        var group = Array.IndexOf(_groups, name);
        if (group >= 0)
            return (-1, group);
        if (!_index.TryGetValue(name, out var index))
        {
            _index.Add(name, index = _names.Count);
            Add(name);
        }
        return (index, -1);
    }

    private void RefuseTwoSexes()
    {
        var offspringAsSire = new int[_names.Count];
        Array.Fill(offspringAsSire, -1);
        for (var i = 0; i < _names.Count; i++)
        {
            if (_sires[i] >= 0 && offspringAsSire[_sires[i]] < 0)
                offspringAsSire[_sires[i]] = i;
        }
        for (var i = 0; i < _names.Count; i++)
        {
            if (_dams[i] < 0 || offspringAsSire[_dams[i]] is not (>= 0 and var other))
                continue;
            throw new GlmmException($"\"{_names[_dams[i]]}\" is the father of \"{_names[other]}\" (row {_row[other] + 1}) and the "
                + $"mother of \"{_names[i]}\" (row {_row[i] + 1}). Correct one of them, or say hermaphrodites: true if one individual can "
                + "be both.");
        }
    }

    /// <summary>Depth first, a father's and a mother's line before the animal itself.</summary>
    private PedigreeRecords InOrder()
    {
        var n = _names.Count;
        var place = new int[n];
        Array.Fill(place, -1);
        var order = new List<int>(n);
        var isOnPath = new bool[n];
        var path = new Stack<int>();
        for (var start = 0; start < n; start++)
        {
            if (place[start] >= 0)
                continue;
            path.Push(start);
            while (path.Count > 0)
            {
                var animal = path.Peek();
                isOnPath[animal] = true;
                var next = Unplaced(_sires[animal], place) ?? Unplaced(_dams[animal], place);
                if (next is { } parent)
                {
                    if (isOnPath[parent])
                        throw Loop(path, parent);
                    path.Push(parent);
                    continue;
                }
                path.Pop();
                isOnPath[animal] = false;
                place[animal] = order.Count;
                order.Add(animal);
            }
        }
        int Placed(int parent) => parent < 0 ? -1 : place[parent];
        T[] Ordered<T>(Func<int, T> value) => [.. order.Select(value)];
        return new PedigreeRecords(Ordered(i => _names[i]), Ordered(i => Placed(_sires[i])), Ordered(i => Placed(_dams[i])),
            [.. order.Where(i => _row[i] == NoRow).Select(i => _names[i])], _groups, Ordered(i => _sireGroups[i]),
            Ordered(i => _damGroups[i]));
    }

    private static int? Unplaced(int parent, int[] place) => parent >= 0 && place[parent] < 0 ? parent : null;

    private GlmmException Loop(Stack<int> path, int ancestor)
    {
        const int Shown = 8;
        // The path's top is the parent's offspring, and so on down to the animal that is met again.
        var members = path.TakeWhile(animal => animal != ancestor).Append(ancestor).Reverse().ToArray();
        var steps = members.Select(i => $"\"{_names[i]}\"").ToArray();
        var told = steps.Length <= Shown
            ? string.Join(" is a child of ", steps) + $", who is a child of {steps[0]} again"
            : string.Join(" is a child of ", steps.Take(Shown)) + $" and so on, {steps.Length} animals in all, back to {steps[0]}";
        var rows = string.Join(", ", members.Take(Shown).Select(i => _row[i] + 1));
        return new GlmmException($"The pedigree has a loop: {told}. Nobody is their own ancestor; look at rows {rows}.");
    }
}
