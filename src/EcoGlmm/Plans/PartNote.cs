using System.Globalization;
using System.Text;
using EcoGlmm.Text;

namespace EcoGlmm.Plans;

/// <summary>
/// A note beside a part, for people and for the status: that it was begun, or why it failed; where, when and by which process. Its
/// first line holds these, separated by tabs.
/// </summary>
/// <param name="Time">When, in UTC.</param>
/// <param name="Machine">On which machine.</param>
/// <param name="Process">By which process.</param>
/// <param name="Job">Its job on a cluster, "17_3"; empty elsewhere.</param>
/// <param name="Message">Why it failed; empty for one that was begun.</param>
internal sealed record PartNote(DateTime Time, string Machine, int Process, string Job, string Message)
{
    /// <summary>A note of this process and now.</summary>
    public static PartNote Now(string message)
    {
        var job = Environment.GetEnvironmentVariable("SLURM_ARRAY_JOB_ID");
        return new(DateTime.UtcNow, Environment.GetEnvironmentVariable("SLURMD_NODENAME") ?? Environment.MachineName,
            Environment.ProcessId, job is null ? "" : $"{job}_{Environment.GetEnvironmentVariable("SLURM_ARRAY_TASK_ID")}", message);
    }

    /// <summary>
    /// Whether the process that wrote it is known to have ended: one of this machine that is no more, or of a cluster's task that does not
    /// run.
    /// </summary>
    /// <param name="running">The tasks that run on the cluster; null where it does not answer.</param>
    public bool HasEnded(Lazy<HashSet<string>?> running)
    {
        if (Job.Length > 0) return running.Value?.Contains(Job) == false;
        if (Machine != Environment.MachineName) return false;
        try
        {
            using var process = System.Diagnostics.Process.GetProcessById(Process);
            return process.HasExited || process.StartTime.ToUniversalTime() > Time.AddSeconds(2);
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException or System.ComponentModel.Win32Exception)
        {
            return true;
        }
    }

    /// <summary>"on n1 at 2026-05-01 12:00 UTC, job 17_3".</summary>
    public string Where => $"on {Machine} at {Time.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture)} UTC"
        + (Job.Length > 0 ? $", job {Job}" : "");

    /// <summary>Writes it, if that can be done: a note is not worth failing for.</summary>
    public void TryWrite(string path)
    {
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            AtomicFile.WriteText(path, string.Join('\t', Time.ToString("O", CultureInfo.InvariantCulture), Machine,
                Process.ToString(CultureInfo.InvariantCulture), Job) + "\n" + Message + "\n");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A full disk; the part itself is tried all the same.
        }
    }

    /// <summary>Takes it away.</summary>
    public static void TryDelete(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Its folder may not be there yet, or no more.
        }
    }

    /// <summary>Reads it; null where there is none or it cannot be read.</summary>
    public static PartNote? TryRead(string path)
    {
        try
        {
            if (!File.Exists(path)) return null;
            var text = File.ReadAllText(path, Encoding.UTF8);
            var end = text.IndexOf('\n', StringComparison.Ordinal);
            var cells = (end < 0 ? text : text[..end]).Split('\t');
            return cells.Length == 4 && int.TryParse(cells[2], CultureInfo.InvariantCulture, out var process)
                && DateTime.TryParse(cells[0], CultureInfo.InvariantCulture, DateTimeStyles.RoundtripKind, out var time)
                ? new PartNote(time, cells[1], process, cells[3], text[(end + 1)..].Trim()) : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
