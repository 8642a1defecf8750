using System.Runtime.InteropServices;
using HarfBuzzSharp;

namespace EcoGlmm.Publish;

/// <summary>A font with the letters of one document alone, by HarfBuzz's subsetter: what a PDF embeds of it is small.</summary>
internal static partial class FontSubset
{
    /// <summary>The library that comes with HarfBuzzSharp, which has no methods of its own for subsets.</summary>
    private const string Library = "libHarfBuzzSharp";

    /// <summary>A TrueType font of the letters that a text has.</summary>
    /// <param name="font">The whole font's file.</param>
    /// <param name="text">What is to be written.</param>
    /// <returns>The smaller font's file.</returns>
    /// <exception cref="InvalidOperationException">The file is not a font that can be cut down.</exception>
    public static unsafe byte[] Of(byte[] font, string text)
    {
        fixed (byte* bytes = font)
        {
            using var blob = new Blob((nint)bytes, font.Length, MemoryMode.ReadOnly);
            using var face = new Face(blob, 0);
            var input = hb_subset_input_create_or_fail();
            try
            {
                var letters = hb_subset_input_unicode_set(input);
                foreach (var letter in text.EnumerateRunes())
                    hb_set_add(letters, (uint)letter.Value);
                var subset = hb_subset_or_fail(face.Handle, input);
                if (subset == 0)
                    throw new InvalidOperationException("The font has no subset.");
                return Contents(subset);
            }
            finally
            {
                hb_subset_input_destroy(input);
            }
        }
    }

    /// <summary>The file of a face, which is given back.</summary>
    private static byte[] Contents(nint face)
    {
        var blob = hb_face_reference_blob(face);
        try
        {
            var bytes = new byte[hb_blob_get_length(blob)];
            Marshal.Copy(hb_blob_get_data(blob, out _), bytes, 0, bytes.Length);
            return bytes;
        }
        finally
        {
            hb_blob_destroy(blob);
            hb_face_destroy(face);
        }
    }

    [LibraryImport(Library)]
    private static partial nint hb_subset_input_create_or_fail();

    [LibraryImport(Library)]
    private static partial void hb_subset_input_destroy(nint input);

    [LibraryImport(Library)]
    private static partial nint hb_subset_input_unicode_set(nint input);

    [LibraryImport(Library)]
    private static partial void hb_set_add(nint set, uint letter);

    [LibraryImport(Library)]
    private static partial nint hb_subset_or_fail(nint face, nint input);

    [LibraryImport(Library)]
    private static partial nint hb_face_reference_blob(nint face);

    [LibraryImport(Library)]
    private static partial void hb_face_destroy(nint face);

    [LibraryImport(Library)]
    private static partial uint hb_blob_get_length(nint blob);

    [LibraryImport(Library)]
    private static partial nint hb_blob_get_data(nint blob, out uint length);

    [LibraryImport(Library)]
    private static partial void hb_blob_destroy(nint blob);
}
