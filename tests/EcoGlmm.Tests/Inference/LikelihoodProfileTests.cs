
namespace EcoGlmm.Tests.Inference;

/// <summary>What a profile says as data, as text and as a figure, of roots that are written down.</summary>
public sealed class LikelihoodProfileTests
{
    private static readonly LikelihoodProfile Profile = new(new Interval(ModelPart.Conditional, "Days", 2, 1.25, 3.5), 0.9, 1.645,
        [1.0, 2, 4], [-2.0, 0, 3]);

    [Fact]
    public void Data_have_half_the_square_of_the_root()
    {
        var data = Profile.ToFieldData();
        Assert.Equal([1.0, 2, 4], data.Numbers("Value"));
        Assert.Equal([-2.0, 0, 3], data.Numbers("SignedRoot"));
        Assert.Equal([2.0, 0, 4.5], data.Numbers("LogLikelihoodDrop"));
    }

    [Fact]
    public void Text_has_a_row_for_each_value()
    {
        var text = Profile.ToString();
        Assert.Contains("90 % interval 1.25 to 3.5.", text);
        string[][] cells = [.. text.Split('\n').Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))];
        Assert.Contains(cells, c => c is ["1", "-2.000" or "−2.000", "2.000"]);
        Assert.Contains(cells, c => c is ["2", "0.000", "0.000"]);
        Assert.Contains(cells, c => c is ["4", "3.000", "4.500"]);
    }

    [Fact]
    public void The_figure_has_the_roots_the_parabola_and_where_they_are_cut()
    {
        var figure = Profile.Plot();
        Assert.Contains("90 % interval 1.25 to 3.5", figure.Subtitle);
        Assert.Equal(2, figure.Columns);
        double[] Heights(Panel panel) => [.. panel.Shapes.Where(s => !s.IsBand && s.X0 is null).Select(s => s.Y0!.Value)];
        Assert.Equal([-1.645, 1.645], Heights(figure.Panels[0]));
        Assert.Equal(-0.5 * 1.645 * 1.645, Assert.Single(Heights(figure.Panels[1])), 1e-12);
        Assert.All(figure.Panels[0].Traces.OfType<LineTrace>(), line => Assert.Equal([-2.0, 0, 3], line.Y));
        Assert.All(figure.Panels[1].Traces.OfType<LineTrace>(), line => Assert.Equal([-2.0, 0, -4.5], line.Y));
        Assert.All(figure.Panels.SelectMany(p => p.Traces), trace => Assert.NotNull(trace.Color));
        Assert.All(figure.Panels.SelectMany(p => p.Traces).OfType<PointTrace>(), trace => Assert.Contains("Days = 4", trace.Text![2]));
    }
}
