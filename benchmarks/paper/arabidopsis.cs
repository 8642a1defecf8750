#:project ../../src/EcoGlmm.Publish
#:property PublishAot=false
using EcoGlmm;

var plants = FieldData.ReadCsv("datasets/arabidopsis.csv").AsFactor("rack").AsFactor("nutrient");
var fit = Glmm.Fit("total.fruits ~ nutrient * amd + rack + status + (1 | popu) + (1 | gen)", plants, Family.NegativeBinomial2());
Console.WriteLine(fit.Check());
fit = fit.Update(". ~ .", Family.NegativeBinomial1(), options: fit.Options with { ZeroInflation = "~ 1", Dispersion = "~ rack" });
new Manuscript()
    .Heading("Fruits of Arabidopsis after clipping and fertilisation")
    .Add(fit.Report())
    .Add(fit.Table(new() { Caption = "The model" }))
    .Add(fit.MarginalMeans("nutrient | amd").Contrasts(), "Fertilised against not, by clipping")
    .Add(fit.PlotEffect("nutrient", by: "amd"), "Figure 1. Fruits by fertiliser and clipping")
    .Add(fit.PlotCoefficients(exponentiate: true), "Figure 2. Rate ratios")
    .Add(fit.SimulatedResiduals().Plot(), "Figure 3. Simulated residuals")
    .SaveDocx("arabidopsis.docx");
