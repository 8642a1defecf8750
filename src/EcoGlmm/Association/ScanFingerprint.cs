using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;

namespace EcoGlmm.Association;

/// <summary>A digest by which a scan that goes on is known to be the same one.</summary>
internal static class ScanFingerprint
{
    private const int SampledMarkers = 64;

    public static string Of(string formula, ScanData data, Genotypes markers, ScanOptions options, double[]? relationship)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.UTF8.GetBytes(
            $"3|{options.Method}|{options.LeaveOneChromosomeOut}|{options.Family}|{options.Part}|{options.Parts}|"
            + $"{options.Interaction}|{formula}|"));
        hash.AppendData(MemoryMarshal.AsBytes<double>(data.Y));
        hash.AppendData(MemoryMarshal.AsBytes<double>(data.X));
        hash.AppendData(MemoryMarshal.AsBytes<int>(data.Individuals));
        hash.AppendData(MemoryMarshal.AsBytes<double>(data.Offset));
        hash.AppendData(MemoryMarshal.AsBytes<double>(data.Specification.Response.Trials ?? []));
        foreach (var term in data.Specification.Conditional.Training.RandomTerms)
        {
            hash.AppendData(MemoryMarshal.AsBytes<int>(term.Codes));
        }

        if (relationship is not null)
        {
            hash.AppendData(MemoryMarshal.AsBytes<double>(relationship));
        }

        foreach (var name in markers.Individuals)
        {
            hash.AppendData(Encoding.UTF8.GetBytes(name + "|"));
        }

        foreach (var marker in markers.Markers)
        {
            hash.AppendData(Encoding.UTF8.GetBytes($"{marker.Name}|{marker.Chromosome}|{marker.Position}|"
                + $"{marker.EffectAllele}|{marker.OtherAllele}|"));
        }

        // of the genotypes a sample, so that a large file is not read twice
        var step = Math.Max(1, markers.Markers.Count / SampledMarkers);
        for (var j = 0; j < markers.Markers.Count; j += step)
        {
            hash.AppendData(markers.Row(j));
        }

        return Convert.ToHexString(hash.GetHashAndReset());
    }
}
