#:project ../../src/EcoGlmm.Publish
#:property PublishAot=false
using EcoGlmm;

var children = FieldData.ReadCsv("datasets/bacteria.csv").AsFactor("trt", ["placebo", "drug", "drug+"]);
var fit = Glmm.Fit("y ~ trt + week + (1 | ID)", children, Family.Binomial());
Console.WriteLine(fit.Check());
new Manuscript()
    .Heading("Haemophilus influenzae in children under treatment")
    .Add(fit.Report())
    .Add(fit.Table(new() { Caption = "The model" }))
    .Add(fit.MarginalMeans("trt").Contrasts(ContrastMethod.ToControl()), "Treatments against the placebo")
    .Add(fit.PlotEffect("week", by: "trt"), "Figure 1. Presence of the bacteria by week and treatment")
    .Add(fit.PlotCoefficients(exponentiate: true), "Figure 2. Odds ratios")
    .Add(fit.SimulatedResiduals().Plot(), "Figure 3. Simulated residuals")
    .SaveDocx("bacteria.docx");
