# What is asked of unbalanced designs: marginal means and trends by emmeans with Kenward-Roger's degrees of freedom and proportional
# weights, type II and III tests by lmerTest and (for generalized models) car, GEE by geepack with subjects of unequal sizes and gaps.
# Rscript tests/reference/designs.R

source(file.path(dirname(sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE))), "common.R"))
suppressPackageStartupMessages({
  library(lmerTest)
  library(emmeans)
  library(geepack)
})
emm_options(pbkrtest.limit = 1e5, lmerTest.limit = 1e5)
tight <- lmerControl(optimizer = "bobyqa", optCtrl = list(rhoend = 1e-9, maxfun = 1e5), calc.derivs = FALSE)

means <- function(grid, type = "link") {
  table <- as.data.frame(summary(grid, type = type, infer = c(TRUE, FALSE)))
  low <- grep("lower.CL|asymp.LCL", names(table))
  value <- grep("emmean|response|prob|rate|estimate|trend|ratio", names(table))[1]
  lapply(seq_len(nrow(table)), function(i) list(name = paste(sapply(table[i, seq_len(value - 1), drop = FALSE], as.character), collapse = ", "),
    estimate = table[i, value], se = table$SE[i], df = if (is.finite(table$df[i])) table$df[i], lower = table[i, low]))
}
terms.of <- function(table, statistic, ddf = NULL) lapply(setdiff(rownames(table), "(Intercept)"), function(term)
  list(name = term, statistic = table[term, statistic], ddf = if (!is.null(ddf)) table[term, ddf]))

# Rows are left out by their numbers, from 0, so that designs are not balanced.
without <- function(data, rows) data[-(rows + 1), ]
every <- function(data, step, from = 0) seq(from, nrow(data) - 1, by = step)

machines <- without(read.data("machines", list(Worker = as.character(1:6))), c(1, 2, 19, 32))
workers <- lmerTest::lmer(score ~ Machine + (1 | Worker) + (1 | Worker:Machine), machines, control = tight)
pups <- read.data("ratpupweight", list(Litter = as.character(1:27)))
pups <- without(pups, every(pups, 5))
litters <- lmerTest::lmer(weight ~ sex * Treatment + Treatment:Lsize + Lsize + (1 | Litter), pups, control = tight)
cbpp <- read.data("cbpp", list(period = as.character(1:4), herd = as.character(1:15)))
cbpp$big <- factor(ifelse(cbpp$size > 12, "yes", "no"))
disease <- fit.glmmTMB(incidence / size ~ period + big + (1 | herd), cbpp, binomial(), weights = "size")
ticks <- read.data("grouseticks")
ticks$YEAR <- factor(paste0("y", ticks$YEAR))
ticks$BROOD <- factor(ticks$BROOD)
ticks$LOCATION <- factor(ticks$LOCATION)
broods <- fit.glmmTMB(TICKS ~ YEAR * cHEIGHT + (1 | BROOD) + (1 | LOCATION), ticks, nbinom2())
epilepsy <- read.data("epilepsy")
epilepsy <- without(epilepsy[order(epilepsy$subject, epilepsy$period), ], c(1, 4, every(epilepsy, 7, 10)))
bacteria <- read.data("bacteria")
bacteria <- without(bacteria, every(bacteria, 9))
bacteria$cured <- as.integer(bacteria$y == "n")
bacteria <- bacteria[order(bacteria$ID, bacteria$week), ]
tight.gee <- geese.control(epsilon = 1e-12, maxit = 2000)
gee <- function(fit) {
  qic <- QIC(fit)
  list(names = names(coef(fit)), estimate = unname(coef(fit)), robust = unname(sqrt(diag(fit$geese$vbeta))),
    model = unname(sqrt(diag(fit$geese$vbeta.naiv))), scale = as.numeric(fit$geese$gamma), alpha = as.numeric(fit$geese$alpha),
    qic = unname(qic[1]))
}
kr <- anova(litters, type = "II", ddf = "Kenward-Roger")
save.json(list(versions = package.versions(c("emmeans", "lmerTest", "pbkrtest", "car", "geepack", "glmmTMB")),
  machines = means(emmeans(workers, "Machine", lmer.df = "kenward-roger")),
  sexes = means(emmeans(litters, ~ sex * Treatment, at = list(Lsize = 10), lmer.df = "kenward-roger")),
  proportional = means(emmeans(litters, "Treatment", weights = "proportional", lmer.df = "satterthwaite")),
  trends = means(emtrends(litters, "Treatment", var = "Lsize", lmer.df = "kenward-roger")),
  trendPairs = means(pairs(emtrends(litters, "Treatment", var = "Lsize", lmer.df = "kenward-roger"), adjust = "none")),
  two = terms.of(kr, "F value", "DenDF"),
  three = terms.of(anova(litters, type = "III", ddf = "Satterthwaite"), "F value", "DenDF"),
  trials = means(emmeans(disease, "period", weights = "proportional", df = Inf)),
  years = means(emmeans(broods, "YEAR", weights = "proportional", df = Inf), "response"),
  yearTrends = means(pairs(emtrends(broods, "YEAR", var = "cHEIGHT", df = Inf), adjust = "none")),
  wald = terms.of(car::Anova(broods, type = "II"), "Chisq"),
  gee = list(
    ar1 = gee(geeglm(y ~ trt * lbase + lage, id = subject, waves = period, data = epilepsy, family = poisson, corstr = "ar1", control = tight.gee)),
    exchangeable = gee(geeglm(y ~ trt * lbase + lage, id = subject, data = epilepsy, family = poisson, corstr = "exchangeable", control = tight.gee)),
    fixedScale = gee(geeglm(cured ~ trt + week, id = as.integer(ID), data = bacteria, family = binomial, corstr = "exchangeable", scale.fix = TRUE,
      control = tight.gee)))), "designs.json")
