# Leverage and Cook's distance of rows, working residuals (lme4), power of a two-sample t-test (stats). Rscript tests/reference/rows.R

source(file.path(dirname(sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE))), "common.R"))
sleep <- read.data("sleepstudy", list(Subject = as.character(c(308:310, 330:335, 337, 349:352, 369:372))))
cbpp <- read.data("cbpp", list(period = as.character(1:4), herd = as.character(1:15)))
fit <- fit.lmer(Reaction ~ Days + (Days | Subject), sleep, TRUE)
glmm <- glmer(cbind(incidence, size - incidence) ~ period + (1 | herd), cbpp, binomial,
              control = glmerControl(optimizer = "bobyqa", optCtrl = list(rhoend = 1e-9, maxfun = 1e5), tolPwrss = 1e-10))
save.json(list(versions = package.versions("lme4"),
               sleep = list(leverage = unname(hatvalues(fit)), cooks = unname(cooks.distance(fit))),
               cbpp = list(working = unname(residuals(glmm, type = "working"))),
               power = list(n = 25, delta = 0.8, power = power.t.test(n = 25, delta = 0.8)$power)), "rows.json")
