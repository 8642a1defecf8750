# Factors of many levels as fixed effects: lecturers of the InstEval data (lme4) beside students as random ones, by lme4 and glmmTMB.
# Run in this folder: Rscript sparse.R; writes sparse.json.
suppressPackageStartupMessages({ library(jsonlite); library(lme4); library(glmmTMB) })
all <- read.csv("../../datasets/insteval.csv.gz")
some <- subset(all, s <= 60)
most <- names(sort(table(all$d), decreasing = TRUE))[1:80]
few <- subset(all, d %in% as.integer(most) & s %% 4 == 0)
shown <- c(1, 2, 3, 40, 80)
report <- function(fit, coefficients, errors, deviations) list(logLik = as.numeric(logLik(fit)), estimates = unname(coefficients[shown]),
  errors = unname(errors[shown]), deviations = unname(deviations), names = names(coefficients)[shown])
gaussian <- function(reml) {
  m <- lmer(y ~ factor(d) + service + (1 | s), some, REML = reml, control = lmerControl(calc.derivs = FALSE,
    optCtrl = list(xtol_abs = 1e-10, ftol_abs = 1e-11)))
  report(m, fixef(m), sqrt(diag(as.matrix(vcov(m)))), c(as.data.frame(VarCorr(m))$sdcor))
}
m <- glmmTMB(I(y > 3) ~ factor(d) + service + (1 | s), few, family = binomial, control = glmmTMBControl(optCtrl = list(iter.max = 5000, eval.max = 5000)))
s <- summary(m)$coefficients$cond
write_json(list(rows = nrow(some), ml = gaussian(FALSE), reml = gaussian(TRUE), fewRows = nrow(few),
  binomial = report(m, fixef(m)$cond, s[, 2], sqrt(VarCorr(m)$cond$s[1]))), "sparse.json", digits = 15, auto_unbox = TRUE, pretty = TRUE)
