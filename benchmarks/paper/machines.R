library(lme4)
library(DHARMa)
library(emmeans)
library(ggeffects)
library(ggplot2)
library(modelsummary)
library(flextable)
library(officer)

scores <- read.csv("datasets/machines.csv", stringsAsFactors = TRUE)
scores$Worker <- factor(scores$Worker)
fit <- lmer(score ~ Machine + (Machine | Worker), scores)
plot(simulateResiduals(fit))
testDispersion(fit)
residuals <- simulateResiduals(fit)
png("residuals.png", width = 1600, height = 900, res = 200)
plot(residuals)
dev.off()
effects <- ggpredict(fit, terms = c("Machine", "Worker"), type = "random")
ggsave("effects.png", plot(effects), width = 150, height = 100, units = "mm")
png("second.png", width = 1200, height = 800, res = 200)
print(lattice::dotplot(ranef(fit)))
dev.off()
model <- modelsummary(fit, statistic = "conf.int", output = "flextable")
contrasts <- flextable(as.data.frame(pairs(emmeans(fit, ~ Machine, lmer.df = "kenward-roger"), infer = TRUE)))
read_docx() |>
  body_add_par("Productivity of workers on three machines", style = "heading 1") |>
  body_add_flextable(model) |>
  body_add_flextable(contrasts) |>
  body_add_img("effects.png", 5.9, 3.9) |>
  body_add_img("second.png", 5.9, 3.9) |>
  body_add_img("residuals.png", 5.9, 3.3) |>
  print(target = "machines.docx")
