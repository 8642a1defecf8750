library(glmmTMB)
library(DHARMa)
library(emmeans)
library(ggeffects)
library(ggplot2)
library(modelsummary)
library(flextable)
library(officer)

plants <- read.csv("datasets/arabidopsis.csv", stringsAsFactors = TRUE)
plants$rack <- factor(plants$rack)
plants$nutrient <- factor(plants$nutrient)
fit <- glmmTMB(total.fruits ~ nutrient * amd + rack + status + (1 | popu) + (1 | gen), plants, family = nbinom2)
plot(simulateResiduals(fit))
testDispersion(fit)
testZeroInflation(fit)
fit <- update(fit, family = nbinom1, ziformula = ~ 1, dispformula = ~ rack)
residuals <- simulateResiduals(fit)
png("residuals.png", width = 1600, height = 900, res = 200)
plot(residuals)
dev.off()
effects <- ggpredict(fit, terms = c("nutrient", "amd"))
ggsave("effects.png", plot(effects), width = 150, height = 100, units = "mm")
ggsave("second.png", modelplot(fit, exponentiate = TRUE), width = 150, height = 100, units = "mm")
model <- modelsummary(fit, statistic = "conf.int", output = "flextable")
contrasts <- flextable(as.data.frame(pairs(emmeans(fit, ~ nutrient | amd, type = "response"), infer = TRUE)))
read_docx() |>
  body_add_par("Fruits of Arabidopsis after clipping and fertilisation", style = "heading 1") |>
  body_add_flextable(model) |>
  body_add_flextable(contrasts) |>
  body_add_img("effects.png", 5.9, 3.9) |>
  body_add_img("second.png", 5.9, 3.9) |>
  body_add_img("residuals.png", 5.9, 3.3) |>
  print(target = "arabidopsis.docx")
