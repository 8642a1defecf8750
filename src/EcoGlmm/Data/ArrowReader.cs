using Apache.Arrow;
using Apache.Arrow.Ipc;
using EcoGlmm.Text;

namespace EcoGlmm.Data;

/// <summary>Reads record batches of Apache Arrow, one after the other, from the buffers that their columns keep values in.</summary>
internal static class ArrowReader
{
    private static ReadOnlySpan<byte> FileMagic => "ARROW1"u8;

    /// <exception cref="GlmmException">There is none, they have different columns, or one holds what no column can.</exception>
    public static FieldData Read(IEnumerable<RecordBatch> batches)
    {
        Schema? schema = null;
        ArrowColumn[] columns = [];
        var number = 0;
        foreach (var batch in batches)
        {
            number++;
            if (batch is null)
                throw GlmmException.InData($"Record batch {number} is null; leave it out.");
            if (schema is null)
            {
                schema = batch.Schema;
                columns = [.. schema.FieldsList.Select(ArrowColumn.For)];
            }
            RefuseOthers(schema, batch, number);
            for (var i = 0; i < columns.Length; i++)
                columns[i].Append(batch.Column(i));
        }
        return schema is null
            ? throw GlmmException.InData("There is no record batch, so that not even the columns are known.")
            : new FieldData(System.Array.ConvertAll(columns, column => column.ToColumn()));
    }

    /// <summary>Reads a file in the format of Arrow's files (Feather, version 2) or of its streams.</summary>
    public static FieldData ReadFile(string path)
    {
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            var beginning = new byte[FileMagic.Length];
            var isFile = file.ReadAtLeast(beginning, beginning.Length, throwOnEndOfStream: false) == beginning.Length
                && FileMagic.SequenceEqual(beginning);
            file.Position = 0;
            if (isFile)
            {
                using var reader = new ArrowFileReader(file, leaveOpen: true);
                return Read(Batches(reader.ReadNextRecordBatch));
            }
            using var stream = new ArrowStreamReader(file, leaveOpen: true);
            return Read(Batches(stream.ReadNextRecordBatch));
        }
        catch (NotImplementedException failure)
        {
            throw GlmmException.InFile($"The file \"{path}\" holds what is not read here: {failure.Message} Write it without compression, "
                + "or give FieldData.FromArrow the batches that another reader gives.", failure);
        }
        catch (Exception failure) when (failure is not GlmmException and not OutOfMemoryException)
        {
            // The reader of Arrow fails in many ways on what is no such file.
            throw GlmmException.InFile($"The file \"{path}\" cannot be read as an Arrow file: {failure.Message}", failure);
        }
    }

    private static IEnumerable<RecordBatch> Batches(Func<RecordBatch?> next)
    {
        while (next() is { } batch)
        {
            using (batch)
                yield return batch;
        }
    }

    private static void RefuseOthers(Schema schema, RecordBatch batch, int number)
    {
        var fields = batch.Schema.FieldsList;
        if (fields.Count != schema.FieldsList.Count)
        {
            throw GlmmException.InData($"Record batch {number} has {Names.Count(fields.Count, "column")}, the first "
                + $"{schema.FieldsList.Count}.");
        }
        for (var i = 0; i < fields.Count; i++)
        {
            var (first, other) = (schema.FieldsList[i], fields[i]);
            if (first.Name != other.Name || first.DataType.TypeId != other.DataType.TypeId)
            {
                throw GlmmException.InData($"Column {i + 1} of record batch {number} is \"{other.Name}\" ({other.DataType.Name}), that of "
                    + $"the first \"{first.Name}\" ({first.DataType.Name}); all batches of a table have the same columns.");
            }
        }
    }
}
