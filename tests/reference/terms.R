# Tests of coefficients, terms and linear hypotheses with denominator degrees of freedom: lmerTest (types I to III, Satterthwaite,
# Kenward-Roger) and pbkrtest (adjusted covariance, several hypotheses). Rscript tests/reference/terms.R

source(file.path(dirname(sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE))), "common.R"))
suppressPackageStartupMessages({
  library(lmerTest)
  library(pbkrtest)
})
tight <- lmerControl(optimizer = "bobyqa", optCtrl = list(rhoend = 1e-9, maxfun = 1e5), calc.derivs = FALSE)

sleep <- read.data("sleepstudy", list(Subject = as.character(c(308:310, 330:335, 337, 349:352, 369:372))))
oats <- read.data("oats")
gone <- c(3, 17, 30, 31, 55)
pups <- read.data("ratpupweight", list(Litter = as.character(1:27)))
chicks <- read.data("chickweight")
chicks$Chick <- factor(chicks$Chick)
chicks$Diet <- factor(chicks$Diet)
# Crossed factors with a slope: nine raters by twelve plots, one in four cells missing.
set.seed(11)
crossed <- expand.grid(rater = factor(paste0("r", 1:9), paste0("r", 1:9)), plot = factor(paste0("p", 101:112)))
crossed$light <- round(rnorm(nrow(crossed)), 3)
crossed$method <- factor(ifelse(as.integer(crossed$plot) %% 3 == 0, "b", ifelse(as.integer(crossed$plot) %% 3 == 1, "a", "c")))
crossed$score <- round(5 + rnorm(9)[crossed$rater] + 0.7 * rnorm(12)[crossed$plot] + 0.4 * crossed$light + rnorm(9, 0, 0.5)[crossed$rater] * crossed$light +
  0.5 * (crossed$method == "b") + rnorm(nrow(crossed)), 3)
crossed <- crossed[runif(nrow(crossed)) > 0.25, ]
write.csv(crossed, file.path(this.folder, "crossed.csv"), row.names = FALSE)

anova.rows <- function(fit, type, ddf) {
  table <- anova(fit, type = type, ddf = ddf)
  lapply(rownames(table), function(term) list(term = term, numerator = table[term, "NumDF"], denominator = table[term, "DenDF"],
                                              statistic = table[term, "F value"], p = table[term, "Pr(>F)"]))
}
coefficient.tests <- function(fit, ddf) {
  table <- coef(summary(fit, ddf = ddf))
  lapply(rownames(table), function(name) list(name = name, estimate = table[name, 1], se = table[name, 2], df = table[name, 3], p = table[name, 5]))
}
case <- function(name, dataset, formula, data, hypothesis = NULL, value = NULL) {
  fit <- lmerTest::lmer(as.formula(formula), data, control = tight)
  joint <- NULL
  if (!is.null(hypothesis)) {
    kr <- KRmodcomp(fit, hypothesis, betaH = as.vector(t(hypothesis) %*% solve(hypothesis %*% t(hypothesis), value)))
    table <- kr$stats
    satterthwaite <- contestMD(fit, hypothesis, rhs = value, ddf = "Satterthwaite")
    joint <- list(l = hypothesis, value = value, statistic = table$Fstat, denominator = table$ddf, scaling = table$F.scaling, p = table$p.value,
                  satterthwaite = list(statistic = satterthwaite[["F value"]], denominator = satterthwaite[["DenDF"]]))
  }
  list(name = name, dataset = dataset, formula = formula, adjusted = I(unname(as.matrix(vcovAdj(fit)))),
       kenward = coefficient.tests(fit, "Kenward-Roger"), satterthwaite = coefficient.tests(fit, "Satterthwaite"),
       one = anova.rows(fit, 1, "Satterthwaite"), two = anova.rows(fit, 2, "Satterthwaite"), three = anova.rows(fit, 3, "Satterthwaite"),
       threeKenward = anova.rows(fit, 3, "Kenward-Roger"), joint = joint)
}
results <- list(
  case("sleep", "sleepstudy", "Reaction ~ Days + (Days | Subject)", sleep, rbind(c(0, 1), c(1, 0)), c(8, 250)),
  case("sleep uncorrelated", "sleepstudy", "Reaction ~ Days + (Days || Subject)", sleep),
  case("oats", "oats", "Y ~ V * N + (1 | B/V)", oats),
  case("oats with rows missing", "oats", "Y ~ V * N + (1 | B/V)", oats[-gone, ]),
  case("pups", "ratpupweight", "weight ~ sex * Treatment + Lsize + (1 | Litter)", pups,
       rbind(c(0, 0, 1, 0, 0, 0, 0), c(0, 0, 0, 1, 0, 0, 0), c(0, 0, 0, 0, 1, 0, 0)), c(0, -0.3, -0.1)),
  case("chicks", "chickweight", "weight ~ Time * Diet + (Time | Chick)", chicks),
  case("crossed", "crossed", "score ~ method * light + (light | rater) + (1 | plot)", crossed))
save.json(list(versions = package.versions(c("lmerTest", "pbkrtest")), missing = gone, fits = results), "terms.json")
