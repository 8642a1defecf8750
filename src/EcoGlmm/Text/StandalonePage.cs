using System.Net;

namespace EcoGlmm.Text;

/// <summary>A fragment as a page that stands alone, light or dark as the reader's system is.</summary>
internal static class StandalonePage
{
    public static string Write(string title, string fragment) =>
        $$"""
        <!DOCTYPE html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <title>{{WebUtility.HtmlEncode(title)}}</title>
        <style>
        :root { color-scheme: light dark; }
        body { margin: 1.5rem auto; max-width: 1100px; padding: 0 1rem; color: #333; background: #fff; }
        @media (prefers-color-scheme: dark) { body { color: #d8d8d8; background: #1c1c1e; } }
        </style>
        </head>
        <body>
        {{fragment}}
        </body>
        </html>

        """;
}
