using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace EcoGlmm.Notebooks.Tests;

/// <summary>A test that needs PostgreSQL. Without it the test is skipped and says so, except where CI is set: there it fails.</summary>
public sealed class PostgresFactAttribute : FactAttribute
{
    public PostgresFactAttribute() => Skip = PostgresServer.ReasonToSkip;
}

/// <summary>
/// A PostgreSQL server of its own: a new data folder, a free port of the loopback address, stopped and removed afterwards.
/// The server refuses to run as root; then the user that Debian's package makes runs it.
/// </summary>
public sealed class PostgresServer : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("ecoglmm-postgres-").FullName;
    private bool _isStarted;

    public static string? ReasonToSkip =>
        Programs is not null || Environment.GetEnvironmentVariable("CI") is "true" or "1"
            ? null
            : "PostgreSQL is not installed (Debian: apt-get install postgresql).";

    public string ConnectionString { get; private set; } = "";

    private string Data => Path.Combine(_folder, "data");

    // Debian keeps the server's programs out of the PATH.
    private static string? Programs
    {
        get
        {
            var debian = "/usr/lib/postgresql";
            return (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
                .Concat(Directory.Exists(debian) ? Directory.GetDirectories(debian).Select(version => Path.Combine(version, "bin")) : [])
                .FirstOrDefault(folder => File.Exists(Path.Combine(folder, "initdb")) && File.Exists(Path.Combine(folder, "pg_ctl")));
        }
    }

    public async Task InitializeAsync()
    {
        if (ReasonToSkip is not null)
            return;
        Assert.True(Programs is not null, "CI is set, so PostgreSQL has to be there: apt-get install postgresql.");
        if (Environment.UserName == "root")
            await RunAsync("chown", "postgres", _folder);
        await ServerAsync("initdb", "-D", Data, "-U", "eco", "-A", "trust", "-E", "UTF8", "--no-sync", "--no-instructions");
        var port = FreePort();
        await ServerAsync("pg_ctl", "start", "-w", "-D", Data, "-l", Path.Combine(_folder, "log"),
            "-o", $"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories='' -c fsync=off");
        _isStarted = true;
        ConnectionString = $"Host=127.0.0.1;Port={port};Username=eco;Database=postgres";
    }

    public async Task DisposeAsync()
    {
        if (_isStarted)
            await ServerAsync("pg_ctl", "stop", "-w", "-D", Data, "-m", "immediate");
        if (Environment.UserName == "root" && _isStarted)
            await RunAsync("rm", "-rf", _folder);
        else if (Directory.Exists(_folder))
            Directory.Delete(_folder, recursive: true);
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private static Task ServerAsync(string program, params string[] arguments)
    {
        var path = Path.Combine(Programs!, program);
        return Environment.UserName == "root"
            ? RunAsync("runuser", ["-u", "postgres", "--", path, .. arguments])
            : RunAsync(path, arguments);
    }

    private static async Task RunAsync(string program, params string[] arguments)
    {
        // The server would inherit redirected streams and keep them open: its output goes to files of its own.
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { WorkingDirectory = Path.GetTempPath() })!;
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, $"{program} {string.Join(' ', arguments)} ended with exit code {process.ExitCode}.");
    }
}

[CollectionDefinition(Name)]
public sealed class PostgresCollection : ICollectionFixture<PostgresServer>
{
    public const string Name = "postgres";
}
