using System.Globalization;
using System.Reflection;
using System.Runtime.CompilerServices;

namespace EcoGlmm.Tool.Reference;

/// <summary>Types and members as C# writes them.</summary>
internal static class TypeNames
{
    private static readonly Dictionary<Type, string> Keywords = new()
    {
        [typeof(void)] = "void", [typeof(object)] = "object", [typeof(string)] = "string", [typeof(bool)] = "bool",
        [typeof(int)] = "int", [typeof(long)] = "long", [typeof(double)] = "double",
    };

    public static string Of(Type type)
    {
        if (Keywords.TryGetValue(type, out var keyword))
            return keyword;
        if (Nullable.GetUnderlyingType(type) is { } underlying)
            return Of(underlying) + "?";
        if (type.IsArray)
            return $"{Of(type.GetElementType()!)}[{new string(',', type.GetArrayRank() - 1)}]";
        if (!type.IsGenericType)
            return type.Name;
        var arguments = type.GetGenericArguments().Select(Of);
        return typeof(ITuple).IsAssignableFrom(type)
            ? $"({string.Join(", ", arguments)})"
            : $"{type.Name.Split('`')[0]}<{string.Join(", ", arguments)}>";
    }

    public static string Title(MemberInfo member) => member switch
    {
        ConstructorInfo constructor => Of(constructor.DeclaringType!),
        PropertyInfo property when property.GetIndexParameters().Length > 0 => "this[…]",
        MethodInfo { Name: "op_Implicit" } method => $"conversion from {Of(method.GetParameters()[0].ParameterType)}",
        _ => member.Name,
    };

    /// <param name="member">The member.</param>
    /// <param name="on">The type on whose page it stands: its extension methods are written as its own.</param>
    public static string Signature(MemberInfo member, Type? on = null)
    {
        switch (member)
        {
            case PropertyInfo property:
                var indices = property.GetIndexParameters();
                var name = indices.Length > 0 ? $"this[{Parameters(indices)}]" : property.Name;
                var accessors = property.SetMethod is { IsPublic: true } set
                    ? set.ReturnParameter.GetRequiredCustomModifiers().Contains(typeof(IsExternalInit)) ? "get; init;" : "get; set;"
                    : "get;";
                return $"{Static(property.GetMethod!)}{Of(property.PropertyType)} {name} {{ {accessors} }}";
            case FieldInfo field:
                return $"const {Of(field.FieldType)} {field.Name} = {Literal(field.GetRawConstantValue())}";
            case ConstructorInfo constructor:
                return $"new {Of(constructor.DeclaringType!)}({Parameters(constructor.GetParameters())})";
            case MethodInfo { Name: "op_Implicit" } method:
                return $"implicit operator {Of(method.ReturnType)}({Parameters(method.GetParameters())})";
            case MethodInfo method when method.IsDefined(typeof(ExtensionAttribute)) && method.DeclaringType != on && on is not null:
                return $"{Of(method.ReturnType)} {method.Name}({Parameters(method.GetParameters()[1..])})";
            case MethodInfo method:
                var generic = method.IsGenericMethod ? $"<{string.Join(", ", method.GetGenericArguments().Select(Of))}>" : "";
                var receiver = method.IsDefined(typeof(ExtensionAttribute)) ? "this " : "";
                return $"{Static(method)}{Of(method.ReturnType)} {method.Name}{generic}({receiver}{Parameters(method.GetParameters())})";
            default:
                throw new ArgumentException($"No signature for {member}.", nameof(member));
        }
    }

    private static string Static(MethodInfo method) => method.IsStatic ? "static " : "";

    private static string Parameters(ParameterInfo[] parameters) => string.Join(", ", parameters.Select(parameter =>
    {
        var variable = parameter.IsDefined(typeof(ParamArrayAttribute)) || parameter.IsDefined(typeof(ParamCollectionAttribute));
        var text = $"{(variable ? "params " : "")}{Of(parameter.ParameterType)} {parameter.Name}";
        return parameter.HasDefaultValue ? $"{text} = {Literal(parameter.DefaultValue, parameter.ParameterType)}" : text;
    }));

    private static string Literal(object? value, Type? type = null) => value switch
    {
        null => type is { IsValueType: true } && Nullable.GetUnderlyingType(type) is null ? "default" : "null",
        string text => $"\"{text}\"",
        bool truth => truth ? "true" : "false",
        _ when type is { IsEnum: true } => $"{type.Name}.{Enum.GetName(type, value)}",
        _ => Convert.ToString(value, CultureInfo.InvariantCulture)!,
    };
}
