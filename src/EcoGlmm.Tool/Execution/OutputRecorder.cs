using System.Text;
using EcoGlmm.Tool.Notebooks;

namespace EcoGlmm.Tool.Execution;

/// <summary>
/// Collects a cell's outputs in the order in which they happen, whichever thread they come from. Output that
/// arrives after the cell has ended is dropped.
/// </summary>
internal sealed class OutputRecorder(List<CellOutput> outputs)
{
    private readonly Lock _gate = new();
    private bool _closed;

    /// <summary>The recorder of the cell that is running; displays go to it.</summary>
    public static OutputRecorder? Current { get; private set; }

    /// <summary>Sends the console and all displays here until the result is disposed.</summary>
    public IDisposable Capture()
    {
        var capture = new ConsoleCapture(this, Console.Out, Console.Error, Current);
        Current = this;
        Console.SetOut(new StreamWriter(this, "stdout"));
        Console.SetError(new StreamWriter(this, "stderr"));
        return capture;
    }

    public void Write(string stream, string text)
    {
        lock (_gate)
        {
            if (_closed || text.Length == 0)
                return;
            if (outputs.LastOrDefault() is StreamOutput last && last.Name == stream)
                last.Text += text;
            else
                outputs.Add(new StreamOutput(stream, text));
        }
    }

    public DisplayOutput Show(IReadOnlyDictionary<string, string> data, bool isResult = false)
    {
        var output = new DisplayOutput(data, isResult);
        Add(output);
        return output;
    }

    public void Add(CellOutput output)
    {
        lock (_gate)
        {
            if (!_closed)
                outputs.Add(output);
        }
    }

    public void Close()
    {
        lock (_gate)
            _closed = true;
    }

    private sealed class ConsoleCapture(OutputRecorder recorder, TextWriter output, TextWriter error, OutputRecorder? outer)
        : IDisposable
    {
        public void Dispose()
        {
            recorder.Close();
            Current = outer;
            Console.SetOut(output);
            Console.SetError(error);
        }
    }

    private sealed class StreamWriter(OutputRecorder recorder, string stream) : TextWriter
    {
        public override Encoding Encoding => Encoding.UTF8;

        public override string NewLine => "\n";

        public override void Write(char value) => recorder.Write(stream, value.ToString());

        public override void Write(char[] buffer, int index, int count) =>
            recorder.Write(stream, new string(buffer, index, count));

        public override void Write(ReadOnlySpan<char> buffer) => recorder.Write(stream, buffer.ToString());

        public override void Write(string? value) => recorder.Write(stream, value ?? "");

        public override void WriteLine(string? value) => recorder.Write(stream, value + "\n");
    }
}
