using System.Reflection;

namespace EcoGlmm.Tool.Reference;

/// <summary>The names by which the compiler's documentation file calls types and members (C# standard, annex D.4.2).</summary>
internal static class MemberId
{
    public static string Of(MemberInfo member) => member switch
    {
        Type type => $"T:{Name(type)}",
        PropertyInfo property => $"P:{Name(property.DeclaringType!)}.{property.Name}{Parameters(property.GetIndexParameters())}",
        FieldInfo field => $"F:{Name(field.DeclaringType!)}.{field.Name}",
        ConstructorInfo constructor => $"M:{Name(constructor.DeclaringType!)}.#ctor{Parameters(constructor.GetParameters())}",
        MethodInfo { Name: "op_Implicit" } method =>
            $"M:{Name(method.DeclaringType!)}.op_Implicit{Parameters(method.GetParameters())}~{Name(method.ReturnType)}",
        MethodInfo method => $"M:{Name(method.DeclaringType!)}.{method.Name}"
            + (method.IsGenericMethod ? $"``{method.GetGenericArguments().Length}" : "") + Parameters(method.GetParameters()),
        _ => throw new ArgumentException($"No documentation id for {member}.", nameof(member)),
    };

    private static string Parameters(ParameterInfo[] parameters) =>
        parameters.Length == 0 ? "" : $"({string.Join(",", parameters.Select(parameter => Name(parameter.ParameterType)))})";

    private static string Name(Type type)
    {
        if (type.IsGenericParameter)
            return (type.DeclaringMethod is null ? "`" : "``") + type.GenericParameterPosition;
        if (type.IsByRef)
            return Name(type.GetElementType()!) + "@";
        if (type.IsArray)
        {
            var rank = type.GetArrayRank();
            return Name(type.GetElementType()!) + (rank == 1 ? "[]" : $"[{string.Join(",", Enumerable.Repeat("0:", rank))}]");
        }

        if (!type.IsConstructedGenericType)
            return type.FullName!.Replace('+', '.');
        var definition = type.GetGenericTypeDefinition().FullName!.Split('`')[0];
        return $"{definition}{{{string.Join(",", type.GetGenericArguments().Select(Name))}}}";
    }
}
