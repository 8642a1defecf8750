#:project ../../src/EcoGlmm.Publish
#:property PublishAot=false
using EcoGlmm;

var scores = FieldData.ReadCsv("datasets/machines.csv").AsFactor("Worker");
var fit = Glmm.Fit("score ~ Machine + (Machine | Worker)", scores, options: new() { Reml = true });
Console.WriteLine(fit.Check());
new Manuscript()
    .Heading("Productivity of workers on three machines")
    .Add(fit.Report())
    .Add(fit.Table(new() { Caption = "The model" }))
    .Add(fit.MarginalMeans("Machine", degrees: DenominatorDegrees.KenwardRoger).Contrasts(), "Machines compared")
    .Add(fit.PlotEffect("Machine", by: "Worker"), "Figure 1. Each worker's productivity")
    .Add(fit.PlotRandomEffects(), "Figure 2. Workers")
    .Add(fit.SimulatedResiduals().Plot(), "Figure 3. Simulated residuals")
    .SaveDocx("machines.docx");
