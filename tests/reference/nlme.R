# Correlations in time and space by nlme: gls whose errors are correlated are Gaussian models with a structure and no residual.
#   Rscript tests/reference/nlme.R  writes nlme.json.

suppressPackageStartupMessages({ library(nlme); library(jsonlite) })
folder <- dirname(sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE)))
read <- function(name) read.csv(file.path(folder, "..", "..", "datasets", paste0(name, ".csv")))
tight <- list(msTol = 1e-12, tolerance = 1e-12, msMaxIter = 500, maxIter = 500, opt = "nlminb", returnObject = TRUE)
gls.control <- do.call(glsControl, tight)

fits <- list()
keep <- function(name, data, formula, fit, sd, quantity, value, method) {
  beta <- coef(fit)
  # nlme's standard errors have the factor n / (n - p) in them by maximum likelihood; the likelihood's own do not.
  n <- fit$dims$N; p <- length(beta)
  se <- sqrt(diag(vcov(fit))) * if (method == "ML") sqrt((n - p) / n) else 1
  fits[[length(fits) + 1]] <<- list(name = name, dataset = data, formula = formula, reml = method == "REML", logLik = as.numeric(logLik(fit)),
    fixed = lapply(seq_along(beta), function(j) list(name = names(beta)[j], estimate = unname(beta[j]), standardError = unname(se[j]))),
    sd = sd, quantity = quantity, value = value)
  cat(sprintf("%-32s %.6f  sd %.5f  %s %.5f\n", name, as.numeric(logLik(fit)), sd, quantity, value))
}
value.of <- function(fit) unname(coef(fit$modelStruct$corStruct, unconstrained = FALSE))

ovary <- read("ovary"); ovary$k <- ave(ovary$Time, ovary$Mare, FUN = function(t) rank(t)); ovary$Mare <- factor(ovary$Mare)
for (method in c("ML", "REML")) {
  f <- gls(follicles ~ sin(2 * pi * Time) + cos(2 * pi * Time), ovary, corAR1(form = ~ k | Mare), method = method, control = gls.control)
  keep(paste("ovary corAR1", method), "ovary", "follicles ~ sin(2 * pi * Time) + cos(2 * pi * Time) + ar1(0 + k | Mare)", f, f$sigma, "correlation", value.of(f), method)
}
rats <- read("bodyweight"); rats$Rat <- factor(rats$Rat); rats$Diet <- factor(rats$Diet)
for (method in c("ML", "REML")) {
  f <- gls(weight ~ Diet * Time, rats, corExp(form = ~ Time | Rat), method = method, control = gls.control)
  keep(paste("rats corExp", method), "bodyweight", "weight ~ factor(Diet) * Time + exp(0 + Time | Rat)", f, f$sigma, "range", value.of(f), method)
}
f <- gls(weight ~ Diet * Time, rats, corCAR1(form = ~ Time | Rat), method = "ML", control = gls.control)
keep("rats corCAR1 ML", "bodyweight", "weight ~ factor(Diet) * Time + ou(0 + Time | Rat)", f, f$sigma, "decay", -log(value.of(f)), "ML")
wheat <- read("wheat2")
for (structure in c("Exp", "Gaus")) {
  f <- gls(yield ~ 1, wheat, list(Exp = corExp, Gaus = corGaus)[[structure]](form = ~ latitude + longitude | Block), method = "ML", control = gls.control)
  keep(sprintf("wheat cor%s ML", structure), "wheat2", sprintf("yield ~ 1 + %s(0 + latitude + longitude | Block)", if (structure == "Exp") "exp" else "gau"), f, f$sigma, "range", value.of(f), "ML")
}
orthodont <- read("orthodont"); orthodont$Subject <- factor(orthodont$Subject); orthodont$Sex <- factor(orthodont$Sex, c("Female", "Male")); orthodont$k <- (orthodont$age - 6) / 2
f <- gls(distance ~ Sex * age, orthodont, corCompSymm(form = ~ 1 | Subject), method = "REML", control = gls.control)
keep("orthodont corCompSymm REML", "orthodont", "distance ~ Sex * age + homcs(0 + factor(age) | Subject)", f, f$sigma, "correlation", value.of(f), "REML")
f <- gls(distance ~ Sex * age, orthodont, corAR1(form = ~ k | Subject), method = "REML", control = gls.control)
keep("orthodont corAR1 REML", "orthodont", "distance ~ Sex * age + ar1(0 + k | Subject)", f, f$sigma, "correlation", value.of(f), "REML")

writeLines(toJSON(list(fits = fits), digits = 12, auto_unbox = TRUE), file.path(folder, "nlme.json"))
