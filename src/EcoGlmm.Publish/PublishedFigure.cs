using System.Globalization;
using System.Reflection;
using System.Xml.Linq;
using SkiaSharp;
using Svg.Skia;
using Svg.Skia.TypefaceProviders;

namespace EcoGlmm.Publish;

/// <summary>A figure drawn from its SVG by Skia, with fonts that come along, so that it is the same on every machine.</summary>
internal sealed class PublishedFigure : IDisposable
{
    private const double PointsPerInch = 72, MillimetresPerInch = 25.4;

    /// <summary>Narrower than a column of any journal, and wider than any page.</summary>
    private const double Narrowest = 30, Widest = 1000;

    private readonly SKSvg _svg = new();
    private readonly SKPicture _picture;
    private readonly BundledFonts _fonts;
    private readonly double _scaleToPoints;

    public PublishedFigure(Figure figure, double widthMillimetres)
    {
        if (!(widthMillimetres >= Narrowest && widthMillimetres <= Widest))
        {
            throw new GlmmException(string.Create(CultureInfo.InvariantCulture,
                $"A figure is between {Narrowest} and {Widest} mm wide, for example 85 for a column or 170 for a page, not "
                + $"{widthMillimetres}."));
        }

        // The colour of text is that of the page, which is paper; the star is not among the font's letters.
        var svg = figure.ToSvg(widthMillimetres).Replace("currentColor", "#333333", StringComparison.Ordinal).Replace('★', '*');
        _fonts = new BundledFonts(XDocument.Parse(svg).Root!.Value);
        _svg.Settings.TypefaceProviders = [_fonts];
        _picture = _svg.FromSvg(svg) ?? throw new InvalidOperationException("The figure's SVG could not be read.");
        _scaleToPoints = widthMillimetres / MillimetresPerInch * PointsPerInch / _picture.CullRect.Width;
    }

    /// <summary>A PDF of one page of the figure's size, its fonts embedded.</summary>
    public byte[] ToPdf(string title)
    {
        using var stream = new MemoryStream();
        using (var document = SKDocument.CreatePdf(stream, new SKDocumentPdfMetadata { Title = title, Creator = "EcoGlmm" }))
        {
            var size = _picture.CullRect;
            using var canvas = document.BeginPage((float)(size.Width * _scaleToPoints), (float)(size.Height * _scaleToPoints));
            canvas.Scale((float)_scaleToPoints);
            canvas.DrawPicture(_picture);
            document.EndPage();
            document.Close();
        }

        return stream.ToArray();
    }

    /// <summary>A PNG on white.</summary>
    public byte[] ToPng(int dotsPerInch)
    {
        if (dotsPerInch is < 30 or > 2400)
            throw new GlmmException($"A picture has between 30 and 2400 dots an inch, for example 300 for print, not {dotsPerInch}.");
        var scale = _scaleToPoints * dotsPerInch / PointsPerInch;
        var (width, height) = ((int)Math.Round(_picture.CullRect.Width * scale), (int)Math.Round(_picture.CullRect.Height * scale));
        using var bitmap = new SKBitmap(Math.Max(1, width), Math.Max(1, height));
        using var canvas = new SKCanvas(bitmap);
        canvas.Clear(SKColors.White);
        canvas.Scale((float)scale);
        canvas.DrawPicture(_picture);
        using var data = bitmap.Encode(SKEncodedImageFormat.Png, 100);
        return data.ToArray();
    }

    /// <summary>Height over width.</summary>
    public double AspectRatio => _picture.CullRect.Height / _picture.CullRect.Width;

    public void Dispose()
    {
        _svg.Dispose();
        _fonts.Dispose();
    }

    /// <summary>Liberation Sans, whose widths are Arial's, whatever family is asked for, with the letters of one text.</summary>
    private sealed class BundledFonts(string text) : ITypefaceProvider, IDisposable
    {
        private static readonly Lazy<byte[]> Regular = new(() => Read("LiberationSans-Regular.ttf"));
        private static readonly Lazy<byte[]> Bold = new(() => Read("LiberationSans-Bold.ttf"));

        private readonly Lazy<SKTypeface> _regular = new(() => Load(Regular.Value, text)), _bold = new(() => Load(Bold.Value, text));

        public SKTypeface? FromFamilyName(string fontFamily, SKFontStyleWeight fontWeight, SKFontStyleWidth fontWidth,
            SKFontStyleSlant fontStyle) =>
            fontWeight >= SKFontStyleWeight.SemiBold ? _bold.Value : _regular.Value;

        public void Dispose()
        {
            foreach (var font in new[] { _regular, _bold }.Where(f => f.IsValueCreated))
                font.Value.Dispose();
        }

        private static SKTypeface Load(byte[] font, string text)
        {
            using var data = SKData.CreateCopy(FontSubset.Of(font, text));
            return SKTypeface.FromData(data);
        }

        private static byte[] Read(string file)
        {
            using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream($"EcoGlmm.Publish.Fonts.{file}")!;
            var bytes = new byte[stream.Length];
            stream.ReadExactly(bytes);
            return bytes;
        }
    }
}
