# Contrasts of marginal means with adjustments, ratios with standard errors, tests against a null: emmeans. The multivariate t is
# integrated here to more digits than emmeans asks of mvtnorm, which also knows whole degrees of freedom only.
# Rscript tests/reference/emmeans.R

source(file.path(dirname(sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE))), "common.R"))
suppressPackageStartupMessages({
  library(emmeans)
  library(mvtnorm)
  library(lmerTest)
  library(pbkrtest)
})
emm_options(pbkrtest.limit = 1e5, lmerTest.limit = 1e5)
tight <- lmerControl(optimizer = "bobyqa", optCtrl = list(rhoend = 1e-9, maxfun = 1e5), calc.derivs = FALSE)

# In r dimensions, T = L z / s with z of uniform direction w and squared length r F(r, df): P(max |T| <= x) is the mean over w of
# P(F <= x^2 / (r max|L w|^2)), by midpoints over the circle or the sphere.
reach <- function(correlation) {
  e <- eigen(correlation, symmetric = TRUE)
  rank <- sum(e$values > 1e-9)
  l <- e$vectors[, seq_len(rank), drop = FALSE] %*% diag(sqrt(e$values[seq_len(rank)]), rank)
  stopifnot(rank <= 3)
  if (rank == 1) return(list(rank = 1, m = 1))
  angle <- function(n) 2 * pi * (seq_len(n) - 0.5) / n
  if (rank == 2) {
    a <- angle(2e4)
    w <- rbind(cos(a), sin(a))
  } else {
    h <- (seq_len(150) - 0.5) / 150          # half of the sphere: the other is the same
    g <- expand.grid(h = h, a = angle(300))
    w <- rbind(sqrt(1 - g$h^2) * cos(g$a), sqrt(1 - g$h^2) * sin(g$a), g$h)
  }
  m <- 0
  for (i in seq_len(nrow(l))) m <- pmax(m, abs(as.vector(l[i, ] %*% w)))
  list(rank = rank, m = m)
}
tail.of <- function(x, reach, df) {
  q <- x^2 / (reach$rank * reach$m^2)
  mean(if (is.infinite(df)) pchisq(reach$rank * q, reach$rank, lower.tail = FALSE) else pf(q, reach$rank, df, lower.tail = FALSE))
}
known <- list()
mvt.quantile <- function(level, reach, df) {
  key <- paste(signif(c(level, mean(reach$m), df), 9), collapse = " ")
  if (is.null(known[[key]])) known[[key]] <<- uniroot(function(x) tail.of(x, reach, df) - (1 - level), c(1.5, 6), tol = 1e-6)$root
  known[[key]]
}
# mvtnorm agrees.
check <- matrix(0.5, 3, 3) + diag(0.5, 3)
stopifnot(abs(tail.of(2.2, reach(check), 10) - (1 - pmvt(rep(-2.2, 3), rep(2.2, 3), corr = check, df = 10L, algorithm = GenzBretz(1e6, 1e-6)))) < 1e-5)

