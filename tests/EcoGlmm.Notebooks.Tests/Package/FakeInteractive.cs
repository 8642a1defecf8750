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
        public static Kernel? Root => KernelInvocationContext.Current!.HandlingKernel?.RootKernel;

        public string Name { get; } = name;

        public Kernel? ParentKernel { get; set; }

        public Kernel RootKernel => ParentKernel is null ? this : ParentKernel.RootKernel;

        public Dictionary<KernelActionDirective, Func<KernelDirectiveCommand, KernelInvocationContext, Task>> Directives { get; } = [];

        public void AddDirective<TCommand>(KernelActionDirective directive, Func<TCommand, KernelInvocationContext, Task> handler)
            where TCommand : KernelDirectiveCommand
        {
            Assert.Equal(typeof(TCommand), directive.KernelCommandType ??= typeof(TCommand));
            Directives.Add(directive, (command, context) => handler((TCommand)command, context));
        }
    }

    public class CompositeKernel(params Kernel[] children) : Kernel(".NET")
    {
        public IReadOnlyList<Kernel> ChildKernels { get; } = children;
    }

    public static class KernelExtensions
    {
        public static Kernel? FindKernelByName(this Kernel kernel, string name) =>
            ((CompositeKernel)kernel).ChildKernels.FirstOrDefault(child => child.Name == name);
    }
}

namespace Microsoft.DotNet.Interactive.Commands
{
    public abstract class KernelDirectiveCommand;
}

namespace Microsoft.DotNet.Interactive.Directives
{
    public class KernelActionDirective(string name, string? description = null)
    {
        public string Name { get; } = name;

        public string? Description { get; set; } = description;

        public Type? KernelCommandType { get; set; }

        public ICollection<KernelDirectiveParameter> Parameters { get; } = new List<KernelDirectiveParameter>();
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
    public class CSharpKernel() : Kernel("csharp")
    {
        private static readonly JsonSerializerOptions CamelCase = new() { PropertyNamingPolicy = JsonNamingPolicy.CamelCase };

        private readonly ScriptOptions _options = ScriptOptions.Default
            .AddImports("System", "System.Text", "System.Collections", "System.Collections.Generic", "System.Threading.Tasks", "System.Linq")
            .AddReferences(typeof(Enumerable).Assembly, typeof(Kernel).Assembly, typeof(Script).Assembly, typeof(CSharpScript).Assembly,
                typeof(EcoGlmm.Glmm).Assembly);

        public ScriptState? ScriptState { get; private set; }

        public async Task<object?> RunAsync(string code)
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
