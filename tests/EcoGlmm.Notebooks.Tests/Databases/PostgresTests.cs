using Npgsql;

namespace EcoGlmm.Notebooks.Tests;

/// <summary>FieldData from the reader of a real database.</summary>
[Collection(PostgresCollection.Name)]
public sealed class PostgresTests(PostgresServer server)
{
    private async Task<FieldData> QueryAsync(string sql)
    {
        await using var source = NpgsqlDataSource.Create(server.ConnectionString);
        await using var command = source.CreateCommand(sql);
        await using var reader = await command.ExecuteReaderAsync();
        return FieldData.From(reader);
    }

    [PostgresFact]
    public async Task Every_type_that_field_data_come_in_is_read_and_null_is_missing()
    {
        var data = await QueryAsync("""
            SELECT * FROM (VALUES
              (1::int2, 2::int4, 3000000001::int8, 0.5::float4, 0.1::float8, 12.340::numeric, true, 'Bochet'::text, 'm'::char(1),
               'wood'::varchar, DATE '2020-05-01', TIMESTAMP '2020-05-01 18:30:00', TIMESTAMPTZ '2020-05-01 18:30:00+00',
               '00000000-0000-0000-0000-000000000001'::uuid),
              (NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL))
            AS rows (small, whole, big, single, precise, exact, flag, nest, sex, habitat, day, moment, instant, id)
            """);
        Assert.Equal(["1", "2", "3000000001", "0.5", "0.1", "12.34", "TRUE", "Bochet", "m", "wood", "2020-05-01", "2020-05-01T18:30:00",
            "2020-05-01T18:30:00", "00000000-0000-0000-0000-000000000001"], data.ColumnNames.Select(name => data.Texts(name)[0]));
        Assert.All(data.ColumnNames, name => Assert.Null(data.Texts(name)[1]));
        Assert.Equal(0.1, data.Numbers("precise")[0]);
        Assert.Equal(12.34, data.Numbers("exact")[0]);
    }

    [PostgresFact]
    public async Task A_number_of_more_digits_than_a_decimal_and_NaN_are_refused_with_a_way_out()
    {
        var error = await Assert.ThrowsAsync<GlmmException>(() => QueryAsync("SELECT 1::numeric AS a UNION ALL SELECT 'NaN'::numeric"));
        Assert.Contains("\"a\"", error.Message);
        Assert.Contains("row 2", error.Message);
        Assert.Contains("double precision", error.Message);
        var data = await QueryAsync("SELECT 'NaN'::numeric::float8 AS a");
        Assert.True(double.IsNaN(data.Numbers("a")[0]));
    }

    [PostgresFact]
    public async Task A_column_that_no_model_can_use_is_named()
    {
        var error = await Assert.ThrowsAsync<GlmmException>(() => QueryAsync("SELECT 1 AS nest, ARRAY[1, 2] AS visits"));
        Assert.Contains("\"visits\"", error.Message);
        Assert.Contains("no name", (await Assert.ThrowsAsync<GlmmException>(() => QueryAsync("SELECT 1 AS \" \""))).Message);
    }

    [PostgresFact]
    public async Task An_empty_result_keeps_the_types_of_its_columns()
    {
        var data = await QueryAsync("SELECT 1::int4 AS a, 'x'::text AS b, true AS c, now() AS d WHERE false");
        Assert.Equal(0, data.RowCount);
        Assert.Equal(["a", "b", "c", "d"], data.ColumnNames);
    }

    [PostgresFact]
    public async Task A_million_rows_are_streamed_into_the_memory_of_their_columns()
    {
        const string Sql = "SELECT i AS visit, i * 0.25::float8 AS mass, 'nest ' || i % 1000 AS nest FROM generate_series(1, 1000000) AS i";
        var before = GC.GetTotalAllocatedBytes(precise: true);
        var data = await QueryAsync(Sql);
        var allocated = GC.GetTotalAllocatedBytes(precise: true) - before;
        Assert.Equal(1_000_000, data.RowCount);
        Assert.Equal(250_000, data.Numbers("mass")[^1]);
        Assert.Equal(1000, data.Levels("nest").Count);

        // Lists that grow (twice 16 + 8 bytes a number), codes, the finished columns and a string for each text as it comes: no boxes.
        Assert.InRange(allocated, 0, 220_000_000);
    }

    [PostgresFact]
    public async Task The_documented_query_gives_data_to_fit()
    {
        await using var source = NpgsqlDataSource.Create(server.ConnectionString);
        await using (var create = source.CreateCommand("""
            CREATE TABLE IF NOT EXISTS owls AS
            SELECT (i * 7 % 5 + i % 6)::int AS calls, CASE i % 2 WHEN 0 THEN 'f' ELSE 'm' END AS sex,
                'nest ' || i % 12 AS nest, 2005 + i % 10 AS year
            FROM generate_series(1, 240) AS i
            """))
        {
            await create.ExecuteNonQueryAsync();
        }

        var block = DocumentBlocks.Of("data.md").Single(b => b.Text.Contains("Npgsql", StringComparison.Ordinal)).Text;
        var code = block.Replace("#r \"nuget: Npgsql\"\n", "")
            .Replace("Host=localhost;Database=fieldwork", server.ConnectionString, StringComparison.Ordinal);
        Assert.NotEqual(block, code);
        var options = Microsoft.CodeAnalysis.Scripting.ScriptOptions.Default.AddImports("System", "EcoGlmm")
            .AddReferences(typeof(Glmm).Assembly, typeof(NpgsqlDataSource).Assembly, typeof(System.Data.Common.DbDataReader).Assembly);
        var state = await Microsoft.CodeAnalysis.CSharp.Scripting.CSharpScript.RunAsync(code, options);
        var fit = Assert.IsType<GlmmFit>(state.GetVariable("fit").Value);
        Assert.Equal(120, fit.ObservationCount);
    }
}
