namespace EcoGlmm.Text;

/// <summary>A column of a <see cref="TableContent"/>.</summary>
/// <param name="Header">The heading.</param>
/// <param name="IsNumeric">Whether cells line up on the right, as numbers do.</param>
internal sealed record TableColumn(string Header, bool IsNumeric);

/// <summary>
/// What a table says, before it is drawn: <see cref="TextTable"/> draws it with characters, <see cref="HtmlTable"/> as
/// HTML. A first column of text names the rows.
/// </summary>
/// <param name="caption">What the table shows; null for none.</param>
internal sealed class TableContent(string? caption = null)
{
    private readonly List<TableColumn> _columns = [];
    private readonly List<string[]> _rows = [];

    public string? Caption { get; } = caption;

    public IReadOnlyList<TableColumn> Columns => _columns;

    public IReadOnlyList<IReadOnlyList<string>> Rows => _rows;

    /// <summary>A line under the table, such as the meaning of its marks.</summary>
    public string? Note { get; init; }

    public TableContent Text(string header)
    {
        _columns.Add(new TableColumn(header, false));
        return this;
    }

    public TableContent Number(string header)
    {
        _columns.Add(new TableColumn(header, true));
        return this;
    }

    /// <summary>Adds a row; all columns have to be there before.</summary>
    public TableContent Row(params IReadOnlyList<string> cells)
    {
        if (cells.Count != _columns.Count)
            throw new ArgumentException($"{cells.Count} cells for {_columns.Count} columns.", nameof(cells));
        _rows.Add([.. cells]);
        return this;
    }
}
