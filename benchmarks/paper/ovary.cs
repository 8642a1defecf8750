#:project ../../src/EcoGlmm.Publish
#:property PublishAot=false
using EcoGlmm;

var mares = FieldData.ReadCsv("datasets/ovary.csv").AsFactor("Mare");
var fit = Glmm.Fit("follicles ~ s(Time) + ou(0 + Time | Mare)", mares, Family.Poisson());
Console.WriteLine(fit.Check());
fit = fit.Update(". ~ .", Family.GeneralizedPoisson());
new Manuscript()
    .Heading("Follicles over the oestrus cycle of mares")
    .Add(fit.Report())
    .Add(fit.Table(new() { Caption = "The model" }))
    .Add(fit.Smooths, "The smooth of time")
    .Add(fit.PlotSmooths(), "Figure 1. Follicles over the cycle")
    .Add(fit.SimulatedResiduals().Plot("Time", by: "Mare"), "Figure 2. Residuals of each mare")
    .Add(fit.SimulatedResiduals().Plot(), "Figure 3. Simulated residuals")
    .SaveDocx("ovary.docx");
