using System.Collections;
using System.Reflection;
using System.Runtime.CompilerServices;
using EcoGlmm.Tests.Estimation;

namespace EcoGlmm.Tests.Model;

/// <summary>
/// Every public method of the library refuses null, where its parameter is not nullable, with an ArgumentNullException of that
/// parameter's name: found by reflection, so that new methods join by themselves.
/// </summary>
public class NullArgumentTests
{
    /// <summary>Records are plain values: what their constructors, copies and comparisons are given is what they hold.</summary>
    private static bool IsRecord(Type type) => type.GetMethod("<Clone>$") is not null;

    [Fact]
    public void Null_is_refused_by_name()
    {
        var pool = new Pool();
        var (faults, checkedCount) = (new List<string>(), 0);
        foreach (var type in typeof(GlmmFit).Assembly.GetExportedTypes().Where(t => !t.IsGenericTypeDefinition && !typeof(Delegate)
            .IsAssignableFrom(t)))
        {
            foreach (var method in Methods(type))
            {
                var parameters = method.GetParameters();
                var context = new NullabilityInfoContext();
                for (var k = 0; k < parameters.Length; k++)
                {
                    if (parameters[k].ParameterType.IsValueType || parameters[k].ParameterType.IsByRef || parameters[k].IsOut
                        || context.Create(parameters[k]).WriteState != NullabilityState.NotNull)
                    {
                        continue;
                    }

                    if (Outcome(pool, type, method, parameters, k) is not { } outcome) continue;
                    checkedCount++;
                    if (outcome.Length > 0)
                        faults.Add($"{type.Name}.{method.Name}({string.Join(", ", parameters.Select(p => p.ParameterType.Name))}), "
                            + $"{parameters[k].Name}: {outcome}");
                }
            }
        }

        Assert.True(faults.Count == 0, $"{faults.Count} of {checkedCount}:\n{string.Join("\n", faults)}");
        Assert.InRange(checkedCount, 230, int.MaxValue);
    }

    private static IEnumerable<MethodBase> Methods(Type type)
    {
        const BindingFlags all = BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;
        IEnumerable<MethodBase> methods = type.GetMethods(all).Where(m => !m.IsGenericMethod && !m.IsAbstract
            && m.Name is not ("Equals" or "CompareTo" or "Deconstruct")
            && !m.Name.StartsWith("op_", StringComparison.Ordinal) && !m.Name.StartsWith("set_", StringComparison.Ordinal)
            && !m.IsDefined(typeof(CompilerGeneratedAttribute)) && !m.IsDefined(typeof(IteratorStateMachineAttribute)));
        return type.IsAbstract || IsRecord(type) || typeof(Exception).IsAssignableFrom(type) ? methods
            : methods.Concat(type.GetConstructors());
    }

    /// <summary>Empty for the right exception, what happened instead, or null where the method cannot be called here.</summary>
    private static string? Outcome(Pool pool, Type type, MethodBase method, ParameterInfo[] parameters, int at)
    {
        object? on = null;
        if (!method.IsStatic && method is MethodInfo && (on = pool.Of(type)) is null) return null;
        var arguments = new object?[parameters.Length];
        for (var k = 0; k < parameters.Length; k++)
        {
            if (k == at) continue;
            if (parameters[k].HasDefaultValue)
                arguments[k] = parameters[k].DefaultValue is { } value && parameters[k].ParameterType.IsEnum
                ? Enum.ToObject(parameters[k].ParameterType, value) : parameters[k].DefaultValue;
            else if ((arguments[k] = pool.Of(parameters[k].ParameterType)) is null)
                return null;
        }

        try
        {
            var result = method is ConstructorInfo constructor ? constructor.Invoke(arguments) : method.Invoke(on, arguments);
            if (result is Task task) task.GetAwaiter().GetResult();
            return "no exception";
        }
        catch (Exception e)
        {
            var cause = e is TargetInvocationException { InnerException: { } inner } ? inner : e;
            return cause is ArgumentNullException { ParamName: { } name }
                ? name == parameters[at].Name ? "" : $"names {name}"
                : cause.GetType().Name + " " + cause.Message.Split('\n')[0];
        }
    }

    /// <summary>One object of each type that can be had from a fit, its residuals and its results.</summary>
    private sealed class Pool
    {
        private readonly Dictionary<Type, object> _objects = [];

        public Pool()
        {
            var data = new TestData(90, 3).Factor("g", i => i % 10).Factor("f", i => i % 3).Number("x", i => i * 13 % 31)
                .Count("n", i => Math.Exp(0.3 + (0.01 * (i * 13 % 31)))).Build();
            var fit = Glmm.Fit("n ~ x + f + (1 | g)", data, Family.Poisson());
            object[] known =
            [
                fit, data, fit.SimulatedResiduals(30), Family.Poisson(), Link.Log, new GlmmOptions(), "x", new[] { "x" }, new double[90],
                new double[,] { { 1, 0 }, { 0, 1 } }, new double[][] { new double[90], new double[90] }, 1, 2L, 0.9, true, 'c',
                CancellationToken.None, new Dictionary<string, string>(), (Func<double[], double>)(y => y.Length),
                (Func<GlmmFit, double[]>)(_ => [1]),
                (Func<FieldRow, bool>)(_ => true), (Func<FieldRow, double>)(_ => 1), (Func<Marker, bool>)(_ => true),
                Pedigree.From(new Dictionary<string, string?[]> { ["id"] = ["a", "b"], ["sire"] = [null, "a"], ["dam"] = [null, null] },
                    "id", "sire", "dam"),
                PhylogeneticTree.Parse("((a:1,b:1):0.5,c:1.5);"), RelationshipMatrix.From(new double[,] { { 1, 0 }, { 0, 1 } }, ["a", "b"]),
                fit.MarginalMeans("f"), fit.MarginalMeans("f").Contrasts(), fit.Predict(), fit.FixedEffects, fit.VarianceComponents,
                fit.RandomEffects,
                fit.RandomEffects["g"], fit.ConfidenceIntervals(), fit.CovarianceParameters, Parameter.Dispersion(1), Prior.Normal(0, 1),
                fit.Ranking("g"),
                fit.PopulationAveraged(), new Figure("t", new Panel(null, new PointTrace([1], [1]))), new Panel(null),
                Glmm.Compare(fit, fit),
            ];
            foreach (var one in known) Add(one);
        }

        public object? Of(Type type)
        {
            if (_objects.TryGetValue(type, out var exact)) return exact;
            if (type == typeof(object)) return "x";
            if (type.IsEnum) return Enum.GetValues(type).GetValue(0);
            if (type.IsArray && Of(type.GetElementType()!) is { } element && type.GetArrayRank() == 1)
            {
                var array = Array.CreateInstance(type.GetElementType()!, 1);
                array.SetValue(element, 0);
                return array;
            }

            if (type.IsGenericType && typeof(IEnumerable).IsAssignableFrom(type) && type.GetGenericArguments() is [var item]
                && Of(item.MakeArrayType()) is { } list
                && type.IsInstanceOfType(list))
            {
                return list;
            }

            var found = _objects.Values.FirstOrDefault(type.IsInstanceOfType);
            if (found is null && type.IsValueType && Nullable.GetUnderlyingType(type) is null) return Activator.CreateInstance(type);
            return found;
        }

        private void Add(object one) => _objects.TryAdd(one.GetType(), one);
    }
}
