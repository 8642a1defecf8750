using System.Text.Json;
using Microsoft.CodeAnalysis.CSharp.Scripting;
using Microsoft.CodeAnalysis.Scripting;
using Microsoft.DotNet.Interactive.Commands;
using Microsoft.DotNet.Interactive.Directives;

// The members of .NET Interactive that the package's extension uses, with the names and shapes of its last release, so
// that extension.dib compiles and runs here as it does there.
#pragma warning disable IDE0130
namespace Microsoft.DotNet.Interactive
{
    public class KernelInvocationContext(CancellationToken cancellation)
    {
        private static readonly AsyncLocal<KernelInvocationContext?> Ambient = new();

        public static KernelInvocationContext? Current
        {
            get => Ambient.Value;
            set => Ambient.Value = value;
        }

        public Kernel? HandlingKernel { get; init; }

        public CancellationToken CancellationToken { get; } = cancellation;

        public List<DisplayedValue> Displayed { get; } = [];

        public List<string?> Failures { get; } = [];

        public void Fail(KernelCommand command, Exception? exception = null, string? message = null) =>
            Failures.Add(exception?.ToString() ?? message);
    }

    public static class KernelInvocationContextExtensions
    {
        public static DisplayedValue Display(this KernelInvocationContext context, object value, params string[] mimeTypes) =>
            Add(context, value, mimeTypes);

        public static DisplayedValue DisplayAs(this KernelInvocationContext context, string value, string mimeType) =>
            Add(context, value, [mimeType]);

        private static DisplayedValue Add(KernelInvocationContext context, object value, string[] mimeTypes)
        {
            var displayed = new DisplayedValue(value, mimeTypes);
            context.Displayed.Add(displayed);
            return displayed;
        }
    }

    public class DisplayedValue(object value, string[] mimeTypes)
    {
        public List<object> Values { get; } = [value];

        public string[] MimeTypes { get; } = mimeTypes;

        public void Update(object updatedValue)
        {
            lock (Values) Values.Add(updatedValue);
        }
    }

    public abstract class Kernel(string name)
    {
        public static Kernel? Current => KernelInvocationContext.Current!.HandlingKernel;

        public string Name { get; } = name;

        public KernelInfo KernelInfo { get; } = new();

        protected Queue<SubmitCode> Deferred { get; } = [];

        public void DeferCommand(KernelCommand command) => Deferred.Enqueue((SubmitCode)command);

        public Dictionary<KernelActionDirective, Func<KernelDirectiveCommand, KernelInvocationContext, Task>> Directives { get; } = [];

        public void AddDirective<TCommand>(KernelActionDirective directive, Func<TCommand, KernelInvocationContext, Task> handler)
            where TCommand : KernelDirectiveCommand
        {
            Assert.Equal(typeof(TCommand), directive.KernelCommandType ??= typeof(TCommand));
            KernelInfo.SupportedDirectives.Add(directive);
            Directives.Add(directive, (command, context) => handler((TCommand)command, context));
        }
    }

    public class KernelInfo
    {
        public ICollection<KernelActionDirective> SupportedDirectives { get; } = new List<KernelActionDirective>();
    }
}

namespace Microsoft.DotNet.Interactive.Commands
{
    public abstract class KernelCommand;

    public abstract class KernelDirectiveCommand : KernelCommand;

    public class SubmitCode(string code) : KernelCommand
    {
        public string Code { get; } = code;
    }
}

namespace Microsoft.DotNet.Interactive.Directives
{
    public class KernelActionDirective(string name, string? description = null)
    {
        public string Name { get; } = name;

        public string? Description { get; set; } = description;

        public Type? KernelCommandType { get; set; }

        public ICollection<KernelDirectiveParameter> Parameters { get; } = new List<KernelDirectiveParameter>();

        public override string ToString() => Name;
    }

    public class KernelDirectiveParameter(string name, string? description = null)
    {
        private readonly List<Func<IEnumerable<string>>> _completions = [];

        public string Name { get; } = name;

        public string Description { get; init; } = description ?? "";

        public bool AllowImplicitName { get; init; }

        public bool Required { get; init; }

        public bool Flag { get; init; }

        public IEnumerable<string> Completions => _completions.SelectMany(source => source());

        public KernelDirectiveParameter AddCompletions(Func<IEnumerable<string>> getCompletions)
        {
            _completions.Add(getCompletions);
            return this;
        }
    }
}

namespace Microsoft.DotNet.Interactive.CSharp
{
    /// <summary>Runs cells as the real C# kernel does: with Roslyn's scripting and that kernel's usings and references.</summary>
    public class CSharpKernel(bool hasLibrary = true) : Kernel("csharp")
    {
        private static readonly JsonSerializerOptions CamelCase = new() { PropertyNamingPolicy = JsonNamingPolicy.CamelCase };

        private readonly ScriptOptions _options = ScriptOptions.Default
            .AddImports("System", "System.Text", "System.Collections", "System.Collections.Generic", "System.Threading.Tasks", "System.Linq")
            .AddReferences(typeof(Enumerable).Assembly, typeof(Kernel).Assembly, typeof(Script).Assembly, typeof(CSharpScript).Assembly)
            .AddReferences(hasLibrary ? [typeof(EcoGlmm.Glmm).Assembly] : []);

        public ScriptState? ScriptState { get; private set; }

        /// <summary>Runs a cell, and before it what was put aside, as the kernel's scheduler does.</summary>
        public async Task<object?> RunAsync(string code)
        {
            while (Deferred.TryDequeue(out var command))
                await ExecuteAsync(command.Code);
            return await ExecuteAsync(code);
        }

        private async Task<object?> ExecuteAsync(string code)
        {
            ScriptState = ScriptState is null
                ? await CSharpScript.RunAsync(code, _options)
                : await ScriptState.ContinueWithAsync(code, _options);
            return ScriptState.ReturnValue;
        }

        public bool TryGetValue<T>(string name, out T? value)
        {
            var variable = ScriptState?.Variables.LastOrDefault(v => v.Name == name);
            value = variable is null ? default : (T)variable.Value;
            return variable is not null;
        }

        public async Task SetValueAsync(string name, object value, Type declaredType)
        {
            await RunAsync($"{declaredType.FullName} {name} = default;");
            ScriptState!.GetVariable(name).Value = value;
        }

        /// <summary>Invokes a magic command as the kernel does: options become JSON, JSON the command.</summary>
        public Task InvokeAsync(string name, Dictionary<string, object> options, KernelInvocationContext context)
        {
            var (directive, handler) = Directives.Single(d => d.Key.Name == name);
            Assert.All(options.Keys, option => Assert.Contains(directive.Parameters, p => p.Name == "--" + option));
            var json = JsonSerializer.Serialize(options);
            return handler((KernelDirectiveCommand)JsonSerializer.Deserialize(json, directive.KernelCommandType!, CamelCase)!, context);
        }
    }
}
