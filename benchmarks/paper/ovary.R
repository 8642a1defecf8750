library(glmmTMB)
library(DHARMa)
library(ggeffects)
library(ggplot2)
library(modelsummary)
library(flextable)
library(officer)

mares <- read.csv("datasets/ovary.csv")
mares$Mare <- factor(mares$Mare)
mares$at <- numFactor(mares$Time)
fit <- glmmTMB(follicles ~ s(Time) + ou(0 + at | Mare), mares, family = poisson)
plot(simulateResiduals(fit))
testDispersion(fit)
testTemporalAutocorrelation(recalculateResiduals(simulateResiduals(fit), group = mares$Time), time = sort(unique(mares$Time)))
fit <- update(fit, family = genpois)
residuals <- simulateResiduals(fit)
png("residuals.png", width = 1600, height = 900, res = 200)
plot(residuals)
dev.off()
effects <- ggpredict(fit, terms = c("Time [all]"))
ggsave("effects.png", plot(effects), width = 150, height = 100, units = "mm")
png("second.png", width = 1200, height = 800, res = 200)
plotResiduals(residuals, mares$Time)
dev.off()
model <- modelsummary(fit, statistic = "conf.int", output = "flextable")
read_docx() |>
  body_add_par("Follicles over the oestrus cycle of mares", style = "heading 1") |>
  body_add_flextable(model) |>
  body_add_img("effects.png", 5.9, 3.9) |>
  body_add_img("second.png", 5.9, 3.9) |>
  body_add_img("residuals.png", 5.9, 3.3) |>
  print(target = "ovary.docx")
