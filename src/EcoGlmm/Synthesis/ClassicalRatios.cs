namespace EcoGlmm.Syntheses;

/// <summary>Estimates of one effect for all studies without a model of the baselines: Mantel and Haenszel's, Peto's.</summary>
internal static class ClassicalRatios
{
    public static EffectSize MantelHaenszel(StudyArms arms, SynthesisMeasure measure) => measure switch
    {
        SynthesisMeasure.RateRatio => RateRatio(arms),
        SynthesisMeasure.RiskRatio => RiskRatio(arms),
        SynthesisMeasure.RiskDifference => RiskDifference(arms),
        _ => OddsRatio(arms),
    };

    public static EffectSize Peto(StudyArms arms)
    {
        double sum = 0;
        double weight = 0;
        for (var i = 0; i < arms.Count; i++)
        {
            var e = EffectSize.PetoLogOddsRatio(arms.TreatedEvents[i], arms.TreatedSize[i], arms.ControlEvents[i], arms.ControlSize[i]);
            if (e.Variance > 0 && double.IsFinite(e.Variance))
            {
                sum += e.Effect / e.Variance;
                weight += 1 / e.Variance;
            }
        }

        return new EffectSize(sum / weight, 1 / weight);
    }

    private static EffectSize OddsRatio(StudyArms arms)
    {
        double r = 0, s = 0, pr = 0, psqr = 0, qs = 0;
        for (var i = 0; i < arms.Count; i++)
        {
            var (a, n, c, m) = Of(arms, i);
            var (b, d, all) = (n - a, m - c, n + m);
            var (ri, si, p, q) = (a * d / all, b * c / all, (a + d) / all, (b + c) / all);
            r += ri;
            s += si;
            pr += p * ri;
            psqr += p * si + q * ri;
            qs += q * si;
        }

        return new EffectSize(Math.Log(r / s), pr / (2 * r * r) + psqr / (2 * r * s) + qs / (2 * s * s));
    }

    private static EffectSize RiskRatio(StudyArms arms)
    {
        double r = 0, s = 0, v = 0;
        for (var i = 0; i < arms.Count; i++)
        {
            var (a, n, c, m) = Of(arms, i);
            var all = n + m;
            r += a * m / all;
            s += c * n / all;
            v += (n * m * (a + c) - a * c * all) / (all * all);
        }

        return new EffectSize(Math.Log(r / s), v / (r * s));
    }

    private static EffectSize RiskDifference(StudyArms arms)
    {
        double weight = 0, sum = 0, p = 0, q = 0;
        for (var i = 0; i < arms.Count; i++)
        {
            var (a, n, c, m) = Of(arms, i);
            var all = n + m;
            weight += n * m / all;
            sum += (a * m - c * n) / all;
            p += (c * n * n - a * m * m + n * m * (m - n) / 2) / (all * all);
            q += (a * (m - c) + c * (n - a)) / (2 * all);
        }

        var difference = sum / weight;
        return new EffectSize(difference, (difference * p + q) / (weight * weight));
    }

    private static EffectSize RateRatio(StudyArms arms)
    {
        double r = 0, s = 0, v = 0;
        for (var i = 0; i < arms.Count; i++)
        {
            var (a, t, c, u) = Of(arms, i);
            r += a * u / (t + u);
            s += c * t / (t + u);
            v += t * u * (a + c) / ((t + u) * (t + u));
        }

        return new EffectSize(Math.Log(r / s), v / (r * s));
    }

    private static (double Treated, double Size, double Control, double ControlSize) Of(StudyArms arms, int i) =>
        (arms.TreatedEvents[i], arms.TreatedSize[i], arms.ControlEvents[i], arms.ControlSize[i]);
}
