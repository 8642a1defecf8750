using System.Reflection;
using System.Security.Cryptography;
using System.Text.Json;

namespace EcoGlmm.Plans;

/// <summary>
/// The folder of a plan: <c>plan.json</c> with what is to be done, models and data beside it, and what parts leave there. The plan is
/// written last, and never changes.
/// </summary>
internal sealed class PlanFolder
{
    public const string PlanName = "plan.json";

    /// <summary>Parts that share a folder, so that no folder holds more files than file systems like.</summary>
    private const int PartsInFolder = 1000;

    private const int Format = 1;

    private PlanFolder(string path, byte[] id, string version, int parts)
    {
        (Folder, Id, Version, Parts) = (path, id, version, parts);
    }

    public string Folder { get; }

    /// <summary>The digest of plan.json, which stands in every result.</summary>
    public byte[] Id { get; }

    /// <summary>The version of the library that made the plan.</summary>
    public string Version { get; }

    public int Parts { get; }

    /// <summary>The merged result.</summary>
    public string Merged => Path.Combine(Folder, "merged.bin");

    /// <summary>This version of the library.</summary>
    public static string OwnVersion { get; } =
        typeof(PlanFolder).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion
        ?? typeof(PlanFolder).Assembly.GetName().Version!.ToString();

    public string ResultOf(int part) => Of("results", part, "bin");

    public string FailureOf(int part) => Of("failures", part, "txt");

    public string BeginOf(int part) => Of("begun", part, "txt");

    /// <summary>The first replicate of a part (counted from 1), and how many it has.</summary>
    public static (int From, int Count) Range(int part, int parts, int replicates)
    {
        var from = (int)((long)(part - 1) * replicates / parts);
        return (from, (int)((long)part * replicates / parts) - from);
    }

    /// <summary>Writes a plan into a new folder.</summary>
    /// <exception cref="GlmmException">There is a plan already, or the folder cannot be written.</exception>
    public static PlanFolder Write(string folder, PlanWork work, int parts)
    {
        var path = Path.GetFullPath(folder);
        try
        {
            if (File.Exists(Path.Combine(path, PlanName)) || Directory.Exists(Path.Combine(path, "results")))
            {
                throw GlmmException.InFile($"The folder {path} holds a plan already. Open it with Plan.Open(\"{folder}\"), or write this "
                    + "one to another folder.");
            }

            Directory.CreateDirectory(path);
            var files = new PlanFiles(path);
            using var content = new MemoryStream();
            using (var json = new Utf8JsonWriter(content, ModelJson.Format))
            {
                json.WriteStartObject();
                json.WriteNumber("format", Format);
                json.WriteString("version", OwnVersion);
                json.WriteString("created", DateTime.UtcNow);
                json.WriteString("kind", work.Kind);
                json.WriteString("what", work.What);
                json.WriteNumber("replicates", work.Replicates);
                json.WriteNumber("parts", parts);
                json.WriteStartObject("work");
                work.Write(json, files);
                json.WriteEndObject();
                json.WriteStartObject("files");
                foreach (var (name, digest) in files.Digests) json.WriteString(name, digest);
                json.WriteEndObject();
                json.WriteEndObject();
            }

            var bytes = content.ToArray();
            Text.AtomicFile.Write(Path.Combine(path, PlanName), stream => stream.Write(bytes));
            return new PlanFolder(path, SHA256.HashData(bytes), OwnVersion, parts);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw GlmmException.InFile($"The plan cannot be written to {path}: {e.Message}", e);
        }
    }

    /// <summary>Reads a plan.</summary>
    /// <exception cref="GlmmException">There is none, or it is damaged or of a later version.</exception>
    public static (PlanFolder Folder, PlanWork Work) Open(string folder)
    {
        var path = Path.GetFullPath(folder);
        var file = Path.Combine(path, PlanName);
        if (!File.Exists(file))
        {
            throw GlmmException.InFile(Directory.Exists(path)
                ? $"The folder {path} holds no plan: there is no {PlanName} in it."
                : $"There is no folder {path}.");
        }

        try
        {
            var bytes = File.ReadAllBytes(file);
            using var document = JsonDocument.Parse(bytes);
            var root = document.RootElement;
            if (root.GetProperty("format").GetInt32() is var format && format != Format)
            {
                throw GlmmException.InFile($"The plan in {path} has format {format}, which EcoGlmm {OwnVersion} does not read. It was "
                    + $"made by EcoGlmm {root.GetProperty("version").GetString()}: use that.");
            }

            var files = new PlanFiles(path);
            foreach (var entry in root.GetProperty("files").EnumerateObject()) files.Expect(entry.Name, entry.Value.GetString()!);
            var kind = root.GetProperty("kind").GetString()!;
            if (!PlanWork.Kinds.TryGetValue(kind, out var read))
                throw GlmmException.InFile($"The plan in {path} is of a kind that EcoGlmm {OwnVersion} does not know: {kind}.");
            var result = new PlanFolder(path, SHA256.HashData(bytes), root.GetProperty("version").GetString()!,
                root.GetProperty("parts").GetInt32());
            return (result, read(root.GetProperty("work"), files));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw GlmmException.InFile($"The plan {file} cannot be read: {e.Message}", e);
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException
            or ArgumentException)
        {
            throw GlmmException.InFile($"The plan {file} is damaged: {e.Message} Copy it again from where it was made, or make it "
                + "anew.", e);
        }
    }

    private string Of(string what, int part, string extension) =>
        Path.Combine(Folder, what, $"{(part - 1) / PartsInFolder:0000}", $"part-{part:000000}.{extension}");
}
