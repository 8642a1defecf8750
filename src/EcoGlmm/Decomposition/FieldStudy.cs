using System.Globalization;
using EcoGlmm.Numerics;

namespace EcoGlmm;

/// <summary>Simulates long-term studies of marked individuals, to test methods and to plan field work.</summary>
public static class FieldStudy
{
    /// <summary>
    /// Simulates a study: each year a cohort comes of age; individuals recruit, perform, survive by their age, quality and rate of
    /// ageing, and are recorded or missed.
    /// </summary>
    /// <param name="design">The study and its truth; a default one when null.</param>
    /// <param name="seed">The same seed gives the same study.</param>
    /// <returns>The records and the truth.</returns>
    /// <exception cref="GlmmException">A number of the design is out of its range.</exception>
    public static SimulatedStudy Simulate(FieldStudyDesign? design = null, long seed = 1)
    {
        design ??= new FieldStudyDesign();
        design.Check();
        var random = new RandomStream(seed);
        var yearEffects = new double[design.Years];
        var years = random.Split(-1);
        for (var t = 0; t < yearEffects.Length; t++) yearEffects[t] = design.YearSd * years.NextNormal();
        var book = new FieldBook(design, yearEffects);
        var cohorts = Math.Min(design.LastCohort ?? design.Years, design.Years);
        for (var cohort = 1; cohort <= cohorts; cohort++)
        {
            for (var k = 0; k < design.RecruitsPerYear; k++) book.Follow(cohort, random.Split(((long)cohort << 32) + k));
        }

        return book.Close(seed);
    }

    /// <summary>The dispersion φ at which the family reports a given σ; the families' σ rise or fall steadily with log φ.</summary>
    private static double Dispersion(Family family, double sigma)
    {
        if (!family.HasDispersion) return 1;
        var (low, high) = (-30.0, 30.0);
        var rises = family.Sigma(high) > family.Sigma(low);
        for (var step = 0; step < 100; step++)
        {
            var middle = 0.5 * (low + high);
            if (family.Sigma(middle) < sigma == rises) low = middle;
            else high = middle;
        }

        return Math.Exp(0.5 * (low + high));
    }

    /// <summary>The growing tables of a study.</summary>
    private sealed class FieldBook(FieldStudyDesign design, double[] yearEffects)
    {
        private readonly Family _family = design.Family ?? Family.Gaussian();
        private readonly double _phi = Dispersion(design.Family ?? Family.Gaussian(), design.Sigma);
        private readonly List<string> _id = [];
        private readonly List<double> _year = [], _cohort = [], _age = [], _performance = [], _effort = [], _predictor = [];
        private readonly List<string> _individual = [];
        private readonly List<double> _born = [], _quality = [], _slope = [], _recruited = [], _lifespan = [], _records = [];

        public void Follow(int cohort, RandomStream random)
        {
            var id = "i" + (_individual.Count + 1).ToString("0000", CultureInfo.InvariantCulture);
            var (quality, ageing) = (random.NextNormal(), random.NextNormal());
            var slope = design.AgeSlope + (design.AgeingSd * ageing);
            var lifespan = design.FirstAge;
            while (lifespan < design.MaximumAge && random.NextDouble() < Survival(lifespan, quality, ageing)) lifespan++;
            var recruited = double.NaN;
            var records = 0;
            for (var age = design.FirstAge; age <= lifespan; age++)
            {
                var year = cohort + age - design.FirstAge;
                if (double.IsNaN(recruited) && random.NextDouble() < Recruitment(quality)) recruited = age;
                if (double.IsNaN(recruited) || year > design.Years || random.NextDouble() >= design.Detection) continue;
                var elapsed = age - design.FirstAge;
                var effort = design.EffortVariation > 0 ? Effort(random) : 1;
                var eta = design.Intercept + (slope * elapsed) + (design.AgeQuadratic * elapsed * elapsed) + (design.QualitySd * quality)
                    + (age == lifespan ? design.TerminalEffect : 0) + yearEffects[year - 1]
                    + (design.RecordSd > 0 ? design.RecordSd * random.NextNormal() : 0) + Math.Log(effort);
                Record(id, year, cohort, age, effort, eta, random);
                records++;
            }

            _individual.Add(id);
            _born.Add(cohort);
            _quality.Add(design.QualitySd * quality);
            _slope.Add(slope);
            _recruited.Add(recruited);
            _lifespan.Add(lifespan);
            _records.Add(records);
        }

        public SimulatedStudy Close(long seed)
        {
            var records = new Dictionary<string, object>
            {
                ["id"] = _id.ToArray(), ["year"] = _year.ToArray(), ["cohort"] = _cohort.ToArray(), ["age"] = _age.ToArray(),
                ["performance"] = _performance.ToArray(),
            };
            if (HasTrials) records["failures"] = _performance.ConvertAll(y => design.Trials - y).ToArray();
            if (design.EffortVariation > 0) records["effort"] = _effort.ToArray();
            var individuals = new Dictionary<string, object>
            {
                ["id"] = _individual.ToArray(), ["cohort"] = _born.ToArray(), ["quality"] = _quality.ToArray(),
                    ["slope"] = _slope.ToArray(),
                ["ageAtRecruitment"] = _recruited.ToArray(), ["lifespan"] = _lifespan.ToArray(), ["records"] = _records.ToArray(),
            };
            return new SimulatedStudy(design, seed, FieldData.From(records), FieldData.From(individuals), yearEffects, [.. _predictor]);
        }

        private bool HasTrials => _family.WeightRole == WeightRole.Trials && design.Trials > 1;

        private void Record(string id, int year, int cohort, int age, double effort, double eta, RandomStream random)
        {
            _id.Add(id);
            _year.Add(year);
            _cohort.Add(cohort);
            _age.Add(age);
            _effort.Add(effort);
            _predictor.Add(eta);
            var mu = _family.Link.At(eta).Mu;
            var isPossible = mu >= 0 || _family.CheckResponse(-1, design.Trials) is null;
            var y = isPossible ? _family.Draw(random, mu, _phi, design.Trials) : double.NaN;
            _performance.Add(double.IsFinite(y) ? y : throw new GlmmException($"{_family} cannot have the mean that the design gives "
                + $"individual {id} at age {age}: its linear predictor is {eta}. Choose another intercept, smaller effects, or a "
                + "log link."));
        }

        private double Survival(int age, double quality, double ageing) => SpecialFunctions.Logistic(Logit(design.Survival)
            + (design.SurvivalAge * (age - design.FirstAge)) + (design.SurvivalQuality * quality) + (design.SurvivalAgeing * ageing));

        private double Recruitment(double quality) => design.Recruitment >= 1 ? 1
            : SpecialFunctions.Logistic(Logit(design.Recruitment) + (design.RecruitmentQuality * quality));

        private double Effort(RandomStream random)
        {
            var shape = 1 / (design.EffortVariation * design.EffortVariation);
            return random.NextGamma(shape) / shape;
        }

        private static double Logit(double p) => Math.Log(p / (1 - p));
    }
}
