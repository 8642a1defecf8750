using System.Net;
using System.Net.Sockets;
using EcoGlmm.Charts;

namespace EcoGlmm.Browser.Tests;

/// <summary>Serves the library's copy of plotly.js on the loopback, in the network's place.</summary>
internal sealed class PlotlyServer : IDisposable
{
    private readonly HttpListener _listener = new();
    private readonly byte[] _script = Convert.FromBase64String(PlotlySource.Of(ChartOptions.Bundled).Packed!);

    public PlotlyServer()
    {
        Address = $"http://127.0.0.1:{FreePort()}/plotly.min.js";
        _listener.Prefixes.Add(Address[..(Address.LastIndexOf('/') + 1)]);
        _listener.Start();
        _ = Serve();
    }

    /// <summary>Where the script is.</summary>
    public string Address { get; }

    public void Dispose() => _listener.Close();

    private async Task Serve()
    {
        try
        {
            while (true)
            {
                var response = (await _listener.GetContextAsync()).Response;
                response.ContentType = "text/javascript; charset=utf-8";
                response.AddHeader("Content-Encoding", "gzip");
                response.AddHeader("Access-Control-Allow-Origin", "*");
                response.ContentLength64 = _script.Length;
                await response.OutputStream.WriteAsync(_script);
                response.Close();
            }
        }
        catch (Exception e) when (e is HttpListenerException or ObjectDisposedException)
        {
            // The tests are over.
        }
    }

    private static int FreePort()
    {
        using var socket = new TcpListener(IPAddress.Loopback, 0);
        socket.Start();
        return ((IPEndPoint)socket.LocalEndpoint).Port;
    }
}
