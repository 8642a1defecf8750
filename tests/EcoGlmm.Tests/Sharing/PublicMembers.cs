using System.Reflection;
using System.Runtime.CompilerServices;

namespace EcoGlmm.Tests.Sharing;

/// <summary>Finds what can be asked of a public object and knows arguments to ask it with, so that new methods join by
/// themselves.</summary>
internal static class PublicMembers
{
    /// <summary>
    /// What these do shows nowhere in a value: they draw unique ids, write files or open windows. TestGeneric and the like, whose arguments
    /// nobody knows, drop out by themselves.
    /// </summary>
    private static readonly string[] NotCompared = ["ToHtml", "GetHashCode", "GetType", "Deconstruct", "<Clone>$", "Show", "Save", "Open",
        "GetEnumerator", "MemberwiseClone"];

    private static readonly MethodInfo[] Extensions =
    [
        .. typeof(GlmmFit).Assembly.GetExportedTypes().Where(t => t.IsAbstract && t.IsSealed)
            .SelectMany(t => t.GetMethods(BindingFlags.Public | BindingFlags.Static))
            .Where(m => m.IsDefined(typeof(ExtensionAttribute), false) && !m.IsGenericMethod && m.ReturnType != typeof(void)),
    ];

    /// <summary>
    /// The members of a type that can be called with arguments known here, each as a name and a call; properties, methods and
    /// extension methods.
    /// </summary>
    public static IReadOnlyList<(string Name, Func<object, object?> Call)> Of(Type type)
    {
        var members = new List<(string, Func<object, object?>)>();
        foreach (var property in type.GetProperties(BindingFlags.Public | BindingFlags.Instance))
        {
            if (property.GetIndexParameters().Length == 0 && property.GetMethod is { IsPublic: true })
                members.Add((property.Name, property.GetValue));
        }

        foreach (var method in type.GetMethods(BindingFlags.Public | BindingFlags.Instance))
        {
            if (method.IsSpecialName || method.IsGenericMethod || method.ReturnType == typeof(void) || IsLeftOut(method)) continue;
            if (Arguments(method.GetParameters()) is { } arguments)
            {
                members.Add((Signature(method), on => Invoke(method, on, [.. arguments.Select(a => a(on))])));
            }
        }

        foreach (var method in Extensions.Where(m => m.GetParameters()[0].ParameterType == type && !IsLeftOut(m)))
        {
            if (Arguments(method.GetParameters()[1..]) is { } arguments)
            {
                members.Add((Signature(method), on => Invoke(method, null, [on, .. arguments.Select(a => a(on))])));
            }
        }

        return members;
    }

    private static bool IsLeftOut(MethodInfo method) => Array.Exists(NotCompared, n => method.Name.StartsWith(n, StringComparison.Ordinal))
        || method.ReturnType.IsByRefLike || typeof(Task).IsAssignableFrom(method.ReturnType);

    private static string Signature(MethodInfo method) =>
        $"{method.Name}({string.Join(", ", method.GetParameters().Select(p => p.ParameterType.Name))})";

    /// <summary>What a call returns, or the message of the exception that it ends with: that has to be the same too.</summary>
    private static object? Invoke(MethodInfo method, object? on, object?[] arguments)
    {
        try
        {
            return method.Invoke(on, arguments);
        }
        catch (TargetInvocationException e) when (e.InnerException is GlmmException or ArgumentException or InvalidOperationException)
        {
            return e.InnerException.Message;
        }
    }

    private static Func<object, object?>[]? Arguments(ParameterInfo[] parameters)
    {
        var arguments = new Func<object, object?>[parameters.Length];
        for (var i = 0; i < parameters.Length; i++)
        {
            if (Argument(parameters[i]) is not { } argument) return null;
            arguments[i] = argument;
        }

        return arguments;
    }

    private static Func<object, object?>? Argument(ParameterInfo parameter)
    {
        var (name, type) = (parameter.Name!, parameter.ParameterType);
        if (type == typeof(int) && name is "count" or "simulations" or "replicates" or "points") return _ => 6;
        if (type == typeof(ResidualOptions)) return _ => new ResidualOptions { Count = 40 };
        if (type == typeof(CheckOptions)) return _ => new CheckOptions { Count = 40 };
        if (parameter.HasDefaultValue)
        {
            var value = parameter.DefaultValue is null && type.IsValueType ? Activator.CreateInstance(type) : parameter.DefaultValue;
            return _ => type.IsEnum && value is not null ? Enum.ToObject(type, value) : value;
        }

        if (type == typeof(string))
        {
            return name switch
            {
                "variables" or "variable" or "by" => _ => "f",
                "covariate" => _ => "x",
                "group" => _ => "g",
                "formula" => _ => ". ~ . - x",
                _ => null,
            };
        }

        if (type == typeof(long) && name == "seed") return _ => 11L;
        if (type == typeof(IReadOnlyList<string>) && name == "redraw") return _ => new[] { "g" };
        if (type == typeof(double[]) && name == "response") return on => ((GlmmFit)on).Simulate(1, 5)[0];
        if (type == typeof(Func<GlmmFit, double[]>)) return _ => (Func<GlmmFit, double[]>)(fit => fit.FixedEffects.Estimates());
        if (type == typeof(Func<double[], double>)) return _ => (Func<double[], double>)(y => y.Max());
        return null;
    }
}
