# Times the benchmark models in lme4 and glmmTMB, warm, in one process, and prints one JSON object a line:
#   OPENBLAS_NUM_THREADS=1 Rscript benchmarks/R/time_fits.R [--small] [--slow] [--seconds=10] [--threads=1] [model ...]
# Each model is fitted once to warm up, then again until the time budget or ten repeats are used; "seconds" is the median.
# --small leaves out models that take more than about a second; --slow adds those that take minutes.

options <- commandArgs(TRUE)
value.of <- function(name, default) {
  given <- grep(paste0("^--", name, "="), options, value = TRUE)
  if (length(given)) as.numeric(sub(".*=", "", given)) else default
}
budget <- value.of("seconds", 10)
threads <- value.of("threads", 1)
small <- "--small" %in% options
slow <- "--slow" %in% options
chosen <- grep("^--", options, value = TRUE, invert = TRUE)
# OpenBLAS reads its number of threads when R starts.
if (Sys.getenv("OPENBLAS_NUM_THREADS") != threads) stop("Set OPENBLAS_NUM_THREADS=", threads, " before starting R.")
blas <- sessionInfo()$BLAS

suppressPackageStartupMessages({
  library(lme4)
  library(glmmTMB)
})
invisible(Sys.setlocale("LC_COLLATE", "C"))

this.folder <- dirname(normalizePath(sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE))))
read.data <- function(name, factors = list()) {
  path <- file.path(this.folder, "..", "..", "datasets", paste0(name, ".csv"))
  if (!file.exists(path)) path <- paste0(path, ".gz")
  table <- read.csv(path, stringsAsFactors = TRUE)
  for (column in names(factors)) table[[column]] <- factor(table[[column]], factors[[column]])
  table
}

species <- list(spp = c("GP", "PR", "DM", "EC-A", "EC-L", "DES-L", "DF"), mined = c("yes", "no"))
service <- list(service = c("0", "1"))
owls <- SiblingNegotiation ~ FoodTreatment * SexParent + offset(log(BroodSize)) + (1 | Nest)

# size: "s" well under a second, "m" seconds, "l" minutes. packages: those that can fit the model.
model <- function(size, data, formula, family = gaussian(), factors = list(), reml = FALSE, zi = ~0, points = 1,
                  packages = c("lme4", "glmmTMB"), skip = character())
  list(size = size, data = data, formula = formula, family = family, factors = factors, reml = reml, zi = zi, points = points,
       packages = setdiff(packages, if (slow) character() else skip))
models <- list(
  sleepstudy = model("s", "sleepstudy", Reaction ~ Days + (Days | Subject), reml = TRUE),
  penicillin = model("s", "penicillin", diameter ~ 1 + (1 | plate) + (1 | sample), reml = TRUE),
  cbpp = model("s", "cbpp", cbind(incidence, size - incidence) ~ period + (1 | herd), binomial(), list(period = c("1", "2", "3", "4"))),
  contraception = model("s", "contraception", use ~ age + I(age^2) + urban + livch + (1 + urban | district), binomial()),
  grouseticks = model("s", "grouseticks", TICKS ~ YEAR + cHEIGHT + (1 | BROOD) + (1 | INDEX) + (1 | LOCATION), poisson(),
                      list(YEAR = c("95", "96", "97"))),
  "owls poisson" = model("s", "owls", owls, poisson()),
  "owls nbinom2" = model("s", "owls", owls, nbinom2(), packages = "glmmTMB"),
  "owls zero-inflated nbinom2" = model("s", "owls", owls, nbinom2(), zi = ~1, packages = "glmmTMB"),
  "salamanders zero-inflated nbinom2" = model("s", "salamanders", count ~ spp * mined + (1 | site), nbinom2(), species, zi = ~spp * mined,
                                              packages = "glmmTMB"),
  "salamanders hurdle nbinom2" = model("s", "salamanders", count ~ spp * mined + (1 | site), truncated_nbinom2(), species,
                                       zi = ~spp * mined, packages = "glmmTMB"),
  verbagg = model("m", "verbagg", r2 ~ (Anger + Gender + btype + situ)^2 + (1 | id) + (1 | item), binomial()),
  chem97 = model("m", "chem97", score ~ gcsecnt + (1 | school) + (1 | lea)),
  "chem97 slopes" = model("m", "chem97", score ~ gcsecnt + (gcsecnt | school) + (1 | lea)),
  insteval = model("m", "insteval", y ~ service + (1 | s) + (1 | d), factors = service, skip = "glmmTMB"),
  "insteval three terms" = model("m", "insteval", y ~ service + (1 | s) + (1 | d) + (1 | dept), factors = service, skip = "glmmTMB"),
  "insteval binomial" = model("l", "insteval", I(y > 3) ~ service + (1 | s) + (1 | d), binomial(), service, skip = "lme4"),
  "insteval binomial three terms" = model("l", "insteval", I(y > 3) ~ service + (1 | s) + (1 | d) + (1 | dept), binomial(), service,
                                          skip = "lme4"),
  "cbpp 25 points" = model("s", "cbpp", cbind(incidence, size - incidence) ~ period + (1 | herd), binomial(),
                           list(period = c("1", "2", "3", "4")), points = 25, packages = "lme4"),
  "contraception 25 points" = model("m", "contraception", use ~ age + I(age^2) + urban + livch + (1 | district), binomial(), points = 25,
                                    packages = "lme4"),
  "epilepsy compois" = model("l", "epilepsy", y ~ lbase * trt + lage + V4 + (1 | subject), compois(), packages = "glmmTMB"))

fit.by <- function(package, model, data) {
  gaussian <- model$family$family == "gaussian"
  if (package == "glmmTMB")
    glmmTMB(model$formula, data, model$family, REML = model$reml, ziformula = model$zi, control = glmmTMBControl(parallel = threads))
  else if (gaussian) lmer(model$formula, data, REML = model$reml)
  else glmer(model$formula, data, model$family, nAGQ = model$points)
}

for (name in names(models)) {
  model <- models[[name]]
  if (length(chosen) && !name %in% chosen) next
  if (!length(chosen) && ((small && model$size != "s") || (!slow && model$size == "l"))) next
  data <- read.data(model$data, model$factors)
  for (package in model$packages) {
    failure <- NULL
    timed <- function() system.time(fit <<- suppressMessages(suppressWarnings(
      tryCatch(fit.by(package, model, data), error = function(e) { failure <<- conditionMessage(e); NULL }))))[["elapsed"]]
    first <- timed()
    times <- numeric()
    while (is.null(failure) && first < 6 * budget && length(times) < 10 && (length(times) == 0 || sum(times) + first < budget))
      times <- c(times, timed())
    line <- list(model = name, package = package, rows = nrow(data), threads = threads, blas = blas,
                 seconds = if (length(times)) median(times) else first,
                 first = first, repeats = length(times), logLik = if (is.null(fit)) NA else as.numeric(logLik(fit)), failure = failure)
    cat(jsonlite::toJSON(line, auto_unbox = TRUE, digits = NA, null = "null", na = "null"), "\n", sep = "")
  }
}
