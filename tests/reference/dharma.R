# Scaled residuals and tests by DHARMa for fixed observations and simulations:
#   DHARMA=<folder of a checkout of github.com/florianhartig/DHARMa> Rscript tests/reference/dharma.R   writes dharma.json.
#
# DHARMa is not in Debian and some of its dependencies are not needed here, so its R files are read straight from the checkout.
# Every case holds "observed" and "simulated" (one row per observation). Where an observation equals some of its simulations the
# scaled residual is random in the PIT method: "lower" and "upper" are the interval that it is drawn from, and "scaled" is one draw,
# to which the tests were applied. The traditional method is recorded where it is not random.

invisible(Sys.setlocale("LC_COLLATE", "C"))
this.folder <- dirname(normalizePath(sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE))))
checkout <- Sys.getenv("DHARMA")
sources <- file.path(checkout, "DHARMa", "R", c("helper.R", "random.R", "DHARMa.R", "simulateResiduals.R", "tests.R", "compatibility.R"))
stopifnot(file.exists(sources))
for (file in sources) source(file)
version <- read.dcf(file.path(checkout, "DHARMa", "DESCRIPTION"))[, "Version"]

test.of <- function(test) list(statistic = unname(as.numeric(test$statistic)), pValue = unname(as.numeric(test$p.value)))

case <- function(name, observed, simulated, predicted, integer, traditional = FALSE) {
  output <- suppressMessages(suppressWarnings(createDHARMa(simulated, observed, predicted, integerResponse = integer, seed = 17)))
  alternatives <- function(run) sapply(c("two.sided", "greater", "less"), function(a) test.of(run(a)), simplify = FALSE)
  list(name = name, integer = integer, observed = observed, simulated = simulated, predicted = predicted,
       lower = rowMeans(simulated < observed), upper = rowMeans(simulated <= observed), scaled = output$scaledResiduals,
       traditional = if (traditional) suppressMessages(getQuantile(simulated, observed, integer, "traditional")),
       uniformity = alternatives(function(a) testUniformity(output, alternative = a, plot = FALSE)),
       dispersion = alternatives(function(a) testDispersion(output, alternative = a, plot = FALSE)),
       outliers = alternatives(function(a) suppressMessages(testOutliers(output, alternative = a, type = "binomial", plot = FALSE))),
       outliersUpper = alternatives(function(a) suppressMessages(testOutliers(output, alternative = a, margin = "upper", type = "binomial", plot = FALSE))),
       outliersLower = alternatives(function(a) suppressMessages(testOutliers(output, alternative = a, margin = "lower", type = "binomial", plot = FALSE))),
       zeroInflation = alternatives(function(a) testZeroInflation(output, alternative = a, plot = FALSE)),
       genericMaximum = alternatives(function(a) testGeneric(output, max, alternative = a, plot = FALSE)))
}

# Kolmogorov-Smirnov by itself, on given residuals: exact below 100 observations without ties, asymptotic above or with ties.
uniformity <- function(name, residuals)
  list(name = name, residuals = residuals,
       tests = sapply(c("two.sided", "greater", "less"), function(a) test.of(testUniformity(residuals, alternative = a, plot = FALSE)), simplify = FALSE))

# The exact binomial test of outliers, for a number of outliers among trials at `simulations` simulations per observation.
outliers <- function(count, trials, simulations, alternative) {
  residuals <- c(rep(0, count), rep(0.5, trials - count))
  output <- structure(list(scaledResiduals = residuals, nObs = trials, nSim = simulations, integerResponse = FALSE, refit = FALSE), class = "DHARMa")
  c(list(outliers = count, observations = trials, simulations = simulations, alternative = alternative),
    test.of(testOutliers(output, alternative = alternative, type = "binomial", plot = FALSE)))
}

set.seed(20)
n <- 40; m <- 60
mu <- round(exp(seq(-1, 2, length.out = n)), 3)
cases <- list(
  case("normal, well specified", round(rnorm(n, mu), 6), matrix(round(rnorm(n * m, mu), 6), n), mu, FALSE, TRUE),
  case("normal, overdispersed", round(rnorm(n, mu, 2), 6), matrix(round(rnorm(n * m, mu), 6), n), mu, FALSE, TRUE),
  case("normal, underdispersed", round(rnorm(n, mu, 0.4), 6), matrix(round(rnorm(n * m, mu), 6), n), mu, FALSE, TRUE),
  case("poisson, well specified", rpois(n, mu), matrix(rpois(n * m, mu), n), mu, TRUE),
  case("poisson, overdispersed and zero-inflated", rpois(n, 3 * mu) * rbinom(n, 1, 0.4), matrix(rpois(n * m, mu), n), mu, TRUE),
  case("gamma, mean wrong", round(rgamma(n, 2, 1 / mu), 6), matrix(round(rgamma(n * m, 2, 2 / mu), 6), n), mu, FALSE, TRUE),
  case("poisson, 150 rows", rpois(150, 4), matrix(rpois(150 * 40, 4), 150), rep(4, 150), TRUE))
uniform <- list(
  uniformity("uniform, 30", round(runif(30), 8)),
  uniformity("skewed, 30", round(rbeta(30, 2, 1), 8)),
  uniformity("uniform, 99", round(runif(99), 8)),
  uniformity("uniform, 100", round(runif(100), 8)),
  uniformity("uniform, 500", round(runif(500), 8)),
  uniformity("U-shaped, 500", round(rbeta(500, 0.7, 0.7), 8)),
  uniformity("ties, 60", round(runif(60), 1)),
  uniformity("zeros and ones, 200", c(rep(0, 6), rep(1, 9), round(runif(185), 8))))
extreme <- list()
for (set in list(c(0, 100, 250), c(1, 100, 250), c(3, 100, 250), c(12, 599, 250), c(2, 599, 250), c(20, 5000, 1000), c(5, 20, 50)))
  for (alternative in c("two.sided", "greater", "less"))
    extreme[[length(extreme) + 1]] <- outliers(set[1], set[2], set[3], alternative)
dharma.p <- list()
for (value in c(-1, 2, 3.5, 5, 9)) for (alternative in c("two.sided", "greater", "less"))
  dharma.p[[length(dharma.p) + 1]] <- list(simulated = c(1, 2, 3, 4, 5, 5, 6, 7, 2, 3), observed = value, alternative = alternative,
                                           pValue = getP(c(1, 2, 3, 4, 5, 5, 6, 7, 2, 3), value, alternative))

text <- jsonlite::toJSON(list(versions = list(R = R.version.string, DHARMa = unname(version)), cases = cases, uniformity = uniform,
                              outliers = extreme, empiricalP = dharma.p), digits = NA, auto_unbox = TRUE, null = "null", na = "null")
writeLines(gsub("},{\"name\"", "},\n{\"name\"", text, fixed = TRUE), file.path(this.folder, "dharma.json"))
