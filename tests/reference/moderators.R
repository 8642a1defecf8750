# Meta-regression of counts and further structures of effect sizes: metafor's rma.glmm with moderators and rma.mv with the structures of
# outcomes within studies, on published data sets of metadat; the non-central hypergeometric model with moderators by brute force.
#
#   Rscript tests/reference/moderators.R  writes moderators.json

suppressPackageStartupMessages({ library(jsonlite); library(metafor); library(metadat) })
this.folder <- dirname(normalizePath(sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE))))
attempt <- function(e) { r <- try(suppressWarnings(e), silent = TRUE); if (inherits(r, "try-error")) { message(r); NULL } else r }

# ---- counts: two arms of each study, moderators of the study
bcg <- dat.bcg
damico <- dat.damico2009
catheters <- dat.nielweise2007[complete.cases(dat.nielweise2007[, c("ai", "n1i", "ci", "n2i")]), ]
rates <- dat.nielweise2008
counts <- list(
  bcg = data.frame(ai = bcg$tpos, n1i = bcg$tpos + bcg$tneg, ci = bcg$cpos, n2i = bcg$cpos + bcg$cneg, latitude = bcg$ablat, alloc = bcg$alloc),
  damico = data.frame(ai = damico$xt, n1i = damico$nt, ci = damico$xc, n2i = damico$nc, conceal = damico$conceal),
  catheters = data.frame(ai = catheters$ai, n1i = catheters$n1i, ci = catheters$ci, n2i = catheters$n2i,
                         large = as.integer(catheters$n1i + catheters$n2i > 220)))
rates <- data.frame(ai = rates$x1i, n1i = rates$t1i, ci = rates$x2i, n2i = rates$t2i, days = round(log10(rates$t1i + rates$t2i), 3))

told <- function(f) list(estimates = as.vector(f$beta), errors = as.vector(f$se), tau2 = f$tau2, logLik = as.vector(logLik(f)), i2 = f$I2, q = f$QE.LRT, df = f$QE.df,
                         qm = f$QM, qmp = f$QMp)
fits <- list()
add <- function(name, measure, model, formula, f) if (!is.null(f)) fits[[length(fits) + 1]] <<- c(list(data = name, measure = measure, model = model, moderators = formula), told(f))
tries <- list(list("bcg", "~ latitude"), list("bcg", "~ alloc"), list("damico", "~ conceal"), list("catheters", "~ large"))
for (t in tries) for (model in c("UM.FS", "UM.RS", "CM.AL")) {
  message(t[[1]], " ", t[[2]], " ", model)
  f <- attempt(rma.glmm(measure = "OR", ai = ai, n1i = n1i, ci = ci, n2i = n2i, mods = as.formula(t[[2]]), data = counts[[t[[1]]]], model = model, drop00 = model != "UM.RS",
                        nAGQ = if (model == "UM.RS") 1 else 21))
  add(t[[1]], "OR", model, t[[2]], f)
}
for (model in c("UM.FS", "UM.RS", "CM.EL")) {
  f <- attempt(rma.glmm(measure = "IRR", x1i = ai, t1i = n1i, x2i = ci, t2i = n2i, mods = ~ days, data = rates, model = model, drop00 = model != "UM.RS", nAGQ = if (model == "UM.RS") 1 else 21))
  add("rates", "IRR", model, "~ days", f)
}

# The non-central hypergeometric model by brute force, as in counts.R.
conditional <- lapply(list(list("damico", "conceal"), list("catheters", "large")), function(case) {
  d <- counts[[case[[1]]]]; d <- d[d$ai + d$ci > 0 & (d$ai < d$n1i | d$ci < d$n2i), ]; m <- d[[case[[2]]]]
  z <- seq(-8, 8, 0.05)
  lists <- lapply(seq_len(nrow(d)), function(i) { s <- d$ai[i] + d$ci[i]; k <- max(0, s - d$n2i[i]):min(s, d$n1i[i]); list(k = k, w = lchoose(d$n1i[i], k) + lchoose(d$n2i[i], s - k)) })
  log.p <- function(i, theta) { l <- lists[[i]]; e <- outer(theta, l$k) + rep(l$w, each = length(theta)); top <- apply(e, 1, max); theta * d$ai[i] + l$w[l$k == d$ai[i]] - top - log(rowSums(exp(e - top))) }
  value <- function(b, tau) sum(sapply(seq_len(nrow(d)), function(i) { theta <- b[1] + b[2] * m[i]; if (tau < 1e-8) log.p(i, theta) else {
    l <- log.p(i, theta + tau * z) + dnorm(z, log = TRUE) + log(0.05); max(l) + log(sum(exp(l - max(l)))) } }))
  none <- nlminb(c(-0.5, 0), function(b) -value(b, 0), control = list(rel.tol = 1e-14))
  some <- lapply(c(0.2, 1), function(s) nlminb(c(none$par, s), function(p) -value(p[1:2], abs(p[3])), control = list(rel.tol = 1e-13, x.tol = 1e-9)))
  best <- some[[which.min(sapply(some, function(f) f$objective))]]
  isNone <- best$objective > none$objective - 1e-9 || abs(best$par[3]) < 1e-4
  h <- if (isNone) numDeriv::hessian(function(b) -value(b, 0), none$par) else numDeriv::hessian(function(p) -value(p[1:2], p[3]), c(best$par[1:2], abs(best$par[3])))
  list(data = case[[1]], moderators = paste("~", case[[2]]), estimates = if (isNone) none$par else best$par[1:2], errors = sqrt(diag(solve(h)))[1:2], tau2 = if (isNone) 0 else best$par[3]^2,
       logLik = -min(none$objective, best$objective))
})

