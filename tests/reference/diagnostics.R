# Numbers for residual tests, collinearity and influence, by DHARMa, ape, lmtest, lme4 and base R:
#   DHARMA=<folder of a checkout of github.com/florianhartig/DHARMa> Rscript tests/reference/diagnostics.R   writes diagnostics.json.
# Needs Debian's r-cran-lme4, r-cran-ape, r-cran-lmtest and r-cran-jsonlite.

invisible(Sys.setlocale("LC_COLLATE", "C"))
suppressPackageStartupMessages({ library(lme4); library(ape) })
this.folder <- dirname(normalizePath(sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE))))
checkout <- Sys.getenv("DHARMA")
for (file in c("helper.R", "random.R", "DHARMa.R", "simulateResiduals.R", "tests.R", "compatibility.R")) source(file.path(checkout, "DHARMa", "R", file))
data.file <- function(name) read.csv(file.path(this.folder, "..", "..", "datasets", paste0(name, ".csv")), stringsAsFactors = TRUE)
alternatives <- c("two.sided", "greater", "less")
each <- function(run) sapply(alternatives, run, simplify = FALSE)
htest <- function(t) list(statistic = unname(as.numeric(t$statistic)[1]), pValue = unname(as.numeric(t$p.value)))

set.seed(41)
n <- 40
residuals <- round(runif(n), 8)
x <- round(runif(n, 0, 10), 4); y <- round(runif(n, 0, 10), 4); time <- sample(n)
tree <- rcoal(n)
given <- structure(list(scaledResiduals = residuals), class = "DHARMa")
autocorrelation <- list(
  residuals = residuals, x = x, y = y, time = time, cophenetic = cophenetic(tree), vcv = vcv(tree),
  spatial = each(function(a) htest(testSpatialAutocorrelation(given, x, y, alternative = a, plot = FALSE))),
  phylogenetic = each(function(a) htest(testPhylogeneticAutocorrelation(given, tree, alternative = a))),
  temporal = each(function(a) htest(testTemporalAutocorrelation(given, time, alternative = a, plot = FALSE))),
  acf = as.numeric(acf(residuals, lag.max = 16, plot = FALSE)$acf))

# Rotation: observed and simulated normal series with autocorrelation.
covariance <- 0.7^abs(outer(1:12, 1:12, "-"))
L <- t(chol(covariance))
simulated <- round(L %*% matrix(rnorm(12 * 80), 12), 6); observed <- round(as.numeric(L %*% rnorm(12)), 6)
rotation <- list(covariance = covariance, observed = observed, simulated = simulated,
                 given = getQuantile(simulated, observed, FALSE, "PIT", covariance),
                 estimated = getQuantile(simulated, observed, FALSE, "PIT", "estimated"),
                 traditional = suppressMessages(getQuantile(simulated, observed, FALSE, "traditional")))

shapiro <- lapply(list(c(-1, 0.3, 2), rnorm(6), rexp(8), rnorm(11), rnorm(12), rexp(40), rnorm(300), rt(300, 3), rnorm(2000)),
                  function(v) { v <- round(v, 8); c(list(values = v), htest(shapiro.test(v))) })

# Pearson dispersion, generalised variance inflation and groups left out on published data.
owls <- data.file("owls"); cbpp <- data.file("cbpp"); sleep <- data.file("sleepstudy")
fits <- list(
  list(name = "owls", fit = suppressMessages(glmer(SiblingNegotiation ~ FoodTreatment + ArrivalTime + (1 | Nest), owls, poisson))),
  list(name = "cbpp", fit = glmer(cbind(incidence, size - incidence) ~ factor(period) + (1 | herd), cbpp, binomial)))
pearson <- lapply(fits, function(f) c(list(name = f$name), each(function(a) suppressMessages(htest(testDispersion(f$fit, alternative = a, type = "PearsonChisq"))))))

gvif <- function(fit) {
  v <- as.matrix(vcov(fit)); assign <- attr(model.matrix(fit), "assign"); labels <- attr(terms(fit), "term.labels")
  r <- cov2cor(v[assign > 0, assign > 0]); assign <- assign[assign > 0]
  lapply(unique(assign), function(t) {
    i <- assign == t
    list(term = labels[t], df = sum(i), inflation = (det(r[i, i, drop = FALSE]) * det(r[!i, !i, drop = FALSE]) / det(r))^(1 / sum(i)))
  })
}
collinear <- suppressMessages(lmer(SiblingNegotiation ~ FoodTreatment + SexParent + ArrivalTime + I(ArrivalTime^2) + factor(BroodSize) + (1 | Nest), owls, REML = FALSE))

# Groups left out at fixed variances, which one Newton step gives exactly, and with the model fitted again.
left.out <- function(fit, group, data) {
  V <- crossprod(getME(fit, "A")) ; V <- as.matrix(V) + diag(nobs(fit)); X <- getME(fit, "X"); y <- getME(fit, "y")
  sapply(levels(data[[group]]), function(g) {
    keep <- data[[group]] != g
    W <- solve(V[keep, keep])
    b <- solve(t(X[keep, ]) %*% W %*% X[keep, ], t(X[keep, ]) %*% W %*% y[keep])
    as.numeric(b) - fixef(fit)
  })
}
sleep$Subject <- factor(sleep$Subject)
slope <- lmer(Reaction ~ Days + (Days | Subject), sleep, REML = FALSE)
se <- sqrt(diag(as.matrix(vcov(slope))))
step <- left.out(slope, "Subject", sleep)
change <- lapply(colnames(step), function(g) list(level = g, changes = as.numeric(step[, g] / se),
                                                   cooks = as.numeric(t(step[, g]) %*% solve(as.matrix(vcov(slope))) %*% step[, g] / 2)))
exact <- lapply(levels(cbpp$herd <- factor(cbpp$herd)), function(g) {
  fit <- fits[[2]]$fit; part <- update(fit, data = cbpp[cbpp$herd != g, ])
  list(level = g, differences = as.numeric(fixef(part) - fixef(fit)))
})

version <- read.dcf(file.path(checkout, "DHARMa", "DESCRIPTION"))[, "Version"]
text <- jsonlite::toJSON(list(
  versions = list(R = R.version.string, DHARMa = unname(version), lme4 = as.character(packageVersion("lme4")), ape = as.character(packageVersion("ape"))),
  autocorrelation = autocorrelation, rotation = rotation, shapiro = shapiro, pearson = pearson,
  collinearity = gvif(collinear), influence = list(sleepstudy = change, cbpp = exact)), digits = NA, auto_unbox = TRUE)
writeLines(gsub("},{\"", "},\n{\"", text, fixed = TRUE), file.path(this.folder, "diagnostics.json"))
