using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text;

namespace EcoGlmm.Tool.Reference;

/// <summary>The public types of an assembly as Markdown, from reflection and the XML documentation beside it.</summary>
internal static class ReferencePages
{
    private const BindingFlags Declared =
        BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    /// <returns>File names with their text; README.md lists the others, and toc.yml does for the web site.</returns>
    /// <exception cref="FileNotFoundException">The documentation file is missing.</exception>
    public static IReadOnlyList<(string File, string Text)> Of(Assembly assembly)
    {
        var documentation = new XmlDocumentation(Path.ChangeExtension(assembly.Location, ".xml"));
        var types = assembly.GetExportedTypes().Where(type => !type.IsNested).OrderBy(type => type.Name, StringComparer.Ordinal).ToList();
        var index = new StringBuilder("# Reference of EcoGlmm\n\nAll types are in the namespace `EcoGlmm`.\n\n| Type | What it is "
            + "|\n|---|---|\n");
        foreach (var type in types)
            index.Append($"| [{TypeNames.Of(type)}]({FileOf(type)}) | {FirstSentence(documentation.Summary(MemberId.Of(type)))} |\n");
        var contents = string.Concat(types.Select(type => $"- name: {TypeNames.Of(type)}\n  href: {FileOf(type)}\n"));
        return [("README.md", index.ToString()), ("toc.yml", contents), .. types.Select(type => (FileOf(type), Page(type, documentation)))];
    }

    private static string FileOf(Type type) => type.Name.Split('`')[0] + ".md";

    private static string Page(Type type, XmlDocumentation documentation)
    {
        var page = new StringBuilder($"# {TypeNames.Of(type)}\n\n");
        Entry(page, documentation, MemberId.Of(type));
        if (type.IsEnum)
        {
            page.Append("## Values\n\n");
            foreach (var field in type.GetFields(BindingFlags.Public | BindingFlags.Static))
                page.Append($"- `{field.Name}`: {documentation.Summary(MemberId.Of(field))}\n");
            return page.ToString();
        }

        Section("Constructors", type.GetConstructors(Declared & ~BindingFlags.Static).Where(IsWritten));
        Section("Properties", type.GetProperties(Declared).Where(IsWritten));
        Section("Constants", type.GetFields(Declared).Where(field => field.IsLiteral));
        Section("Methods", type.GetMethods(Declared).Where(method =>
            IsWritten(method) && (!method.IsSpecialName || method.Name == "op_Implicit") && !IsRoutine(method)).Concat(ExtensionsOf(type)));
        return page.ToString();

        void Section(string title, IEnumerable<MemberInfo> members)
        {
            var ordered = members.OrderBy(member => member.Name, StringComparer.Ordinal).ToList();
            if (ordered.Count == 0)
                return;
            page.Append($"## {title}\n\n");
            foreach (var member in ordered)
            {
                page.Append($"### {TypeNames.Title(member)}\n\n```text\n{TypeNames.Signature(member, type)}\n```\n\n");
                Entry(page, documentation, MemberId.Of(member));
            }
        }
    }

    /// <summary>Extension methods of the type, which read as its own.</summary>
    private static IEnumerable<MethodInfo> ExtensionsOf(Type type) => type.Assembly.GetExportedTypes()
        .Where(holder => holder.IsAbstract && holder.IsSealed)
        .SelectMany(holder => holder.GetMethods(BindingFlags.Public | BindingFlags.Static | BindingFlags.DeclaredOnly))
        .Where(method => method.IsDefined(typeof(ExtensionAttribute)) && method.GetParameters()[0].ParameterType == type);

    private static void Entry(StringBuilder page, XmlDocumentation documentation, string id)
    {
        foreach (var paragraph in documentation.Paragraphs(id))
            page.Append(paragraph).Append("\n\n");
    }

    private static bool IsWritten(MemberInfo member) => member.GetCustomAttribute<CompilerGeneratedAttribute>() is null;

    // What every class has, or every list: the reference tells what is this library's own.
    private static bool IsRoutine(MethodInfo method) =>
        method.Name is "GetEnumerator" or "Equals" or "GetHashCode" or "Deconstruct" or "<Clone>$";

    private static string FirstSentence(string text)
    {
        var line = text.ReplaceLineEndings(" ");
        var end = line.IndexOf(". ", StringComparison.Ordinal);
        return (end < 0 ? line : line[..(end + 1)]).Replace("|", "\\|");
    }
}
