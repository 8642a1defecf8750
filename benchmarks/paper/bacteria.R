library(glmmTMB)
library(DHARMa)
library(emmeans)
library(ggeffects)
library(ggplot2)
library(modelsummary)
library(flextable)
library(officer)

children <- read.csv("datasets/bacteria.csv", stringsAsFactors = TRUE)
children$trt <- relevel(children$trt, "placebo")
fit <- glmmTMB(y ~ trt + week + (1 | ID), children, family = binomial)
plot(simulateResiduals(fit))
testDispersion(fit)
plotResiduals(simulateResiduals(fit), children$week)
residuals <- simulateResiduals(fit)
png("residuals.png", width = 1600, height = 900, res = 200)
plot(residuals)
dev.off()
effects <- ggpredict(fit, terms = c("week", "trt"))
ggsave("effects.png", plot(effects), width = 150, height = 100, units = "mm")
ggsave("second.png", modelplot(fit, exponentiate = TRUE), width = 150, height = 100, units = "mm")
model <- modelsummary(fit, statistic = "conf.int", output = "flextable")
contrasts <- flextable(as.data.frame(contrast(emmeans(fit, ~ trt, type = "response"), "trt.vs.ctrl", infer = TRUE)))
read_docx() |>
  body_add_par("Haemophilus influenzae in children under treatment", style = "heading 1") |>
  body_add_flextable(model) |>
  body_add_flextable(contrasts) |>
  body_add_img("effects.png", 5.9, 3.9) |>
  body_add_img("second.png", 5.9, 3.9) |>
  body_add_img("residuals.png", 5.9, 3.3) |>
  print(target = "bacteria.docx")