# ---- effect sizes: outcomes of one study by structure
close <- list(rel.tol = 1e-10, iter.max = 5000, eval.max = 5000)
effects <- list(); tables <- list()
keep <- function(name, table, formula, f, options = list()) effects[[length(effects) + 1]] <<- c(list(name = name, table = table, formula = formula, method = f$method,
  estimates = as.vector(f$beta), errors = as.vector(f$se), logLik = as.vector(logLik(f)), qe = f$QE, tau2 = as.vector(f$tau2), rho = as.vector(f$rho), sigma2 = as.vector(f$sigma2), gamma2 = as.vector(f$gamma2)), options)
plain <- function(d, columns) { d <- as.data.frame(d)[, columns]; for (c in names(d)) d[[c]] <- if (is.numeric(d[[c]])) as.vector(d[[c]]) else as.character(d[[c]]); d }
berkey <- dat.berkey1998; berkey$trial <- paste0("t", berkey$trial)
V <- vcalc(vi = 1, cluster = author, rvars = c(v1i, v2i), data = berkey)
tables$berkey <- c(plain(berkey, c("trial", "outcome", "yi", "vi", "year")), list(V = as.matrix(V)))
for (s in list(c("CS", "homcs"), c("HCS", "cs"), c("UN", "us"), c("DIAG", "diag"))) for (m in c("REML", "ML")) {
  f <- attempt(rma.mv(yi, V, mods = ~ outcome - 1, random = ~ outcome | trial, struct = s[1], data = berkey, method = m, control = close))
  if (!is.null(f)) keep(paste("berkey", s[1], m), "berkey", sprintf("yi ~ 0 + outcome + %s(0 + outcome | trial)", s[2]), f)
}
ishak <- dat.ishak2007; long <- do.call(rbind, lapply(1:4, function(t) data.frame(study = sprintf("s%02d", seq_len(nrow(ishak))), time = t, yi = ishak[[paste0("y", t, "i")]], vi = ishak[[paste0("v", t, "i")]])))
long <- long[complete.cases(long), ]; long <- long[order(long$study, long$time), ]; rownames(long) <- NULL; long$when <- sprintf("t%d", long$time)
tables$ishak <- plain(long, c("study", "when", "time", "yi", "vi"))
for (s in list(c("AR", "ar1"), c("HAR", "hetar1"), c("HCS", "cs"), c("UN", "us"))) {
  f <- attempt(rma.mv(yi, vi, mods = ~ when - 1, random = ~ time | study, struct = s[1], data = long, control = close))
  if (!is.null(f)) keep(paste("ishak", s[1]), "ishak", sprintf("yi ~ 0 + when + %s(0 + when | study)", s[2]), f)
}
f <- attempt(rma.mv(yi, vi, random = ~ time | study, struct = "CAR", data = long, control = close))
if (!is.null(f)) keep("ishak CAR", "ishak", "yi ~ 1 + ou(0 + time | study)", f)
co2 <- escalc(measure = "ROM", m1i = m2i, sd1i = sd2i, n1i = n2i, m2i = m1i, sd2i = sd1i, n2i = n1i, data = dat.curtis1998)
co2$paper <- paste0("p", co2$paper); co2$genus <- paste0("g", as.integer(factor(co2$genus))); co2$effect <- sprintf("e%03d", co2$id)
tables$co2 <- plain(co2, c("paper", "effect", "genus", "yi", "vi", "method"))
f <- rma.mv(yi, vi, mods = ~ method, random = list(~ 1 | paper, ~ 1 | genus, ~ 1 | effect), data = co2, control = close)
keep("carbon dioxide, crossed", "co2", "yi ~ method + (1 | paper) + (1 | genus) + (1 | effect)", f)
out <- list(versions = list(R = as.character(getRversion()), metafor = as.character(packageVersion("metafor")), metadat = as.character(packageVersion("metadat"))),
            counts = counts, rates = list(rates = rates), fits = fits, conditional = conditional, tables = tables, effects = effects)
writeLines(toJSON(out, digits = 12, auto_unbox = TRUE, null = "null", na = "null", dataframe = "columns", matrix = "rowmajor"), file.path(this.folder, "moderators.json"))
for (f in fits) cat(f$data, f$moderators, f$model, round(f$estimates, 4), "se", round(f$errors, 4), "tau2", round(f$tau2, 4), "ll", f$logLik, "q", f$q, f$df, "i2", f$i2, "qm", f$qm, "\n")
for (f in conditional) cat(f$data, f$estimates, f$errors, f$tau2, f$logLik, "\n")
for (f in effects) cat(f$name, f$logLik, f$estimates[1], f$errors[1], "tau2", f$tau2, "rho", f$rho, "\n")