rows.of <- function(contrasts, adjust, null = 0, ratio = FALSE) {
  by <- contrasts@misc$by.vars
  plain <- adjust == "mvt"
  table <- as.data.frame(summary(contrasts, infer = c(TRUE, TRUE), adjust = if (plain) "none" else adjust, null = null, type = "link"))
  ratios <- if (ratio) as.data.frame(summary(contrasts, infer = c(TRUE, TRUE), adjust = if (plain) "none" else adjust, null = null, type = "response"))
  low <- grep("lower.CL|asymp.LCL", names(table)); high <- grep("upper.CL|asymp.UCL", names(table))
  stat <- grep("ratio$", names(table))
  value <- if ("estimate" %in% names(table)) "estimate" else intersect(c("emmean", "Time.trend"), names(table))
  covariance <- vcov(contrasts)
  name <- if ("contrast" %in% names(table)) as.character(table$contrast) else as.character(table[[1]])
  group <- if (length(by)) as.character(table[[by]]) else rep("", nrow(table))
  lapply(seq_len(nrow(table)), function(i) {
    p <- table$p.value[i]; lower <- table[i, low]; upper <- table[i, high]
    if (plain) {
      own <- group == group[i]
      correlation <- cov2cor(covariance[own, own, drop = FALSE])
      directions <- reach(correlation)
      p <- tail.of(abs(table[i, stat]), directions, table$df[i])
      half <- mvt.quantile(0.95, directions, table$df[i]) * table$SE[i]
      lower <- table[[value]][i] - half; upper <- table[[value]][i] + half
    }
    list(name = gsub("[()]", "", name[i]), by = group[i], estimate = table[[value]][i], se = table$SE[i], df = if (is.infinite(table$df[i])) NULL else table$df[i],
         t = table[i, stat], p = p, lower = lower, upper = upper,
         ratio = if (ratio) ratios[[grep("ratio$", names(ratios))[1]]][i], ratioError = if (ratio) ratios$SE[i])
  })
}
result <- function(fit, means, method, adjust, coefficients = NULL, null = 0, ratio = FALSE) {
  contrasts <- if (method == "test") means else if (is.null(coefficients)) contrast(means, method, adjust = "none") else contrast(means, coefficients, adjust = "none")
  list(fit = fit, means = deparse(substitute(means)), method = method, adjust = adjust, coefficients = coefficients, null = null,
       rows = rows.of(contrasts, adjust, null, ratio))
}

oats <- read.data("oats")
cbpp <- read.data("cbpp", list(period = as.character(1:4), herd = as.character(1:15)))
chicks <- read.data("chickweight")
chicks$Chick <- factor(chicks$Chick)
chicks$Diet <- factor(chicks$Diet)
split <- lmerTest::lmer(Y ~ V + N + (1 | B/V), oats, control = tight)
disease <- fit.glmmTMB(cbind(incidence, size - incidence) ~ period + (1 | herd), cbpp, binomial())
growth <- lmerTest::lmer(weight ~ Time * Diet + (Time | Chick), chicks, control = tight)

kenward <- emmeans(split, "V", lmer.df = "kenward-roger")
satterthwaite <- emmeans(split, "N", lmer.df = "satterthwaite")
periods <- emmeans(disease, "period", df = Inf)
trends <- emtrends(growth, "Diet", var = "Time", lmer.df = "kenward-roger")
diets <- emmeans(growth, ~ Time | Diet, at = list(Time = c(5, 10, 20)), lmer.df = "satterthwaite")

results <- list(
  result("split", kenward, "pairwise", "tukey"), result("split", kenward, "pairwise", "mvt"), result("split", kenward, "pairwise", "scheffe"),
  result("split", kenward, "trt.vs.ctrl", "mvt"), result("split", kenward, "eff", "fdr"),
  result("split", satterthwaite, "pairwise", "sidak"), result("split", satterthwaite, "poly", "none"), result("split", satterthwaite, "consec", "mvt"),
  result("split", satterthwaite, "pairwise", "mvt"), result("split", satterthwaite, "test", "sidak", null = 90),
  result("disease", periods, "pairwise", "tukey", ratio = TRUE), result("disease", periods, "pairwise", "mvt", ratio = TRUE),
  result("disease", periods, "pairwise", "holm", null = log(2), ratio = TRUE), result("disease", periods, "trt.vs.ctrl", "mvt", ratio = TRUE),
  result("disease", periods, "pairwise", "scheffe", ratio = TRUE), result("disease", periods, "test", "none", null = qlogis(0.1)),
  result("disease", periods, "custom", "bonferroni", list("first against the rest" = c(1, -1/3, -1/3, -1/3), "second against the last" = c(0, 1, 0, -1)), ratio = TRUE),
  result("growth", trends, "pairwise", "mvt"), result("growth", diets, "pairwise", "mvt"))
save.json(list(versions = package.versions(c("emmeans", "mvtnorm", "pbkrtest", "lmerTest", "glmmTMB")), results = results), "emmeans.json")
