# Series whose correlations swing as they fall: a second-order autoregression by nlme's gls with corARMA(p = 2), maximum likelihood.
# Run in this folder: Rscript ar2.R; writes ar2.json.
suppressPackageStartupMessages({ library(jsonlite); library(nlme) })
set.seed(7)
g <- rep(1:25, each = 8)
t <- rep(1:8, 25)
x <- round(rnorm(200), 3)
e <- unlist(lapply(1:25, function(i) as.numeric(arima.sim(list(ar = c(0.6, -0.5)), 8, n.start = 100))))
y <- round(1 + 0.5 * x + e, 4)
d <- data.frame(y, x, g = factor(g), t)
m <- gls(y ~ x, d, correlation = corARMA(form = ~ t | g, p = 2), method = "ML", control = glsControl(tolerance = 1e-10, msTol = 1e-12, msMaxIter = 500))
phi <- unname(coef(m$modelStruct$corStruct, unconstrained = FALSE))
rho1 <- phi[1] / (1 - phi[2])
# gls divides by n - p in its standard errors, EcoGlmm by n in those of maximum likelihood.
error <- sqrt(diag(vcov(m))) * sqrt((200 - 2) / 200)
write_json(list(y = y, x = x, g = paste0("g", g), t = paste0("t", t), estimates = unname(coef(m)), errors = unname(error), sigma = m$sigma,
  lag = c(rho1, phi[1] * rho1 + phi[2]), logLik = as.numeric(logLik(m))), "ar2.json", digits = 15, auto_unbox = TRUE)
