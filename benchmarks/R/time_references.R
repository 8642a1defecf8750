# The reference fits of ar1, ou, cs, toep and exp of tests/reference/structures.R by glmmTMB, for "EcoGlmm.Benchmarks references --r=FILE":
#   OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 R_LIBS=FOLDER Rscript benchmarks/R/time_references.R > FILE
# Processor seconds of one fit from formula to standard errors, the middle one of three.

folder <- normalizePath(file.path(dirname(sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE))), "../../tests/reference"))
text <- readLines(file.path(folder, "structures.R"))
expressions <- parse(text = text[seq_len(grep("^# ---- run", text) - 1)])
suppressWarnings(source(file.path(folder, "common.R")))
data.folder <- normalizePath(file.path(folder, "../../datasets"))
suppressPackageStartupMessages({ library(glmmTMB); library(nlme); library(ape) })
for (e in as.list(expressions)) if (!grepl("^(source|stopifnot|suppress)", deparse(e)[1])) eval(e, globalenv())

structures <- "(^|[^a-z0-9])(ar1|ou|cs|toep|exp)\\(0"
for (case in cases) {
  if (!grepl(structures, case$formula) || !is.null(case$zi)) next
  data <- read.data(case$data, case$factors)
  if (!is.null(case$rows)) data <- data[case$rows(data), , drop = FALSE]
  if (!is.null(case$prepare)) data <- case$prepare(data)
  seconds <- c()
  for (k in 1:3) {
    time <- system.time(fit <- suppressWarnings(glmmTMB(as.formula(case$r, globalenv()), data, family = family.of(case$family, case$link), REML = case$reml,
      dispformula = as.formula(if (is.null(case$disp)) "~1" else case$disp), start = case$start)))
    seconds <- c(seconds, sum(time[c("user.self", "sys.self")]))
  }
  cat(sprintf("%s|%.4f|%.6f|%s\n", case$name, median(seconds), as.numeric(logLik(fit)), packageVersion("glmmTMB")))
}
