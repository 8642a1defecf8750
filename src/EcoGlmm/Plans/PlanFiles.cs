using System.Security.Cryptography;
using EcoGlmm.Data;
using EcoGlmm.Estimation;
using EcoGlmm.Relationships;
using EcoGlmm.Text;

namespace EcoGlmm.Plans;

/// <summary>
/// The files that a plan is made of, in its folder, with the digest of each: written once, and known to be the same ever after.
/// </summary>
internal sealed class PlanFiles(string folder)
{
    private readonly Dictionary<string, string> _digests = [];
    private readonly Dictionary<object, string> _written = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<string, object> _read = [];

    public string Folder { get; } = folder;

    /// <summary>SHA-256 by file name.</summary>
    public IReadOnlyDictionary<string, string> Digests => _digests;

    /// <summary>Takes the digests that a plan was made with.</summary>
    public void Expect(string file, string digest) => _digests[file] = digest;

    /// <summary>A name that no file of the plan has: "model.json", "model-2.json".</summary>
    public string NewName(string stem, string extension)
    {
        var name = $"{stem}.{extension}";
        for (var k = 2; _digests.ContainsKey(name); k++) name = $"{stem}-{k}.{extension}";
        return name;
    }

    /// <summary>Writes a file of the plan.</summary>
    public void Write(string name, Action<Stream> write)
    {
        AtomicFile.Write(Path.Combine(Folder, name), write);
        _digests[name] = Digest(name);
    }

    /// <summary>Writes a table, once however often it is needed.</summary>
    /// <returns>The file's name.</returns>
    public string WriteTable(FieldData data) => WriteOnce(data, "data", stream => DataFile.Write(data, stream));

    /// <summary>Writes what relates levels, once however often it is needed.</summary>
    public string WriteRelatedness(Relatedness relatedness) =>
        WriteOnce(relatedness, "relatedness", stream => StoredRelatedness.Write(relatedness, stream));

    /// <summary>Writes a mesh, once however often it is needed.</summary>
    public string WriteMesh(Mesh mesh) => WriteOnce(mesh, "mesh", stream => StoredRelatedness.Write(mesh, stream));

    /// <exception cref="GlmmException">The file is not there, or is not what the plan was made with.</exception>
    public T Read<T>(string name, Func<Stream, T> read)
    {
        var expected = Expected(name);
        var content = Trying(name, () => File.ReadAllBytes(Path.Combine(Folder, name)));
        Check(name, expected, Convert.ToHexStringLower(SHA256.HashData(content)));
        using var stream = new MemoryStream(content);
        return read(stream);
    }

    /// <summary>Where a file lies that is too large to be held in memory, once it is known to be the plan's.</summary>
    /// <exception cref="GlmmException">The file is not there, or is not what the plan was made with.</exception>
    public string PathOf(string name)
    {
        Check(name, Expected(name), Trying(name, () => Digest(name)));
        return Path.Combine(Folder, name);
    }

    public FieldData ReadTable(string name) => (FieldData)ReadOnce(name, DataFile.Read);

    public Relatedness ReadRelatedness(string name) => (Relatedness)ReadOnce(name, StoredRelatedness.Read);

    public Mesh ReadMesh(string name) => (Mesh)ReadOnce(name, StoredRelatedness.Read);

    public StoredEstimate ReadEstimate(string name) => Read(name, StoredEstimate.Read);

    private string Expected(string name) => _digests.TryGetValue(name, out var expected) ? expected
        : throw GlmmException.InFile($"The plan in {Folder} has no file \"{name}\". Make the plan anew.");

    private T Trying<T>(string name, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw GlmmException.InFile($"The plan's file {Path.Combine(Folder, name)} cannot be read: {e.Message}", e);
        }
    }

    private void Check(string name, string expected, string digest)
    {
        if (digest != expected)
        {
            throw GlmmException.InFile($"{Path.Combine(Folder, name)} is not the file that the plan was made with: it was changed since, "
                + "or was not copied whole. Copy the folder again from where the plan was made, or make the plan anew.");
        }
    }

    private string WriteOnce(object what, string stem, Action<Stream> write)
    {
        if (_written.TryGetValue(what, out var known)) return known;
        var name = NewName(stem, "bin");
        Write(name, write);
        _written.Add(what, name);
        return name;
    }

    private object ReadOnce(string name, Func<Stream, object> read)
    {
        lock (_read)
        {
            return _read.TryGetValue(name, out var known) ? known : _read[name] = Read(name, read);
        }
    }

    private string Digest(string name)
    {
        using var stream = File.OpenRead(Path.Combine(Folder, name));
        return Convert.ToHexStringLower(SHA256.HashData(stream));
    }
}
